"""A station that recorded for a while without a district is enrolled from the window and sends everything."""

import pytest
from uuid_utils import uuid7

from app import resources
from app.commands.desk import found_desk
from app.commands.window import DeskWindow
from app.district.server import DistrictServer
from app.models.divisions import Divisions
from app.models.registry import RECORD_TYPES
from tests.samples import SAMPLES

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True)


def test_enrolling_from_the_sync_page_sends_what_was_recorded_before(qtbot, dressed, runner, tmp_path):
    desk, _ = found_desk(
        tmp_path / "desk",
        station_code="511421125201",
        station_name="鹰头村",
        user="李调解",
        password="Ce-shi-2026-kou",
    )
    for code, record_type in RECORD_TYPES.items():
        desk.store.save(record_type, SAMPLES[code](), by="李调解", record_id=str(uuid7()))
    window = DeskWindow(dressed, desk, runner, Divisions.open(resources.path("divisions", "divisions.bin")))
    qtbot.addWidget(window.window)
    window.show_at_size()
    page = window.window.open_page("sync")
    with DistrictServer(tmp_path / "district") as district:
        page.enrol_card.address.setText(district.url)
        page.enrol_card.code.setText("0000-0000")
        page.enrol_card.submit()
        qtbot.waitUntil(lambda: "登记码" in page.enrol_card.banner.text())
        assert desk.outbox.status().unsent == len(RECORD_TYPES)
        page.enrol_card.code.setText(district.open_code("511421125201", "鹰头村"))
        with qtbot.waitSignal(page.enrol_card.enrolled):
            page.enrol_card.submit()
        qtbot.waitUntil(lambda: desk.outbox.status().unsent == 0, timeout=15_000)
        window.stop()
    assert desk.settings.district_url == district.url
    desk.close()
