"""Which office writes what of a hand-over, and what of it the other office is told."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from app.models.handover.status import OUT

LETTER = (
    "written_on",
    "sent_on",
    "due",
    "category",
    "dispute_type",
    "title",
    "occurred_on",
    "place",
    "parties",
    "matter_number",
    "reported_at",
    "caller",
    "facts",
    "claims",
    "amount",
    "first_steps",
    "harm",
    "agreed",
    "files",
    "official",
    "contact_phone",
)
"""移交函 itself: the sending office's, and as it is once the other has signed for it."""
AFTERWARDS = ("withdrawn_on", "withdrawn_reason", "confirmed_on", "confirmed_by", "confirm_note")
"""What the sending office may still write when the letter is on its way or answered."""
ANSWER = (
    "answer",
    "answered_on",
    "answered_by",
    "answer_note",
    "case_number",
    "result",
    "result_note",
    "agreement_number",
    "performance_status",
    "risk_note",
    "mediator",
    "fed_back_on",
)
"""签收、退回 and 反馈: the receiving office's."""
FIXED = ("direction", "letter_id", "peer", "peer_name", "peer_kind", "letter_number")
"""Whose letter it is: settled when it goes out."""

_LETTERS = UUID("0b8c6f0e-6a0c-5c0a-8d0e-0f5d7f2a9b41")


def mirror_of(station: str, record: str) -> str:
    """The id of the receiving office's record of a letter; the same however often it is worked out."""
    return str(uuid5(_LETTERS, f"{station}/{record}"))


def referral_of(record: str) -> str:
    """The id of the row 移交与反馈 that stands for a letter in the case of the same office."""
    return str(uuid5(_LETTERS, f"referral/{record}"))


def said(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields (wire values, None for an empty one) this side tells the other; None while nothing went out."""
    if document.get("direction") != OUT:
        return {name: document.get(name) for name in ANSWER}
    if not document.get("sent_on"):
        return None
    own = {name: document.get(name) for name in (*LETTER, *AFTERWARDS)}
    return own | {"letter_number": document.get("number")}
