"""How wide the columns of a printed table are, and how a table too wide for the paper is divided."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.reports.table import Report, cell_text
from app.typeset.lines import Style, Typesetter

NARROWEST = 38.0
"""Points of a column of width 1 where many stand side by side: three characters of a heading."""
INSET = 3.0
"""Points between a column's edge and its words."""


@dataclass(frozen=True)
class Panel:
    """Columns that stand on the paper together: their places in the report and their widths in points."""

    places: tuple[int, ...]
    widths: tuple[float, ...]


def panels(report: Report, typesetter: Typesetter, body: Style, measure: float) -> list[Panel]:
    """The table in as few panels as fit `measure` (points); each begins with the columns that name the row."""
    least = [_least(report, place, typesetter, body) for place in range(len(report.columns))]
    fixed = tuple(range(report.fixed))
    taken = sum(least[place] for place in fixed)
    parts: list[list[int]] = [[]]
    filled = taken
    for place in range(report.fixed, len(report.columns)):
        if parts[-1] and filled + least[place] > measure:
            parts.append([])
            filled = taken
        parts[-1].append(place)
        filled += least[place]
    return [_spread(report, least, (*fixed, *part), measure) for part in parts]


def _least(report: Report, place: int, typesetter: Typesetter, body: Style) -> float:
    """What a column needs: its share, and its longest number on one line; words may be broken."""
    numbers = {cell_text(row[place]) for row in report.rows if not isinstance(row[place], str)}
    longest = max((typesetter.width(words, body) for words in numbers), default=0.0)
    return max(report.columns[place].width * NARROWEST, longest + 2 * INSET)


def _spread(report: Report, least: Sequence[float], places: tuple[int, ...], measure: float) -> Panel:
    slack = max(0.0, measure - sum(least[place] for place in places))
    shares = [report.columns[place].width for place in places]
    whole = sum(shares)
    widths = (least[place] + slack * share / whole for place, share in zip(places, shares, strict=True))
    return Panel(places, tuple(widths))
