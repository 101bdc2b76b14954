"""Where a hand-over stands: worked out from the days each side marked, so that both ledgers say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.models.handover.handover import Handover

OUT, IN = "out", "in"
RECEIVED, RETURNED = "received", "returned"
OPEN = ("received", "under_way")
"""Codes of handover_status: with the receiving office, which has not said how it ended."""


def status_of(letter: Handover) -> str:
    """A code of the list handover_status.

    A withdrawal that meets a receipt comes too late: who has signed for a matter has it.
    """
    if letter.voided_there:
        return "voided"
    if letter.answer == RETURNED:
        return "returned"
    if letter.answer == RECEIVED:
        return _with_the_receiver(letter)
    if letter.withdrawn_on:
        return "withdrawn"
    return "sent" if letter.sent_on else "draft"


def _with_the_receiver(letter: Handover) -> str:
    if letter.result:
        return "confirmed" if letter.confirmed_on else "fed_back"
    return "under_way" if letter.case_number else "received"


def derived(letter: Handover) -> dict[str, Any]:
    """The field nobody types."""
    return {"status": status_of(letter)}
