"""The tour: the first day at the desk through the real widgets, with a picture at every stop."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from PySide6.QtCore import QDeadlineTimer, QEvent, QEventLoop
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPlainTextEdit, QWidget

from app import resources
from app.commands.desk import Desk
from app.commands.tour_letters import came_in, handed_over
from app.commands.window import DeskWindow
from app.models.column_types import moment_text
from app.models.divisions import Divisions
from app.models.registry import RECORD_TYPES
from app.store.reading import ListQuery
from app.ui.application import create_application
from app.ui.editors.base import Editor
from app.ui.editors.choices import ChipsEditor, ChoiceEditor
from app.ui.form_page import FormPage
from app.ui.record_page import RecordPage
from app.ui.task_runner import TaskRunner

WIDTH, HEIGHT = 1366, 768
PATIENCE = 30_000  # milliseconds a stop may take


class TourBroken(Exception):
    """A stop of the tour did not come to what it should."""


class Guide:
    """Types, presses and waits like a person at the desk, and takes the pictures."""

    def __init__(self, application: QApplication, window: DeskWindow, folder: Path) -> None:
        self._application = application
        self.desk_window = window
        self.window = window.window
        self._folder = folder
        self._stop = 0

    def wait_for(self, what: str, ready: Callable[[], bool]) -> None:
        """Let the desk work until it is ready.  Raises TourBroken."""
        deadline = QDeadlineTimer(PATIENCE)
        while not ready():
            if deadline.hasExpired():
                raise TourBroken(what)
            self._application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)

    def settle(self) -> None:
        """Let everything asked for be done and drawn."""
        for _ in range(3):
            self.desk_window.services.runner.wait_idle()
            self._application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            self._application.processEvents()

    def picture(self, name: str, widget: QWidget | None = None) -> None:
        """Take a picture of the window or a dialog."""
        self.settle()
        self._stop += 1
        path = self._folder / f"{self._stop:02d}-{name}.png"
        if not (widget or self.window).grab().save(str(path)):
            raise TourBroken(str(path))

    def page(self, code: str) -> RecordPage:
        """The page of a record type, brought to the front."""
        page = self.window.open_page(code)
        self.settle()
        assert isinstance(page, RecordPage)
        return page

    def fill(self, editor: Editor, value: Any) -> None:
        """Enter one value the way it is entered by hand; Chinese comes as an input method commits it."""
        if isinstance(editor, ChipsEditor):
            editor.chips[value].click()
        elif isinstance(editor, ChoiceEditor):
            editor.box.setCurrentIndex(editor.box.findData(value))
            editor.box.activated.emit(editor.box.currentIndex())
        else:
            words = (
                str(value).split(" ", 1) if " " in str(value) and hasattr(editor, "time") else [str(value)]
            )
            lines = [editor.input, editor.time] if hasattr(editor, "time") else [editor.input]
            for line, text in zip(lines, words, strict=False):
                type_into(line, text)

    def fill_all(self, form: FormPage, values: dict[str, Any]) -> None:
        """Enter several values into the form that is open."""
        for name, value in values.items():
            self.fill(form.form.editors[name], value)

    def save(self, page: RecordPage) -> str:
        """Press 保存, accept remarks, and answer the id of the saved record."""
        ids: list[str] = []
        page.saved.connect(lambda _, record_id: ids.append(record_id))
        for _ in range(2):
            if not ids:
                page.form_page.save_button.click()
                self.settle()
        if not ids:
            said = [editor.problem() for editor in page.form_page.form.all_editors()]
            raise TourBroken("; ".join(sentence for sentence in said if sentence))
        return ids[0]


def type_into(line: QWidget, text: str) -> None:
    """Commit text to a line as an input method does, then leave it."""
    line.setFocus()
    if isinstance(line, QLineEdit | QPlainTextEdit):
        line.clear()
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(line, event)
    line.clearFocus()


def take_tour(desk: Desk, folder: Path) -> None:
    """Record a case, a patrol, a visit and a resident; print the agreement; sign for a letter and write one; send."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = create_application(desk.settings)
    runner = TaskRunner()
    divisions = Divisions.open(resources.path("divisions", "divisions.bin"))
    desk_window = DeskWindow(application, desk, runner, divisions)
    desk_window.window.resize(WIDTH, HEIGHT)
    desk_window.show_at_size()
    guide = Guide(application, desk_window, folder)
    try:
        guide.picture("home")
        _case(guide, folder)
        _patrol(guide)
        _visit(guide)
        _resident(guide)
        _refusal(guide)
        came_in(guide, desk)
        handed_over(guide)
        _send(guide, desk, folder)
        _figures(guide)
    finally:
        desk_window.stop()
        desk_window.window.close()
        runner.close()


def _figures(guide: Guide) -> None:
    guide.window.open_page("figures")
    guide.picture("figures")


