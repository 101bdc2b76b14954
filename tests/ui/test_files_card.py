"""Attached files on their way on the sync page, in the status line, and on a form where one is not here yet."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from samples import service_visit
from uuid_utils import uuid7

from app.commands.authorized_controls import AuthorizedSync
from app.commands.desk import Desk, found_desk
from app.commands.desk_files import files_of
from app.commands.desk_line import district_of, enrol_desk, rounds_of
from app.district.server import DistrictServer
from app.models.attached_file import AttachedFile
from app.models.registry import RECORD_TYPES
from app.store.authorized.lists import AuthorizedOutbox
from app.store.blob_counts import Underway
from app.sync.blob_progress import BlobProgress
from app.sync.loop import SyncLoop
from app.ui.file_strip import FileStrip
from app.ui.file_viewer import FileViewer
from app.ui.files_card import FilesCard
from app.ui.services import DeskServices
from app.ui.status_line import unsent_text
from app.ui.sync_news import DeskSync, SyncNews
from tests.conftest import SettableClock
from tests.district.test_blobs import recording
from tests.real_files import jpeg

STATION = "511421125201", "鹰头村"
VISIT = RECORD_TYPES["service_visit"]
PASSWORD = "Ce-shi-2026-kou"


def founded(folder: Path, district: DistrictServer, clock: SettableClock) -> Desk:
    desk, _ = found_desk(
        folder,
        station_code=STATION[0],
        station_name=STATION[1],
        user="王调解",
        password=PASSWORD,
        clock=clock,
    )
    enrol_desk(desk, district.url, district.open_code(*STATION))
    return desk


@dataclass
class Sending:
    """An enrolled desk with its services and its sync thread, which `start` starts."""

    desk: Desk
    services: DeskServices
    start: Callable[[], None]


@pytest.fixture
def district(tmp_path: Path, clock: SettableClock) -> Iterator[DistrictServer]:
    with DistrictServer(tmp_path / "district", clock=clock) as server:
        yield server


@pytest.fixture
def sending(
    tmp_path: Path, clock: SettableClock, district: DistrictServer, services: DeskServices
) -> Iterator[Sending]:
    with closing(founded(tmp_path / "desk", district, clock)) as desk:
        line = district_of(desk)
        assert line is not None
        news = SyncNews()
        files = files_of(desk, line, news.report_files)
        loop = SyncLoop(rounds_of(desk, line, files), news.report, line.interrupt)
        control = DeskSync(news, loop, district.url, files=files)
        given = replace(
            services,
            access=desk.access,
            store=desk.store,
            reader=desk.reader,
            outbox=AuthorizedOutbox(desk.database, desk.station.epoch, desk.access),
            attachments=desk.attachments,
            sync=AuthorizedSync(control, desk.access),
            user=desk.user,
        )
        yield Sending(desk, given, loop.start)
        loop.stop()
        line.close()
        services.runner.wait_idle()


def attach(desk: Desk, *contents: bytes, name: str = "借条.jpg") -> list[AttachedFile]:
    files = [desk.attachments.add(one, name) for one in contents]
    desk.store.save(VISIT, service_visit(photos=files), by=desk.user, record_id=str(uuid7()))
    return files


def card(qtbot: QtBot, services: DeskServices) -> FilesCard:
    made = FilesCard(services)
    qtbot.addWidget(made)
    made.show()
    services.runner.wait_idle()
    QApplication.processEvents()
    return made


def words(widget: FilesCard | FileViewer) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_the_card_counts_and_follows_until_all_is_at_the_district(qtbot: QtBot, sending: Sending) -> None:
    attach(sending.desk, recording(3 << 20), jpeg())
    shown = card(qtbot, sending.services)
    assert "附件 2 个，还有 3.0 MB 未上报" in words(shown)
    assert "附件 2 个" in unsent_text(sending.desk.outbox.status(), sending.desk.clock())
    paces: list[str] = []
    sending.services.sync.news.files_changed.connect(lambda: paces.append(shown.pace.text()))
    sending.start()
    qtbot.waitUntil(lambda: shown.up.text() == "附件都已上报", timeout=10_000)
    assert any("正在上报，每秒" in pace for pace in paces)
    qtbot.waitUntil(lambda: not shown.bar.isVisible())
    assert unsent_text(sending.desk.outbox.status(), sending.desk.clock()) == "未上报 0 条"


def test_the_card_says_speed_and_rest_and_never_complete_before_it_is(
    qtbot: QtBot, services: DeskServices
) -> None:
    shown = card(qtbot, services)
    news = services.sync.news
    assert shown.up.text() == "附件都已上报"
    news.report_files(BlobProgress("up", Underway(3, 13_000_000, 2, 3_250_000), 13_000_000, 64_000.0))
    qtbot.waitUntil(lambda: "12.4 MB" in shown.up.text())
    assert shown.bar.value() == 500
    assert shown.pace.text() == "正在上报，每秒 62 KB，大约还要 3 分钟"
    assert shown.down.text() == "本站其他电脑添加的附件，还有 2 个（3.1 MB）没有到本机"
    news.report_files(BlobProgress("up", Underway(1, 1, 0, 0), 25_999_999, 64_000.0))
    qtbot.waitUntil(lambda: "附件 1 个" in shown.up.text())
    assert shown.bar.isVisible()
    assert shown.bar.value() < shown.bar.maximum()
    assert "不到 1 分钟" in shown.pace.text()


def test_a_held_file_is_named_with_its_reason_and_tried_again(
    qtbot: QtBot, sending: Sending, district: DistrictServer
) -> None:
    district.services.blobs._largest = 5000
    attach(sending.desk, recording(9000), name="庭审录音.mp3")
    shown = card(qtbot, sending.services)
    sending.start()
    qtbot.waitUntil(lambda: "庭审录音.mp3：超过区里允许的大小" in words(shown), timeout=10_000)
    assert "附件 1 个" in shown.up.text()
    district.services.blobs._largest = 1 << 20
    qtbot.mouseClick(shown.retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown.up.text() == "附件都已上报", timeout=10_000)
    qtbot.waitUntil(lambda: not shown.retry.isVisible())
    assert "庭审录音" not in words(shown)


def test_an_attachment_that_is_not_here_yet_says_so_and_opens_when_it_has_come(
    qtbot: QtBot, sending: Sending, district: DistrictServer, tmp_path: Path, clock: SettableClock
) -> None:
    with closing(founded(tmp_path / "other", district, clock)) as other:
        (file,) = attach(other, jpeg(900, 600))
        line = district_of(other)
        assert line is not None
        rounds = rounds_of(other, line)
        assert rounds.run().sent == 1
        own = district_of(sending.desk)
        assert own is not None
        with own:
            assert rounds_of(sending.desk, own).run().received == 1
        strip = FileStrip(sending.services)
        qtbot.addWidget(strip)
        strip.resize(400, 200)
        strip.show()
        strip.show_files([file])
        (tile,) = strip.tiles
        qtbot.waitUntil(lambda: "还没有到本机" in tile.toolTip())
        assert tile.text().startswith("未到")
        viewer = FileViewer([file], 0, sending.services)
        qtbot.addWidget(viewer)
        viewer.show()
        qtbot.waitUntil(lambda: "还没有到本机，正在从区里取" in words(viewer))
        assert viewer.sheets is None
        # The other PC sends it now; this one, whose thread runs, is looking for it.
        with line:
            assert rounds_of(other, line, files_of(other, line)).run().files_sent == 1
    sending.start()
    qtbot.waitUntil(lambda: viewer.sheets is not None, timeout=10_000)
    qtbot.waitUntil(lambda: "还没有到本机" not in tile.toolTip())
    assert tile.text() == "借条.jpg"
    viewer.close()


def test_without_a_registration_a_missing_attachment_says_when_it_will_come(
    qtbot: QtBot, services: DeskServices
) -> None:
    file = AttachedFile("ab" * 32, "借条.jpg", "image/jpeg", 1000)
    from app.store.tables import blob_transfer

    with services.store._database.write() as connection:
        parts = {"name": file.name, "media_type": file.media_type, "size": file.size, "reason": ""}
        row = {"sha256": file.sha256, "way": "down", "state": "waiting", "at": services.clock(), **parts}
        connection.execute(blob_transfer.insert(), row)
    viewer = FileViewer([file], 0, services)
    qtbot.addWidget(viewer)
    viewer.show()
    qtbot.waitUntil(lambda: "附件还没有到本机。这台电脑在区里登记、连上网以后会自动取来。" in words(viewer))
    viewer.close()
