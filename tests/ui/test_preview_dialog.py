"""The preview shows, prints and saves the very PDF, and says what paper could not show."""

from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from uuid_utils import uuid7

from app.models.registry import RECORD_TYPES
from app.settings import Settings
from app.typeset.sheet import PrintedPdf
from app.ui.main_window import MainWindow
from app.ui.paper import a4_printer, paint_pages
from app.ui.preview import Preview
from app.ui.record_page import RecordPage
from app.ui.services import DeskServices
from app.ui.task_runner import TaskRunner
from tests.samples import mediation_case, party
from tests.ui.conftest import print_of_case

MANY = [
    party("applicant", "张石头"),
    *(party("respondent", name) for name in ("买买提·吐尔逊", "李一", "李二", "李三")),
]


def stored(services: DeskServices, **changes: object) -> str:
    saved = services.store.save(
        RECORD_TYPES["mediation_case"],
        mediation_case(**changes),
        by=services.user,
        record_id=str(uuid7()),
    )
    return saved.record_id


@pytest.fixture
def pdf(services: DeskServices) -> PrintedPdf:
    record = services.reader.load(RECORD_TYPES["mediation_case"], stored(services, parties=MANY))
    assert record is not None
    return print_of_case(record, "agreement", False)


@pytest.fixture
def preview(qtbot: QtBot, runner: TaskRunner, pdf: PrintedPdf) -> Preview:
    dialog = Preview(pdf, "人民调解协议书 〔2026〕鹰头人调字第001号", copies=6, runner=runner)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: 1 in dialog.sheets.drawn())
    return dialog


def test_pages_in_sight_are_drawn_and_others_are_not(qtbot: QtBot, preview: Preview, pdf: PrintedPdf) -> None:
    assert pdf.pages >= 2
    assert preview.sheets.drawn() <= {1, 2}
    bar = preview.sheets.verticalScrollBar()
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: pdf.pages in preview.sheets.drawn())


def test_zooming_draws_the_pages_anew_at_their_size(qtbot: QtBot, preview: Preview) -> None:
    page = preview.sheets.findChild(QLabel)
    width = page.width()
    preview.sheets.zoom(2)
    qtbot.waitUntil(lambda: 1 in preview.sheets.drawn())
    assert preview.sheets.percent() == 150
    assert page.width() == pytest.approx(width * 1.5, abs=2)
    preview.sheets.zoom(-99)
    assert preview.sheets.percent() == 50


def test_saving_writes_the_very_bytes(
    qtbot: QtBot, preview: Preview, pdf: PrintedPdf, runner: TaskRunner, tmp_path: Path
) -> None:
    target = tmp_path / "协议书.pdf"
    preview.save_to(target)
    runner.wait_idle()
    assert target.read_bytes() == pdf.data
    assert str(target) in preview.banner.text()
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".new"] == []


def test_saving_where_nothing_can_be_saved_says_so(
    preview: Preview, runner: TaskRunner, tmp_path: Path
) -> None:
    preview.save_to(tmp_path / "nowhere" / "协议书.pdf")
    runner.wait_idle()
    assert "读写磁盘时出错" in preview.banner.text()


def file_printer(path: Path) -> QPrinter:
    printer = a4_printer()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(path))
    return printer


def test_printing_paints_every_page_in_full_size(
    qtbot: QtBot, preview: Preview, pdf: PrintedPdf, runner: TaskRunner, tmp_path: Path
) -> None:
    printed = tmp_path / "printed.pdf"
    preview.print_to(file_printer(printed))
    runner.wait_idle()
    assert f"共 {pdf.pages} 张" in preview.banner.text()
    was, came = pypdfium2.PdfDocument(pdf.data), pypdfium2.PdfDocument(printed)
    assert len(came) == pdf.pages
    for number in range(pdf.pages):
        width, height = came[number].get_size()
        assert (width, height) == pytest.approx((595.3, 841.9), abs=1.5)
        assert inked(came[number]) == pytest.approx(inked(was[number]), rel=0.1)


def test_chosen_pages_and_copies_are_sent(pdf: PrintedPdf, dressed: object, tmp_path: Path) -> None:
    printer = file_printer(tmp_path / "two.pdf")
    printer.setFromTo(2, 2)
    printer.setCopyCount(3)
    assert paint_pages(printer, pdf) == 3
    expected = 1 if printer.supportsMultipleCopies() else 3
    assert len(pypdfium2.PdfDocument(tmp_path / "two.pdf")) == expected


@pytest.mark.qt_log_ignore("QPainter::begin", "propagateSizeHints", extend=True)
def test_a_printer_that_takes_nothing_is_said(
    qtbot: QtBot, preview: Preview, runner: TaskRunner, tmp_path: Path
) -> None:
    preview.print_to(file_printer(tmp_path / "no" / "such.pdf"))
    runner.wait_idle()
    assert "打印机没有接收" in preview.banner.text()


def test_copies_are_one_for_each_party_and_one_for_the_committee(
    qtbot: QtBot, services: DeskServices
) -> None:
    window = MainWindow(services, RecordPage, Settings())
    qtbot.addWidget(window)
    window.show()
    record_id = stored(services, parties=MANY)
    page = window.open_page("mediation_case")
    record = services.reader.load(RECORD_TYPES["mediation_case"], record_id)
    assert isinstance(page, RecordPage)
    with qtbot.waitSignal(window.previewed) as previewed:
        page.print_requested.emit(record, "agreement")
    (preview,) = previewed.args
    assert preview.copies.value() == len(MANY) + 1
    assert preview.remarks.text() == "这是核对稿。请当事人看过、没有意见了，再按“定稿打印”。"
    services.runner.wait_idle()
    preview.reject()


def test_a_draft_and_missing_characters_are_said(qtbot: QtBot, services: DeskServices) -> None:
    window = MainWindow(services, RecordPage, Settings())
    qtbot.addWidget(window)
    window.show()
    odd = "\U0003134b某"
    parties = [party("applicant", "张石头"), party("respondent", odd)]
    record_id = stored(services, parties=parties, result=None, result_on=None)
    record = services.reader.load(RECORD_TYPES["mediation_case"], record_id)
    page = window.open_page("mediation_case")
    assert isinstance(page, RecordPage)
    with qtbot.waitSignal(window.previewed) as previewed:
        page.print_requested.emit(record, "agreement")
    (preview,) = previewed.args
    assert "草稿" in preview.remarks.text()
    assert "3134B" in preview.remarks.text()
    services.runner.wait_idle()
    preview.reject()


def inked(page: pypdfium2.PdfPage) -> list[int]:
    """How many dark pixels the upper and the lower half of a page have, drawn at 216 dpi."""
    image = page.render(scale=3, grayscale=True)
    data, half = bytes(image.buffer), image.height // 2 * image.stride
    return [sum(part.count(dark) for dark in range(128)) for part in (data[:half], data[half:])]
