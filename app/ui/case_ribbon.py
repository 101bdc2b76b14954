"""The steps of a mediation case, what the next one still lacks, what is due and what may escalate."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.models.handover.handover import HANDOVER
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
from app.store.letters import Letter
from app.store.reading import StoredRecord
from app.ui.layouts import button, card, emptied, words
from app.ui.letter_words import handed_over, is_under_way, letter_line
from app.ui.record_reading import Beside
from app.ui.ribbon_parts import StepPills, ribbon_link
from app.ui.services import DeskServices
from app.ui.words import day_text, label

SHOWN = 6


class CaseRibbon(QWidget):
    """The ribbon over a case; asks for the field a missing thing is entered at, the signing sheet, or a case linked."""

    wanted = Signal(str)
    signing = Signal()
    again = Signal()
    opened = Signal(str)
    handing = Signal()
    letter_opened = Signal(str)

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        frame, self._column = card()
        self._steps = StepPills()
        self._column.addWidget(self._steps)
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
        self._steps.show_steps([(step.title, step.progress) for step in ribbon])
        emptied(self._below)
        self._say_linked(beside.linked)
        self._say_letters(beside.letters)
        if record.void_reason is not None:
            return
        self._say_changed(record, beside.changed)
        if handed_over(beside.letters) is None:
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
        self._offer_handing(case, beside)

    def minimumSizeHint(self) -> QSize:
        """As narrow as need be: the page, not the ribbon, says how wide it is."""
        return QSize(0, super().minimumSizeHint().height())

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
            link = ribbon_link(label(problem.message))
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
        row.setContentsMargins(2, 6, 2, 0)
        row.addWidget(made)
        row.addStretch(1)
        holder = QWidget()
        holder.setLayout(row)
        self._below.addWidget(holder)

    def _say_linked(self, linked: Sequence[Linked]) -> None:
        for one in linked[:SHOWN]:
            text = self.tr("原案：{case}") if one.is_earlier else self.tr("后续案件：{case}")
            link = ribbon_link(text.format(case=f"{one.number} {one.title}".strip()), "history")
            link.clicked.connect(lambda _=False, record_id=one.record_id: self.opened.emit(record_id))
            self._below.addWidget(link)

    def _say_letters(self, letters: Sequence[Letter]) -> None:
        for one in letters[:SHOWN]:
            link = ribbon_link(letter_line(one), "letter")
            link.clicked.connect(lambda _=False, record_id=one.record_id: self.letter_opened.emit(record_id))
            self._below.addWidget(link)
        taken = handed_over(letters)
        if taken is not None:
            text = self.tr("案件已移交{office}，由对方办理；本站仍可登记结果、结案和归档各项。")
            self._below.addWidget(words(text.format(office=taken.peer_name), "warning"))

    def _offer_handing(self, case: Any, beside: Beside) -> None:
        """One office at a time: while a letter is open the matter is not offered to another."""
        if case.archived_on is not None or any(is_under_way(one) for one in beside.letters):
            return
        if self._services.access.may("create", HANDOVER.code):
            tip = self.tr("写移交函给派出所、法院、其他调委会等单位，当事人和纠纷情况自动带入")
            self._offer(self.tr("移交其他单位"), "letter", tip, self.handing)

    def _say_due(self, due: Sequence[Deadline], *, today: Any) -> None:
        for deadline in due[:SHOWN]:
            days = (deadline.due - today).days
            when = self.tr("已过 {days} 天") if days < 0 else self.tr("还有 {days} 天")
            text = f"{day_text(deadline.due)}　{label(deadline.words)}（{when.format(days=abs(days))}）"
            link = ribbon_link(text, "warning" if days < 0 else "calendar")
            link.clicked.connect(lambda _=False, path=deadline.path: self.wanted.emit(path))
            self._below.addWidget(link)

    def _say_signs(self, signs: Sequence[EarlySign]) -> None:
        for sign in signs:
            self._below.addWidget(words(label(sign.reason), "warning"))
