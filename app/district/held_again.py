"""Held revisions once more, along the path they came: what has become sound takes effect."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from app.district.administration.accounts import NotDone
from app.district.administration.trail import Actor, Deed, note
from app.district.database import Database
from app.district.intake import utc_text
from app.district.judge import Judge
from app.district.ledger import Ledger, Sender
from app.district.overview import waiting_by_station
from app.district.sitting import Sitting
from app.district.tables import held
from app.sync.protocol import Header

# Nobody's batch: no PC has this id, so no verdict is addressed to anybody; they come down by pull.
_NOBODY = Header("", 0, 1, 0, 1, "")
_is_number = re.compile(r"[0-9A-Za-z]{2,12}-[1-9][0-9]{0,15}").fullmatch


@dataclass(frozen=True, slots=True)
class Retried:
    """What a second try of one held revision came to: whether it took effect, and how many of its record did."""

    is_free: bool
    freed: int
    reason: str


def take_again(database: Database, judge: Judge, clock: Callable[[], datetime], by: Actor) -> tuple[int, int]:
    """Try every held revision again; answers how many took effect and how many still wait.

    One transaction a station, under its lock, as a batch of its own would be.
    """
    with database.read() as connection:
        codes = sorted(waiting_by_station(connection))
    freed = 0
    for code in codes:
        now = utc_text(clock())
        with database.write() as connection:
            ledger = Ledger(connection, Sender(code, ""), 0, now)
            waiting = select(held.c.record).where(held.c.station == code, held.c.released_at.is_(None))
            records = sorted(set(connection.execute(waiting).scalars()))
            some = Sitting(ledger, judge, _NOBODY).look_again(records)
            if some:
                note(connection, by, Deed("take_held_again", code, detail=str(some)), now)
        freed += some
    with database.read() as connection:
        left = sum(waiting_by_station(connection).values())
    return freed, left


def take_one_again(
    database: Database, judge: Judge, clock: Callable[[], datetime], by: Actor, number: str
) -> Retried:
    """Try one held revision again, by station code and its place there (`511421125201-37`).

    Those of the same record are tried with it: a revision and the one it builds on become sound together.  In the
    trail whatever came of it.  Raises NotDone when none is held under this number.
    """
    code, _, place = number.rpartition("-") if _is_number(number) else ("", "", "0")
    one = and_(held.c.station == code, held.c.position == int(place))
    wanted = select(held.c.record).where(one, held.c.released_at.is_(None))
    now = utc_text(clock())
    with database.write() as connection:
        record = connection.execute(wanted).scalar()
        if record is None:
            raise NotDone("待处理里没有这一条，可能刚刚已经处理了；没有做任何更改。")
        ledger = Ledger(connection, Sender(code, ""), 0, now)
        freed = Sitting(ledger, judge, _NOBODY).look_again([record])
        after = connection.execute(select(held.c.released_at, held.c.reason).where(one)).one()
        note(connection, by, Deed("take_one_again", number, detail=str(freed)), now)
    return Retried(after.released_at is not None, freed, after.reason)
