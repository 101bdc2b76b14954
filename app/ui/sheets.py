"""The pages of a PDF one under the other; only what is in sight is drawn."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from app.printing.preview import PageImage, page_images
from app.typeset.sheet import PrintedPdf
from app.ui.paper import image_of
from app.ui.task_runner import TaskRunner

ZOOMS = (50, 75, 100, 125, 150, 200)
PAGE_WIDTH = 760  # device-independent pixels at 100 %
A4_SHAPE = 297 / 210


class Sheets(QScrollArea):
    """Scrolls through the pages; `zoomed` tells the new percentage."""

    zoomed = Signal(int)
    failed = Signal(object)

    def __init__(self, pdf: PrintedPdf, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pdf, self._runner = pdf.data, runner
        self._shape = 1 / A4_SHAPE if pdf.landscape else A4_SHAPE
        self._zoom = ZOOMS.index(100)
        self._drawing = False
        self._held = False
        self._drawn: dict[int, int] = {}
        self._pages = [QLabel() for _ in range(pdf.pages)]
        content = QWidget()
        content.setObjectName("sheet")
        column = QVBoxLayout(content)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(18)
        for number, page in enumerate(self._pages, start=1):
            page.setStyleSheet("background: white; border: 1px solid #a9b6bd;")
            page.setAccessibleName(self.tr("第 {number} 页").format(number=number))
            column.addWidget(page, 0, Qt.AlignmentFlag.AlignHCenter)
        self.setWidgetResizable(True)
        self.setWidget(content)
        self.setAccessibleName(self.tr("打印预览"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.verticalScrollBar().valueChanged.connect(self._draw_next)
        self._measure()

    def percent(self) -> int:
        """The size the pages are shown at."""
        return ZOOMS[self._zoom]

    def zoom(self, steps: int) -> None:
        """Larger by some steps, or smaller."""
        wanted = min(max(self._zoom + steps, 0), len(ZOOMS) - 1)
        if wanted != self._zoom:
            self._zoom = wanted
            self._drawn.clear()
            self._measure()
            self.zoomed.emit(self.percent())
            self._draw_next()

    def drawn(self) -> set[int]:
        """The numbers of the pages that are drawn now."""
        return set(self._drawn)

    def hold(self, held: bool) -> None:
        """Draw nothing while the same PDF is being printed: PDFium works on one thing at a time."""
        self._held = held
        self._draw_next()

    def busy(self) -> bool:
        """Whether a page is being drawn."""
        return self._drawing

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw_next()

    def _width(self) -> int:
        return PAGE_WIDTH * self.percent() // 100

    def _measure(self) -> None:
        for page in self._pages:
            page.setFixedSize(QSize(self._width(), round(self._width() * self._shape)))

    def _in_sight(self) -> list[int]:
        """Numbers of the pages in sight, the one below them last."""
        top = self.verticalScrollBar().value()
        bottom = top + self.viewport().height()
        seen = [
            number
            for number, page in enumerate(self._pages, start=1)
            if page.y() < bottom and page.y() + page.height() > top
        ]
        after = (seen[-1] if seen else 0) + 1
        return [*seen, after] if after <= len(self._pages) else seen

    def _draw_next(self) -> None:
        if self._drawing or self._held:
            return
        wanted = self._in_sight()
        for number in set(self._drawn) - set(wanted):
            self._pages[number - 1].clear()
            del self._drawn[number]
        pixels = round(self._width() * self.devicePixelRatioF())
        missing = [number for number in wanted if self._drawn.get(number) != pixels]
        if not missing:
            return
        self._drawing = True
        self._runner.run(
            lambda: self.page_image(missing[0], pixels),
            done=lambda page: self._show(missing[0], pixels, page),
            failed=self._fail,
            owner=self,
        )

    def page_image(self, number: int, width_px: int) -> PageImage:
        """One page as a picture; called off the window's thread."""
        return next(page_images(self._pdf, width_px, [number]))

    def _show(self, number: int, pixels: int, page: PageImage) -> None:
        self._drawing = False
        label = self._pages[number - 1]
        pixmap = QPixmap.fromImage(image_of(page))
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        label.setPixmap(pixmap)
        label.setFixedSize(pixmap.deviceIndependentSize().toSize())
        self._drawn[number] = pixels
        self._draw_next()

    def _fail(self, error: Exception) -> None:
        self._drawing = False
        self._held = True
        self.failed.emit(error)
