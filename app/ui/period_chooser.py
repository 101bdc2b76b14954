"""Chooses the period of a report: month, quarter, half, year, or two days; steps back and forth."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from app.models.period import FIRST_YEAR, LAST_YEAR, Period, half, month, quarter, whole_year
from app.models.station_time import station_day
from app.ui.editors.times import DayLine
from app.ui.layouts import button, words
from app.ui.services import DeskServices
from app.ui.words import label

MONTH, QUARTER, HALF, YEAR, DAYS = "month", "quarter", "half", "year", "days"
MADE: dict[str, Callable[[int, int], Period]] = {
    MONTH: month,
    QUARTER: quarter,
    HALF: half,
    YEAR: lambda year, _: whole_year(year),
}
PARTS = {MONTH: 12, QUARTER: 4, HALF: 2, YEAR: 1}


class PeriodChooser(QWidget):
    """`chosen` tells every new period; what is no period is said below and tells nothing."""

    chosen = Signal(object)

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        today = station_day(services.clock())
        self.kind, self.part = QComboBox(), QComboBox()
        for key, name in self._kinds():
            self.kind.addItem(name, key)
        self.kind.setAccessibleName(self.tr("统计周期"))
        self.part.setAccessibleName(self.tr("月、季或半年"))
        self.year = QSpinBox()
        self.year.setRange(FIRST_YEAR + 1, LAST_YEAR)
        self.year.setValue(today.year)
        self.year.setSuffix(self.tr(" 年"))
        self.year.setAccessibleName(self.tr("年份"))
        self.earlier, self.later = button("", "quiet", sign="back"), button("", "quiet", sign="forward")
        for each, name in ((self.earlier, self.tr("前一期")), (self.later, self.tr("后一期"))):
            each.setToolTip(name)
            each.setAccessibleName(name)
        self.first, self.last = DayLine(services), DayLine(services)
        for line, name in ((self.first, self.tr("开始日期")), (self.last, self.tr("结束日期"))):
            line.line.setAccessibleName(name)
        self.first.line.setText(today.replace(day=1).isoformat())
        self.last.line.setText(today.isoformat())
        self._problem = words("", "error")
        self._problem.hide()
        self._named, self._typed = self._named_row(), self._typed_row()
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.kind)
        row.addWidget(self._named)
        row.addWidget(self._typed)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._problem)
        self._offer(today)
        self._connect()

    def period(self) -> Period | None:
        """The period chosen now; None while what is typed is none."""
        try:
            return self._asked()
        except ValueError:
            return None

    def problem(self) -> str:
        """What is said against the days that are typed."""
        return self._problem.text()

    def step(self, by: int) -> None:
        """The next period of the same kind, or the one before."""
        parts = PARTS[self.kind.currentData()]
        years, part = divmod(self.part.currentIndex() + by, parts)
        if self.year.minimum() <= self.year.value() + years <= self.year.maximum():
            self.year.blockSignals(True)
            self.year.setValue(self.year.value() + years)
            self.year.blockSignals(False)
            self.part.setCurrentIndex(part)
            self._tell()

    def _kinds(self) -> list[tuple[str, str]]:
        return [
            (MONTH, self.tr("按月")),
            (QUARTER, self.tr("按季度")),
            (HALF, self.tr("按半年")),
            (YEAR, self.tr("按年")),
            (DAYS, self.tr("自选日期")),
        ]

    def _named_row(self) -> QWidget:
        return _row(self.earlier, self.year, self.part, self.later)

    def _typed_row(self) -> QWidget:
        return _row(self.first, words(self.tr("至"), wrap=False), self.last)

    def _connect(self) -> None:
        self.kind.activated.connect(lambda _: self._change_kind())
        self.part.activated.connect(lambda _: self._tell())
        self.year.valueChanged.connect(lambda _: self._tell())
        self.earlier.clicked.connect(lambda: self.step(-1))
        self.later.clicked.connect(lambda: self.step(1))
        for line in (self.first.line, self.last.line):
            line.editingFinished.connect(self._tell)
            line.textEdited.connect(lambda _: self._problem.hide())

    def _change_kind(self) -> None:
        before = self.period()
        self._offer(before.first if before else date(self.year.value(), 1, 1))
        if self.kind.currentData() == DAYS and before:
            self.first.line.setText(before.first.isoformat())
            self.last.line.setText(before.last.isoformat())
        self._tell()

    def _offer(self, near: date) -> None:
        """The parts of a year of the chosen kind; the one with the day `near` is taken."""
        kind = self.kind.currentData()
        self._named.setVisible(kind != DAYS)
        self._typed.setVisible(kind == DAYS)
        if kind == DAYS:
            return
        names = {
            MONTH: [self.tr("{number}月").format(number=number) for number in range(1, 13)],
            QUARTER: [self.tr("第一季度"), self.tr("第二季度"), self.tr("第三季度"), self.tr("第四季度")],
            HALF: [self.tr("上半年"), self.tr("下半年")],
            YEAR: [self.tr("全年")],
        }[kind]
        self.part.clear()
        self.part.addItems(names)
        self.part.setCurrentIndex((near.month - 1) * len(names) // 12)
        self.part.setVisible(kind != YEAR)

    def _asked(self) -> Period:
        kind = self.kind.currentData()
        if kind != DAYS:
            return MADE[kind](self.year.value(), self.part.currentIndex() + 1)
        days = [_day(line.day()) for line in (self.first, self.last)]
        return Period.asked(*days)

    def _tell(self) -> None:
        try:
            period = self._asked()
        except ValueError as refusal:
            self._problem.setText(label(str(refusal)))
            self._problem.show()
            return
        self._problem.clear()
        self._problem.hide()
        self.chosen.emit(period)


def _row(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget)
    return holder


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("请写明开始和结束日期，如 2026-11-23。") from None
