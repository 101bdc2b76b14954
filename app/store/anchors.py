"""Anchors (审计锚点): how far the district has witnessed this file's audit chain, and the clock it told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from app.models.column_types import moment_of
from app.store.audit import Entry, append
from app.store.clock import skew_sentence
from app.store.database import Database
from app.store.prepared import Prepared
from app.store.tables import audit, audit_anchor, device, install

BY_ITSELF = "本机"
NEWS = 60  # seconds by which the clocks must have moved apart to be written down again

_HEAD = Prepared(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1))


@dataclass(frozen=True)
class Anchor:
    """A link of the chain (seq, hash in hex) as the district keeps it, in which life of the counter."""

    epoch: int
    seq: int
    head: str


class ChainWitness:
    """Gives each batch the last link of the chain, and keeps what the district answered."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._known: tuple[int, str] = (0, "")
        self._skew: int | None = None

    def head(self) -> tuple[int, str]:
        """Seq and hash (hex) of the last link.  Raises StorageError."""
        with self._database.read() as connection:
            row = _HEAD.run(connection, {}).one_or_none()
        return (row.seq, row.hash.hex()) if row else (0, "")

    def heard(self, time: str, audit_seq: int, audit_head: str) -> None:
        """The district's clock and the furthest link it keeps of this life; written only where that is news.

        Raises StorageError.
        """
        now = self._clock()
        skew = _skew(time, now)
        if skew is not None and self._skew is not None and abs(skew - self._skew) < NEWS:
            skew = None
        if (audit_seq, audit_head) == self._known and skew is None:
            return
        with self._database.write() as connection:
            if audit_seq:
                keep(connection, audit_seq, audit_head, now)
            if skew is not None:
                self._keep_skew(connection, skew, now)
        self._known = (audit_seq, audit_head)
        self._skew = self._skew if skew is None else skew

    def _keep_skew(self, connection: Connection, skew: int, now: datetime) -> None:
        before = connection.execute(select(install.c.skew)).scalar_one()
        connection.execute(update(install).values(skew=skew))
        if skew_sentence(skew) and not skew_sentence(before):
            device_id = connection.execute(select(device.c.device_id)).scalar_one()
            entry = Entry(now, BY_ITSELF, device_id, "clock suspect", "desk", f"{skew} seconds")
            append(connection, entry)


def keep(connection: Connection, seq: int, head: str, now: datetime) -> None:
    """Keep the furthest link the district has of the file's present life."""
    epoch = select(device.c.epoch).scalar_subquery()
    said = {"seq": seq, "head": head, "at": now}
    row = insert(audit_anchor).values(epoch=epoch, **said)
    connection.execute(row.on_conflict_do_update(index_elements=["epoch"], set_=said))


def kept(connection: Connection) -> list[Anchor]:
    """What the district confirmed, one link a life of the counter."""
    rows = connection.execute(select(audit_anchor).order_by(audit_anchor.c.epoch))
    return [Anchor(row.epoch, row.seq, row.head) for row in rows]


def check(connection: Connection, anchors: list[Anchor]) -> Iterator[str]:
    """A sentence for every link the district keeps that this file does not hold as it was."""
    for anchor in anchors:
        here = connection.execute(select(audit.c.hash).where(audit.c.seq == anchor.seq)).scalar()
        if here is None:
            yield f"操作记录缺少第 {anchor.seq} 条：区里确认收到过，本机的已被截去或换成了旧的文件。"
        elif here.hex() != anchor.head:
            yield f"操作记录第 {anchor.seq} 条与区里确认的不一致，此前的内容被改动过。"


def unanchored(connection: Connection, anchors: list[Anchor]) -> int:
    """How many lines follow the last link the district confirmed (未锚定)."""
    last = max((anchor.seq for anchor in anchors), default=0)
    return connection.execute(select(func.count()).where(audit.c.seq > last)).scalar_one()


def _skew(time: str, now: datetime) -> int | None:
    """Seconds this PC's clock is ahead of the district's; None where the district's word is no time."""
    try:
        return int((now - moment_of(time)).total_seconds())
    except ValueError:
        return None
