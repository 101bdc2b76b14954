"""Faults sown on purpose: a judge that finds nothing proves nothing until it has found these."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, text, update

from app.district import intake as taking
from app.district.intake import Intake
from app.district.letters import Letters
from app.district.sitting import Sitting
from app.district.tables import passing
from app.store import lives, new_life
from app.store.new_life import NewLife
from app.store.receiving import Receiver
from app.store.tables import device, revision
from app.sync.protocol import Receipt, Verdict


@contextmanager
def replaced(owner: Any, name: str, other: Any) -> Iterator[None]:
    """Within the block another piece stands in the place of the product's."""
    kept = getattr(owner, name)
    setattr(owner, name, other)
    try:
        yield
    finally:
        setattr(owner, name, kept)


def ack_before_commit() -> AbstractContextManager[None]:
    """The district answers first and commits when it is asked the next time."""
    take = Intake.take

    def early(self: Intake, batch: Any, sender: Any) -> Receipt:
        waiting = self.__dict__.setdefault("waiting", [])
        while waiting:
            take(self, *waiting.pop())
        waiting.append((batch, sender))
        return Receipt(batch.header.first + batch.header.count - 1)

    return replaced(Intake, "take", early)


def cursor_before_apply() -> AbstractContextManager[None]:
    """The station remembers how far it has read before what it read is in its file."""

    def take(self: Receiver, page: Any, after: str) -> int:
        now = self._clock()
        with self._database.write() as connection:
            if connection.execute(select(device.c.cursor)).scalar_one() != after:
                return 0
            connection.execute(update(device).values(cursor=page.cursor, last_pull_at=now))
        with self._database.write() as connection:
            return self._enter(connection, page, now)

    return replaced(Receiver, "take", take)


def deduplicated_by_time() -> AbstractContextManager[None]:
    """The district takes two revisions of one record with one time for the same."""
    place = Sitting._place

    def once(self: Sitting, line: Any) -> None:
        self._ledger.flush()
        like = f'%"at":"{line.at}"%'
        found = self._ledger.connection.execute(
            text("SELECT line FROM revision WHERE CAST(record AS TEXT) = :r"), {"r": line.record}
        )
        if not any(like.strip("%").encode() in bytes(row.line) for row in found):
            place(self, line)

    return replaced(Sitting, "_place", once)


@contextmanager
def seq_used_twice() -> Iterator[None]:
    """A restored file counts on where its backup stood, and the district skips what it has seen by its seq."""

    def same_life(connection: Any, **_: Any) -> NewLife:
        return NewLife(connection.execute(select(device.c.epoch)).scalar_one(), 0, 0, enrolled=True)

    def skipped(_connection: Any, _station: str, batch: Any, acked: int) -> list[Verdict]:
        return [Verdict(line.seq, "duplicate") for line in batch.lines if line.seq <= acked]

    with replaced(new_life, "begin_new_life", same_life), replaced(taking, "repeated", skipped):
        yield


def sent_again_backwards() -> AbstractContextManager[None]:
    """What goes into the stream anew goes newest first: after a restore, a copied disk, a loss at the district."""
    put = lives._put_in_stream

    def backwards(connection: Connection, which: ColumnElement[bool], epoch: int) -> int:
        rows = connection.execute(
            select(revision.c.op_id, revision.c.position).where(which).order_by(revision.c.position)
        )
        newest = {row.op_id: row.position for row in rows}
        return sum(
            put(connection, revision.c.position == position, epoch) for position in reversed(newest.values())
        )

    return replaced(lives, "_put_in_stream", backwards)


def first_word_stands() -> AbstractContextManager[None]:
    """Of all that was said of a letter the other office is told the first, and the rest is marked as told."""
    enter = Letters._enter

    def first(self: Letters, connection: Connection, station: str, record: str, waiting: Any) -> bool:
        overtaken = {**waiting[0], "number": waiting[-1]["number"]}
        return enter(self, connection, station, record, [overtaken])

    return replaced(Letters, "_enter", first)


def told_before_entered() -> AbstractContextManager[None]:
    """What was said of a letter is marked as told in a transaction of its own, before it is in the other's log."""
    hand_on = Letters.hand_on

    def marked(self: Letters, station: str) -> int:
        of_station = passing.c.station == station
        with self._database.read() as connection:
            waiting = connection.execute(select(passing.c.number, passing.c.record, passing.c.body).where(
                of_station, passing.c.placed_at.is_(None)
            )).all()  # fmt: skip
        if not waiting:
            return 0
        with self._database.write() as connection:
            connection.execute(update(passing).where(of_station).values(placed_at="2026-11-23T06:00:00Z"))
        with self._database.write() as connection:
            for row in waiting:
                one = of_station & (passing.c.record == row.record) & (passing.c.number == row.number)
                connection.execute(update(passing).where(one).values(placed_at=None, body=row.body))
        return hand_on(self, station)

    return replaced(Letters, "hand_on", marked)


SOWN: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "ack before commit": ack_before_commit,
    "cursor before apply": cursor_before_apply,
    "deduplicated by time": deduplicated_by_time,
    "seq used twice": seq_used_twice,
    "sent again backwards": sent_again_backwards,
}
SOWN_IN_LETTERS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "first word stands": first_word_stands,
    "told before entered": told_before_entered,
}
