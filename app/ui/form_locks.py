"""What of a record this desk may not write now and why: the other office's part of a hand-over, a case handed over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QCoreApplication

from app.models.handover.handover import HANDOVER
from app.models.handover.matter import AFTER_HANDING_OVER
from app.models.handover.sides import AFTERWARDS, ANSWER, FIXED, LETTER
from app.models.handover.status import IN, RECEIVED, RETURNED
from app.models.mediation.case import MEDIATION_CASE
from app.models.record_type import RecordType
from app.store.letters import Letter
from app.store.reading import StoredRecord
from app.ui.letter_words import handed_over

RECEIPT = ("answer", "answered_on", "answered_by", "answer_note", "case_number")
FEEDBACK = tuple(name for name in ANSWER if name not in RECEIPT)
CONFIRMING = ("confirmed_on", "confirmed_by", "confirm_note")
WITHDRAWING = ("withdrawn_on", "withdrawn_reason", "voided_there")
LATER = (*ANSWER, *AFTERWARDS, "voided_there")


@dataclass(frozen=True)
class FormLocks:
    """`why` by the name of a field that cannot be typed in; `away`: fields whose sections wait until they hold something."""

    why: Mapping[str, str] = field(default_factory=dict)
    away: frozenset[str] = frozenset()

    def without(self, names: Iterable[str]) -> "FormLocks":
        """The same with these fields open, so that what was typed in them can be taken back."""
        opened = set(names)
        return replace(self, why={name: why for name, why in self.why.items() if name not in opened})


def locks_of(
    record_type: RecordType, record: StoredRecord | None, letters: Sequence[Letter] = ()
) -> FormLocks:
    """By the record as it is stored (None: a new one); `letters` are the hand-overs of a case."""
    if record_type is HANDOVER:
        values: Mapping[str, Any] = record.values if record else {}
        return _coming_in(values) if values.get("direction") == IN else _going_out(values)
    if record_type is MEDIATION_CASE and (taken := handed_over(letters)) is not None:
        text = QCoreApplication.translate("Letter", "案件已移交{office}，由对方办理，本站不能再改这一部分。")
        why = text.format(office=taken.peer_name)
        return FormLocks({name: why for name in record_type.fields if name not in AFTER_HANDING_OVER})
    return FormLocks()


def _going_out(letter: Mapping[str, Any]) -> FormLocks:
    theirs = QCoreApplication.translate("Letter", "由接收单位填写，上报收取后自动显示在这里。")
    sent = QCoreApplication.translate("Letter", "移交函已发出，不能再改送别处；确需改送，请撤回后另写一份。")
    answered = QCoreApplication.translate(
        "Letter", "对方已签收或退回，这一部分不能再改；需要补充的请与对方联系。"
    )
    why = dict.fromkeys((*ANSWER, "voided_there"), theirs)
    if not letter.get("sent_on"):
        return FormLocks(why, frozenset(LATER))
    why |= dict.fromkeys(FIXED, sent)
    away = set() if letter.get("answer") == RECEIVED else set(FEEDBACK)
    if letter.get("answer"):
        why |= dict.fromkeys((*LETTER, *FIXED), answered)
        why |= dict.fromkeys(("withdrawn_on", "withdrawn_reason"), answered)
        away |= set(WITHDRAWING)
    if not letter.get("result"):
        not_yet = QCoreApplication.translate("Letter", "对方反馈办理结果以后才能确认。")
        why |= dict.fromkeys(CONFIRMING, not_yet)
        away |= set(CONFIRMING)
    return FormLocks(why, frozenset(away))


def _coming_in(letter: Mapping[str, Any]) -> FormLocks:
    theirs = QCoreApplication.translate("Letter", "由移交单位填写，本站不能改；有不对的请与对方联系。")
    why = dict.fromkeys((*LETTER, *AFTERWARDS, *FIXED, "voided_there"), theirs)
    away = {*CONFIRMING, *WITHDRAWING}
    if letter.get("answer") == RETURNED:
        returned = QCoreApplication.translate("Letter", "已退回对方，不能再改；对方重新移交时会另有一份。")
        why |= dict.fromkeys(ANSWER, returned)
    elif letter.get("answer") != RECEIVED and letter.get("withdrawn_on"):
        withdrawn = QCoreApplication.translate("Letter", "对方已撤回这件移交，不用签收。")
        why |= dict.fromkeys(ANSWER, withdrawn)
    elif letter.get("case_id"):
        from_case = QCoreApplication.translate(
            "Letter", "已立案的，结果写在案件的“移交与反馈”里，保存后自动带到这里。"
        )
        why |= dict.fromkeys((*FEEDBACK, "case_number"), from_case)
    if letter.get("answer") != RECEIVED:
        away |= set(FEEDBACK)
    return FormLocks(why, frozenset(away))
