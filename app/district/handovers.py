"""Hand-overs between the offices of the district, for its page: who to whom, how far, what did not arrive; no personal data."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, select

from app.district.ledger import state_of
from app.district.tables import letter, office, passing, record_state, revision
from app.models.handover.handover import HANDOVER
from app.models.handover.status import OUT
from app.models.payload import decode

SHOWN = 200


@dataclass(frozen=True)
class HandoverLine:
    """One letter as its sender's ledger has it; `status` is a code of handover_status.

    `waiting`: what was said of it and the other office has not fetched yet; `late`: edits of the case after it was
    signed for; `remark`: why something was not entered.
    """

    sender: str
    receiver: str
    number: str
    sent_on: str
    status: str
    changed_at: str
    waiting: int
    late: int
    remark: str


def handovers(connection: Connection) -> list[HandoverLine]:
    """The newest letters that went out, up to 200."""
    names = dict(connection.execute(select(office.c.office, office.c.name)).all())
    joined = and_(record_state.c.station == letter.c.station, record_state.c.record == letter.c.record)
    last = and_(revision.c.station == record_state.c.station, revision.c.position == record_state.c.position)
    wanted = (
        select(
            letter.c.station,
            letter.c.peer,
            letter.c.of,
            letter.c.record,
            letter.c.case_record,
            letter.c.taken_at,
            *(record_state.c[name] for name in ("type", "head", "version", "void_reason", "document")),
            revision.c.line,
            revision.c.received_at,
        )
        .join(record_state, joined)
        .outerjoin(revision, last)
        .order_by(letter.c.record.desc())
    )
    found = []
    for row in connection.execute(wanted.execution_options(yield_per=100)):
        document = state_of(row).document
        if document.get("direction") == OUT:
            found.append(_line(connection, row, dict(document), names))
        if len(found) == SHOWN:
            break
    return found


def _line(connection: Connection, row: Any, document: dict[str, Any], names: dict[str, str]) -> HandoverLine:
    waiting, remark = _way(connection, row)
    return HandoverLine(
        names.get(row.station) or row.station,
        names.get(row.peer) or row.peer,
        str(document.get("number") or ""),
        str(document.get("sent_on") or ""),
        _status(document),
        str(row.received_at or ""),
        waiting,
        _late(connection, row),
        remark,
    )


def _status(document: dict[str, Any]) -> str:
    values = HANDOVER.complete(decode(HANDOVER, document))
    return str(values["status"])


def _way(connection: Connection, row: Any) -> tuple[int, str]:
    """How much waits in either direction, and the newest remark."""
    waiting, remark = 0, ""
    for station, record in ((row.peer, row.of), (row.station, row.record)):
        of_letter = and_(passing.c.station == station, passing.c.record == record)
        open_ones = select(func.count()).where(of_letter, passing.c.placed_at.is_(None))
        waiting += int(connection.execute(open_ones).scalar_one())
        said = select(passing.c.remark).where(of_letter, passing.c.remark.is_not(None))
        remark = connection.execute(said.order_by(passing.c.number.desc()).limit(1)).scalar() or remark
    return waiting, remark


def _late(connection: Connection, row: Any) -> int:
    """Edits taken whole though the case was the other office's: said to be merged, with no head but their own."""
    if row.taken_at is None or row.case_record is None:
        return 0
    edits = select(func.count()).where(
        revision.c.station == row.station,
        revision.c.record == row.case_record,
        revision.c.position > row.taken_at,
        revision.c.outcome == "merged",
        revision.c.head_after.is_(None),
    )
    return int(connection.execute(edits).scalar_one())
