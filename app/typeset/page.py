"""The page: its frame, how units of a document fall onto pages, page numbers and running heads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.typeset.lines import Line, Style
from app.typeset.qr_mark import PageMark, draw_mark
from app.typeset.sheet import PAGE_HEIGHT, PAGE_WIDTH, PrintedPdf, Sheet

MM = 72 / 25.4
PAGE_NUMBER = Style("song", 14)
RUNNING_HEAD = Style("song", 9)
WATERMARK = Style("hei-bold", 110)
BLANK_NOTE = Style("song", 12)
LARGE_BLANK = 78.0
"""Points of empty paper, three lines, in which a sentence could be slipped in after signing."""


@dataclass(frozen=True)
class Frame:
    """Where text may stand on the paper, in points: left and top margin, width and height of the text area."""

    left: float
    top: float
    width: float
    height: float
    paper: tuple[float, float] = (PAGE_WIDTH, PAGE_HEIGHT)

    @property
    def right(self) -> float:
        """The right edge of the text area, from the left edge of the paper."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge of the text area, from the bottom of the paper."""
        return self.paper[1] - self.top - self.height


OFFICIAL = Frame(28 * MM, 37 * MM, 156 * MM, 225 * MM)
"""GB/T 9704-2012: 天头 37 mm, 订口 28 mm, 版心 156 x 225 mm; for letters, notices and reports."""
CONTRACT_MEASURE = 32 * 14.0
CONTRACT = Frame((PAGE_WIDTH - CONTRACT_MEASURE) / 2, 25 * MM, CONTRACT_MEASURE, 247 * MM)
"""Mediation papers: 25 mm above and below; the sides give 32 whole characters of 14 points (26 mm)."""
LANDSCAPE = Frame(15 * MM, 15 * MM, PAGE_HEIGHT - 30 * MM, PAGE_WIDTH - 32 * MM, (PAGE_HEIGHT, PAGE_WIDTH))
"""Wide tables: A4 on its side, 15 mm left and right, room for the page number below."""


@dataclass(frozen=True)
class Unit:
    """A part of a document that no page end divides.

    height and the space above it in points (no space at the top of a page); draw(sheet, x, top) draws it;
    keep: it stays on one page with the next unit.
    """

    height: float
    draw: Callable[[Sheet, float, float], None]
    space: float = 0.0
    keep: bool = False


def kept(units: Sequence[Unit]) -> list[Unit]:
    """The same units, held together and with whatever comes next."""
    return [replace(unit, keep=True) for unit in units]


def paginate(units: Sequence[Unit], height: float) -> list[list[Unit]]:
    """Units by page. Units that keep together share a page unless they are taller than one."""
    pages: list[list[Unit]] = [[]]
    filled = 0.0
    for group in _groups(units):
        whole = sum(unit.space + unit.height for unit in group)
        fits_alone = whole - group[0].space <= height
        if pages[-1] and fits_alone and filled + whole > height + 0.01:
            pages.append([])
            filled = 0.0
        for unit in group:
            if pages[-1] and filled + unit.space + unit.height > height + 0.01:
                pages.append([])
                filled = 0.0
            filled += unit.height + (unit.space if pages[-1] else 0.0)
            pages[-1].append(unit)
    return pages


def _groups(units: Sequence[Unit]) -> list[list[Unit]]:
    groups: list[list[Unit]] = []
    joined = False
    for unit in units:
        if joined:
            groups[-1].append(unit)
        else:
            groups.append([unit])
        joined = unit.keep
    return groups


def print_pages(
    sheet: Sheet,
    units: Sequence[Unit],
    frame: Frame,
    *,
    head: str,
    watermark: str | None = None,
    mark: PageMark | None = None,
) -> PrintedPdf:
    """Draws the units on as many pages as they need; a number and `mark` on each, a running head from page 2 on."""
    pages = paginate(units, frame.height)
    pale = sheet.typesetter.line(watermark, WATERMARK) if watermark else None
    for number, page in enumerate(pages, start=1):
        if pale:
            sheet.watermark(pale)
        top = frame.paper[1] - frame.top
        for unit in page:
            top -= unit.space if unit is not page[0] else 0.0
            unit.draw(sheet, frame.left, top)
            top -= unit.height
        if number < len(pages) and top - frame.bottom > LARGE_BLANK:
            _close_off(sheet, frame, top)
        _furnish(sheet, frame, head, number, len(pages))
        if mark:
            sheet.begin_artifact()
            draw_mark(sheet, mark, frame.right)
            sheet.end_artifact()
        sheet.end_page()
    return sheet.finish()


def _close_off(sheet: Sheet, frame: Frame, top: float) -> None:
    """Says that the rest of the page is empty, so that nothing can be added above the signatures."""
    sheet.begin_artifact()
    note = sheet.typesetter.line("（本页以下空白）", BLANK_NOTE)
    sheet.show(note, frame.left + (frame.width - note.width) / 2, top - 2.4 * BLANK_NOTE.size)
    sheet.end_artifact()


def _furnish(sheet: Sheet, frame: Frame, head: str, number: int, count: int) -> None:
    """Page number centred 7 mm under the text area (GB/T 9704-2012, 7.5), running head from page 2 on."""
    sheet.begin_artifact()
    folio = sheet.typesetter.line(f"— {number} —", PAGE_NUMBER)
    sheet.show(folio, (frame.paper[0] - folio.width) / 2, frame.bottom - 7 * MM - PAGE_NUMBER.size)
    if number > 1:
        pages = sheet.typesetter.line(f"共 {count} 页", RUNNING_HEAD)
        left = one_line(sheet, head, RUNNING_HEAD, frame.width - pages.width - 18)
        y = frame.paper[1] - frame.top + 14
        sheet.show(left, frame.left, y)
        sheet.show(pages, frame.right - pages.width, y)
        sheet.rule(frame.left, frame.right, y - 5, 0.4)
    sheet.end_artifact()


def one_line(sheet: Sheet, text: str, style: Style, measure: float) -> Line:
    """The text on one line, cut with an ellipsis where it would pass the measure."""
    line = sheet.typesetter.line(text, style)
    if line.width <= measure:
        return line
    return shortened(
        sheet.typesetter.paragraph(text, style, measure - style.size, justify=False)[0], sheet, style
    )


def shortened(line: Line, sheet: Sheet, style: Style) -> Line:
    """The line with an ellipsis after it."""
    return sheet.typesetter.line(line.text + "…", style)
