"""What the district itself says to a station: an edit of a record, and notices such as code lists and policies."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, insert, select, update
from uuid_utils import uuid7

from app.district.database import Database
from app.district.identity import Identity
from app.district.intake import Intake, Sender, utc_text
from app.district.queries import LOCK, MOVE
from app.district.tables import device, notice, record_state
from app.models.payload import SCHEMA, canonical
from app.sync.batch import line_of
from app.sync.protocol import Batch, Header, Receipt, Refusal

LABEL = "区里"
OWN_SEGMENT = -1


class Author:
    """Writes as the district's own pen: one device a station, whose stream is as gap-free as any PC's."""

    def __init__(
        self, database: Database, identity: Identity, intake: Intake, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._identity = identity
        self._intake = intake
        self._clock = clock

    def edit(
        self, station: str, record: str, changes: Mapping[str, Any], *, by: str, base: str | None = None
    ) -> Receipt:
        """Change fields of a record (wire values, None empties one) seen at head `base` (None: the present one).

        It is a revision like any other: merged, held, and pulled by the station's PCs.  Raises Refusal 404
        unknown_record.
        """
        return self._write(station, record, "edit", changes, by, base)

    def void(self, station: str, record: str, *, reason: str, by: str) -> Receipt:
        """Take a record out of use.  Raises as `edit`."""
        return self._write(station, record, "void", {"reason": reason}, by, None)

    def publish(self, station: str, kind: str, key: str, content: Mapping[str, Any]) -> None:
        """Send a notice to a station; a later one with the same kind and key takes its place there.

        `kind` is a name such as code_list, policy or message; `content` any JSON object.
        """
        body = canonical({**content, "key": key})
        with self._database.write() as connection:
            place = connection.execute(LOCK, {"station": station}).scalar_one() + 1
            connection.execute(
                insert(notice),
                {
                    "station": station,
                    "position": place,
                    "kind": kind,
                    "key": key,
                    "body": body,
                    "published_at": utc_text(self._clock()),
                },
            )
            connection.execute(MOVE, {"b_station": station, "position": place})

    def _write(
        self, station: str, record: str, act: str, data: Mapping[str, Any], by: str, base: str | None
    ) -> Receipt:
        pen = pen_of(self._identity, station)
        with self._database.write() as connection:
            connection.execute(LOCK, {"station": station})
            seq = pen_seq(connection, station, pen, utc_text(self._clock())) + 1
            found = select(record_state.c.type, record_state.c.head, record_state.c.version).where(
                record_state.c.station == station, record_state.c.record == record
            )
            state = connection.execute(found).first()
        if state is None:
            raise Refusal(404, "unknown_record")
        content = {
            "seq": seq,
            "op_id": str(uuid7()),
            "type": state.type,
            "record": record,
            "act": act,
            "base": base or state.head,
            "revision": state.version + 1,
            "by": by,
            "at": utc_text(self._clock()),
            "data": dict(data),
            "blobs": [],
        }
        return self._intake.take(pen_batch(pen, content), Sender(station, pen))


def pen_batch(pen: str, content: Mapping[str, Any]) -> Batch:
    """One revision of the district's pen as a PC would send it; `content` is the wire line, its seq included."""
    seq = content["seq"]
    return Batch(Header(pen, 1, seq, 1, SCHEMA, LABEL), (line_of(canonical(content), seq),))


def pen_of(identity: Identity, station: str) -> str:
    """The device id of the district's own pen at a station."""
    return str(uuid5(UUID(identity.server), station))


def pen_seq(connection: Connection, station: str, pen: str, now: str) -> int:
    """The last seq of the district's own device at a station, opened when it is new; nobody can sign as it."""
    own = (device.c.station == station) & (device.c.device == pen)
    acked = connection.execute(select(device.c.acked_seq).where(own)).scalar()
    if acked is None:
        row = {
            "station": station,
            "device": pen,
            "label": LABEL,
            "public_key": b"",
            "segment": OWN_SEGMENT,
            "epoch": 1,
            "acked_seq": 0,
            "enrolled_at": now,
        }
        connection.execute(insert(device), row)
        return 0
    connection.execute(update(device).where(own).values(last_seen=now))
    seq: int = acked
    return seq