def _case(guide: Guide, folder: Path) -> None:
    page = guide.page("mediation_case")
    page.open_new()
    guide.settle()
    form = page.form_page
    guide.fill_all(form, {"accepted_on": "今天", "dispute_type": "neighbour", "place": "鹰头村4组"})
    parties: Any = form.form.editors["parties"]
    for card, values in zip(
        parties.cards,
        (
            {"name": "周大福", "sex": "1", "phone": "13700000006", "address": "鹰头村4组3号"},
            {"name": "㛃小龙", "sex": "1", "phone": "13700000007", "address": "鹰头村4组4号"},
        ),
        strict=True,
    ):
        for name, value in values.items():
            guide.fill(card.group.editors[name], value)
    guide.fill_all(form, {"facts": "双方因共用晒坝堆放杂物发生争执。", "amount": "800元", "consent": True})
    guide.fill_all(form, {"notice_on": "今天", "result": "written", "result_on": "今天"})
    for name, rows in (
        ("mediators", [{"name": "李调解"}, {"name": "王网格"}]),
        (
            "clauses",
            [
                {"content": "双方各用晒坝一半，以现有石线为界。"},
                {"content": "乙方赔偿甲方农具损失捌佰元整。"},
            ],
        ),
    ):
        _rows(guide, form.form.editors[name], rows)
    guide.fill_all(
        form, {"disputed": "共用晒坝的使用范围和农具损失。", "performance": "at_once", "agreed_on": "今天"}
    )
    guide.fill(form.form.editors["performance_place"], "鹰头村村民委员会")
    guide.fill(form.form.editors["recorder"], "赵记录")
    guide.picture("case-form")
    record_id = guide.save(page)
    guide.picture("case-saved")
    page.open_record(record_id)
    guide.settle()
    page.detail.print.click()
    guide.settle()
    preview: QDialog = next(iter(guide.window.findChildren(QDialog)))
    guide.picture("agreement-preview", preview)
    preview.close()
    record = guide.desk_window.services.reader.load(RECORD_TYPES["mediation_case"], record_id)
    assert record is not None
    printed = guide.desk_window.services.print_case(record, "agreement", False)
    (folder / "agreement.pdf").write_bytes(printed.data)


def _rows(guide: Guide, editor: Any, rows: list[dict[str, str]]) -> None:
    for row in rows:
        card = editor.add_row()
        for part, value in row.items():
            guide.fill(card.group.editors[part], value)


def _patrol(guide: Guide) -> None:
    page = guide.page("patrol_log")
    page.open_new()
    guide.settle()
    form = page.form_page
    form.repeat_button.click()
    guide.settle()
    guide.fill_all(form, {"patrol_on": "今天", "started_at": "今天 1930", "ended_at": "今天 2200"})
    guide.picture("patrol-form")
    guide.save(page)
    guide.picture("patrol-saved")


def _visit(guide: Guide) -> None:
    page = guide.page("service_visit")
    page.open_new()
    guide.settle()
    form = page.form_page
    guide.fill_all(
        form,
        {
            "visitor": "䶮大娘",
            "sex": "2",
            "phone": "13700000008",
            "address": "鹰头村6组",
            "matter_kind": form.form.editors["matter_kind"].box.itemData(3),  # type: ignore[attr-defined]  # a drop-down
            "matter": "咨询医保报销",
            "content": "在县医院住院后回村，询问怎样报销、带哪些材料。",
            "handler": "陈干部",
            "due": "+3",
        },
    )
    guide.picture("visit-form")
    guide.save(page)
    guide.picture("visit-saved")


def _resident(guide: Guide) -> None:
    page = guide.page("resident")
    page.open_new()
    guide.settle()
    guide.fill_all(
        page.form_page, {"name": "欧阳·阿依古丽", "phone": "13700000009", "residence": "鹰头村6组1号"}
    )
    guide.save(page)
    page.list.search.setText("oyaygl")
    page.list.refresh()
    guide.picture("resident-found-by-pinyin")


def _refusal(guide: Guide) -> None:
    """A wrong entry: the sentence stands at its field, and what was typed is offered as a draft."""
    page = guide.page("patrol_log")
    page.open_new()
    guide.settle()
    guide.fill_all(
        page.form_page,
        {
            "shift": "night",
            "team": "平安志愿者",
            "leader": "周队长",
            "started_at": "今天 2100",
            "ended_at": "今天 1900",
        },
    )
    page.form_page.save_button.click()
    guide.picture("refused-with-a-sentence")
    page.form_page.leave()
    guide.settle()
    guide.window.open_page("home")
    guide.picture("home-with-draft")


def _send(guide: Guide, desk: Desk, folder: Path) -> None:
    guide.window.open_page("sync")
    guide.desk_window.services.sync.send_now()
    guide.wait_for("everything sent", lambda: desk.outbox.status().unsent == 0)
    guide.window.refresh_status()
    guide.window.open_page("sync")
    guide.picture("sync")
    status = desk.outbox.status()
    counts = {
        code: len(desk.reader.page(kind, ListQuery(), limit=1000)) for code, kind in RECORD_TYPES.items()
    }
    receipt = {
        "station": desk.station.code,
        "device": desk.station.device_id,
        "unsent": status.unsent,
        "refused": status.held + status.conflicts,
        "last_receipt_at": moment_text(status.last_receipt_at) if status.last_receipt_at else None,
        "records": counts,
    }
    (folder / "receipt.json").write_bytes(orjson.dumps(receipt, option=orjson.OPT_INDENT_2))
