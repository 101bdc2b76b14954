"""What is due on mediation cases, each duty a query that a partial index answers."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, literal, or_, select

from app.models.duty import Duty
from app.models.handover.handover import HANDOVER
from app.models.handover.status import OUT, RECEIVED
from app.models.mediation.agreement_rules import CONFIRMATION_DAYS, SETTLED, confirmable_until
from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.deadlines import ANSWERED, settle_by
from app.models.mediation.parts import Obligation, Referral
from app.models.mediation.practice import Period, Practice, Unit
from app.models.working_days import WorkingCalendar

CASE = MEDIATION_CASE.table
OBLIGATION = Obligation.__table__
REFERRAL = Referral.__table__
LETTER = HANDOVER.table
SHORTEST_MONTH = 28

Due = tuple[Duty, str, str, date]
"""A duty, the id of its case, the words of its headline and its last day."""


def inline(code: str) -> ColumnElement[str]:
    """A code written into the statement: SQLite matches a partial index only to what it can read there."""
    return literal(code, literal_execute=True)


def due_on_cases(
    connection: Connection, last: date, limit: int, practice: Practice, calendar: WorkingCalendar
) -> Iterator[Due]:
    """Everything due on cases by `last`; `limit` counts items of each duty."""
    for record_id, title, accepted_on, extended_to in connection.execute(
        _unsettled(last, practice).limit(limit)
    ):
        day = settle_by(accepted_on, extended_to, practice, calendar)
        yield Duty.SETTLE, record_id, title, day
    for record_id, title, payer, day in connection.execute(_obligations(last).limit(limit)):
        yield Duty.PERFORM, record_id, " · ".join(filter(None, (title, payer))), day
    for record_id, title, day in connection.execute(_performances(last).limit(limit)):
        yield Duty.PERFORM, record_id, title, day
    for record_id, title, effective in connection.execute(_unconfirmed(last).limit(limit)):
        yield Duty.CONFIRM, record_id, title, confirmable_until(effective)
    for record_id, title, after in connection.execute(_unvisited(last, practice).limit(limit)):
        yield Duty.VISIT_BACK, record_id, title, practice.visit.after(after, calendar)
    for record_id, title, office, day in connection.execute(_referrals(last).limit(limit)):
        yield Duty.ANSWER, record_id, " · ".join(filter(None, (title, office))), day


def _least(period: Period) -> timedelta:
    """A period is never shorter than this many days."""
    return timedelta(days=period.count * (SHORTEST_MONTH if period.unit is Unit.MONTH else 1))


def _unsettled(last: date, practice: Practice) -> Select[Any]:
    return (
        select(CASE.c.id, CASE.c.title, CASE.c.accepted_on, CASE.c.extended_to)
        .where(
            CASE.c.void_reason.is_(None),
            CASE.c.result.is_(None),
            ~_signed_for_elsewhere(),
            CASE.c.accepted_on <= last - _least(practice.settle),
            or_(CASE.c.extended_to.is_(None), CASE.c.extended_to <= last),
        )
        .order_by(CASE.c.accepted_on)
    )


def _signed_for_elsewhere() -> ColumnElement[bool]:
    """What another office has signed for is settled there."""
    return (
        select(LETTER.c.id)
        .where(
            LETTER.c.case_id == CASE.c.id,
            LETTER.c.case_id.is_not(None),
            LETTER.c.direction == OUT,
            LETTER.c.answer == RECEIVED,
            LETTER.c.void_reason.is_(None),
        )
        .exists()
    )


def _obligations(last: date) -> Select[Any]:
    return (
        select(CASE.c.id, CASE.c.title, OBLIGATION.c.payer, OBLIGATION.c.due)
        .join(CASE, CASE.c.id == OBLIGATION.c.case_id)
        .where(
            OBLIGATION.c.due.is_not(None),
            OBLIGATION.c.due <= last,
            or_(OBLIGATION.c.status.is_(None), OBLIGATION.c.status != inline("done")),
            CASE.c.void_reason.is_(None),
            CASE.c.archived_on.is_(None),
            CASE.c.result.in_(SETTLED),
        )
        .order_by(OBLIGATION.c.due)
    )


def _performances(last: date) -> Select[Any]:
    """Agreements whose duties were not listed one by one."""
    listed = select(OBLIGATION.c.case_id).where(OBLIGATION.c.case_id == CASE.c.id).exists()
    return (
        select(CASE.c.id, CASE.c.title, CASE.c.performance_due)
        .where(
            CASE.c.void_reason.is_(None),
            CASE.c.archived_on.is_(None),
            CASE.c.performance_due.is_not(None),
            CASE.c.performance_due <= last,
            CASE.c.result.in_(SETTLED),
            or_(CASE.c.performance_status.is_(None), CASE.c.performance_status != inline("done")),
            ~listed,
        )
        .order_by(CASE.c.performance_due)
    )


def _unconfirmed(last: date) -> Select[Any]:
    return (
        select(CASE.c.id, CASE.c.title, CASE.c.effective_on)
        .where(
            CASE.c.void_reason.is_(None),
            CASE.c.archived_on.is_(None),
            CASE.c.effective_on.is_not(None),
            CASE.c.confirm_joint,
            CASE.c.confirm_on.is_(None),
            CASE.c.effective_on <= last - timedelta(days=CONFIRMATION_DAYS),
        )
        .order_by(CASE.c.effective_on)
    )


def _unvisited(last: date, practice: Practice) -> Select[Any]:
    return (
        select(CASE.c.id, CASE.c.title, CASE.c.visit_after)
        .where(
            CASE.c.void_reason.is_(None),
            CASE.c.visit_after.is_not(None),
            CASE.c.visit_after <= last - _least(practice.visit),
        )
        .order_by(CASE.c.visit_after)
    )


def _referrals(last: date) -> Select[Any]:
    waiting = REFERRAL.c.status.not_in([inline(code) for code in ANSWERED])
    return (
        select(CASE.c.id, CASE.c.title, REFERRAL.c.office, REFERRAL.c.due)
        .join(CASE, CASE.c.id == REFERRAL.c.case_id)
        .where(
            REFERRAL.c.due.is_not(None),
            REFERRAL.c.due <= last,
            or_(REFERRAL.c.status.is_(None), waiting),
            CASE.c.void_reason.is_(None),
            CASE.c.archived_on.is_(None),
        )
        .order_by(REFERRAL.c.due)
    )
