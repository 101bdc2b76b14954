"""Editor of the clauses of an agreement, with common sentences to begin from."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QMenu, QWidget

from app.models.fields import Field
from app.models.mediation.templates import BLANK, clause_templates
from app.ui.editors.long_text import LongTextEditor
from app.ui.layouts import button
from app.ui.rows_editor import RowsEditor
from app.ui.services import DeskServices

LONGEST_SHOWN = 40


class ClausesEditor(RowsEditor):
    """Adds a clause from a menu of sentences and puts the cursor on the first blank."""

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        # The form says which kind of dispute it is about.
        self.dispute_type: Callable[[], Any] = lambda: None
        self.common = button(self.tr("常用条款"), "quiet", sign="copy")
        self.common.setToolTip(self.tr("选一句，再把横线处填好"))
        self.common.clicked.connect(self.offer)
        self.tail.insertWidget(1, self.common)

    def offer(self) -> None:
        """Show the sentences that fit the type of dispute."""
        self.sentences().popup(self.common.mapToGlobal(self.common.rect().bottomLeft()))

    def sentences(self) -> QMenu:
        """A menu of them."""
        menu = QMenu(self.common)
        for sentence in clause_templates(self.dispute_type()):
            short = sentence if len(sentence) <= LONGEST_SHOWN else sentence[:LONGEST_SHOWN] + "…"
            menu.addAction(short).setData(sentence)
        menu.triggered.connect(lambda action: self.add_sentence(action.data()))
        return menu

    def add_sentence(self, sentence: str) -> None:
        """A new clause that begins with the sentence; the first blank is selected."""
        editor = self.add_row().group.editors["content"]
        assert isinstance(editor, LongTextEditor)
        editor.set_value(sentence)
        start = sentence.find(BLANK)
        if start >= 0:
            cursor = editor.text.textCursor()
            cursor.setPosition(start)
            cursor.setPosition(start + len(BLANK), cursor.MoveMode.KeepAnchor)
            editor.text.setTextCursor(cursor)
        editor.text.setFocus()
        self.changed.emit()
