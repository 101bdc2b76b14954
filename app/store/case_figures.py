"""What the mediation cases of a period come to, counted by the file itself; days are business days."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, case, func, select, union_all

from app.models.mediation.agreement_rules import SETTLED
from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.counted import CONCLUDED, KINDS
from app.models.mediation.lifecycle import NOT_ACCEPTED
from app.models.mediation.parts import Party
from app.models.period import Period
from app.store.database import Database

_CASE = MEDIATION_CASE.table
_PARTY = Party.__table__
# A result without a day of its own counts on the day of the agreement, else on the day of acceptance.
CONCLUDED_ON = func.coalesce(_CASE.c.result_on, _CASE.c.agreed_on, _CASE.c.accepted_on)
BANDS = (50, 100, 500)
"""People in a dispute at which the Sichuan form begins a new size band (<50, 50–100, 100–500, >500)."""


@dataclass(frozen=True)
class CaseGroup:
    """Cases alike in everything they are counted by; amounts in yuan.

    `resolved` counts those settled by the last day of the period.
    """

    dispute_type: str | None
    source: str | None
    difficulty: str | None
    result: str | None
    station: str
    cases: int
    resolved: int
    amount: Decimal


@dataclass(frozen=True)
class Prevention:
    """One kind of prevention result (防止激化): how many cases, how many people in them."""

    cases: int
    people: int


@dataclass(frozen=True)
class CaseCounts:
    """Groups of one period: `received` by the day of acceptance, `concluded` by the day of the result."""

    period: Period
    received: tuple[CaseGroup, ...]
    concluded: tuple[CaseGroup, ...]


@dataclass(frozen=True)
class CaseFigures:
    """Everything counted of one period, and the counts of the periods it is compared with, in their order.

    Of received cases: `parties` (当事人) by station, `people` in all, `special` groups by code, `bands` cases
    by size from the smallest, `major` cases of risk 重大.  Of concluded cases: `prevented` by code.
    """

    counts: CaseCounts
    beside: tuple[CaseCounts, ...]
    parties: dict[str, int]
    people: int
    special: dict[str, int]
    prevented: dict[str, Prevention]
    bands: tuple[int, ...]
    major: int


@dataclass(frozen=True)
class MonthCount:
    """Cases of one calendar month."""

    received: int
    settled: int


class CaseFiguresReader:
    """Counts mediation cases; never writes, voided cases never count."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, period: Period, beside: Sequence[Period] = ()) -> CaseFigures:
        """The figures of a period and the counts beside it, all from one state of the file.

        Raises StorageError.
        """
        received, concluded = _received(period), _concluded(period)
        with self._database.read() as connection:
            people, bands, major = _sizes(connection, received)
            return CaseFigures(
                _counts(connection, period),
                tuple(_counts(connection, other) for other in beside),
                _parties(connection, received),
                people,
                _special(connection, received),
                _prevented(connection, concluded),
                bands,
                major,
            )

    def months(self, period: Period) -> dict[tuple[int, int], MonthCount]:
        """Received and settled cases by (year, month) for every month the period touches."""
        concluded = _concluded(period)
        settled_on = select(concluded.c.concluded_on).where(concluded.c.result.in_(SETTLED))
        with self._database.read() as connection:
            received = _by_month(connection, select(_CASE.c.accepted_on).where(_received(period)))
            settled = _by_month(connection, settled_on)
        keys = [(part.first.year, part.first.month) for part in period.months()]
        return {key: MonthCount(received.get(key, 0), settled.get(key, 0)) for key in keys}


def _received(period: Period) -> ColumnElement[bool]:
    """不予受理 was registered, not received."""
    accepted = func.coalesce(_CASE.c.result, "") != NOT_ACCEPTED
    return and_(
        _CASE.c.void_reason.is_(None), accepted, _CASE.c.accepted_on.between(period.first, period.last)
    )


