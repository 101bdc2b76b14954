"""Local practice (地方做法): the periods law leaves to the district, with the defaults of the national rules."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from app.models.working_days import WorkingCalendar, national_calendar
from app.settings import Settings


class Unit(StrEnum):
    """How a period is counted."""

    CALENDAR = "calendar"
    WORKING = "working"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """A number of calendar days, working days or months."""

    count: int
    unit: Unit = Unit.CALENDAR

    def after(self, day: date, calendar: WorkingCalendar) -> date:
        """The last day of the period that begins on the day after `day` (民法典 arts 201, 202)."""
        if self.unit is Unit.WORKING:
            return calendar.after(day, self.count)
        if self.unit is Unit.MONTH:
            return _months_after(day, self.count)
        return day + timedelta(days=self.count)


@dataclass(frozen=True)
class Practice:
    """The periods of one district.

    `settle`: 若干规定 art. 33; `visit`: after the last term of performance; `screen`: from one screening of
    disputes (排查) to the next; `court_accept` and `court_decide`: what to expect after asking for confirmation;
    `police_first`, `police_second`: 公安机关治安调解工作规范.
    """

    settle: Period = Period(1, Unit.MONTH)
    visit: Period = Period(15)
    screen: Period = Period(15)
    court_accept: Period = Period(3)
    court_decide: Period = Period(15)
    court_decide_longer: Period = Period(10)
    police_first: Period = Period(3, Unit.WORKING)
    police_second: Period = Period(7, Unit.WORKING)


@dataclass
class LocalPractice:
    """The periods and the working days in force at this desk; changed in place when somebody sets others."""

    practice: Practice = field(default_factory=Practice)
    calendar: WorkingCalendar = field(default_factory=national_calendar)

    def follow(self, settings: Settings) -> None:
        """Take over what the settings say."""
        self.practice = Practice(
            settle=Period(settings.settle_count, Unit(settings.settle_unit)),
            visit=Period(settings.visit_days),
            screen=Period(settings.screen_days),
        )
        days = dict.fromkeys(map(date.fromisoformat, settings.days_off), False)
        days |= dict.fromkeys(map(date.fromisoformat, settings.days_worked), True)
        self.calendar = national_calendar().with_changes(days)


def _months_after(day: date, count: int) -> date:
    """The same day of a later month, or that month's last day where it has no such day."""
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))
