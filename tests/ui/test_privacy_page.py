"""The page of personal data and the export of a list, by real clicks over a real desk with two people."""

from contextlib import closing, contextmanager

import openpyxl
import pypdfium2
import pytest
import pyzipper
from PySide6.QtWidgets import QApplication, QLabel
from samples import SAMPLES
from uuid_utils import uuid7

from app.commands.desk import found_desk, open_desk
from app.commands.desk_accounts import DeskAccounts
from app.commands.window import DeskWindow
from app.models.registry import RECORD_TYPES
from app.ui.export_dialog import ExportDialog
from app.ui.full_exports_card import DecideDialog, PassphraseDialog
from app.ui.person_request_dialogs import AnswerDialog, TakeDialog
from tests.conftest import SettableClock

HEAD, PASSWORD, OWN = "李站长", "Ce-shi-2026-kou", "Zi-ji-ding-2026"
CARD, PHONE, NAME = "511421189901010027", "13700137000", "单小梅"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder, clock = tmp_path_factory.mktemp("privacy") / "data", SettableClock()
    desk, _ = found_desk(
        folder, station_code="511421125201", station_name="鹰头村", user=HEAD, password=PASSWORD, clock=clock
    )
    with closing(desk):
        first = DeskAccounts(desk).add("王副站长", "head", own_password=PASSWORD)
        for code in ("resident", "mediation_case"):
            desk.store.save(RECORD_TYPES[code], SAMPLES[code](), by=HEAD, record_id=str(uuid7()))
        visit = SAMPLES["service_visit"](visitor=NAME, id_number=CARD, phone=PHONE)
        desk.store.save(RECORD_TYPES["service_visit"], visit, by=HEAD, record_id=str(uuid7()))
    with closing(open_desk(folder, "王副站长", first, clock=clock)) as desk:
        DeskAccounts(desk).change_password(first, OWN)
    return folder, clock


@contextmanager
def opened(folder, user, password, dressed, runner, divisions):
    path, clock = folder
    with closing(open_desk(path, user, password, clock=clock)) as desk:
        shown = DeskWindow(dressed, desk, runner, divisions)
        shown.window.resize(1366, 768)
        shown.window.show()
        yield shown
        shown.stop()
        shown.window.close()


@pytest.fixture
def shown(folder, dressed, runner, divisions):
    with opened(folder, HEAD, PASSWORD, dressed, runner, divisions) as made:
        yield made


def settle(shown):
    for _ in range(4):
        shown.services.runner.wait_idle()
        QApplication.processEvents()


def texts(widget):
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def latest(shown, kind):
    return shown.window.findChildren(kind)[-1]


def test_the_list_in_front_is_saved_masked(shown, tmp_path):
    page = shown.window.open_page("resident")
    page.export.click()
    dialog, path = latest(shown, ExportDialog), tmp_path / "out.xlsx"
    assert dialog.reason.isVisible() is False
    dialog.save_to(path)
    settle(shown)
    assert "已把 1 条保存到" in dialog.banner.text()
    assert openpyxl.load_workbook(path)["居民"]["A2"].value == NAME
    assert dialog.bar.value() == 1
    dialog.back.click()


def test_asking_deciding_and_fetching(shown, tmp_path):
    page = shown.window.open_page("resident")
    page.export.click()
    dialog = latest(shown, ExportDialog)
    dialog.whole.setChecked(True)
    dialog.go.click()
    settle(shown)
    assert "请写明为什么" in dialog.banner.text()
    dialog.reason.setText("县里核对名册")
    dialog.go.click()
    settle(shown)
    assert "申请已提出" in dialog.banner.text()
    dialog.back.click()
    card = shown.window.open_page("privacy").exports
    settle(shown)
    assert "李站长 申请：居民（全部），1 条　等人批准" in texts(card)
    ((request, _),) = card.presses
    card.presses[request, "decide"].click()
    deciding = latest(shown, DecideDialog)
    assert deciding.name.text() == "", "the one who asked is not offered as the one who agrees"
    deciding.name.setText(HEAD)
    deciding.password.setText(PASSWORD)
    deciding.agree.click()
    settle(shown)
    assert "不能自己批准" in deciding.banner.text()
    assert deciding.password.text() == ""
    deciding.name.setText("王副站长")
    deciding.password.setText(OWN)
    deciding.agree.click()
    settle(shown)
    assert [key for _, key in card.presses] == ["fetch"]
    path = tmp_path / "out.zip"
    (agreed,) = [one for one in shown.services.privacy.exports.requests() if one.id == request]
    card.fetch_to(agreed, path)
    settle(shown)
    passphrase = latest(shown, PassphraseDialog).passphrase.text()
    latest(shown, PassphraseDialog).close()
    with pyzipper.AESZipFile(path) as archive:
        archive.setpassword(passphrase.encode())
        assert archive.testzip() is None
    assert "已取出" in texts(card)


