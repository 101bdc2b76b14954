"""Early signs (苗头) that a dispute may escalate: shown with their reason, never acting by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.models.codes import code_list

if TYPE_CHECKING:
    from app.models.mediation.case import MediationCase

GROUP = 10
"""People from which a dispute counts as one of a group (district setting; 人数 of 群体性 varies)."""


@dataclass(frozen=True)
class Sign:
    """One reason for care: how grave (level of the list `risk`), and in words why."""

    level: str
    reason: str


def early_signs(case: MediationCase, *, today: date, earlier: int = 0, failed_before: int = 0) -> list[Sign]:
    """Why the case may escalate.

    `earlier`: other cases of the same parties in the last two years; `failed_before`: those among them that were
    not settled.  Both are counted by the store.
    """
    return [
        *_words(case),
        *_group(case),
        *_history(earlier, failed_before),
        *_broken_promise(case, today),
        *_weak(case),
    ]


def level_of(signs: list[Sign]) -> str:
    """The level the signs suggest: major when one is, high when one is, else general."""
    levels = {sign.level for sign in signs}
    return "major" if "major" in levels else "high" if "high" in levels else "general"


def _words(case: MediationCase) -> Iterator[Sign]:
    texts = [case.facts, case.claims, case.disputed, *(session.process for session in case.sessions)]
    texts += [row.content for row in case.investigations]
    whole = "\n".join(text for text in texts if text)
    for code in code_list("risk_word").active():
        found = [word for word in (code.label, *code.aliases) if word in whole]
        if found:
            level = code.note or "high"
            yield Sign(level, f"材料中出现“{found[0]}”等字样，请核实是否有{code.label}的可能。")


def _group(case: MediationCase) -> Iterator[Sign]:
    people = max(case.people or 0, len(case.parties))
    if people >= GROUP:
        yield Sign("high", f"涉及 {people} 人，人数较多，请留意群体性事件。")


def _history(earlier: int, failed_before: int) -> Iterator[Sign]:
    if failed_before:
        yield Sign("high", f"同一当事人之前有 {failed_before} 起纠纷没有调解成功。")
    elif earlier >= 2:
        yield Sign("high", f"同一当事人近两年已有 {earlier} 起纠纷。")


def _broken_promise(case: MediationCase, today: date) -> Iterator[Sign]:
    late = [row for row in case.obligations if row.due and row.due < today and row.status != "done"]
    if late:
        yield Sign("high", f"有 {len(late)} 项义务已过履行期限还没有履行，请督促。")


def _weak(case: MediationCase) -> Iterator[Sign]:
    if case.special and {"elderly", "minor", "disabled"} & set(case.special):
        yield Sign("general", "涉及老年人、未成年人或残疾人，请留意其处境。")
