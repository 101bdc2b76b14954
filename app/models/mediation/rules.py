"""Rules over a mediation case that are checked at every save (domain rules R3, R5, R11-R13)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from app.models.codes import code_list
from app.models.people.identity_rules import agrees_with_card, organisation_code
from app.models.problems import Problem, error, under, warning
from app.models.station_time import station_day

if TYPE_CHECKING:
    from app.models.mediation.case import MediationCase

WRITTEN = "written"
ORAL = "oral"
SETTLED = (WRITTEN, ORAL)


def fill_title(values: dict[str, Any]) -> None:
    """Name the dispute `甲与乙邻里纠纷` when the mediator left the name empty."""
    if values.get("title"):
        return
    parties = values.get("parties") or []
    names = []
    for side in ("applicant", "respondent"):
        of_side = [party["name"] for party in parties if party.get("side") == side and party.get("name")]
        if of_side:
            names.append(of_side[0] + ("等" if len(of_side) > 1 else ""))
    if len(names) == 2 and values.get("dispute_type"):
        label = code_list("dispute_type").label(values["dispute_type"])
        kind = "" if label == "其他" else label.removesuffix("纠纷")
        values["title"] = f"{names[0]}与{names[1]}{kind}纠纷"


def two_sides(case: MediationCase) -> Iterator[Problem]:
    """A dispute has somebody on each side (司发通〔2010〕239号, 申请人 and 被申请人 blocks)."""
    sides = {party.side for party in case.parties}
    if "applicant" not in sides:
        yield error("parties", "请至少填写一名申请人（甲方）。")
    if "respondent" not in sides:
        yield error("parties", "请至少填写一名被申请人（乙方）。")


def days_in_order(case: MediationCase) -> Iterator[Problem]:
    """Days of a case follow one another: it happens, is accepted, is settled, is performed."""
    accepted = case.accepted_on
    if accepted is None:
        return
    if case.occurred_on and case.occurred_on > accepted:
        yield error("occurred_on", "发生日期晚于受理日期，请核对。")
    if case.result_on and case.result_on < accepted:
        yield error("result_on", "结果日期早于受理日期，请核对。")
    if case.agreed_on and case.agreed_on < accepted:
        yield error("agreed_on", "协议日期早于受理日期，请核对。")
    if case.performance_due and case.agreed_on and case.performance_due < case.agreed_on:
        yield error("performance_due", "履行期限早于协议日期，请核对。")


def party_cards(case: MediationCase) -> Iterator[Problem]:
    """Identity numbers and organisation codes of the parties are sound and agree with birth and sex."""
    for index, party in enumerate(case.parties):
        problems = organisation_code(party) if party.kind == "organisation" else agrees_with_card(party)
        for problem in problems:
            yield under(f"parties.{index}", problem)


def refusal_stops_mediation(case: MediationCase) -> Iterator[Problem]:
    """R3: nobody is mediated against an express refusal (人民调解法 art. 17)."""
    if case.consent is False and (case.result in SETTLED or case.clauses):
        yield error("consent", "有当事人明确拒绝调解，不能登记调解达成（《人民调解法》第十七条）。")


def notice_before_session(case: MediationCase) -> Iterator[Problem]:
    """R5: rights and duties are told before the first session (人民调解工作若干规定 art. 30)."""
    started = [station_day(session.started_at) for session in case.sessions if session.started_at]
    if not started:
        return
    if case.notice_on is None:
        yield warning(
            "notice_on", "已有调解记录，请补填权利义务告知日期（《人民调解工作若干规定》第三十条）。"
        )
    elif case.notice_on > min(started):
        yield error("notice_on", "权利义务告知应在第一次调解之前，请核对日期。")


def settled_needs_agreement(case: MediationCase) -> Iterator[Problem]:
    """A settled case says what was agreed and when (人民调解法 arts 28, 29); R13 forces writing for money."""
    if case.result not in SETTLED:
        return
    if not case.clauses:
        yield error("clauses", "调解结果为达成协议，请填写协议内容（《人民调解法》第二十八条）。")
    if case.agreed_on is None:
        yield error("agreed_on", "调解结果为达成协议，请填写协议日期。")
    if case.result == ORAL and case.amount:
        yield warning("result", "涉及钱款的纠纷应当制作书面协议（《人民调解工作若干规定》第三十四条）。")
