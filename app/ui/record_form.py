"""The form of a record: sections that fold, every field where the paper has it, refusals at their fields."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.models.fields import Field, Kind
from app.models.problems import Problem, Severity
from app.models.record_type import RecordType, Section
from app.ui.clauses_editor import ClausesEditor
from app.ui.editors.base import Editor
from app.ui.editors.offices import OfficeEditor
from app.ui.field_group import FieldGroup, MakeSpecial
from app.ui.form_locks import FormLocks
from app.ui.icons import icon
from app.ui.layouts import button, card, scrolling, words
from app.ui.mediators_editor import MediatorsEditor
from app.ui.parties_editor import PartiesEditor
from app.ui.rows_editor import RowsEditor
from app.ui.services import DeskServices
from app.ui.words import label

# What the kinds cannot express is edited by a hand-made editor: (record type, field) → editor.
SPECIAL: Mapping[tuple[str, str], MakeSpecial] = {
    ("mediation_case", "parties"): PartiesEditor,
    ("mediation_case", "clauses"): ClausesEditor,
    ("mediation_case", "mediators"): MediatorsEditor,
    ("handover", "parties"): PartiesEditor,
    ("handover", "peer"): OfficeEditor,
}
SETTLING = 300  # milliseconds in which a form just shown finds its final lengths
ROOM_FOR_TWO = 46  # heights of a line of text


class SectionCard(QWidget):
    """A titled group of fields that folds."""

    def __init__(self, section: Section, group: FieldGroup, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.group = group
        frame, column = card()
        self._head = QPushButton(label(section.title))
        self._head.setProperty("role", "section-head")
        self._head.setCheckable(True)
        self._head.setFocusPolicy(Qt.FocusPolicy.TabFocus if section.folded else Qt.FocusPolicy.NoFocus)
        self._head.toggled.connect(self._fold)
        self._why = words("", "hint")
        column.addWidget(self._head)
        column.addWidget(self._why)
        column.addWidget(group)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self._head.setChecked(not section.folded)
        self._fold(not section.folded)

    def unfold(self) -> None:
        """Open the section."""
        self._head.setChecked(True)
        self.show()

    def lock(self, locks: FormLocks) -> None:
        """Grey what is not this desk's to write; put a section away while nothing of it can be written or read."""
        editors = self.group.editors
        whys = {locks.why.get(name, "") for name in editors}
        in_common = next(iter(whys)) if len(whys) == 1 else ""
        for name, editor in editors.items():
            why = locks.why.get(name, "")
            editor.lock(bool(why), "" if in_common else why)
        self._why.setText(in_common)
        self._why.setVisible(bool(in_common))
        waits = editors.keys() <= locks.away and all(editor.is_empty() for editor in editors.values())
        self.setVisible(not waits)

    def _fold(self, is_open: bool) -> None:
        self.group.setVisible(is_open)
        self._head.setIcon(icon("chevron-down" if is_open else "chevron-right"))


