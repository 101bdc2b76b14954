"""The first run asks for station, user, district, and lets nobody on without the recovery code."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.commands.desk import Desk, found_desk
from app.models.divisions import Divisions
from app.printing.agreement import agreement_pdf
from app.printing.agreement_case import agreement_paper
from app.security.keyslots import KeySlots
from app.ui.first_run import CODE, DISTRICT, STATION, USER, FirstRun, FirstRunAnswers
from app.ui.preview import Preview
from app.ui.task_runner import TaskRunner
from tests.samples import mediation_case

PASSWORD = "Feng-Shu-Qiao-63"


@dataclass
class Founded:
    """What the window was given to found with, and what came of it."""

    folder: Path
    desk: Desk | None = None
    code: str = ""

    def create(self, answers: FirstRunAnswers) -> str:
        self.desk, self.code = found_desk(
            self.folder,
            station_code=answers.station_code,
            station_name=answers.station_name,
            user=answers.user,
            password=answers.password,
            district_url=answers.district_url,
        )
        return self.code


@pytest.fixture
def founded(tmp_path: Path) -> Iterator[Founded]:
    made = Founded(tmp_path / "data")
    yield made
    if made.desk:
        made.desk.close()


@pytest.fixture
def first_run(qtbot: QtBot, divisions: Divisions, runner: TaskRunner, founded: Founded) -> FirstRun:
    window = FirstRun(divisions, founded.create, sheet, runner)
    qtbot.addWidget(window)
    window.show()
    return window


def sheet(code: str, station_name: str, user: str) -> bytes:
    """Any real PDF will do for the preview."""
    return agreement_pdf(agreement_paper(mediation_case(facts=code), committee=station_name)).data


def commit(box: QLineEdit, text: str) -> None:
    """Type as an input method does."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(box, event)


def choose_station(qtbot: QtBot, window: FirstRun, runner: TaskRunner, typed: str) -> None:
    window.station.typed.clear()
    qtbot.keyClicks(window.station.typed, typed)
    runner.wait_idle()
    qtbot.keyClick(window.station.typed, Qt.Key.Key_Return)


def give_user(qtbot: QtBot, window: FirstRun, name: str = "王调解", password: str = PASSWORD) -> None:
    window.user.user.setText(name)
    for box in (window.user.passwords.first, window.user.passwords.second):
        box.clear()
        qtbot.keyClicks(box, password)


def to_code(qtbot: QtBot, window: FirstRun, runner: TaskRunner) -> None:
    choose_station(qtbot, window, runner, "511421125201")
    window.go_on()
    give_user(qtbot, window)
    window.go_on()
    window.go_on()
    qtbot.waitUntil(lambda: window.step() == CODE)


def test_by_keyboard_from_nothing_to_an_open_desk(
    qtbot: QtBot, first_run: FirstRun, runner: TaskRunner, founded: Founded
) -> None:
    choose_station(qtbot, first_run, runner, "511421125201")
    qtbot.keyClick(first_run.station.typed, Qt.Key.Key_Return)
    assert first_run.step() == USER
    give_user(qtbot, first_run)
    qtbot.keyClick(first_run.user.passwords.second, Qt.Key.Key_Return)
    assert first_run.step() == DISTRICT
    qtbot.keyClick(first_run.district.code, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: first_run.step() == CODE)
    qtbot.keyClicks(first_run.code.last_group, founded.code[-5:])
    with qtbot.waitSignal(first_run.finished) as finished:
        qtbot.keyClick(first_run.code.last_group, Qt.Key.Key_Return)
    (answers,) = finished.args
    assert (answers.station_code, answers.station_name) == ("511421125201", "鹰头村")
    assert (answers.user, answers.district_url, answers.enrolment_code) == ("王调解", None, None)
    assert KeySlots.open(founded.folder).unlock("王调解", PASSWORD)
    assert KeySlots.open(founded.folder).unlock_with_code(founded.code)


@pytest.mark.parametrize("typed", ["yingtoucun", "ytc", "鹰头", "仁寿 鹰头"])
def test_stations_are_offered_with_their_full_path(
    qtbot: QtBot, first_run: FirstRun, runner: TaskRunner, typed: str
) -> None:
    commit(first_run.station.typed, typed)
    runner.wait_idle()
    found = first_run.station.found
    texts = [found.item(row).text() for row in range(found.count())]
    assert texts
    assert all("省" in text or "市" in text or "区" in text for text in texts)


def test_a_township_is_a_station_and_a_county_is_not(
    qtbot: QtBot, first_run: FirstRun, runner: TaskRunner
) -> None:
    choose_station(qtbot, first_run, runner, "511421")
    found = first_run.station.found
    codes = [found.item(row).data(Qt.ItemDataRole.UserRole).code for row in range(found.count())]
    assert all(len(code) >= 9 for code in codes)


