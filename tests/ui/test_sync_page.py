"""同步 counts what waits, shows what came back, and sends to a real district when asked."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import delete, select
from uuid_utils import uuid7

from app.commands.desk import Desk, found_desk
from app.commands.desk_line import district_of, enrol_desk, push_of, rounds_of
from app.district.identity import begin_server_epoch, identity_of
from app.district.server import DistrictServer
from app.district.tables import record_state, revision
from app.models.registry import RECORD_TYPES
from app.store.recent import RecentReader
from app.store.round_log import Round, RoundLog
from app.sync.http_district import HttpDistrict
from app.sync.loop import SyncLoop
from app.sync.outcome import Outcome
from app.sync.protocol import Verdict
from app.ui.record_line import RecordLine
from app.ui.sending_card import SendingCard
from app.ui.services import DeskServices
from app.ui.sync_news import DeskSync, SyncNews
from app.ui.sync_page import SyncPage
from app.ui.waiting_list import WaitingList
from tests.conftest import DeskFile, SettableClock
from tests.samples import SAMPLES

STATION = "511421125201", "鹰头村"


def save(services: DeskServices, code: str) -> str:
    record_id = str(uuid7())
    services.store.save(RECORD_TYPES[code], SAMPLES[code](), by=services.user, record_id=record_id)
    return record_id


def shown(qtbot: QtBot, services: DeskServices) -> SyncPage:
    page = SyncPage(services)
    qtbot.addWidget(page)
    page.show()
    page.refresh()
    services.runner.wait_idle()
    QApplication.processEvents()
    return page


def words(page: SyncPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def send_button(page: SyncPage) -> QPushButton:
    return next(each for each in page.findChildren(QPushButton) if each.text() == "现在上报")


def test_what_waits_is_counted_and_listed(qtbot: QtBot, services: DeskServices) -> None:
    ids = [save(services, code) for code in SAMPLES]
    page = shown(qtbot, services)
    said = words(page)
    assert f"{len(SAMPLES)} 条" in said
    assert "区服务器：qu.example.cn:8443" in said
    waiting = page.findChild(WaitingList)
    assert [waiting.topLevelItem(row).text(0) for row in range(len(SAMPLES))] == [
        "张石头与买买提·吐尔逊邻里纠纷 · 鹰头人民调解委员会",
        "鹰头村人民调解委员会",
        "鹰头村1组至3组 · 钱网格、李调解",
        "张石头与买买提·吐尔逊邻里纠纷",
        "鹰头村义务巡逻队 · 村委会—小学—桥头—3组",
        "𠮷秀英 · 咨询高龄补贴",
        "单小梅",
    ]
    assert "还没有" in said
    with qtbot.waitSignal(page.record_requested) as asked:
        qtbot.keyClick(waiting, Qt.Key.Key_Down)
        qtbot.keyClick(waiting, Qt.Key.Key_End)
        qtbot.keyClick(waiting, Qt.Key.Key_Return)
    assert asked.args == ["resident", ids[-1]]


def test_hundreds_of_waiting_revisions_do_not_hold_up_the_window(
    qtbot: QtBot, services: DeskServices
) -> None:
    for _ in range(230):
        save(services, "resident")
    page = shown(qtbot, services)
    assert page.findChild(WaitingList).topLevelItemCount() == 200
    assert "后面还有 30 条。" in words(page)


def test_what_came_back_opens_for_correction(qtbot: QtBot, services: DeskServices, desk: DeskFile) -> None:
    record_id = save(services, "resident")
    desk.outbox.apply_receipt(1, [Verdict(1, "held", "证件号码与出生日期不符。")], services.clock())
    page = shown(qtbot, services)
    (line,) = [line for line in page.findChildren(RecordLine) if line.badge() == "改正并重发"]
    assert "证件号码与出生日期不符。" in words(page)
    with qtbot.waitSignal(page.record_requested) as asked:
        qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert asked.args == ["resident", record_id]


def test_without_a_district_it_says_so_and_cannot_send(qtbot: QtBot, services: DeskServices) -> None:
    alone = replace(services, sync=DeskSync(SyncNews()))
    page = shown(qtbot, alone)
    assert "还没有设置区服务器" in words(page)
    assert "都保存在本机" in words(page)
    assert not send_button(page).isEnabled()


@pytest.fixture
def enrolled(tmp_path: Path, clock: SettableClock) -> Iterator[tuple[Desk, DistrictServer]]:
    with DistrictServer(tmp_path / "district", clock=clock) as district:
        desk, _ = found_desk(
            tmp_path / "desk",
            station_code=STATION[0],
            station_name=STATION[1],
            user="王调解",
            password="Ce-shi-2026-kou",
            clock=clock,
        )
        enrol_desk(desk, district.url, district.open_code(*STATION))
        with closing(desk):
            yield desk, district


@pytest.fixture
def sending(
    enrolled: tuple[Desk, DistrictServer], services: DeskServices
) -> Iterator[tuple[DeskServices, Callable[[], None]]]:
    """Services over an enrolled desk; the second part starts its sync thread."""
    desk, server = enrolled
    news = SyncNews()
    district = district_of(desk)
    assert district is not None
    loop = SyncLoop(push_of(desk, district), news.report)
    yield (
        replace(
            services,
            store=desk.store,
            reader=desk.reader,
            drafts=desk.drafts,
            outbox=desk.outbox,
            recent=RecentReader(desk.database),
            sync=DeskSync(news, loop, server.url),
        ),
        loop.start,
    )
    loop.stop()
    district.close()


def test_an_address_without_registration_is_not_called_sending(qtbot: QtBot, services: DeskServices) -> None:
    page = shown(qtbot, services)
    assert "还没有在区里登记" in words(page)
    assert not send_button(page).isEnabled()


def test_registering_here_begins_to_send(
    qtbot: QtBot, services: DeskServices, tmp_path: Path, clock: SettableClock
) -> None:
    loops: list[SyncLoop] = []
    districts: list[HttpDistrict] = []
    with DistrictServer(tmp_path / "district", clock=clock) as server:
        desk, _ = found_desk(
            tmp_path / "desk",
            station_code=STATION[0],
            station_name=STATION[1],
            user="王调解",
            password="Ce-shi-2026-kou",
            clock=clock,
        )
        news = SyncNews()

        def register(url: str, code: str, ca: str) -> SyncLoop:
            enrol_desk(desk, url, code, ca)
            district = district_of(desk)
            assert district is not None
            districts.append(district)
            loops.append(SyncLoop(push_of(desk, district), news.report))
            loops[0].start()
            return loops[0]

        mine = replace(
            services,
            store=desk.store,
            outbox=desk.outbox,
            recent=RecentReader(desk.database),
            sync=DeskSync(news, register=register),
        )
        with closing(desk):
            save(mine, "resident")
            page = shown(qtbot, mine)
            card = page.enrol_card
            assert card.isVisible()
            for address, code, said in (
                ("nowhere", "", "地址不对"),
                (server.url, "", "请填写登记码"),
                (server.url, "WRONG-CODE", "登记码不对"),
                ("http://qu.example.cn", "CODE", "不加密"),
                ("https://127.0.0.1:9", "CODE", "连不上区服务器"),
            ):
                card.address.setText(address)
                card.code.setText(code)
                card.submit()
                services.runner.wait_idle()
                assert said in card.banner.text()
            card.address.setText(server.url)
            card.code.setText(server.open_code(*STATION))
            card.submit()
            qtbot.waitUntil(lambda: desk.outbox.status().unsent == 0, timeout=10000)
            qtbot.waitUntil(lambda: not card.isVisible())
            qtbot.waitUntil(lambda: "都已上报" in words(page))
            loops[0].stop()
            districts[0].close()
            services.runner.wait_idle()


def test_sending_empties_the_list_and_shows_the_receipt(
    qtbot: QtBot, sending: tuple[DeskServices, Callable[[], None]]
) -> None:
    services, start = sending
    for code in SAMPLES:
        save(services, code)
    page = shown(qtbot, services)
    assert page.findChild(WaitingList).topLevelItemCount() == len(SAMPLES)
    start()
    qtbot.mouseClick(send_button(page), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "都已上报，没有等待的记录。" in words(page))
    assert services.outbox.status().unsent == 0
    assert "14:00" in words(page)
    assert send_button(page).isEnabled()


def test_after_the_district_was_put_back_the_page_says_what_comparing_came_to(
    qtbot: QtBot, sending: tuple[DeskServices, Callable[[], None]], enrolled: tuple[Desk, DistrictServer]
) -> None:
    """Nobody asked for it: the desk reads the log anew, compares, sends what the district had lost, and says so."""
    services, _ = sending
    desk, server = enrolled
    kept, lost = save(services, "resident"), save(services, "service_visit")
    with district_of(desk) as district:
        assert rounds_of(desk, district).run().sent == 2
        with server.services.database.write() as connection:
            for table in (revision, record_state):
                connection.execute(delete(table).where(table.c.record == lost))
        begin_server_epoch(server.services.database)
        object.__setattr__(server.services, "identity", identity_of(server.services.database))
        services.sync.news.report(rounds_of(desk, district).run())
    page = shown(qtbot, services)
    assert "本站 2 条，区里 2 条，原来有 1 条不一致，已补齐，完全一致。" in words(page)
    with server.services.database.read() as connection:
        records = set(connection.execute(select(record_state.c.record)).scalars())
    assert records == {kept, lost}


def test_an_outage_is_said_in_words_and_everything_stays(
    qtbot: QtBot,
    sending: tuple[DeskServices, Callable[[], None]],
    enrolled: tuple[Desk, DistrictServer],
) -> None:
    services, start = sending
    save(services, "service_visit")
    enrolled[1].stop()
    page = shown(qtbot, services)
    start()
    qtbot.waitUntil(lambda: "连不上区服务器" in words(page), timeout=15000)
    assert "都已保存在本机" in words(page)
    assert page.findChild(WaitingList).topLevelItemCount() == 1


def test_how_far_it_is_and_a_way_to_stop_stand_there_while_much_is_sent(
    qtbot: QtBot, services: DeskServices
) -> None:
    halted: list[bool] = []

    class Sync(DeskSync):
        def stop_sending(self) -> None:
            halted.append(True)

    news = SyncNews()
    page = shown(qtbot, replace(services, sync=Sync(news, None, "https://qu.example.cn")))
    (sending,) = page.findChildren(SendingCard)
    news.report_rows(5, 9)
    assert not sending.isVisible()
    news.report_rows(1250, 3750)
    assert sending.isVisible()
    assert "已上报 1250 条，共 5000 条" in sending.said.text()
    assert (sending.bar.value(), sending.bar.maximum()) == (1250, 5000)
    qtbot.mouseClick(sending.stop, Qt.MouseButton.LeftButton)
    assert (halted, sending.stop.isEnabled()) == ([True], False)
    news.report(Outcome("stopped", 1250, code="halted"))
    qtbot.waitUntil(lambda: not sending.isVisible())


def test_the_last_rounds_are_listed_in_words(qtbot: QtBot, services: DeskServices, desk: DeskFile) -> None:
    log = RoundLog(desk.database)
    log.note(Round(desk.clock(), 4, 57, 3, 2, "", ""))
    log.note(Round(desk.clock(), 30, 0, 0, 0, "offline", "连不上区服务器。"))
    log.note(Round(desk.clock(), 190, 900, 0, 0, "timeout", "网络太慢。"))
    page = shown(qtbot, replace(services, rounds=log))
    qtbot.waitUntil(lambda: "最近的收发" in words(page))
    said = words(page)
    assert "上报 57 条，收到 3 条，附件 2 个，用时 4 秒" in said
    assert "连不上区服务器。" in said
    assert "上报 900 条，用时 3 分钟；网络太慢。" in said
