"""One matter on two papers: the case and the letter are filled from each other, so that nothing is typed twice."""

from collections.abc import Mapping
from typing import Any

from app.models.handover.sides import referral_of
from app.models.handover.status import IN, OUT, RECEIVED, RETURNED
from app.models.record_type import Values

OF_THE_MATTER = ("dispute_type", "title", "occurred_on", "place", "facts", "claims", "amount")
OF_A_PARTY = (
    "side", "kind", "name", "sex", "ethnicity", "id_number", "birth", "phone", "address", "representative",
)  # fmt: skip
OF_THE_LETTER = (
    *OF_THE_MATTER, "category", "matter_number", "reported_at", "caller", "first_steps", "harm", "agreed", "files",
    "official", "contact_phone", "case_id",
)  # fmt: skip
SOURCES = {
    "police": "police",
    "court": "court",
    "procuratorate": "procuratorate",
    "petition": "petition",
    "township": "superior",
}
"""案件来源 by the kind of the office a matter came from."""
AFTER_HANDING_OVER = frozenset(
    {
        "referrals", "result", "result_on", "advised", "advised_on", "prevented", "prevented_people", "printed",
        "archived_on", "filed_by", "checked_by", "retention", "dossier_note", "archive_notes", "notes",
    }
)  # fmt: skip
"""What the office that handed a case over still writes on it: how it ended here, and its filing."""
ROW_STATUS = {
    "sent": "sent",
    "withdrawn": "withdrawn",
    "received": "received",
    "under_way": "under_way",
    "returned": "returned",
    "fed_back": "fed_back",
    "confirmed": "confirmed",
    "voided": "withdrawn",
}


def letter_from(case: Mapping[str, Any], case_id: str) -> Values:
    """What a new letter takes over from the case it hands on."""
    letter: Values = {name: case.get(name) for name in OF_THE_MATTER}
    letter["case_id"] = case_id
    letter["parties"] = _parties(case)
    return letter


def written_again(letter: Mapping[str, Any]) -> Values:
    """What a letter to another office takes over from one that was returned or taken back: all but to whom and when."""
    again: Values = {name: letter.get(name) for name in OF_THE_LETTER}
    again["parties"] = _parties(letter)
    return again


def case_from(letter: Mapping[str, Any], letter_id: str) -> Values:
    """What a new case takes over from a letter that came in and was signed for."""
    case: Values = {name: letter.get(name) for name in OF_THE_MATTER}
    case["source"] = SOURCES.get(letter.get("peer_kind") or "", "department")
    case["parties"] = _parties(letter)
    case["referrals"] = [referral_row(letter, letter_id)]
    return case


def _parties(paper: Mapping[str, Any]) -> list[Values]:
    return [{name: party.get(name) for name in OF_A_PARTY} for party in paper.get("parties") or ()]


def referral_row(letter: Mapping[str, Any], letter_id: str) -> Values:
    """The row 移交与反馈 of a case that stands for a letter of the same office."""
    return {
        "id": referral_of(letter_id),
        "direction": letter.get("direction") or OUT,
        "office_kind": letter.get("peer_kind") or "department",
        "office": letter.get("peer_name"),
        "letter_number": letter.get("letter_number") or letter.get("number"),
        "matter_number": letter.get("matter_number"),
        "category": letter.get("category"),
        "referred_on": letter.get("sent_on"),
        "reported_at": letter.get("reported_at"),
        "caller": letter.get("caller"),
        "situation": letter.get("facts"),
        "first_steps": letter.get("first_steps"),
        "harm": letter.get("harm"),
        "agreed": letter.get("agreed"),
        "contact": letter.get("official") if letter.get("direction") == IN else None,
        "due": letter.get("due"),
        **answered(letter),
    }


def followed(row: Mapping[str, Any], letter: Mapping[str, Any]) -> Values:
    """That row after the letter changed; nothing typed on it is emptied.

    Where the letter came in, this office writes its feedback on the row and the letter follows it: then only how the
    sender took the same result is news.
    """
    told = {name: value for name, value in answered(letter).items() if value is not None}
    if letter.get("direction") == OUT:
        return {**row, **told}
    if row.get("result") and row["result"] == told.get("result"):
        return {**row, "status": told["status"]}
    return {**row}


def answered(letter: Mapping[str, Any]) -> Values:
    """What that row says of the other office's answer."""
    returned = letter.get("answer") == RETURNED
    return {
        "status": ROW_STATUS.get(letter.get("status") or "", "sent"),
        "received_by": letter.get("answered_by"),
        "received_on": letter.get("answered_on") if letter.get("answer") == RECEIVED else None,
        "result": "returned" if returned else letter.get("result"),
        "answered_on": letter.get("answered_on") if returned else letter.get("fed_back_on"),
        "answer": letter.get("answer_note") if returned else letter.get("result_note"),
    }


def feedback_from(case: Mapping[str, Any], letter_id: str) -> Values:
    """What a case says of the letter it came by: its number, and once the row 移交与反馈 has a result, the feedback."""
    told: Values = {"case_number": case.get("number")}
    row = next((one for one in case.get("referrals") or () if one.get("id") == referral_of(letter_id)), None)
    if row is None or not row.get("result") or not row.get("answered_on") or row["result"] == "returned":
        return told
    agreement = case.get("number") if case.get("result") == "written" else None
    mediators = case.get("mediators") or ()
    return told | {
        "result": row["result"],
        "fed_back_on": row["answered_on"],
        "result_note": row.get("answer"),
        "agreement_number": agreement,
        "performance_status": case.get("performance_status"),
        "risk_note": case.get("measures"),
        "mediator": mediators[0].get("name") if mediators else None,
    }
