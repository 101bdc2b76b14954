"""A hand-over at the desk: written, sent, signed for, taken up as a case, fed back and confirmed; through real windows."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import insert, select
from uuid_utils import uuid7

from app.models.divisions import Divisions
from app.models.duty import Duty
from app.models.handover.handover import HANDOVER
from app.models.handover.sides import referral_of
from app.models.mediation.case import MEDIATION_CASE
from app.models.record_type import RecordType
from app.settings import Settings
from app.store.drafts import Draft
from app.store.due import DueItem
from app.store.letters import OFFICES
from app.store.policies import KIND
from app.store.reading import Change
from app.store.tables import audit, notice
from app.ui.form_page import FormPage
from app.ui.home_lists import DueList
from app.ui.incoming import Source
from app.ui.letter_words import on_the_way_text
from app.ui.main_window import MainWindow
from app.ui.places import HOME
from app.ui.record_form import RecordForm
from app.ui.record_line import RecordLine
from app.ui.record_page import RecordPage
from app.ui.services import DeskServices
from app.ui.task_runner import TaskRunner
from tests.conftest import DeskFile
from tests.samples import UNFINISHED, handover, mediation_case
from tests.ui.conftest import USER, services_for

TODAY = date(2026, 11, 23)
POLICE = {"code": "511421300001", "name": "鹰头派出所", "kind": "police"}
COURT = {"code": "511421400001", "name": "鹰头法庭", "kind": "court"}
OTHER = {"code": "511421600001", "name": "视高畜牧站", "kind": "department"}
CAME = {
    "direction": "in",
    "letter_id": str(uuid7()),
    "peer": POLICE["code"],
    "peer_name": POLICE["name"],
    "peer_kind": "police",
    "letter_number": "〔2026〕派移字第7号",
    "sent_on": date(2026, 11, 18),
}
SENT = {"sent_on": date(2026, 11, 20)}
TAKEN = {"answer": "received", "answered_on": date(2026, 11, 21), "answered_by": "吴警官"}
FED_BACK = {"result": "settled", "fed_back_on": date(2026, 11, 22), "result_note": "已达成协议。"}


class Window:
    """The window over a file, and a hand that presses and reads."""

    def __init__(self, desk: DeskFile, services: DeskServices) -> None:
        self.desk, self.services = desk, services
        self.window = MainWindow(services, RecordPage, Settings())

    def page(self, record_type: RecordType) -> RecordPage:
        page = self.window.page(record_type.code)
        assert isinstance(page, RecordPage)
        return page

    def front(self) -> RecordPage:
        page = self.window.page(self.window.current_page())
        assert isinstance(page, RecordPage)
        return page

    def settle(self) -> None:
        for _ in range(4):
            self.services.runner.wait_idle()
            QApplication.processEvents()

    def keep(self, record_type: RecordType, values: dict[str, Any]) -> str:
        """A record as this station or the district's pen saved it."""
        record_id = str(uuid7())
        self.desk.store.save(record_type, values, by="李调解", record_id=record_id)
        return record_id

    def stored(self, record_type: RecordType, record_id: str) -> dict[str, Any]:
        found = self.desk.reader.load(record_type, record_id)
        assert found is not None
        return dict(found.values)

    def show(self, record_type: RecordType, record_id: str) -> RecordPage:
        self.window.open_record(record_type.code, record_id)
        self.settle()
        return self.page(record_type)

    def buttons(self) -> list[str]:
        """What the ribbon in front offers."""
        ribbon = self.front().detail.ribbon
        assert ribbon is not None
        return [text_of(one) for one in ribbon.findChildren(QPushButton) if one.isVisibleTo(ribbon)]

    def press(self, words: str) -> RecordForm:
        """Press a button or link of the ribbon in front; answers the form of the page that is in front then."""
        ribbon = self.front().detail.ribbon
        assert ribbon is not None
        found = [one for one in ribbon.findChildren(QPushButton) if one.isVisibleTo(ribbon)]
        next(one for one in found if words in text_of(one)).click()
        self.settle()
        return self.front().form_page.form

    def said(self) -> str:
        ribbon = self.front().detail.ribbon
        assert ribbon is not None
        return "\n".join(one.text() for one in ribbon.findChildren(QLabel) if one.isVisibleTo(ribbon))

    def save(self) -> bool:
        """Press 保存, twice where there are remarks; answers whether it was saved."""
        form_page = self.front().form_page
        for _ in range(2):
            if form_page.is_open():
                form_page.save_button.click()
                self.settle()
        return not form_page.is_open()


