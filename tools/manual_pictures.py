"""Takes the pictures of the manual from the real windows: `.venv/bin/python tools/manual_pictures.py`."""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from PySide6.QtWidgets import QApplication, QLineEdit  # noqa: E402

from app import resources  # noqa: E402
from app.commands.demo import PASSWORD, demonstration  # noqa: E402
from app.commands.desk import Desk  # noqa: E402
from app.commands.desk_accounts import DeskAccounts  # noqa: E402
from app.commands.tour import HEIGHT, WIDTH, take_tour, type_into  # noqa: E402
from app.commands.window import DeskWindow  # noqa: E402
from app.models.divisions import Divisions  # noqa: E402
from app.models.registry import RECORD_TYPES  # noqa: E402
from app.store.reading import ListQuery  # noqa: E402
from app.ui.dossier_dialog import DossierDialog  # noqa: E402
from app.ui.first_run import FirstRun  # noqa: E402
from app.ui.login import Login  # noqa: E402
from app.ui.task_runner import TaskRunner  # noqa: E402

PICTURES = ROOT / "docs" / "manual" / "pictures"
COLOURS = 128


def main() -> None:
    """Take every picture anew and keep it small."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with demonstration(folder / "desk") as desk:
            take_tour(desk, folder)
            _dossier(desk, folder)
            _people(desk, folder)
            _before_the_desk(folder)
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


def _people(desk: Desk, folder: Path) -> None:
    """Users, the audit trail and the lock."""
    accounts = DeskAccounts(desk)
    for name, role in (("王网格", "grid"), ("赵民警", "police"), ("钱审计", "auditor")):
        accounts.add(name, role, own_password=PASSWORD)
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    runner = TaskRunner()
    divisions = Divisions.open(resources.path("divisions", "divisions.bin"))
    desk_window = DeskWindow(application, desk, runner, divisions)
    window = desk_window.window
    window.resize(WIDTH, HEIGHT)
    desk_window.show_at_size()
    for place, page in enumerate(("users", "audit"), start=81):
        window.open_page(page)
        for _ in range(3):
            runner.wait_idle()
            application.processEvents()
        window.grab().save(str(folder / f"{place}-{page}.png"))
    window.sitting.lock()
    runner.wait_idle()
    application.processEvents()
    window.grab().save(str(folder / "83-locked.png"))
    window.close()
    desk_window.stop()
    runner.close()


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
