"""Rules over a mediation case that are checked at every save; domain rules R2-R24 by their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.models.mediation.agreement_rules import (
    SETTLED,
    confirmation_in_time,
    oral_only_where_allowed,
    settled_needs_agreement,
    sums_agree,
)
from app.models.mediation.archive_rules import archived_stays, ready_to_archive
from app.models.mediation.lifecycle import NOT_ACCEPTED
from app.models.mediation.printed import printed_papers_exist, printed_stays
from app.models.people.identity_rules import agrees_with_card, organisation_code
from app.models.problems import Problem, error, under, warning
from app.models.station_time import station_day

if TYPE_CHECKING:
    from app.models.mediation.case import MediationCase

DELEGATING = ("police", "court", "procuratorate", "petition", "department", "superior")
"""Sources that hand a matter over themselves, so that their having taken it up is no bar (R2)."""
TAKEN_UP = ("court", "police", "agency")


def two_sides(case: MediationCase) -> Iterator[Problem]:
    """A dispute has somebody on each side (司发通〔2010〕239号, 申请人 and 被申请人 blocks)."""
    sides = {party.side for party in case.parties}
    if "applicant" not in sides:
        yield error("parties", "请至少填写一名申请人（甲方）。", "R4")
    if "respondent" not in sides:
        yield error("parties", "请至少填写一名被申请人（乙方）。", "R4")


def days_in_order(case: MediationCase) -> Iterator[Problem]:
    """Days of a case follow one another: it happens, is accepted, is settled, is performed, is filed."""
    accepted = case.accepted_on
    if accepted is None:
        return
    if case.occurred_on and case.occurred_on > accepted:
        yield error("occurred_on", "发生日期晚于受理日期，请核对。")
    for name, words in (
        ("result_on", "结果日期"),
        ("agreed_on", "协议日期"),
        ("advised_on", "告知日期"),
        ("archived_on", "归档日期"),
    ):
        day = getattr(case, name)
        if day and day < accepted:
            yield error(name, f"{words}早于受理日期，请核对。")
    if case.performance_due and case.agreed_on and case.performance_due < case.agreed_on:
        yield error("performance_due", "履行期限早于协议日期，请核对。")
    if case.sealed_on and case.agreed_on and case.sealed_on < case.agreed_on:
        yield error("sealed_on", "加盖印章日期早于协议日期，请核对。", "R11")


def party_cards(case: MediationCase) -> Iterator[Problem]:
    """Identity numbers and organisation codes of the parties are sound and agree with birth and sex."""
    for index, party in enumerate(case.parties):
        problems = organisation_code(party) if party.kind == "organisation" else agrees_with_card(party)
        for problem in problems:
            yield under(f"parties.{index}", problem)


def barred_matters_are_not_accepted(case: MediationCase) -> Iterator[Problem]:
    """R2: what the committee may not accept, unless the organ that has the matter hands it over itself."""
    if case.bar in (None, "refused") or case.result == NOT_ACCEPTED:
        return
    if case.bar in TAKEN_UP and case.source in DELEGATING:
        return
    if case.sessions or case.result in SETTLED:
        yield error(
            "bar",
            "这类事项人民调解委员会不得受理，调解结果应为不予受理（《人民调解工作若干规定》第二十二条）。",
            "R2",
        )
    else:
        yield warning("bar", "这类事项不得受理，请告知当事人有关途径，并把调解结果填为不予受理。", "R2")


def refusal_stops_mediation(case: MediationCase) -> Iterator[Problem]:
    """R3: nobody is mediated against an express refusal (人民调解法 art. 17)."""
    refused = case.consent is False or case.bar == "refused"
    if refused and (case.result in SETTLED or case.clauses):
        yield error("consent", "有当事人明确拒绝调解，不能登记调解达成（《人民调解法》第十七条）。", "R3")


def not_accepted_is_not_mediated(case: MediationCase) -> Iterator[Problem]:
    """A case that was not accepted has no session and no agreement, and a reason."""
    if case.result != NOT_ACCEPTED:
        return
    if case.sessions or case.clauses or case.obligations:
        yield error("result", "不予受理的事项不能有调解记录或协议内容，请核对调解结果。", "R2")
    if case.bar is None:
        yield error("bar", "不予受理请选择不予受理情形（《人民调解工作若干规定》第二十二条）。", "R2")


def notice_before_session(case: MediationCase) -> Iterator[Problem]:
    """R5: rights and duties are told before the first session (人民调解工作若干规定 art. 30)."""
    started = [station_day(session.started_at) for session in case.sessions if session.started_at]
    if not started:
        return
    if case.notice_on is None:
        yield error(
            "notice_on",
            "第一次调解之前应告知当事人权利义务，请填写告知日期（《人民调解工作若干规定》第三十条）。",
            "R5",
        )
    elif case.notice_on > min(started):
        yield error(
            "notice_on",
            "权利义务告知应在第一次调解之前，请核对日期（《人民调解工作若干规定》第三十条）。",
            "R5",
        )


def invited_with_consent(case: MediationCase) -> Iterator[Problem]:
    """R7: others attend with the parties' consent; in public only where nobody objects (人民调解法 art. 20)."""
    for index, session in enumerate(case.sessions):
        if session.invited and session.invited_agreed is False:
            yield error(
                f"sessions.{index}.invited",
                "当事人不同意的，不能邀请他人参加调解（《人民调解法》第二十条）。",
                "R7",
            )
        if session.is_public and session.objection:
            yield error(
                f"sessions.{index}.is_public",
                "涉及隐私、商业秘密或当事人反对的，不得公开调解（《人民调解工作若干规定》第二十九条）。",
                "R7",
            )


