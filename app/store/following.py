"""What follows from saving a case or a letter for the other of the two, and what a hand-over forbids."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.models.handover.handover import HANDOVER
from app.models.handover.matter import AFTER_HANDING_OVER, feedback_from, followed, referral_row
from app.models.handover.sides import referral_of
from app.models.handover.status import IN, OUT
from app.models.mediation.case import MEDIATION_CASE
from app.models.problems import Problem
from app.models.record_type import RecordType, Values
from app.store import letters, reading


@dataclass(frozen=True)
class Beside:
    """An edit of another record that follows from one: `told` are the fields it gets."""

    record_type: RecordType
    record_id: str
    told: Values


def consequences(
    connection: Connection, record_type: RecordType, record_id: str, values: Values
) -> Iterator[Beside]:
    """A case and the letters it went out or came in by say the same, from the same commit on."""
    if record_type is HANDOVER:
        yield from _of_letter(connection, record_id, values)
    elif record_type is MEDIATION_CASE:
        came_by = [row["id"] for row in values.get("referrals") or () if row.get("direction") == IN]
        for letter_id in letters.signed_for(connection, record_id, came_by) if came_by else ():
            yield Beside(HANDOVER, letter_id, {"case_id": record_id, **feedback_from(values, letter_id)})


def _of_letter(connection: Connection, letter_id: str, letter: Values) -> Iterator[Beside]:
    case_id = letter.get("case_id")
    stored = reading.load(connection, MEDIATION_CASE, case_id) if case_id else None
    if stored is None or not letter.get("sent_on"):
        return
    standing, row_id = stored.values.get("referrals") or [], referral_of(letter_id)
    told = [followed(row, letter) if row["id"] == row_id else row for row in standing]
    if letter["direction"] == OUT and all(row["id"] != row_id for row in standing):
        told.append(referral_row(letter, letter_id))
    yield Beside(MEDIATION_CASE, stored.id, {"referrals": told})


def late(connection: Connection) -> Iterator[Beside]:
    """Cases whose row 移交与反馈 does not yet say what the other office answered."""
    for letter_id in letters.behind(connection):
        stored = reading.load(connection, HANDOVER, letter_id)
        if stored is not None:
            yield from _of_letter(connection, letter_id, stored.values)


def handed_over_problems(
    connection: Connection, record_type: RecordType, record_id: str, data: Mapping[str, Any] | None
) -> list[Problem]:
    """A case another office has signed for is that office's; how it ended here and its filing are still written here.

    `data` is the wire data of an edit, None for a void.
    """
    if record_type is not MEDIATION_CASE or (data is not None and data.keys() <= AFTER_HANDING_OVER):
        return []
    if (peer := letters.handed_to(connection, record_id)) is None:
        return []
    theirs = (data or {}).keys() - AFTER_HANDING_OVER
    path = next((name for name in record_type.fields if name in theirs), "")
    return [
        Problem(
            path,
            f"案件已移交{peer}办理，这里只能再填写结果、归档和备注；要补充的情况请告知对方。",
        )
    ]
