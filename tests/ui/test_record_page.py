"""The page of a record type: new, found, edited, voided, refused, kept; all through the real widgets."""

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QInputDialog
from samples import SAMPLES, patrol_log, resident
from uuid_utils import uuid7

from app.models.registry import RECORD_TYPES
from app.store.drafts import Drafts
from app.store.reading import ListQuery
from app.ui.record_list import RecordTableModel
from app.ui.record_page import RecordPage

ALL_TYPES = pytest.mark.parametrize("record_type", RECORD_TYPES.values(), ids=lambda kind: kind.code)
WORDS = {
    "mediation_case": "吐尔逊",
    "patrol_log": "周队长",
    "service_visit": "𠮷秀英",
    "screening": "钱网格",
    "resident": "sxm",
    "committee": "鹰头村",
    "handover": "吐尔逊",
}


@pytest.fixture
def page_of(qtbot, services):
    kept = []  # a page outlives its dialogs, as it does in the window

    def make(record_type):
        page = RecordPage(services, record_type)
        kept.append(page)
        qtbot.addWidget(page)
        page.resize(1366, 768)
        page.show()
        page.refresh()
        services.runner.wait_idle()
        return page

    yield make
    for page in kept:
        page.form_page.close_form()
    kept.clear()


def write(page, values):
    """Fill the open form with a record's values, as if typed."""
    page.form_page.form.set_values(values)
    page.form_page.form.changed.emit()


def press_save(services, page):
    page.form_page.save_button.click()
    services.runner.wait_idle()


def stored(desk, record_type):
    rows = desk.reader.page(record_type, ListQuery(voided=True))
    return [desk.reader.load(record_type, row["id"]) for row in rows]


@ALL_TYPES
def test_a_new_record_is_saved_found_edited_and_voided(qtbot, desk, services, page_of, record_type):
    page = page_of(record_type)
    page.open_new()
    write(page, record_type.clean(SAMPLES[record_type.code]())[0])
    with qtbot.waitSignal(page.saved) as saved:
        press_save(services, page)
    record_id = saved.args[1]
    services.runner.wait_idle()
    assert page.banner.text().startswith("已保存")
    assert desk.reader.load(record_type, record_id).created_by == services.user

    page.list.search.setText(WORDS[record_type.code])
    page.list.refresh()
    services.runner.wait_idle()
    assert page.list.model.row_of(record_id) == 0
    page.list.choose(record_id)
    services.runner.wait_idle()

    page.detail.edit.click()
    long_text = next(e for e in page.form_page.form.editors.values() if e.field.kind.value == "long_text")
    long_text.text.insertPlainText("补充一句。")
    press_save(services, page)
    services.runner.wait_idle()
    assert desk.reader.load(record_type, record_id).revision == 2

    page.detail.void.click()
    dialog = page.findChild(QInputDialog)
    dialog.setTextValue("重复登记")
    dialog.accept()
    services.runner.wait_idle()
    services.runner.wait_idle()
    assert desk.reader.load(record_type, record_id).void_reason == "重复登记"
    assert not page.detail.edit.isEnabled()


@ALL_TYPES
def test_what_is_wrong_is_said_and_leaves_no_trace(desk, services, page_of, record_type):
    page = page_of(record_type)
    page.open_new()
    required = next(f for f in record_type.fields.values() if f.required and f.rows is None)
    write(page, record_type.clean(SAMPLES[record_type.code]())[0] | {required.name: None})
    press_save(services, page)
    assert "还不能保存" in page.form_page.banner.text()
    assert page.form_page.form.editors[required.name].problem() == f"请填写{required.label}。"
    assert stored(desk, record_type) == []
    assert page.has_unsaved()


def test_a_remark_is_shown_once_and_saved_with_on_the_second_press(desk, services, page_of):
    page = page_of(RECORD_TYPES["resident"])
    page.open_new()
    write(page, resident(sex="1"))
    press_save(services, page)
    assert stored(desk, RECORD_TYPES["resident"]) == []
    assert page.form_page.save_button.text() == "仍然保存"
    press_save(services, page)
    assert len(stored(desk, RECORD_TYPES["resident"])) == 1


def test_typing_is_kept_as_a_draft_and_offered_after_a_crash(qtbot, desk, services, page_of):
    page = page_of(RECORD_TYPES["patrol_log"])
    page.open_new()
    typed = {"team": "平安志愿者", "leader": "周队长", "started_at": "看不懂 的时间", "patrol_on": "冬月初三"}
    write(page, typed)
    with qtbot.waitSignal(page.form_page.keeper.kept):
        page.form_page.keeper.keep_now()
    # The program ends here without another word; a new window over the same file:
    (draft,) = Drafts(desk.database).of(services.user)
    again = page_of(RECORD_TYPES["patrol_log"])
    again.open_draft(draft)
    services.runner.wait_idle()
    values = again.form_page.form.values()
    assert {name: values[name] for name in typed} == typed
    write(again, patrol_log(handover="接着写完"))
    press_save(services, again)
    services.runner.wait_idle()
    assert stored(desk, RECORD_TYPES["patrol_log"])[0].id == draft.record_id
    assert Drafts(desk.database).of(services.user) == []


