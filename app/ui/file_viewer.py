"""Looking at attached files inside the program: pictures and PDFs drawn here, never handed to another program."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.models.attached_file import MEDIA, AttachedFile
from app.printing.pictures import UnreadablePictureError, picture, plain_jpeg
from app.printing.preview import PageImage, UnreadablePdfError, page_count
from app.store.attachments import NotHereYet
from app.typeset.sheet import PrintedPdf
from app.ui.banner import Banner
from app.ui.elided import Elided
from app.ui.layouts import button, emptied, words
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.sheets import Sheets
from app.ui.words import label

PDF = "application/pdf"


class PictureSheet(Sheets):
    """One photograph, scrolled and enlarged like a page."""

    def page_image(self, number: int, width_px: int) -> PageImage:
        return picture(self._pdf, width_px)


class FileViewer(QDialog):
    """Shows one of some files; the arrows go to its neighbours."""

    def __init__(
        self, files: Sequence[AttachedFile], place: int, services: DeskServices, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._files, self._place, self._services = list(files), place, services
        self.sheets: Sheets | None = None
        self.setWindowTitle(self.tr("查看附件"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.banner = Banner()
        self._name = Elided()
        self._count = words("", "muted", wrap=False)
        self._percent = words("", wrap=False)
        self.back = button(self.tr("上一个"), "quiet", sign="back")
        self.next = button(self.tr("下一个"), "quiet", sign="forward")
        self.smaller, self.larger = button("", "quiet", sign="zoom-out"), button("", "quiet", sign="zoom-in")
        self.save = button(self.tr("另存为"), sign="save")
        self.save.setVisible(services.access.may("export_file"))
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar())
        said = QVBoxLayout()
        said.setContentsMargins(16, 8, 16, 8)
        said.addWidget(self.banner)
        column.addLayout(said)
        column.addLayout(self._body, 1)
        self._awaited = ""
        self._connect()
        services.sync.news.arrived.connect(self._arrived)
        room = parent.window().height() - 48 if parent else 0
        self.resize(QSize(980, max(680, room)))
        self._read()

    def file(self) -> AttachedFile:
        """The file that is shown."""
        return self._files[self._place]

    def go(self, step: int) -> None:
        """Show a neighbour."""
        place = self._place + step
        if 0 <= place < len(self._files):
            self._place = place
            self._read()

    def ask_target(self) -> None:
        """Ask where to save the file."""
        dialog = QFileDialog(self, self.tr("另存为"), self.file().name)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save_to(Path(name)))
        dialog.open()

    def save_to(self, target: Path) -> None:
        """Save the file in clear where a person chose; the audit says so."""
        services, file = self._services, self.file()
        sentence = self.tr("已保存到 {path}。这一份没有加密，用完请删除。").format(path=target)
        services.runner.run(
            lambda: services.attachments.save_as(file, target, by=services.user),
            done=lambda _: self.banner.show_done(sentence),
            failed=self._failed,
            owner=self,
        )

    def _bar(self) -> QWidget:
        bar = QFrame()
        bar.setProperty("role", "bar")
        column = QVBoxLayout(bar)
        column.setContentsMargins(16, 10, 16, 8)
        column.setSpacing(6)
        row, below = QHBoxLayout(), QHBoxLayout()
        row.setSpacing(8)
        for each, name in ((self.smaller, self.tr("缩小")), (self.larger, self.tr("放大"))):
            each.setToolTip(name)
            each.setAccessibleName(name)
        row.addWidget(self.back)
        row.addWidget(self.next)
        row.addStretch(1)
        for widget in (self.smaller, self._percent, self.larger, self.save):
            row.addWidget(widget)
        below.addWidget(self._name, 1)
        below.addWidget(self._count)
        column.addLayout(row)
        column.addLayout(below)
        return bar

    def _connect(self) -> None:
        self.back.clicked.connect(lambda: self.go(-1))
        self.next.clicked.connect(lambda: self.go(1))
        self.smaller.clicked.connect(lambda: self._zoom(-1))
        self.larger.clicked.connect(lambda: self._zoom(1))
        self.save.clicked.connect(self.ask_target)
        for keys, act in (
            (QKeySequence.StandardKey.ZoomIn, lambda: self._zoom(1)),
            (QKeySequence.StandardKey.ZoomOut, lambda: self._zoom(-1)),
            (QKeySequence.StandardKey.Save, self.ask_target),
            (QKeySequence("Alt+PgUp"), lambda: self.go(-1)),
            (QKeySequence("Alt+PgDown"), lambda: self.go(1)),
        ):
            QShortcut(keys, self, act)

    def _read(self) -> None:
        """Fetch and verify the content off the window's thread."""
        services, file = self._services, self.file()
        self._awaited = ""
        self.banner.clear()
        self._name.say(file.name)
        self._count.setText(
            self.tr("{place} / {count}").format(place=self._place + 1, count=len(self._files))
            if len(self._files) > 1
            else ""
        )
        self.back.setEnabled(self._place > 0)
        self.next.setEnabled(self._place + 1 < len(self._files))
        self._show_body(None)

        def read() -> tuple[bytes, int]:
            content = services.attachments.open(file, by=services.user)
            return content, _pages(file, content)

        services.runner.run(
            read,
            done=lambda found: self._show(file, *found),
            failed=lambda error: self._not_read(file, error),
            owner=self,
        )

    def _not_read(self, file: AttachedFile, error: Exception) -> None:
        if file != self.file():
            return
        if not isinstance(error, NotHereYet):
            self._failed(error)
            return
        self._awaited = file.sha256
        self._show_body(None, self._not_here())
        self._services.sync.fetch_file(file.sha256)

    def _not_here(self) -> str:
        if self._services.sync.enrolled:
            return self.tr(
                "附件还没有到本机，正在从区里取，取到以后会在这里打开。添加它的电脑要是还没有上报，要等它联网；可以先关掉，做别的事。"
            )
        return self.tr("附件还没有到本机。这台电脑在区里登记、连上网以后会自动取来。")

    def _arrived(self, digest: str) -> None:
        if digest == self._awaited:
            self._read()

    def _show(self, file: AttachedFile, content: bytes, pages: int) -> None:
        if file != self.file():
            return
        if pages == 0:
            self._show_body(None, self._cannot(file))
            return
        made = Sheets if file.media_type == PDF else PictureSheet
        sheets = made(PrintedPdf(content, pages, ()), self._services.runner)
        sheets.setAccessibleName(file.name)
        sheets.failed.connect(self._failed)
        sheets.zoomed.connect(lambda percent: self._percent.setText(f"{percent}%"))
        if pages > 1:
            self._count.setText(
                self.tr("{count}　共 {pages} 页").format(count=self._count.text(), pages=pages)
            )
        self._show_body(sheets)
        sheets.setFocus()

    def _show_body(self, sheets: Sheets | None, sentence: str = "") -> None:
        emptied(self._body)
        self.sheets = sheets
        for each in (self.smaller, self.larger):
            each.setEnabled(sheets is not None)
        self._percent.setText(f"{sheets.percent()}%" if sheets else "")
        if sheets is not None:
            self._body.addWidget(sheets)
            return
        said = words(sentence, "muted")
        said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        said.setContentsMargins(40, 40, 40, 40)
        self._body.addWidget(said)

    def _cannot(self, file: AttachedFile) -> str:
        media = MEDIA[file.media_type]
        if media.is_picture or file.media_type == PDF:
            return self.tr("这个文件画不出来，可能在交来之前就不完整。可以另存为后用别的程序试试。")
        return self.tr("{kind}不能在这里打开。可以另存为，再用别的程序打开。").format(kind=label(media.label))

    def _zoom(self, steps: int) -> None:
        if self.sheets is not None:
            self.sheets.zoom(steps)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, UnreadablePictureError | UnreadablePdfError):
            self.banner.show_error(self._cannot(self.file()))
        else:
            self.banner.show_error(sentence_of(error))


def _pages(file: AttachedFile, content: bytes) -> int:
    """How many pages can be drawn; 0 for what cannot be shown here."""
    try:
        if MEDIA[file.media_type].is_picture:
            plain_jpeg(content, 64)
            return 1
        return page_count(content) if file.media_type == PDF else 0
    except (UnreadablePictureError, UnreadablePdfError):
        return 0
