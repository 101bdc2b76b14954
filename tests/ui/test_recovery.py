"""From a start that finds the file damaged, missing or without keys to an open desk, through the real windows."""

import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from uuid_utils import uuid7

from app.commands.desk import found_desk
from app.commands.stage import Stage
from app.models.registry import RECORD_TYPES
from app.ui.backup_page import BackupPage
from app.ui.first_run import FirstRun
from app.ui.login import Login
from app.ui.main_window import MainWindow
from app.ui.recovery import CHOOSING, REPORT, RESTORING, Recovery
from tests.samples import SAMPLES

USER, PASSWORD = "李调解", "Ce-shi-2026-kou"
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A founded station with four records in a backup and one after it; its recovery code."""
    folder = tmp_path_factory.mktemp("template") / "data"
    desk, code = found_desk(
        folder, station_code="511421125201", station_name="鹰头村", user=USER, password=PASSWORD
    )
    with closing(desk):
        for kind, record_type in RECORD_TYPES.items():
            desk.store.save(record_type, SAMPLES[kind](), by=USER, record_id=str(uuid7()))
        desk.backups.make()
        resident = RECORD_TYPES["resident"]
        desk.store.save(resident, SAMPLES["resident"](), by=USER, record_id=str(uuid7()))
    return folder, code


@pytest.fixture
def folder(template: tuple[Path, str], tmp_path: Path) -> Path:
    shutil.copytree(template[0], tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def stage(dressed: QApplication, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    dressed.setQuitOnLastWindowClosed(False)
    made = Stage(dressed, folder)
    yield made
    front = made._front
    made.close()
    if front is not None:
        front.hide()
        front.deleteLater()


def front(qtbot: QtBot, stage: Stage, kind: type[QWidget]) -> QWidget:
    qtbot.waitUntil(lambda: isinstance(stage._front, kind), timeout=20_000)
    assert stage._front is not None
    return stage._front


def sign_in(qtbot: QtBot, stage: Stage) -> None:
    login = front(qtbot, stage, Login)
    login.user.setCurrentText(USER)
    login.password.setText(PASSWORD)
    login.submit()


def restored(qtbot: QtBot, stage: Stage) -> MainWindow:
    recovery = front(qtbot, stage, Recovery)
    qtbot.waitUntil(recovery.go.isEnabled)
    recovery.go.click()
    qtbot.waitUntil(lambda: recovery.page() == REPORT, timeout=20_000)
    recovery.go.click()
    return front(qtbot, stage, MainWindow)


def ruin(path: Path) -> None:
    path.write_bytes(b"ruined" + bytes(5000))


@pytest.mark.parametrize("harm", [ruin, Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_ruined_file_comes_back_from_the_backup(qtbot: QtBot, stage: Stage, folder: Path, harm) -> None:
    harm(folder / "desk.db")
    stage.begin()
    sign_in(qtbot, stage)
    recovery = front(qtbot, stage, Recovery)
    assert recovery.page() == CHOOSING
    assert recovery.banner.text()
    qtbot.waitUntil(recovery.go.isEnabled)
    assert recovery.list.topLevelItemCount() == 1
    recovery.go.click()
    qtbot.waitUntil(lambda: recovery.page() == REPORT, timeout=20_000)
    report = recovery.report.text()
    assert f"共 {len(RECORD_TYPES)} 条记录" in report
    assert "等待上报" in report
    assert "原来的文件原样保存在" in report
    recovery.go.click()
    window = front(qtbot, stage, MainWindow)
    assert window.isVisible()
    assert stage._desk is not None
    assert stage._desk.station.epoch == 2


def test_the_recovery_code_leads_there_too(
    qtbot: QtBot, stage: Stage, folder: Path, template: tuple[Path, str]
) -> None:
    ruin(folder / "desk.db")
    stage.begin()
    login = front(qtbot, stage, Login)
    login.change_way()
    login.code.setText(template[1])
    login.of_user.setCurrentText(USER)
    login.passwords.first.setText("Qiao-Tou-2026-xin")
    login.passwords.second.setText("Qiao-Tou-2026-xin")
    login.submit()
    restored(qtbot, stage)


def test_lost_keys_are_brought_back_and_said(qtbot: QtBot, stage: Stage, folder: Path) -> None:
    for path in folder.glob("keyslots.json*"):
        path.unlink()
    stage.begin()
    login = front(qtbot, stage, Login)
    assert "密钥文件不见了或已损坏" in login.banner.text()
    sign_in(qtbot, stage)
    front(qtbot, stage, MainWindow)


def test_with_nothing_but_backups_left_nobody_is_asked_to_found_a_station(
    qtbot: QtBot, stage: Stage, folder: Path
) -> None:
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()
    stage.begin()
    sign_in(qtbot, stage)
    restored(qtbot, stage)


def test_without_any_backup_the_other_drive_is_asked_for(
    qtbot: QtBot, stage: Stage, folder: Path, tmp_path: Path
) -> None:
    shutil.move(folder / "backups", tmp_path / "usb")
    ruin(folder / "desk.db")
    before = (folder / "desk.db").read_bytes()
    stage.begin()
    sign_in(qtbot, stage)
    recovery = front(qtbot, stage, Recovery)
    qtbot.waitUntil(lambda: "没有找到备份" in recovery.banner.text())
    assert not recovery.go.isEnabled()
    recovery.look_in(tmp_path / "usb")
    qtbot.waitUntil(recovery.go.isEnabled)
    assert (folder / "desk.db").read_bytes() == before
    restored(qtbot, stage)


def test_a_backup_that_does_not_open_is_said_and_nothing_changes(
    qtbot: QtBot, stage: Stage, folder: Path
) -> None:
    for path in folder.glob("backups/*/desk.db"):
        ruin(path)
    ruin(folder / "desk.db")
    before = (folder / "desk.db").read_bytes()
    stage.begin()
    sign_in(qtbot, stage)
    recovery = front(qtbot, stage, Recovery)
    qtbot.waitUntil(recovery.go.isEnabled)
    recovery.go.click()
    qtbot.waitUntil(lambda: "没有找到能打开的完好备份" in recovery.banner.text(), timeout=20_000)
    assert recovery.page() == CHOOSING
    assert (folder / "desk.db").read_bytes() == before


def test_a_restore_can_be_stopped_and_begun_again(qtbot: QtBot, stage: Stage, folder: Path) -> None:
    ruin(folder / "desk.db")
    stage.begin()
    sign_in(qtbot, stage)
    recovery = front(qtbot, stage, Recovery)
    qtbot.waitUntil(recovery.go.isEnabled)
    recovery.go_on()
    assert recovery.page() == RESTORING
    assert not recovery.close()
    qtbot.waitUntil(lambda: recovery.page() != RESTORING, timeout=20_000)
    if recovery.page() == CHOOSING:
        assert "恢复已停下" in recovery.banner.text()
        restored(qtbot, stage)


def test_an_earlier_state_is_chosen_from_the_open_desk(qtbot: QtBot, stage: Stage, folder: Path) -> None:
    stage.begin()
    sign_in(qtbot, stage)
    window = front(qtbot, stage, MainWindow)
    page = window.open_page("backup")
    assert isinstance(page, BackupPage)
    page.recovery_requested.emit()
    login = front(qtbot, stage, Login)
    assert "工作台已收起" in login.banner.text()
    sign_in(qtbot, stage)
    recovery = front(qtbot, stage, Recovery)
    assert recovery.banner.text() == ""
    qtbot.waitUntil(recovery.go.isEnabled)
    recovery.go.click()
    qtbot.waitUntil(lambda: recovery.page() == REPORT, timeout=20_000)
    assert "备份以后还有 1 次修改不在备份里：0 次区里已收到" in recovery.report.text()
    recovery.go.click()
    front(qtbot, stage, MainWindow)


def test_a_new_pc_begins_with_the_first_run_or_goes_on_from_a_backup(
    qtbot: QtBot, stage: Stage, folder: Path, tmp_path: Path
) -> None:
    shutil.move(folder / "backups", tmp_path / "usb")
    shutil.rmtree(folder)
    stage.begin()
    first = front(qtbot, stage, FirstRun)
    assert "换了电脑" in first.offered.text()
    assert first.offered.isVisible()
    (tmp_path / "empty").mkdir()
    stage.restore_from(tmp_path / "empty", first)
    assert "没有备份" in first.banner.text()
    assert not folder.exists()
    stage.restore_from(tmp_path / "usb", first)
    login = front(qtbot, stage, Login)
    assert "备份时用的口令" in login.banner.text()
    login.password.setText("wrong")
    login.submit()
    qtbot.waitUntil(lambda: "口令不对" in login.banner.text())
    sign_in(qtbot, stage)
    restored(qtbot, stage)
    assert stage._desk is not None
    assert stage._desk.station.epoch == 2


def test_keys_that_are_nowhere_to_be_found_are_said_and_asked_for(
    qtbot: QtBot, stage: Stage, folder: Path, tmp_path: Path
) -> None:
    shutil.move(folder / "backups", tmp_path / "usb")
    for path in folder.glob("keyslots.json*"):
        path.unlink()
    stage.begin()
    login = front(qtbot, stage, Login)
    assert "找不到密钥文件" in login.banner.text()
    stage.restore_from(tmp_path / "usb", login)
    assert stage._front is not login
    sign_in(qtbot, stage)
    restored(qtbot, stage)


def test_backups_of_several_pcs_are_not_mixed_up(
    qtbot: QtBot, stage: Stage, folder: Path, tmp_path: Path
) -> None:
    other, _ = found_desk(
        tmp_path / "other", station_code="511421125202", station_name="双林村", user=USER, password=PASSWORD
    )
    with closing(other):
        other.backups.make()
        other.backups.make()
    usb = tmp_path / "usb"
    shutil.copytree(tmp_path / "other" / "backups", usb / "fengqiao-511421125202-b")
    shutil.copytree(folder / "backups", usb / "fengqiao-511421125201-a")
    shutil.move(folder, tmp_path / "gone")
    stage.begin()
    first = front(qtbot, stage, FirstRun)
    stage.restore_from(usb, first)
    assert "几台电脑的备份" in first.banner.text()
    stage.restore_from(usb / "fengqiao-511421125201-a", first)
    sign_in(qtbot, stage)
    restored(qtbot, stage)
    assert stage._desk is not None
    assert stage._desk.station.name == "鹰头村"
