"""The way of a hand-over: 移交 → 签收 → 办理 → 反馈 → 确认, and how far each step is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.models.codes import code_list
from app.models.handover.status import RECEIVED, RETURNED, status_of
from app.models.mediation.lifecycle import Progress

if TYPE_CHECKING:
    from app.models.handover.handover import Handover

TITLES = ("移交", "签收", "办理", "反馈", "确认")
AT = {"draft": 0, "sent": 1, "received": 2, "under_way": 2, "fed_back": 4, "confirmed": 5}
"""How many steps are behind by status; those that ended early are in ENDED."""
ENDED = {"returned": 2, "withdrawn": 1, "voided": 1}


@dataclass(frozen=True)
class LetterStep:
    """One step; `day` and `said` (who, under what number, with what result) once it is done."""

    title: str
    progress: Progress
    day: date | None = None
    said: str = ""


def letter_steps(letter: Handover) -> list[LetterStep]:
    """The five steps; those a letter that was returned or withdrawn never comes to are skipped."""
    status = status_of(letter)
    behind = ENDED.get(status, AT.get(status, 0))
    steps = []
    for place, title in enumerate(TITLES):
        named = "退回" if place == 1 and status == "returned" else title
        if place < behind:
            steps.append(LetterStep(named, Progress.DONE, *_told(letter, place)))
        elif status in ENDED:
            steps.append(LetterStep(named, Progress.SKIPPED))
        else:
            steps.append(LetterStep(named, Progress.CURRENT if place == behind else Progress.AHEAD))
    return steps


def _told(letter: Handover, place: int) -> tuple[date | None, str]:
    answered = letter.answer in (RECEIVED, RETURNED)
    told: tuple[tuple[date | None, str | None], ...] = (
        (letter.sent_on, letter.official),
        (letter.answered_on if answered else None, letter.answered_by),
        (None, letter.case_number),
        (letter.fed_back_on, code_list("referral_result").label(letter.result) if letter.result else None),
        (letter.confirmed_on, letter.confirmed_by),
    )
    day, said = told[place]
    return day, said or ""
