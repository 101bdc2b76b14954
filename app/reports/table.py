"""A report as a table: what page, spreadsheet and paper all show, each in its own way."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from app.models.period import Period

NOTHING = "—"
"""What stands where there is nothing to reckon with: a base of 0, a share of none."""


@dataclass(frozen=True)
class Rate:
    """A share in per cent, one decimal; None where the whole is 0."""

    percent: Decimal | None


@dataclass(frozen=True)
class Change:
    """Against another period: per cent of it, or percentage points between two rates; None where it is 0."""

    amount: Decimal | None
    points: bool = False


Cell: TypeAlias = str | int | Decimal | Rate | Change
"""Words, a count, an amount in yuan, a rate or a change."""


@dataclass(frozen=True)
class Column:
    """A heading, the heading over several columns where there is one, and how wide it is beside the others."""

    heading: str
    group: str = ""
    width: float = 1.0


@dataclass(frozen=True)
class Report:
    """A finished table.  The first `fixed` columns name the row; `totals` are the places of rows of sums."""

    key: str
    title: str
    office: str
    period: Period
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    fixed: int = 1
    totals: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        assert all(len(row) == len(self.columns) for row in self.rows)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was counted in the period."""
        return not any(isinstance(cell, int | Decimal) and cell for row in self.rows for cell in row)


def cell_text(cell: Cell) -> str:
    """The cell in words; a change says its direction by an arrow, not by a colour."""
    if isinstance(cell, Rate):
        return NOTHING if cell.percent is None else f"{cell.percent}%"
    if isinstance(cell, Change):
        return _change_text(cell)
    return f"{cell:,.2f}" if isinstance(cell, Decimal) else str(cell)


def _change_text(change: Change) -> str:
    if change.amount is None:
        return NOTHING
    if change.amount == 0:
        return "持平"
    unit = "个百分点" if change.points else "%"
    return f"{'↑' if change.amount > 0 else '↓'}{abs(change.amount)}{unit}"


def period_text(period: Period) -> str:
    """`2026年3月`, `2026年1—9月`, `2026年`, or both days."""
    first, last = period.first, period.last
    if period.whole_months and first.year == last.year:
        if period.whole_months == 12:
            return f"{first.year}年"
        if period.whole_months == 1:
            return f"{first.year}年{first.month}月"
        return f"{first.year}年{first.month}—{last.month}月"
    return f"{first.year}年{first.month}月{first.day}日至{last.year}年{last.month}月{last.day}日"
