"""What ribbons are made of: the steps as pills in as many rows as they need, and links whose words wrap."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QWidget

from app.models.mediation.lifecycle import Progress
from app.ui.laid_button import LaidButton
from app.ui.layouts import emptied, words
from app.ui.sign import Sign
from app.ui.theme import LIGHT
from app.ui.words import label

SIGNS = {
    Progress.DONE: ("done", LIGHT.done),
    Progress.CURRENT: ("forward", LIGHT.accent),
    Progress.AHEAD: ("clock", LIGHT.muted),
    Progress.SKIPPED: ("chevron-right", LIGHT.muted),
}
PROGRESS_WORDS = {
    Progress.DONE: "已完成",
    Progress.CURRENT: "正在办理",
    Progress.AHEAD: "还没到",
    Progress.SKIPPED: "不需要",
}


class StepPills(QWidget):
    """Steps from left to right; large text or a narrow page: they go on in a second row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pills: list[QFrame] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)

    def show_steps(self, steps: Sequence[tuple[str, Progress]]) -> None:
        """Replace the steps, each a title and how far it is."""
        emptied(self._grid)
        self._pills = [_pill(title, progress) for title, progress in steps]
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """As narrow as need be: the page, not the ribbon, says how wide it is."""
        return QSize(0, super().minimumSizeHint().height())

    def _arrange(self) -> None:
        if not self._pills:
            return
        widest = max(pill.sizeHint().width() for pill in self._pills) + self._grid.spacing()
        columns = max(2, min(len(self._pills), self.width() // widest))
        for place, pill in enumerate(self._pills):
            self._grid.addWidget(pill, place // columns, place % columns)


def ribbon_link(text: str, sign: str | None = None) -> LaidButton:
    """A link whose words wrap; `text` is its accessible name too."""
    made = LaidButton("link", text, "")
    row = QHBoxLayout(made)
    row.setContentsMargins(2, 3, 2, 3)
    row.setSpacing(6)
    if sign:
        row.addWidget(Sign(sign, LIGHT.accent), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(words(text, "link"), 1)
    made.let_clicks_through()
    return made


def _pill(title: str, progress: Progress) -> QFrame:
    """One step: a sign, its name, and how far it is for those who cannot see colours."""
    frame = QFrame()
    frame.setProperty("role", f"step-{progress.value}")
    row = QHBoxLayout(frame)
    row.setContentsMargins(4, 3, 4, 3)
    row.setSpacing(4)
    name, colour = SIGNS[progress]
    row.addWidget(Sign(name, colour))
    row.addWidget(words(label(title), wrap=False), 1)
    said = label(PROGRESS_WORDS[progress])
    frame.setToolTip(said)
    frame.setAccessibleName(f"{label(title)} {said}")
    return frame
