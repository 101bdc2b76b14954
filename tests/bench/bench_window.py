"""From an unlocked key to a window that can be used, against a bare QMainWindow, each in fresh processes by turns."""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
USER, PASSWORD = "李调解", "Ce-shi-2026-kou"

BARE = """
from time import perf_counter
start = perf_counter()
import sys
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView
application = QApplication(sys.argv)
window = QMainWindow()
window.setCentralWidget(QTableView())
window.resize(1366, 768)
window.show()
while not window.isVisible() or not window.windowHandle().isExposed():
    application.processEvents()
window.grab()
print((perf_counter() - start) * 1000)
"""

DESK = """
from time import perf_counter
start = perf_counter()
import sys
from pathlib import Path
from app import resources
from app.commands.desk import open_with_key
from app.commands.window import DeskWindow
from app.models.divisions import Divisions
from app.ui.application import create_application
from app.ui.task_runner import TaskRunner
desk = open_with_key(Path(sys.argv[1]), "李调解", bytes.fromhex(sys.argv[2]))
application = create_application(desk.settings)
runner = TaskRunner()
window = DeskWindow(application, desk, runner, Divisions.open(resources.path("divisions", "divisions.bin")))
window.window.resize(1366, 768)
window.window.show()
while not window.window.windowHandle().isExposed():
    application.processEvents()
runner.wait_idle()
window.window.grab()
print((perf_counter() - start) * 1000)
window.stop()
runner.close()
desk.close()
"""


def measure(folder: Path | None = None, key: bytes | None = None, turns: int = 7) -> dict[str, float]:
    """Median milliseconds of both and their ratio; over `folder` when given, else over a small new station."""
    with tempfile.TemporaryDirectory() as fresh:
        if folder is None or key is None:
            folder, key = Path(fresh) / "data", _new_station(Path(fresh) / "data")
        bare, desk = [], []
        for _ in range(turns):
            bare.append(_run(BARE))
            desk.append(_run(DESK, str(folder), key.hex()))
    return {
        "bare window ms": statistics.median(bare),
        "desk window ms": statistics.median(desk),
        "window ratio": statistics.median(desk) / statistics.median(bare),
    }


def _new_station(folder: Path) -> bytes:
    from samples import SAMPLES
    from uuid_utils import uuid7

    from app.commands.desk import found_desk
    from app.models.registry import RECORD_TYPES
    from app.security.keyslots import KeySlots

    desk, _ = found_desk(
        folder, station_code="511421125201", station_name="鹰头村", user=USER, password=PASSWORD
    )
    for _ in range(25):
        for code, record_type in RECORD_TYPES.items():
            desk.store.save(record_type, SAMPLES[code](), by=USER, record_id=str(uuid7()))
    desk.close()
    return KeySlots.open(folder).unlock(USER, PASSWORD)


def _run(program: str, *arguments: str) -> float:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    answer = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return float(answer.stdout.splitlines()[-1])


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name:32} {figure:8.2f}")
