"""What a hand-over must hold, and who may still change what of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from app.models.content import content_of
from app.models.handover.sides import AFTERWARDS, ANSWER, FIXED, LETTER
from app.models.handover.status import IN, OUT, RECEIVED, RETURNED
from app.models.mediation.filling import fill_title
from app.models.problems import Problem, error, warning

if TYPE_CHECKING:
    from app.models.handover.handover import Handover


# As the district gives them to its stations.
is_office_code = re.compile("[0-9A-Za-z]{2,12}").fullmatch


def fill(values: dict[str, Any]) -> None:
    """A letter written here goes out; it is named after its parties."""
    values["direction"] = values.get("direction") or OUT
    fill_title(values)


def _letter(letter: Handover) -> Iterator[Problem]:
    """The sender's own part; a rule never joins both sides' fields, which arrive apart."""
    if letter.peer and not is_office_code(letter.peer):
        yield error(
            "peer", "对方单位编码是 2 至 12 位数字或字母，请从单位名录里选；名录里没有的，请向区里问明编码。"
        )
    if letter.withdrawn_on and not letter.withdrawn_reason:
        yield error("withdrawn_reason", "撤回移交请写明原因。")
    if letter.agreed is False and letter.sent_on:
        yield error("agreed", "当事人不同意移交的，不能移交调解（《人民调解法》第十七条）。", "R3")
    if letter.agreed is None and letter.sent_on:
        yield warning("agreed", "请核对当事人是否同意移交调解（《人民调解法》第十七条）。", "R3")
    if letter.due and letter.sent_on and letter.due < letter.sent_on:
        yield error("due", "反馈期限早于移交日期，请核对。")


def _answer(letter: Handover) -> Iterator[Problem]:
    """The receiver's own part."""
    if letter.answer and not letter.answered_on:
        yield error("answered_on", "请填写签收或退回的日期。")
    if letter.answer == RETURNED and not letter.answer_note:
        yield error("answer_note", "退回移交请写明原因。")
    if letter.answer == RECEIVED and not letter.answered_by:
        yield error("answered_by", "签收请写明签收人。")
    if letter.result and letter.answer != RECEIVED:
        yield error("result", "签收以后才能反馈办理结果。")
    if letter.result and not letter.fed_back_on:
        yield error("fed_back_on", "请填写反馈日期。")
    if letter.fed_back_on and not letter.result:
        yield error("result", "请填写办理结果。")


def _others_part_stays(old: Handover, new: Handover | None) -> Iterator[Problem]:
    """Each side writes its own part; the other's comes from the district."""
    if new is None:
        return
    theirs = (*LETTER, *AFTERWARDS) if old.direction == IN else ANSWER
    who = "移交单位" if old.direction == IN else "接收单位"
    for name in theirs:
        if _differs(old, new, name):
            yield error(name, f"这一项由{who}填写，本站不能改；有不对的请与对方联系。")
    fixed = FIXED if old.sent_on or old.direction == IN else ("direction", "letter_id")
    for name in (*fixed, "voided_there"):
        if _differs(old, new, name):
            yield error(name, "移交函发出以后，对方单位不能再改；确需改送别处，请撤回后另写一份。")


def _sent_letter_stays(old: Handover, new: Handover | None) -> Iterator[Problem]:
    if new is None:
        if old.direction == IN:
            yield error("", "对方移来的不能作废；不该由本站办理的，请填写退回和原因。")
        elif old.sent_on:
            yield error("", "移交函已经发出，不能作废；对方签收以前可以填写撤回日期和原因。")
        return
    if old.direction != OUT:
        yield from _answer_stands(old, new)
        return
    if old.answer and any(_differs(old, new, name) for name in LETTER):
        yield error("facts", "对方已签收或退回，移交函的内容不能再改；需要补充的请与对方联系。")
    if old.sent_on and not new.sent_on:
        yield error("sent_on", "移交函已经发出；要收回请填写撤回日期和原因。")
    if new.withdrawn_on and not old.withdrawn_on and old.answer:
        yield error("withdrawn_on", "对方已签收或退回，不能再撤回。")
    if new.withdrawn_on and not old.sent_on:
        yield error("withdrawn_on", "移交函还没有发出，不用撤回。")
    if new.confirmed_on and not old.result:
        yield error("confirmed_on", "对方还没有反馈办理结果，不能确认。")


def _answer_stands(old: Handover, new: Handover) -> Iterator[Problem]:
    """Signed for is with us until returned; returned is for good: the sender may have given it to somebody else."""
    if old.answer == RETURNED and any(_differs(old, new, name) for name in ANSWER):
        yield error("answer", "这件已经退回对方，不能再改；对方重新移交时会另有一份。")
    if old.answer == RECEIVED and new.answer is None:
        yield error("answer", "已经签收；不该由本站办理的，请改为退回并写明原因。")
    if old.result and new.answer != RECEIVED:
        yield error("answer", "已经反馈办理结果，不能再退回。")
    if old.withdrawn_on and not old.answer and new.answer:
        yield error("answer", "对方已经撤回这件移交，不用签收。")


def may_void(letter: Mapping[str, Any]) -> bool:
    """Whether a letter is still this office's alone: written here and not sent."""
    return letter.get("direction") != IN and not letter.get("sent_on")


def _differs(old: Handover, new: Handover, name: str) -> bool:
    return content_of(old, name) != content_of(new, name)


RULES = (_letter, _answer)
CHANGE_RULES = (_others_part_stays, _sent_letter_stays)
