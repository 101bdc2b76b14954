"""保存期限: what each kind of record is for, how long it is kept, and whether a person may have it erased before."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from app import resources
from app.models.station_time import station_day

ALL = "all"
BY_PERIOD = "retention"
"""The field of a record that says its own 保管期限."""


@dataclass(frozen=True)
class Retention:
    """One kind of record.  `years` by 保管期限, or under "all"; 0 is for good."""

    purpose: str
    basis: str
    years: Mapping[str, int]
    counted_from: str
    on_request: bool
    refusal: str

    def ends(self, values: Mapping[str, Any]) -> date | None:
        """The last day a record is kept; None for one kept for good, or whose time has not begun."""
        years = self.years.get(values.get(BY_PERIOD) or ALL, self.years.get(ALL, 0))
        begun = values.get(self.counted_from) if self.counted_from else None
        if not years or begun is None:
            return None
        return _years_after(station_day(begun) if isinstance(begun, datetime) else begun, years)


@cache
def retention_table() -> dict[str, Retention]:
    """The table that ships with the program, by record type."""
    return {
        code: Retention(
            row["purpose"],
            row["basis"],
            row["years"],
            row.get("from", ""),
            row["on_request"],
            row.get("refusal", ""),
        )
        for code, row in _content().items()
        if code != "common"
    }


def common_rules() -> Mapping[str, str]:
    """How every kind is masked and logged, in words."""
    common: Mapping[str, str] = _content()["common"]
    return common


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(resources.path("retention", "retention.toml").read_text(encoding="utf-8"))


def _years_after(day: date, years: int) -> date:
    """The same day so many years later; 29 February ends with February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
