"""Stations, one-time codes and the PCs enrolled with them."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, select, update

from app.district.admin_tables import device_home
from app.district.administration.accounts import NotDone
from app.district.administration.trail import COMMAND, Actor, Deed, note
from app.district.database import Database
from app.district.identity import Identity
from app.district.intake import utc_text
from app.district.queries import LOCK
from app.district.stations import open_station
from app.district.tables import device, enrol_code, station
from app.sync.protocol import Refusal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LABEL_LENGTH = 4
SECRET_LENGTH = 16
is_uuid = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
LIFETIME = timedelta(minutes=30)
MISSES = 5
_DEVICE = select(
    device.c.station,
    device.c.device,
    device.c.epoch,
    device.c.public_key,
    device.c.revoked_at.is_not(None),
    device.c.acked_seq,
    device.c.segment,
).where(device.c.station == bindparam("station"), device.c.device == bindparam("device"))
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Device:
    """A PC as the district knows it."""

    station: str
    device: str
    epoch: int
    public_key: bytes
    revoked: bool
    acked_seq: int
    segment: int


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A PC that asks to be enrolled; it made its own id, epoch and key when its file was founded."""

    device: str
    epoch: int
    public_key: bytes
    label: str
    app: str


class Enrolments:
    """Opens codes, takes PCs in, finds them by their id."""

    def __init__(self, database: Database, identity: Identity, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        # A PC never changes its station, so what was looked up once stays true.
        self._homes: dict[str, str] = {}
        self._noted: dict[str, datetime] = {}

    def open_code(
        self, station_code: str, name: str = "", lifetime: timedelta = LIFETIME, by: Actor = COMMAND
    ) -> str:
        """A new code for one PC of the station (80 secret bits, single use), in groups of four to type.

        Only its keyed hash is stored.  The station is opened when it is new here.
        """
        label = "".join(secrets.choice(ALPHABET) for _ in range(LABEL_LENGTH))
        code = label + "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
        now = self._clock()
        with self._database.write() as connection:
            open_station(connection, station_code, name, utc_text(now))
            connection.execute(
                insert(enrol_code),
                {
                    "station": station_code,
                    "label": label,
                    "keyed_hash": self._hash(code),
                    "opened_at": utc_text(now),
                    "expires_at": utc_text(now + lifetime),
                    "misses": 0,
                },
            )
            note(connection, by, Deed("open_code", station_code), utc_text(now))
        return "-".join(code[at : at + 4] for at in range(0, len(code), 4))

    def enrol(self, typed_code: str, newcomer: Newcomer) -> Device:
        """Register a PC; raises Refusal 403 wrong_code, 422 device_known.

        A wrong, expired, used or five times missed code gets the same answer.  The same PC may repeat the
        code it was enrolled with when the answer was lost.  An id that is registered with another key is a
        copied file and has to take a new one.
        """
        if not is_uuid(newcomer.device):
            raise Refusal(400, "wrong_enrolment")
        code = _plain(typed_code)
        with self._database.write() as connection:
            enrolled = self._with_code(connection, code, newcomer)
            if enrolled is not None:
                pc = Actor(f"pc:{newcomer.device}", "", "")
                note(connection, pc, Deed("enrol", enrolled.station), utc_text(self._clock()))
        if enrolled is None:
            raise Refusal(403, "wrong_code")
        return enrolled

    def find(self, device_id: str) -> Device | None:
        """The PC with this id (a UUID text), revoked or not."""
        if not is_uuid(device_id):
            return None
        home = self._homes.get(device_id)
        with self._database.read() as connection:
            if home is None:
                home = _home(connection, device_id)
                if home is None:
                    return None
                self._homes[device_id] = home
            row = connection.execute(_DEVICE, {"station": home, "device": device_id}).first()
        return None if row is None else Device(row[0], row[1], row[2], bytes(row[3]), bool(row[4]), *row[5:])

    def seen(self, asking: Device) -> None:
        """The PC called: noted at most once a minute, push notes it in its own transaction."""
        now = self._clock()
        last = self._noted.get(asking.device)
        if last is not None and timedelta(0) <= now - last < SEEN_EVERY:
            return
        self._noted[asking.device] = now
        before = utc_text(now - SEEN_EVERY)
        stale = device.c.last_seen.is_(None) | (device.c.last_seen <= before)
        with self._database.write() as connection:
            connection.execute(update(device).where(*_own(asking), stale).values(last_seen=utc_text(now)))

    def begin_epoch(self, device_id: str, epoch: int) -> None:
        """A PC whose file was put back from a backup counts from 1 again; raises Refusal 422 epoch_used.

        The refusal says in `expected_seq` which epoch is the highest the district knows: the PC has to go above it.

        Asked for with the key the PC was enrolled with.  A copy of the disk that did not ask stays behind in
        the old epoch and is refused from then on.
        """
        asking = self.find(device_id)
        if asking is None:
            raise Refusal(401, "unknown_device")
        with self._database.write() as connection:
            own = and_(*_own(asking))
            kept, acked = connection.execute(
                select(device.c.epoch, device.c.acked_seq).where(own).with_for_update()
            ).one()
            if epoch < kept or (epoch == kept and acked > 0):
                # Another life of this file counted here already.
                raise Refusal(422, "epoch_used", expected_seq=kept)
            if epoch > kept:
                connection.execute(update(device).where(own).values(epoch=epoch, acked_seq=0))

    def revoke(self, device_id: str, by: Actor = COMMAND) -> None:
        """Take nothing more from this PC; the others are not touched.  Raises NotDone when there is nothing to stop."""
        found = self.find(device_id)
        if found is None or found.revoked:
            raise NotDone("没有这台电脑，或者已经停用。")
        now = utc_text(self._clock())
        with self._database.write() as connection:
            connection.execute(update(device).where(*_own(found)).values(revoked_at=now))
            note(connection, by, Deed("revoke_device", f"{found.station}/{found.device}"), now)

    def _with_code(self, connection: Connection, code: str, newcomer: Newcomer) -> Device | None:
        now = utc_text(self._clock())
        label = enrol_code.c.label == code[:LABEL_LENGTH]
        # Enrolment alone asks all stations, without a lock; what may be changed is read again at its station.
        homes = connection.execute(select(enrol_code.c.station).where(label)).scalars().all()
        for home in sorted(homes):
            here = (enrol_code.c.station == home) & label & (enrol_code.c.misses < MISSES)
            row = connection.execute(select(enrol_code).where(here).with_for_update()).first()
            if row is None:
                continue
            this = (enrol_code.c.station == home) & label
            if not hmac.compare_digest(bytes(row.keyed_hash), self._hash(code)):
                connection.execute(update(enrol_code).where(this).values(misses=row.misses + 1))
            elif row.used_by is not None:
                if row.used_by != newcomer.device:
                    return None
                return _registered(connection, row.station, newcomer, now)
            elif now <= row.expires_at:
                enrolled = _registered(connection, row.station, newcomer, now)
                connection.execute(
                    update(enrol_code).where(this).values(used_at=now, used_by=newcomer.device)
                )
                return enrolled
        return None

    def _hash(self, code: str) -> bytes:
        return hmac.new(self._identity.code_key, code.encode(), hashlib.sha256).digest()


def _registered(connection: Connection, station_code: str, newcomer: Newcomer, now: str) -> Device:
    """The PC's row: a new one, the one it has, or a new life of its counter in the one it has."""
    home = _home(connection, newcomer.device)
    if home not in (None, station_code):
        raise Refusal(422, "device_known")
    own = (device.c.station == station_code) & (device.c.device == newcomer.device)
    kept = connection.execute(select(device).where(own)).first()
    if kept is None:
        segment = _next_segment(connection, station_code)
        more = {"station": station_code, "segment": segment, "acked_seq": 0, "enrolled_at": now}
        connection.execute(insert(device), asdict(newcomer) | more)
        connection.execute(insert(device_home), {"device": newcomer.device, "station": station_code})
        return Device(station_code, newcomer.device, newcomer.epoch, newcomer.public_key, False, 0, segment)
    if (
        bytes(kept.public_key) != newcomer.public_key
        or kept.revoked_at is not None
        or newcomer.epoch < kept.epoch
    ):
        raise Refusal(422, "device_known")
    acked = kept.acked_seq if newcomer.epoch == kept.epoch else 0
    connection.execute(
        update(device)
        .where(own)
        .values(epoch=newcomer.epoch, acked_seq=acked, label=newcomer.label, app=newcomer.app)
    )
    return Device(
        station_code, newcomer.device, newcomer.epoch, newcomer.public_key, False, acked, kept.segment
    )


def _next_segment(connection: Connection, station_code: str) -> int:
    """Under the station's lock, so that two PCs never number their documents in the same block."""
    connection.execute(LOCK, {"station": station_code})
    taken = select(func.max(device.c.segment)).where(device.c.station == station_code)
    last = connection.execute(taken).scalar()
    return 0 if last is None else max(last, -1) + 1


def origins(connection: Connection, asking: Device) -> dict[str, str]:
    """How the PCs of the station are called towards one of them, by their ids; "" is the asking one."""
    named = select(device.c.device, device.c.label, device.c.segment, station.c.name)
    rows = connection.execute(
        named.join(station, station.c.station == device.c.station).where(device.c.station == asking.station)
    )
    told = {}
    for row in rows:
        own_name = row.label and row.label != row.name
        told[row.device] = row.label if own_name else f"{row.segment + 1}号机"
    told[asking.device] = ""
    return told


def _own(asking: Device) -> tuple[ColumnElement[bool], ...]:
    return (device.c.station == asking.station, device.c.device == asking.device)


def _home(connection: Connection, device_id: str) -> str | None:
    found = select(device_home.c.station).where(device_home.c.device == device_id)
    return connection.execute(found).scalar()


def _plain(typed: str) -> str:
    """The code without separators, with letters people misread (I, L, O) read as the digits they look like."""
    folded = typed.upper().translate(str.maketrans("ILO", "110", "- \u3000\t－—"))
    sound = len(folded) == LABEL_LENGTH + SECRET_LENGTH and all(sign in ALPHABET for sign in folded)
    return folded if sound else ""
