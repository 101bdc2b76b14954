"""Taking photographs with the camera: aim, turn, take; each is handed over at once."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent, QTransform
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.models.station_time import station_time
from app.ui.camera import Camera, CameraPlace
from app.ui.incoming import Source
from app.ui.layouts import button, words
from app.ui.services import DeskServices
from app.ui.theme import LIGHT

LOOKED = 60  # milliseconds between two looks
SMALLEST = (560, 380)  # pixels


class CameraDialog(QDialog):
    """Shows what the camera sees; `taken` hands over one photograph after the other."""

    taken = Signal(object)

    def __init__(
        self,
        services: DeskServices,
        find: Callable[[], Sequence[CameraPlace]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("拍照"))
        self._services = services
        self._camera: Camera | None = None
        self._turns = 0
        self._image = QImage()
        self.count = 0
        self.chooser = QComboBox()
        self.chooser.setAccessibleName(self.tr("摄像头"))
        self.chooser.activated.connect(lambda _: self._open())
        self.view = QLabel(self.tr("正在找摄像头……"))
        self.view.setAccessibleName(self.tr("摄像头的画面"))
        self.view.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.view.setWordWrap(True)
        self.view.setMinimumSize(*SMALLEST)
        self.view.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.said = words(self.tr("把材料放平、照全，再按“拍照”（空格键）。可以连着拍几张。"), "hint")
        self.take_button = button(self.tr("拍照"), "primary", sign="camera", colour=LIGHT.on_accent)
        self.take_button.setShortcut(Qt.Key.Key_Space)
        self.take_button.setEnabled(False)
        self.take_button.clicked.connect(self.take)
        self.turn_button = button(self.tr("旋转"), "quiet", sign="forward")
        self.turn_button.clicked.connect(self._turn)
        self.end_button = button(self.tr("完成"))
        self.end_button.clicked.connect(self.accept)
        self._lay_out()
        self._timer = QTimer(self, interval=LOOKED)
        self._timer.timeout.connect(self._look)
        self.finished.connect(self._let_go)
        services.runner.run(find, done=self._found, failed=lambda _: self._found(()), owner=self)

    def take(self) -> None:
        """Hand over what the camera sees now."""
        content = self._camera.take(self._turns) if self._camera else None
        if content is None:
            return
        self.count += 1
        at = station_time(self._services.clock())
        name = self.tr("照片 {time}-{count}.jpg").format(time=f"{at:%Y-%m-%d %H.%M}", count=self.count)
        self.said.setText(
            self.tr("已拍 {count} 张。换一页可以接着拍，拍好了按“完成”。").format(count=self.count)
        )
        self.taken.emit(Source(content, name))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.chooser, 1)
        top.addWidget(self.turn_button)
        below = QHBoxLayout()
        below.addWidget(self.said, 1)
        below.addWidget(self.end_button)
        below.addWidget(self.take_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addLayout(top)
        column.addWidget(self.view, 1)
        column.addLayout(below)
        self.chooser.hide()

    def _found(self, places: Sequence[CameraPlace]) -> None:
        for place in places:
            self.chooser.addItem(place.name, place)
        self.chooser.setVisible(len(places) > 1)
        if places:
            self._open()
        else:
            self._say(self.tr("没有找到摄像头或高拍仪。请插好后再打开这里，或先用手机拍好，从文件夹里添加。"))

    def _open(self) -> None:
        self._let_go()
        place = self.chooser.currentData()
        self._say(self.tr("正在打开 {name}……").format(name=place.name))
        self._camera = Camera(place)
        self._timer.start()

    def _look(self) -> None:
        camera = self._camera
        if camera is None:
            return
        if camera.failure:
            self._let_go()
            self._say(
                self.tr("摄像头打不开，可能正被别的程序使用。请关掉别的程序再试。")
                if camera.failure == "busy"
                else self.tr("摄像头断开了。已拍的照片都在，请插好后重新打开这里。")
            )
            return
        seen = camera.glance()
        if seen is not None:
            content, wide, high = seen
            self._image = QImage(content, wide, high, 3 * wide, QImage.Format.Format_RGB888).copy()
            self.take_button.setEnabled(True)
            self._show()

    def _show(self) -> None:
        if self._image.isNull():
            return
        turned = self._image.transformed(QTransform().rotate(90 * self._turns))
        self.view.setPixmap(
            QPixmap.fromImage(turned).scaled(
                self.view.size(),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )

    def _turn(self) -> None:
        self._turns = (self._turns + 1) % 4
        self._show()

    def _say(self, sentence: str) -> None:
        self._image = QImage()
        self.take_button.setEnabled(False)
        self.view.setText(sentence)

    def _let_go(self) -> None:
        self._timer.stop()
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()
