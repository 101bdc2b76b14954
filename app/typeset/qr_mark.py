"""A QR code (GB/T 18284, ISO/IEC 18004) at the lower right corner of every page, with a line that says the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRCode, QRErrorCorrectLevel

from app.typeset.lines import Style
from app.typeset.sheet import Sheet

MM = 72 / 25.4
SIDE = 20 * MM
QUIET = 2.2 * MM
"""Empty paper around the code: four modules (ISO/IEC 18004, 9.1)."""
BOTTOM = 4.6 * MM
"""What most printers still reach; the code ends below the text area's 25 mm."""
CAPTION = Style("song", 7.5)


@dataclass(frozen=True)
class PageMark:
    """What the code carries and what is printed beside it for people."""

    text: str
    caption: str


def draw_mark(sheet: Sheet, mark: PageMark, right: float) -> None:
    """Draws the code with its right edge at `right`, below the text area; points."""
    rows = _modules(mark.text)
    size = SIDE / len(rows)
    left = right - SIDE
    for number, row in enumerate(rows):
        for start, length in _runs(row):
            sheet.fill(left + start * size, BOTTOM + SIDE - (number + 1) * size, length * size, size)
    line = sheet.typesetter.line(mark.caption, CAPTION)
    sheet.show(line, left - QUIET - line.width, BOTTOM)


def _modules(text: str) -> list[list[bool]]:
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(QR8bitByte(text))
    code.make()
    modules: list[list[bool]] = code.modules
    return modules


def _runs(row: list[bool]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin and how many stand together."""
    for dark, group in groupby(enumerate(row), key=lambda item: item[1]):
        places = [place for place, _ in group]
        if dark:
            yield places[0], len(places)
