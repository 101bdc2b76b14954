"""The reports a station can ask for, and the service that makes them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.models.mediation.committee import committee_name
from app.models.mediation.type_lists import TYPE_LISTS
from app.models.period import Period
from app.reports import activity, by_type, county_month, form_a, ledger, overview, sichuan
from app.reports.asked import Asked
from app.reports.headlines import Headline, of_activity, of_cases
from app.reports.reckoning import SuccessBase, Tally
from app.reports.table import Report
from app.store.activity_figures import ActivityFiguresReader
from app.store.case_figures import CaseFigures, CaseFiguresReader
from app.store.case_ledger import CaseLedger
from app.store.database import Database
from app.store.station import Station

OF_CASES: dict[str, Callable[[Asked, CaseFigures], Report]] = {
    overview.KEY: overview.build,
    by_type.KEY: by_type.build,
    form_a.KEY: form_a.build,
    county_month.KEY: county_month.build,
    sichuan.KEY: sichuan.build,
}
TITLES = {
    report.KEY: report.TITLE
    for report in (overview, by_type, form_a, county_month, sichuan, ledger, activity)
}
"""Title by key, in the order they are offered."""
WITH_TYPES = frozenset({by_type.KEY, county_month.KEY})
"""Reports that follow the chosen list of types; the others have the list their form prescribes."""
BY_COMMITTEE = frozenset({overview.KEY, by_type.KEY, form_a.KEY, ledger.KEY})
"""Reports the people's mediation committee signs; the station signs the others."""
MONTHS_SHOWN = 12


@dataclass(frozen=True)
class Bar:
    """One thing counted now and in the same window last year."""

    label: str
    now: int
    then: int


@dataclass(frozen=True)
class Screen:
    """A report with what is shown around it; `months` and `types` (cases received) only with cases."""

    report: Report
    headlines: tuple[Headline, ...]
    months: tuple[Bar, ...] = ()
    types: tuple[Bar, ...] = ()


class Reports:
    """Makes the reports of one station's file."""

    def __init__(self, database: Database, station: Station, *, success: SuccessBase) -> None:
        self._cases = CaseFiguresReader(database)
        self._activity = ActivityFiguresReader(database)
        self._ledger = CaseLedger(database)
        self._station = station
        self._success = success

    def report(self, key: str, period: Period, types: str = TYPE_LISTS[0]) -> Report:
        """The report `key` of TITLES over a period.  Raises StorageError, KeyError for an unknown report."""
        return self.screen(key, period, types, charts=False).report

    def screen(self, key: str, period: Period, types: str = TYPE_LISTS[0], *, charts: bool = True) -> Screen:
        """The report with its headlines and, where wanted, what is charted beside it.  Raises as `report`."""
        asked = self._asked(key, period, types)
        beside = (period.year_before(), period.before())
        if key == activity.KEY:
            counted = self._activity.read((period, *beside))
            return Screen(activity.build(asked, counted), of_activity(counted))
        figures = self._cases.read(period, (*beside, period.year_to_date()) if key == sichuan.KEY else beside)
        months, bars = (self._months(period), _types(asked, figures)) if charts else ((), ())
        return Screen(self._of_cases(key, asked, figures), of_cases(figures, self._success), months, bars)

    def _of_cases(self, key: str, asked: Asked, figures: CaseFigures) -> Report:
        if key == ledger.KEY:
            return ledger.build(asked, self._ledger.lines(asked.period))
        return OF_CASES[key](asked, figures)

    def _asked(self, key: str, period: Period, types: str) -> Asked:
        name = self._station.name
        office = committee_name(name) if key in BY_COMMITTEE else name
        return Asked(period, office, self._station.code, {self._station.code: office}, self._success, types)

    def _months(self, period: Period) -> tuple[Bar, ...]:
        """The twelve calendar months that end with the period's last day, and each a year before."""
        year, month = divmod(period.last.year * 12 + period.last.month - MONTHS_SHOWN, 12)
        shown = Period(date(year, month + 1, 1), period.last)
        now, then = self._cases.months(shown), self._cases.months(shown.year_before())
        return tuple(
            Bar(f"{of_year}年{number}月", count.received, then[of_year - 1, number].received)
            for (of_year, number), count in now.items()
        )


def _types(asked: Asked, figures: CaseFigures) -> tuple[Bar, ...]:
    """Cases received by the types of the chosen list, now and last year."""
    now, then = (
        Tally(counts.received).by_type(asked.type_list) for counts in (figures.counts, figures.beside[0])
    )
    return tuple(
        Bar(kind.label, now[kind.value].cases, then[kind.value].cases) for kind in asked.type_list.types
    )
