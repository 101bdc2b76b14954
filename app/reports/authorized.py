"""Reports for a signed-in user."""

from app.models.mediation.type_lists import TYPE_LISTS
from app.models.period import Period
from app.reports.catalogue import Reports, Screen
from app.reports.reckoning import SuccessBase
from app.reports.table import Report
from app.store.authorized.access import Access
from app.store.database import Database
from app.store.station import Station


class AuthorizedReports(Reports):
    """Reports for one user; what leaves the desk as a file or on paper is noted."""

    def __init__(self, database: Database, station: Station, *, success: SuccessBase, access: Access) -> None:
        super().__init__(database, station, success=success)
        self._access = access

    def report(self, key: str, period: Period, types: str = TYPE_LISTS[0]) -> Report:
        """As Reports.  Raises NotAllowed, too."""
        self._access.require("figures")
        return super().report(key, period, types)

    def screen(self, key: str, period: Period, types: str = TYPE_LISTS[0], *, charts: bool = True) -> Screen:
        """As Reports.  Raises NotAllowed, too."""
        self._access.require("figures")
        return super().screen(key, period, types, charts=charts)

    def leaving(self, report: Report, way: str) -> None:
        """Note that a report leaves as `way` (xlsx, pdf, paper).  Raises NotAllowed, StorageError."""
        self._access.require("export_figures")
        self._access.note(
            "export_figures", detail=f"{report.key} {report.period.first} {report.period.last} {way}"
        )
