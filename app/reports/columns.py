"""How wide the columns of a printed table are, and how a table too wide for the paper is divided."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.reports.table import Report, cell_text
from app.typeset.lines import Style, Typesetter

NARROWEST = 38.0
"""Points of a column of width 1 where many stand side by side: three characters of a heading."""
INSET = 3.0
"""Points between a column's edge and its words."""

MOST_HELD = 3
"""A common heading is not divided while its columns take no more than this part of the paper."""
MOST_SWOLLEN = 1.3


@dataclass(frozen=True)
class Panel:
    """Columns that stand on the paper together: their places in the report and their widths in points."""

    places: tuple[int, ...]
    widths: tuple[float, ...]


def panels(report: Report, typesetter: Typesetter, body: Style, measure: float) -> list[Panel]:
    """The table in as few panels as fit `measure` (points); each begins with the columns that name the row.

    Columns under a common heading stay together where they are not too many for it.
    """
    least = [_least(report, place, typesetter, body) for place in range(len(report.columns))]
    fixed = tuple(range(report.fixed))
    taken = sum(least[place] for place in fixed)
    parts: list[list[int]] = [[]]
    filled = taken
    for together in _together(report, least, measure - taken):
        width = sum(least[place] for place in together)
        if parts[-1] and filled + width > measure:
            parts.append([])
            filled = taken
        parts[-1] += together
        filled += width
    divided = len(parts) > 1
    return [_spread(report, least, (*fixed, *part), measure, divided=divided) for part in parts]


def _together(report: Report, least: Sequence[float], measure: float) -> Iterator[list[int]]:
    places = range(report.fixed, len(report.columns))
    for group, run in groupby(places, key=lambda place: report.columns[place].group):
        members = list(run)
        if group and sum(least[place] for place in members) <= measure / MOST_HELD:
            yield members
        else:
            yield from ([place] for place in members)


def _least(report: Report, place: int, typesetter: Typesetter, body: Style) -> float:
    """What a column needs: its share, and its longest number on one line; words may be broken."""
    numbers = {cell_text(row[place]) for row in report.rows if not isinstance(row[place], str)}
    longest = max((typesetter.width(words, body) for words in numbers), default=0.0)
    return max(report.columns[place].width * NARROWEST, longest + 2 * INSET)


def _spread(
    report: Report, least: Sequence[float], places: tuple[int, ...], measure: float, *, divided: bool
) -> Panel:
    """Gives out what is left of the measure; the last panel of a divided table does not swell to fill it."""
    needed = sum(least[place] for place in places)
    slack = max(0.0, min(measure, needed * MOST_SWOLLEN if divided else measure) - needed)
    shares = [report.columns[place].width for place in places]
    widths = (least[place] + slack * share / sum(shares) for place, share in zip(places, shares, strict=True))
    return Panel(places, tuple(widths))
