"""What is due or overdue: mediation cases, service visits and patrol findings."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, or_, select

from app.models.duty import Duty
from app.models.handover.handover import HANDOVER
from app.models.handover.status import IN, OUT
from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.committee import COMMITTEE
from app.models.mediation.practice import LocalPractice
from app.models.mediation.screening import SCREENING
from app.models.patrol.patrol_log import PATROL_LOG, PatrolFinding
from app.models.record_type import RecordType
from app.models.service.visit import SERVICE_VISIT
from app.store.database import Database
from app.store.due_cases import due_on_cases, inline

DAYS_AHEAD = 7
TERM_DAYS_AHEAD = 60  # choosing a committee takes weeks
SIGN_WITHIN, CONFIRM_WITHIN = 3, 7  # days; local practice, no law names them
MOST_LETTERS = 500
UNDER_WAY = ("in_hand", "transferred", "reported")


@dataclass(frozen=True)
class DueItem:
    """One thing to be done by the day `due`."""

    duty: Duty
    record_type: str
    record_id: str
    headline: str
    due: date


class DueReader:
    """Finds what is due from the records themselves; never writes.

    `local` has the periods and the working days in force when it is asked.
    """

    def __init__(self, database: Database, local: LocalPractice | None = None) -> None:
        self._database = database
        self._local = local or LocalPractice()

    def items(self, today: date, *, ahead: int = DAYS_AHEAD, limit: int = 200) -> list[DueItem]:
        """Everything unfinished that is due by `ahead` days after today, the longest overdue first.

        `limit` counts items of each duty; voided and archived records have nothing due.
        """
        last = today + timedelta(days=ahead)
        with self._database.read() as connection:
            found = [
                *_read(connection, Duty.FINISH_VISIT, SERVICE_VISIT, _visits(last).limit(limit)),
                *_read(connection, Duty.CLEAR_FINDING, PATROL_LOG, _findings(last).limit(limit)),
                *self._on_cases(connection, last, limit),
                *self._screening(connection, last),
                *_read(connection, Duty.CHOOSE_COMMITTEE, COMMITTEE, _terms(today).limit(limit)),
                *_letters(connection, last, limit),
            ]
        return sorted(found, key=lambda item: (item.due, item.duty, item.record_id))

    def _screening(self, connection: Connection, last: date) -> list[DueItem]:
        """The next round, counted from the newest (R22); nothing before the first."""
        row = connection.execute(_last_screening()).first()
        if row is None:
            return []
        due = self._local.practice.screen.after(row.screened_on, self._local.calendar)
        return [DueItem(Duty.SCREEN, SCREENING.code, row.id, row.scope, due)] if due <= last else []

    def _on_cases(self, connection: Connection, last: date, limit: int) -> list[DueItem]:
        code, title = MEDIATION_CASE.code, MEDIATION_CASE.title
        return [
            DueItem(duty, code, record_id, words or title, day)
            for duty, record_id, words, day in due_on_cases(
                connection, last, limit, self._local.practice, self._local.calendar
            )
            if day <= last
        ]


def _last_screening() -> Select[Any]:
    table = SCREENING.table
    return (
        select(table.c.id, table.c.screened_on, table.c.scope)
        .where(table.c.void_reason.is_(None))
        .order_by(table.c.screened_on.desc())
        .limit(1)
    )


def _terms(today: date) -> Select[Any]:
    table = COMMITTEE.table
    return (
        select(table.c.id, table.c.term_ends_on.label("day"), table.c.name)
        .where(
            table.c.void_reason.is_(None),
            table.c.term_ends_on <= today + timedelta(days=TERM_DAYS_AHEAD),
        )
        .order_by(table.c.term_ends_on)
    )


def _letters(connection: Connection, last: date, limit: int) -> list[DueItem]:
    """Hand-overs that wait for this office, and answers it waits for; a case's own term stands on the case."""
    table = HANDOVER.table
    open_ones = table.c.status.in_([inline(code) for code in ("sent", "received", "under_way", "fed_back")])
    wanted = select(table).where(open_ones, table.c.void_reason.is_(None)).order_by(table.c.sent_on)
    found = []
    for row in connection.execute(wanted.limit(MOST_LETTERS)):
        duty, day = _letter_duty(row)
        if duty is not None and day is not None and day <= last:
            words = " · ".join(filter(None, (row.title, row.peer_name))) or HANDOVER.title
            found.append(DueItem(duty, HANDOVER.code, row.id, words, day))
    return sorted(found, key=lambda item: item.due)[:limit]


def _letter_duty(row: Any) -> tuple[Duty | None, date | None]:
    if row.direction == IN and row.status == "sent":
        return Duty.SIGN_FOR, row.sent_on + timedelta(days=SIGN_WITHIN)
    if row.direction == OUT and row.status == "fed_back":
        return Duty.CONFIRM_FEEDBACK, row.fed_back_on + timedelta(days=CONFIRM_WITHIN)
    if row.case_id is not None or row.status == "fed_back":
        return None, None
    return (Duty.FEED_BACK if row.direction == IN else Duty.AWAIT_FEEDBACK), row.due


def _visits(last: date) -> Select[Any]:
    table = SERVICE_VISIT.table
    return (
        select(table.c.id, table.c.due.label("day"), table.c.visitor, table.c.matter)
        .where(
            table.c.void_reason.is_(None),
            table.c.due <= last,
            table.c.result_on.is_(None),
            or_(table.c.result.is_(None), table.c.result.in_([inline(code) for code in UNDER_WAY])),
        )
        .order_by(table.c.due)
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
