"""From the preview to the signed scan: frozen, printed, signed, bound; a scan of another paper is refused."""

import pytest
from PIL import Image
from PySide6.QtWidgets import QPushButton
from samples import mediation_case
from uuid_utils import uuid7

from app.models.mediation.case import MEDIATION_CASE
from app.settings import Settings
from app.ui.main_window import MainWindow
from app.ui.preview import Preview
from app.ui.printed_card import PrintedCard
from app.ui.record_page import RecordPage
from app.ui.signing_sheet import SigningSheet
from tests.printing.test_for_signature import photographed


@pytest.fixture
def window(qtbot, services):
    made = MainWindow(services, RecordPage, Settings())
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    return made


def stored(services):
    record_id = str(uuid7())
    services.store.save(MEDIATION_CASE, mediation_case(), by=services.user, record_id=record_id)
    return record_id


def opened(window, services, record_id):
    page = window.open_page("mediation_case")
    page.open_record(record_id)
    services.runner.wait_idle()
    return page


def frozen(qtbot, window, services, page):
    """Go through the preview to the frozen paper; answers its preview."""
    with qtbot.waitSignal(window.previewed) as first:
        page.detail.print.click()
    (proof,) = first.args
    button = next(found for found in proof.findChildren(QPushButton) if found.text() == "定稿打印")
    with qtbot.waitSignal(window.previewed) as second:
        button.click()
    services.runner.wait_idle()
    (fixed,) = second.args
    return fixed


def sheet_of(page):
    page.detail.ribbon.signing.emit()
    return page.findChild(SigningSheet)


def scanned(qtbot, services, sheet, path):
    sheet.scans.add_paths([path])
    qtbot.waitUntil(lambda: not sheet.scans.is_busy())
    services.runner.wait_idle()
    sheet._done.click()
    services.runner.wait_idle()


def values(services, record_id):
    return services.reader.load(MEDIATION_CASE, record_id).values


def test_frozen_printed_signed_and_the_scan_bound(qtbot, window, services, tmp_path):
    record_id = stored(services)
    page = opened(window, services, record_id)
    fixed: Preview = frozen(qtbot, window, services, page)
    assert "已定稿" in fixed.banner.text()
    assert [row["version"] for row in values(services, record_id)["printed"]] == [1]
    (tmp_path / "签字.jpg").write_bytes(photographed(fixed._pdf.data, turned=1.0))
    fixed.close()
    assert page.detail.findChildren(PrintedCard)
    sheet = sheet_of(page)
    scanned(qtbot, services, sheet, tmp_path / "签字.jpg")
    now = values(services, record_id)
    assert [file.name for file in now["printed"][0]["scans"]] == ["签字.jpg"]
    assert now["effective_on"] is not None


def test_once_frozen_the_preview_shows_the_frozen_paper(qtbot, window, services):
    record_id = stored(services)
    page = opened(window, services, record_id)
    fixed = frozen(qtbot, window, services, page)
    data = fixed._pdf.data
    fixed.close()
    with qtbot.waitSignal(window.previewed) as again:
        page.detail.print.click()
    (shown,) = again.args
    assert shown._pdf.data == data
    assert "定稿" in shown.windowTitle()
    services.runner.wait_idle()
    shown.close()


def test_a_scan_of_another_paper_is_refused_and_an_unreadable_one_asks_to_look(
    qtbot, window, services, tmp_path
):
    other = opened(window, services, stored(services))
    fixed = frozen(qtbot, window, services, other)
    (tmp_path / "别的.jpg").write_bytes(photographed(fixed._pdf.data))
    fixed.close()
    record_id = stored(services)
    page = opened(window, services, record_id)
    frozen(qtbot, window, services, page).close()
    sheet = sheet_of(page)
    scanned(qtbot, services, sheet, tmp_path / "别的.jpg")
    assert "不是这一份" in sheet.banner.text()
    assert values(services, record_id)["sealed_on"] is None
    sheet.scans.set_value([])
    Image.new("L", (900, 1200), 250).save(tmp_path / "白纸.png")
    scanned(qtbot, services, sheet, tmp_path / "白纸.png")
    assert "读不出二维码" in sheet.banner.text()
    sheet._done.click()
    services.runner.wait_idle()
    assert [file.name for file in values(services, record_id)["printed"][0]["scans"]] == ["白纸.png"]


def test_a_change_after_freezing_is_said_on_the_case(qtbot, window, services):
    record_id = stored(services)
    page = opened(window, services, record_id)
    frozen(qtbot, window, services, page).close()
    record = services.reader.load(MEDIATION_CASE, record_id)
    services.store.save(
        MEDIATION_CASE,
        record.values | {"performance_place": "村委会"},
        by=services.user,
        record_id=record_id,
        base=record.head,
    )
    page.open_record(record_id)
    services.runner.wait_idle()
    said = [found.text() for found in page.detail.ribbon.findChildren(type(page.detail._title))]
    assert any("与第1版" in text and "村委会" in text for text in said)


def test_what_the_program_keeps_survives_an_edit_on_the_form(qtbot, window, services):
    record_id = stored(services)
    page = opened(window, services, record_id)
    frozen(qtbot, window, services, page).close()
    services.runner.wait_idle()
    page.detail.edit.click()
    page.form_page.form.editors["notes"].set_value("补记")
    page.form_page.save()
    services.runner.wait_idle()
    if page.form_page.is_open():
        page.form_page.save()
        services.runner.wait_idle()
    now = values(services, record_id)
    assert now["notes"] == "补记"
    assert len(now["printed"]) == 1
