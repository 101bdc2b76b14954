"""When an agreement binds, what it must say, and whether its sums agree (人民调解法 arts 28-33)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from app.models.problems import Problem, error, warning

if TYPE_CHECKING:
    from app.models.mediation.case import MediationCase

WRITTEN = "written"
ORAL = "oral"
SETTLED = (WRITTEN, ORAL)
CONFIRMATION_DAYS = 30
"""人民调解法 art. 33: within thirty days of the agreement taking effect."""


def effective_on(case: MediationCase) -> date | None:
    """The day the agreement binds: oral, the day it was reached (art. 30); written, the last of all parties'
    and mediators' signatures and the committee's seal (art. 29).  None until then."""
    if case.result == ORAL:
        return case.agreed_on
    if case.result != WRITTEN or not case.parties or not case.mediators or not case.clauses:
        return None
    days = [party.signed_on for party in case.parties if party.sign_modes]
    days += [mediator.signed_on for mediator in case.mediators]
    days += [case.sealed_on, case.agreed_on]
    known = [day for day in days if day is not None]
    complete = len(known) == len(case.parties) + len(case.mediators) + 2
    return max(known) if complete else None


def unsigned(case: MediationCase) -> Iterator[Problem]:
    """Whose signature, and whether the seal, is still missing (R11, art. 29)."""
    for index, party in enumerate(case.parties):
        if party.signed_on is None or not party.sign_modes:
            yield error(
                f"parties.{index}.signed_on", f"{party.name or '当事人'}还没有签名、盖章或按指印。", "R11"
            )
    for index, mediator in enumerate(case.mediators):
        if mediator.signed_on is None:
            yield error(f"mediators.{index}.signed_on", f"调解员{mediator.name or ''}还没有签名。", "R11")
    if case.sealed_on is None:
        yield error("sealed_on", "还没有加盖人民调解委员会印章。", "R11")


def copies(case: MediationCase) -> int:
    """One for every party and one for the committee (R12, art. 29)."""
    return len(case.parties) + 1


def confirmable_until(effective: date) -> date:
    """The last day both parties may ask the court to confirm (R14, art. 33)."""
    return effective + timedelta(days=CONFIRMATION_DAYS)


def promised(case: MediationCase) -> Decimal:
    """What the obligations to pay come to, yuan."""
    return sum((duty.amount for duty in case.obligations if duty.amount is not None), Decimal("0.00"))


def sums_agree(case: MediationCase) -> Iterator[Problem]:
    """The obligations to pay come to the amount of the agreement."""
    total = promised(case)
    if case.agreed_amount is not None and total and total != case.agreed_amount:
        yield error(
            "agreed_amount",
            f"各项履行义务合计 {total} 元，与协议金额 {case.agreed_amount} 元不一致，请核对。",
        )
    for index, duty in enumerate(case.obligations):
        if duty.kind == "pay" and duty.amount is None:
            yield warning(f"obligations.{index}.amount", "给付钱款的义务请填写金额。")
        if duty.status == "done" and duty.done_on is None:
            yield warning(f"obligations.{index}.done_on", "已履行的义务请填写履行日期。", "R17")
        if duty.due and case.agreed_on and duty.due < case.agreed_on:
            yield error(f"obligations.{index}.due", "履行期限早于协议日期，请核对。")


def settled_needs_agreement(case: MediationCase) -> Iterator[Problem]:
    """A settled case says what was agreed and when (arts 28, 29)."""
    if case.result not in SETTLED:
        return
    if not case.clauses:
        yield error("clauses", "调解结果为达成协议，请填写协议内容（《人民调解法》第二十八条）。", "R13")
    if case.agreed_on is None:
        yield error("agreed_on", "调解结果为达成协议，请填写协议日期。", "R11")


def oral_only_where_allowed(case: MediationCase) -> Iterator[Problem]:
    """R13: duties of money or property, or a party's wish, make writing compulsory (若干规定 art. 34)."""
    if case.result != ORAL:
        return
    article = "（《人民调解工作若干规定》第三十四条）"
    if promised(case) or case.agreed_amount or any(duty.kind == "deliver" for duty in case.obligations):
        yield error("result", f"协议有给付钱款或财物的内容，应当制作书面协议{article}。", "R13")
    elif case.written_asked:
        yield error("result", f"当事人要求书面协议，应当制作书面协议{article}。", "R13")
    elif case.amount:
        yield warning("result", f"涉及钱款的纠纷应当制作书面协议{article}。", "R13")


def confirmation_in_time(case: MediationCase) -> Iterator[Problem]:
    """R14 and R15: both parties together, within thirty days, and only what a court may confirm."""
    if case.confirm_on is None:
        return
    article = "（《人民调解法》第三十三条）"
    effective = effective_on(case)
    if effective is None:
        yield error("confirm_on", f"协议还没有生效，不能申请司法确认{article}。", "R14")
    elif case.confirm_on < effective:
        yield error("confirm_on", "申请司法确认的日期早于协议生效日期，请核对。", "R14")
    elif case.confirm_on > confirmable_until(effective):
        last = confirmable_until(effective)
        yield error(
            "confirm_on",
            f"已超过申请司法确认的期限 {last.year}年{last.month}月{last.day}日{article}。",
            "R14",
        )
    if not case.confirm_joint:
        yield error("confirm_joint", f"司法确认应由双方当事人共同申请{article}。", "R14")
    if case.dispute_type == "family":
        yield warning(
            "confirm_on", "涉及确认婚姻、收养等身份关系的协议，人民法院不予确认，请核对协议内容。", "R15"
        )
