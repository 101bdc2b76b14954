"""Local practice (地方做法): the period of mediation, of the return visit, and days off or worked beside the national ones."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QPlainTextEdit, QSpinBox, QVBoxLayout, QWidget

from app.models.cleaning import Unclear, parse_day
from app.settings import MOST_DAYS, PERIOD_COUNTS, Settings
from app.ui.banner import Banner
from app.ui.layouts import button, scrolling, words
from app.ui.services import DeskServices
from app.ui.theme import LIGHT
from app.ui.words import label

DAYS_HIGH = 84  # pixels, three days one under the other
LOW, BELOW = 520, 110  # pixels
WIDE = 26  # heights of a line of text


class PracticeDialog(QDialog):
    """Asks for the district's own periods; `chosen` gives the settings that changed."""

    chosen = Signal(dict)

    def __init__(self, settings: Settings, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("办理期限和节假日"))
        self._services = services
        self.banner = Banner()
        self.count = _number(settings.settle_count, self.tr("调解期限"))
        self.unit = QComboBox()
        self.unit.setAccessibleName(self.tr("调解期限的单位"))
        for name, text in (
            ("month", self.tr("个月")),
            ("calendar", self.tr("天")),
            ("working", self.tr("个工作日")),
        ):
            self.unit.addItem(text, name)
        self.unit.setCurrentIndex(self.unit.findData(settings.settle_unit))
        self.visit = _number(settings.visit_days, self.tr("回访期限"))
        self.screening = _number(settings.screen_days, self.tr("排查周期"))
        self.off = _days(settings.days_off, self.tr("另外放假的日子"))
        self.worked = _days(settings.days_worked, self.tr("另外上班的日子"))
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 12, 0)
        column.setSpacing(8)
        column.addWidget(words(self.tr("受理以后应在多长时间内调结"), "label"))
        column.addLayout(_beside(self.count, self.unit))
        column.addWidget(
            words(
                self.tr("国家规定为一个月（《人民调解工作若干规定》第三十三条）；当地另有规定的，在这里改。"),
                "hint",
            )
        )
        column.addWidget(words(self.tr("履行期满以后多少天内回访"), "label"))
        column.addLayout(_beside(self.visit))
        column.addWidget(words(self.tr("每隔多少天排查一次矛盾纠纷"), "label"))
        column.addLayout(_beside(self.screening))
        for title, editor in (
            (self.tr("另外放假的日子"), self.off),
            (self.tr("另外上班的日子"), self.worked),
        ):
            column.addWidget(words(title, "label"))
            column.addWidget(editor)
        column.addWidget(
            words(
                self.tr("每行一个日子，例如 2027-02-08。2026 年的法定节假日和调休上班已经在程序里。"), "hint"
            )
        )
        column.addStretch(1)
        area = scrolling(column)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 16, 20)
        outer.setSpacing(12)
        outer.addWidget(self.banner)
        outer.addWidget(area, 1)
        outer.addLayout(self._buttons())
        # Large letters: the middle scrolls, the buttons stay in sight.
        parent = self.parentWidget()
        room = parent.window().height() - 60 if parent else LOW
        wide = WIDE * self.fontMetrics().height()
        self.resize(wide, max(LOW, min(room, area.widget().heightForWidth(wide) + BELOW)))

    def _buttons(self) -> QHBoxLayout:
        save = button(self.tr("保存"), "primary", sign="save", colour=LIGHT.on_accent)
        save.clicked.connect(self._finish)
        back, national = button(self.tr("返回")), button(self.tr("恢复国家规定"), "quiet")
        back.clicked.connect(self.reject)
        national.clicked.connect(self._national)
        row = QHBoxLayout()
        row.addWidget(national)
        row.addStretch(1)
        row.addWidget(back)
        row.addWidget(save)
        return row

    def _national(self) -> None:
        usual = Settings()
        self.count.setValue(usual.settle_count)
        self.unit.setCurrentIndex(self.unit.findData(usual.settle_unit))
        self.visit.setValue(usual.visit_days)
        self.screening.setValue(usual.screen_days)

    def _finish(self) -> None:
        try:
            off, worked = self._read(self.off), self._read(self.worked)
        except Unclear as unclear:
            self.banner.show_error(label(str(unclear)))
            return
        if both := sorted(set(off) & set(worked)):
            self.banner.show_error(self.tr("{day} 既放假又上班，请核对。").format(day=both[0]))
            return
        self.chosen.emit(
            {
                "settle_count": self.count.value(),
                "settle_unit": self.unit.currentData(),
                "visit_days": self.visit.value(),
                "screen_days": self.screening.value(),
                "days_off": off,
                "days_worked": worked,
            }
        )
        self.accept()

    def _read(self, editor: QPlainTextEdit) -> tuple[str, ...]:
        """The days of a box, ISO.  Raises Unclear."""
        lines = [line.strip() for line in editor.toPlainText().splitlines() if line.strip()]
        if len(lines) > MOST_DAYS:
            raise Unclear(self.tr("日子太多，最多 {most} 个。").format(most=MOST_DAYS))
        return tuple(dict.fromkeys(parse_day(line, editor.accessibleName()).isoformat() for line in lines))


def _number(value: int, name: str) -> QSpinBox:
    made = QSpinBox()
    made.setRange(PERIOD_COUNTS.start, PERIOD_COUNTS.stop - 1)
    made.setValue(value)
    made.setAccessibleName(name)
    return made


def _days(days: Sequence[str], name: str) -> QPlainTextEdit:
    made = QPlainTextEdit("\n".join(days))
    made.setAccessibleName(name)
    made.setTabChangesFocus(True)
    made.setFixedHeight(DAYS_HIGH)
    return made


def _beside(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