def text_of(one: QPushButton) -> str:
    return one.text() or one.accessibleName()


def locked(form: RecordForm) -> set[str]:
    return {name for name, editor in form.editors.items() if editor.is_locked}


def shown(form: RecordForm) -> set[str]:
    """The fields whose sections are there, folded or not."""
    return {name for section in form._sections if section.isVisibleTo(form) for name in section.group.editors}


@pytest.fixture
def at(qtbot: QtBot, desk: DeskFile, services: DeskServices) -> Window:
    made = Window(desk, services)
    qtbot.addWidget(made.window, before_close_func=forget)
    made.window.resize(1366, 768)
    made.window.show()
    return made


def forget(window: MainWindow) -> None:
    for page in window.findChildren(RecordPage):
        page.form_page.close_form()


def opened(desk: DeskFile) -> list[str]:
    """Of which records the trail says that a form showed whole numbers."""
    with desk.database.read() as connection:
        return [*connection.execute(select(audit.c.object).where(audit.c.action == "open form")).scalars()]


def tell_offices(desk: DeskFile, *offices: dict[str, str]) -> None:
    body = orjson.dumps({"offices": list(offices)})
    with desk.database.write() as connection:
        connection.execute(
            insert(notice), {"kind": KIND, "key": OFFICES, "body": body, "received_at": desk.clock()}
        )


# The office


def test_an_office_is_found_by_name_pinyin_and_code_and_fills_name_and_kind(
    qtbot: QtBot, desk: DeskFile, services: DeskServices
) -> None:
    tell_offices(desk, POLICE, COURT, OTHER, {"code": desk.station.code, "name": "鹰头村", "kind": "village"})
    form = RecordForm(HANDOVER, services)
    qtbot.addWidget(form)
    form.begin_new()
    services.runner.wait_idle()
    peer: Any = form.editors["peer"]

    def offered(typed: str) -> list[str]:
        peer.line.setText(typed)
        peer.line._ask()
        services.runner.wait_idle()
        return [line.split("\u3000")[0] for line in peer.line.offers()]

    assert offered("法庭") == ["鹰头法庭"]
    assert offered("ytpcs") == ["鹰头派出所"]
    assert offered("5114216") == ["视高畜牧站"]
    assert offered("没有这个单位") == []
    peer.choose.click()
    services.runner.wait_idle()
    assert len(peer.line.offers()) == 3  # its own station is no office to hand over to
    peer.line.take_offer(0)
    values = form.values()
    assert (values["peer"], values["peer_name"], values["peer_kind"]) == (
        *list(POLICE.values())[:2],
        "police",
    )
    assert peer.line.text() == "鹰头派出所\u3000511421300001"


def test_a_name_typed_out_is_as_good_as_one_chosen_and_an_unknown_one_is_refused(
    qtbot: QtBot, desk: DeskFile, services: DeskServices
) -> None:
    tell_offices(desk, POLICE, OTHER)
    form = RecordForm(HANDOVER, services)
    qtbot.addWidget(form)
    form.begin_new()
    services.runner.wait_idle()
    peer: Any = form.editors["peer"]
    for typed, code, kind in (
        ("视高畜牧站", OTHER["code"], "department"),
        ("鹰头所", "鹰头所", "department"),
    ):
        peer.line.setText(typed)
        peer.line.textEdited.emit(typed)
        peer.line.editingFinished.emit()
        assert (peer.value(), form.values()["peer_kind"]) == (code, kind)
        assert ("单位名录里没有这个单位" in peer.problem()) == (code == typed)
    _, problems = HANDOVER.clean(handover(peer="鹰头所"))
    assert [problem.message for problem in problems if problem.path == "peer"] == [
        "对方单位编码是 2 至 12 位数字或字母，请从单位名录里选；名录里没有的，请向区里问明编码。"
    ]


