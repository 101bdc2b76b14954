"""Takes the pictures of the manual from the real windows: `.venv/bin/python tools/manual_pictures.py`."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from PySide6.QtWidgets import QApplication, QLineEdit  # noqa: E402
from uuid_utils import uuid7  # noqa: E402

from app import resources  # noqa: E402
from app.commands.demo import PASSWORD, demonstration  # noqa: E402
from app.commands.desk import Desk  # noqa: E402
from app.commands.desk_accounts import DeskAccounts  # noqa: E402
from app.commands.tour import HEIGHT, WIDTH, take_tour, type_into  # noqa: E402
from app.commands.window import DeskWindow  # noqa: E402
from app.models.divisions import Divisions  # noqa: E402
from app.models.registry import RECORD_TYPES  # noqa: E402
from app.models.station_time import station_day  # noqa: E402
from app.store.person_search import Person  # noqa: E402
from app.store.reading import ListQuery  # noqa: E402
from app.ui.dossier_dialog import DossierDialog  # noqa: E402
from app.ui.export_dialog import ExportDialog  # noqa: E402
from app.ui.first_run import FirstRun  # noqa: E402
from app.ui.login import Login  # noqa: E402
from app.ui.person_request_dialogs import AnswerDialog  # noqa: E402
from app.ui.practice_dialog import PracticeDialog  # noqa: E402
from app.ui.privacy_page import PrivacyPage  # noqa: E402
from app.ui.record_page import RecordPage  # noqa: E402
from app.ui.signing_sheet import SigningSheet  # noqa: E402
from app.ui.task_runner import TaskRunner  # noqa: E402
from tools.manual_sync import sync_pictures  # noqa: E402

PICTURES = ROOT / "docs" / "manual" / "pictures"
COLOURS = 128
COMMITTEE = {
    "name": "鹰头村人民调解委员会",
    "kind": "village",
    "chosen_on": "2025-12-20",
    "place": "鹰头村村委会一楼",
    "members": [
        {"name": "李调解", "post": "chair", "sex": "1"},
        {"name": "王网格", "post": "member", "sex": "2"},
        {"name": "赵记录", "post": "member", "sex": "1"},
        {"name": "孙退休", "post": "hired", "sex": "1"},
    ],
}


def main() -> None:
    """Take every picture anew and keep it small."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with demonstration(folder / "desk") as desk:
            take_tour(desk, folder)
            _signing(desk, folder)
            _dossier(desk, folder)
            _stick(desk, folder)
            _people(desk, folder)
            _personal_data(desk, folder)
            _before_the_desk(folder)
        sync_pictures(_window, folder)
        for picture in sorted(folder.glob("*.png")):
            kept = PICTURES / picture.name.split("-", 1)[1]
            Image.open(picture).convert("RGB").quantize(COLOURS).save(kept, optimize=True)
            print(f"{kept.name}: {kept.stat().st_size // 1024} KB")


def _dossier(desk: Desk, folder: Path) -> None:
    """The dossier of the case the tour recorded."""
    kind = RECORD_TYPES["mediation_case"]
    row = desk.reader.page(kind, ListQuery(), limit=1)[0]
    record = desk.reader.load(kind, row["id"])
    assert record is not None
    dialog = DossierDialog(record)
    dialog.show()
    dialog.grab().save(str(folder / "80-dossier.png"))
    dialog.close()


def _stick(desk: Desk, folder: Path) -> None:
    """Unsent records on their way to the district by stick."""
    stick, kind = Path(tempfile.gettempdir()) / "U盘", RECORD_TYPES["patrol_log"]
    stick.mkdir(exist_ok=True)
    with _window(desk) as (desk_window, settle):
        desk_window.stop()  # without a line
        for row in desk.reader.page(kind, ListQuery(), limit=5):
            record = desk.reader.load(kind, row["id"])
            assert record is not None
            desk.store.save(kind, record.values, by=desk.user, record_id=str(uuid7()))
        card = desk_window.window.open_page("sync").stick_card
        settle()
        card.choose(stick)
        card.export()
        settle()
        card.place.setItemText(card.place.currentIndex(), "村里的U盘（E:\\，可用 14820 MB）")
        card.grab().save(str(folder / "87-stick.png"))
    for file in stick.iterdir():
        file.unlink()
    stick.rmdir()


