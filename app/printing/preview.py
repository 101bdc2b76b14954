"""Pages of a PDF as pictures for the screen, by pypdfium2; no Qt here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pypdfium2

from app.printing.pdfium import PDFIUM

MOST_PIXELS = 40_000_000  # of one drawn page; a PDF from elsewhere may be a mile long


class UnreadablePdfError(ValueError):
    """The bytes are not a PDF that can be shown."""


@dataclass(frozen=True)
class PageImage:
    """One page: number from 1, size in pixels, rows of blue, green, red, unused bytes, stride bytes a row.

    The byte order is that of QImage.Format_RGB32 on a little-endian machine.
    """

    number: int
    width: int
    height: int
    stride: int
    data: bytes


def page_count(pdf: bytes) -> int:
    """How many pages there are; UnreadablePdfError when the bytes are no PDF."""
    with PDFIUM:
        document = _open(pdf)
        try:
            return len(document)
        finally:
            document.close()


def page_images(pdf: bytes, width_px: int, pages: Iterable[int] | None = None) -> Iterator[PageImage]:
    """The pages (numbers from 1; all when None) drawn width_px pixels wide, one at a time.

    A page too long for that is drawn smaller.  Raises UnreadablePdfError when the bytes are no PDF or a page
    cannot be drawn, and IndexError for a page it does not have.
    """
    with PDFIUM:
        document = _open(pdf)
        count = len(document)
    try:
        for number in pages if pages is not None else range(1, count + 1):
            with PDFIUM:
                image = _drawn(document, number, width_px)
            yield image
    finally:
        with PDFIUM:
            document.close()


def _open(pdf: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise UnreadablePdfError("not a readable PDF") from error


def _drawn(document: pypdfium2.PdfDocument, number: int, width_px: int) -> PageImage:
    if not 1 <= number <= len(document):
        raise IndexError(f"page {number} of {len(document)}")
    try:
        page = document[number - 1]
    except pypdfium2.PdfiumError as error:
        raise UnreadablePdfError("an unreadable page") from error
    wide, high = page.get_size()
    if wide <= 0 or high <= 0:
        raise UnreadablePdfError("a page without a size")
    scale = min(width_px / wide, (MOST_PIXELS / (wide * high)) ** 0.5)
    bitmap = page.render(scale=scale, force_bitmap_format=pypdfium2.raw.FPDFBitmap_BGRx)
    try:
        return PageImage(number, bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
    finally:
        bitmap.close()
        page.close()
