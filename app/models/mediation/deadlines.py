"""What has to be done on a case by which day (domain rules R8, R14, R16, R17, R18, R23)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.models.duty import Duty
from app.models.mediation.agreement_rules import confirmable_until, effective_on
from app.models.mediation.filling import visit_after
from app.models.mediation.practice import Practice
from app.models.working_days import WorkingCalendar

if TYPE_CHECKING:
    from app.models.mediation.case import MediationCase


ANSWERED = ("fed_back", "confirmed", "returned", "withdrawn")


@dataclass(frozen=True)
class Deadline:
    """A duty with its last day, the field it is settled at, and words for the list."""

    duty: Duty
    due: date
    path: str
    words: str
    rule: str


def deadlines(case: MediationCase, practice: Practice, calendar: WorkingCalendar) -> list[Deadline]:
    """Everything still to be done on the case, the earliest first; nothing once it is filed or voided."""
    if case.archived_on or case.void_reason:
        return []
    found = [
        *_settling(case, practice, calendar),
        *_performing(case),
        *_confirming(case, practice, calendar),
        *_visiting(case, practice, calendar),
        *_answering(case),
    ]
    return sorted(found, key=lambda deadline: (deadline.due, deadline.duty))


def settle_by(
    accepted_on: date, extended_to: date | None, practice: Practice, calendar: WorkingCalendar
) -> date:
    """The last day of mediation: the district's period after acceptance, or what the parties agreed to (R8)."""
    return extended_to or practice.settle.after(accepted_on, calendar)


def _settling(case: MediationCase, practice: Practice, calendar: WorkingCalendar) -> Iterator[Deadline]:
    if case.result is None and case.accepted_on:
        due = settle_by(case.accepted_on, case.extended_to, practice, calendar)
        yield Deadline(Duty.SETTLE, due, "result", "应在期限内调结，或经当事人同意延长", "R8")


def _performing(case: MediationCase) -> Iterator[Deadline]:
    for index, row in enumerate(case.obligations):
        if row.due and row.status != "done":
            words = f"{row.payer or ''}应履行" + (f" {row.amount} 元" if row.amount else "")
            yield Deadline(Duty.PERFORM, row.due, f"obligations.{index}.status", words, "R17")
    if not case.obligations and case.performance_due and case.performance_status != "done":
        yield Deadline(Duty.PERFORM, case.performance_due, "performance_status", "协议应履行完毕", "R17")


def _confirming(case: MediationCase, practice: Practice, calendar: WorkingCalendar) -> Iterator[Deadline]:
    effective = effective_on(case)
    if case.confirm_joint and effective and case.confirm_on is None:
        yield Deadline(
            Duty.CONFIRM, confirmable_until(effective), "confirm_on", "共同申请司法确认的最后一天", "R14"
        )
    if case.confirm_on and case.court_decision is None:
        if case.court_accepted_on is None:
            due = practice.court_accept.after(case.confirm_on, calendar)
            yield Deadline(Duty.COURT_ACCEPTS, due, "court_accepted_on", "法院应决定是否受理", "R16")
        else:
            due = practice.court_decide.after(case.court_accepted_on, calendar)
            yield Deadline(Duty.COURT_DECIDES, due, "court_decision", "法院应作出裁定", "R16")


def _visiting(case: MediationCase, practice: Practice, calendar: WorkingCalendar) -> Iterator[Deadline]:
    after = visit_after(case)
    if after is not None:
        yield Deadline(Duty.VISIT_BACK, practice.visit.after(after, calendar), "follow_ups", "应回访", "R18")


def _answering(case: MediationCase) -> Iterator[Deadline]:
    for index, row in enumerate(case.referrals):
        if row.due and row.status not in ANSWERED:
            words = (
                f"应向{row.office or '移交单位'}反馈"
                if row.direction == "in"
                else f"{row.office or '对方'}应反馈"
            )
            yield Deadline(Duty.ANSWER, row.due, f"referrals.{index}.status", words, "R23")
