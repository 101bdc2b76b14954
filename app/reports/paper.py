"""A report on paper: A4 on its side, headings on every page, a line to sign at the end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from app.reports.columns import INSET, Panel, panels
from app.reports.table import Report, cell_text, period_text
from app.typeset.flow import Flow, baseline
from app.typeset.fonts import FontBook
from app.typeset.lines import Line, Style, Typesetter
from app.typeset.page import LANDSCAPE, Frame, Unit, kept, print_pages
from app.typeset.sheet import PrintedPdf, Sheet

TITLE = Style("song-bold", 18)
ABOUT = Style("song", 11)
HEADING = Style("hei", 10)
BODY, TOTAL = Style("song", 10.5), Style("song-bold", 10.5)
NOTE = Style("song", 9.5)
LEADING, NOTE_LEADING = 14.0, 13.5
ROW_ROOM = 3.0  # points a row has beside its lines
PANEL_SPACE = 14.0
SIGN = "填表人：　　　　　　　　　　审核人：　　　　　　　　　　填表日期：　　　　年　　月　　日"


@dataclass(frozen=True)
class Box:
    """A ruled cell: its left edge and width, how far it hangs below the row's top, its lines (points)."""

    left: float
    width: float
    height: float
    lines: tuple[Line, ...]
    right_aligned: bool
    drop: float = 0.0


def report_pdf(report: Report, fonts: FontBook | None = None) -> PrintedPdf:
    """The report as PDF; a table too wide for the paper is divided, each part with the names of its rows."""
    typesetter = Typesetter(fonts or FontBook())
    frame = LANDSCAPE
    flow, small = Flow(typesetter, frame, 18.0), Flow(typesetter, frame, NOTE_LEADING)
    about = f"单位：{report.office}　　　期间：{period_text(report.period)}"
    units = [
        *flow.centred(report.title, TITLE, leading=27.0),
        *kept(flow.paragraph(about, ABOUT, indent=0.0)),
    ]
    filled = sum(unit.height for unit in units)
    for panel in panels(report, typesetter, BODY, frame.width):
        for chunk in _chunks(report, panel, typesetter, frame, filled):
            units += chunk.units
            filled = chunk.filled
    for place, note in enumerate(report.notes):
        space = 6.0 if place == 0 else 0.0
        units += kept(small.paragraph(f"注：{note}", NOTE, indent=0.0, space=space))
    units += flow.paragraph(SIGN, ABOUT, indent=0.0, space=6.0)
    sheet = Sheet(f"{report.title} {period_text(report.period)}", typesetter, frame.paper)
    return print_pages(sheet, units, frame, head=f"{report.title}　{report.office}")


@dataclass(frozen=True)
class _Chunk:
    """Rows of a panel that stand on one page under their headings, and how full that page is then."""

    units: list[Unit]
    filled: float


def _chunks(
    report: Report, panel: Panel, typesetter: Typesetter, frame: Frame, filled: float
) -> Iterator[_Chunk]:
    head = _head(report, panel, typesetter)
    rows = [_row(report, panel, typesetter, number) for number in range(len(report.rows))]
    while rows:
        space = PANEL_SPACE
        if filled + space + head.height + sum(row.height for row in rows[:2]) > frame.height:
            filled, space = 0.0, 0.0
        filled += space + head.height
        units = [replace(head, space=space)]
        while rows and (len(units) == 1 or filled + rows[0].height <= frame.height):
            filled += rows[0].height
            units.append(rows.pop(0))
        yield _Chunk([*kept(units[:-1]), units[-1]], filled)


def _head(report: Report, panel: Panel, typesetter: Typesetter) -> Unit:
    """Headings in one row, or in two where some stand under a common one."""
    edges = _edges(panel)
    columns = [report.columns[place] for place in panel.places]
    set_lines = [
        _broken(typesetter, column.heading, HEADING, width)
        for column, width in zip(columns, panel.widths, strict=True)
    ]
    lower = max(len(lines) for lines in set_lines) * LEADING + ROW_ROOM
    upper = LEADING + ROW_ROOM if any(column.group for column in columns) else 0.0
    boxes = []
    for group, run in groupby(range(len(columns)), key=lambda at: columns[at].group):
        members = list(run)
        for at in members:
            drop, height = (upper, lower) if group else (0.0, upper + lower)
            boxes.append(Box(edges[at], panel.widths[at], height, set_lines[at], False, drop))
        if group:
            width = sum(panel.widths[at] for at in members)
            boxes.append(Box(edges[members[0]], width, upper, _one(typesetter, group, width), False))
    return Unit(upper + lower, _Row(tuple(boxes)))


def _row(report: Report, panel: Panel, typesetter: Typesetter, number: int) -> Unit:
    style = TOTAL if number in report.totals else BODY
    cells = [report.rows[number][place] for place in panel.places]
    set_lines = [
        _broken(typesetter, cell_text(cell), style, width)
        for cell, width in zip(cells, panel.widths, strict=True)
    ]
    height = max(len(lines) for lines in set_lines) * LEADING + ROW_ROOM
    boxes = (
        Box(left, width, height, lines, not isinstance(cell, str))
        for left, width, lines, cell in zip(_edges(panel), panel.widths, set_lines, cells, strict=True)
    )
    return Unit(height, _Row(tuple(boxes)))


def _edges(panel: Panel) -> list[float]:
    return [sum(panel.widths[:at]) for at in range(len(panel.widths))]


def _broken(typesetter: Typesetter, words: str, style: Style, width: float) -> tuple[Line, ...]:
    return tuple(typesetter.paragraph(words, style, width - 2 * INSET, justify=False))


def _one(typesetter: Typesetter, words: str, width: float) -> tuple[Line, ...]:
    """A common heading on the one line it has; where a panel leaves it one narrow column, its beginning."""
    return _broken(typesetter, words, HEADING, width)[:1]


@dataclass(frozen=True)
class _Row:
    """Draws boxes side by side."""

    boxes: Sequence[Box]

    def __call__(self, sheet: Sheet, left: float, top: float) -> None:
        """Draws the row whose upper left corner is (left, top)."""
        for box in self.boxes:
            x, y = left + box.left, top - box.drop
            sheet.rule(x, x + box.width, y)
            sheet.rule(x, x + box.width, y - box.height)
            sheet.upright(x, y, y - box.height)
            sheet.upright(x + box.width, y, y - box.height)
            start = y - (box.height - len(box.lines) * LEADING) / 2
            for place, line in enumerate(box.lines):
                room = box.width - line.width
                at = x + (room - INSET if box.right_aligned else room / 2)
                sheet.show(line, at, baseline(start - place * LEADING, LEADING, line.size))
