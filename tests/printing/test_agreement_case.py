"""The paper of a recorded case says what was recorded."""

from datetime import date

import pytest

from app.models.mediation.case import MEDIATION_CASE
from app.printing.agreement import NaturalParty, OrganisationParty, agreement_pdf
from app.printing.agreement_case import agreement_paper, is_draft, performance_text

COMMITTEE = "鹰头村人民调解委员会"


def case(**changes: object) -> dict[str, object]:
    """The values of a settled case, as the record type cleans them."""
    values: dict[str, object] = {
        "number": "〔2026〕鹰人调字第001号",
        "accepted_on": date(2026, 11, 2),
        "parties": [
            {
                "side": "applicant",
                "kind": "person",
                "name": "张石头",
                "sex": "1",
                "ethnicity": "01",
                "id_number": "511421189901010019",
            },
            {"side": "respondent", "kind": "person", "name": "买买提·吐尔逊", "sex": "9", "age": 40},
            {
                "side": "respondent",
                "kind": "organisation",
                "name": "鹰头村合作社",
                "representative": "王建国",
                "uscc": "54511421MF0000013A",
                "agent": "李四",
            },
        ],
        "facts": "双方因排水沟发生争执。",
        "mediators": [{"name": "李调解"}, {"name": "王网格"}],
        "result": "written",
        "clauses": [{"content": "乙方于三日内恢复排水沟原状。"}, {"content": "乙方赔偿甲方五千元。"}],
        "performance": "by_date",
        "performance_due": date(2026, 11, 20),
        "performance_place": "鹰头村村委会",
        "agreed_on": date(2026, 12, 31),
        "recorder": "赵记录",
        **changes,
    }
    assert set(values) <= set(MEDIATION_CASE.fields)
    return values


def test_every_part_of_the_case_reaches_the_paper() -> None:
    paper = agreement_paper(case(), committee=COMMITTEE)
    assert paper.parties == (
        NaturalParty("甲方", "张石头", "男", "汉族", 127, id_number="511421189901010019"),
        NaturalParty("乙方一", "买买提·吐尔逊", age=40),
        OrganisationParty("乙方二", "鹰头村合作社", "王建国", credit_code="54511421MF0000013A", agent="李四"),
    )
    assert paper.copies == 4
    assert paper.facts == "双方因排水沟发生争执。"
    assert paper.mediators == ("李调解", "王网格")
    assert paper.day == date(2026, 12, 31)


def test_the_paper_prints_and_reads_back(read) -> None:  # type: ignore[no-untyped-def]
    text = read(agreement_pdf(agreement_paper(case(), committee=COMMITTEE)).data).running_text()
    for part in ("一、乙方于三日内恢复排水沟原状。", "履行时限：2026年11月20日前。", "一式四份", "127岁"):
        assert part in text


@pytest.mark.parametrize(
    ("day", "age"), [(date(2026, 12, 31), 127), (date(2027, 1, 1), 128), (date(1899, 1, 1), 0)]
)
def test_the_age_is_that_of_the_day_of_the_agreement(day: date, age: int) -> None:
    party = agreement_paper(case(agreed_on=day), committee=COMMITTEE).parties[0]
    assert isinstance(party, NaturalParty)
    assert party.age == age


def test_what_was_found_in_mediation_goes_before_the_intake_summary() -> None:
    assert agreement_paper(case(disputed="查明：……"), committee=COMMITTEE).facts == "查明：……"


def test_performance_says_manner_place_and_term() -> None:
    assert (
        performance_text(case())
        == "履行方式：限期履行。\n履行地点：鹰头村村委会。\n履行时限：2026年11月20日前。"
    )
    assert (
        performance_text({"performance": "at_once", "performance_manner": "现金。"})
        == "履行方式：当场履行，现金。"
    )
    assert performance_text({}) == ""


@pytest.mark.parametrize(
    "change",
    [
        {"result": "oral"},
        {"result": None},
        {"clauses": []},
        {"agreed_on": None},
        {"mediators": []},
        {"number": None},
    ],
)
def test_an_unfinished_case_prints_as_a_draft(change: dict[str, object]) -> None:
    assert not is_draft(case())
    assert is_draft(case(**change))


def test_an_empty_case_still_prints() -> None:
    assert agreement_pdf(agreement_paper({}, committee=COMMITTEE), draft=is_draft({})).pages >= 1
