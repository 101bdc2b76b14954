"""Pictures of sending and receiving for the manual: two PCs of one village and their district, all of it made up."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy
import zxingcpp
from PySide6.QtCore import QDeadlineTimer, QThread
from PySide6.QtWidgets import QWidget

from app import resources
from app.commands.desk import Desk, district_of, enrol_desk, found_desk, rounds_of
from app.commands.window import DeskWindow
from app.district.server import DistrictServer
from app.exchange.importing import import_rows
from app.exchange.source_rows import source_rows
from app.models.registry import RECORD_TYPES
from app.models.station_time import station_day
from app.store import reading
from app.store.reading import ListQuery, RecordReader
from app.store.round_log import Round, RoundLog
from app.sync.enrol_text import Invitation, invitation_text
from app.sync.outcome import NO_ANSWER
from app.ui.camera import CameraPlace
from app.ui.code_scan import CodeScanDialog
from app.ui.difference_dialog import DifferenceDialog
from app.ui.record_page import RecordPage
from app.ui.sync_page import SyncPage

STATION = "511421125201", "鹰头村"
PASSWORD = "Yanshi-2026-zhuo"  # noqa: S105  # opens invented records only
ADDRESS = "https://fengqiao.qu.example.cn"
CASE = RECORD_TYPES["mediation_case"]
PATIENCE = 30_000  # milliseconds

Window = Callable[[Desk], AbstractContextManager[tuple[DeskWindow, Callable[[], None]]]]


def sync_pictures(window: Window, folder: Path) -> None:
    """Registering, what came back, differences, merges, comparing, sending again, who this PC is."""
    with ExitStack() as open_things:
        district = open_things.enter_context(DistrictServer(folder / "sync-district"))
        desks = []
        for user in ("李调解", "王网格"):
            desk, _ = found_desk(
                folder / f"sync-{user}",
                station_code=STATION[0],
                station_name=STATION[1],
                user=user,
                password=PASSWORD,
            )
            open_things.callback(desk.close)
            desks.append(desk)
        first, second = desks
        _registering(window, first, folder)
        for desk in desks:
            enrol_desk(desk, district.url, district.open_code(*STATION))
        rows = source_rows(resources.path("demo", "records.jsonl"), RECORD_TYPES, None)
        import_rows(rows, first.store, RecordReader(first.database), by=first.user)
        _exchange(first, second)
        merged, disputed, refused = (row["id"] for row in first.reader.page(CASE, ListQuery(), limit=3))
        _edit(first, merged, notes="双方都愿意各让一步。")
        _edit(second, merged, place="鹰头村4组晒坝", recorder="赵记录")
        _edit(first, disputed, place="鹰头村3组排水沟东侧", notes="雨季前把沟清出来。")
        _edit(second, disputed, place="鹰头村3组排水沟西侧", notes="下雨天再去看一次。")
        _exchange(first, second)
        _spoil(second, refused)
        _exchange(second)
        _what_came_of_it(window, second, (merged, disputed), folder)


def _registering(window: Window, desk: Desk, folder: Path) -> None:
    invitation = Invitation(ADDRESS, "7KQ2-M9XD-3RTA-V6WP-84ZC", "ab" * 32)
    with window(desk) as (desk_window, settle):
        page = desk_window.window.open_page("sync")
        settle()
        assert isinstance(page, SyncPage)
        sheet = _sheet(folder / "sheet.avi", invitation_text(invitation))
        dialog = CodeScanDialog(desk_window.services, lambda: (sheet,), desk_window.window)
        # The moment it is read, before the dialog closes.
        dialog.read.connect(lambda _: dialog.grab().save(str(folder / "70-enrol-scan.png")))
        dialog.read.connect(page.enrol_card.take)
        dialog.show()
        _until(settle, lambda: page.enrol_card.code.text() != "")
        settle()
        desk_window.window.grab().save(str(folder / "71-enrol.png"))


def _what_came_of_it(window: Window, desk: Desk, records: tuple[str, str], folder: Path) -> None:
    merged, disputed = records
    log, now = RoundLog(desk.database), desk.clock()
    for hours, done in (
        (26, Round(now, 9, 57, 3, 2, "", "")),
        (20, Round(now, 30, 0, 0, 0, "offline", NO_ANSWER["offline"])),
        (3, Round(now, 4, 6, 2, 0, "", "", merged=3)),
    ):
        log.note(replace(done, at=now - timedelta(hours=hours)))
    with window(desk) as (desk_window, settle):
        main = desk_window.window
        main.open_page(CASE.code)
        main.open_record(CASE.code, merged)
        settle()
        main.grab().save(str(folder / "72-merged.png"))
        main.open_record(CASE.code, disputed)
        settle()
        cases = main.findChild(RecordPage)
        cases.detail.differences.open_requested.emit(desk.differences.of(disputed))
        settle()
        cases.findChildren(DifferenceDialog)[-1].grab().save(str(folder / "73-conflict.png"))
        cases.findChildren(DifferenceDialog)[-1].close()
        page = main.open_page("sync")
        assert isinstance(page, SyncPage)
        _until(settle, lambda: desk_window.services.sync.news.outcome is not None)
        desk_window.services.sync._sync.address = ADDRESS
        page._compare.click()
        _until(settle, lambda: desk_window.services.sync.news.finding is not None)
        settle()
        main.grab().save(str(folder / "74-compare.png"))
        page.resend_card.day.line.setText(station_day(desk.clock()).isoformat())
        page.resend_card.count()
        page.refresh()
        settle()
        cards = {
            "75-returned": page._refused_card,
            "76-rounds": page._rounds,
            "77-resend": page.resend_card,
            "78-identity": page.identity_card,
        }
        for name, card in cards.items():
            _grab(card, folder / f"{name}.png")


def _exchange(*desks: Desk) -> None:
    for desk in [*desks, *desks]:
        district = district_of(desk)
        assert district is not None
        with district:
            rounds_of(desk, district).run()


def _edit(desk: Desk, record_id: str, **changes: Any) -> None:
    stored = desk.reader.load(CASE, record_id)
    assert stored is not None
    values = {**stored.values, **changes}
    desk.store.save(CASE, values, by=desk.user, record_id=record_id, base=stored.head)


def _spoil(desk: Desk, record_id: str) -> None:
    """An edit as a program with weaker rules would have saved it: the district gives it back with its reason."""
    with desk.database.write() as connection:
        before = reading.load(connection, CASE, record_id)
        assert before is not None
        day = before.values["accepted_on"] - timedelta(days=10)
        new = desk.store._revision(CASE, record_id, before, "edit", {"agreed_on": day.isoformat()}, desk.user)
        desk.store._write(connection, new, {**before.values, "agreed_on": day})


def _sheet(path: Path, text: str) -> CameraPlace:
    """A recording of a printed invitation before the lens."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    drawn = numpy.array(zxingcpp.write_barcode_to_image(code, scale=7))
    frame = numpy.full((600, 800, 3), 228, numpy.uint8)
    frame[20:580, 150:650] = 250
    high, wide = drawn.shape[:2]
    top, left = (600 - high) // 2, (800 - wide) // 2
    frame[top : top + high, left : left + wide] = drawn[:, :, None]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15, (800, 600))
    for _ in range(2000):
        writer.write(frame)
    writer.release()
    return CameraPlace("高拍仪", str(path))


def _grab(card: QWidget, path: Path) -> None:
    card.grab().save(str(path))


def _until(settle: Callable[[], None], ready: Callable[[], bool]) -> None:
    deadline = QDeadlineTimer(PATIENCE)
    while not ready():
        if deadline.hasExpired():
            raise TimeoutError
        QThread.msleep(20)
        settle()
