"""Takes a batch: one transaction, every revision exactly once, a verdict for each that was not plainly applied."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from app.district.anchors import Anchor, Life, keep_anchor
from app.district.blob_names import name_blobs
from app.district.database import Database
from app.district.judge import Judge
from app.district.ledger import Ledger, Sender
from app.district.queries import SEEN, WHERE_IT_STANDS
from app.district.repeats import must_follow, repeated
from app.district.sitting import Sitting
from app.sync.batch import QuickReading, decode_batch
from app.sync.blob_wire import named_in
from app.sync.protocol import Batch, Header, Receipt, Refusal

__all__ = ["Clock", "Intake", "Sender", "utc_text"]
Clock = Callable[[], datetime]


def utc_text(moment: datetime) -> str:
    """`2026-11-23T06:05:04Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Intake:
    """The district's side of push; `quickly` reads lines instead of the judge's own quick way."""

    def __init__(
        self, database: Database, judge: Judge, clock: Clock, quickly: QuickReading | None = None
    ) -> None:
        self._quickly = quickly or judge.quick_reading.lines
        self._database = database
        self._judge = judge
        self._clock = clock

    def read(self, body: bytes) -> Batch:
        """The batch in `body`; raises ProtocolError.  See `sync.batch.decode_batch`."""
        return decode_batch(body, self._quickly)

    def take(self, batch: Batch, sender: Sender) -> Receipt:
        """Store a batch and answer once it is durable.

        Raises Refusal: 401 revoked, 409 with expected_seq on a gap, 422 unknown_epoch or other_content.
        """
        try:
            return self._transaction(batch, sender, careful=False)
        except (IntegrityError, DataError):
            return self._transaction(batch, sender, careful=True)

    def _transaction(self, batch: Batch, sender: Sender, *, careful: bool) -> Receipt:
        with self._database.write() as connection:
            return self.take_in(connection, batch, sender, careful=careful)

    def take_in(
        self, connection: Connection, batch: Batch, sender: Sender, *, careful: bool = True
    ) -> Receipt:
        """As `take`, within a transaction of the caller's; the receipt is true once that commits."""
        now = utc_text(self._clock())
        ledger = Ledger(connection, sender, batch.header.epoch, now)
        acked = _acked_seq(connection, sender, batch.header)
        must_follow(connection, sender.station, batch.header)
        verdicts = repeated(connection, sender.station, batch, acked)
        lines = [line for line in batch.lines if line.seq > acked]
        sitting = Sitting(ledger, self._judge, batch.header)
        verdicts += sitting.take_carefully(lines) if careful else sitting.take(lines)
        named = (digest for line in lines if not line.plain for digest in named_in(line.body))
        name_blobs(connection, sender.station, named, now)
        acked = max(acked, batch.header.first + batch.header.count - 1)
        moved = {"acked_seq": acked, "last_seen": now, "app": batch.header.app[:60]}
        connection.execute(SEEN, moved | _of(sender))
        header = batch.header
        life = Life(sender.station, sender.device, header.epoch)
        kept = keep_anchor(connection, life, Anchor(header.audit_seq, header.audit_head), now)
        return Receipt(acked, tuple(verdicts), now, audit_seq=kept.seq, audit_head=kept.head)


def _of(sender: Sender) -> dict[str, str]:
    return {"b_station": sender.station, "b_device": sender.device}


def _acked_seq(connection: Connection, sender: Sender, header: Header) -> int:
    """Last seq taken from the device, which must be in this life of its counter and send without a gap."""
    row = connection.execute(WHERE_IT_STANDS, _of(sender)).one()
    if row.revoked_at is not None:
        raise Refusal(401, "revoked")
    if row.epoch != header.epoch:
        raise Refusal(422, "unknown_epoch")
    acked: int = row.acked_seq
    if header.first > acked + 1:
        raise Refusal(409, "gap", expected_seq=acked + 1)
    return acked
