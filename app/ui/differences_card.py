"""On the record: what two people wrote differently and nobody has chosen in yet, and what was put aside before."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.models.changes import Difference
from app.models.record_type import RecordType
from app.ui.layouts import button, emptied, words
from app.ui.theme import LIGHT
from app.ui.words import label


class DifferencesCard(QFrame):
    """Shown only while there is something to choose or something put aside."""

    open_requested = Signal(list)

    def __init__(self, record_type: RecordType, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._type = record_type
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(20, 14, 20, 14)
        self._lines.setSpacing(8)
        self.hide()

    def show_differences(self, differences: Sequence[Difference]) -> None:
        """Open ones with a button to choose, settled ones with a button to use the other value after all."""
        emptied(self._lines)
        waiting = [one for one in differences if not one.settled]
        if waiting:
            names = "、".join(dict.fromkeys(self._named(one) for one in waiting))
            text = self.tr("“{names}”两个人写得不一样，请选定用哪一份。").format(names=names)
            self._lines.addWidget(self._line(text, self.tr("选定"), waiting, "error"))
        for one in differences:
            if one.settled and one.field:
                text = self.tr("“{names}”另存了{by}写的一份。").format(
                    names=self._named(one), by=one.other.by
                )
                self._lines.addWidget(self._line(text, self.tr("查看、改用"), [one], ""))
        self.setVisible(self._lines.count() > 0)

    def _named(self, difference: Difference) -> str:
        if not difference.field:
            return self.tr("作废")
        field = self._type.fields.get(difference.field)
        return label(field.label) if field else difference.field

    def _line(self, text: str, act: str, differences: list[Difference], role: str) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(words(text, role), 1)
        press = button(act, "primary", colour=LIGHT.on_accent) if role else button(act, "quiet")
        press.clicked.connect(lambda: self.open_requested.emit(differences))
        row.addWidget(press)
        return line
