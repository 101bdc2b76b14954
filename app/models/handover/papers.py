"""The papers of a hand-over, by code, as people call them."""

from collections.abc import Mapping
from typing import Any

from app.models.handover.status import IN, RECEIVED

TRANSFER, FEEDBACK = "transfer", "feedback"
PAPERS = {TRANSFER: "移交函", FEEDBACK: "反馈函"}


class NoFeedback(ValueError):
    """The letter has not been answered with a result; the sentence says so."""

    def __init__(self) -> None:
        super().__init__("这件移交还没有办理结果，不能打印反馈函；请先填写办理结果。")


def letter_paper_of(letter: Mapping[str, Any]) -> str:
    """The paper this office would print now: its own letter, or the feedback on one that came in."""
    answered = letter.get("answer") == RECEIVED and letter.get("result")
    return FEEDBACK if letter.get("direction") == IN and answered else TRANSFER
