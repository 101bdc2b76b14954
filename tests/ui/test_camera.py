"""Photographs from a camera: a recording in place of the device, read by the same OpenCV."""

import io
from dataclasses import replace

import cv2
import numpy
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from samples import service_visit

from app.models.registry import RECORD_TYPES
from app.ui import camera
from app.ui.camera import CameraPlace
from app.ui.record_form import RecordForm
from tests.ui.conftest import USER

WIDE, HIGH = 640, 480
VISIT = RECORD_TYPES["service_visit"]


def recorded(path, pictures):
    """A recording whose upper half is dark and whose lower half is light."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15, (WIDE, HIGH))
    frame = numpy.zeros((HIGH, WIDE, 3), numpy.uint8)
    frame[HIGH // 2 :] = 230
    for _ in range(pictures):
        writer.write(frame)
    writer.release()
    return CameraPlace("高拍仪", str(path))


@pytest.fixture
def form_with(qtbot, services):
    kept = []

    def make(*places):
        form = RecordForm(VISIT, replace(services, cameras=lambda: places))
        kept.append(form)
        qtbot.addWidget(form)
        form.resize(1200, 800)
        form.show()
        form.set_values(service_visit())
        return form.editors["photos"]

    yield make
    services.runner.wait_idle()


def test_photographs_join_the_record_one_after_the_other(qtbot, form_with, services, tmp_path):
    editor = form_with(recorded(tmp_path / "many.avi", 3000))
    dialog = editor.open_camera()
    qtbot.waitUntil(dialog.take_button.isEnabled)
    qtbot.mouseClick(dialog.take_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(editor.strip.files()) == 1)
    dialog.turn_button.click()
    dialog.take()
    qtbot.waitUntil(lambda: len(editor.strip.files()) == 2)
    dialog.accept()
    upright, turned = editor.strip.files()
    assert upright.name == "照片 2026-11-23 14.00-1.jpg"
    assert upright.media_type == turned.media_type == "image/jpeg"
    pictures = [
        Image.open(io.BytesIO(services.attachments.open(file, by=USER))) for file in (upright, turned)
    ]
    assert [picture.size for picture in pictures] == [(WIDE, HIGH), (HIGH, WIDE)]
    dark, light = pictures[0].convert("L").getpixel((9, 9)), pictures[0].convert("L").getpixel((9, HIGH - 9))
    assert (dark < 20, light > 200) == (True, True)
    # Turned clockwise, what was below is on the left.
    assert pictures[1].convert("L").getpixel((9, 9)) > 200


def test_a_camera_that_is_pulled_out_keeps_what_was_taken(qtbot, form_with, tmp_path):
    editor = form_with(recorded(tmp_path / "short.avi", 12))
    dialog = editor.open_camera()
    qtbot.waitUntil(dialog.take_button.isEnabled)
    dialog.take()
    qtbot.waitUntil(lambda: "断开" in dialog.view.text())
    assert not dialog.take_button.isEnabled()
    qtbot.waitUntil(lambda: len(editor.strip.files()) == 1)
    dialog.reject()


def test_a_camera_in_use_and_no_camera_are_said(qtbot, form_with, tmp_path):
    busy = form_with(CameraPlace("高拍仪", str(tmp_path / "nothing.avi"))).open_camera()
    qtbot.waitUntil(lambda: "打不开" in busy.view.text())
    busy.take()
    assert busy.count == 0
    busy.reject()
    none = form_with().open_camera()
    qtbot.waitUntil(lambda: "没有找到摄像头" in none.view.text())
    none.reject()


def test_another_of_several_cameras_can_be_chosen(qtbot, form_with, tmp_path):
    first = recorded(tmp_path / "one.avi", 3000)
    dialog = form_with(replace(first, name="摄像头", source="nowhere.avi"), first).open_camera()
    qtbot.waitUntil(lambda: "打不开" in dialog.view.text())
    dialog.chooser.setCurrentIndex(1)
    dialog.chooser.activated.emit(1)
    qtbot.waitUntil(dialog.take_button.isEnabled)
    dialog.reject()


def test_the_system_names_its_cameras(monkeypatch, tmp_path):
    for node, index, name in (
        ("video0", "0", "USB 高拍仪"),
        ("video1", "1", "USB 高拍仪"),
        ("video2", "0", "内置摄像头"),
    ):
        (tmp_path / node).mkdir()
        (tmp_path / node / "index").write_text(index + "\n")
        (tmp_path / node / "name").write_text(name + "\n", "utf-8")
    monkeypatch.setattr(camera, "SYSTEM_LIST", tmp_path)
    assert camera.cameras_here() == [
        CameraPlace("USB 高拍仪", "/dev/video0"),
        CameraPlace("内置摄像头", "/dev/video2"),
    ]
    monkeypatch.setattr(camera, "SYSTEM_LIST", tmp_path / "none")
    assert camera.cameras_here() == []
