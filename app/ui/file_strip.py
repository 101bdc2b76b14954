"""Attached files as small pictures with their names; a click opens the file."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QToolButton, QWidget

from app.models.attached_file import MEDIA, AttachedFile
from app.store.attachments import Look
from app.ui.icons import icon, picture
from app.ui.services import DeskServices
from app.ui.theme import LIGHT
from app.ui.words import label

PICTURE = 96  # pixels
ROOM = 12  # pixels around a picture
GAP = 8
NAME = 6  # characters of a name that have room at least
SIGNS = {"application/pdf": "file-pdf", "audio/mpeg": "sound", "audio/mp4": "sound", "audio/wav": "sound"}


class FileTile(QToolButton):
    """One file: its picture or sign, its name, and a cross where it may be taken away."""

    removed = Signal()

    def __init__(self, file: AttachedFile, *, editable: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file = file
        media = label(MEDIA[file.media_type].label)
        self.setProperty("role", "file")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIcon(_framed(picture(SIGNS.get(file.media_type, "draft"), PICTURE // 2)))
        self.setIconSize(QSize(PICTURE, PICTURE))
        self._tip = f"{file.name}\n{media}　{size_text(file.size)}"
        self._shown = file.name
        self.setToolTip(self._tip)
        self.setAccessibleName(self.tr("查看 {name}").format(name=file.name))
        self._cross = QToolButton(self)
        self._cross.setProperty("role", "cross")
        self._cross.setIcon(icon("close"))
        self._cross.setToolTip(self.tr("去掉这个文件"))
        self._cross.setAccessibleName(self.tr("去掉 {name}").format(name=file.name))
        self._cross.setVisible(editable)
        self._cross.clicked.connect(self.removed)
        self.fit()

    def fit(self) -> None:
        """As wide as the picture and a name of some characters, as high as both."""
        self.ensurePolished()
        metrics = self.fontMetrics()
        wide = max(PICTURE, NAME * metrics.height())
        self.setFixedSize(wide + 2 * ROOM, PICTURE + metrics.height() + 2 * ROOM)
        self.setText(metrics.elidedText(self._shown, Qt.TextElideMode.ElideMiddle, wide + ROOM))

    def show_look(self, look: Look) -> None:
        """Put the picture in the place of the sign, or say that the file is not here yet."""
        if not look.here:
            self.setIcon(_framed(picture("clock", PICTURE // 3)))
            self.setToolTip(self.tr("{tip}　还没有到本机").format(tip=self._tip))
            self._say(self.tr("未到·{name}").format(name=self.file.name))
            return
        pixmap = QPixmap()
        if look.image and pixmap.loadFromData(look.image):
            self.setIcon(_framed(pixmap, edge=True))
        if look.pages:
            self.setToolTip(self.tr("{tip}　{pages} 页").format(tip=self._tip, pages=look.pages))

    def show_arrived(self) -> None:
        """The sign and the name again, until the picture is drawn."""
        self.setIcon(_framed(picture(SIGNS.get(self.file.media_type, "draft"), PICTURE // 2)))
        self.setToolTip(self._tip)
        self._say(self.file.name)

    def _say(self, shown: str) -> None:
        self._shown = shown
        self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cross.adjustSize()
        self._cross.move(self.width() - self._cross.width() - 2, 2)


class FileStrip(QWidget):
    """As many tiles in a line as there is room for; `looked` tells when every file was seen: looks by hash."""

    removed = Signal(object)
    looked = Signal(object)

    def __init__(
        self, services: DeskServices, *, editable: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._editable = editable
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.tiles: list[FileTile] = []
        self._looks: dict[str, Look] = {}
        self._looking = False
        services.sync.news.arrived.connect(self._arrived)

    def files(self) -> list[AttachedFile]:
        """The files shown."""
        return [tile.file for tile in self.tiles]

    def show_files(self, files: Sequence[AttachedFile]) -> None:
        """Show these files; their pictures follow."""
        for tile in self.tiles:
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self.tiles = [self._tile(file) for file in files]
        self.setVisible(bool(files))
        self._arrange()
        for tile in self.tiles:
            tile.show_look(self._looks.get(tile.file.sha256, Look()))
        self._look_next()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            for tile in self.tiles:
                tile.fit()

    def _tile(self, file: AttachedFile) -> FileTile:
        tile = FileTile(file, editable=self._editable)
        tile.clicked.connect(lambda: self._open(file))
        tile.removed.connect(lambda: self.removed.emit(file))
        return tile

    def _look_next(self) -> None:
        """One after the other, so that a page that takes long to draw keeps one thread busy and not all."""
        unseen = next((file for file in self.files() if file.sha256 not in self._looks), None)
        if self._looking or unseen is None:
            if unseen is None:
                self.looked.emit(self._looks)
            return
        self._looking, attachments, file = True, self._services.attachments, unseen
        self._services.runner.run(
            lambda: attachments.look(file),
            done=lambda look: self._seen(file, look),
            failed=lambda _: self._seen(file, Look()),
            owner=self,
        )

    def _seen(self, file: AttachedFile, look: Look) -> None:
        self._looking = False
        self._looks[file.sha256] = look
        for tile in self.tiles:
            if tile.file.sha256 == file.sha256:
                tile.show_look(look)
        self._look_next()

    def _arrived(self, digest: str) -> None:
        """One that was not here has come."""
        if digest in self._looks and any(file.sha256 == digest for file in self.files()):
            del self._looks[digest]
            for tile in self.tiles:
                if tile.file.sha256 == digest:
                    tile.show_arrived()
            self._look_next()

    def _arrange(self) -> None:
        wide = max((tile.width() for tile in self.tiles), default=PICTURE)
        across = max(1, (self.width() + GAP) // (wide + GAP))
        for place, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, place // across, place % across)

    def _open(self, file: AttachedFile) -> None:
        # The viewer brings PDFium and the picture decoder with it.
        from app.ui.file_viewer import FileViewer  # noqa: PLC0415

        FileViewer(self.files(), self.files().index(file), self._services, self.window()).open()


def _framed(pixmap: QPixmap, *, edge: bool = False) -> QIcon:
    """A picture in the middle of a square, so that the names of neighbours stand in one line."""
    square = QPixmap(PICTURE, PICTURE)
    square.fill(Qt.GlobalColor.transparent)
    if pixmap.width() > PICTURE or pixmap.height() > PICTURE:
        ways = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        pixmap = pixmap.scaled(QSize(PICTURE, PICTURE), *ways)
    place = pixmap.rect()
    place.moveCenter(square.rect().center())
    painter = QPainter(square)
    painter.drawPixmap(place, pixmap)
    if edge:
        painter.setPen(QColor(LIGHT.strong_line))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
    painter.end()
    return QIcon(square)


def size_text(size: int) -> str:
    """`3.4 MB`, `812 KB`: bytes as people say them."""
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, size // 1024)} KB"
