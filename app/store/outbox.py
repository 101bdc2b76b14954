"""Outbox: revisions the district has not receipted yet, in the order this PC wrote them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, select, update

from app.models.column_types import Moment
from app.store.blob_counts import NOTHING, Underway, underway
from app.store.blob_transfers import Transfer, ask_again, held_files
from app.store.clock import skew_sentence
from app.store.database import Database
from app.store.prepared import Prepared, prepared_insert
from app.store.tables import conflict, device, install, resent, revision


@dataclass(frozen=True)
class OutboxLine:
    """One finished revision: `body` is the wire line without its line break."""

    seq: int
    op_id: str
    record_type: str
    record: str
    body: bytes


@dataclass(frozen=True)
class OutboxStatus:
    """The truth line of the screen, counted in the file itself; `conflicts` counts records.

    `files` are the contents of attached files that are not at the district or not here.
    """

    unsent: int
    oldest_at: datetime | None
    held: int
    conflicts: int
    last_receipt_at: datetime | None
    last_pull_at: datetime | None = None
    files: Underway = NOTHING
    clock: str = ""
    """What is suspect about the PC's clock, as a sentence."""


@dataclass(frozen=True)
class Refusal:
    """A revision the district holds back or differs on, with its reason in words."""

    position: int
    record_type: str
    record_id: str
    code: str
    detail: str
    by: str
    at: datetime


