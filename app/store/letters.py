"""Hand-overs beside a case: which letters it went out or came in by, and to whom one may be written."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from app.models.handover.handover import HANDOVER
from app.models.handover.matter import followed
from app.models.handover.sides import referral_of
from app.models.handover.status import IN, OUT, RECEIVED
from app.models.mediation.parts import Referral
from app.store import policies
from app.store.database import Database

OFFICES = "offices"
"""The district's signed list of its offices (单位名录)."""
MOST = 50

_letter = HANDOVER.table
_row = Referral.__table__


@dataclass(frozen=True)
class Office:
    """An office of the district: station code, name, kind (a code of office_kind, "" where none is known)."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class Letter:
    """A letter of a case; `status` is a code of handover_status, `direction` one of referral_direction."""

    record_id: str
    direction: str
    peer_name: str
    status: str


class Letters:
    """Reads only."""

    def __init__(self, database: Database, station: str) -> None:
        self._database = database
        self._station = station

    def offices(self) -> list[Office]:
        """Every other office the district told of, by code; empty before the first round."""
        with self._database.read() as connection:
            said = policies.read(connection, OFFICES).get("offices")
        found = [_office(one) for one in said if isinstance(one, dict)] if isinstance(said, list) else []
        return sorted((one for one in found if one.code != self._station), key=lambda one: one.code)

    def of_case(self, case_id: str) -> list[Letter]:
        """The letters a case went out or came in by, the newest last."""
        named = select(_letter.c.id, _letter.c.direction, _letter.c.peer_name, _letter.c.status)
        own = named.where(_letter.c.case_id == case_id, _letter.c.void_reason.is_(None))
        with self._database.read() as connection:
            rows = connection.execute(own.order_by(_letter.c.id).limit(MOST))
            return [Letter(row.id, row.direction or "", row.peer_name or "", row.status) for row in rows]


def signed_for(connection: Connection, case_id: str, rows: Iterable[str]) -> list[str]:
    """The letters that came in, were signed for and became this case, by the rows 移交与反馈 that stand for them."""
    wanted = set(rows)
    received = select(_letter.c.id).where(
        _letter.c.direction == IN,
        _letter.c.answer == RECEIVED,
        _letter.c.void_reason.is_(None),
        or_(_letter.c.case_id == case_id, _letter.c.case_id.is_(None)),
    )
    return [record for (record,) in connection.execute(received) if referral_of(record) in wanted]


def behind(connection: Connection) -> list[str]:
    """Letters of a case whose row 移交与反馈 does not yet say what the letter says."""
    letters = {
        referral_of(row["id"]): {**row}
        for row in connection.execute(
            select(_letter).where(
                _letter.c.case_id.is_not(None),
                _letter.c.sent_on.is_not(None),
                _letter.c.void_reason.is_(None),
            )
        ).mappings()
    }
    rows = connection.execute(select(_row).where(_row.c.id.in_(letters))).mappings()
    there = {row["id"]: {**row} for row in rows}
    return [
        letter["id"]
        for row_id, letter in letters.items()
        if (
            there[row_id] != followed(there[row_id], letter)
            if row_id in there
            else letter["direction"] == OUT
        )
    ]


def handed_to(connection: Connection, case_id: str) -> str | None:
    """The name of the office that signed for a case of this station; None while it is this station's own."""
    signed = select(_letter.c.peer_name).where(
        _letter.c.case_id == case_id,
        _letter.c.direction == OUT,
        _letter.c.answer == RECEIVED,
        _letter.c.void_reason.is_(None),
    )
    name: str | None = connection.execute(signed.limit(1)).scalar()
    return name


def _office(said: dict[str, Any]) -> Office:
    return Office(*(str(said.get(name) or "") for name in ("code", "name", "kind")))
