"""Login opens a real data folder, says what is wrong, and has a way in with the recovery code."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.commands.desk import Desk, found_desk, open_desk, recover_desk
from app.security.keyslots import KeySlots
from app.ui.login import PASSWORD, RECOVERY, Login
from app.ui.task_runner import TaskRunner
from tests.conftest import SettableClock

OLD, NEW = "Feng-Shu-Qiao-63", "Qiao-Tou-2026-xin"


@dataclass
class Folder:
    """A founded, closed data folder."""

    path: Path
    code: str
    login: Login


@pytest.fixture
def folder(qtbot: QtBot, runner: TaskRunner, tmp_path: Path, clock: SettableClock) -> Iterator[Folder]:
    path = tmp_path / "data"
    desk, code = found_desk(
        path, station_code="511421125201", station_name="鹰头村", user="王调解", password=OLD, clock=clock
    )
    desk.close()
    login = Login(
        KeySlots.open(path).users(),
        lambda user, password: open_desk(path, user, password, clock=clock),
        lambda code, user, password: recover_desk(path, code, user, password, clock=clock),
        runner,
    )
    qtbot.addWidget(login)
    login.show()
    yield Folder(path, code, login)
    runner.wait_idle()


def try_password(qtbot: QtBot, login: Login, runner: TaskRunner, password: str) -> None:
    login.password.clear()
    qtbot.keyClicks(login.password, password)
    qtbot.keyClick(login.password, Qt.Key.Key_Return)
    runner.wait_idle()


def test_the_right_password_opens(qtbot: QtBot, folder: Folder, runner: TaskRunner) -> None:
    with qtbot.waitSignal(folder.login.unlocked) as unlocked:
        try_password(qtbot, folder.login, runner, OLD)
    with closing(unlocked.args[0]) as desk:
        assert isinstance(desk, Desk)
        assert desk.station.name == "鹰头村"
    assert folder.login.password.text() == ""


def test_a_wrong_password_is_said_and_can_be_typed_anew(
    qtbot: QtBot, folder: Folder, runner: TaskRunner
) -> None:
    with qtbot.assertNotEmitted(folder.login.unlocked):
        try_password(qtbot, folder.login, runner, "wrong")
    assert "用户名或口令不对" in folder.login.banner.text()
    assert folder.login.password.text() == ""
    assert folder.login.password.isEnabled()


def test_five_wrong_passwords_have_to_wait(
    qtbot: QtBot, folder: Folder, runner: TaskRunner, clock: SettableClock
) -> None:
    for _ in range(5):
        try_password(qtbot, folder.login, runner, "wrong")
    try_password(qtbot, folder.login, runner, OLD)
    assert "10 分钟后再试" in folder.login.banner.text()
    clock.pass_time(minutes=11)
    with qtbot.waitSignal(folder.login.unlocked) as unlocked:
        try_password(qtbot, folder.login, runner, OLD)
    unlocked.args[0].close()


def test_an_open_desk_is_not_opened_twice(
    qtbot: QtBot, folder: Folder, runner: TaskRunner, clock: SettableClock
) -> None:
    with closing(open_desk(folder.path, "王调解", OLD, clock=clock)):
        try_password(qtbot, folder.login, runner, OLD)
        assert "已经打开" in folder.login.banner.text()


def test_the_recovery_code_opens_and_sets_a_new_password(
    qtbot: QtBot, folder: Folder, runner: TaskRunner
) -> None:
    login = folder.login
    login.change_way()
    assert login.way() == RECOVERY
    login.code.setText(folder.code.replace("-", " "))
    login.passwords.first.setText(NEW)
    login.passwords.second.setText(NEW)
    with qtbot.waitSignal(login.unlocked) as unlocked:
        qtbot.keyClick(login.passwords.second, Qt.Key.Key_Return)
        runner.wait_idle()
    unlocked.args[0].close()
    assert KeySlots.open(folder.path).unlock("王调解", NEW)
    assert login.code.text() == ""


def test_a_mistyped_code_is_told_from_a_foreign_one(qtbot: QtBot, folder: Folder, runner: TaskRunner) -> None:
    login = folder.login
    login.change_way()
    login.code.setText(folder.code[:-1])
    login.submit()
    assert "39 位" in login.banner.text()
    wrong = str((int(folder.code[0]) + 1) % 3) + folder.code[1:]
    login.code.setText(wrong)
    login.submit()
    assert "输错了" in login.banner.text()
    foreign = "00000-00000-00000-00000-00000-00000-00000-00000"
    login.code.setText(foreign)
    login.passwords.first.setText(NEW)
    login.passwords.second.setText(NEW)
    login.submit()
    runner.wait_idle()
    assert "打不开本机的数据" in login.banner.text()


def test_nothing_typed_is_asked_for(folder: Folder) -> None:
    folder.login.submit()
    assert folder.login.way() == PASSWORD
    assert folder.login.banner.text() == "请输入口令。"


def test_passwords_are_hidden(folder: Folder) -> None:
    login = folder.login
    for box in (login.password, login.passwords.first, login.passwords.second):
        assert box.echoMode() == QLineEdit.EchoMode.Password
