"""Attached files on a form: added, refused, taken away, put back, kept in a draft, looked at, saved elsewhere."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from real_files import EVERY_KIND, jpeg, m4a, mp3, pdf, png
from samples import mediation_case, service_visit
from uuid_utils import uuid7

from app.models.registry import RECORD_TYPES
from app.ui.file_strip import FileStrip
from app.ui.file_viewer import FileViewer
from app.ui.record_form import RecordForm
from app.ui.record_page import RecordPage
from app.ui.scan_folder import ScanFolder
from tests.ui.conftest import USER

CASE, VISIT = RECORD_TYPES["mediation_case"], RECORD_TYPES["service_visit"]


@pytest.fixture
def files(tmp_path) -> Path:
    """A folder beside the data with a file of every kind, and some that are refused."""
    folder = tmp_path / "交来的材料"
    folder.mkdir()
    for ending, make in EVERY_KIND.items():
        (folder / f"材料.{ending}").write_bytes(make())
    (folder / "合同.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (folder / "照片.jpg").write_bytes(b"MZ" + bytes(600))
    return folder


@pytest.fixture
def editor(qtbot, services):
    """The editor of a visit's photographs, on its form."""
    form = RecordForm(VISIT, services)
    qtbot.addWidget(form)
    form.resize(1200, 800)
    form.show()
    form.set_values(service_visit())
    yield form.editors["photos"]
    services.runner.wait_idle()


def add(qtbot, editor, *paths):
    editor.add_paths(list(paths))
    qtbot.waitUntil(lambda: not editor.is_busy())


def names(editor) -> list[str]:
    return [file.name for file in editor.strip.files()]


def test_every_kind_is_added_with_its_picture(qtbot, services, editor, files):
    paths = [files / f"材料.{ending}" for ending in EVERY_KIND]
    add(qtbot, editor, *paths)
    assert names(editor) == [path.name for path in paths]
    assert editor.problem() == ""
    services.runner.wait_idle()
    drawn = {tile.file.name for tile in editor.strip.tiles if services.attachments.look(tile.file).image}
    assert drawn == {"材料.pdf", "材料.jpg", "材料.png"}
    assert VISIT.clean(service_visit(photos=editor.value()))[0]["photos"] == editor.strip.files()


def test_refused_files_are_named_with_the_reason_and_the_others_go_on(qtbot, services, editor, files):
    add(qtbot, editor, files / "合同.doc", files / "材料.jpg", files / "照片.jpg", files / "没有.pdf")
    assert names(editor) == ["材料.jpg"]
    said = editor.problem().splitlines()
    assert [line.split("：")[0] for line in said] == ["合同.doc", "照片.jpg", "没有.pdf"]
    assert "病毒" in said[1]
    add(qtbot, editor, files / "材料.pdf")
    assert editor.problem() == ""


def test_the_same_file_twice_stands_once_and_no_more_than_the_field_takes(
    qtbot, services, editor, files, tmp_path
):
    add(qtbot, editor, files / "材料.jpg", files / "材料.jpg")
    assert len(names(editor)) == 1
    many = []
    for number in range(editor.field.maximum + 1):
        many.append(tmp_path / f"{number}.mp3")
        many[-1].write_bytes(mp3() + bytes([number]))
    add(qtbot, editor, *many)
    assert len(names(editor)) == editor.field.maximum
    assert "多出的没有加入" in editor.problem()


def test_files_are_dropped_on_the_editor(qtbot, services, editor, files):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(files / "材料.jpg")), QUrl("https://example.cn/x.jpg")])
    act, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), act, mime, Qt.MouseButton.LeftButton, none)
    editor.dragEnterEvent(enter)
    assert enter.isAccepted()
    editor.dropEvent(QDropEvent(QPointF(5, 5), act, mime, Qt.MouseButton.LeftButton, none))
    qtbot.waitUntil(lambda: not editor.is_busy())
    assert names(editor) == ["材料.jpg"]


