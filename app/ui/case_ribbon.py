"""The steps of a mediation case, what the next one still lacks, what is due and what may escalate."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.models.mediation.again import may_begin_again
from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.deadlines import Deadline, deadlines
from app.models.mediation.documents import PAPERS
from app.models.mediation.early_signs import Sign as EarlySign
from app.models.mediation.early_signs import early_signs
from app.models.mediation.lifecycle import Progress, Stage, Step, steps
from app.models.mediation.printed import latest, version_name
from app.models.station_time import station_day
from app.store.case_history import Linked
from app.store.reading import StoredRecord
from app.ui.laid_button import LaidButton
from app.ui.layouts import button, card, emptied, words
from app.ui.record_reading import Beside
from app.ui.services import DeskServices
from app.ui.sign import Sign
from app.ui.theme import LIGHT
from app.ui.words import day_text, label

SIGNS = {
    Progress.DONE: ("done", LIGHT.done),
    Progress.CURRENT: ("forward", LIGHT.accent),
    Progress.AHEAD: ("clock", LIGHT.muted),
    Progress.SKIPPED: ("chevron-right", LIGHT.muted),
}
SHOWN = 6
CARD_MARGIN = 20


class CaseRibbon(QWidget):
    """The ribbon over a case; asks for the field a missing thing is entered at, the signing sheet, or a case linked."""

    wanted = Signal(str)
    signing = Signal()
    again = Signal()
    opened = Signal(str)

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        frame, self._column = card()
        self._pills: list[QFrame] = []
        self._steps = QGridLayout()
        self._steps.setSpacing(4)
        self._column.addLayout(self._steps)
        self._below = QVBoxLayout()
        self._below.setSpacing(2)
        self._column.addLayout(self._below)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def show_record(self, record: StoredRecord, beside: Beside) -> None:
        """Show where the case stands."""
        case: Any = MEDIATION_CASE.build(record.values)
        case.void_reason = record.void_reason
        today = station_day(self._services.clock())
        ribbon = steps(case)
        emptied(self._steps)
        emptied(self._below)
        self._pills = [_pill(step) for step in ribbon]
        self._arrange()
        self._say_linked(beside.linked)
        if record.void_reason is not None:
            return
        self._say_changed(record, beside.changed)
        self._say_missing(ribbon)
        due = deadlines(case, self._services.local.practice, self._services.local.calendar)
        self._say_due(due, today=today)
        if case.archived_on is None:
            earlier = beside.earlier
            signs = early_signs(case, today=today, earlier=earlier.cases, failed_before=earlier.failed)
            self._say_signs(signs)
        if may_begin_again(record.values) and self._services.access.may("create", MEDIATION_CASE.code):
            tip = self.tr("当事人同意再次调解的，另立一案，带入当事人和纠纷情况")
            self._offer(self.tr("重新调解"), "history", tip, self.again)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Large text or a narrow page: the steps go on in a second row."""
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """As narrow as two steps side by side: the page, not the ribbon, says how wide it is."""
        return QSize(0, super().minimumSizeHint().height())

    def _arrange(self) -> None:
        if not self._pills:
            return
        room = self.width() - 2 * CARD_MARGIN
        widest = max(pill.sizeHint().width() for pill in self._pills) + self._steps.spacing()
        columns = max(2, min(len(self._pills), room // widest))
        for place, pill in enumerate(self._pills):
            self._steps.addWidget(pill, place // columns, place % columns)

    def _say_changed(self, record: StoredRecord, changed: Mapping[str, Sequence[str]]) -> None:
        for code, sentences in changed.items():
            printed = latest(record.values, code)
            assert printed is not None
            text = self.tr("现在的{title}与{version}不同：{changes}").format(
                title=label(PAPERS[code]), version=version_name(printed), changes="".join(sentences[:SHOWN])
            )
            if len(sentences) > SHOWN:
                text += self.tr("另有 {count} 处。").format(count=len(sentences) - SHOWN)
            self._below.addWidget(words(text, "warning"))

    def _say_missing(self, ribbon: Sequence[Step]) -> None:
        current = next((step for step in ribbon if step.progress is Progress.CURRENT), None)
        if current is None:
            self._below.addWidget(words(self.tr("各个步骤都已完成。"), "done"))
            return
        if current.missing:
            text = self.tr("“{step}”还差：").format(step=label(current.title))
            self._below.addWidget(words(text, "label"))
        for problem in current.missing[:SHOWN]:
            link = _link(label(problem.message))
            link.clicked.connect(lambda _=False, path=problem.path: self.wanted.emit(path))
            self._below.addWidget(link)
        if len(current.missing) > SHOWN:
            more = self.tr("另有 {count} 处。").format(count=len(current.missing) - SHOWN)
            self._below.addWidget(words(more, "muted"))
        if current.stage is Stage.AGREEMENT and any(p.path.endswith("signed_on") for p in current.missing):
            tip = self.tr("各方在协议书上签名、按指印并盖章后，在这里一次登记")
            self._offer(self.tr("登记签署"), "edit", tip, self.signing)

    def _offer(self, text: str, sign: str, tip: str, asked: Any) -> None:
        made = button(text, sign=sign)
        made.setToolTip(tip)
        made.clicked.connect(asked)
        row = QHBoxLayout()
        row.addWidget(made)
        row.addStretch(1)
        holder = QWidget()
        holder.setLayout(row)
        self._below.addWidget(holder)

    def _say_linked(self, linked: Sequence[Linked]) -> None:
        for one in linked[:SHOWN]:
            text = self.tr("原案：{case}") if one.is_earlier else self.tr("后续案件：{case}")
            link = _link(text.format(case=f"{one.number} {one.title}".strip()), "history")
            link.clicked.connect(lambda _=False, record_id=one.record_id: self.opened.emit(record_id))
            self._below.addWidget(link)

    def _say_due(self, due: Sequence[Deadline], *, today: Any) -> None:
        for deadline in due[:SHOWN]:
            days = (deadline.due - today).days
            when = self.tr("已过 {days} 天") if days < 0 else self.tr("还有 {days} 天")
            text = f"{day_text(deadline.due)}　{label(deadline.words)}（{when.format(days=abs(days))}）"
            link = _link(text, "warning" if days < 0 else "calendar")
            link.clicked.connect(lambda _=False, path=deadline.path: self.wanted.emit(path))
            self._below.addWidget(link)

    def _say_signs(self, signs: Sequence[EarlySign]) -> None:
        for sign in signs:
            self._below.addWidget(words(label(sign.reason), "warning"))


def _link(text: str, sign: str | None = None) -> LaidButton:
    """A link whose words wrap; `text` is its accessible name too."""
    made = LaidButton("link", text, "")
    row = QHBoxLayout(made)
    row.setContentsMargins(2, 3, 2, 3)
    row.setSpacing(6)
    if sign:
        row.addWidget(Sign(sign, LIGHT.accent), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(words(text, "link"), 1)
    made.let_clicks_through()
    return made


def _pill(step: Step) -> QFrame:
    """One step: a sign, its name, and how far it is for those who cannot see colours."""
    frame = QFrame()
    frame.setProperty("role", f"step-{step.progress.value}")
    row = QHBoxLayout(frame)
    row.setContentsMargins(4, 3, 4, 3)
    row.setSpacing(4)
    name, colour = SIGNS[step.progress]
    row.addWidget(Sign(name, colour))
    row.addWidget(words(label(step.title), wrap=False), 1)
    said = label(PROGRESS_WORDS[step.progress])
    frame.setToolTip(said)
    frame.setAccessibleName(f"{label(step.title)} {said}")
    return frame


PROGRESS_WORDS = {
    Progress.DONE: "已完成",
    Progress.CURRENT: "正在办理",
    Progress.AHEAD: "还没到",
    Progress.SKIPPED: "不需要",
}
