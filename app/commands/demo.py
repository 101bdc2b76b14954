"""The demonstration: 鹰头村 with a district on loopback; a window where there is a screen, else the tour."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app import resources
from app.commands.desk import DATABASE, Desk, found_desk, open_desk, utc_now
from app.commands.desk_line import district_of, enrol_desk, rounds_of
from app.district.administration.trail import COMMAND
from app.district.intake import utc_text
from app.district.server import DistrictServer
from app.district.stations import add_station
from app.exchange.importing import import_rows
from app.exchange.source_rows import source_rows
from app.models.registry import RECORD_TYPES
from app.store.reading import RecordReader

STATION_CODE, STATION_NAME = "511421125201", "鹰头村"
POLICE_CODE, POLICE_NAME = "511421125901", "鹰头派出所"
USER, POLICE_USER = "李调解", "吴警官"
# Opens invented records only; it is printed at every start.
PASSWORD = "Yanshi-2026-zhuo"  # noqa: S105  # nosec B105  # the demonstration's own, protects nothing


def demo(folder: Path, *, offscreen: bool) -> int:
    """Open the demonstration desk, or take the tour where there is no screen."""
    if offscreen or not _has_screen():
        return _tour(folder)
    from app.commands.window import run_desk  # noqa: PLC0415  # Qt only where a window opens

    with demonstration(folder) as desk:
        print(f"演示数据在 {folder.resolve()}，用户 {USER}，口令 {PASSWORD}")
        return run_desk(desk)


@contextmanager
def demonstration(folder: Path) -> Iterator[Desk]:
    """An open desk with invented records, enrolled with a district that runs until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "desk"
    is_new = not (data / DATABASE).exists()
    with DistrictServer(folder / "district") as district:
        if is_new:
            desk, _ = found_desk(
                data, station_code=STATION_CODE, station_name=STATION_NAME, user=USER, password=PASSWORD
            )
        else:
            desk = open_desk(data, USER, PASSWORD)
        try:
            if is_new:
                rows = source_rows(resources.path("demo", "records.jsonl"), RECORD_TYPES, None)
                import_rows(rows, desk.store, RecordReader(desk.database), by=USER)
            # The port is a new one at every start.
            enrol_desk(desk, district.url, district.open_code(STATION_CODE, STATION_NAME))
            if is_new:
                _hand_over_from_police(folder / "police", district)
            print(f"区级服务：{district.url}")
            yield desk
        finally:
            desk.close()


def _hand_over_from_police(folder: Path, district: DistrictServer) -> None:
    """The police station of the place, which hands a dispute over; the desk receives it with its first round."""
    add_station(district.services.database, POLICE_CODE, POLICE_NAME, "police", COMMAND, utc_text(utc_now()))
    police, _ = found_desk(
        folder,
        station_code=POLICE_CODE,
        station_name=POLICE_NAME,
        user=POLICE_USER,
        password=PASSWORD,
    )
    with closing(police):
        rows = source_rows(resources.path("demo", "letter.jsonl"), RECORD_TYPES, None)
        import_rows(rows, police.store, RecordReader(police.database), by=POLICE_USER)
        enrol_desk(police, district.url, district.open_code(POLICE_CODE))
        line = district_of(police)
        assert line is not None
        with closing(line):
            rounds_of(police, line).run()


def _tour(folder: Path) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.commands.tour import take_tour  # noqa: PLC0415  # the platform is chosen above

    for name in ("desk", "police", "district", "tour"):
        shutil.rmtree(folder / name, ignore_errors=True)
    pictures = folder / "tour"
    pictures.mkdir(parents=True)
    with demonstration(folder) as desk:
        take_tour(desk, pictures)
    print(f"没有显示器，已在后台走完全程。截图、调解协议书和回执在：{pictures.resolve()}")
    for path in sorted(pictures.iterdir()):
        print(f"  {path.name}")
    return 0


def _has_screen() -> bool:
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        return False
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
