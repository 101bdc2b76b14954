"""Registering by the district's invitation: scanned with the camera or pasted, refused in words when it is none."""

from dataclasses import replace

import cv2
import numpy
import pytest
import zxingcpp

from app.sync.enrol_text import Invitation, invitation_text
from app.ui.camera import CameraPlace
from app.ui.enrol_card import EnrolCard

INVITATION = Invitation("https://qu.example.cn:8443", "ABCD-EFGH-0123-4567-89AB", "ab" * 32)


def recording(path, text, pictures=2000):
    """A recording of a sheet with a QR code on it."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    drawn = numpy.array(zxingcpp.write_barcode_to_image(code, scale=6))
    frame = numpy.full((600, 800, 3), 255, numpy.uint8)
    high, wide = drawn.shape[:2]
    frame[40 : 40 + high, 60 : 60 + wide] = drawn[:, :, None]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15, (800, 600))
    for _ in range(pictures):
        writer.write(frame)
    writer.release()
    return CameraPlace("高拍仪", str(path))


@pytest.fixture
def card_with(qtbot, services):
    kept = []

    def make(*places):
        asked = []

        class Sync:
            address, enrolled, can_enrol, news = None, False, True, services.sync.news

            def enrol(self, url, code, ca=""):
                asked.append((url, code, ca))

        card = EnrolCard(replace(services, cameras=lambda: places, sync=Sync()))
        kept.append(card)
        qtbot.addWidget(card)
        card.show()
        return card, asked

    yield make
    services.runner.wait_idle()


def test_a_scanned_invitation_fills_the_card_and_names_the_authority(qtbot, card_with, services, tmp_path):
    card, asked = card_with(recording(tmp_path / "code.avi", invitation_text(INVITATION)))
    card.open_camera()
    qtbot.waitUntil(lambda: card.address.text() != "")
    assert (card.address.text(), card.code.text()) == (INVITATION.address, INVITATION.code)
    card.submit()
    services.runner.wait_idle()
    assert asked == [(INVITATION.address, INVITATION.code, INVITATION.ca)]


def test_another_code_is_said_and_looking_goes_on(qtbot, card_with, tmp_path):
    card, _ = card_with(recording(tmp_path / "other.avi", "https://pay.example.cn/1"))
    dialog = card.open_camera()
    qtbot.waitUntil(lambda: "不是区里的登记码" in dialog.said.text())
    assert card.address.text() == ""
    dialog.reject()


def test_a_pasted_invitation_is_taken_apart(card_with, services):
    card, asked = card_with()
    card.code.setText(invitation_text(INVITATION))
    assert (card.address.text(), card.code.text()) == (INVITATION.address, INVITATION.code)
    card.address.setText("https://elsewhere.example.cn")
    card.submit()
    services.runner.wait_idle()
    # The authority belongs to the address it was named with.
    assert asked == [("https://elsewhere.example.cn", INVITATION.code, "")]
    card.code.setText("fengqiao:enrol?url=x")
    assert "不是区里的登记码" in card.banner.text()
