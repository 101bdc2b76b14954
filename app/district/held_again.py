"""Held revisions once more, along the path they came: what has become sound takes effect."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

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