def risk_is_answered(case: MediationCase) -> Iterator[Problem]:
    """R9: what may escalate is countered and reported at once (人民调解法 art. 25)."""
    if case.risk in ("high", "major") and not case.measures:
        yield warning(
            "measures", "有激化风险的纠纷请写明采取的防激化措施（《人民调解法》第二十五条）。", "R9"
        )
    if case.risk == "major" and not (case.reported_to and case.reported_on):
        yield warning(
            "reported_to",
            "重大风险应立即报告当地公安机关或镇街，请填写报告的单位和日期（《人民调解法》第二十五条）。",
            "R9",
        )


def extension_by_agreement(case: MediationCase) -> Iterator[Problem]:
    """R8: past one month only with the parties' consent (人民调解工作若干规定 art. 33)."""
    if case.extended_to is None:
        return
    if not case.extension_agreed:
        yield error(
            "extension_agreed", "延长调解期限须经当事人同意（《人民调解工作若干规定》第三十三条）。", "R8"
        )
    if case.accepted_on and case.extended_to <= case.accepted_on:
        yield error("extended_to", "延长后的期限应晚于受理日期，请核对。", "R8")


def hard_cases_together(case: MediationCase) -> Iterator[Problem]:
    """R19: complex disputes are better mediated jointly (人民调解工作若干规定 art. 27)."""
    if case.difficulty == "hard" and not case.joint_with and case.result is None:
        yield warning("joint_with", "疑难复杂的纠纷可以联合镇街或其他调委会共同调解。", "R19")


def referral_is_answered(case: MediationCase) -> Iterator[Problem]:
    """公调对接: what is returned or fed back says so with a day and words; acceptance names who signed."""
    for index, row in enumerate(case.referrals):
        path = f"referrals.{index}"
        if row.status in ("returned", "fed_back", "confirmed") and not (row.answered_on and row.result):
            yield error(f"{path}.result", "已退回或已反馈的移交，请填写反馈日期和反馈结果。")
        if row.status == "returned" and not row.answer:
            yield error(f"{path}.answer", "退回移交请写明原因。")
        if row.answered_on and row.referred_on and row.answered_on < row.referred_on:
            yield error(f"{path}.answered_on", "反馈日期早于移交日期，请核对。")
        if row.agreed is False and row.status not in ("returned",):
            yield error(
                f"{path}.agreed", "当事人不同意移交的，应退回移交单位（《人民调解法》第十七条）。", "R3"
            )


CASE_RULES = (
    two_sides,
    days_in_order,
    party_cards,
    barred_matters_are_not_accepted,
    refusal_stops_mediation,
    not_accepted_is_not_mediated,
    notice_before_session,
    invited_with_consent,
    risk_is_answered,
    extension_by_agreement,
    hard_cases_together,
    settled_needs_agreement,
    oral_only_where_allowed,
    sums_agree,
    confirmation_in_time,
    referral_is_answered,
    printed_papers_exist,
    ready_to_archive,
)
CHANGE_RULES = (archived_stays, printed_stays)
