"""统计报表: the figures of a period with headlines, table and charts; saved as spreadsheet or PDF, printed."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.models.mediation.type_lists import TYPE_LISTS, versions
from app.models.period import Period
from app.reports.catalogue import TITLES, WITH_TYPES, Screen
from app.reports.table import Report, period_text
from app.safe_file import write_safely
from app.typeset.sheet import PrintedPdf
from app.ui.banner import Banner
from app.ui.bar_chart import BarChart
from app.ui.headline_row import HeadlineRow
from app.ui.layouts import button, card, scrolling, words
from app.ui.page import Page
from app.ui.period_chooser import PeriodChooser
from app.ui.report_table import ReportTable
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.theme import LIGHT
from app.ui.words import label

Made = TypeVar("Made")
NARROW = 45  # lines of text that fit side by side: below it the charts stand one under the other


class FiguresPage(Page):
    """Asks for a report off the window's thread; an answer that is no longer asked for is dropped."""

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._services = services
        self._asked = 0
        self._report: Report | None = None
        self.banner = Banner()
        self.periods = PeriodChooser(services)
        self.reports, self.types = QComboBox(), QComboBox()
        for key, title in TITLES.items():
            self.reports.addItem(label(title), key)
        for key in TYPE_LISTS:
            self.types.addItem(label(versions(key)[-1].title), key)
        self.reports.setAccessibleName(self.tr("报表"))
        self.types.setAccessibleName(self.tr("纠纷类型按"))
        self.headlines = HeadlineRow()
        self.table = ReportTable()
        self.months = BarChart(self.tr("各月受理"))
        self.kinds = BarChart(self.tr("各类型受理"))
        self.empty = words("", "muted")
        self._heading, self._notes = words("", "section"), words("", "muted")
        self._save_sheet = button(self.tr("导出 Excel"), sign="file-sheet")
        self._save_pdf = button(self.tr("导出 PDF"), sign="file-pdf")
        self._print = button(self.tr("打印"), "primary", sign="print", colour=LIGHT.on_accent)
        self.as_table = _chip(self.tr("表格"))
        self.as_charts = _chip(self.tr("图表"))
        self._charts = QWidget()
        self._charts_grid = QGridLayout(self._charts)
        self._narrow: bool | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(self._column()))
        self._arrange()
        self._connect()

    def refresh(self) -> None:
        """Count again."""
        period = self.periods.period()
        if period is not None:
            self._count(period)

    def save_sheet_to(self, path: Path) -> None:
        """Save what is shown as .xlsx."""
        self._save(path, _spreadsheet)

    def save_pdf_to(self, path: Path) -> None:
        """Save what is shown as PDF."""
        self._save(path, lambda report: _pdf(report).data)

    def preview(self) -> None:
        """Show what is shown as it will be printed."""
        report = self._report
        if report is not None:
            self._services.runner.run(
                lambda: self._leaving(report, "paper", _pdf),
                done=self._show_preview,
                failed=self._tell,
                owner=self,
            )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._arrange()

    def _column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(28, 22, 28, 28)
        column.setSpacing(14)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(words(self.tr("统计报表"), "title", wrap=False))
        head.addStretch(1)
        for each in (self._save_sheet, self._save_pdf, self._print):
            head.addWidget(each)
            each.setVisible(self._services.access.may("export_figures"))
        column.addLayout(head)
        column.addWidget(self.banner)
        chosen = QHBoxLayout()
        chosen.setSpacing(10)
        chosen.addWidget(self.reports)
        chosen.addWidget(self.types)
        chosen.addStretch(1)
        chosen.addWidget(self.as_table)
        chosen.addWidget(self.as_charts)
        column.addLayout(chosen)
        column.addWidget(self.periods)
        column.addWidget(self.headlines)
        column.addWidget(self.empty)
        self._table_card, inside = card()
        inside.addWidget(self._heading)
        inside.addWidget(self.table)
        inside.addWidget(self._notes)
        column.addWidget(self._table_card)
        self._charts_grid.setContentsMargins(0, 0, 0, 0)
        self._charts_grid.setSpacing(16)
        column.addWidget(self._charts)
        column.addStretch(1)
        self._chart_cards = []
        for title, chart in ((self.tr("各月受理"), self.months), (self.tr("各类型受理"), self.kinds)):
            chart_card, body = card(title)
            body.addWidget(chart)
            body.addStretch(1)
            self._chart_cards.append(chart_card)
        return column

    def _connect(self) -> None:
        self.periods.chosen.connect(self._count)
        self.reports.activated.connect(lambda _: self.refresh())
        self.types.activated.connect(lambda _: self.refresh())
        views = QButtonGroup(self)
        for view in (self.as_table, self.as_charts):
            views.addButton(view)
        self.as_table.setChecked(True)
        self._show_chosen()
        views.buttonToggled.connect(lambda *_: self._show_chosen())
        self._save_sheet.clicked.connect(lambda: self._ask_file("xlsx", self.save_sheet_to))
        self._save_pdf.clicked.connect(lambda: self._ask_file("pdf", self.save_pdf_to))
        self._print.clicked.connect(self.preview)

    def _arrange(self) -> None:
        narrow = self.width() < NARROW * self.fontMetrics().height()
        if narrow == self._narrow:
            return
        self._narrow = narrow
        for place, frame in enumerate(self._chart_cards):
            self._charts_grid.addWidget(frame, *((place, 0) if narrow else (0, place)))
        self._charts_grid.setColumnStretch(0, 1)
        self._charts_grid.setColumnStretch(1, 0 if narrow else 1)

    def _count(self, period: Period) -> None:
        key, types = self.reports.currentData(), self.types.currentData()
        self._asked += 1
        number = self._asked
        self._services.runner.run(
            lambda: self._services.reports.screen(key, period, types),
            done=lambda screen: self._show(screen) if number == self._asked else None,
            failed=self._tell,
            owner=self,
        )

    def _show(self, screen: Screen) -> None:
        report = screen.report
        self._report = report
        about = f"{label(report.title)} · {period_text(report.period)} · {report.office}"
        self._heading.setText(about)
        self.types.setEnabled(bool(screen.types) or report.key in WITH_TYPES)
        self.headlines.show_headlines(screen.headlines)
        self.table.show_report(report)
        self._notes.setText("\n".join(label(note) for note in report.notes))
        self.empty.setText(self._emptiness(report))
        self.empty.setVisible(report.is_empty)
        self.as_charts.setEnabled(bool(screen.types))
        if not screen.types:
            self.as_table.setChecked(True)
        self._show_chosen()
        self.months.show_bars(screen.months, now=self.tr("当月"), then=self.tr("上年同月"))
        self.kinds.show_bars(screen.types, now=self.tr("本期"), then=self.tr("上年同期"))

    def _show_chosen(self) -> None:
        self._table_card.setVisible(self.as_table.isChecked())
        self._charts.setVisible(self.as_charts.isChecked())

    def _emptiness(self, report: Report) -> str:
        sentence = self.tr(
            "{period}没有可统计的记录，下面是一张零报告，可以照样导出。也可以换一个周期，或先登记。"
        )
        return sentence.format(period=period_text(report.period))

    def _ask_file(self, ending: str, chosen: Callable[[Path], None]) -> None:
        if self._report is None:
            return
        kinds = {"xlsx": self.tr("Excel 表格 (*.xlsx)"), "pdf": "PDF (*.pdf)"}
        dialog = QFileDialog(
            self, self.tr("导出报表"), f"{_file_title(self._report)}.{ending}", kinds[ending]
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.fileSelected.connect(lambda name: chosen(Path(name)))
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.open()

    def _save(self, path: Path, make: Callable[[Report], bytes]) -> None:
        report = self._report
        if report is None:
            return
        self._services.runner.run(
            lambda: write_safely(path, self._leaving(report, path.suffix.lower()[1:], make)),
            done=lambda _: self.banner.show_done(self.tr("已保存到 {path}").format(path=path)),
            failed=self._tell,
            owner=self,
        )

    def _leaving(self, report: Report, way: str, make: Callable[[Report], Made]) -> Made:
        self._services.reports.leaving(report, way)
        return make(report)

    def _show_preview(self, pdf: PrintedPdf) -> None:
        # Printing loads when somebody prints, not with the window.
        from app.ui.preview import Preview  # noqa: PLC0415

        assert self._report is not None
        Preview(
            pdf, _file_title(self._report), copies=1, runner=self._services.runner, parent=self.window()
        ).open()

    def _tell(self, error: Exception) -> None:
        self.banner.show_error(sentence_of(error))


def _chip(text: str) -> QPushButton:
    made = button(text, "chip")
    made.setCheckable(True)
    return made


def _file_title(report: Report) -> str:
    return f"{report.title} {period_text(report.period)}"


def _spreadsheet(report: Report) -> bytes:
    from app.reports.spreadsheet import xlsx  # noqa: PLC0415  # openpyxl loads with the first export

    return xlsx(report)


def _pdf(report: Report) -> PrintedPdf:
    from app.reports.paper import report_pdf  # noqa: PLC0415  # the typesetter loads with the first print

    return report_pdf(report)
