"""Rules over several fields, and the sentences they answer."""

from datetime import date
from decimal import Decimal

import pytest
from samples import SAMPLES, mediation_case, party, patrol_log, resident, screening, service_visit

from app.models.problems import Severity
from app.models.registry import RECORD_TYPES


@pytest.mark.parametrize("code", RECORD_TYPES)
def test_the_samples_are_sound(code):
    assert RECORD_TYPES[code].validate(SAMPLES[code]()) == []


@pytest.mark.parametrize(
    ("code", "values", "path", "severity", "words"),
    [
        ("mediation_case", mediation_case(parties=[party("applicant", "甲")]), "parties", "error", "至少填写 2 项"),
        ("mediation_case", mediation_case(parties=[party("applicant", "甲"), party("applicant", "乙")]),
         "parties", "error", "被申请人"),
        ("mediation_case", mediation_case(occurred_on=date(2026, 12, 1)), "occurred_on", "error", "晚于受理"),
        ("mediation_case", mediation_case(consent=False), "consent", "error", "第十七条"),
        ("mediation_case", mediation_case(notice_on=date(2026, 11, 9)), "notice_on", "error", "第一次调解之前"),
        ("mediation_case", mediation_case(clauses=[]), "clauses", "error", "第二十八条"),
        ("mediation_case", mediation_case(result="oral"), "result", "warning", "书面"),
        ("mediation_case",
         mediation_case(parties=[party("applicant", "甲", id_number="511421189901010018"), party("respondent", "乙")]),
         "parties.0.id_number", "warning", "校验位"),
        ("mediation_case", mediation_case(amount="5000.005"), "amount", "error", "涉案金额"),
        ("mediation_case", mediation_case(accepted_on="2026-02-30"), "accepted_on", "error", "不是真实的日期"),
        ("mediation_case", mediation_case(accepted_on="冬月初三"), "accepted_on", "error", "公历"),
        ("patrol_log", patrol_log(ended_at="2026-11-20 18:00"), "ended_at", "error", "早于开始"),
        ("patrol_log", patrol_log(ended_at="2026-11-23 18:00"), "ended_at", "warning", "24 小时"),
        ("service_visit", service_visit(visitor=None), "visitor", "error", "匿名"),
        ("service_visit", service_visit(result_on=date(2026, 11, 1)), "result_on", "error", "早于来访"),
        ("service_visit", service_visit(visitor="长" * 10_000), "visitor", "error", "最多 80 个字"),
        ("screening", screening(settled=3), "found", "error", "超过发现的"),
        ("screening", screening(taken_up=None), "settled", "warning", "没有写明怎么处理"),
        ("screening", screening(content=None), "content", "error", "写明排查情况"),
        ("resident", resident(id_number="110105194913310020"), "id_number", "error", "不存在"),
        ("resident", resident(birth=date(1950, 1, 1)), "birth", "warning", "不一致"),
        ("resident", resident(sex="1"), "sex", "warning", "不一致"),
        ("resident", resident(id_number=5.11421e17), "id_number", "error", "数字格式"),
        ("resident", resident(nickname="小梅"), "nickname", "error", "没有"),
    ],
)  # fmt: skip
def test_a_wrong_entry_gets_a_sentence_at_its_field(code, values, path, severity, words):
    problems = RECORD_TYPES[code].validate(values)
    assert [p for p in problems if p.path == path and p.severity is Severity(severity) and words in p.message]


def test_labels_and_written_forms_mean_the_same_as_typed_values():
    typed = mediation_case(
        source="当事人申请",
        accepted_on="2026年11月2日",
        amount="５，０００元",
        consent="是",
        special="老年人、妇女",
    )
    cleaned, problems = RECORD_TYPES["mediation_case"].clean(typed)
    assert problems == []
    assert (cleaned["source"], cleaned["accepted_on"], cleaned["amount"], cleaned["consent"]) == (
        "apply",
        date(2026, 11, 2),
        Decimal("5000.00"),
        True,
    )
    assert len(cleaned["special"]) == 2


def test_an_unnamed_dispute_is_named_for_its_sides():
    cleaned, _ = RECORD_TYPES["mediation_case"].clean(mediation_case())
    assert cleaned["title"] == "张石头与买买提·吐尔逊邻里纠纷"
