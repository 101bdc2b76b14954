"""今日 shows what is due, what to go on with and what came back, and leads there."""

from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from uuid_utils import uuid7

from app.models.registry import RECORD_TYPES
from app.store.drafts import Drafts
from app.sync.protocol import Verdict
from app.ui.home_lists import DraftList, DueList, NewestList, RefusedList
from app.ui.home_page import HomePage
from app.ui.record_line import RecordLine
from app.ui.services import DeskServices
from app.ui.tile import Tile
from tests.conftest import DeskFile
from tests.samples import SAMPLES


@pytest.fixture
def home(qtbot: QtBot, services: DeskServices) -> HomePage:
    page = HomePage(services)
    qtbot.addWidget(page)
    page.resize(1200, 700)
    page.show()
    return page


def refresh(home: HomePage, services: DeskServices) -> None:
    home.refresh()
    services.runner.wait_idle()
    QApplication.processEvents()


def save(services: DeskServices, code: str, **changes: Any) -> str:
    record_id = str(uuid7())
    services.store.save(RECORD_TYPES[code], SAMPLES[code](**changes), by=services.user, record_id=record_id)
    return record_id


def lines(home: HomePage, kind: type) -> list[RecordLine]:
    card = home.findChild(kind)
    return [line for line in card.findChildren(RecordLine) if line.isVisibleTo(card)]


def words_of(widget: Any) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def test_an_empty_desk_says_what_belongs_where(home: HomePage, services: DeskServices) -> None:
    refresh(home, services)
    words = words_of(home)
    assert "没有要办的事" in words
    assert "没有草稿" in words
    assert "开始记第一条" in words
    assert not home.findChild(RefusedList).isVisible()


def test_the_greeting_is_by_the_stations_clock(home: HomePage, services: DeskServices) -> None:
    assert "下午好，王调解" in words_of(home)
    assert "鹰头村 · 2026年11月23日 星期一" in words_of(home)


@pytest.mark.parametrize(
    ("due", "badge"),
    [
        (date(2026, 11, 20), "超期 3 天"),
        (date(2026, 11, 23), "今天到期"),
        (date(2026, 11, 26), "还有 3 天"),
    ],
)
def test_due_items_say_how_long(
    qtbot: QtBot, home: HomePage, services: DeskServices, due: date, badge: str
) -> None:
    record_id = save(services, "service_visit", due=due)
    refresh(home, services)
    (line,) = lines(home, DueList)
    assert line.badge() == badge
    with qtbot.waitSignal(home.record_requested) as asked:
        qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert asked.args == ["service_visit", record_id]


def test_drafts_are_offered_to_their_user_only(
    qtbot: QtBot, home: HomePage, services: DeskServices, desk: DeskFile
) -> None:
    at = services.clock()
    mine, theirs = str(uuid7()), str(uuid7())
    services.drafts.keep(services.user, "service_visit", mine, {"visitor": "孙"}, base=None, at=at)
    Drafts(desk.database).keep("李", "service_visit", theirs, {"visitor": "周"}, base=None, at=at)
    refresh(home, services)
    (line,) = lines(home, DraftList)
    with qtbot.waitSignal(home.draft_requested) as asked:
        qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert asked.args[0].record_id == mine


def test_what_came_back_says_why(
    qtbot: QtBot, home: HomePage, services: DeskServices, desk: DeskFile
) -> None:
    record_id = save(services, "service_visit")
    reason = "缺少居民档案，请先登记居民。"
    desk.outbox.apply_receipt(1, [Verdict(1, "held", reason)], services.clock())
    refresh(home, services)
    card = home.findChild(RefusedList)
    assert card.isVisible()
    assert reason in words_of(card)
    (line,) = lines(home, RefusedList)
    with qtbot.waitSignal(home.record_requested) as asked:
        qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert asked.args == ["service_visit", record_id]


def test_the_newest_record_is_on_top(home: HomePage, services: DeskServices) -> None:
    save(services, "resident")
    save(services, "service_visit", visitor="钱大爷", matter="低保复核", due=None)
    refresh(home, services)
    assert [line.accessibleName() for line in lines(home, NewestList)] == ["钱大爷 · 低保复核", "单小梅"]


def test_the_four_buttons_ask_for_their_job(qtbot: QtBot, home: HomePage) -> None:
    asked: list[str] = []
    home.new_requested.connect(asked.append)
    home.search_requested.connect(lambda code: asked.append(f"search {code}"))
    tiles = home.findChildren(Tile)
    assert [tile.accessibleName() for tile in tiles] == ["新纠纷", "登记来访", "记巡逻", "查居民"]
    for tile in tiles:
        qtbot.keyClick(tile, Qt.Key.Key_Space)
    assert asked == ["mediation_case", "service_visit", "patrol_log", "search resident"]


def test_large_text_puts_everything_in_one_column(qtbot: QtBot, home: HomePage) -> None:
    tiles = home.findChildren(Tile)
    assert len({tile.y() for tile in tiles}) == 1
    home.resize(620, 700)
    qtbot.waitUntil(lambda: len({tile.y() for tile in tiles}) == 2)


def test_a_file_that_cannot_be_read_is_said_and_the_page_stays(
    home: HomePage, services: DeskServices, desk: DeskFile
) -> None:
    save(services, "resident")
    refresh(home, services)
    desk.database.close()
    desk.path.rename(desk.path.with_suffix(".away"))
    desk.path.mkdir()
    refresh(home, services)
    assert "单小梅" in words_of(home)
    assert any("请" in text for text in words_of(home).split("\n") if "数据" in text or "磁盘" in text)


def test_names_are_shown_as_typed_never_as_mark_up(home: HomePage, services: DeskServices) -> None:
    save(services, "resident", name="<b>张</b>&lt;三")
    refresh(home, services)
    labels = [label for label in home.findChildren(QLabel) if "<b>张</b>&lt;三" in label.text()]
    assert labels
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
