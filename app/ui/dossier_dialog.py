"""The dossier of a case: every paper, whether it is there, why one is missing, and printing each or all."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.dossier import DossierItem, Standing, archive_hindrances, checklist
from app.store.reading import StoredRecord
from app.ui.banner import Banner
from app.ui.layouts import button, scrolling, words
from app.ui.sign import Sign
from app.ui.theme import LIGHT
from app.ui.words import label

SIGNS = {
    Standing.DONE: ("done", LIGHT.done),
    Standing.MISSING: ("warning", LIGHT.warning),
    Standing.NOT_NEEDED: ("chevron-right", LIGHT.muted),
}
STATES = {Standing.DONE: "有", Standing.MISSING: "缺", Standing.NOT_NEEDED: "不需要"}
UNPRINTED = ("index", "back", "identity")
"""Papers that exist only within the dossier or come from outside."""


class DossierDialog(QDialog):
    """Asks for a document to be printed, or for the field where a missing one is entered."""

    print_requested = Signal(str)
    wanted = Signal(str)

    def __init__(self, record: StoredRecord, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("卷宗 {number}").format(number=record.values.get("number") or ""))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        case: Any = MEDIATION_CASE.build(record.values)
        case.void_reason = record.void_reason
        self.banner = Banner()
        self._say_ready(archive_hindrances(case), archived=case.archived_on is not None)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, item in enumerate(checklist(case)):
            self._add(grid, row, item)
        inner = QVBoxLayout()
        inner.addLayout(grid)
        inner.addStretch(1)
        whole = button(self.tr("打印整个卷宗"), "primary", sign="print", colour=LIGHT.on_accent)
        whole.clicked.connect(lambda: self.print_requested.emit("dossier"))
        close = button(self.tr("关闭"))
        close.clicked.connect(self.accept)
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(close)
        below.addWidget(whole)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self.banner)
        column.addWidget(scrolling(inner), 1)
        column.addLayout(below)
        self.resize(760, 640)

    def _say_ready(self, hindrances: list[str], *, archived: bool) -> None:
        if archived:
            self.banner.show_done(self.tr("这起纠纷已经归档。"))
        elif hindrances:
            self.banner.show_warning(self.tr("还不能归档：{why}").format(why="".join(map(label, hindrances))))
        else:
            self.banner.show_done(self.tr("材料齐全，可以归档。"))

    def _add(self, grid: QGridLayout, row: int, item: DossierItem) -> None:
        name, colour = SIGNS[item.standing]
        grid.addWidget(Sign(name, colour), row, 0)
        grid.addWidget(words(label(item.title), wrap=False), row, 1)
        if item.standing is Standing.MISSING:
            link = button(label(item.why), "link")
            link.clicked.connect(lambda _=False, path=item.path: self._go(path))
            grid.addWidget(link, row, 2)
        else:
            grid.addWidget(words(label(STATES[item.standing]), "muted", wrap=False), row, 2)
        if item.standing is Standing.DONE and item.code not in UNPRINTED:
            printing = button(self.tr("预览"), "quiet", sign="print")
            printing.setAccessibleName(self.tr("预览{title}").format(title=label(item.title)))
            printing.clicked.connect(lambda _=False, code=item.code: self.print_requested.emit(code))
            grid.addWidget(printing, row, 3)

    def _go(self, path: str) -> None:
        self.accept()
        self.wanted.emit(path)
