"""Hand-overs on the sender's side: what an office says of a letter is put on its way in the transaction that takes it.

It is entered at the other office by `letters`, in a transaction of that office's own.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from app.district.judge import Reason
from app.district.ledger import Ledger
from app.district.tables import letter, office, passing
from app.models.erasing import ERASED_TEXT
from app.models.handover.handover import HANDOVER
from app.models.handover.matter import AFTER_HANDING_OVER
from app.models.handover.sides import mirror_of, said
from app.models.handover.status import OUT, RECEIVED
from app.models.mediation.case import MEDIATION_CASE
from app.models.merging import State
from app.models.payload import canonical
from app.models.scrubbing import tells_erasure
from app.sync.protocol import Line

LONGEST_REASON = 300
OFFICE_KINDS = ("village", "committee", "police", "court", "petition", "township")
OWN_OFFICE = Reason("own_office", "移交函写的对方单位就是本站，没有送出，请改选对方单位后重新保存。")

_OFFICE = select(office.c.name, office.c.kind).where(office.c.office == bindparam("office"))
_LETTER = select(letter).where(
    letter.c.station == bindparam("station"), letter.c.record == bindparam("record")
)
_KEEP = update(letter).where(
    letter.c.station == bindparam("b_station"), letter.c.record == bindparam("b_record")
)
_HANDED = select(letter.c.peer).where(
    letter.c.station == bindparam("station"),
    letter.c.case_record == bindparam("case"),
    letter.c.taken_at.is_not(None),
)


def objection(connection: Connection, station: str, state: State) -> Reason | None:
    """Why a letter that goes out cannot: the district knows no such office, or it is the sender itself."""
    document = state.document
    if state.type != HANDOVER.code or document.get("direction") != OUT or not document.get("sent_on"):
        return None
    peer = str(document.get("peer"))
    if peer == station:
        return OWN_OFFICE
    if connection.execute(_OFFICE, {"office": peer}).first() is None:
        name = str(document.get("peer_name"))
        return Reason(
            "unknown_office",
            f"区里还没有登记“{name}”（{peer}），移交函已先收存，没有送出；请改选对方单位，或请区里登记后重新处理。",
        )
    return None


def remark_on_late_work(connection: Connection, station: str, line: Line) -> str:
    """What its author is told of work on a case that another office has signed for: it is kept, but is not theirs.

    "" for everything else.  A case filed where it was begun, and the row of the letter itself, are no late work.
    """
    if line.type != MEDIATION_CASE.code or line.act in ("create", "skip"):
        return ""
    if line.act != "void" and line.data.keys() <= AFTER_HANDING_OVER:
        return ""
    peer = connection.execute(_HANDED, {"station": station, "case": line.record}).scalar()
    if peer is None:
        return ""
    name, _ = office_of(connection, peer)
    return f"案件已移交{name}办理，这次修改已收存，请告知对方。"


def pass_on(ledger: Ledger, lines: Sequence[Line]) -> None:
    """Put on its way what the letters among `lines` now say, each once, if it is news to the other office."""
    touched = {line.record: line for line in lines if line.type == HANDOVER.code}
    for record, line in touched.items():
        if ledger.state(record) is None:
            ledger.load([record])
        state = ledger.state(record)
        if state is not None and state.type == HANDOVER.code:
            _pass_on(ledger, record, state, line.at, erased=tells_erasure(line.act, line.data))


def pass_on_again(ledger: Ledger, record: str) -> None:
    """As `pass_on` for one letter as it stands, whoever wrote it last."""
    ledger.load([record])
    state = ledger.state(record)
    if state is not None:
        _pass_on(ledger, record, state, ledger.now, erased=False)


def _pass_on(ledger: Ledger, record: str, state: State, at: str, *, erased: bool) -> None:
    connection, station = ledger.connection, ledger.station
    kept = connection.execute(_LETTER, {"station": station, "record": record}).first()
    document = state.document
    is_out, told = document.get("direction") == OUT, said(document)
    if kept is None:
        if told is None or not is_out or state.void_reason is not None:
            # Not sent yet, or a record that says it came in and never did.
            return
        row = {"station": station, "record": record, "peer": str(document["peer"]), "number": 0}
        connection.execute(insert(letter), row | {"of": mirror_of(station, record)})
        kept = connection.execute(_LETTER, {"station": station, "record": record}).one()
    if erased:
        _forget(ledger, kept)
        return
    if state.void_reason is not None:
        told = {"voided_there": (state.void_reason or "没有写明原因")[:LONGEST_REASON]}
    elif document.get("facts") == ERASED_TEXT:
        # Being erased: the void that says so follows.
        return
    known: dict[str, Any] = {
        "case_record": document.get("case_id") if is_out else None,
        "taken_at": _taken_at(kept.taken_at, ledger.position, document),
    }
    body = canonical({"at": at, "fields": told})
    digest = digest_of(told)
    if told is not None and digest != kept.said:
        known |= {"said": digest, "number": kept.number + 1}
        way = {"station": kept.peer, "record": kept.of, "number": known["number"], "body": body}
        connection.execute(insert(passing), way | {"sender": station, "of": record, "sent_at": ledger.now})
    connection.execute(_KEEP.values(**known), {"b_station": station, "b_record": record})


def digest_of(told: Mapping[str, Any] | None) -> str:
    """SHA-256 (hex) of what one side tells the other."""
    return sha256(canonical({"fields": told})).hexdigest()


def office_of(connection: Connection, code: str) -> tuple[str, str]:
    """Name and office_kind of an office; its code where the district does not know it."""
    row = connection.execute(_OFFICE, {"office": code}).first()
    return (row.name or code, office_kind(row.kind)) if row else (code, office_kind(None))


def office_kind(kind: str | None) -> str:
    """A code of office_kind for the kind of a station."""
    return kind if kind in OFFICE_KINDS else "department"


def _forget(ledger: Ledger, kept: Any) -> None:
    """The personal data of a letter was taken out: what has not reached the other office does not reach it any more."""
    waiting = update(passing).where(
        passing.c.station == kept.peer, passing.c.record == kept.of, passing.c.placed_at.is_(None)
    )
    gone = {"placed_at": ledger.now, "body": b"", "remark": "个人信息已删除，没有转出。"}
    ledger.connection.execute(waiting.values(**gone))


def _taken_at(before: int | None, now: int, document: Mapping[str, Any]) -> int | None:
    """The place from which a case is the other office's."""
    if document.get("direction") != OUT or document.get("answer") != RECEIVED:
        return None
    return now if before is None else before
