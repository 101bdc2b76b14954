"""A hand-over in words: where it stands for the desk that looks at it, and what of it the other office knows yet."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from app.models.handover.handover import Handover
from app.models.handover.status import IN, OUT
from app.store.letters import Letter
from app.store.reading import Change
from app.ui.words import code_label

WITH_THE_OTHER = frozenset({"received", "under_way", "fed_back", "confirmed"})
"""Codes of handover_status at which the office a matter was handed to has it."""
AWAY = WITH_THE_OTHER | {"draft", "sent"}


def letter_line(letter: Letter) -> str:
    """The letter as a link beside its case."""
    text = (
        QCoreApplication.translate("Letter", "移来：{office}（{status}）")
        if letter.direction == IN
        else QCoreApplication.translate("Letter", "移交：{office}（{status}）")
    )
    return text.format(office=letter.peer_name, status=code_label("handover_status", letter.status))


def handed_over(letters: Sequence[Letter]) -> Letter | None:
    """The letter whose receiver has signed for the case; None while the case is this station's own."""
    return next((one for one in letters if one.direction == OUT and one.status in WITH_THE_OTHER), None)


def is_under_way(letter: Letter) -> bool:
    """Whether the case is already being handed, or has been handed, to an office."""
    return letter.direction == OUT and letter.status in AWAY


def standing_text(letter: Handover, status: str) -> str:
    """What is to be done, or whom one waits for, by direction and status."""
    texts = _coming_in(letter) if letter.direction == IN else _going_out(letter)
    return texts.get(status, "")


def on_the_way_text(last: Change | None, status: str) -> tuple[str, str]:
    """How far the newest revision came, and the role it is shown in; "" for one that has nothing to travel."""
    if last is None or last.origin is not None or status == "draft":
        return "", ""
    if last.state == "held":
        text = QCoreApplication.translate("Letter", "区里退回了最近一次修改，对方没有收到：{why}")
        none_said = QCoreApplication.translate("Letter", "没有说明原因，请联系区里。")
        return text.format(why=last.detail or none_said), "error"
    if last.state == "acked":
        return QCoreApplication.translate("Letter", "最近的修改已到区里，对方下次上报收取时看到。"), "muted"
    return (
        QCoreApplication.translate("Letter", "最近的修改还没有上报，对方还看不到；接通网络后自动上报。"),
        "warning",
    )


def _going_out(letter: Handover) -> dict[str, str]:
    returned = QCoreApplication.translate("Letter", "对方已退回：{note}。仍要移交的，另写一份移交函。")
    voided = QCoreApplication.translate("Letter", "对方作废了这件移交：{note}。请与对方联系。")
    return {
        "draft": QCoreApplication.translate(
            "Letter", "还没有发出。核对无误后按“发出”并保存，下次上报时送到对方。"
        ),
        "sent": QCoreApplication.translate("Letter", "已移交，等对方签收；签收以前还可以修改或撤回。"),
        "received": QCoreApplication.translate("Letter", "对方已签收，等对方办理。"),
        "under_way": QCoreApplication.translate("Letter", "对方正在办理，等对方反馈。"),
        "returned": returned.format(note=(letter.answer_note or "").rstrip("。")),
        "withdrawn": QCoreApplication.translate("Letter", "本站已撤回这件移交。"),
        "fed_back": QCoreApplication.translate("Letter", "对方已反馈办理结果，请核对后确认。"),
        "confirmed": QCoreApplication.translate("Letter", "已确认对方的反馈，移交办结。"),
        "voided": voided.format(note=(letter.voided_there or "").rstrip("。")),
    }


def _coming_in(letter: Handover) -> dict[str, str]:
    voided = QCoreApplication.translate("Letter", "移交单位作废了这件移交：{note}。请与对方联系。")
    return {
        "sent": QCoreApplication.translate("Letter", "对方移来一件，请签收；不该由本站办理的，请退回。"),
        "received": QCoreApplication.translate("Letter", "已签收。请立案受理；不立案的，办完后直接反馈。"),
        "under_way": QCoreApplication.translate("Letter", "已立案办理，办结后请反馈。"),
        "returned": QCoreApplication.translate("Letter", "已退回对方。"),
        "withdrawn": QCoreApplication.translate("Letter", "对方已撤回这件移交，不用签收。"),
        "fed_back": QCoreApplication.translate("Letter", "已反馈办理结果，等对方确认。"),
        "confirmed": QCoreApplication.translate("Letter", "对方已确认本站的反馈，移交办结。"),
        "voided": voided.format(note=(letter.voided_there or "").rstrip("。")),
    }
