"""The form: an editor for every kind, and what goes in comes out."""

from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from samples import SAMPLES, mediation_case, party, resident

from app.models.fields import Kind
from app.models.problems import Severity
from app.models.registry import RECORD_TYPES
from app.models.station_time import STATION_ZONE
from app.ui.editors import EDITORS
from app.ui.editors.times import day_typed, time_typed
from app.ui.record_form import RecordForm

ALL_TYPES = pytest.mark.parametrize("record_type", RECORD_TYPES.values(), ids=lambda kind: kind.code)
NAMES = ("𠮷野家", "㛃", "买买提·吐尔逊", "买买提•吐尔逊", "丁", "阿" * 30, "张　三", "﨑", "⼈", "<b>张三", "</para>",
         "'; DROP TABLE--", "{0}%s${x}", "NULL", "=HYPERLINK(\"x\")", "👨‍👩‍👧")  # fmt: skip


def without_ids(values):
    return {
        name: [{k: v for k, v in part.items() if k != "id"} for part in value]
        if isinstance(value, list) and value and isinstance(value[0], dict)
        else value
        for name, value in values.items()
    }


def form_of(qtbot, services, code):
    form = RecordForm(RECORD_TYPES[code], services)
    qtbot.addWidget(form)
    form.resize(1200, 800)
    form.show()
    return form


def test_every_kind_has_an_editor():
    assert set(EDITORS) | {Kind.ROWS} == set(Kind)


@ALL_TYPES
def test_every_field_of_a_type_stands_once_on_its_form(record_type):
    listed = [name for section in record_type.sections for name in section.fields]
    given = {
        field.name
        for field in record_type.fields.values()
        if field.kind is Kind.NUMBER or field.derived or field.kept
    }
    assert sorted(listed) == sorted(set(record_type.fields) - given)


@ALL_TYPES
def test_what_is_shown_is_what_comes_out(qtbot, services, record_type):
    form = form_of(qtbot, services, record_type.code)
    cleaned, _ = record_type.clean(SAMPLES[record_type.code]())
    form.set_values(cleaned)
    again, problems = record_type.clean(form.values())
    assert [problem for problem in problems if problem.severity is Severity.ERROR] == []
    expected = without_ids(cleaned)
    assert {name: value for name, value in without_ids(again).items() if name in form.editors} == {
        name: value for name, value in expected.items() if name in form.editors
    }


@ALL_TYPES
def test_a_draft_comes_back_as_it_was_typed(qtbot, services, record_type):
    form = form_of(qtbot, services, record_type.code)
    form.begin_new()
    for editor in form.editors.values():
        if editor.field.kind in (Kind.MONEY, Kind.INTEGER, Kind.DAY, Kind.TEXT, Kind.LONG_TEXT):
            editor.set_value("看不懂的 <b>内容")
    kept = form.values()
    second = form_of(qtbot, services, record_type.code)
    second.set_values(kept)
    assert without_ids(second.values()) == without_ids(kept)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_kept_exactly(qtbot, services, name):
    form = form_of(qtbot, services, "resident")
    form.set_values(resident(name=name))
    cleaned, problems = RECORD_TYPES["resident"].clean(form.values())
    assert not [problem for problem in problems if problem.severity is Severity.ERROR]
    assert cleaned["name"] == name


def test_five_thousand_characters_of_facts_fit(qtbot, services):
    form = form_of(qtbot, services, "mediation_case")
    form.set_values(mediation_case(facts="事" * 5000))
    assert RECORD_TYPES["mediation_case"].clean(form.values())[0]["facts"] == "事" * 5000


def test_every_editor_says_its_name_to_a_screen_reader(qtbot, services):
    for code in RECORD_TYPES:
        form = form_of(qtbot, services, code)
        for editor in form.all_editors():
            assert editor.input.accessibleName(), editor.field.name


def test_a_problem_stands_at_its_field_and_its_link_jumps_there(qtbot, services):
    form = form_of(qtbot, services, "mediation_case")
    form.set_values(
        mediation_case(parties=[party("applicant", "甲"), party("respondent", "")], amount="五六")
    )
    form.show_problems(RECORD_TYPES["mediation_case"].validate(form.values()))
    assert "涉案金额" in form.editors["amount"].problem()
    assert "请填写姓名或名称" in form.editor_at("parties.1.name").problem()
    form.jump_to("amount")
    assert form.focusWidget() is form.editors["amount"].input


