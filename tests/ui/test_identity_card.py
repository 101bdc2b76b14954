"""本机身份 in the real window: the same letters and numbers as the district knows this PC by, and what it says when stopped."""

import hashlib
import ssl

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from samples import SAMPLES
from uuid_utils import uuid7

from app import resources
from app.commands.desk import found_desk
from app.commands.desk_line import enrol_desk
from app.commands.window import DeskWindow
from app.district import overview
from app.district.server import DistrictServer
from app.models.divisions import Divisions
from app.models.registry import RECORD_TYPES
from app.store.authorized.this_pc import ThisPc
from app.ui.identity_card import identity_lines, spoken

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True)

STATION = "511421125201", "鹰头村"
# An authority made for this test alone.
CA = """-----BEGIN CERTIFICATE-----
MAsGA1UEAwwE6LSf
-----END CERTIFICATE-----
"""


@pytest.fixture
def founded(tmp_path, clock):
    desk, _ = found_desk(
        tmp_path / "desk",
        station_code=STATION[0],
        station_name=STATION[1],
        user="李调解",
        password="Ce-shi-2026-kou",
        clock=clock,
    )
    yield desk
    desk.close()


@pytest.fixture
def opened(qtbot, dressed, runner, founded):
    """Opens the desk's real window on its sync page, as often as asked."""
    windows = []

    def open_page():
        divisions = Divisions.open(resources.path("divisions", "divisions.bin"))
        windows.append(DeskWindow(dressed, founded, runner, divisions))
        qtbot.addWidget(windows[-1].window)
        windows[-1].show_at_size()
        return windows[-1], windows[-1].window.open_page("sync")

    yield open_page
    for window in windows:
        window.stop()


def said(card):
    return "\n".join(label.text() for label in card.findChildren(QLabel) if not label.isHidden())


def test_before_registering_it_says_so(qtbot, opened, founded):
    _, page = opened()
    card = page.identity_card
    qtbot.waitUntil(card.isVisible)
    assert "鹰头村（511421125201）" in said(card)
    assert "还没有在区里登记" in said(card)
    assert founded.station.device_id[:8] in said(card)
    assert "区里已收到" not in said(card)


def test_it_says_what_the_district_knows_this_pc_by(qtbot, opened, founded, tmp_path, clock):
    with DistrictServer(tmp_path / "district", clock=clock) as district:
        enrol_desk(founded, district.url, district.open_code(*STATION))
        for code, record_type in RECORD_TYPES.items():
            founded.store.save(record_type, SAMPLES[code](), by="李调解", record_id=str(uuid7()))
        window, page = opened()
        qtbot.waitUntil(lambda: founded.outbox.status().unsent == 0, timeout=15_000)
        card = page.identity_card
        qtbot.waitUntil(lambda: f"第 {len(RECORD_TYPES)} 条，本机写的都收到了" in said(card))
        with district.services.database.read() as connection:
            (line,) = overview.devices(connection)
        for known in (line.device, line.device[:8], f"第 {line.acked_seq} 条", "本站 1 号机"):
            assert known in said(card)
        assert "2026年11月23日 14:00" in said(card)
        assert "1（没有恢复过备份）" in said(card)
        assert card.banner.isHidden()
        qtbot.mouseClick(card.copy, Qt.MouseButton.LeftButton)
        copied = QGuiApplication.clipboard().text()
        assert f"设备编号：{line.device[:8]}，本站 1 号机（完整：{line.device}）" in copied
        assert "已复制" in said(card)
        window.stop()


def test_a_pc_the_district_stopped_says_so_and_what_to_do_also_after_a_restart(
    qtbot, opened, founded, tmp_path, clock
):
    with DistrictServer(tmp_path / "district", clock=clock) as district:
        enrol_desk(founded, district.url, district.open_code(*STATION))
        district.services.enrolments.revoke(founded.station.device_id)
        founded.store.save(
            RECORD_TYPES["resident"], SAMPLES["resident"](), by="李调解", record_id=str(uuid7())
        )
        window, page = opened()
        card = page.identity_card
        qtbot.waitUntil(lambda: "区里已停用这台电脑" in card.banner.text(), timeout=15_000)
        assert "become-another" in card.banner.text()
        assert founded.outbox.status().unsent == 1
        window.stop()
        window.window.close()
    # The next day, without a line to the district.
    _, page = opened()
    qtbot.waitUntil(lambda: "区里已停用这台电脑" in page.identity_card.banner.text())


def test_the_fingerprint_of_a_pinned_authority_is_read_out_in_fours(founded):
    with founded.database.write() as connection:
        connection.exec_driver_sql("UPDATE device SET enrolled = 1, epoch = 3")
    pc = ThisPc(founded.database, founded.access, lambda: CA).read()
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(CA)).hexdigest()
    assert pc.pinned == digest
    told = dict(identity_lines(pc, "https://qu.example.cn:8443"))
    assert told["区里证书的指纹"].startswith(f"{digest[:4]} {digest[4:8]} {digest[8:12]} {digest[12:16]}（")
    assert spoken(digest) in told["区里证书的指纹"]
    assert told["登记"] == "时间没有记下　区服务器：qu.example.cn:8443"
    assert told["代次"].startswith("3（恢复过备份")
    assert ThisPc(founded.database, founded.access, lambda: "not a certificate").read().pinned == ""
