"""What a report is asked for: the period, the list of types, the formula, and whose it is."""

from dataclasses import dataclass

from app.models.mediation.type_lists import TYPE_LISTS, TypeList, type_list
from app.models.period import Period
from app.reports.reckoning import FORMULAS, SuccessBase


@dataclass(frozen=True)
class Asked:
    """The same for every report; `offices` names stations by code."""

    period: Period
    office: str
    station: str
    offices: dict[str, str]
    success: SuccessBase = SuccessBase.RECEIVED
    types: str = TYPE_LISTS[0]

    @property
    def type_list(self) -> TypeList:
        """The chosen list as it holds in the year the period ends."""
        return type_list(self.types, self.period.last.year)

    @property
    def formula(self) -> str:
        """The success rate with its formula named."""
        return f"成功率（{FORMULAS[self.success]}）"

    def office_of(self, station: str) -> str:
        """The name of a station, its code where nothing better is known."""
        return self.offices.get(station, station)