def test_without_a_list_the_code_is_typed(qtbot: QtBot, services: DeskServices) -> None:
    form = RecordForm(HANDOVER, services)
    qtbot.addWidget(form)
    form.begin_new()
    services.runner.wait_idle()
    peer: Any = form.editors["peer"]
    assert "第一次与区里收发以后才有单位名录" in peer.problem()
    peer.line.setText("511421300001")
    peer.line.textEdited.emit("511421300001")
    peer.line.editingFinished.emit()
    assert form.values()["peer"] == "511421300001"


# Going out


def test_a_new_letter_asks_for_the_senders_part_only(qtbot: QtBot, services: DeskServices) -> None:
    page = FormPage(services, HANDOVER)
    qtbot.addWidget(page)
    page.begin_new(str(uuid7()))
    seen = shown(page.form)
    assert {"peer", "facts", "official", "sent_on", "notes"} <= seen
    assert not seen & {"answer", "result", "confirmed_on", "withdrawn_on"}
    page.close_form()


def test_the_button_for_a_new_letter_opens_an_empty_form(at: Window) -> None:
    at.window.open_page(HANDOVER.code)
    page = at.page(HANDOVER)
    next(one for one in page.findChildren(QPushButton) if one.text() == "新增").click()
    at.settle()
    assert page.form_page.is_open()
    assert page.form_page.form.values()["facts"] is None
    assert page.form_page.form.values()["written_on"] == TODAY.isoformat()


def test_a_case_is_handed_over_with_what_is_known_of_it(at: Window) -> None:
    tell_offices(at.desk, COURT)
    case = at.keep(MEDIATION_CASE, mediation_case(**UNFINISHED))
    at.show(MEDIATION_CASE, case)
    form = at.press("移交其他单位")
    assert opened(at.desk) == [f"mediation_case/{case}"]
    assert at.window.current_page() == HANDOVER.code
    values = form.values()
    assert (values["case_id"], values["dispute_type"]) == (case, mediation_case()["dispute_type"])
    assert [party["name"] for party in values["parties"]] == ["张石头", "买买提·吐尔逊"]
    peer: Any = form.editors["peer"]
    peer._choose(COURT["code"])
    form.fill({"category": "not_police", "agreed": True})
    assert at.save()
    assert "还没有发出" in at.said()
    assert at.buttons() == ["发出", "打开案件"]
    form = at.press("发出")
    assert (form.values()["sent_on"], form.values()["official"]) == (TODAY.isoformat(), USER)
    assert at.save()
    assert "等对方签收" in at.said()
    assert "还没有上报" in at.said()
    assert at.buttons() == ["撤回", "打开案件"]
    at.press("打开案件")
    assert at.window.current_page() == MEDIATION_CASE.code
    link = next(text for text in at.buttons() if "鹰头法庭" in text)
    assert link == "移交：鹰头法庭（已移交待签收）"
    assert "移交其他单位" not in at.buttons()
    at.press("鹰头法庭")
    assert at.window.current_page() == HANDOVER.code


def test_what_is_sent_goes_to_that_office_and_can_be_taken_back(at: Window) -> None:
    letter = at.keep(HANDOVER, handover(**SENT))
    page = at.show(HANDOVER, letter)
    assert page.detail.void.isHidden()
    form = at.press("撤回")
    assert {"peer", "peer_name", "answer", "answered_by"} <= locked(form)
    assert not {"facts", "withdrawn_reason", "notes"} & locked(form)
    assert "请撤回后另写一份" in form.editors["peer"].problem()
    assert not at.save()
    assert form.editors["withdrawn_reason"].problem() == "撤回移交请写明原因。"
    form.fill({"withdrawn_reason": "当事人自行和解"})
    assert at.save()
    assert at.stored(HANDOVER, letter)["status"] == "withdrawn"
    assert at.buttons() == ["另写一份"]


RETURNED = {"answer": "returned", "answered_on": date(2026, 11, 21), "answer_note": "不属于本辖区"}


