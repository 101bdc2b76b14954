"""Three cases come in by import and are carried through the window to the archive, every step as a mediator takes it."""

import orjson
import pytest
from PIL import Image
from PySide6.QtWidgets import QPushButton

from app.exchange.importing import import_rows
from app.exchange.source_rows import source_rows
from app.models.mediation.case import MEDIATION_CASE
from app.models.registry import RECORD_TYPES
from app.printing.case_print import print_case
from app.settings import Settings
from app.store.reading import ListQuery
from app.ui.dossier_dialog import DossierDialog
from app.ui.main_window import MainWindow
from app.ui.record_page import RecordPage
from app.ui.signing_sheet import SigningSheet
from tests.printing.reading import page_texts
from tests.printing.test_for_signature import photographed
from tests.ui.conftest import OFFICE
from tests.ui.three_cases import CASES


class Mediator:
    """Works at the real window; every step is entered where a person enters it."""

    def __init__(self, qtbot, services, folder):
        self.qtbot, self.services, self.folder = qtbot, services, folder
        self.window = MainWindow(services, RecordPage, Settings())
        qtbot.addWidget(self.window)
        self.window.resize(1366, 768)
        self.window.show()
        self.page = self.window.open_page("mediation_case")

    def settle(self):
        self.services.runner.wait_idle()

    def open(self, record_id):
        self.record_id = record_id
        self.page.open_record(record_id)
        self.settle()

    @property
    def values(self):
        return self.services.reader.load(MEDIATION_CASE, self.record_id).values

    def said(self):
        """What the ribbon says is missing, and its signs."""
        ribbon = self.page.detail.ribbon
        labels = [found.text() for found in ribbon.findChildren(type(self.page.detail._title))]
        links = [found.accessibleName() or found.text() for found in ribbon.findChildren(QPushButton)]
        return "\n".join(labels + links)

    def attempt(self, values):
        """Press 修改, enter, press 保存 (twice where there is a remark); answers whether it was saved."""
        self.page.detail.edit.click()
        form = self.page.form_page
        for name, value in values.items():
            form.form.editors[name].set_value(value)
        for _ in range(2):
            if form.is_open():
                form.save()
                self.settle()
        return not form.is_open()

    def enter(self, **values):
        assert self.attempt(values), [one.problem() for one in self.page.form_page.form.all_editors()]
        self.settle()

    def freeze(self):
        with self.qtbot.waitSignal(self.window.previewed, timeout=20_000) as proof:
            self.page.detail.print.click()
        press = next(b for b in proof.args[0].findChildren(QPushButton) if b.text() == "定稿打印")
        with self.qtbot.waitSignal(self.window.previewed, timeout=20_000) as fixed:
            press.click()
        self.settle()
        pdf = fixed.args[0]._pdf.data
        fixed.args[0].close()
        return pdf

    def sign(self, pdf, day):
        scan = self.folder / f"{self.record_id}.jpg"
        scan.write_bytes(photographed(pdf))
        self.page.detail.ribbon.signing.emit()
        sheet = self.page.findChildren(SigningSheet)[-1]
        sheet.day.set_value(day)
        sheet.scans.add_paths([scan])
        self.qtbot.waitUntil(lambda: not sheet.scans.is_busy())
        self.settle()
        sheet._done.click()
        self.settle()
        self.settle()

    def dossier(self):
        self.page._show_dossier()
        dialog = self.page.findChildren(DossierDialog)[-1]
        text = dialog.banner.text()
        dialog.accept()
        return text


@pytest.fixture
def mediator(qtbot, services, tmp_path):
    made = Mediator(qtbot, services, tmp_path)
    yield made
    made.page.form_page.close_form()


def imported(services, tmp_path):
    """The record ids of the three cases, in order, from one file of JSON lines."""
    path = tmp_path / "三案.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps(case["intake"]) for case in CASES.values()))
    rows = source_rows(path, RECORD_TYPES, None)
    report = import_rows(rows, services.store, services.reader, by=services.user)
    assert report.refused == []
    assert report.created == len(CASES)
    rows = services.reader.page(MEDIATION_CASE, ListQuery(), limit=10)
    by_place = {row["title"]: row["id"] for row in rows}
    assert len(by_place) == len(CASES)
    return by_place


def of_type(ids, services, kind):
    found = [
        i for i in ids.values() if services.reader.load(MEDIATION_CASE, i).values["dispute_type"] == kind
    ]
    return found[0]


TYPES = {"homestead": "homestead", "wages": "wages", "support": "family"}


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_carried_from_import_to_archive(name, mediator, services, tmp_path):
    case = CASES[name]
    mediator.open(of_type(imported(services, tmp_path), services, TYPES[name]))
    assert "还没有" in mediator.said()

    # 受理: nothing can be agreed before the rights notice, nor while somebody refuses (R3, R5).
    if case.get("refused"):
        mediator.enter(consent=False)
        assert not mediator.attempt({**case["heard"], **case["agreed"]})
        mediator.page.form_page._discard()
        mediator.settle()
        assert mediator.values["result"] is None
    mediator.open(mediator.record_id)
    assert not mediator.attempt(case["heard"])
    mediator.page.form_page._discard()
    mediator.settle()
    mediator.open(mediator.record_id)
    mediator.enter(
        consent=True, notice_on="2026-10-09", told_manner="written", mediators=[{"name": "李调解"}]
    )

    # 调解, 协议
    mediator.enter(**case["heard"])
    mediator.enter(**case["agreed"])
    assert str(mediator.values["agreed_amount"]) == case["amount"]
    assert "登记签署" in mediator.said()
    assert "还不能归档" in mediator.dossier()
    pdf = mediator.freeze()
    mediator.sign(pdf, case["agreed"]["agreed_on"])
    assert mediator.values["effective_on"] is not None
    assert mediator.values["printed"][0]["scans"]

    # 履行, 回访
    for place in range(len(case["agreed"]["obligations"])):
        assert f"第 {place + 1} 项义务" in mediator.said()
        duties = mediator.values["obligations"]
        duties[place] |= {"status": "done", "done_on": duties[place]["due"], "proof": "收条"}
        mediator.enter(obligations=duties)
    assert "还没有回访" in mediator.said()
    visit = {"kind": "visit", "visited_on": "2026-11-20", "manner": "door", "visitor": "李调解",
             "situation": "已全部履行，双方满意。", "satisfaction": "very"}  # fmt: skip
    mediator.enter(follow_ups=[visit])

    # 归档
    picture = tmp_path / "身份证.jpg"
    Image.new("RGB", (900, 600), (210, 220, 240)).save(picture)
    proof = services.attachments.add(picture)
    mediator.enter(
        evidence=[{"title": "双方身份证明复印件", "provider": "双方", "form": "copy", "files": [proof]}]
    )
    assert "可以归档" in mediator.dossier()
    mediator.enter(archived_on="2026-11-23", filed_by="赵登记", checked_by="站长")
    assert mediator.values["stage"] == "archived"
    assert "已经归档" in mediator.dossier()
    assert not mediator.attempt({"facts": "改一改"})
    mediator.page.form_page._discard()
    mediator.settle()

    record = services.reader.load(MEDIATION_CASE, mediator.record_id)
    attachments = services.attachments
    dossier = print_case("dossier", record.values, OFFICE, lambda file: b"".join(attachments.frames(file)))
    pages = page_texts(dossier.data)
    assert len(pages) > 14
    assert f"本卷共{len(pages) - 3}页" in pages[-1]
    whole = "".join(pages)
    for party in record.values["parties"]:
        assert party["name"] in whole
