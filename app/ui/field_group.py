"""The editors of some fields in two columns, and what one of them fills into the others."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.models.fields import Field, Kind
from app.models.people.identity import IdCheck, age_on
from app.models.station_time import station_day, station_time
from app.ui.editors import EDITORS
from app.ui.editors.base import Editor
from app.ui.editors.choices import ChoicesEditor
from app.ui.editors.files import FilesEditor
from app.ui.editors.lines import IdNumberEditor
from app.ui.editors.lookups import PersonEditor
from app.ui.editors.offices import OfficeEditor
from app.ui.editors.times import DayEditor, MomentEditor, day_typed
from app.ui.services import DeskServices

LONG_TEXT_FROM = 150  # code points a line of text may hold before it takes both columns
WIDE_KINDS = {Kind.LONG_TEXT, Kind.ROWS, Kind.CHOICES, Kind.PERSON, Kind.FILES}

# What a chosen resident fills: field of the resident → names it may have here.
PERSON_FILLS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "visitor"),
    "sex": ("sex",),
    "ethnicity": ("ethnicity",),
    "id_number": ("id_number",),
    "birth": ("birth",),
    "phone": ("phone",),
    "residence": ("address",),
    "occupation": ("occupation",),
}

MakeSpecial = Callable[[Field, DeskServices, QWidget | None], Editor]


class FieldGroup(QWidget):
    """Editors by field name; used for a section of a form and for one row of a record."""

    changed = Signal()

    def __init__(
        self,
        fields: Iterable[Field],
        services: DeskServices,
        *,
        special: Mapping[str, MakeSpecial] | None = None,
        columns: int = 2,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._columns = columns
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(20)
        self._grid.setVerticalSpacing(12)
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)
        self.editors: dict[str, Editor] = {}
        self._away: set[str] = set()
        self._pages: str | None = None
        for field in fields:
            make = (special or {}).get(field.name) or EDITORS[field.kind]
            self._add(field, make(field, services, self))
        self.arrange()

    def values(self) -> dict[str, Any]:
        """What is typed in the editors that are shown; None for those put away."""
        return {name: None if name in self._away else editor.value() for name, editor in self.editors.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values; names not given are emptied."""
        for name, editor in self.editors.items():
            editor.set_value(values.get(name))

    def fill_defaults(self) -> None:
        """Show what a new form begins with."""
        now = self._services.clock()
        for editor in self.editors.values():
            default = editor.field.default
            if default == "today" and editor.field.kind is Kind.DAY:
                default = station_day(now)
            elif default == "now" and editor.field.kind is Kind.MOMENT:
                default = station_time(now)
            if default is not None:
                editor.set_value(default)

    def show_only(self, names: Iterable[str] | None) -> None:
        """Put away every editor that is not named; None shows all."""
        wanted = set(self.editors) if names is None else set(names)
        away = set(self.editors) - wanted
        if away == self._away:
            return
        self._away = away
        for name, editor in self.editors.items():
            editor.setVisible(name in wanted)
        self.arrange()

    def set_columns(self, columns: int) -> None:
        """Lay short fields out in so many columns; rows inside do the same."""
        if columns == self._columns:
            return
        self._columns = columns
        self._grid.setColumnStretch(1, 1 if columns > 1 else 0)
        for editor in self.editors.values():
            editor.set_columns(columns)
        self.arrange()

    def arrange(self) -> None:
        """Lay the shown editors out: short ones side by side, long ones over both columns."""
        for editor in self.editors.values():
            self._grid.removeWidget(editor)
        row = column = 0
        for name, editor in self.editors.items():
            if name in self._away:
                continue
            if _is_wide(editor):
                row, column = row + (column > 0), 0
                self._grid.addWidget(editor, row, 0, 1, self._columns)
                row += 1
                continue
            self._grid.addWidget(editor, row, column)
            column += 1
            if column == self._columns:
                row, column = row + 1, 0

    def _add(self, field: Field, editor: Editor) -> None:
        self.editors[field.name] = editor
        editor.changed.connect(self.changed)
        if isinstance(editor, IdNumberEditor):
            editor.read.connect(self._fill_from_card)
        if isinstance(editor, PersonEditor):
            editor.picked.connect(self._fill_from_person)
        if isinstance(editor, OfficeEditor):
            editor.picked.connect(self._fill_from_office)
        if isinstance(editor, FilesEditor):
            editor.counted.connect(self._fill_pages)
        if isinstance(editor, MomentEditor):
            editor.usual_day = self._usual_day

    def _usual_day(self, time: str) -> str:
        """The day a time alone means: that of the record; past midnight where a patrol began the evening before."""
        # Only what is typed in full: a time without a day would ask here again.
        began = [editor.typed() for editor in self.editors.values() if isinstance(editor, MomentEditor)]
        for day, start in began:
            if day and start:
                return day_typed("+1", date.fromisoformat(day)) if _is_day(day) and time < start else day
        days = [editor.value() for editor in self.editors.values() if isinstance(editor, DayEditor)]
        return next((day for day in days if day), station_day(self._services.clock()).isoformat())

    def _fill_from_card(self, check: IdCheck) -> None:
        """Sex, birth date and age from the card number, where nothing is typed yet."""
        self._offer("sex", check.sex)
        self._offer("birth", check.birth)
        if check.birth is not None:
            today = station_day(self._services.clock())
            if check.birth <= today and (age := age_on(check.birth, today)) <= 120:
                self._offer("age", age)

    def _fill_from_person(self, resident: Mapping[str, Any]) -> None:
        for source, names in PERSON_FILLS.items():
            for name in names:
                if name in self.editors and resident.get(source) is not None:
                    self.editors[name].set_value(resident[source])

    def _fill_from_office(self, filled: Mapping[str, Any]) -> None:
        for name, value in filled.items():
            if name in self.editors:
                self.editors[name].set_value(value)

    def _fill_pages(self, pages: int) -> None:
        """How many pages the attached files have, where no other number was typed."""
        editor = self.editors.get("pages")
        if editor is not None and editor.value() in (None, self._pages):
            self._pages = str(pages) if pages else None
            editor.set_value(self._pages)

    def _offer(self, name: str, value: Any) -> None:
        editor = self.editors.get(name)
        if editor is not None and value is not None and editor.is_empty():
            editor.set_value(value)
            self.changed.emit()


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_wide(editor: Editor) -> bool:
    field = editor.field
    if isinstance(editor, ChoicesEditor) or field.kind in WIDE_KINDS:
        return True
    return field.kind in {Kind.TEXT, Kind.PLACE} and (field.max_length or 0) > LONG_TEXT_FROM
