"""Icons of the program's own family, drawn in the colour asked for."""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from app import resources

INK = "#000"  # what the files are drawn in
MID = "#3d5560"  # readable on the grounds of both themes
FADED = "#94a3aa"  # of what cannot be pressed now
DRAWN_AT = (24, 48)


def icon(name: str, colour: str | None = None, *, chosen: str | None = None) -> QIcon:
    """The icon `name` in one colour, and in another while checked; raises MissingResourceError."""
    made = QIcon()
    for size in DRAWN_AT:
        made.addPixmap(picture(name, size, colour), QIcon.Mode.Normal, QIcon.State.Off)
        made.addPixmap(picture(name, size, FADED), QIcon.Mode.Disabled, QIcon.State.Off)
        if chosen:
            made.addPixmap(picture(name, size, chosen), QIcon.Mode.Normal, QIcon.State.On)
    return made


@cache
def drawing(name: str, colour: str | None = None) -> str:
    """The SVG of an icon in one colour; raises MissingResourceError."""
    source = resources.path("icons", f"{name}.svg").read_text("utf-8")
    return source.replace(f'stroke="{INK}"', f'stroke="{colour or MID}"')


def picture(name: str, size: int, colour: str | None = None, *, ratio: float = 1.0) -> QPixmap:
    """The icon as a square picture of `size` device-independent pixels; drawn once and kept by Qt."""
    key = f"icon {name} {size} {colour} {ratio}"
    pixmap = QPixmap()
    if QPixmapCache.find(key, pixmap):
        return pixmap
    pixmap = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(drawing(name, colour).encode())).render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, pixmap)
    return pixmap


def program_icon() -> QIcon:
    """The sign of the program, for windows and the task bar."""
    made = QIcon()
    for size in (16, 24, 32, 48, 64, 128):
        made.addPixmap(picture("fengqiao", size))
    return made
