"""Code lists: complete, unambiguous, and readable after retirement."""

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import resources
from app.models.codes import Code, CodeList, code_list
from app.models.mediation.type_lists import type_list

KEYS = sorted(file.stem for file in resources.path("codes").glob("*.json"))
EXPECTED = {
    "sex", "ethnicity", "education", "id_document", "party_side", "party_kind", "dispute_type", "case_source",
    "mediation_result", "session_outcome", "performance_status", "performance_manner", "difficulty",
    "special_group", "risk", "sign_mode", "patrol_shift", "patrol_mode", "patrol_role", "weather", "point_result",
    "finding_class", "finding_disposal", "team_type", "visit_channel", "visit_kind", "service_matter",
    "visit_result", "satisfaction", "resident_kind", "care_category",
    "acceptance_bar", "agent_scope", "apply_manner", "appointment", "case_stage", "contact_manner", "court_decision",
    "follow_up_kind", "obligation_kind", "office_kind", "referral_class", "referral_direction", "referral_result",
    "referral_status", "remedy", "retention", "risk_word", "told_manner", "prevention_result", "evidence_form",
    "committee_post", "committee_kind", "handover_status", "handover_answer",
}  # fmt: skip


def test_every_list_of_the_forms_is_there() -> None:
    assert set(KEYS) == EXPECTED


@pytest.mark.parametrize("key", KEYS)
def test_a_list_is_unambiguous_and_names_its_source(key: str) -> None:
    codes = code_list(key)
    assert codes.title
    assert codes.source
    assert codes.active()
    values, labels = [code.value for code in codes.items], [code.label for code in codes.items]
    assert len(set(values)) == len(values)
    assert len(set(labels)) == len(labels)
    assert all(value.isascii() and 1 <= len(value) <= 16 for value in values)
    names = [name for code in codes.items for name in (code.label, *code.aliases)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("key", KEYS)
def test_label_alias_and_value_lead_back_to_the_value(key: str) -> None:
    codes = code_list(key)
    for code in codes.items:
        for name in (code.label, f" {code.label}　", code.value, code.value.upper(), *code.aliases):
            assert codes.value_of(name) == code.value


def test_the_fifty_six_peoples() -> None:
    peoples = code_list("ethnicity")
    assert len(peoples.items) == 58
    assert [peoples.label(value) for value in ("01", "04", "07", "33", "56", "97")] == [
        "汉族", "藏族", "彝族", "羌族", "基诺族", "其他"
    ]  # fmt: skip
    assert peoples.value_of("汉") == "01"


def test_dispute_types_are_fine_codes_that_begin_with_the_eighteen_of_the_national_form() -> None:
    fine = [code.value for code in code_list("dispute_type").items]
    national = [kind.fine[0] for kind in type_list("national_18", 2026).types][:-1]
    assert fine[: len(national)] == national
    assert fine[-1] == "other"
    assert code_list("dispute_type").value_of("拖欠农民工工资") == "wages"


def test_no_register_of_offenders_or_illness() -> None:
    labels = "".join(code.label + "".join(code.aliases) for code in code_list("care_category").items)
    assert not any(word in labels for word in ("刑", "矫正", "毒", "精神", "艾滋", "上访", "涉教"))


def test_retired_codes_are_read_but_not_offered() -> None:
    documents = code_list("id_document")
    assert documents.label("116") == "暂住证"
    assert "116" in documents
    assert "116" not in [code.value for code in documents.active()]


def test_a_code_from_a_newer_program_is_shown_as_it_is() -> None:
    assert code_list("sex").label("7") == "（代码 7）"
    assert code_list("sex").get("7") is None
    assert code_list("sex").value_of("男的") is None


def test_an_unknown_list_is_a_missing_file() -> None:
    with pytest.raises(resources.MissingResourceError):
        code_list("no_such_list")


def test_files_are_read_once() -> None:
    assert code_list("risk") is code_list("risk")


def test_files_hold_nothing_the_reader_ignores() -> None:
    for key in KEYS:
        data = orjson.loads(Path(resources.path("codes", f"{key}.json")).read_bytes())
        assert set(data) == {"title", "source", "items"}
        assert {name for item in data["items"] for name in item} <= {
            "value", "label", "retired", "note", "aliases"
        }  # fmt: skip


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    codes = CodeList("k", "t", "s", (Code("1", "男", aliases=("男性",)), Code("2", "女", retired=True)))
    assert codes.value_of(text) in {None, "1", "2"}
    assert codes.label(text)
