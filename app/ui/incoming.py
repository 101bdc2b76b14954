"""What is dropped on the desk or was copied elsewhere: files of this PC, or a picture such as a screenshot."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QBuffer, QCoreApplication, QMimeData
from PySide6.QtGui import QGuiApplication, QImage

from app.models.station_time import station_time


@dataclass(frozen=True)
class Source:
    """A file that is to be taken in: where it lies, or its content, and its name."""

    content: Path | bytes
    name: str


def local_files(data: QMimeData | None) -> list[Source]:
    """The files of this PC among what is dropped or copied; addresses of other places are left out."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()] if data else []
    return [Source(path, path.name) for path in paths]


def copied(now: datetime) -> list[Source]:
    """What the clipboard holds: files, else a picture under a name made of the time; nothing of other sorts."""
    data = QGuiApplication.clipboard().mimeData()
    image = QGuiApplication.clipboard().image()
    files = local_files(data)
    if files or image.isNull():
        return files
    name = QCoreApplication.translate("incoming", "截图 {time}.png")
    return [Source(_png(image), name.format(time=f"{station_time(now):%Y-%m-%d %H.%M}"))]


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # takes a device too
    return bytes(buffer.data().data())