@contextmanager
def _window(desk: Desk) -> Iterator[tuple[DeskWindow, Callable[[], None]]]:
    """The desk's window, and a function that lets it finish and draw."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    runner = TaskRunner()
    divisions = Divisions.open(resources.path("divisions", "divisions.bin"))
    desk_window = DeskWindow(application, desk, runner, divisions)

    def settle() -> None:
        for _ in range(4):
            runner.wait_idle()
            application.processEvents()

    desk_window.window.resize(WIDTH, HEIGHT)
    desk_window.show_at_size()
    yield desk_window, settle
    desk_window.window.close()
    desk_window.stop()
    runner.close()


def _signing(desk: Desk, folder: Path) -> None:
    """A paper fixed for signature, the sheet its signing is entered on, and the district's own periods."""
    kind = RECORD_TYPES["mediation_case"]
    with _window(desk) as (desk_window, settle):
        window, previews = desk_window.window, []
        window.previewed.connect(previews.append)
        row = desk.reader.page(kind, ListQuery(), limit=1)[0]
        window.open_page(kind.code)
        window.open_record(kind.code, row["id"])
        settle()
        page = window.findChild(RecordPage)
        page.detail.print.click()
        settle()
        previews[-1].freeze_requested.emit()
        settle()
        settle()
        bar = previews[-1].sheets.verticalScrollBar()
        bar.setValue(bar.maximum())
        settle()
        previews[-1].grab().save(str(folder / "84-frozen.png"))
        previews[-1].close()
        settle()
        page.papers.sign(desk.reader.load(kind, row["id"]))
        settle()
        page.findChildren(SigningSheet)[-1].grab().save(str(folder / "85-signing.png"))
        page.findChildren(SigningSheet)[-1].close()
        kind = RECORD_TYPES["committee"]
        record_id = str(uuid7())
        desk.store.save(kind, COMMITTEE, by=desk.user, record_id=record_id)
        window.open_page(kind.code)
        window.open_record(kind.code, record_id)
        settle()
        window.grab().save(str(folder / "87-committee.png"))
        practice = PracticeDialog(desk.settings, desk_window.services, window)
        practice.show()
        settle()
        practice.grab().save(str(folder / "86-practice.png"))
        practice.close()


def _people(desk: Desk, folder: Path) -> None:
    """Users, the audit trail and the lock."""
    accounts = DeskAccounts(desk)
    for name, role in (("王网格", "grid"), ("赵民警", "police"), ("钱审计", "auditor")):
        accounts.add(name, role, own_password=PASSWORD)
    with _window(desk) as (desk_window, settle):
        window = desk_window.window
        for place, page in enumerate(("users", "audit"), start=81):
            window.open_page(page)
            settle()
            window.grab().save(str(folder / f"{place}-{page}.png"))
        window.sitting.lock()
        settle()
        window.grab().save(str(folder / "83-locked.png"))


def _personal_data(desk: Desk, folder: Path) -> None:
    """Exporting a list, the page of personal data, and a person's request."""
    with _window(desk) as (desk_window, settle):
        window, privacy = desk_window.window, desk_window.services.privacy
        assert privacy is not None
        page = window.open_page("resident")
        settle()
        assert isinstance(page, RecordPage)
        page.export.click()
        dialog = window.findChildren(ExportDialog)[-1]
        dialog.whole.setChecked(True)
        settle()
        dialog.grab().save(str(folder / "87-export.png"))
        dialog.close()
        kind = RECORD_TYPES["resident"]
        resident = desk.reader.load(kind, desk.reader.page(kind, ListQuery(), limit=1)[0]["id"])
        assert resident is not None
        person = Person(
            resident.values["name"], resident.values["id_number"] or "", resident.values["phone"] or ""
        )
        privacy.requests.take("erase", person, "已搬到外县，请删去我的资料。", station_day(desk.clock()))
        privacy.exports.ask(kind, ListQuery(), "县里核对名册")
        personal = window.open_page("privacy")
        settle()
        window.grab().save(str(folder / "88-privacy.png"))
        assert isinstance(personal, PrivacyPage)
        assert personal.requests is not None
        next(iter(personal.requests.presses.values())).click()
        settle()
        settle()
        answering = window.findChildren(AnswerDialog)[-1]
        answering.grab().save(str(folder / "89-person-request.png"))
        answering.close()


def _before_the_desk(folder: Path) -> None:
    """The first run and the login, which the tour does not meet."""
    runner = TaskRunner()
    divisions = Divisions.open(resources.path("divisions", "divisions.bin"))
    first = FirstRun(divisions, lambda _: "", lambda *_: b"", runner)
    first.resize(1100, 720)
    first.show()
    line = first.station.findChild(QLineEdit)
    assert line is not None
    type_into(line, "yingtou")
    runner.wait_idle()
    first.grab().save(str(folder / "90-first-run.png"))
    login = Login(["李调解", "王网格"], lambda *_: None, lambda *_: None, runner)
    login.resize(1100, 720)
    login.show()
    login.grab().save(str(folder / "91-login.png"))
    first.close()
    login.close()
    runner.close()


if __name__ == "__main__":
    main()
