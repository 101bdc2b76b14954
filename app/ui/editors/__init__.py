"""One editor class per field kind, and the one dictionary that says which."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.models.fields import Field, Kind
from app.ui.editors.base import Editor
from app.ui.editors.choices import ChoicesEditor, YesNoEditor, make_choice
from app.ui.editors.files import FilesEditor
from app.ui.editors.lines import (
    IdNumberEditor,
    IntegerEditor,
    LineEditor,
    MoneyEditor,
    NumberEditor,
    PhoneEditor,
    UsccEditor,
)
from app.ui.editors.long_text import LongTextEditor
from app.ui.editors.lookups import DivisionEditor, PersonEditor
from app.ui.editors.times import DayEditor, MomentEditor
from app.ui.services import DeskServices

MakeEditor = Callable[[Field, DeskServices, QWidget | None], Editor]

# Rows are edited by RowsEditor, which is made of these.
EDITORS: dict[Kind, MakeEditor] = {
    Kind.TEXT: LineEditor,
    Kind.LONG_TEXT: LongTextEditor,
    Kind.DAY: DayEditor,
    Kind.MOMENT: MomentEditor,
    Kind.INTEGER: IntegerEditor,
    Kind.MONEY: MoneyEditor,
    Kind.CHOICE: make_choice,
    Kind.CHOICES: ChoicesEditor,
    Kind.YES_NO: YesNoEditor,
    Kind.PHONE: PhoneEditor,
    Kind.ID_NUMBER: IdNumberEditor,
    Kind.USCC: UsccEditor,
    Kind.PERSON: PersonEditor,
    Kind.PLACE: LineEditor,
    Kind.DIVISION: DivisionEditor,
    Kind.NUMBER: NumberEditor,
    Kind.FILES: FilesEditor,
}

__all__ = ["EDITORS", "Editor"]
