"""The reports a station can ask for, and the service that makes them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.models.mediation.committee import committee_name
from app.models.mediation.type_lists import TYPE_LISTS, type_list
from app.models.period import Period
from app.reports import activity, by_type, county_month, form_a, overview, sichuan
from app.reports.asked import Asked
from app.reports.reckoning import SuccessBase, Tally
from app.reports.table import Report
from app.store.activity_figures import ActivityFiguresReader
from app.store.case_figures import CaseFiguresReader
from app.store.database import Database
from app.store.station import Station

OF_CASES: dict[str, Callable[[Asked, CaseFiguresReader], Report]] = {
    overview.KEY: overview.build,
    by_type.KEY: by_type.build,
    form_a.KEY: form_a.build,
    county_month.KEY: county_month.build,
    sichuan.KEY: sichuan.build,
}
TITLES = {report.KEY: report.TITLE for report in (overview, by_type, form_a, county_month, sichuan, activity)}
"""Title by key, in the order they are offered."""
WITH_TYPES = frozenset({by_type.KEY, county_month.KEY})
"""Reports that follow the chosen list of types; the others have the list their form prescribes."""
MONTHS_SHOWN = 12


@dataclass(frozen=True)
class Bar:
    """One thing counted now and in the same window last year."""

    label: str
    now: int
    then: int


@dataclass(frozen=True)
class Charts:
    """Cases received by month (the last twelve) and by type of the chosen list."""

    months: tuple[Bar, ...]
    types: tuple[Bar, ...]


class Reports:
    """Makes the reports of one station's file."""

    def __init__(self, database: Database, station: Station, *, success: SuccessBase) -> None:
        self._cases = CaseFiguresReader(database)
        self._activity = ActivityFiguresReader(database)
        self._station = station
        self._success = success

    def report(self, key: str, period: Period, types: str = TYPE_LISTS[0]) -> Report:
        """The report `key` of TITLES over a period.  Raises StorageError, KeyError for an unknown report."""
        name = committee_name(self._station.name)
        station = self._station.code
        office = self._station.name if key in {activity.KEY, sichuan.KEY, county_month.KEY} else name
        asked = Asked(period, office, station, {station: office}, self._success, types)
        if key == activity.KEY:
            return activity.build(asked, self._activity)
        return OF_CASES[key](asked, self._cases)

    def charts(self, period: Period, types: str = TYPE_LISTS[0]) -> Charts:
        """What the page draws beside a table of cases.  Raises StorageError."""
        months = _year_to(period)
        now, then = self._cases.months(months), self._cases.months(months.year_before())
        figures = self._cases.read(period, (period.year_before(),))
        listed = type_list(types, period.last.year)
        counts = [Tally(each.received).by_type(listed) for each in (figures.counts, *figures.beside)]
        return Charts(
            tuple(
                Bar(f"{year}年{number}月", count.received, then[year - 1, number].received)
                for (year, number), count in now.items()
            ),
            tuple(
                Bar(kind.label, counts[0][kind.value].cases, counts[1][kind.value].cases)
                for kind in listed.types
            ),
        )


def _year_to(period: Period) -> Period:
    """The twelve calendar months that end with the period's last day."""
    year, month = divmod(period.last.year * 12 + period.last.month - MONTHS_SHOWN, 12)
    return Period(date(year, month + 1, 1), period.last)
