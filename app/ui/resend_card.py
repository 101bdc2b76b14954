"""重发: a day the district names, how many records there are from it on, and putting them out again."""

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.store.resending import Again
from app.ui.banner import Banner
from app.ui.editors.times import DayLine
from app.ui.flow_row import FlowRow
from app.ui.layouts import button, card, words
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.theme import LIGHT
from app.ui.words import day_text


class ResendCard(QWidget):
    """Two presses: the first counts, the second sends; another day counts anew."""

    sent = Signal()

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._counted: date | None = None
        frame, column = card(self.tr("重发"))
        frame.setAccessibleName(self.tr("重发"))
        said = self.tr(
            "区里请您把某一天以后的记录再报一次时用，平时不用。区里已有的不会重复，本机的记录不会改动。"
        )
        self.banner = Banner()
        self.day = DayLine(services)
        self.day.line.setAccessibleName(self.tr("从哪一天起"))
        self.day.line.textChanged.connect(self._day_changed)
        self.day.line.returnPressed.connect(self.count)
        self.look = button(self.tr("看有多少条"))
        self.look.clicked.connect(self.count)
        self.found = words("")
        self.send = button(self.tr("重新上报"), "primary", sign="up", colour=LIGHT.on_accent)
        self.send.clicked.connect(self.confirm)
        column.addWidget(words(said, "muted"))
        column.addWidget(self.banner)
        column.addLayout(FlowRow(words(self.tr("从这一天起"), "label", wrap=False), self.day, self.look))
        column.addWidget(self.found)
        column.addLayout(FlowRow(self.send))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self._forget()
        self.refresh()

    def refresh(self) -> None:
        """Shown only to whom it is open, on a PC the district knows."""
        services = self._services
        offered = services.resending is not None and services.access.may("send_again")
        self.setVisible(offered and services.sync.enrolled)

    def count(self) -> None:
        """Say how many records there are from the day on."""
        day = self._typed()
        if day is None:
            self._forget()
            self.banner.show_error(self.tr("请写明从哪一天起，如 2026-03-03。没有重发任何记录。"))
            self.day.line.setFocus()
            return
        resending = self._services.resending
        assert resending is not None
        self.banner.clear()
        self.look.setEnabled(False)
        self._services.runner.run(
            lambda: resending.count(day),
            done=lambda again: self._show(day, again),
            failed=self._tell,
            owner=self,
        )

    def confirm(self) -> None:
        """Put out what was counted."""
        day, resending = self._counted, self._services.resending
        if day is None or resending is None:
            return
        self._forget()
        self.look.setEnabled(False)
        self._services.runner.run(lambda: resending.send(day), done=self._went, failed=self._tell, owner=self)

    def _typed(self) -> date | None:
        try:
            return date.fromisoformat(self.day.day())
        except ValueError:
            return None

    def _day_changed(self) -> None:
        if self._counted is not None and self._typed() != self._counted:
            self._forget()

    def _forget(self) -> None:
        self._counted = None
        self.found.hide()
        self.send.hide()

    def _show(self, day: date, again: Again) -> None:
        self.look.setEnabled(True)
        if self._typed() not in (day, None):
            return
        self.found.setText(self._found_text(day, again))
        self.found.show()
        self._counted = day if again.revisions else None
        self.send.setText(self.tr("重新上报 {count} 条").format(count=again.revisions))
        self.send.setVisible(again.revisions > 0)

    def _found_text(self, day: date, again: Again) -> str:
        if again.revisions:
            text = self.tr("{day}以来有 {count} 条，涉及 {records} 件记录。")
        else:
            text = self.tr("{day}以来没有要重发的。")
        said = [text.format(day=day_text(day), count=again.revisions, records=again.records)]
        if again.underway:
            said.append(self.tr("另有 {count} 条正等着上报，不用重发。").format(count=again.underway))
        if again.today:
            said.append(self.tr("另有 {count} 条今天已经重发过。").format(count=again.today))
        if again.held:
            said.append(self.tr("另有 {count} 条是区里退回的，改正后自动再报。").format(count=again.held))
        return "".join(said)

    def _went(self, again: Again) -> None:
        self.look.setEnabled(True)
        text = self.tr("{count} 条已排队重新上报，区里收到后，上面的“未上报”就减下去。")
        self.banner.show_done(text.format(count=again.revisions))
        self.sent.emit()

    def _tell(self, error: Exception) -> None:
        self.look.setEnabled(True)
        self.banner.show_error(sentence_of(error))
