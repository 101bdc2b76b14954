"""Editor of attached files: added from a file, dropped or pasted, or from the scanner's folder."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu, QProgressBar, QVBoxLayout, QWidget

from app.models.attached_file import MEDIA, AttachedFile, file_of
from app.models.fields import Field
from app.models.problems import Severity
from app.store.attachments import Look
from app.ui.camera_dialog import CameraDialog
from app.ui.editors.base import Editor
from app.ui.file_strip import FileStrip
from app.ui.flow_row import FlowRow
from app.ui.incoming import Source, copied, local_files
from app.ui.layouts import button, words
from app.ui.scan_folder import Scan
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.words import label, short_moment

BAR = 10  # pixels
LARGE = 2 * 2**20  # bytes from which a bar says how far it is


class FilesEditor(Editor):
    """The files of one field, as pictures; what is chosen is encrypted at once and saved with the record.

    `counted` tells the sheets of paper the files stand for after somebody added or removed one.
    """

    counted = Signal(int)
    _went = Signal(int, int)

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self._waiting: list[Source] = []
        self._refused: list[str] = []
        self._turn = 0
        self._taken_away: AttachedFile | None = None
        self.strip = FileStrip(services, editable=True)
        self.strip.removed.connect(self._remove)
        self.strip.looked.connect(self._count)
        self._by_hand = False
        self.add_button = button(self.tr("添加文件"), sign="add")
        self.add_button.clicked.connect(self._ask_files)
        self.scan_button = button(self.tr("从扫描文件夹选"), "quiet", sign="scan")
        self.scan_button.setToolTip(self.tr("扫描仪、手机或相机把图片存到的文件夹"))
        self.scan_button.clicked.connect(self.offer_scans)
        self.camera_button = button(self.tr("拍照"), "quiet", sign="camera")
        self.camera_button.setToolTip(self.tr("用高拍仪或摄像头拍"))
        self.camera_button.clicked.connect(self.open_camera)
        self.paste_button = button(self.tr("粘贴"), "quiet", sign="copy")
        self.paste_button.setToolTip(self.tr("加入复制的截图、照片或文件（Ctrl+V）"))
        self.paste_button.clicked.connect(self.paste)
        self.undo_button = button("", "link")
        self.undo_button.clicked.connect(self._put_back)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(self.tr("加入文件的进度"))
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(BAR)
        self._went.connect(self._show_progress)
        self._hint = words("", "hint")
        self.place_input(self._laid_out(), self.add_button)
        self.add_button.setAccessibleName(self.tr("{name}：添加文件").format(name=label(field.label)))
        self.setAcceptDrops(True)
        self._say_how()
        pasting = QShortcut(QKeySequence.StandardKey.Paste, self, self.paste)
        pasting.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.undo_button.hide()
        self.bar.hide()

    def value(self) -> Any:
        return self.strip.files() or None

    def set_value(self, value: Any) -> None:
        self._turn += 1
        self._waiting, self._refused, self._taken_away = [], [], None
        self._by_hand = False
        self.bar.hide()
        self._show(_files(value))
        self.clear_problem()

    def is_busy(self) -> bool:
        """Whether files are still being taken in."""
        return bool(self._waiting)

    def add_paths(self, paths: Sequence[Path]) -> None:
        """Take these files in, one after the other; a refused one is said below, the others go on."""
        self._add([Source(path, path.name) for path in paths])

    def paste(self) -> None:
        """Take in what was copied: files of this PC, or a picture such as a screenshot."""
        sources = copied(self.services.clock())
        self._add(sources)
        if not sources:
            self.show_hint(self.tr("还没有复制截图、照片或文件。先在别处复制，再按“粘贴”。"))

    def _add(self, sources: Sequence[Source]) -> None:
        if self.is_locked:
            return
        begin = not self._waiting
        self._waiting += sources
        if begin and self._waiting:
            self._refused = []
            self.clear_problem()
            self._take_next()

    def open_camera(self) -> CameraDialog:
        """Show what the camera sees; each photograph taken joins the others."""
        dialog = CameraDialog(self.services, self.services.cameras, self)
        dialog.taken.connect(lambda source: self._add([source]))
        _open(dialog)
        return dialog

    def offer_scans(self) -> None:
        """List the newest files of the scanner's folder; the first time, ask which folder it is."""
        if self.services.scans.path is None:
            self._ask_folder()
            return
        self.services.runner.run(
            self.services.scans.newest, done=self._show_scans, failed=self._no_scans, owner=self
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Only files of this PC can be dropped."""
        if local_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._add(local_files(event.mimeData()))

    def _laid_out(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.strip)
        column.addWidget(self.bar)
        column.addLayout(
            FlowRow(
                self.add_button, self.scan_button, self.camera_button, self.paste_button, self.undo_button
            )
        )
        column.addWidget(self._hint)
        return holder

    def _take_next(self) -> None:
        source, turn, attachments = self._waiting[0], self._turn, self.services.attachments
        if len(self.strip.files()) >= (self.field.maximum or 20):
            sentence = self.tr("最多 {count} 个文件，多出的没有加入。").format(count=self.field.maximum)
            self._waiting = []
            self._settle([*self._refused, sentence])
            return

        def went(done: int, of: int) -> None:
            # On the working thread; the form may be gone by now.
            with suppress(RuntimeError):
                self._went.emit(done, of)

        self.services.runner.run(
            lambda: attachments.add(source.content, source.name, done=went),
            done=lambda file: self._took(turn, file),
            failed=lambda error: self._took(turn, None, f"{source.name}：{sentence_of(error)}"),
            owner=self,
            in_turn=True,
        )

    def _took(self, turn: int, file: AttachedFile | None, refusal: str = "") -> None:
        """One file is in or refused; nothing of a form that shows another record by now."""
        if turn != self._turn:
            return
        self._waiting.pop(0)
        self.bar.hide()
        self._say_how()
        if file is not None and all(known.sha256 != file.sha256 for known in self.strip.files()):
            self._changed([*self.strip.files(), file])
        if refusal:
            self._refused.append(refusal)
        if self._waiting:
            self._take_next()
        else:
            self._settle(self._refused)

    def _settle(self, refused: list[str]) -> None:
        if refused:
            self.show_problem("\n".join(refused), Severity.ERROR)

    def _show_progress(self, done: int, of: int) -> None:
        if self._waiting and of >= LARGE:
            self.bar.setMaximum(of)
            self.bar.setValue(done)
            self.bar.show()
            sentence = self.tr("正在加入 {name}　{percent}%")
            self._hint.setText(sentence.format(name=self._waiting[0].name, percent=100 * done // of))
            self._hint.show()

    def _show(self, files: Sequence[AttachedFile]) -> None:
        self.strip.show_files(files)
        self._say_how()
        self.undo_button.setVisible(self._taken_away is not None)

    def _say_how(self) -> None:
        """How files come in, where there is none yet."""
        self._hint.setText(self.tr("可以把照片、扫描件、PDF、录音拖到这里"))
        self._hint.setVisible(not self.strip.files())

    def _remove(self, file: AttachedFile) -> None:
        self._taken_away = file
        self.undo_button.setText(self.tr("放回 {name}").format(name=file.name))
        self._changed([known for known in self.strip.files() if known != file])
        self.add_button.setFocus()

    def _put_back(self) -> None:
        file, self._taken_away = self._taken_away, None
        if file is not None:
            self._changed([*self.strip.files(), file])

    def _changed(self, files: Sequence[AttachedFile]) -> None:
        self._by_hand = True
        self._show(files)
        self.changed.emit()

    def _count(self, looks: Mapping[str, Look]) -> None:
        """A page of a PDF and a picture are a sheet each; other files have none."""
        if self._by_hand:
            seen = [looks[file.sha256] for file in self.strip.files()]
            self.counted.emit(sum(look.pages or (look.image is not None) for look in seen))

    def _ask_files(self) -> None:
        endings = " ".join(f"*.{ending}" for media in MEDIA.values() for ending in media.endings)
        dialog = QFileDialog(
            self, self.tr("添加文件"), "", self.tr("照片、文档和录音 ({endings})").format(endings=endings)
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.add_paths([Path(name) for name in names]))
        _open(dialog)

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("扫描仪把图片存到哪个文件夹"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._choose_folder)
        _open(dialog)

    def _choose_folder(self, name: str) -> None:
        self.services.scans.choose(Path(name))
        self.offer_scans()

    def _show_scans(self, scans: list[Scan]) -> None:
        menu = self.scan_menu(scans)
        menu.popup(self.scan_button.mapToGlobal(QPoint(0, self.scan_button.height())))

    def scan_menu(self, scans: list[Scan]) -> QMenu:
        """The files found, newest first, and a way to another folder."""
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        now = self.services.clock()
        for scan in scans:
            act = menu.addAction(f"{scan.path.name}　{short_moment(scan.at, now)}".replace("&", "&&"))
            act.triggered.connect(lambda _=False, path=scan.path: self.add_paths([path]))
        if not scans:
            menu.addAction(self.tr("这个文件夹里还没有照片或扫描件")).setEnabled(False)
        menu.addSeparator()
        menu.addAction(self.tr("换一个文件夹……")).triggered.connect(self._ask_folder)
        return menu

    def _no_scans(self, _: Exception) -> None:
        self.show_problem(
            self.tr("扫描文件夹打不开（可能已移走或没有连上）。请核对后再试，或换一个文件夹。"),
            Severity.ERROR,
        )
        self._ask_folder()


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def _files(value: Any) -> list[AttachedFile]:
    """The files of a record or a draft; what is none is left out."""
    found = []
    for item in value if isinstance(value, list) else ():
        with suppress(ValueError):
            found.append(file_of(item))
    return found
