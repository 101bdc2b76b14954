"""A camera of this PC (document camera 高拍仪, webcam): its pictures as they come, and one taken from them."""

import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WANTED = (3264, 2448)  # pixels; a camera gives the nearest it has
SEEN_WIDE = 960  # pixels of the picture to look at while aiming
QUALITY = 92  # of JPEG
TRIED = 4  # cameras asked for by number where the system has no list of them
PAUSE = 0.04  # seconds between two pictures
SYSTEM_LIST = Path("/sys/class/video4linux")


@dataclass(frozen=True)
class CameraPlace:
    """A camera by its name, and where it is: its number, or a device or recording."""

    name: str
    source: int | str


def cameras_here() -> Sequence[CameraPlace]:
    """The cameras plugged in; slow where the system has to try them, so never on the window's thread."""
    if sys.platform == "linux":
        return _listed(SYSTEM_LIST)
    cv2 = _quiet_cv2()
    found = []
    for number in range(TRIED):
        capture = cv2.VideoCapture(number)
        if capture.isOpened():
            found.append(CameraPlace(f"{number + 1}", number))
        capture.release()
    return found


class Camera:
    """One camera, read on a thread of its own until `close`.

    `failure` is "busy" when it could not be opened, "gone" when it stopped giving pictures, else "".
    """

    def __init__(self, place: CameraPlace) -> None:
        self.failure = ""
        self._place = place
        self._lock = threading.Lock()
        self._latest: Any = None
        self._seen = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, name="camera", daemon=True)
        self._thread.start()

    def glance(self) -> tuple[bytes, int, int] | None:
        """The newest picture to look at: RGB bytes, width, height; None while there is no newer one."""
        with self._lock:
            picture, self._seen = self._latest if self._seen == 0 else None, 1
        if picture is None:
            return None
        cv2 = _quiet_cv2()
        high, wide = picture.shape[:2]
        if wide > SEEN_WIDE:
            picture = cv2.resize(picture, (SEEN_WIDE, max(1, round(high * SEEN_WIDE / wide))))
        high, wide = picture.shape[:2]
        return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).tobytes(), wide, high

    def take(self, quarter_turns: int = 0) -> bytes | None:
        """The newest picture in full size as a JPEG file, turned clockwise; None before the first."""
        with self._lock:
            picture = self._latest
        if picture is None:
            return None
        cv2 = _quiet_cv2()
        turns = (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)
        if quarter_turns % 4:
            picture = cv2.rotate(picture, turns[quarter_turns % 4 - 1])
        _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        return bytes(jpeg)

    def codes(self) -> list[str]:
        """The texts of the QR codes in the newest picture."""
        with self._lock:
            picture = self._latest
        if picture is None:
            return []
        import zxingcpp  # noqa: PLC0415  # loads with the first camera

        found = zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
        return [code.text for code in found]

    def close(self) -> None:
        """Let go of the camera; it may be used by another program at once."""
        self._ended.set()
        self._thread.join()

    def _read(self) -> None:
        capture = _opened(self._place.source)
        try:
            if not capture.isOpened():
                self.failure = "busy"
                return
            while not self._ended.wait(PAUSE):
                came, picture = capture.read()
                if not came:
                    self.failure = "gone"
                    return
                with self._lock:
                    self._latest, self._seen = picture, 0
        finally:
            capture.release()


def _opened(source: int | str) -> Any:
    cv2 = _quiet_cv2()
    capture = cv2.VideoCapture(source)
    # Compressed pictures, else the line to the camera has room for small ones only.
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, WANTED[0])
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, WANTED[1])
    return capture


def _listed(folder: Path) -> list[CameraPlace]:
    """Linux: one entry a device; the first of a camera's several nodes (index 0) gives pictures."""
    found = []
    with suppress(OSError):
        for entry in sorted(folder.iterdir()):
            with suppress(OSError, ValueError):
                if int((entry / "index").read_text()) == 0:
                    name = (entry / "name").read_text("utf-8", "replace").strip() or entry.name
                    found.append(CameraPlace(name, f"/dev/{entry.name}"))
    return found


def _quiet_cv2() -> Any:
    """OpenCV, loaded with the first camera; what it would print about a missing one is said by the window."""
    import cv2  # noqa: PLC0415  # a third of a second that a start without a camera can save

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return cv2