def test_what_came_back_is_written_to_another_office_without_typing_it_twice(at: Window) -> None:
    tell_offices(at.desk, POLICE, COURT)
    case = at.keep(MEDIATION_CASE, mediation_case(**UNFINISHED))
    paper = at.services.attachments.add(b"%PDF-1.7 letter", "现场.pdf")
    first = at.keep(HANDOVER, handover(**SENT, **RETURNED, case_id=case, files=[paper]))
    at.show(HANDOVER, first)
    assert at.buttons() == ["另写一份", "打开案件"]
    form = at.press("另写一份")
    assert opened(at.desk) == [f"handover/{first}"]
    values = form.values()
    assert (values["peer"], values["sent_on"], values["answer"]) == (None, None, None)
    assert [one.name for one in values["files"]] == ["现场.pdf"]
    form.editors["peer"]._choose(COURT["code"])  # type: ignore[attr-defined]
    assert at.save()
    assert at.front()._record is not None
    again = at.stored(HANDOVER, at.front()._record.id)
    before = at.stored(HANDOVER, first)
    same = (
        "case_id",
        "category",
        "facts",
        "amount",
        "caller",
        "reported_at",
        "matter_number",
        "official",
        "files",
    )
    assert {name: again[name] for name in same} == {name: before[name] for name in same}
    assert [party["name"] for party in again["parties"]] == [party["name"] for party in before["parties"]]
    assert again["number"] not in (None, before["number"])
    assert (again["status"], again["written_on"], again["peer_name"]) == ("draft", TODAY, COURT["name"])
    assert before["status"] == "returned"


def test_the_feedback_of_the_other_office_is_confirmed(at: Window) -> None:
    letter = at.keep(HANDOVER, handover(**SENT, **TAKEN, **FED_BACK))
    page = at.show(HANDOVER, letter)
    said = at.said()
    for words in (
        "2026年11月20日　吴警官",
        "签收　2026年11月21日",
        "反馈　2026年11月22日　调解成功",
        "请核对后确认",
    ):
        assert words in said
    form = at.press("确认")
    assert {"facts", "answer", "result", "withdrawn_on"} <= locked(form)
    assert not shown(form) & {"withdrawn_reason"}
    assert at.save()
    stored = at.stored(HANDOVER, letter)
    assert (stored["status"], stored["confirmed_by"]) == ("confirmed", USER)
    assert page.detail.print.text() == "打印移交函"


# Coming in


def test_what_came_in_is_signed_for_taken_up_and_fed_back_from_the_case(qtbot: QtBot, at: Window) -> None:
    letter = at.keep(HANDOVER, handover(**CAME))
    page = at.show(HANDOVER, letter)
    assert at.buttons() == ["签收", "退回"]
    assert page.detail.void.isHidden()
    form = at.press("签收")
    assert {"peer", "facts", "parties", "files", "official"} <= locked(form)
    assert not {"answer", "answered_on", "answered_by", "answer_note", "case_number", "notes"} & locked(form)
    assert "result" not in shown(form)
    assert at.save()
    assert at.stored(HANDOVER, letter)["status"] == "received"

    assert at.buttons() == ["立案受理", "反馈"]
    form = at.press("立案受理")
    assert at.window.current_page() == MEDIATION_CASE.code
    values = form.values()
    assert (values["source"], values["facts"]) == ("police", handover()["facts"])
    assert values["referrals"][0]["id"] == referral_of(letter)
    form.fill({"notice_on": TODAY, "consent": True})
    assert at.save()
    case = at.front()._record
    assert case is not None
    assert at.buttons()[0] == "移来：鹰头派出所（办理中）"

    at.show(HANDOVER, letter)
    assert at.buttons() == ["打开案件", "反馈"]
    form = at.press("反馈")
    assert at.window.current_page() == MEDIATION_CASE.code
    row = form.editor_at(f"referrals.{referral_of(letter)}.result")
    assert row is not None
    assert row.field.name == "result"
    qtbot.waitUntil(lambda: row.isAncestorOf(at.window.focusWidget()))
    group: Any = form.editors["referrals"]
    group.cards[0].group.editors["result"].set_value("failed")
    group.cards[0].group.editors["answered_on"].set_value(TODAY)
    group.cards[0].changed.emit()
    assert at.save()
    stored = at.stored(HANDOVER, letter)
    assert (stored["status"], stored["result"], stored["case_id"]) == ("fed_back", "failed", case.id)
    form = at.show(HANDOVER, letter).form_page.form
    at.page(HANDOVER).detail.edit.click()
    assert {"result", "fed_back_on", "case_number"} <= locked(form)


