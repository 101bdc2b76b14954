"""The one place that talks to ReportLab: places lines, rules and watermarks on pages and returns the PDF."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import Any

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from app.typeset.embedded import EmbeddedFont, readable
from app.typeset.fonts import Glyph, missing_characters
from app.typeset.lines import Line, Typesetter

# Nothing printed here asks for a picture or a link; should ReportLab be led to one, it may fetch nothing.
rl_config.trustedHosts = []
rl_config.trustedSchemes = ["data"]
# Text for bytes makes a scan a quarter larger and takes a tenth of a second a page.
rl_config.useA85 = 0

PAGE_WIDTH, PAGE_HEIGHT = A4
HAIRLINE = 0.5
EMBOLDENING = 0.028
"""Stroke, in ems, that thickens a regular face standing in for a bold one."""


@dataclass(frozen=True)
class PrintedPdf:
    """A finished document: the file, its page count, and the characters it could only print as a box.

    `landscape`: its pages lie on their side.
    """

    data: bytes
    pages: int
    missing: tuple[str, ...]
    landscape: bool = False


class _Jpeg(ImageReader):
    """A JPEG named by its own bytes: ReportLab names a picture by its pixels, which it decodes and keeps."""

    def __init__(self, jpeg: bytes) -> None:
        super().__init__(BytesIO(jpeg))
        self._jpeg, self._dataA = jpeg, None

    def getRGBData(self) -> bytes:  # ReportLab's name
        """What the picture is named by."""
        return self._jpeg


class _Info(pdfdoc.PDFInfo):
    """Document information without dates: the same record always prints the same bytes."""

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        entries = {"Title": pdfdoc.PDFString(self.title), "Creator": pdfdoc.PDFString("Fengqiao")}
        return bytes(pdfdoc.PDFDictionary(entries).format(document))


class _Canvas(Canvas):
    """A canvas without ReportLab's opening font, which would be a Helvetica nobody embeds."""

    _doc: Any
    _preamble: str

    def _make_preamble(self) -> None:
        self._preamble = "1 0 0 1 0 0 cm"


class Sheet:
    """Pages being drawn, A4 upright unless said; points, origin at the lower left corner as in PDF."""

    def __init__(self, title: str, typesetter: Typesetter, paper: tuple[float, float] = A4) -> None:
        self.typesetter = typesetter
        self.paper = paper
        self.pages = 0
        self._buffer = BytesIO()
        self._canvas = _Canvas(
            self._buffer, pagesize=paper, pageCompression=1, invariant=1, pdfVersion=(1, 7), lang="zh-CN"
        )
        self._document = self._canvas._doc
        self._document.info = _Info()
        self._document.info.title = "".join(readable(char) for char in title)
        self._fonts: dict[str, EmbeddedFont] = {}

    def show(self, line: Line, x: float, y: float) -> None:
        """Draws a line with its baseline at y."""
        if line.glyphs:
            self._canvas.addLiteral(f"BT {' '.join(self._runs(line, x, y))} ET")

    def rule(self, x1: float, x2: float, y: float, weight: float = HAIRLINE) -> None:
        """Draws a level line, weight in points."""
        self._canvas.setLineWidth(weight)
        self._canvas.line(x1, y, x2, y)

    def upright(self, x: float, y1: float, y2: float, weight: float = HAIRLINE) -> None:
        """Draws an upright line, weight in points."""
        self._canvas.setLineWidth(weight)
        self._canvas.line(x, y1, x, y2)

    def fill(self, x: float, y: float, width: float, height: float) -> None:
        """Blackens a rectangle, its lower left corner at (x, y)."""
        self._canvas.rect(x, y, width, height, stroke=0, fill=1)

    def picture(self, jpeg: bytes, x: float, y: float, width: float, height: float) -> None:
        """Draws a JPEG with its lower left corner at (x, y)."""
        self._canvas.drawImage(_Jpeg(jpeg), x, y, width, height)

    def begin_artifact(self) -> None:
        """What follows belongs to the page, not to the text, up to end_artifact (ISO 32000-1, 14.8.2.2)."""
        self._canvas.addLiteral("/Artifact BMC")

    def end_artifact(self) -> None:
        """Ends begin_artifact."""
        self._canvas.addLiteral("EMC")

    def watermark(self, line: Line) -> None:
        """Draws a pale line of text upwards across the middle of the page."""
        self.begin_artifact()
        self._canvas.saveState()
        self._canvas.setFillGray(0.9)
        self._canvas.translate(self.paper[0] / 2, self.paper[1] / 2)
        self._canvas.rotate(52)
        self.show(line, -line.width / 2, -line.size * 0.38)
        self._canvas.restoreState()
        self.end_artifact()

    def end_page(self) -> None:
        """Finishes the page being drawn."""
        self._canvas.showPage()
        self.pages += 1

    def finish(self) -> PrintedPdf:
        """The PDF; the sheet is used up."""
        self._canvas.save()
        missing = missing_characters(self.typesetter.used)
        return PrintedPdf(self._buffer.getvalue(), self.pages, missing, self.paper[0] > self.paper[1])

    def _runs(self, line: Line, x: float, y: float) -> Iterator[str]:
        placed = list(zip(line.glyphs, line.offsets, strict=True))
        for (face, heavy), group in groupby(placed, key=lambda item: (item[0].face, item[0].heavy)):
            run = list(group)
            font = self._font(face)
            mode = f"2 Tr {line.size * EMBOLDENING:.3f} w" if heavy else "0 Tr"
            yield f"/{font.name} {line.size:g} Tf {mode} 1 0 0 1 {x + run[0][1]:.3f} {y:.3f} Tm"
            yield f"[{_shown(font, run, line.size)}] TJ"

    def _font(self, face: str) -> EmbeddedFont:
        if face not in self._fonts:
            font = EmbeddedFont(face, self.typesetter.fonts.face(face))
            self._fonts[face] = font
            self._document.delayedFonts.append(font)
        return self._fonts[face]


def _shown(font: EmbeddedFont, run: list[tuple[Glyph, float]], size: float) -> str:
    """The operand of TJ: codes in hex, with the distance between where the pen is and where it should be."""
    pieces: list[str] = []
    codes, pen = "", run[0][1]
    for glyph, offset in run:
        shift = round((pen - offset) / size * 1000)
        if shift:
            pieces += [f"<{codes}>", str(shift)] if codes else [str(shift)]
            codes, pen = "", pen - shift * size / 1000
        codes += f"{font.code(glyph.char, glyph.index):04X}"
        pen += glyph.advance * size if glyph.index is not None else 0.0
    return " ".join([*pieces, f"<{codes}>"])
