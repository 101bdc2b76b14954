"""A finished PDF onto a printer, page by page at the printer's own fineness."""

import sys

from PySide6.QtCore import QMarginsF, QRect
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter

from app.printing.preview import PageImage, page_images
from app.typeset.sheet import PrintedPdf

DOTS = 300  # per inch: a laser printer shows no more of 小四 text, and a page stays at 26 MB


class PrinterFailed(Exception):
    """The printer would not take the pages; str() is a sentence for the user."""


def image_of(page: PageImage) -> QImage:
    """The page as a picture of its own, no longer tied to the bytes it was made from."""
    assert sys.byteorder == "little"
    image = QImage(page.data, page.width, page.height, page.stride, QImage.Format.Format_RGB32)
    return image.copy()


def a4_printer(*, landscape: bool = False) -> QPrinter:
    """The default printer, set to A4 without margins of its own: the PDF brings its margins."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setResolution(DOTS)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    if landscape:
        printer.setPageOrientation(QPageLayout.Orientation.Landscape)
    printer.setFullPage(True)
    printer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
    return printer


def paint_pages(printer: QPrinter, pdf: PrintedPdf) -> int:
    """Send the chosen pages and copies to the printer and answer how many sheets of paper they fill.

    Where the printer's own driver makes no copies they are sent one after the other.  Raises PrinterFailed.
    """
    first, last = printer.fromPage() or 1, printer.toPage() or pdf.pages
    wanted = range(max(first, 1), min(last, pdf.pages) + 1)
    copies = printer.copyCount()
    rounds = 1 if printer.supportsMultipleCopies() else copies
    painter = QPainter()
    if not painter.begin(printer):
        raise PrinterFailed("打印机没有接收，请检查打印机是否打开、有没有纸，再试一次。")
    try:
        sheet = printer.pageLayout().fullRectPixels(printer.resolution())
        begun = False
        for _ in range(rounds):
            for page in page_images(pdf.data, sheet.width(), wanted):
                if begun and not printer.newPage():
                    raise PrinterFailed("打印中断了，请检查打印机；没打完的可以再打一次。")
                image = image_of(page)
                painter.drawImage(QRect(0, 0, sheet.width(), image.height()), image)
                begun = True
    finally:
        painter.end()
    return len(wanted) * copies