def test_what_is_not_ours_is_returned_with_a_reason_and_that_is_final(at: Window) -> None:
    letter = at.keep(HANDOVER, handover(**CAME))
    at.show(HANDOVER, letter)
    form = at.press("退回")
    assert not at.save()
    assert form.editors["answer_note"].problem() == "退回移交请写明原因。"
    assert form.values()["answer"] == "returned"
    form.fill({"answer_note": "不在本村"})
    assert at.save()
    assert at.buttons() == []
    assert "退回　2026年11月23日" in at.said()
    page = at.page(HANDOVER)
    page.detail.edit.click()
    assert {"answer", "answer_note", "facts"} <= locked(page.form_page.form)


def test_an_office_without_a_case_feeds_back_in_the_letter_and_prints_it(qtbot: QtBot, at: Window) -> None:
    letter = at.keep(HANDOVER, handover(**CAME, **TAKEN))
    page = at.show(HANDOVER, letter)
    form = at.press("反馈")
    assert form.values()["fed_back_on"] == TODAY.isoformat()
    assert not {"result", "case_number", "mediator"} & locked(form)
    form.fill({"result": "settled", "result_note": "当场和解。"})
    assert at.save()
    assert at.stored(HANDOVER, letter)["status"] == "fed_back"
    assert page.detail.print.text() == "打印反馈函"
    with qtbot.waitSignal(at.window.previewed) as previewed:
        page.detail.print.click()
    assert "反馈函" in previewed.args[0].windowTitle()
    previewed.args[0].close()


def test_files_cannot_be_dropped_on_what_the_other_office_attached(at: Window, tmp_path: Path) -> None:
    letter = at.keep(HANDOVER, handover(**CAME))
    at.show(HANDOVER, letter)
    files: Any = at.press("签收").editors["files"]
    (tmp_path / "照片.png").write_bytes(b"x")
    files._add([Source(tmp_path / "照片.png", "照片.png")])
    at.settle()
    assert files.is_empty()


# What is typed stays


def test_a_draft_over_a_letter_that_was_answered_meanwhile_shows_what_was_typed_and_lets_it_go(
    qtbot: QtBot, at: Window
) -> None:
    letter = at.keep(HANDOVER, handover(**SENT))
    stored = at.desk.reader.load(HANDOVER, letter)
    assert stored is not None
    page = FormPage(at.services, HANDOVER)
    qtbot.addWidget(page)
    page.begin_edit(stored)
    page.form.fill({"facts": "补写的情况"})
    draft = Draft(HANDOVER.code, letter, stored.head, page.form.values(), at.desk.clock())
    answered = replace(stored, values=stored.values | TAKEN)
    page.begin_draft(draft, answered)
    assert page.form.values()["facts"] == "补写的情况"
    assert not page.form.editors["facts"].is_locked
    assert page.form.editors["claims"].is_locked
    page.close_form()


def test_going_on_with_a_draft_reads_how_the_letter_stands(at: Window) -> None:
    letter = at.keep(HANDOVER, handover(**CAME))
    at.show(HANDOVER, letter)
    at.press("签收")
    at.front().form_page.leave()
    at.settle()
    (draft,) = at.services.drafts.of(USER)
    at.window.open_draft(draft)
    at.settle()
    form = at.front().form_page.form
    assert (form.values()["answer"], form.values()["direction"]) == ("received", "in")
    assert "facts" in locked(form)
    assert at.save()
    assert at.stored(HANDOVER, letter)["answered_by"] == USER


# The case that is elsewhere now


