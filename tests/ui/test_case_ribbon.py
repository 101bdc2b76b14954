"""The ribbon over a case leads from what is missing to where it is entered; signing is entered in one go."""

from datetime import date

import pytest
from PySide6.QtWidgets import QPushButton
from samples import mediation_case
from uuid_utils import uuid7

from app.models.mediation.case import MEDIATION_CASE
from app.ui.record_page import RecordPage
from app.ui.signing_sheet import SigningSheet

OPEN = {
    "result": None,
    "result_on": None,
    "clauses": [],
    "agreed_on": None,
    "sessions": [],
    "performance_due": None,
}


@pytest.fixture
def page_of(qtbot, desk, services):
    kept = []  # a page outlives its dialogs, as it does in the window

    def make(values):
        record_id = str(uuid7())
        desk.store.save(MEDIATION_CASE, values, by="李调解", record_id=record_id)
        page = RecordPage(services, MEDIATION_CASE)
        kept.append(page)
        qtbot.addWidget(page)
        page.resize(1366, 768)
        page.show()
        page.open_record(record_id)
        services.runner.wait_idle()
        return page, record_id

    yield make
    for page in kept:
        page.form_page.close_form()
    kept.clear()


def text_of(link):
    return link.text() or link.accessibleName()


def links(page):
    """What can be pressed on the ribbon."""
    return [found for found in page.detail.ribbon.findChildren(QPushButton) if found.isVisibleTo(page)]


def missing(page):
    return [text_of(link) for link in links(page) if "还没有" in text_of(link)]


def press(page, words):
    next(link for link in links(page) if words in text_of(link)).click()


def test_what_is_missing_leads_to_its_field(qtbot, services, page_of):
    page, _ = page_of(mediation_case(**OPEN, notice_on=None))
    said = [text_of(link) for link in links(page)]
    assert any("权利义务" in text for text in said)
    press(page, "权利义务")
    notice = page.form_page.form.editors["notice_on"]
    qtbot.waitUntil(lambda: notice.isAncestorOf(notice.window().focusWidget()))


def test_signing_is_entered_in_one_go(qtbot, desk, services, page_of):
    page, record_id = page_of(mediation_case())
    press(page, "登记签署")
    sheet = page.findChild(SigningSheet)
    assert all(tick.isChecked() for tick in (*sheet.parties, *sheet.mediators, sheet.seal))
    sheet.mediators[1].setChecked(False)
    sheet._finish()
    qtbot.waitUntil(lambda: missing(page) == ["调解员王网格还没有签名。"])
    stored = desk.reader.load(MEDIATION_CASE, record_id).values
    assert [row["signed_on"] for row in stored["parties"]] == [date(2026, 11, 5)] * 2
    assert stored["effective_on"] is None
    press(page, "登记签署")
    page.findChildren(SigningSheet)[-1]._finish()
    qtbot.waitUntil(lambda: desk.reader.load(MEDIATION_CASE, record_id).values["effective_on"] is not None)
    assert desk.reader.load(MEDIATION_CASE, record_id).values["effective_on"] == date(2026, 11, 5)


def test_a_signing_sheet_without_day_or_manner_says_so(qtbot, services, page_of):
    page, _ = page_of(mediation_case())
    sheet = SigningSheet(services, mediation_case() | {"parties": [{"name": "甲"}], "mediators": []}, page)
    sheet.day.set_value(None)
    sheet._finish()
    assert "签署日期" in sheet.banner.text()
    sheet.day.set_value(date(2026, 11, 5))
    for tick in sheet.modes.values():
        tick.setChecked(False)
    sheet._finish()
    assert "签署方式" in sheet.banner.text()


def test_seldom_used_fields_wait_until_asked_for(qtbot, services, page_of):
    page, _ = page_of(mediation_case())
    page._edit()
    card = page.form_page.form.editors["parties"].cards[0]
    assert not card.group.editors["agent_scopes"].isVisibleTo(card)
    page.form_page.form.jump_to("parties.0.agent_scopes")
    assert card.group.editors["agent_scopes"].isVisibleTo(card)


def test_an_archived_case_refuses_a_change_and_takes_a_note(desk, services, page_of):
    signed = {"sign_modes": ["signature"], "signed_on": date(2026, 11, 5)}
    values = mediation_case(
        mediators=[{"name": "李调解", "signed_on": date(2026, 11, 5)}],
        sealed_on=date(2026, 11, 5),
        performance_status="done",
        archived_on=date(2026, 12, 1),
        filed_by="李调解",
    )
    values["parties"] = [{**party, **signed} for party in values["parties"]]
    page, record_id = page_of(values)
    page._edit()
    page.form_page.form.editors["facts"].set_value("改写的事实")
    page.form_page.form.changed.emit()
    page.form_page.save()
    services.runner.wait_idle()
    assert "不能保存" in page.form_page.banner.text()
    assert desk.reader.load(MEDIATION_CASE, record_id).revision == 1
    page.form_page.form.editors["facts"].set_value(values["facts"])
    notes = page.form_page.form.editors["archive_notes"]
    notes.set_value([{"noted_on": date(2026, 12, 2), "author": "李调解", "content": "补入回执。"}])
    page.form_page.form.changed.emit()
    page.form_page.save()
    services.runner.wait_idle()
    assert desk.reader.load(MEDIATION_CASE, record_id).revision == 2


FAILED = {
    **OPEN,
    "result": "none",
    "result_on": date(2026, 11, 5),
    "sessions": mediation_case()["sessions"],
    "advised": ["court"],
    "advised_on": date(2026, 11, 5),
}


def test_a_case_that_came_to_nothing_is_taken_up_anew_and_the_two_lead_to_each_other(
    qtbot, page_of, services
):
    page, first = page_of(mediation_case(**FAILED))
    number = services.reader.load(MEDIATION_CASE, first).values["number"]
    press(page, "重新调解")
    form = page.form_page.form
    values = form.values()
    assert [party["name"] for party in values["parties"]] == ["张石头", "买买提·吐尔逊"]
    assert (values["earlier_number"], values["result"], values["sessions"]) == (number, None, [])
    assert page.has_unsaved()
    form.editors["title"].set_value("再次调解的排水沟纠纷")
    page.form_page.save()
    services.runner.wait_idle()
    if page.form_page.is_open():  # remarks are saved with on the second press
        page.form_page.save()
        services.runner.wait_idle()
    assert not page.form_page.is_open()
    for words in (f"原案：{number}", "再次调解的排水沟纠纷", f"原案：{number}"):
        qtbot.waitUntil(lambda words=words: any(words in text_of(link) for link in links(page)))
        press(page, words)


def test_what_was_settled_and_performed_is_not_taken_up_anew(page_of):
    page, _ = page_of(mediation_case())
    assert not [link for link in links(page) if "重新调解" in text_of(link)]


def test_an_agreement_not_performed_may_be_taken_up_anew(page_of):
    page, _ = page_of(mediation_case(performance_status="not_done"))
    assert [link for link in links(page) if "重新调解" in text_of(link)]
