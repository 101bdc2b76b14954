"""备份: what the page, the status line and the home page say, and a backup made from the window."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox
from pytestqt.qtbot import QtBot
from uuid_utils import uuid7

from app import resources
from app.commands.desk import Desk, found_desk
from app.commands.window import DeskWindow
from app.models.divisions import Divisions
from app.models.registry import RECORD_TYPES
from app.settings import load_settings
from app.store.backup import BackupState
from app.store.backup_errors import SourceDamaged
from app.ui.backup_page import BackupPage
from app.ui.home_page import HomePage
from app.ui.services import DeskServices
from app.ui.status_line import StatusLine
from app.ui.task_runner import TaskRunner
from tests.conftest import SettableClock
from tests.samples import SAMPLES


@pytest.fixture
def open_desk(tmp_path: Path, clock: SettableClock) -> Iterator[Desk]:
    desk, _ = found_desk(
        tmp_path / "data",
        station_code="511421125201",
        station_name="鹰头村",
        user="李调解",
        password="Ce-shi-2026-kou",
        clock=clock,
    )
    for code, record_type in RECORD_TYPES.items():
        desk.store.save(record_type, SAMPLES[code](), by="李调解", record_id=str(uuid7()))
    with closing(desk):
        yield desk


@pytest.fixture
def window(
    qtbot: QtBot, dressed: QApplication, runner: TaskRunner, open_desk: Desk, divisions: Divisions
) -> Iterator[DeskWindow]:
    made = DeskWindow(dressed, open_desk, runner, divisions, can_restore=True)
    qtbot.addWidget(made.window)
    made.show_at_size()
    yield made
    made.stop()


def page_of(window: DeskWindow) -> BackupPage:
    page = window.window.open_page("backup")
    assert isinstance(page, BackupPage)
    return page


def status(window: DeskWindow) -> str:
    line: StatusLine = window.window.findChild(StatusLine)
    return line.text()


def back_up(qtbot: QtBot, window: DeskWindow) -> BackupPage:
    page = page_of(window)
    before = len(window.desk.backups.state().sets)
    page.now.click()
    qtbot.waitUntil(lambda: page.list.topLevelItemCount() == before + 1, timeout=20_000)
    return page


def words(page: BackupPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def test_a_backup_is_made_from_the_page_and_said_everywhere(qtbot: QtBot, window: DeskWindow) -> None:
    qtbot.waitUntil(lambda: "还没有备份" in status(window))
    page = back_up(qtbot, window)
    row = page.list.topLevelItem(0)
    assert [row.text(column) for column in range(5)][:3] == ["14:00", f"{len(RECORD_TYPES)} 条", "0 个"]
    assert row.text(4) == "本机"
    assert "上次验证备份 14:00" in status(window)
    home = window.window.page("home")
    assert isinstance(home, HomePage)
    qtbot.waitUntil(lambda: home._kept.text() == "上次验证备份 14:00 · 上次恢复演练 14:00", timeout=20_000)
    qtbot.waitUntil(lambda: f"{len(RECORD_TYPES)} 条记录、0 个附件完好" in words(page), timeout=20_000)
    assert page.now.isEnabled()
    with window.desk.database.read() as connection:
        acts = connection.exec_driver_sql("SELECT action FROM audit ORDER BY seq").scalars().all()
    assert acts[-2:] == ["backup", "drill"] or acts[-2:] == ["drill", "backup"]


def test_a_second_folder_is_chosen_warned_of_used_and_dropped(
    qtbot: QtBot, window: DeskWindow, tmp_path: Path
) -> None:
    page = back_up(qtbot, window)
    drive = tmp_path / "usb"
    drive.mkdir()
    page.choose_second(drive)
    qtbot.waitUntil(lambda: page.list.topLevelItemCount() == 3, timeout=20_000)
    assert str(drive) in words(page)
    assert load_settings(window.desk.folder).second_backup == str(drive)
    assert len(list(drive.glob("fengqiao-511421125201-*/00*/desk.db"))) == 1
    # Choosing the look afterwards forgets neither this nor the district's address.
    window.appearance.choose(text_size=125)
    assert load_settings(window.desk.folder).second_backup == str(drive)
    page.choose_second(None)
    qtbot.waitUntil(lambda: "现在没有选" in words(page), timeout=20_000)
    assert load_settings(window.desk.folder).second_backup is None
    window.appearance.choose(text_size=100)


def test_a_folder_that_makes_no_sense_is_refused(qtbot: QtBot, window: DeskWindow, tmp_path: Path) -> None:
    page = page_of(window)
    for folder, said in ((window.desk.folder / "backups", "在一处"), (tmp_path / "gone", "不能写入")):
        page.choose_second(folder)
        qtbot.waitUntil(lambda said=said: said in page.banner.text())
    assert load_settings(window.desk.folder).second_backup is None


def test_a_drive_that_is_away_is_a_warning_not_a_failure(
    qtbot: QtBot, window: DeskWindow, tmp_path: Path
) -> None:
    drive = tmp_path / "usb"
    drive.mkdir()
    page = page_of(window)
    page.choose_second(drive)
    qtbot.waitUntil(lambda: page.list.topLevelItemCount() == 2, timeout=20_000)
    shutil.move(drive, tmp_path / "drawer")
    page.now.click()
    qtbot.waitUntil(lambda: "另一个盘上没有备份到" in page.banner.text(), timeout=20_000)
    assert "上次验证备份 14:00" in status(window)


def test_the_alarm_of_an_old_backup_stands_on_the_home_page(
    qtbot: QtBot, services: DeskServices, desk, tmp_path: Path
) -> None:
    home = HomePage(services)
    qtbot.addWidget(home)
    home.show()

    def alarm(state: BackupState) -> str:
        with qtbot.waitSignal(services.backup.news.changed):
            services.backup.news.report(state)
        return home._banner.text()

    assert alarm(BackupState()) == ""
    assert "数据文件有损坏" in alarm(BackupState(failure=SourceDamaged.sentence, damaged=True))
    assert "磁盘" in alarm(BackupState(failure="备份没有做成：磁盘空间不够。"))
    sets = tuple(made_sets(tmp_path, desk))
    assert alarm(BackupState(sets=sets)) == ""
    # A failed attempt is no alarm while the last good one is fresh.
    assert alarm(BackupState(sets=sets, failure="备份没有做成。")) == ""
    desk.clock.pass_time(days=3)
    assert "超过两天没有验证过的备份" in alarm(BackupState(sets=sets))
    home.refresh()
    services.runner.wait_idle()
    assert "超过两天" in home._banner.text()


def made_sets(folder: Path, desk):
    from app.store.backup_set import BackupSet, contents_of

    with desk.database.read() as connection:
        yield BackupSet(folder, 1, desk.clock(), 1000, 0, contents_of(connection))


def test_a_drill_that_failed_is_an_alarm(qtbot: QtBot, window: DeskWindow) -> None:
    page = back_up(qtbot, window)
    qtbot.waitUntil(lambda: window.services.backup.news.state.drill is not None, timeout=20_000)
    state = window.services.backup.news.state
    assert state.drill is not None
    failed = replace(state, drill=replace(state.drill, faults=("备份的附件有 1 个缺失或损坏。",)))
    with qtbot.waitSignal(window.services.backup.news.changed):
        window.services.backup.news.report(failed)
    assert "恢复演练没有通过" in page.banner.text()
    assert "⚠ 上次验证备份" in status(window)


def test_the_restore_is_asked_about_first(qtbot: QtBot, window: DeskWindow) -> None:
    page = back_up(qtbot, window)
    page.restore.click()
    box = page.findChild(QMessageBox)
    assert "不删除" in box.text()
    with qtbot.waitSignal(window.window.recovery_requested):
        next(each for each in box.buttons() if each.text().startswith("去恢复页")).click()


def test_where_no_restore_is_possible_none_is_offered(qtbot: QtBot, services: DeskServices) -> None:
    page = BackupPage(services)
    qtbot.addWidget(page)
    page.refresh()
    assert not page.restore.isVisibleTo(page)
    assert page.list.chosen() is None
    assert resources.path("icons", "backup.svg").exists()
