"""Rules of a mediation case by their numbers, each with its article in the sentence."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from samples import committee, mediation_case, party

from app.models.fields import Kind, fields_of
from app.models.mediation import parts
from app.models.mediation.agreement_rules import confirmable_until, copies
from app.models.mediation.case import MEDIATION_CASE, MediationCase
from app.models.mediation.committee import COMMITTEE
from app.models.mediation.deadlines import deadlines, settle_by
from app.models.mediation.early_signs import early_signs, level_of
from app.models.mediation.lifecycle import Progress, steps
from app.models.mediation.practice import Period, Practice, Unit
from app.models.problems import Severity
from app.models.working_days import WorkingCalendar, national_calendar

SIGNED = {"sign_modes": ["signature", "fingerprint"], "signed_on": date(2026, 11, 5)}
OPEN: dict[str, Any] = {
    "result": None, "result_on": None, "clauses": [], "agreed_on": None, "sessions": [], "performance_due": None,
}  # fmt: skip


def signed_case(**changes: Any) -> dict[str, Any]:
    values = mediation_case(
        mediators=[{"name": "李调解", "signed_on": date(2026, 11, 5)}], sealed_on=date(2026, 11, 6)
    )
    values["parties"] = [{**row, **SIGNED} for row in values["parties"]]
    return values | changes


def case_of(**changes: Any) -> MediationCase:
    cleaned, problems = MEDIATION_CASE.clean(signed_case(**changes))
    assert [p for p in problems if p.severity is Severity.ERROR] == []
    return MEDIATION_CASE.build(cleaned)


@pytest.mark.parametrize(
    ("rule", "values", "path", "severity", "article"),
    [
        ("R2", mediation_case(bar="court"), "bar", "error", "第二十二条"),
        ("R2", mediation_case(**OPEN | {"bar": "special"}), "bar", "warning", "不予受理"),
        ("R2", mediation_case(bar=None, **OPEN | {"result": "not_accepted"}), "bar", "error", "第二十二条"),
        ("R2", mediation_case(bar="court", result="not_accepted"), "result", "error", "不予受理"),
        ("R3", mediation_case(consent=False), "consent", "error", "第十七条"),
        ("R3", mediation_case(bar="refused"), "consent", "error", "第十七条"),
        ("R5", mediation_case(notice_on=None), "notice_on", "error", "第三十条"),
        ("R5", mediation_case(notice_on=date(2026, 11, 6)), "notice_on", "error", "第三十条"),
        ("R7", mediation_case(sessions=[{"started_at": "2026-11-05 09:00", "invited": "族长", "invited_agreed": False}]),
         "sessions.0.invited", "error", "第二十条"),
        ("R7", mediation_case(sessions=[{"started_at": "2026-11-05 09:00", "is_public": True, "objection": True}]),
         "sessions.0.is_public", "error", "第二十九条"),
        ("R8", mediation_case(extended_to=date(2026, 12, 31)), "extension_agreed", "error", "第三十三条"),
        ("R9", mediation_case(risk="high"), "measures", "warning", "第二十五条"),
        ("R9", mediation_case(risk="major", measures="看护"), "reported_to", "warning", "第二十五条"),
        ("R13", mediation_case(result="oral", agreed_amount="5000"), "result", "error", "第三十四条"),
        ("R13", mediation_case(result="oral", amount=None, written_asked=True), "result", "error", "第三十四条"),
        ("R14", signed_case(confirm_joint=True, confirm_on=date(2026, 12, 7)), "confirm_on", "error", "第三十三条"),
        ("R14", signed_case(confirm_on=date(2026, 11, 10)), "confirm_joint", "error", "第三十三条"),
        ("R14", mediation_case(confirm_joint=True, confirm_on=date(2026, 11, 10)), "confirm_on", "error", "还没有生效"),
        ("R15", signed_case(dispute_type="family", confirm_joint=True, confirm_on=date(2026, 11, 10)),
         "confirm_on", "warning", "身份关系"),
        ("R19", mediation_case(difficulty="hard", **OPEN), "joint_with", "warning", "联合"),
        ("R11", mediation_case(archived_on=date(2026, 12, 1), filed_by="王"), "parties.0.signed_on", "error", "签名"),
        ("R24", mediation_case(**OPEN, archived_on=date(2026, 12, 1), filed_by="王"), "result", "error", "不能归档"),
        ("R24", mediation_case(archive_notes=[{"noted_on": "2026-12-01", "author": "王", "content": "补"}]),
         "archive_notes", "error", "还没有归档"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_named_with_its_article(rule, values, path, severity, article):
    found = [p for p in MEDIATION_CASE.validate(values) if p.path == path and p.rule == rule]
    assert [p.severity.value for p in found] == [severity]
    assert article in found[0].message


def test_r1_nothing_on_a_case_is_a_fee():
    rows = [fields_of(field.rows) for field in MEDIATION_CASE.fields.values() if field.rows]
    labels = [
        f.label for group in (MEDIATION_CASE.fields, *rows) for f in group.values() if f.kind is Kind.MONEY
    ]
    assert labels
    assert not [label for label in labels if "费" in label]


def test_r2_an_organ_may_hand_over_what_it_has_taken_up():
    problems = MEDIATION_CASE.validate(mediation_case(bar="police", source="police"))
    assert [p for p in problems if p.path == "bar"] == []


def test_r8_the_period_is_a_month_or_what_the_district_says():
    calendar = national_calendar()
    assert settle_by(date(2026, 1, 31), None, Practice(), calendar) == date(2026, 2, 28)
    assert settle_by(date(2026, 12, 5), None, Practice(), calendar) == date(2027, 1, 5)
    working = Practice(settle=Period(30, Unit.WORKING))
    assert settle_by(date(2026, 9, 28), None, working, calendar) == date(2026, 11, 13)
    assert settle_by(date(2026, 9, 28), date(2026, 12, 1), working, calendar) == date(2026, 12, 1)


def test_working_days_follow_the_announced_holidays_and_the_district():
    calendar = national_calendar()
    assert calendar.after(date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert calendar.or_next(date(2026, 10, 3)) == date(2026, 10, 8)
    moved = calendar.with_changes({date(2026, 2, 24): False, date(2026, 10, 3): True})
    assert moved.after(date(2026, 2, 13), 2) == date(2026, 2, 25)
    assert moved.or_next(date(2026, 10, 3)) == date(2026, 10, 3)
    assert WorkingCalendar().after(date(2026, 11, 20), 1) == date(2026, 11, 23)


def test_r11_the_agreement_binds_when_the_last_has_signed():
    whole = case_of()
    assert MEDIATION_CASE.clean(signed_case())[0]["effective_on"] == date(2026, 11, 6)
    assert copies(whole) == 3
    for gap in ({"sealed_on": None}, {"mediators": [{"name": "李调解"}]}, {"agreed_on": None}):
        assert MEDIATION_CASE.clean(signed_case(**gap))[0]["effective_on"] is None
    one_short = signed_case()
    one_short["parties"][1] = {**one_short["parties"][1], "sign_modes": []}
    assert MEDIATION_CASE.clean(one_short)[0]["effective_on"] is None


def test_r14_thirty_days_cross_the_year():
    assert confirmable_until(date(2026, 12, 31)) == date(2027, 1, 30)


def test_r16_r17_r18_what_comes_next_is_dated():
    duty = {"kind": "pay", "payer": "乙", "payee": "甲", "amount": "2500"}
    case = case_of(
        obligations=[
            {**duty, "due": date(2026, 11, 20), "status": "done", "done_on": date(2026, 11, 20)},
            {**duty, "due": date(2026, 12, 20)},
        ],
        confirm_joint=True,
        confirm_on=date(2026, 11, 20),
    )
    listed = [(deadline.duty, deadline.due) for deadline in deadlines(case, Practice(), national_calendar())]
    assert listed == [
        ("court_accepts", date(2026, 11, 23)),
        ("perform", date(2026, 12, 20)),
        ("visit_back", date(2027, 1, 4)),
    ]
    assert case.performance_status == "partly"
    assert case.agreed_amount == Decimal("5000.00")


def test_the_sum_of_the_obligations_is_the_amount_agreed():
    duty = {"kind": "pay", "payer": "乙", "payee": "甲", "amount": "2500", "due": date(2026, 11, 20)}
    problems = MEDIATION_CASE.validate(signed_case(obligations=[duty], agreed_amount="5000"))
    assert [p.path for p in problems if p.severity is Severity.ERROR] == ["agreed_amount"]


def test_r21_who_may_sit_on_the_committee():
    def remarks(*members, **changes):
        problems = COMMITTEE.validate(committee(members=list(members), **changes))
        assert {problem.rule for problem in problems} <= {"R21"}
        assert all(problem.severity is Severity.WARNING for problem in problems)
        return [problem.message for problem in problems]

    chair = {"name": "甲", "post": "chair", "sex": "1", "ethnicity": "01"}
    woman = {"name": "乙", "post": "member", "sex": "2", "ethnicity": "01"}
    third = {"name": "丙", "post": "deputy", "sex": "1"}
    hired = {"name": "丁", "post": "hired", "sex": "2"}
    assert remarks(chair, woman, third) == []
    assert remarks(chair, woman, third, *[hired] * 20) == []
    assert "现在登记在任的有 2 名" in remarks(chair, woman, hired)[0]
    assert "现在登记在任的有 10 名" in remarks(chair, woman, *[third] * 8)[0]
    assert "现在登记在任的有 2 名" in remarks(chair, woman, third | {"until": date(2026, 11, 1)})[0]
    assert any("主任" in remark for remark in remarks(third, woman, third))
    assert any("妇女" in remark for remark in remarks(chair, third, third, hired))
    assert any("民族" in remark for remark in remarks(chair, woman, third, multi_ethnic=True))
    assert remarks(chair, woman, third | {"ethnicity": "30"}, multi_ethnic=True) == []


@pytest.mark.parametrize(("chosen", "ends"), [("2026-03-01", "2029-03-01"), ("2024-02-29", "2027-02-28")])
def test_r21_a_committee_is_chosen_for_three_years(chosen, ends):
    cleaned, _ = COMMITTEE.clean(committee(chosen_on=chosen))
    assert COMMITTEE.complete(cleaned)["term_ends_on"] == date.fromisoformat(ends)


def test_early_signs_say_why():
    case = case_of(facts="对方扬言要泼汽油同归于尽", people=12, special=["elderly"])
    signs = early_signs(case, today=date(2026, 11, 23), failed_before=1)
    assert level_of(signs) == "major"
    assert [sign.level for sign in signs] == ["major", "high", "high", "general"]
    assert "同归于尽" in signs[0].reason or "泼汽油" in signs[0].reason
    assert early_signs(case_of(), today=date(2026, 11, 6)) == []


def test_the_ribbon_says_what_the_next_step_lacks():
    cleaned, _ = MEDIATION_CASE.clean(mediation_case(**OPEN, consent=None, mediators=[], notice_on=None))
    ribbon = steps(MEDIATION_CASE.build(cleaned))
    assert [step.title for step in ribbon] == ["受理", "调查", "调解", "协议", "履行", "回访", "归档"]
    assert ribbon[0].progress is Progress.CURRENT
    assert [p.path for p in ribbon[0].missing] == ["consent"]
    assert [p.path for p in ribbon[2].missing] == ["notice_on", "mediators", "sessions", "result"]


def test_every_part_of_a_case_is_on_the_form():
    rows = {field.rows for field in MEDIATION_CASE.fields.values() if field.rows}
    assert {parts.Referral, parts.Investigation, parts.FollowUp, parts.Obligation, parts.ArchiveNote} <= rows
    listed = {name for section in MEDIATION_CASE.sections for name in section.fields}
    typed = {
        name
        for name, field in MEDIATION_CASE.fields.items()
        if not field.derived and not field.kept and name != "number"
    }
    assert listed == typed


def test_two_parties_of_one_side_do_not_make_a_dispute():
    values = mediation_case(parties=[party("respondent", "甲"), party("respondent", "乙")])
    assert [p.rule for p in MEDIATION_CASE.validate(values)] == ["R4"]


def test_mediation_is_free_nothing_asks_for_a_fee():
    """R1: 人民调解法 art. 4."""
    models = (MEDIATION_CASE.model, *(f.rows for f in MEDIATION_CASE.fields.values() if f.rows))
    labels = [field.label for model in models for field in fields_of(model).values()]
    assert [label for label in labels if "费" in label] == []