def test_a_case_signed_for_elsewhere_is_filed_here_and_no_more(at: Window) -> None:
    case = at.keep(MEDIATION_CASE, mediation_case(**UNFINISHED))
    at.keep(HANDOVER, handover(case_id=case, **SENT, **TAKEN))
    page = at.show(MEDIATION_CASE, case)
    assert "案件已移交鹰头人民调解委员会，由对方办理" in at.said()
    assert at.buttons() == ["移交：鹰头人民调解委员会（已签收）"]
    page.detail.edit.click()
    form = page.form_page.form
    assert {"facts", "parties", "sessions"} <= locked(form)
    assert not {"result", "archived_on", "referrals", "notes"} & locked(form)
    form.fill({"notes": "案卷复印件已交对方"})
    form.changed.emit()
    assert at.save()
    assert at.stored(MEDIATION_CASE, case)["notes"] == "案卷复印件已交对方"


def test_a_returned_letter_leaves_the_case_free_to_go_elsewhere(at: Window) -> None:
    case = at.keep(MEDIATION_CASE, mediation_case(**UNFINISHED))
    returned = TAKEN | {"answer": "returned", "answer_note": "不属于本辖区"}
    at.keep(HANDOVER, handover(case_id=case, **SENT, **returned))
    page = at.show(MEDIATION_CASE, case)
    assert "移交其他单位" in at.buttons()
    page.detail.edit.click()
    assert locked(page.form_page.form) == set()


# Words and places


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": "pending"}, "还没有上报"),
        ({"state": "acked"}, "已到区里"),
        ({"state": "held", "detail": "编码不在名录里"}, "编码不在名录里"),
        ({"state": "held"}, "没有说明原因"),
        ({"state": "acked", "origin": "区里"}, ""),
    ],
)
def test_how_far_the_newest_revision_came_is_said(change: dict[str, Any], words: str) -> None:
    newest = replace(Change("1", "edit", USER, datetime(2026, 11, 23, tzinfo=UTC), "pending", {}), **change)
    said, _ = on_the_way_text(newest, "sent")
    assert (words in said) if words else not said
    assert on_the_way_text(newest, "draft") == ("", "")


def test_what_is_due_leads_to_the_letter(qtbot: QtBot, services: DeskServices) -> None:
    duties = (Duty.SIGN_FOR, Duty.FEED_BACK, Duty.AWAIT_FEEDBACK, Duty.CONFIRM_FEEDBACK)
    due = DueList()
    qtbot.addWidget(due)
    due.show_items([DueItem(duty, HANDOVER.code, duty.value, "邻里纠纷", TODAY) for duty in duties], TODAY)
    lines = due.findChildren(RecordLine)
    assert len(lines) == len(duties)
    for duty, line in zip(duties, lines, strict=True):
        with qtbot.waitSignal(due.opened) as opened:
            line.click()
        assert opened.args == [HANDOVER.code, duty.value]


def test_what_waits_for_a_receipt_is_on_the_first_page_and_opens_there(at: Window) -> None:
    letter = at.keep(HANDOVER, handover(**CAME))
    at.window.open_page(HOME).refresh()
    at.settle()
    due = at.window.page(HOME).findChild(DueList)
    assert due is not None
    (line,) = due.findChildren(RecordLine)
    assert "等待签收或退回" in line.accessibleName() + line.accessibleDescription()
    line.click()
    at.settle()
    assert at.window.current_page() == HANDOVER.code
    shown_record = at.front()._record
    assert shown_record is not None
    assert shown_record.id == letter


def test_who_may_only_read_is_offered_no_step(
    qtbot: QtBot, desk: DeskFile, runner: TaskRunner, divisions: Divisions
) -> None:
    at = Window(desk, services_for(desk, runner, divisions, "township"))
    qtbot.addWidget(at.window)
    at.window.show()
    at.show(HANDOVER, at.keep(HANDOVER, handover(**CAME)))
    assert "请签收" in at.said()
    assert at.buttons() == []
    at.show(HANDOVER, at.keep(HANDOVER, handover(**SENT, **RETURNED)))
    assert at.buttons() == []
