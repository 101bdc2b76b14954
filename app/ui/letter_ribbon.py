"""The steps of a hand-over, how far its newest revision came, and the next step as a button for whose turn it is."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.models.handover.handover import HANDOVER
from app.models.handover.sides import referral_of
from app.models.handover.status import IN, RECEIVED, RETURNED, status_of
from app.models.handover.steps import letter_steps
from app.models.mediation.case import MEDIATION_CASE
from app.models.station_time import station_day
from app.store.reading import StoredRecord
from app.ui.flow_row import FlowRow
from app.ui.layouts import button, card, emptied, words
from app.ui.letter_words import on_the_way_text, standing_text
from app.ui.record_reading import Reading
from app.ui.ribbon_parts import StepPills
from app.ui.services import DeskServices
from app.ui.theme import LIGHT
from app.ui.words import day_text, label

OPEN = frozenset({"sent", "received", "under_way"})
"""Codes of handover_status at which the feedback is still waited for."""
CAME_BACK = frozenset({"returned", "withdrawn", "voided"})
"""Codes of handover_status at which the matter is the sender's again."""


class LetterRibbon(QWidget):
    """The ribbon over a hand-over.

    `wanted` gives the field to write on at and what to fill in before; `accepted` asks for a new case of the matter,
    `again` for another letter of it; `case_opened` names the case and the field in it.
    """

    wanted = Signal(str, object)
    accepted = Signal()
    again = Signal()
    case_opened = Signal(str, str)

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        frame, column = card()
        self._steps = StepPills()
        self._below = QVBoxLayout()
        self._below.setSpacing(4)
        column.addWidget(self._steps)
        column.addLayout(self._below)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def minimumSizeHint(self) -> QSize:
        """As narrow as need be: the page, not the ribbon, says how wide it is."""
        return QSize(0, super().minimumSizeHint().height())

    def show_reading(self, reading: Reading, *, may_edit: bool) -> None:
        """Show where the letter stands."""
        record = reading.record
        letter: Any = HANDOVER.build(record.values)
        status = status_of(letter)
        ways = letter_steps(letter)
        self._steps.show_steps([(step.title, step.progress) for step in ways])
        emptied(self._below)
        for step in ways:
            if step.day is not None or step.said:
                day = day_text(step.day) if step.day else ""
                said = "　".join(part for part in (label(step.title), day, step.said) if part)
                self._below.addWidget(words(said, "muted"))
        if record.void_reason is not None:
            return
        self._below.addWidget(words(standing_text(letter, status), "label"))
        if status in OPEN and letter.due is not None:
            self._below.addWidget(self._due(letter.due))
        way, role = on_the_way_text(reading.history[-1] if reading.history else None, status)
        if way:
            self._below.addWidget(words(way, role))
        if may_edit:
            self._offer(record, status, has_case=reading.beside.has_case)

    def _due(self, due: date) -> QWidget:
        days = (due - station_day(self._services.clock())).days
        when = self.tr("已过 {days} 天") if days < 0 else self.tr("还有 {days} 天")
        text = self.tr("反馈期限 {day}（{when}）").format(day=day_text(due), when=when.format(days=abs(days)))
        return words(text, "warning" if days < 0 else "muted")

    def _offer(self, record: StoredRecord, status: str, *, has_case: bool) -> None:
        """The next step where it is this station's, the main one first."""
        acts = self._in_acts if record.values.get("direction") == IN else self._out_acts
        row = FlowRow()
        for place, (text, sign, act) in enumerate(acts(record, status, has_case=has_case)):
            main = place == 0 and sign != "history"
            made = button(
                text, "primary" if main else "", sign=sign, colour=LIGHT.on_accent if main else None
            )
            made.clicked.connect(lambda _=False, act=act: act())
            row.addWidget(made)
        if row.count():
            holder = QWidget()
            holder.setLayout(row)
            self._below.addWidget(holder)

    def _out_acts(self, record: StoredRecord, status: str, *, has_case: bool) -> list["Act"]:
        today, me = station_day(self._services.clock()), self._services.user
        acts: list[Act] = []
        if status == "draft":
            fill = {"sent_on": today, "official": record.values.get("official") or me}
            acts.append((self.tr("发出"), "letter", self._writing("sent_on", fill)))
        elif status == "sent":
            acts.append(
                (self.tr("撤回"), "history", self._writing("withdrawn_reason", {"withdrawn_on": today}))
            )
        elif status == "fed_back":
            fill = {"confirmed_on": today, "confirmed_by": me}
            acts.append((self.tr("确认"), "done", self._writing("confirm_note", fill)))
        elif status in CAME_BACK and self._services.access.may("create", HANDOVER.code):
            acts.append((self.tr("另写一份"), "letter", self.again.emit))
        return acts + self._case_acts(record, has_case=has_case)

    def _in_acts(self, record: StoredRecord, status: str, *, has_case: bool) -> list["Act"]:
        today, me = station_day(self._services.clock()), self._services.user
        signed = {"answered_on": today, "answered_by": me}
        if status == "sent":
            receive = self._writing("answered_by", signed | {"answer": RECEIVED})
            give_back = self._writing("answer_note", signed | {"answer": RETURNED})
            return [(self.tr("签收"), "receipt", receive), (self.tr("退回"), "returned", give_back)]
        if status not in ("received", "under_way"):
            return self._case_acts(record, has_case=has_case)
        case_id = record.values.get("case_id")
        if case_id:
            row = f"referrals.{referral_of(record.id)}.result"
            feed = (self.tr("反馈"), "letter", self._opening(case_id, row))
            return [*self._case_acts(record, has_case=has_case), feed] if has_case else []
        feed = (self.tr("反馈"), "letter", self._writing("result", {"fed_back_on": today}))
        if status == "received" and self._services.access.may("create", MEDIATION_CASE.code):
            return [(self.tr("立案受理"), "add-case", self.accepted.emit), feed]
        return [feed]

    def _case_acts(self, record: StoredRecord, *, has_case: bool) -> list["Act"]:
        if not has_case:
            return []
        return [(self.tr("打开案件"), "mediation", self._opening(record.values["case_id"], ""))]

    def _writing(self, path: str, fill: Mapping[str, Any]) -> Callable[[], None]:
        return lambda: self.wanted.emit(path, dict(fill))

    def _opening(self, case_id: str, path: str) -> Callable[[], None]:
        return lambda: self.case_opened.emit(case_id, path)


Act = tuple[str, str, Callable[[], None]]
"""What a button says, its icon, and what it does."""
