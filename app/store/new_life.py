"""The new epoch of a restored file: no seq and no document number it gives was given before (N7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from app.models.registry import RECORD_TYPES
from app.store import lives
from app.store.outbox import UNSENT
from app.store.tables import device, number_series, revision

# Document numbers left free for each day since the backup, where the lost file no longer says what was given.
NUMBERS_A_DAY = 10
MOST_LEFT_FREE = 1000


@dataclass(frozen=True)
class Remembered:
    """What can still be read in the file that is replaced; None where it cannot be opened at all."""

    epoch: int
    position: int
    receipted: int
    numbers: Mapping[tuple[str, int], int] = field(default_factory=dict)


@dataclass(frozen=True)
class NewLife:
    """What the restored file begins anew with: unsent revisions to send, document numbers left free a series.

    `enrolled`: the district knows the PC and is told of the new epoch in the next round.
    """

    epoch: int
    unsent: int
    numbers_free: int
    enrolled: bool


def remembered(connection: Connection, after: int) -> Remembered:
    """What a damaged file still says; `receipted` counts revisions beyond position `after` that the district has.

    Raises StorageError where the damage lies in the way.
    """
    who = connection.execute(select(device)).one()
    rows = connection.execute(
        select(revision.c.epoch, revision.c.seq).where(revision.c.position > after)
    ).all()
    position = connection.execute(select(func.max(revision.c.position))).scalar()
    series = connection.execute(select(number_series)).all()
    return Remembered(
        epoch=who.epoch,
        position=position or 0,
        receipted=sum(
            1 for row in rows if row.seq is None or row.epoch < who.epoch or row.seq <= who.acked_seq
        ),
        numbers={(row.series, row.year): row.last for row in series},
    )


def begin_new_life(
    connection: Connection,
    *,
    above: int,
    numbers: Mapping[tuple[str, int], int] | None,
    days: int,
    year: int,
) -> NewLife:
    """Give the file an epoch higher than `above` and its own, in the caller's transaction.

    What it holds unsent is sent again under the new epoch: the district knows the op ids it has already.  Its log
    is read from the start before that, because what the lost file sent after the backup comes back only from there.
    `numbers` are the last document numbers known to be given; where they are not known some are left free in `year`
    and earlier ones, for each of the `days` since the backup.
    """
    waiting = select(func.count(revision.c.op_id.distinct())).where(UNSENT)
    unsent = connection.execute(waiting).scalar_one()
    enrolled = connection.execute(select(device.c.server_id)).scalar_one() is not None
    epoch = lives.begin_new_life(connection, above)
    free = 0 if numbers is not None else min(MOST_LEFT_FREE, NUMBERS_A_DAY * (1 + max(0, days)))
    given = {(row.series, row.year): row.last for row in connection.execute(select(number_series))}
    counted = {kind.numbered for kind in RECORD_TYPES.values() if kind.numbered} | {name for name, _ in given}
    open_now = {(name, year): 0 for name in counted}
    for key, last in (open_now | given | dict(numbers or {})).items():
        _move_on(connection, key, max(last, given.get(key, 0)) + free)
    return NewLife(epoch, unsent, free, enrolled)


def _move_on(connection: Connection, key: tuple[str, int], last: int) -> None:
    if last:
        row = insert(number_series).values(series=key[0], year=key[1], last=last)
        moved = row.on_conflict_do_update(index_elements=["series", "year"], set_={"last": last})
        connection.execute(moved)