def test_drafts_of_two_users_stay_apart(desk, services):
    drafts = Drafts(desk.database)
    record_id = str(uuid7())
    drafts.keep("甲", "resident", record_id, {"name": "甲写"}, base=None, at=desk.clock())
    drafts.keep("乙", "resident", record_id, {"name": "乙写"}, base=None, at=desk.clock())
    assert [draft.content["name"] for draft in drafts.of("甲")] == ["甲写"]
    drafts.discard("甲", record_id)
    assert [draft.content["name"] for draft in drafts.of("乙")] == ["乙写"]


def test_leaving_the_form_keeps_what_is_typed(desk, services, page_of):
    page = page_of(RECORD_TYPES["resident"])
    page.open_new()
    write(page, {"name": "写了一半"})
    page.form_page.leave()
    services.runner.wait_idle()
    assert [draft.content["name"] for draft in services.drafts.of(services.user)] == ["写了一半"]
    assert not page.has_unsaved()


def test_not_wanting_it_any_more_throws_the_draft_away(desk, services, page_of):
    page = page_of(RECORD_TYPES["resident"])
    page.open_new()
    write(page, {"name": "不要的"})
    page.form_page.keeper.keep_now()
    services.runner.wait_idle()
    page.form_page.discard_button.click()
    services.runner.wait_idle()
    assert services.drafts.of(services.user) == []


def test_an_edit_over_somebody_elses_is_refused_and_kept_as_a_draft(desk, services, page_of):
    kind = RECORD_TYPES["resident"]
    first = desk.store.save(kind, resident(), by="甲", record_id=str(uuid7()))
    page = page_of(kind)
    page.open_record(first.record_id)
    services.runner.wait_idle()
    page.detail.edit.click()
    desk.store.save(
        kind, first.values | {"notes": "乙先保存"}, by="乙", record_id=first.record_id, base=first.head
    )
    write(page, first.values | {"notes": "我写的"})
    press_save(services, page)
    services.runner.wait_idle()
    assert "乙" in page.form_page.banner.text()
    assert [draft.content["notes"] for draft in services.drafts.of(services.user)] == ["我写的"]
    assert desk.reader.load(kind, first.record_id).values["notes"] == "乙先保存"


def test_a_full_disk_keeps_the_typing_and_the_same_record_is_saved_when_there_is_room(
    desk, services, page_of
):
    from sqlalchemy import event

    kind = RECORD_TYPES["mediation_case"]
    page = page_of(kind)
    page.open_new()
    values = kind.clean(SAMPLES["mediation_case"](facts="事" * 5000))[0]
    write(page, values)
    record_id = page.form_page._record_id
    with desk.database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    limit = {"pages": pages + 1}

    @event.listens_for(desk.database.engine, "checkout")
    def _limited(raw, *_):
        raw.execute(f"PRAGMA max_page_count = {limit['pages']}")

    press_save(services, page)
    assert "磁盘已满" in page.form_page.banner.text()
    assert page.form_page.form.values()["facts"] == "事" * 5000
    assert page.has_unsaved()
    limit["pages"] = pages + 10_000
    press_save(services, page)
    services.runner.wait_idle()
    (saved,) = stored(desk, kind)
    assert (saved.id, saved.revision) == (record_id, 1)


def test_a_week_of_patrols_goes_in_one_after_the_other(desk, services, page_of):
    kind = RECORD_TYPES["patrol_log"]
    page = page_of(kind)
    page.open_new()
    write(page, kind.clean(patrol_log())[0])
    page.form_page.next_button.click()
    services.runner.wait_idle()
    services.runner.wait_idle()
    assert page.form_page.is_open()
    values = page.form_page.form.values()
    assert (values["team"], [row["name"] for row in values["members"]]) == (
        "鹰头村义务巡逻队",
        ["钱队员", "孙队员"],
    )
    assert values["findings"] == []
    assert len(stored(desk, kind)) == 1


def test_the_list_reads_page_by_page_and_masks_what_is_sensitive(qtbot, desk, services):
    kind = RECORD_TYPES["resident"]
    for _ in range(230):
        desk.store.save(kind, resident(), by="甲", record_id=str(uuid7()))
    model = RecordTableModel(kind, services)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning, model)
    model.show(ListQuery())
    services.runner.wait_idle()
    assert model.rowCount() == 100
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
        services.runner.wait_idle()
    assert model.rowCount() == 230
    shown = [model.data(model.index(0, column)) for column in range(model.columnCount())]
    assert "511***********0027" in shown
    assert not any("511421189901010027" in str(text) for text in shown)


def test_somebody_who_may_be_known_is_shown_before_a_second_file_is_made(desk, services, page_of):
    kind = RECORD_TYPES["resident"]
    desk.store.save(kind, resident(), by="甲", record_id=str(uuid7()))
    page = page_of(kind)
    page.open_new()
    write(page, resident(residence="鹰头村9组1号"))
    press_save(services, page)
    services.runner.wait_idle()
    assert "可能已经登记过：单小梅" in page.form_page.banner.text()
    assert "511421189901010027" not in page.form_page.banner.text()
    assert len(stored(desk, kind)) == 1
    press_save(services, page)
    services.runner.wait_idle()
    assert len(stored(desk, kind)) == 2
