"""Ruled tables: rows as units that no page end divides, cells that wrap."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.typeset.flow import Flow
from app.typeset.lines import Line, Style
from app.typeset.page import Unit
from app.typeset.sheet import Sheet

HEAD = "hei"
PADDING = 4.0
LINE_STEP = 1.4
"""Line to line within a cell, in ems."""
MOST_LINES = 30


@dataclass(frozen=True)
class Column:
    """A heading and the share of the width its column takes."""

    title: str
    share: float


@dataclass(frozen=True)
class _Row:
    """Cells of wrapped lines, and where the columns begin; call it to draw it."""

    cells: tuple[tuple[Line, ...], ...]
    edges: tuple[float, ...]
    height: float
    step: float

    def __call__(self, sheet: Sheet, left: float, top: float) -> None:
        """Draws the texts, each cell's lines centred in height, and the rules around them."""
        for lines, start in zip(self.cells, self.edges, strict=False):
            y = top - (self.height - self.step * len(lines)) / 2
            for line in lines:
                sheet.show(line, left + start + PADDING, y - 0.5 * self.step - 0.36 * line.size)
                y -= self.step
        sheet.rule(left, left + self.edges[-1], top)
        sheet.rule(left, left + self.edges[-1], top - self.height)
        for edge in self.edges:
            sheet.upright(left + edge, top, top - self.height)


def table_units(
    flow: Flow, columns: Sequence[Column], rows: Sequence[Sequence[str]], style: Style
) -> list[Unit]:
    """The head, kept with the first row, and every row; a cell too tall for a page goes on in further rows."""
    whole = sum(column.share for column in columns)
    edges = [0.0]
    for column in columns:
        edges.append(edges[-1] + flow.frame.width * column.share / whole)
    titles = _row(flow, [column.title for column in columns], tuple(edges), Style(HEAD, style.size))
    units = [replace(unit, keep=True) for unit in titles]
    for row in rows:
        units += _row(flow, row, tuple(edges), style)
    return units


def _row(flow: Flow, texts: Sequence[str], edges: tuple[float, ...], style: Style) -> list[Unit]:
    cells = [
        flow.typesetter.paragraph(text, style, end - start - 2 * PADDING, justify=False)
        for text, start, end in zip(texts, edges, edges[1:], strict=False)
    ]
    step = LINE_STEP * style.size
    units = []
    for first in range(0, max(map(len, cells)), MOST_LINES):
        part = tuple(tuple(lines[first : first + MOST_LINES]) for lines in cells)
        height = max(step * max(map(len, part)) + 2 * PADDING, flow.leading)
        units.append(Unit(height, _Row(part, edges, height, step)))
    return units
