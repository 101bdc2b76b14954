"""The steps of a hand-over, by what each side has marked."""

from datetime import date
from typing import Any

import pytest

from app.models.handover.handover import HANDOVER
from app.models.handover.rules import may_void
from app.models.handover.steps import letter_steps
from app.models.mediation.lifecycle import Progress
from tests.samples import handover

SENT = {"sent_on": date(2026, 11, 18)}
TAKEN = SENT | {"answer": "received", "answered_on": date(2026, 11, 19), "answered_by": "李调解"}
RESULT = TAKEN | {"result": "settled", "fed_back_on": date(2026, 11, 30)}
SIGNS = {Progress.DONE: "+", Progress.CURRENT: ">", Progress.AHEAD: ".", Progress.SKIPPED: "-"}


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({}, "> . . . ."),
        (SENT, "+ > . . ."),
        (TAKEN, "+ + > . ."),
        (TAKEN | {"case_number": "〔2026〕1号"}, "+ + > . ."),
        (RESULT, "+ + + + >"),
        (RESULT | {"confirmed_on": date(2026, 12, 1)}, "+ + + + +"),
        (TAKEN | {"answer": "returned", "answer_note": "不在本村"}, "+ + - - -"),
        (SENT | {"withdrawn_on": date(2026, 11, 19), "withdrawn_reason": "和解"}, "+ - - - -"),
        (SENT | {"voided_there": "重复"}, "+ - - - -"),
    ],
)
def test_steps_follow_what_is_marked(changes: dict[str, Any], steps: str) -> None:
    letter: Any = HANDOVER.build(HANDOVER.clean(handover(**changes))[0])
    assert " ".join(SIGNS[step.progress] for step in letter_steps(letter)) == steps


def test_a_step_that_is_done_says_when_and_by_whom() -> None:
    letter: Any = HANDOVER.build(HANDOVER.clean(handover(**RESULT))[0])
    told = [(step.title, step.day, step.said) for step in letter_steps(letter)]
    assert told == [
        ("移交", date(2026, 11, 18), "吴警官"),
        ("签收", date(2026, 11, 19), "李调解"),
        ("办理", None, ""),
        ("反馈", date(2026, 11, 30), "调解成功"),
        ("确认", None, ""),
    ]


def test_only_ones_own_unsent_letter_may_be_voided() -> None:
    assert may_void(handover())
    assert not may_void(handover(**SENT))
    assert not may_void(handover(direction="in"))
