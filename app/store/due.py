"""What is due or overdue: service visits, agreements to be performed, cases to be settled, patrol findings."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, literal, or_, select

from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.rules import SETTLED
from app.models.patrol.patrol_log import PATROL_LOG, PatrolFinding
from app.models.record_type import RecordType
from app.models.service.visit import SERVICE_VISIT
from app.store.database import Database

# 人民调解工作若干规定 art. 33: a dispute is normally settled within one month of acceptance (domain rule R8).
DAYS_TO_SETTLE = 30
DAYS_AHEAD = 7
UNDER_WAY = ("in_hand", "transferred", "reported")


class Duty(StrEnum):
    """What has to be done about the record."""

    FINISH_VISIT = "finish_visit"
    PERFORM_AGREEMENT = "perform_agreement"
    SETTLE_CASE = "settle_case"
    CLEAR_FINDING = "clear_finding"


@dataclass(frozen=True)
class DueItem:
    """One thing to be done by the day `due`."""

    duty: Duty
    record_type: str
    record_id: str
    headline: str
    due: date


class DueReader:
    """Finds what is due from the records themselves; never writes."""

    def __init__(self, database: Database, *, days_to_settle: int = DAYS_TO_SETTLE) -> None:
        self._database = database
        self._days_to_settle = days_to_settle

    def items(self, today: date, *, ahead: int = DAYS_AHEAD, limit: int = 200) -> list[DueItem]:
        """Everything unfinished that is due by `ahead` days after today, the longest overdue first.

        `limit` counts items of each duty; voided records have nothing due.
        """
        last = today + timedelta(days=ahead)
        with self._database.read() as connection:
            found = [
                *_read(connection, Duty.FINISH_VISIT, SERVICE_VISIT, _visits(last).limit(limit)),
                *_read(connection, Duty.PERFORM_AGREEMENT, MEDIATION_CASE, _performances(last).limit(limit)),
                *self._unsettled(connection, last, limit),
                *_read(connection, Duty.CLEAR_FINDING, PATROL_LOG, _findings(last).limit(limit)),
            ]
        return sorted(found, key=lambda item: (item.due, item.duty, item.record_id))

    def _unsettled(self, connection: Connection, last: date, limit: int) -> list[DueItem]:
        allowed = timedelta(days=self._days_to_settle)
        return [
            DueItem(item.duty, item.record_type, item.record_id, item.headline, item.due + allowed)
            for item in _read(
                connection, Duty.SETTLE_CASE, MEDIATION_CASE, _accepted(last - allowed).limit(limit)
            )
        ]


def _inline(code: str) -> ColumnElement[str]:
    """A code written into the statement: SQLite matches a partial index only to what it can read there."""
    return literal(code, literal_execute=True)


def _visits(last: date) -> Select[Any]:
    table = SERVICE_VISIT.table
    return (
        select(table.c.id, table.c.due.label("day"), table.c.visitor, table.c.matter)
        .where(
            table.c.void_reason.is_(None),
            table.c.due <= last,
            table.c.result_on.is_(None),
            or_(table.c.result.is_(None), table.c.result.in_([_inline(code) for code in UNDER_WAY])),
        )
        .order_by(table.c.due)
    )


def _performances(last: date) -> Select[Any]:
    table = MEDIATION_CASE.table
    return (
        select(table.c.id, table.c.performance_due.label("day"), table.c.title)
        .where(
            table.c.void_reason.is_(None),
            table.c.performance_due <= last,
            table.c.result.in_(SETTLED),
            or_(table.c.performance_status.is_(None), table.c.performance_status != _inline("done")),
        )
        .order_by(table.c.performance_due)
    )


def _accepted(last: date) -> Select[Any]:
    table = MEDIATION_CASE.table
    return (
        select(table.c.id, table.c.accepted_on.label("day"), table.c.title)
        .where(table.c.void_reason.is_(None), table.c.accepted_on <= last, table.c.result.is_(None))
        .order_by(table.c.accepted_on)
    )


def _findings(last: date) -> Select[Any]:
    log, finding = PATROL_LOG.table, PatrolFinding.__table__
    open_finding = and_(finding.c.due <= last, finding.c.handled.is_(None))
    return (
        select(log.c.id, finding.c.due.label("day"), finding.c.place, finding.c.description)
        .join(finding, finding.c.log_id == log.c.id)
        .where(log.c.void_reason.is_(None), open_finding)
        .order_by(finding.c.due)
    )


def _read(
    connection: Connection, duty: Duty, record_type: RecordType, statement: Select[Any]
) -> list[DueItem]:
    """Rows of (id, day, words of the headline …) as items."""
    return [
        DueItem(
            duty,
            record_type.code,
            record_id,
            " · ".join(filter(None, words)) or record_type.title,
            day,
        )
        for record_id, day, *words in connection.execute(statement)
    ]