class SettledVerdict(Protocol):
    """What the outbox needs of a verdict."""

    @property
    def seq(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def detail(self) -> str: ...


# Everything of this PC's stream up to here is durably at the district.
ACKED = select(device.c.acked_seq).scalar_subquery()
# After a restore the counter lives anew; whatever earlier lives left unsent was taken along into it.
UNSENT = and_(revision.c.epoch == select(device.c.epoch).scalar_subquery(), revision.c.seq > ACKED)
OPEN_VERDICTS = ("held", "conflict")


class Outbox:
    """The unsent and unsettled revisions of this PC."""

    def __init__(self, database: Database, epoch: int) -> None:
        self._database = database
        self._epoch = epoch

    def next_lines(self, max_bytes: int, max_count: int) -> list[OutboxLine]:
        """The oldest unsent lines that fit; at least one while any is unsent."""
        return self._lines(self._unsent(), max_bytes, max_count)

    def lines_after(self, seq: int, max_bytes: int, max_count: int) -> list[OutboxLine]:
        """The lines of this PC's stream after `seq`, sent or not, that fit; at least one while there is any."""
        return self._lines(and_(revision.c.epoch == self._epoch, revision.c.seq > seq), max_bytes, max_count)

    def _lines(self, which: ColumnElement[bool], max_bytes: int, max_count: int) -> list[OutboxLine]:
        statement = (
            select(
                revision.c.seq,
                revision.c.op_id,
                revision.c.record_type,
                revision.c.record_id,
                revision.c.line,
            )
            .where(which)
            .order_by(revision.c.seq)
            .limit(max_count)
        )
        lines: list[OutboxLine] = []
        size = 0
        with self._database.read() as connection:
            for seq, op_id, record_type, record_id, line in connection.execute(statement):
                size += len(line) + 1
                if lines and size > max_bytes:
                    break
                lines.append(OutboxLine(seq, op_id, record_type, record_id, line))
        return lines

    def continue_from(self, seq: int) -> None:
        """The district expects `seq` next: every line from there on is unsent again, and nothing is said of it."""
        anew = (revision.c.epoch == self._epoch) & (revision.c.seq >= seq) & revision.c.verdict.is_not(None)
        with self._database.write() as connection:
            connection.execute(update(revision).where(anew).values(verdict=None))
            connection.execute(update(device).values(acked_seq=func.min(device.c.acked_seq, seq - 1)))
            # A district that lost rows may have lost contents with them.
            ask_again(connection)

    def apply_receipt(
        self, acked_seq: int, verdicts: Iterable[SettledVerdict], received_at: datetime
    ) -> None:
        """Settle what the district has committed: all or nothing, in one transaction."""
        with self._database.write() as connection:
            connection.execute(
                update(device).values(
                    acked_seq=func.max(device.c.acked_seq, acked_seq), last_receipt_at=received_at
                )
            )
            for verdict in verdicts:
                is_open = verdict.code in OPEN_VERDICTS
                told = update(revision).where(revision.c.epoch == self._epoch, revision.c.seq == verdict.seq)
                if verdict.code == "conflict":
                    # Of what came down already, and of a copy, the district says again what was perhaps settled since.
                    copied = revision.c.position.in_(select(resent.c.position))
                    told = told.where(revision.c.place.is_(None), ~copied)
                connection.execute(
                    told.values(verdict=verdict.code if is_open else None, detail=verdict.detail or None)
                )

    def status(self) -> OutboxStatus:
        """Counts for the status bar."""
        # What goes out again waits since somebody asked for it.
        since = func.min(func.coalesce(resent.c.at, revision.c.at), type_=Moment())
        waiting = revision.outerjoin(resent, resent.c.position == revision.c.position)
        unsent = select(func.count(), since).select_from(waiting).where(self._unsent())
        held = select(func.count()).where(revision.c.verdict == "held")
        with self._database.read() as connection:
            count, oldest_at = connection.execute(unsent).one()
            held_count = connection.execute(held).scalar_one()
            conflicts = connection.execute(_DISPUTED).scalar_one()
            receipt, pull = connection.execute(select(device.c.last_receipt_at, device.c.last_pull_at)).one()
            around = connection.execute(select(install.c.clock, install.c.skew)).one()
            files = underway(connection)
        clock = around.clock or skew_sentence(around.skew)
        return OutboxStatus(count, oldest_at, held_count, conflicts, receipt, pull, files, clock)

    def held_files(self) -> list[Transfer]:
        """Attached files that wait for a person, with the code of the reason."""
        with self._database.read() as connection:
            return held_files(connection)

    def line(self, seq: int) -> bytes | None:
        """The line at this place of the present stream, sent or not; None where there is none."""
        one = select(revision.c.line).where(revision.c.epoch == self._epoch, revision.c.seq == seq)
        with self._database.read() as connection:
            return connection.execute(one).scalar()

    def has_unsent(self) -> bool:
        """Whether any line waits."""
        with self._database.read() as connection:
            return (
                connection.execute(select(revision.c.seq).where(self._unsent()).limit(1)).first() is not None
            )

    def unsent(self) -> int:
        """How many revisions wait."""
        with self._database.read() as connection:
            count: int = connection.execute(select(func.count()).where(self._unsent())).scalar_one()
            return count

    def acked_seq(self) -> int:
        """The last seq the district has receipted."""
        with self._database.read() as connection:
            acked: int = connection.execute(select(device.c.acked_seq)).scalar_one()
            return acked

    def refusals(self, limit: int = 200) -> Sequence[Refusal]:
        """What the district holds back or differs on, newest first."""
        statement = (
            select(
                revision.c.position,
                revision.c.record_type,
                revision.c.record_id,
                revision.c.verdict,
                func.coalesce(revision.c.detail, ""),
                revision.c.by,
                revision.c.at,
            )
            .where(revision.c.verdict.is_not(None))
            .order_by(revision.c.position.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [Refusal(*row) for row in connection.execute(statement)]

    def _unsent(self) -> ColumnElement[bool]:
        return and_(revision.c.epoch == self._epoch, revision.c.seq > ACKED)


# A record counts from the verdict of its push on, before the pull brings both values.
_DISPUTED = select(func.count()).select_from(
    select(conflict.c.record_id)
    .where(~conflict.c.settled)
    .union(select(revision.c.record_id).where(revision.c.verdict == "conflict"))
    .subquery()
)
_LAST_SEQ = Prepared(
    select(func.coalesce(func.max(revision.c.seq), 0)).where(revision.c.epoch == bindparam("epoch"))
)
_INSERT = prepared_insert(revision)


def next_seq(connection: Connection, epoch: int) -> int:
    """The next place in this PC's gap-free stream, in the transaction that fills it."""
    last: int = _LAST_SEQ.run(connection, {"epoch": epoch}).scalar_one()
    return last + 1


def enqueue(connection: Connection, row: dict[str, object]) -> None:
    """Store one finished revision as unsent, in the transaction that saves its record."""
    _INSERT.run(connection, row)


def enqueue_again(connection: Connection, position: int, row: dict[str, object]) -> None:
    """Put a revision of this file into the stream (`epoch`, `seq`, `line`) as unsent and unsettled."""
    again = update(revision).where(revision.c.position == position)
    connection.execute(again.values(verdict=None, place=None, **row))
