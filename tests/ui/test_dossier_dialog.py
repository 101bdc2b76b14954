"""The dossier of a case on screen: what is there, what is missing, and its pages in the preview."""

import threading
from dataclasses import replace

import pytest
from printing.full_case import full_case
from PySide6.QtWidgets import QPushButton
from uuid_utils import uuid7

from app.models.mediation.case import MEDIATION_CASE
from app.ui.binding_dialog import BindingDialog
from app.ui.dossier_dialog import DossierDialog
from app.ui.open_paper import PaperOpener
from app.ui.preview import Preview
from app.ui.record_page import RecordPage


@pytest.fixture
def page_of(qtbot, desk, services):
    kept = []  # a page outlives its dialogs, as it does in the window

    def make(**changes):
        record_id = str(uuid7())
        values = full_case() | {"number": None} | changes
        desk.store.save(MEDIATION_CASE, values, by="李调解", record_id=record_id)
        page = RecordPage(services, MEDIATION_CASE)
        kept.append(page)
        qtbot.addWidget(page)
        page.show()
        page.open_record(record_id)
        services.runner.wait_idle()
        return page

    yield make
    for page in kept:
        page.form_page.close_form()
    kept.clear()


def opened(page):
    page.detail.dossier.click()
    return page.findChild(DossierDialog)


def test_a_complete_dossier_says_so_and_opens_as_one_preview(qtbot, services, page_of):
    page = page_of()
    dialog = opened(page)
    assert "可以归档" in dialog.banner.text()
    previews: list[Preview] = []
    papers = PaperOpener(services, page)
    papers.opened.connect(previews.append)
    papers.failed.connect(pytest.fail)
    page.print_requested.connect(papers.open)
    dialog.print_requested.emit("dossier")
    qtbot.waitUntil(lambda: len(previews) == 1, timeout=20_000)
    assert previews[0]._pdf.pages > 15
    previews[0].close()


def test_what_is_missing_leads_to_its_field(qtbot, services, page_of):
    page = page_of(follow_ups=[])
    dialog = opened(page)
    assert "还不能归档" in dialog.banner.text()
    link = next(found for found in dialog.findChildren(QPushButton) if "还没有回访" in found.text())
    with qtbot.waitSignal(dialog.wanted) as wanted:
        link.click()
    assert wanted.args == ["follow_ups"]
    assert page.form_page.is_open()


def test_every_paper_that_is_there_can_be_previewed(services, page_of):
    dialog = opened(page_of())
    names = [found.accessibleName() for found in dialog.findChildren(QPushButton)]
    assert "预览人民调解协议书" in names
    assert "预览卷内目录" not in names


def test_binding_says_how_far_it_is_and_stops_when_asked(qtbot, services, page_of):
    page, pressed = page_of(), threading.Event()

    def slowly(record, code, draft, watch):
        def waiting(done, whole):
            # From the fourth paper on it goes no further before somebody pressed 取消.
            assert done < 3 or pressed.wait(20)
            return watch(done, whole)

        return services.print_case(record, code, draft, waiting)

    papers = PaperOpener(replace(services, print_case=slowly), page)
    opened_papers, failures = [], []
    papers.opened.connect(opened_papers.append)
    papers.failed.connect(failures.append)
    papers.open(page._record, "dossier")
    (binding,) = page.findChildren(BindingDialog)
    qtbot.waitUntil(lambda: "第 3 份" in binding._said.text(), timeout=20_000)
    assert binding.bar.maximum() > 10
    binding.stop.click()
    pressed.set()
    services.runner.wait_idle()
    assert not binding.isVisible()
    assert opened_papers == []
    assert failures == []