def test_a_screenshot_and_copied_files_are_pasted(qtbot, services, editor, files):
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    editor.paste_button.click()
    assert "先在别处复制" in editor.problem()
    shot = QImage(60, 40, QImage.Format.Format_RGB32)
    shot.fill(Qt.GlobalColor.red)
    clipboard.setImage(shot)
    editor.paste_button.click()
    qtbot.waitUntil(lambda: not editor.is_busy())
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(files / "材料.pdf"))])
    clipboard.setMimeData(mime)
    editor.paste_button.click()
    qtbot.waitUntil(lambda: not editor.is_busy())
    clipboard.clear()
    assert names(editor) == ["截图 2026-11-23 14.00.png", "材料.pdf"]
    assert editor.problem() == ""


def test_a_file_taken_away_can_be_put_back(qtbot, services, editor, files):
    add(qtbot, editor, files / "材料.jpg", files / "材料.pdf")
    with qtbot.waitSignal(editor.changed):
        editor.strip.tiles[0].removed.emit()
    assert names(editor) == ["材料.pdf"]
    assert editor.undo_button.text() == "放回 材料.jpg"
    editor.undo_button.click()
    assert sorted(names(editor)) == ["材料.jpg", "材料.pdf"]


def test_a_large_file_says_how_far_it_is_and_is_not_saved_half(qtbot, services, tmp_path):
    page = RecordPage(services, VISIT)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    page.open_new()
    page.form_page.form.set_values(service_visit())
    editor = page.form_page.form.editors["photos"]
    large, told = tmp_path / "录音.mp3", []
    large.write_bytes(mp3(tagged=False) + os.urandom(8 * 2**20))
    editor._went.connect(lambda done, of: told.append((done, of)))
    editor.add_paths([large])
    page.form_page.save()
    assert page.form_page.banner.isVisible()
    assert page.form_page.is_open()
    qtbot.waitUntil(lambda: not editor.is_busy())
    assert told[-1] == (large.stat().st_size, large.stat().st_size)
    assert not editor.bar.isVisible()
    with qtbot.waitSignal(page.saved) as saved:
        page.form_page.save()
        if page.form_page.is_open():
            page.form_page.save()
    stored = services.reader.load(VISIT, saved.args[1])
    assert stored.values["photos"] == editor.strip.files()


def test_a_file_that_arrives_after_the_form_moved_on_is_not_put_into_the_next_record(
    qtbot, services, editor, files
):
    editor.add_paths([files / "材料.jpg", files / "材料.pdf"])
    editor.set_value(None)
    services.runner.wait_idle()
    assert names(editor) == []
    assert not editor.is_busy()


def test_a_draft_keeps_what_was_chosen(qtbot, services, files):
    page = RecordPage(services, CASE)
    qtbot.addWidget(page)
    page.open_new()
    evidence = page.form_page.form.editors["evidence"]
    card = evidence.add_row()
    add(qtbot, card.group.editors["files"], files / "材料.jpg")
    page.form_page.leave()
    services.runner.wait_idle()
    (draft,) = services.drafts.of(USER)
    page.open_draft(draft)
    again = page.form_page.form.editors["evidence"].cards[0].group.editors["files"]
    assert names(again) == ["材料.jpg"]


def test_pages_are_counted_where_nobody_typed_them(qtbot, services, tmp_path):
    (tmp_path / "一.pdf").write_bytes(pdf(7))
    (tmp_path / "二.png").write_bytes(png())
    (tmp_path / "三.m4a").write_bytes(m4a())
    form = RecordForm(CASE, services)
    qtbot.addWidget(form)
    form.set_values(mediation_case(evidence=[]))
    group = form.editors["evidence"].add_row().group
    add(qtbot, group.editors["files"], *(tmp_path / name for name in ("一.pdf", "二.png", "三.m4a")))
    services.runner.wait_idle()
    assert group.editors["pages"].value() == "8"
    group.editors["pages"].line.setText("9")
    group.editors["files"].strip.tiles[0].removed.emit()
    services.runner.wait_idle()
    assert group.editors["pages"].value() == "9"


