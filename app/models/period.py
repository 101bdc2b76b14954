"""A period of business days: month, quarter, half, year or any days, with the same window last year and before."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_YEAR, LAST_YEAR = 1949, 2199


class BackwardPeriod(ValueError):
    """The last day lies before the first; the sentence says so."""

    def __init__(self) -> None:
        super().__init__("结束日期早于开始日期，请核对。")


class OutOfCalendar(ValueError):
    """No station has records of such a year; the sentence says so."""

    def __init__(self) -> None:
        super().__init__("日期超出范围，请核对年份。")


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included.  Raises BackwardPeriod."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BackwardPeriod

    @classmethod
    def asked(cls, first: date, last: date) -> "Period":
        """A period somebody typed.  Raises BackwardPeriod, OutOfCalendar."""
        if first.year < FIRST_YEAR or last.year > LAST_YEAR:
            raise OutOfCalendar
        return cls(first, last)

    @property
    def whole_months(self) -> int:
        """How many calendar months the period fills exactly; 0 when it begins or ends within one."""
        if self.first.day != 1 or self.last != month_end(self.last.year, self.last.month):
            return 0
        return _ordinal(self.last) - _ordinal(self.first) + 1

    def year_before(self) -> "Period":
        """The same calendar window last year (同比): whole months stay whole, 29 February becomes the 28th."""
        first = _same_day(self.first, self.first.year - 1)
        if self.whole_months:
            return Period(first, month_end(self.last.year - 1, self.last.month))
        return Period(first, _same_day(self.last, self.last.year - 1))

    def before(self) -> "Period":
        """The period just before (环比): as many whole months, or as many days."""
        last = self.first - timedelta(days=1)
        if self.whole_months:
            year, month = divmod(_ordinal(self.first) - self.whole_months, 12)
            return Period(date(year, month + 1, 1), last)
        return Period(last - (self.last - self.first), last)

    def year_to_date(self) -> "Period":
        """1 January of the last day's year to the last day (年度累计)."""
        return Period(date(self.last.year, 1, 1), self.last)

    def months(self) -> list["Period"]:
        """The parts of the period that lie in one calendar month each, in order."""
        parts, first = [], self.first
        while first <= self.last:
            last = min(month_end(first.year, first.month), self.last)
            parts.append(Period(first, last))
            first = last + timedelta(days=1)
        return parts


def month(year: int, number: int) -> Period:
    """A calendar month; `number` from 1."""
    return Period(date(year, number, 1), month_end(year, number))


def quarter(year: int, number: int) -> Period:
    """A quarter (季度); `number` from 1 to 4."""
    return Period(date(year, 3 * number - 2, 1), month_end(year, 3 * number))


def half(year: int, number: int) -> Period:
    """The first or second half of a year (上半年, 下半年)."""
    return Period(date(year, 6 * number - 5, 1), month_end(year, 6 * number))


def whole_year(year: int) -> Period:
    """1 January to 31 December."""
    return Period(date(year, 1, 1), date(year, 12, 31))


def month_end(year: int, number: int) -> date:
    """The last day of a month."""
    return date(year, number, monthrange(year, number)[1])


def _same_day(day: date, year: int) -> date:
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def _ordinal(day: date) -> int:
    return day.year * 12 + day.month - 1
