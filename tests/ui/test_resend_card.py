"""重发 in the real window: a day, how many there are, a second press, and the district has nothing twice."""

import pytest
from PySide6.QtCore import Qt
from samples import SAMPLES
from sqlalchemy import func, select
from uuid_utils import uuid7

from app.commands.desk import Desk, found_desk
from app.commands.desk_line import enrol_desk
from app.commands.window import DeskWindow
from app.district.server import DistrictServer
from app.district.tables import revision as at_district
from app.models.registry import RECORD_TYPES
from app.ui.resend_card import ResendCard
from tests.ui.conftest import services_for

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True)

STATION = "511421125201", "鹰头村"


@pytest.fixture
def district(tmp_path, clock):
    with DistrictServer(tmp_path / "district", clock=clock) as one:
        yield one


@pytest.fixture
def window(qtbot, dressed, runner, divisions, district, tmp_path, clock):
    desk, _ = found_desk(
        tmp_path / "desk",
        station_code=STATION[0],
        station_name=STATION[1],
        user="李调解",
        password="Ce-shi-2026-kou",
        clock=clock,
    )
    enrol_desk(desk, district.url, district.open_code(*STATION))
    for code, record_type in RECORD_TYPES.items():
        desk.store.save(record_type, SAMPLES[code](), by="李调解", record_id=str(uuid7()))
    made = DeskWindow(dressed, desk, runner, divisions)
    qtbot.addWidget(made.window)
    made.show_at_size()
    yield made
    made.stop()
    runner.wait_idle()
    desk.close()


def held_there(district) -> int:
    with district.services.database.read() as connection:
        return connection.execute(select(func.count()).select_from(at_district)).scalar_one()


def ask(qtbot, card, day):
    card.day.line.setText(day)
    qtbot.mouseClick(card.look, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(card.look.isEnabled)


def test_two_presses_send_a_day_again_and_nothing_is_there_twice(qtbot, window, district):
    desk: Desk = window.desk
    card: ResendCard = window.window.open_page("sync").resend_card
    count = len(RECORD_TYPES)
    qtbot.waitUntil(lambda: desk.outbox.status().unsent == 0, timeout=15_000)
    qtbot.waitUntil(card.isVisible)
    assert card.send.isHidden()
    ask(qtbot, card, "11-23")
    assert f"2026年11月23日以来有 {count} 条，涉及 {count} 件记录。" in card.found.text()
    assert card.send.text() == f"重新上报 {count} 条"
    with qtbot.waitSignal(card.sent):
        qtbot.mouseClick(card.send, Qt.MouseButton.LeftButton)
    assert f"{count} 条已排队重新上报" in card.banner.text()
    qtbot.waitUntil(lambda: desk.outbox.status().unsent == 0, timeout=15_000)
    assert desk.outbox.acked_seq() == 2 * count
    assert held_there(district) == count
    ask(qtbot, card, "2026-11-23")
    assert f"没有要重发的。另有 {count} 条今天已经重发过。" in card.found.text()
    assert card.send.isHidden()
    lines = [(line.action, line.detail) for line in window.services.trail.lines(_of("send again"))]
    assert lines == [("send again", f"2026-11-23 {count} rows")]


def test_another_day_is_counted_anew_and_what_is_no_day_is_said(qtbot, window):
    card: ResendCard = window.window.open_page("sync").resend_card
    qtbot.waitUntil(lambda: window.desk.outbox.status().unsent == 0, timeout=15_000)
    qtbot.waitUntil(card.isVisible)
    ask(qtbot, card, "今天")
    assert not card.send.isHidden()
    card.day.line.setText("2026-11-2")
    assert card.send.isHidden()
    card.confirm()
    window.services.runner.wait_idle()
    assert window.desk.outbox.status().unsent == 0
    for day, sentence in (("", "请写明从哪一天起"), ("2026-13-40", "请写明从哪一天起"), ("+1", "还没有到")):
        ask(qtbot, card, day)
        qtbot.waitUntil(lambda sentence=sentence: sentence in card.banner.text())
        assert card.send.isHidden()


def test_it_is_offered_only_where_there_is_a_district_and_a_right(qtbot, window, desk, runner, divisions):
    card: ResendCard = window.window.open_page("sync").resend_card
    qtbot.waitUntil(card.isVisible)
    for role in ("clerk", "head"):
        other = ResendCard(services_for(desk, runner, divisions, role))
        qtbot.addWidget(other)
        assert other.isHidden()


def _of(action):
    from app.store.authorized.trail import TrailQuery

    return TrailQuery(action=action)