def test_a_person_gets_a_copy_and_what_may_go_is_erased(shown, tmp_path):
    page = shown.window.open_page("privacy")
    settle(shown)
    page.requests.add.click()
    taking = latest(shown, TakeDialog)
    taking.kind.setCurrentIndex(2)
    taking.name.setText(NAME)
    taking.go.click()
    settle(shown)
    assert "证件号码或电话" in taking.banner.text()
    taking.card.setText(CARD)
    taking.wish.setPlainText("搬走了，请删去我的资料")
    taking.go.click()
    settle(shown)
    assert f"{NAME} 511***********0027　删除　办理中" in texts(page.requests)
    assert "2026年12月8日 前答复" in texts(page.requests)
    home = shown.window.open_page("home")
    settle(shown)
    assert home.persons.link.text() == "个人信息请求有 1 件待答复，最早的要在 2026年12月8日 前"
    home.persons.link.click()
    settle(shown)
    assert shown.window.current_page() == "privacy"
    page = shown.window.page("privacy")
    (press,) = page.requests.presses.values()
    press.click()
    answering = latest(shown, AnswerDialog)
    settle(shown)
    said = texts(answering)
    assert "找到 2 条记录" in said
    assert said.count("可以删除。") == 2
    path = tmp_path / "copy.pdf"
    answering.copy_to(path)
    settle(shown)
    pdf = pypdfium2.PdfDocument(path)
    printed = "".join(pdf[number].get_textpage().get_text_range() for number in range(len(pdf)))
    pdf.close()
    assert CARD in printed
    assert "为什么保存、保存多久" in printed
    answering.erase.click()
    settle(shown)
    assert "请先写明给本人的答复" in answering.banner.text()
    answering.answer.setPlainText("居民档案和来访记录已删除。")
    answering.erase.click()
    settle(shown)
    assert "（已删除）" in texts(page.requests)
    assert NAME not in texts(page.requests)
    listed = shown.window.open_page("resident")
    settle(shown)
    assert listed.list.count_text() == "共 0 条。"


def test_a_colleague_decides_from_their_own_seat(folder, dressed, runner, divisions):
    with opened(folder, HEAD, PASSWORD, dressed, runner, divisions) as shown:
        exports = shown.services.privacy.exports
        from app.store.reading import ListQuery

        request = exports.ask(RECORD_TYPES["mediation_case"], ListQuery(), "移交法院")
    with opened(folder, "王副站长", OWN, dressed, runner, divisions) as shown:
        card = shown.window.open_page("privacy").exports
        settle(shown)
        card.presses[request, "decide"].click()
        deciding = latest(shown, DecideDialog)
        assert deciding.name.text() == "王副站长"
        deciding.disagree.click()
        assert "用户名和口令" in deciding.banner.text()
        deciding.password.setText(OWN)
        deciding.answer.setText("请改用遮号的")
        deciding.disagree.click()
        settle(shown)
        assert "没有批准" in texts(card)
        assert "王副站长：请改用遮号的" in texts(card)


def test_what_is_past_its_term_is_listed_and_disposed_of(folder, dressed, runner, divisions):
    _, clock = folder
    now = clock.now
    clock.pass_time(days=3655)
    try:
        with opened(folder, HEAD, PASSWORD, dressed, runner, divisions) as shown:
            record_id = str(uuid7())
            early = SAMPLES["screening"]()
            shown.services.store.save(RECORD_TYPES["screening"], early, by=HEAD, record_id=record_id)
            page = shown.window.open_page("privacy")
            settle(shown)
            assert "鹰头村1组至3组" in texts(page.terms)
            (one,) = [each for each in shown.services.privacy.terms.past() if each.record_id == record_id]
            page.terms.dispose(one)
            settle(shown)
            assert "个人信息已删除" in page.banner.text()
            assert record_id not in page.terms.presses
    finally:
        clock.now = now
