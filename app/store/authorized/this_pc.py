"""Who this PC is towards its district, in the words and numbers the district's page uses for it."""

import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.store.authorized.access import Access
from app.store.database import Database
from app.store.outbox import next_seq
from app.store.tables import device

MARK = 8  # letters of the device id the district's trail names a PC by


@dataclass(frozen=True)
class PcIdentity:
    """`mark` is the short device id, `place` the number of the PC among those of the station (None before it has one).

    `last_seq` was written and `acked_seq` receipted in the present `epoch`.  `district` is the district's id, `pinned`
    the SHA-256 (hex, of the DER) of its own certificate authority; "" where there is none.
    """

    code: str
    name: str
    device_id: str
    place: int | None
    enrolled: bool
    enrolled_at: datetime | None
    epoch: int
    last_seq: int
    acked_seq: int
    district: str
    pinned: str

    @property
    def mark(self) -> str:
        """The first letters of the device id."""
        return self.device_id[:MARK]


class ThisPc:
    """Reads it for a signed-in user; `ca` answers the authority kept from enrolling (PEM)."""

    def __init__(self, database: Database, access: Access, ca: Callable[[], str | None]) -> None:
        self._database = database
        self._access = access
        self._ca = ca

    def read(self) -> PcIdentity:
        """As it stands now.  Raises NotAllowed, StorageError."""
        self._access.require("see_sync")
        with self._database.read() as connection:
            row = connection.execute(select(device)).one()
            last = next_seq(connection, row.epoch) - 1
        return PcIdentity(
            code=row.station,
            name=row.station_name,
            device_id=row.device_id,
            place=None if row.segment is None else row.segment + 1,
            enrolled=row.enrolled,
            enrolled_at=row.enrolled_at if row.enrolled else None,
            epoch=row.epoch,
            last_seq=last,
            acked_seq=row.acked_seq,
            district=row.server_id or "",
            pinned=_fingerprint(self._ca()) if row.enrolled else "",
        )


def _fingerprint(pem: str | None) -> str:
    """SHA-256 of a certificate; "" for none, or one that cannot be read."""
    try:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest() if pem else ""
    except ValueError:
        return ""