@pytest.mark.parametrize(
    ("typed", "day"),
    [("今天", "2026-11-23"), ("昨天", "2026-11-22"), ("+3", "2026-11-26"), ("5", "2026-11-05"), ("11-02", "2026-11-02"),
     ("1102", "2026-11-02"), ("20261102", "2026-11-02"), ("2026年11月2日", "2026-11-02"), ("2024/2/29", "2024-02-29"),
     ("2026-02-30", "2026-02-30"), ("冬月", "冬月"), ("", "")],
)  # fmt: skip
def test_short_forms_of_a_day(typed, day):
    assert day_typed(typed, datetime(2026, 11, 23, tzinfo=STATION_ZONE).date()) == day


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        ("1930", "19:30"),
        ("19：30", "19:30"),
        ("7", "07:00"),
        ("19点半", "19:30"),
        ("现在", "14:05"),
        ("2561", "2561"),
        ("晚上", "晚上"),
    ],
)
def test_short_forms_of_a_time(typed, time):
    assert time_typed(typed, datetime(2026, 11, 23, 14, 5, tzinfo=STATION_ZONE)) == time


def test_a_night_patrol_ends_on_the_next_day_without_typing_a_date(qtbot, services):
    form = form_of(qtbot, services, "patrol_log")
    form.begin_new()
    form.editors["patrol_on"].set_value("2026-11-20")
    form.editors["started_at"].time.setText("2200")
    form.editors["ended_at"].time.setText("0130")
    assert form.values()["started_at"] == "2026-11-20 22:00"
    form.editors["started_at"].set_value("2026-11-20 22:00")
    assert form.values()["ended_at"] == "2026-11-21 01:30"


def test_nothing_fires_while_an_input_method_composes(qtbot, services):
    form = form_of(qtbot, services, "resident")
    line = form.editors["name"].line
    line.setFocus()
    heard = []
    form.changed.connect(lambda: heard.append(1))
    QApplication.sendEvent(line, QInputMethodEvent("zhang", []))
    assert (heard, form.values()["name"]) == ([], None)
    commit = QInputMethodEvent()
    commit.setCommitString("张")
    QApplication.sendEvent(line, commit)
    assert (len(heard), form.values()["name"]) == (1, "张")


def test_a_card_number_fills_sex_and_birth_where_they_are_empty(qtbot, services):
    form = form_of(qtbot, services, "resident")
    form.begin_new()
    editor = form.editors["id_number"]
    editor.line.setText(" 511421189901010027 ")
    editor.line.editingFinished.emit()
    assert (form.values()["sex"], form.values()["birth"]) == ("2", "1899-01-01")
    editor.line.setText("511421189901010028")
    editor.line.editingFinished.emit()
    assert "校验位" in editor.problem()


def test_an_organisation_shows_its_own_fields_only(qtbot, services):
    form = form_of(qtbot, services, "mediation_case")
    form.begin_new()
    card = form.editors["parties"].sides["respondent"].cards[0]
    card.group.editors["kind"].chips["organisation"].click()
    qtbot.waitUntil(lambda: card.group.editors["uscc"].isVisibleTo(form))
    assert not card.group.editors["sex"].isVisibleTo(form)
    assert card.group.editors["representative"].isVisibleTo(form)


def test_enter_moves_on(qtbot, services):
    form = form_of(qtbot, services, "resident")
    name = form.editors["name"].line
    name.setFocus()
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert form.focusWidget() is not name


def test_rows_are_added_moved_and_removed_by_their_buttons(qtbot, services):
    form = form_of(qtbot, services, "mediation_case")
    form.begin_new()
    clauses = form.editors["clauses"]
    for text in ("一", "二", "三"):
        clauses.add_row().group.editors["content"].set_value(text)
    first, _, third = clauses.cards
    third.moved.emit(-1)
    first.removed.emit()
    assert [row["content"] for row in clauses.value()] == ["三", "二"]
