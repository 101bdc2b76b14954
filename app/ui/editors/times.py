"""Editors of days and times: typed the short way, by 今天 and 昨天, or picked from a calendar."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtWidgets import (
    QCalendarWidget,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.models.cleaning import clean_field
from app.models.fields import Field
from app.models.station_time import station_day, station_time
from app.ui.editors.base import Editor
from app.ui.icons import icon
from app.ui.services import DeskServices

NAMED_DAYS = {"今天": 0, "今日": 0, "昨天": -1, "前天": -2, "明天": 1, "后天": 2}


def day_typed(text: str, today: date) -> str:
    """The day a short form means, as 2026-11-23: 今天, +3, 23, 11-23, 1123, 20261123; else the text itself."""
    words = text.strip()
    if words in NAMED_DAYS:
        return (today + timedelta(days=NAMED_DAYS[words])).isoformat()
    if match := re.fullmatch(r"([+-])([0-9]{1,3})", words):
        return (today + timedelta(days=int(match[1] + match[2]))).isoformat()
    parts = re.split(r"[-/.年月]", words.removesuffix("日"))
    if re.fullmatch(r"[0-9]{4}", words):
        parts = [words[:2], words[2:]]
    if re.fullmatch(r"[0-9]{8}", words):
        parts = [words[:4], words[4:6], words[6:]]
    if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts) or len(parts) > 3:
        return text
    numbers = [today.year, today.month][: 3 - len(parts)] + [int(part) for part in parts]
    try:
        return date(*numbers).isoformat()
    except ValueError:
        return text


def time_typed(text: str, now: datetime) -> str:
    """The time a short form means, as 19:30: 现在, 1930, 19.30, 19点半, 7; else the text itself."""
    words = text.strip().replace("：", ":").replace("点半", ":30").replace("点", ":").replace("分", "")
    if words in {"现在", "此刻"}:
        return f"{now:%H:%M}"
    words = words.removesuffix(":")
    if match := re.fullmatch(r"([0-9]{1,2})(?:[:.]?([0-9]{2}))?", words):
        hour, minute = int(match[1]), int(match[2] or 0)
        if hour < 24 and minute < 60:
            return f"{hour:02d}:{minute:02d}"
    return text


class DayLine(QWidget):
    """A line for a day with a calendar beside it."""

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.line = QLineEdit()
        self.line.setPlaceholderText(self.tr("如 2026-11-23、今天"))
        self._open = QToolButton()
        self._open.setIcon(icon("calendar"))
        self._open.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._open.setToolTip(self.tr("从日历中选"))
        self._open.setAccessibleName(self.tr("从日历中选"))
        self._open.clicked.connect(self._pick)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        row.addWidget(self._open)
        self.line.editingFinished.connect(self._complete)

    def day(self) -> str:
        """What is typed, short forms written out; "" for nothing."""
        text = self.line.text()
        return day_typed(text, station_day(self._services.clock())) if text else ""

    def _complete(self) -> None:
        self.line.setText(self.day())

    def _pick(self) -> None:
        popup = QFrame(self, Qt.WindowType.Popup)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        calendar = QCalendarWidget()
        calendar.setGridVisible(False)
        calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        chosen = QDate.fromString(self.line.text(), Qt.DateFormat.ISODate)
        today = station_day(self._services.clock())
        calendar.setSelectedDate(chosen if chosen.isValid() else QDate(today.year, today.month, today.day))
        column = QVBoxLayout(popup)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(calendar)

        def take(day: QDate) -> None:
            self.line.setText(day.toString(Qt.DateFormat.ISODate))
            self.line.textEdited.emit(self.line.text())
            popup.close()

        calendar.clicked.connect(take)
        calendar.activated.connect(take)
        popup.move(self.mapToGlobal(QPoint(0, self.height())))
        popup.show()
        calendar.setFocus()


class DayEditor(Editor):
    """A calendar day."""

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self.day = DayLine(services)
        self.place_input(self.day, self.day.line)
        self.day.line.textEdited.connect(lambda _: self._edited())
        self.day.line.editingFinished.connect(self._finished)

    def value(self) -> Any:
        return self.day.day() or None

    def set_value(self, value: Any) -> None:
        self.day.line.setText("" if value is None else str(value))
        self.clear_problem()

    def _edited(self) -> None:
        self.clear_problem()
        self.changed.emit()

    def _finished(self) -> None:
        if self.day.line.text():
            for problem in clean_field(self.field, self.value())[1]:
                self.show_problem(problem.message, problem.severity)


class MomentEditor(Editor):
    """A day and a time of the station's clock."""

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self.day = DayLine(services)
        self.usual_day: Callable[[str], str] = lambda _time: station_day(services.clock()).isoformat()
        self.time = QLineEdit()
        self.time.setPlaceholderText(self.tr("如 19:30"))
        self.time.setAccessibleName(self.tr("时间"))
        pair = QWidget()
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.day, 3)
        row.addWidget(self.time, 2)
        self.place_input(pair, self.day.line)
        for line in (self.day.line, self.time):
            line.textEdited.connect(lambda _: self._edited())
        self.time.editingFinished.connect(self._finished)

    def value(self) -> Any:
        day, time = self.typed()
        day = day or (self.usual_day(time) if time else "")
        return f"{day} {time}".strip() or None

    def set_value(self, value: Any) -> None:
        if isinstance(value, datetime):
            value = f"{station_time(value):%Y-%m-%d %H:%M}"
        day, _, time = ("" if value is None else str(value)).partition(" ")
        self.day.line.setText(day)
        self.time.setText(time)
        self.clear_problem()

    def typed(self) -> tuple[str, str]:
        """Day and time as far as they are typed, short forms written out."""
        return self.day.day(), self._time()

    def _edited(self) -> None:
        self.clear_problem()
        self.changed.emit()

    def _time(self) -> str:
        return time_typed(self.time.text(), station_time(self.services.clock())) if self.time.text() else ""

    def _finished(self) -> None:
        if self.time.text():
            self.time.setText(self._time())
            if not self.day.line.text():
                self.day.line.setText(self.usual_day(self.time.text()))
            for problem in clean_field(self.field, self.value())[1]:
                self.show_problem(problem.message, problem.severity)
