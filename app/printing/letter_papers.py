"""The papers of a hand-over: 移交函 with its receipt, and 反馈函; laid out as those of a case's 移交与反馈."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.models.handover.matter import referral_row
from app.models.handover.papers import FEEDBACK, TRANSFER, NoFeedback
from app.models.handover.status import IN
from app.models.mediation.committee import office_name
from app.printing.paper import Paper, paper_pdf
from app.printing.papers.letters import feedback, transfer
from app.typeset.fonts import FontBook
from app.typeset.sheet import PrintedPdf

COMMITTEES = ("village", "committee")
"""Codes of office_kind under which a station's name is a village's, and its committee writes the letters."""


@dataclass(frozen=True)
class Sides:
    """Full names of the office that handed a matter over and of the one it was handed to."""

    sender: str
    receiver: str


def letter_paper(code: str, letter: Mapping[str, Any], record_id: str, station_name: str) -> Paper:
    """The paper `code` of app.models.handover.papers.  Raises NoFeedback, KeyError for an unknown code."""
    sides = _sides(letter, station_name)
    row = referral_row(letter, record_id)
    if code == FEEDBACK:
        if not letter.get("result"):
            raise NoFeedback
        return feedback(_answered(letter), row, writer=sides.receiver, receiver=sides.sender)
    if code != TRANSFER:
        raise KeyError(code)
    signed = row | {"contact": letter.get("official"), "phone": letter.get("contact_phone")}
    return transfer(letter, signed, writer=sides.sender, receiver=sides.receiver)


def letter_pdf(
    code: str,
    letter: Mapping[str, Any],
    record_id: str,
    station_name: str,
    *,
    draft: bool,
    fonts: FontBook | None = None,
) -> PrintedPdf:
    """That paper as PDF; `draft` lays 草稿 under it.  Raises as `letter_paper`, OSError when a font is missing."""
    return paper_pdf(letter_paper(code, letter, record_id, station_name), draft=draft, fonts=fonts)


def _sides(letter: Mapping[str, Any], station_name: str) -> Sides:
    own, peer = office_name(station_name), letter.get("peer_name") or ""
    if letter.get("peer_kind") in COMMITTEES:
        peer = office_name(peer)
    return Sides(peer, own) if letter.get("direction") == IN else Sides(own, peer)


def _answered(letter: Mapping[str, Any]) -> dict[str, Any]:
    """The letter as the feedback names the case it became."""
    return dict(letter) | {"number": letter.get("case_number"), "measures": letter.get("risk_note")}
