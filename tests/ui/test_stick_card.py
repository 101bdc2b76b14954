"""U盘收发 on the sync page: export, what is said, import, a stick that is no good, stopping."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from uuid_utils import uuid7

from app.commands.desk import Desk, found_desk
from app.commands.desk_line import enrol_desk
from app.commands.desk_stick import DeskStick
from app.commands.window import DeskWindow
from app.district.server import DistrictServer
from app.district.stick import StickIntake
from app.models.divisions import Divisions
from app.models.registry import RECORD_TYPES
from app.store.authorized.trail import TrailQuery
from app.ui.audit_words import action_text
from app.ui.services import DeskServices
from app.ui.stick_card import StickCard
from app.ui.sync_page import SyncPage
from app.ui.task_runner import TaskRunner
from tests.conftest import SettableClock
from tests.district.parts import Pc, sample
from tests.district.test_blobs import digest_of, put, recording
from tests.samples import SAMPLES


@pytest.fixture
def district(tmp_path: Path) -> Iterator[DistrictServer]:
    with DistrictServer(tmp_path / "district") as server:
        yield server


@pytest.fixture
def open_desk(tmp_path: Path, clock: SettableClock, district: DistrictServer) -> Iterator[Desk]:
    desk, _ = found_desk(
        tmp_path / "data",
        station_code="511421125201",
        station_name="鹰头村",
        user="李调解",
        password="Ce-shi-2026-kou",
        clock=clock,
    )
    enrol_desk(desk, district.url, district.open_code("511421125201", "鹰头村"))
    for code, record_type in RECORD_TYPES.items():
        desk.store.save(record_type, SAMPLES[code](), by="李调解", record_id=str(uuid7()))
    with closing(desk):
        yield desk


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    place = tmp_path / "U盘"
    place.mkdir()
    return place


def words(card: StickCard) -> str:
    said = [label.text() for label in card.findChildren(QLabel) if label.isVisibleTo(card)]
    return "\n".join([card.banner.text(), *said])


def settled(runner: TaskRunner) -> None:
    for _ in range(4):
        runner.wait_idle()
        QApplication.processEvents()


def test_out_with_unsent_records_and_back_with_the_receipt(
    qtbot: QtBot,
    dressed: QApplication,
    runner: TaskRunner,
    open_desk: Desk,
    divisions: Divisions,
    district: DistrictServer,
    stick: Path,
) -> None:
    # Nothing of the window's own sync: the loop is not begun.
    window = DeskWindow(dressed, open_desk, runner, divisions)
    qtbot.addWidget(window.window)
    page = window.window.open_page("sync")
    assert isinstance(page, SyncPage)
    card = page.stick_card
    assert card is not None
    settled(runner)
    card.choose(stick)
    qtbot.mouseClick(card.out, Qt.MouseButton.LeftButton)
    settled(runner)
    count = len(RECORD_TYPES)
    assert f"导出 {count} 条，约 " in words(card)
    assert "请把U盘带到区里。数据仍显示未上报，等回执带回。" in words(card)
    assert f"{count} 条，回执还没有带回。" in words(card)
    assert open_desk.outbox.status().unsent == count
    StickIntake(district.services).take(stick)
    qtbot.mouseClick(card.back, Qt.MouseButton.LeftButton)
    settled(runner)
    assert f"收到 {count} 条的回执" in words(card)
    assert "回执已导入" in words(card)
    assert open_desk.outbox.status().unsent == 0
    assert "0 条" in "\n".join(label.text() for label in page.findChildren(QLabel))
    trail = {line.action for line in window.services.trail.lines(TrailQuery())}
    assert {"导出到U盘", "从U盘导入"} == {action_text(one) for one in trail if one.startswith("stick")}
    window.stop()


def test_a_stick_with_nothing_for_this_pc_and_one_that_is_gone(
    qtbot: QtBot, runner: TaskRunner, open_desk: Desk, stick: Path, dressed: QApplication
) -> None:
    card = StickCard(DeskStick(open_desk), runner, open_desk.clock)
    qtbot.addWidget(card)
    assert not card.out.isEnabled()
    card.choose(stick)
    card.take_in()
    settled(runner)
    assert "还没有到区里去过的，请先把U盘带到区里" in card.banner.text()
    (stick / "别的.ack").write_bytes(b"nothing")
    card.take_in()
    settled(runner)
    assert "这些文件都没有用上" in card.banner.text()
    assert "“别的.ack”不是枫桥工作台的文件" in words(card)
    (stick / "别的.ack").unlink()
    stick.rmdir()
    card.export()
    settled(runner)
    assert "找不到这个U盘或文件夹，没有导出；数据都在本机，仍在等待上报" in card.banner.text()
    assert card.out.isEnabled()


def test_a_file_that_came_by_stick_is_told_to_the_window(
    qtbot: QtBot,
    runner: TaskRunner,
    open_desk: Desk,
    district: DistrictServer,
    stick: Path,
    dressed: QApplication,
) -> None:
    other = Pc.enrolled(district.url, district.open_code("511421125201", "鹰头村"))
    content = recording(3000)
    photo = {"sha256": digest_of(content), "name": "录音.mp3", "media_type": "audio/mpeg", "size": 3000}
    visit = sample("service_visit") | {"photos": [photo]}
    other.push(other.pen.write("create", visit, kind="service_visit", blobs=[digest_of(content)]))
    put(other, content)
    other.district.close()
    card = StickCard(DeskStick(open_desk), runner, open_desk.clock)
    qtbot.addWidget(card)
    arrived: list[str] = []
    card.arrived.connect(arrived.append)
    card.choose(stick)
    card.export()
    settled(runner)
    StickIntake(district.services).take(stick)
    card.take_in()
    settled(runner)
    assert arrived == [digest_of(content)]
    assert "收下 1 个附件。" in card.banner.text()


def test_stopping_leaves_the_stick_as_it_was(
    qtbot: QtBot, runner: TaskRunner, open_desk: Desk, stick: Path, dressed: QApplication
) -> None:
    class Held(DeskStick):
        """Waits before it writes, until the click has come."""

        begun, clicked = threading.Event(), threading.Event()

        def export(self, folder, watch=lambda done, of: True):
            self.begun.set()
            self.clicked.wait(10)
            return super().export(folder, watch)

    control = Held(open_desk)
    card = StickCard(control, runner, open_desk.clock)
    qtbot.addWidget(card)
    card.show()
    card.choose(stick)
    card.export()
    assert control.begun.wait(10)
    assert card.halt.isVisible()
    assert not card.back.isEnabled()
    qtbot.mouseClick(card.halt, Qt.MouseButton.LeftButton)
    control.clicked.set()
    settled(runner)
    assert "已停下，没有导出；数据都在本机" in card.banner.text()
    assert list(stick.iterdir()) == []
    assert not card.halt.isVisible()


def test_a_pc_without_a_district_is_told_to_register_first(
    qtbot: QtBot, runner: TaskRunner, tmp_path: Path, clock: SettableClock, stick: Path, dressed: QApplication
) -> None:
    desk, _ = found_desk(
        tmp_path / "alone",
        station_code="511421125201",
        station_name="鹰头村",
        user="李调解",
        password="Ce-shi-2026-kou",
        clock=clock,
    )
    with closing(desk):
        card = StickCard(DeskStick(desk), runner, clock)
        qtbot.addWidget(card)
        card.choose(stick)
        card.export()
        settled(runner)
        assert "还没有在区里登记" in card.banner.text()


def test_without_the_right_to_send_there_is_no_card(qtbot: QtBot, services: DeskServices) -> None:
    page = SyncPage(services)
    qtbot.addWidget(page)
    assert page.stick_card is None
