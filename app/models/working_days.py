"""Working days (工作日): weekends and public holidays with their make-up days, adjustable by the district."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import orjson

from app import resources

SATURDAY = 5
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingCalendar:
    """Days off and make-up working days beside the ordinary week; a day in neither follows the week."""

    off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether offices work on the day."""
        if day in self.working:
            return True
        return day not in self.off and day.weekday() < SATURDAY

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; the day itself does not count (民法典 art. 201)."""
        for _ in range(count):
            day += ONE_DAY
            while not self.is_working(day):
                day += ONE_DAY
        return day

    def or_next(self, day: date) -> date:
        """The day, or where it is a holiday the next working day (民法典 art. 203)."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def with_changes(self, changes: Mapping[date, bool]) -> "WorkingCalendar":
        """The calendar with some days set to working (True) or off (False)."""
        off = (self.off - changes.keys()) | {day for day, works in changes.items() if not works}
        working = (self.working - changes.keys()) | {day for day, works in changes.items() if works}
        return WorkingCalendar(frozenset(off), frozenset(working))


@cache
def national_calendar() -> WorkingCalendar:
    """The holidays the State Council announced for the years resources/codes/holidays knows."""
    data = orjson.loads(resources.path("calendar", "holidays.json").read_bytes())
    return WorkingCalendar(
        frozenset(date.fromisoformat(day) for year in data["years"].values() for day in year["off"]),
        frozenset(date.fromisoformat(day) for year in data["years"].values() for day in year["working"]),
    )