def test_nothing_is_searched_while_an_input_method_composes(
    qtbot: QtBot, dressed: QApplication, first_run: FirstRun, runner: TaskRunner
) -> None:
    typed = first_run.station.typed
    dressed.sendEvent(typed, QInputMethodEvent("ying tou", []))
    runner.wait_idle()
    assert first_run.station.found.count() == 0
    commit(typed, "鹰头村")
    runner.wait_idle()
    assert first_run.station.found.count() > 0


def test_each_step_says_what_is_missing(qtbot: QtBot, first_run: FirstRun, runner: TaskRunner) -> None:
    first_run.go_on()
    assert first_run.step() == STATION
    assert "从列表里选一个" in first_run.banner.text()
    choose_station(qtbot, first_run, runner, "511421125201")
    first_run.go_on()
    for name, password, said in (
        ("", PASSWORD, "请填写用户名"),
        ("王调解", "abc", "口令至少 10 位"),
        ("王调解", "abcdefghijkl", "至少三种"),
        ("Wang", "Wang-Fengshu-63", "不能包含用户名"),
    ):
        give_user(qtbot, first_run, name, password)
        first_run.go_on()
        assert said in first_run.banner.text()
        assert first_run.step() == USER
    give_user(qtbot, first_run)
    first_run.user.passwords.second.setText("other")
    first_run.go_on()
    assert "不一样" in first_run.banner.text()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("qu.example.cn", "地址不对"),
        ("ftp://qu.example.cn", "地址不对"),
        ("https://", "地址不对"),
        ("http://[", "地址不对"),
        ("https://qu:99999999", "地址不对"),
        ("javascript:1", "地址不对"),
        ("http://qu.example.cn", "不加密"),
    ],
)
def test_an_address_that_cannot_be_right_is_said(
    qtbot: QtBot, first_run: FirstRun, runner: TaskRunner, address: str, said: str
) -> None:
    choose_station(qtbot, first_run, runner, "511421125201")
    first_run.go_on()
    give_user(qtbot, first_run)
    first_run.go_on()
    first_run.district.address.setText(address)
    first_run.go_on()
    assert first_run.step() == DISTRICT
    assert said in first_run.banner.text()


def test_nobody_goes_on_without_the_last_group(
    qtbot: QtBot, first_run: FirstRun, runner: TaskRunner, founded: Founded
) -> None:
    to_code(qtbot, first_run, runner)
    shown = [label.text() for label in first_run.code.findChildren(QLabel)]
    assert all(group in shown for group in founded.code.split("-"))
    wrong = f"{(int(founded.code[-5:]) + 1) % 100000:05d}"
    first_run.code.last_group.setText(wrong)
    with qtbot.assertNotEmitted(first_run.finished):
        first_run.go_on()
    assert "最后一组不对" in first_run.banner.text()
    first_run.code.last_group.setText("".join(chr(ord(digit) + 0xFEE0) for digit in founded.code[-5:]))
    with qtbot.waitSignal(first_run.finished):
        first_run.go_on()


def test_leaving_without_the_code_takes_two_tries(
    qtbot: QtBot, first_run: FirstRun, runner: TaskRunner
) -> None:
    to_code(qtbot, first_run, runner)
    first_run.close()
    assert first_run.isVisible()
    assert "还没有抄写或打印" in first_run.banner.text()
    first_run.close()
    assert not first_run.isVisible()


def test_a_founding_that_fails_keeps_what_was_typed(
    qtbot: QtBot, first_run: FirstRun, runner: TaskRunner, founded: Founded
) -> None:
    founded.folder.write_text("a file where the folder should be", encoding="utf-8")
    choose_station(qtbot, first_run, runner, "511421125201")
    first_run.go_on()
    give_user(qtbot, first_run)
    first_run.go_on()
    first_run.go_on()
    runner.wait_idle()
    assert first_run.step() == DISTRICT
    assert first_run.banner.text()
    assert first_run.user.passwords.password() == PASSWORD
    founded.folder.unlink()
    first_run.go_on()
    qtbot.waitUntil(lambda: first_run.step() == CODE)


def test_the_code_can_be_printed(qtbot: QtBot, first_run: FirstRun, runner: TaskRunner) -> None:
    to_code(qtbot, first_run, runner)
    first_run.code.print_requested.emit()
    runner.wait_idle()
    preview = first_run.findChild(Preview)
    assert preview is not None
    qtbot.waitUntil(lambda: bool(preview.sheets.drawn()))
    preview.reject()


def test_the_password_is_in_no_text_of_the_answers() -> None:
    answers = FirstRunAnswers("511421125201", "鹰头村", "王调解", PASSWORD, None, "ABCD-1234")
    assert PASSWORD not in repr(answers)
    assert "ABCD-1234" not in repr(answers)
