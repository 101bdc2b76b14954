"""Which backups stay: the newest of 7 days, 4 weeks and 6 months, and always the last two made."""

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime

from app.models.station_time import station_day

DAYS, WEEKS, MONTHS = 7, 4, 6
LAST = 2

_PERIODS: tuple[tuple[int, Callable[[datetime], Hashable]], ...] = (
    (DAYS, station_day),
    (WEEKS, lambda moment: station_day(moment).isocalendar()[:2]),
    (MONTHS, lambda moment: (station_day(moment).year, station_day(moment).month)),
)


def kept(made: Sequence[datetime]) -> set[int]:
    """The places in `made` (in the order the backups were made) of those to keep; at most 19.

    Of each of the last 7 days, 4 weeks and 6 months that have a backup the one made last stays.  "Last" goes by
    the order of making, so a clock put wrong for an afternoon throws nothing away.
    """
    newest_first = range(len(made) - 1, -1, -1)
    keep = set(newest_first[:LAST])
    for most, period_of in _PERIODS:
        seen: dict[Hashable, int] = {}
        for place in newest_first:
            seen.setdefault(period_of(made[place]), place)
        keep.update(list(seen.values())[:most])
    return keep