class RecordForm(QWidget):
    """Edits the values of one record."""

    changed = Signal()

    def __init__(
        self, record_type: RecordType, services: DeskServices, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.record_type = record_type
        self._sections: list[SectionCard] = []
        self._kept: dict[str, Any] = {}
        column = QVBoxLayout()
        column.setContentsMargins(28, 8, 28, 40)
        column.setSpacing(14)
        self._summary = QVBoxLayout()
        self._summary.setSpacing(0)
        column.addLayout(self._summary)
        for section in record_type.sections:
            fields = [record_type.fields[name] for name in section.fields]
            special = {
                field.name: self._special(field)
                for field in fields
                if field.kind is Kind.ROWS or (record_type.code, field.name) in SPECIAL
            }
            group = FieldGroup(fields, services, special=special)
            group.changed.connect(self.changed)
            made = SectionCard(section, group)
            self._sections.append(made)
            column.addWidget(made)
        column.addStretch(1)
        self._area: QScrollArea = scrolling(column)
        self._target: Editor | None = None
        self._settling = QTimer(self, singleShot=True, interval=SETTLING)
        self._settling.timeout.connect(self._arrived)
        self._area.verticalScrollBar().rangeChanged.connect(self._follow)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)
        self._watch_lines()
        clauses = self.editors.get("clauses")
        if isinstance(clauses, ClausesEditor):
            clauses.dispute_type = self.editors["dispute_type"].value

    @property
    def editors(self) -> dict[str, Editor]:
        """The editors of the record's own fields by name."""
        return {name: editor for section in self._sections for name, editor in section.group.editors.items()}

    def values(self) -> dict[str, Any]:
        """What is typed, as the record type's `clean` takes it and as a draft keeps it."""
        typed = {name: value for section in self._sections for name, value in section.group.values().items()}
        return typed | self._kept

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show a record or a draft; what the program keeps in it is carried along."""
        self._kept = {
            name: values[name]
            for name, field in self.record_type.fields.items()
            if field.kept and name in values
        }
        for section in self._sections:
            section.group.set_values(values)
        self.show_problems(())

    def fill(self, values: Mapping[str, Any]) -> None:
        """Show some values beside what is there."""
        editors = self.editors
        for name, value in values.items():
            if name in editors:
                editors[name].set_value(value)
            elif self.record_type.fields[name].kept:
                self._kept[name] = value

    def lock(self, locks: FormLocks) -> None:
        """Say what cannot be typed in now; nothing that is in the form is lost by it."""
        for section in self._sections:
            section.lock(locks)

    def begin_new(self) -> None:
        """Show an empty record with what a new one begins with."""
        self.set_values({})
        for section in self._sections:
            section.group.fill_defaults()

    def focus_first(self) -> None:
        """Put the cursor into the first required field that is empty, else into the first; in what can be written."""
        editors = [editor for editor in self.editors.values() if not editor.is_locked]
        wanted = next((e for e in editors if e.field.required and e.is_empty()), None)
        self._area.verticalScrollBar().setValue(0)
        if editors:
            self._go_to(wanted or editors[0])

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say each problem at its field and list them above, each a link that jumps there."""
        for editor in self.all_editors():
            editor.clear_problem()
        while (item := self._summary.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for problem in problems:
            editor = self.editor_at(problem.path)
            if editor is not None:
                editor.show_problem(problem.message, problem.severity)
            link = button(label(problem.message), "problem-" + problem.severity.value)
            link.setIcon(icon(problem.severity.value))
            link.clicked.connect(lambda _=False, path=problem.path: self.jump_to(path))
            self._summary.addWidget(link)
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        if errors:
            self.jump_to(errors[0].path)
        elif problems:
            self._area.verticalScrollBar().setValue(0)

    def editor_at(self, path: str) -> Editor | None:
        """The editor of a path (`amount`, `parties.1.name`, `referrals.<id>.result`), or the nearest there is."""
        name, _, rest = path.partition(".")
        editor = self.editors.get(name)
        cards = getattr(editor, "cards", None)
        if rest and cards:
            index, _, part = rest.partition(".")
            # A row is named by its place, by what looks for mistakes, or by its id, by another page.
            named = [card for place, card in enumerate(cards) if index in (str(place), card.row_id)]
            if named:
                named[0].reveal(part)
                found: Editor | None = named[0].group.editors.get(part)
                return found or editor
        return editor

    def jump_to(self, path: str) -> None:
        """Unfold the section of a field, scroll to it and put the cursor there."""
        editor = self.editor_at(path)
        name = path.partition(".")[0]
        for section in self._sections:
            if name in section.group.editors:
                section.unfold()
        if editor is not None:
            self._go_to(editor)

    def _go_to(self, editor: Editor) -> None:
        editor.setFocus(Qt.FocusReason.OtherFocusReason)
        QApplication.sendPostedEvents(self._area.widget(), QEvent.Type.LayoutRequest.value)
        self._area.ensureWidgetVisible(editor, 20, 80)
        self._target = editor
        self._settling.start()

    def _follow(self) -> None:
        """What was jumped to stays in sight while rows above it are still being laid out."""
        if self._target is not None:
            self._area.ensureWidgetVisible(self._target, 20, 80)

    def _arrived(self) -> None:
        self._target = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Large text or a small window: one column, so that nothing is cut off at the right."""
        super().resizeEvent(event)
        roomy = event.size().width() > ROOM_FOR_TWO * self.fontMetrics().height()
        for section in self._sections:
            section.group.set_columns(2 if roomy else 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter in a line moves on, as on paper."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and isinstance(watched, QLineEdit)
        ):
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.focusNextChild()
                return True
        return super().eventFilter(watched, event)

    def _special(self, field: Field) -> MakeSpecial:
        made = SPECIAL.get((self.record_type.code, field.name), RowsEditor)

        def make(of: Field, services: DeskServices, parent: QWidget | None) -> Editor:
            editor = made(of, services, parent)
            editor.changed.connect(self._watch_lines)
            return editor

        return make

    def _watch_lines(self) -> None:
        """Rows added later have lines of their own."""
        lines: Iterable[QLineEdit] = self.findChildren(QLineEdit)
        for line in lines:
            line.removeEventFilter(self)
            line.installEventFilter(self)

    def all_editors(self) -> Iterable[Editor]:
        """Every editor, those of rows included."""
        found: Iterable[Editor] = self.findChildren(Editor)
        return found
