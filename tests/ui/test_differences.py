"""What two people wrote differently, chosen in the real window of one PC and seen on the other."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot
from uuid_utils import uuid7

from app.commands.desk import Desk, found_desk
from app.commands.desk_line import district_of, enrol_desk, reconcile_of, rounds_of
from app.district.server import DistrictServer
from app.models.mediation.practice import LocalPractice
from app.models.registry import RECORD_TYPES
from app.store.case_history import CaseHistory
from app.store.due import DueReader
from app.store.letters import Letters
from app.store.recent import RecentReader
from app.sync.loop import SyncLoop
from app.ui.difference_dialog import DifferenceDialog
from app.ui.record_page import RecordPage
from app.ui.services import DeskServices
from app.ui.sync_news import DeskSync, SyncNews
from app.ui.sync_page import SyncPage
from tests.conftest import SettableClock
from tests.samples import SAMPLES

STATION = "511421125201", "鹰头村"
CASE = RECORD_TYPES["mediation_case"]


@pytest.fixture
def desks(tmp_path: Path, clock: SettableClock) -> Iterator[list[Desk]]:
    """Two PCs of one station, enrolled with a district on loopback."""
    with DistrictServer(tmp_path / "district", clock=clock) as server:
        made = []
        for user in ("张三", "李四"):
            desk, _ = found_desk(
                tmp_path / user,
                station_code=STATION[0],
                station_name=STATION[1],
                user=user,
                password="Ce-shi-2026-kou",
                clock=clock,
            )
            enrol_desk(desk, server.url, server.open_code(*STATION))
            made.append(desk)
        yield made
        for desk in made:
            desk.close()


def sync(*desks: Desk) -> None:
    for desk in [*desks, *desks]:
        district = district_of(desk)
        assert district is not None
        with district:
            assert rounds_of(desk, district).run().state == "idle"


def edit(desk: Desk, record_id: str, **changes: object) -> None:
    stored = desk.reader.load(CASE, record_id)
    assert stored is not None
    desk.store.save(CASE, {**stored.values, **changes}, by=desk.user, record_id=record_id, base=stored.head)


def over(services: DeskServices, desk: Desk, **more: object) -> DeskServices:
    return replace(
        services,
        store=desk.store,
        reader=desk.reader,
        drafts=desk.drafts,
        differences=desk.differences,
        outbox=desk.outbox,
        history=CaseHistory(desk.database),
        letters=Letters(desk.database, desk.station.code),
        due=DueReader(desk.database),
        local=LocalPractice(),
        recent=RecentReader(desk.database),
        user=desk.user,
        **more,
    )


def shown(qtbot: QtBot, services: DeskServices, record_id: str) -> RecordPage:
    page = RecordPage(services, CASE)
    qtbot.addWidget(page)
    page.resize(1180, 700)
    page.show()
    page.open_record(record_id)
    services.runner.wait_idle()
    return page


def words(widget: object) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def press(qtbot: QtBot, page: RecordPage, text: str) -> DifferenceDialog:
    (button,) = [one for one in page.detail.differences.findChildren(QPushButton) if one.text() == text]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    return page.findChildren(DifferenceDialog)[-1]


def test_choosing_in_the_window_settles_for_both(
    qtbot: QtBot, services: DeskServices, desks: list[Desk]
) -> None:
    first, second = desks
    record_id = str(uuid7())
    first.store.save(CASE, SAMPLES["mediation_case"](), by=first.user, record_id=record_id)
    sync(first, second)
    stored = second.reader.load(CASE, record_id)
    assert stored is not None
    mediators = stored.values["mediators"]
    edit(first, record_id, place="张三写的地点", mediators=[{**mediators[0], "name": "张三改"}, mediators[1]])
    edit(second, record_id, place="李四写的地点", mediators=[*mediators, {"name": "李四加"}])
    sync(first, second)
    assert (first.outbox.status().conflicts, second.outbox.status().conflicts) == (1, 1)
    services = over(services, second)
    page = shown(qtbot, services, record_id)
    assert "两个人写得不一样" in words(page.detail.differences)
    dialog = press(qtbot, page, "选定")
    said = words(dialog)
    for expected in ("本机", "对方（现在用的）", "张三写的地点", "李四写的地点", "1号机", "（没有这一行）"):
        assert expected in said
    assert not dialog.save.isEnabled()
    by_name = {field.name: field for field in dialog.fields}
    assert len(by_name["mediators"].choices) == 2
    place = by_name["place"].choices[""].options
    place[0].setFocus()
    qtbot.keyClick(place[0], Qt.Key.Key_Space)
    changed, added = by_name["mediators"].choices.values()
    qtbot.mouseClick(changed.options[1], Qt.MouseButton.LeftButton)
    assert not dialog.save.isEnabled()
    qtbot.mouseClick(added.options[0], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(page.saved):
        qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    services.runner.wait_idle()
    sync(second, first)
    for desk in desks:
        held = desk.reader.load(CASE, record_id)
        assert held is not None
        assert held.values["place"] == "李四写的地点"
        assert [row["name"] for row in held.values["mediators"]] == ["张三改", "王网格", "李四加"]
        assert desk.outbox.status().conflicts == 0


def test_the_value_not_chosen_can_be_used_later(
    qtbot: QtBot, services: DeskServices, desks: list[Desk]
) -> None:
    first, second = desks
    record_id = str(uuid7())
    first.store.save(CASE, SAMPLES["mediation_case"](), by=first.user, record_id=record_id)
    sync(first, second)
    edit(first, record_id, place="张三写的地点")
    edit(second, record_id, place="李四写的地点")
    sync(first, second)
    services = over(services, first)
    page = shown(qtbot, services, record_id)
    dialog = press(qtbot, page, "选定")
    dialog.fields[0].choose(0)
    with qtbot.waitSignal(page.saved):
        dialog.accept_choice()
    services.runner.wait_idle()
    sync(first, second)
    page.open_record(record_id)
    services.runner.wait_idle()
    qtbot.waitUntil(lambda: "另存了李四写的一份" in words(page.detail.differences))
    dialog = press(qtbot, page, "查看、改用")
    dialog.fields[0].choose(1)
    with qtbot.waitSignal(page.saved):
        dialog.accept_choice()
    services.runner.wait_idle()
    sync(first, second)
    held = second.reader.load(CASE, record_id)
    assert held is not None
    assert held.values["place"] == "李四写的地点"


def test_merged_edits_say_so_in_the_history(qtbot: QtBot, services: DeskServices, desks: list[Desk]) -> None:
    first, second = desks
    record_id = str(uuid7())
    first.store.save(CASE, SAMPLES["mediation_case"](), by=first.user, record_id=record_id)
    sync(first, second)
    edit(first, record_id, notes="张三的备注")
    edit(second, record_id, place="李四写的地点")
    sync(first, second)
    page = shown(qtbot, over(services, first), record_id)
    assert "与张三的修改已合并" in words(page.detail)
    assert "李四（2号机）" in words(page.detail)
    assert not page.detail.differences.isVisible()


def test_comparing_from_the_sync_page(qtbot: QtBot, services: DeskServices, desks: list[Desk]) -> None:
    first, second = desks
    for code, record_type in RECORD_TYPES.items():
        first.store.save(record_type, SAMPLES[code](), by=first.user, record_id=str(uuid7()))
    count = len(RECORD_TYPES)
    sync(first, second)
    with second.database.write() as connection:
        connection.exec_driver_sql("UPDATE resident SET notes = '文件里改的'")
    district = district_of(second)
    assert district is not None
    news = SyncNews()
    loop = SyncLoop(rounds_of(second, district), news.report, district.interrupt)
    control = DeskSync(news, loop, "http://127.0.0.1", None, lambda: reconcile_of(second, district))
    services = over(services, second, sync=control)
    page = SyncPage(services)
    qtbot.addWidget(page)
    page.show()
    with closing(district):
        loop.start()
        page.refresh()
        services.runner.wait_idle()
        (button,) = [one for one in page.findChildren(QPushButton) if one.text() == "与区里核对"]
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(
            lambda: f"本站 {count} 条，区里 {count} 条，原来有 1 条不一致，已补齐" in words(page),
            timeout=15000,
        )
        qtbot.waitUntil(lambda: "两个人写得不一样的" in words(page))
        assert loop.stop(10)
        services.runner.wait_idle()
