"""Editor of the parties of a dispute: 甲方 and 乙方 side by side, as on the agreement."""

from typing import Any

from PySide6.QtWidgets import QBoxLayout, QWidget

from app.models.fields import Field
from app.ui.editors.base import Editor
from app.ui.rows_editor import RowsEditor
from app.ui.services import DeskServices


class PartiesEditor(Editor):
    """Applicants on the left, respondents on the right."""

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self.put_label_away()
        self.sides = {
            "applicant": RowsEditor(
                field, services, fixed={"side": "applicant"}, title=self.tr("申请人（甲方）")
            ),
            "respondent": RowsEditor(
                field, services, fixed={"side": "respondent"}, title=self.tr("被申请人（乙方）")
            ),
        }
        holder = QWidget()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, holder)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(20)
        for side in self.sides.values():
            self._row.addWidget(side, 1)
            side.changed.connect(self.clear_problem)
            side.changed.connect(self.changed)
        self.place_input(holder, self.sides["applicant"].input)

    def set_columns(self, columns: int) -> None:
        """Side by side while there is room for two columns, else one below the other."""
        wide = columns > 1
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
        for side in self.sides.values():
            side.set_columns(columns)

    def value(self) -> Any:
        return [row for side in self.sides.values() for row in side.value()]

    def set_value(self, value: Any) -> None:
        for name, side in self.sides.items():
            of_side = [row for row in value or () if (row.get("side") or "applicant") == name]
            side.set_value(of_side)
            if not of_side:
                side.add_row()
        self.clear_problem()

    @property
    def cards(self) -> list[Any]:
        """The cards in the order of `value`."""
        return [card for side in self.sides.values() for card in side.cards]