def _concluded(period: Period) -> Subquery:
    """Cases whose result falls in the period: two ranges of the index, one with a day of result, one without."""
    columns = [_CASE.c[name] for name in CONCLUDED]
    ended = select(*columns, CONCLUDED_ON.label("concluded_on")).where(
        _CASE.c.void_reason.is_(None), _CASE.c.result.is_not(None), _CASE.c.result != NOT_ACCEPTED
    )
    dated = _CASE.c.result_on.between(period.first, period.last)
    undated = and_(_CASE.c.result_on.is_(None), CONCLUDED_ON.between(period.first, period.last))
    return union_all(ended.where(dated), ended.where(undated)).subquery()


def _counts(connection: Connection, period: Period) -> CaseCounts:
    return CaseCounts(
        period,
        _received_groups(connection, period),
        _concluded_groups(connection, _concluded(period)),
    )


def _received_groups(connection: Connection, period: Period) -> tuple[CaseGroup, ...]:
    kinds = [_CASE.c[name] for name in KINDS]
    resolved = case((and_(_CASE.c.result.in_(SETTLED), period.last >= CONCLUDED_ON), 1), else_=0)
    counts = (func.count(), func.sum(resolved), func.coalesce(func.sum(_CASE.c.amount), Decimal(0)))
    statement = select(*kinds, *counts).where(_received(period)).group_by(*kinds)
    return tuple(CaseGroup(*tuple(row)) for row in connection.execute(statement))


def _concluded_groups(connection: Connection, concluded: Subquery) -> tuple[CaseGroup, ...]:
    kinds = [concluded.c[name] for name in KINDS]
    resolved = case((concluded.c.result.in_(SETTLED), 1), else_=0)
    counts = (func.count(), func.sum(resolved), func.coalesce(func.sum(concluded.c.amount), Decimal(0)))
    statement = select(*kinds, *counts).group_by(*kinds)
    return tuple(CaseGroup(*tuple(row)) for row in connection.execute(statement))


def _parties(connection: Connection, of: ColumnElement[bool]) -> dict[str, int]:
    statement = (
        select(_CASE.c.station, func.count())
        .join(_PARTY, _PARTY.c.case_id == _CASE.c.id)
        .where(of)
        .group_by(_CASE.c.station)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def _sizes(connection: Connection, of: ColumnElement[bool]) -> tuple[int, tuple[int, ...], int]:
    """People in all, cases by size band, cases of major risk; a case without a count is of the smallest band."""
    people = func.coalesce(_CASE.c.people, 0)
    fifty, hundred, five_hundred = BANDS
    band = case((people < fifty, 0), (people < hundred, 1), (people <= five_hundred, 2), else_=3)
    major = func.sum(case((_CASE.c.risk == "major", 1), else_=0))
    statement = select(band, func.count(), func.sum(people), major).where(of).group_by(band)
    rows = connection.execute(statement).all()
    counts = {row[0]: row[1] for row in rows}
    return (
        sum(row[2] for row in rows),
        tuple(counts.get(place, 0) for place in range(len(BANDS) + 1)),
        sum(row[3] for row in rows),
    )


def _special(connection: Connection, of: ColumnElement[bool]) -> dict[str, int]:
    """Cases by special group; a case with several groups counts in each."""
    statement = select(_CASE.c.special, func.count()).where(of).group_by(_CASE.c.special)
    found: Counter[str] = Counter()
    for codes, cases in connection.execute(statement):
        found.update(dict.fromkeys(codes or (), cases))
    return dict(found)


def _prevented(connection: Connection, concluded: Subquery) -> dict[str, Prevention]:
    """Cases and people by prevention result; a case with several results counts in each."""
    listed = concluded.c.prevented
    people = func.coalesce(func.sum(concluded.c.prevented_people), 0)
    statement = select(listed, func.count(), people).where(listed.is_not(None)).group_by(listed)
    cases, affected = Counter[str](), Counter[str]()
    for codes, count, number in connection.execute(statement):
        cases.update(dict.fromkeys(codes, count))
        affected.update(dict.fromkeys(codes, number))
    return {code: Prevention(count, affected[code]) for code, count in cases.items()}


def _by_month(connection: Connection, days: Select[Any]) -> dict[tuple[int, int], int]:
    (day,) = days.subquery().c
    year_month = func.substr(day, 1, 7)
    statement = select(year_month, func.count()).group_by(year_month)
    return {(int(key[:4]), int(key[5:])): count for key, count in connection.execute(statement)}
