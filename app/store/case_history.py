"""Other cases of the same parties, found by their identity or telephone numbers through the search index."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select

from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.parts import Party
from app.store import search
from app.store.database import Database

LOOKED_BACK = timedelta(days=730)
MOST_PARTIES = 20
MOST_CASES = 50  # of one party
FAILED = ("none", "ended")


@dataclass(frozen=True)
class Earlier:
    """How many other cases the parties had in the two years before, and how many of them came to nothing."""

    cases: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Linked:
    """Another case of the same dispute: the one this goes on from (`is_earlier`), or one that goes on from this."""

    record_id: str
    number: str
    title: str
    is_earlier: bool


class CaseHistory:
    """Reads only; one short search for each party that has a number."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, record_id: str, values: Mapping[str, Any], today: date) -> Earlier:
        """The history of a case's parties.  A name alone says nothing: many people bear the same one."""
        parties = (values.get("parties") or ())[:MOST_PARTIES]
        numbers = {row.get("id_number") or row.get("uscc") or row.get("phone") for row in parties} - {None}
        if not numbers:
            return Earlier()
        with self._database.read() as connection:
            results = _results(connection, sorted(numbers), record_id, today - LOOKED_BACK)
        return Earlier(len(results), sum(result in FAILED for result in results))

    def linked(self, record_id: str, values: Mapping[str, Any]) -> list[Linked]:
        """The cases before and after this one, by 原案编号; the earlier first."""
        case = MEDIATION_CASE.table
        told = select(case.c.id, case.c.number, case.c.title).where(case.c.id != record_id).limit(MOST_CASES)
        found: list[Linked] = []
        with self._database.read() as connection:
            for number, asked, is_earlier in (
                (values.get("earlier_number"), case.c.number, True),
                (values.get("number"), case.c.earlier_number, False),
            ):
                if number:
                    rows = connection.execute(told.where(asked == number, asked.is_not(None)))
                    found += [Linked(row.id, row.number or "", row.title or "", is_earlier) for row in rows]
        return found


def _results(connection: Connection, numbers: list[str], record_id: str, since: date) -> list[str | None]:
    """The results of the other cases in which one of the numbers is a party's own."""
    hits = {
        hit.record_id
        for number in numbers
        for hit in search.find(connection, number, types=(MEDIATION_CASE.code,), limit=MOST_CASES)
        if hit.active and hit.record_id != record_id
    }
    case, party = MEDIATION_CASE.table, Party.__table__
    theirs = or_(*(party.c[name].in_(numbers) for name in ("id_number", "uscc", "phone")))
    statement = (
        select(case.c.id, case.c.result)
        .join(party, party.c.case_id == case.c.id)
        .where(case.c.id.in_(hits), theirs, case.c.accepted_on >= since)
        .distinct()
    )
    return [row.result for row in connection.execute(statement)]