def test_the_newest_files_of_the_scanner_folder_are_offered(qtbot, services, editor, files):
    remembered = []
    scans = ScanFolder(None, remembered.append)
    assert scans.newest() == []
    scans.choose(files)
    os.utime(files / "材料.png", (2_000_000_000, 2_000_000_000))
    found = scans.newest()
    assert found[0].path.name == "材料.png"
    assert {scan.path.name for scan in found} == {path.name for path in files.iterdir()} - {"合同.doc"}
    assert remembered == [str(files)]
    menu = editor.scan_menu(found)
    menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: not editor.is_busy())
    assert names(editor) == ["材料.png"]


def test_a_scanner_folder_that_is_gone_is_said_and_another_may_be_chosen(qtbot, services, editor, tmp_path):
    services.scans.choose(tmp_path / "拔掉的盘")
    editor.offer_scans()
    services.runner.wait_idle()
    assert "打不开" in editor.problem()


def viewer_of(qtbot, services, *contents):
    attached = [services.attachments.add(content, f"附件{place}") for place, content in enumerate(contents)]
    viewer = FileViewer(attached, 0, services)
    viewer.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(viewer)
    viewer.show()
    return viewer


def test_pictures_and_pages_are_drawn_inside_the_program(qtbot, services):
    viewer = viewer_of(qtbot, services, jpeg(900, 600, orientation=6), pdf(5), mp3())
    qtbot.waitUntil(lambda: viewer.sheets is not None and viewer.sheets.drawn() == {1})
    page = viewer.sheets._pages[0].pixmap()
    assert page.height() > page.width()  # lying on its side as it was taken, upright as it is shown
    viewer.larger.click()
    qtbot.waitUntil(lambda: viewer.sheets._pages[0].pixmap().width() > page.width())
    viewer.next.click()
    qtbot.waitUntil(
        lambda: viewer.sheets is not None and 1 in viewer.sheets.drawn() and len(viewer.sheets._pages) == 5
    )
    viewer.next.click()
    services.runner.wait_idle()
    assert viewer.sheets is None
    assert not viewer.next.isEnabled()


def test_a_damaged_file_is_said_in_the_viewer(qtbot, services, desk):
    viewer = viewer_of(qtbot, services, pdf(), jpeg())
    qtbot.waitUntil(lambda: viewer.sheets is not None)
    digest = viewer._files[1].sha256
    (desk.path.with_name("attachments") / digest[:2] / digest).write_bytes(b"")
    viewer.next.click()
    qtbot.waitUntil(viewer.banner.isVisible)
    assert viewer.sheets is None


def test_what_cannot_be_drawn_is_said_and_can_be_saved_elsewhere(qtbot, services, tmp_path):
    broken = pdf()[:300]
    viewer = viewer_of(qtbot, services, broken)
    services.runner.wait_idle()
    assert viewer.sheets is None
    viewer.save_to(tmp_path / "拷出.pdf")
    qtbot.waitUntil(viewer.banner.isVisible)
    assert (tmp_path / "拷出.pdf").read_bytes() == broken


def test_a_saved_record_shows_its_files_and_opens_them(qtbot, services):
    photo = services.attachments.add(jpeg(), "现场.jpg")
    record_id = str(uuid7())
    values = mediation_case(evidence=[{"title": "照片", "files": [photo]}])
    services.store.save(CASE, values, by=USER, record_id=record_id)
    page = RecordPage(services, CASE)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    page.open_record(record_id)
    services.runner.wait_idle()
    (strip,) = page.detail.findChildren(FileStrip)
    assert [file.name for file in strip.files()] == ["现场.jpg"]
    strip.tiles[0].click()
    (viewer,) = page.window().findChildren(FileViewer)
    qtbot.waitUntil(lambda: viewer.sheets is not None and viewer.sheets.drawn() == {1})
    viewer.close()
