"""The page of a record type: the list, the record beside it, and the form in its place while one is written."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget
from uuid_utils import uuid7

from app.models.changes import Difference
from app.models.handover.handover import HANDOVER
from app.models.mediation.case import MEDIATION_CASE
from app.models.record_type import RecordType
from app.store.drafts import Draft
from app.store.reading import StoredRecord
from app.ui.banner import Banner
from app.ui.case_papers import CasePapers
from app.ui.case_ribbon import CaseRibbon
from app.ui.empty_words import EMPTY
from app.ui.form_page import FormPage
from app.ui.going_on import GoingOn, beginning_again, handing_over, taking_up, writing_again
from app.ui.layouts import words
from app.ui.letter_ribbon import LetterRibbon
from app.ui.list_head import ListHead
from app.ui.page import Page
from app.ui.record_detail import RecordDetail, paper_of
from app.ui.record_list import RecordList
from app.ui.record_reading import Beside, Reading, read_record
from app.ui.record_settling import RecordSettling
from app.ui.reveal import Reveal
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.words import label


class RecordPage(Page):
    """List, detail and form of one record type.

    `record_requested` asks the window for another record (type, id, field to write on at or ""), `new_requested` for
    a new one that begins with what is known (type, values).
    """

    saved = Signal(str, str)
    print_requested = Signal(object, str)
    record_requested = Signal(str, str, str)
    new_requested = Signal(str, object)

    def __init__(
        self, services: DeskServices, record_type: RecordType, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._services = services
        self._type = record_type
        self._record: StoredRecord | None = None
        self._beside_record = Beside()
        self._wanted: str | None = None
        self._open_next: str | None = None
        self.banner = Banner()
        self.list = RecordList(record_type, services)
        self.detail = RecordDetail(record_type, services)
        self.form_page = FormPage(services, record_type)
        self._beside = QStackedWidget()
        self._hint = words("", "muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._beside.addWidget(self._hint)
        self._beside.addWidget(self.detail)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._reading())
        self._stack.addWidget(self.form_page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self.list.chosen.connect(self._show)
        self.list.failed.connect(self.banner.show_error)
        self.list.model.filled.connect(self._filled)
        self.detail.edit_requested.connect(self._edit)
        self.reveal = Reveal(services, record_type, self.detail, self._tell)
        self.detail.reveal_requested.connect(self.reveal.ask)
        self.settling = RecordSettling(services, record_type, self)
        self.settling.done.connect(self._settled)
        self.settling.failed.connect(self._tell)
        if isinstance(self.detail.ribbon, CaseRibbon):
            self._wire_case(self.detail.ribbon)
        elif isinstance(self.detail.ribbon, LetterRibbon):
            self._wire_letter(self.detail.ribbon)
        self.detail.void_requested.connect(self._void)
        self.detail.print_requested.connect(self._print)
        self.detail.differences.open_requested.connect(self._choose)
        self.form_page.left.connect(self._leave_form)
        self.form_page.saved.connect(self._saved)
        for keys, act in (
            (QKeySequence.StandardKey.Print, self._print),
            (QKeySequence.StandardKey.New, self.open_new),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    # What the window asks for

    def refresh(self) -> None:
        if self._stack.currentIndex() == 0:
            self.list.refresh()
            if self._record is not None:
                self._show(self._record.id)

    def has_unsaved(self) -> bool:
        return self.form_page.has_unsaved()

    def keep_typing(self, kept: Callable[[], None], failed: Callable[[Exception], None]) -> None:
        self.form_page.keeper.keep_now(kept, failed)

    def go_to_search(self) -> None:
        if self._stack.currentIndex() == 0:
            self.list.search.setFocus()
            self.list.search.selectAll()

    def open_new(self, values: Mapping[str, Any] | None = None) -> None:
        """Begin a new record, with what is known of it already; what was being written stays as a draft."""
        if not self._services.access.may("create", self._type.code):
            return
        form, record_id = self.form_page, str(uuid7())
        if values is None:
            self._when_kept(lambda: self._show_form(lambda: form.begin_new(record_id)))
        else:
            self._when_kept(lambda: self._show_form(lambda: form.begin_filled(record_id, values)))

    def open_record(self, record_id: str, path: str = "") -> None:
        """Show a record beside the list, or write on in it at a field."""
        self._when_kept(lambda: self._show(record_id, path))

    def open_draft(self, draft: Draft) -> None:
        """Go on with a draft; over a saved record that is read first, for what of it may be written now."""
        services, kind, form = self._services, self._type, self.form_page

        def begin(read: Reading | None) -> None:
            known = (read.record, read.beside.letters) if read else (None, ())
            self._show_form(lambda: form.begin_draft(draft, *known))

        def failed(error: Exception) -> None:
            begin(None)
            form.tell(error)

        if draft.base is None:
            self._when_kept(lambda: begin(None))
            return
        record_id = draft.record_id
        self._when_kept(
            lambda: services.runner.run(
                lambda: read_record(services, kind, record_id), done=begin, failed=failed, owner=self
            )
        )

    # Insides

    def _reading(self) -> QWidget:
        head = ListHead(self._type, self._services)
        head.added.connect(self.open_new)
        head.exported.connect(lambda: head.open_export(self.list.query(), self.window()))
        self.export = head.export
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.list)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self._beside)
        split.setSizes([560, 520])
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        page = QWidget()
        outer = QVBoxLayout(page)
        outer.setContentsMargins(24, 18, 24, 16)
        outer.setSpacing(12)
        outer.addWidget(head)
        outer.addWidget(self.banner)
        outer.addWidget(split, 1)
        return page

    def _when_kept(self, go_on: Callable[[], None]) -> None:
        """Keep what is typed, then leave the form; a file that takes no draft keeps the form open."""

        def leave() -> None:
            self.form_page.close_form()
            self._stack.setCurrentIndex(0)
            go_on()

        if self.form_page.has_unsaved():
            self.form_page.keeper.keep_now(leave, self.form_page.tell)
        else:
            leave()

    def _show_form(self, begin: Callable[[], None]) -> None:
        self.banner.clear()
        self._stack.setCurrentIndex(1)
        begin()

    def _wire_case(self, ribbon: CaseRibbon) -> None:
        self.papers = CasePapers(self._services, self)
        self.papers.print_requested.connect(self.print_requested)
        self.papers.wanted.connect(self._edit_at)
        self.papers.signed.connect(lambda record_id: self._saved(record_id, self.tr("已登记签署。")))
        self.papers.failed.connect(self._tell)
        ribbon.wanted.connect(self._edit_at)
        ribbon.signing.connect(self._sign)
        ribbon.again.connect(lambda: self._go_on(beginning_again))
        ribbon.opened.connect(self.open_record)
        ribbon.handing.connect(lambda: self._go_on(handing_over))
        ribbon.letter_opened.connect(
            lambda record_id: self.record_requested.emit(HANDOVER.code, record_id, "")
        )
        self.detail.dossier.clicked.connect(self._show_dossier)

    def _wire_letter(self, ribbon: LetterRibbon) -> None:
        ribbon.wanted.connect(self._edit_at)
        ribbon.accepted.connect(lambda: self._go_on(taking_up))
        ribbon.again.connect(lambda: self._go_on(writing_again))
        ribbon.case_opened.connect(
            lambda record_id, path: self.record_requested.emit(MEDIATION_CASE.code, record_id, path)
        )

    def _show(self, record_id: str, path: str = "") -> None:
        services, kind = self._services, self._type
        self._wanted = record_id

        def show(read: Reading | None) -> None:
            # Two records asked for one after the other may be read in either order.
            if self._wanted == record_id:
                self._show_read(read)
                if read is not None and path:
                    self._edit_at(path)

        services.runner.run(
            lambda: read_record(services, kind, record_id), done=show, failed=self._tell, owner=self
        )

    def _show_read(self, read: Reading | None) -> None:
        self._record = read.record if read else None
        if read is None:
            self.banner.show_error(self.tr("没有找到这条记录。"))
            return
        self._beside_record = read.beside
        self.reveal.show_masked(read)
        self._beside.setCurrentIndex(1)

    def _filled(self) -> None:
        if self._record is None:
            some = self.list.model.rowCount() > 0 or self.list.search.text()
            self._hint.setText(self.tr("从左边选一条查看。") if some else label(EMPTY[self._type.code]))
        if self._open_next is not None:
            self.list.choose(self._open_next)
            self._open_next = None

    def _edit(self) -> None:
        record = self._record
        if record is not None and self.detail.may_edit():
            self._note_opened(record)
            letters = self._beside_record.letters
            self._show_form(lambda: self.form_page.begin_edit(record, letters))

    def _edit_at(self, path: str, filled: Mapping[str, Any] | None = None) -> None:
        """Write on where something is still missing, with what is known of it."""
        self._edit()
        if self.form_page.is_open():
            self.form_page.write_on(path, filled or {})

    def _go_on(self, on: GoingOn) -> None:
        """Another record, which takes over what is known from the one shown."""
        record = self._record
        if record is None:
            return
        self._note_opened(record)
        record_type, values = on(record)
        if record_type is self._type:
            self.open_new(values)
        else:
            self.new_requested.emit(record_type.code, values)

    def _note_opened(self, record: StoredRecord) -> None:
        """A form shows the whole numbers of a record; the trail says so."""
        reader, kind = self._services.reader, self._type
        self._services.runner.run(
            lambda: reader.opened_to_edit(kind, record.id),
            done=lambda _: None,
            failed=self._tell,
            owner=self,
            in_turn=True,
        )

    def _show_dossier(self) -> None:
        assert self._record is not None
        self.papers.show_dossier(self._record)

    def _sign(self) -> None:
        if self._record is not None and self.detail.may_edit():
            self.papers.sign(self._record)

    def _void(self) -> None:
        if self._record is not None:
            self.settling.void(self._record)

    def _choose(self, differences: list[Difference]) -> None:
        if self._record is not None:
            self.settling.choose(self._record, differences)

    def _settled(self, record_id: str, sentence: str) -> None:
        self.banner.show_done(sentence)
        self._show(record_id)
        self.list.refresh()
        self.saved.emit(self._type.code, record_id)

    def _print(self) -> None:
        if self._record is not None and not self.detail.print.isHidden():
            self.print_requested.emit(self._record, paper_of(self._type, self._record.values))

    def _saved(self, record_id: str, sentence: str) -> None:
        self.saved.emit(self._type.code, record_id)
        if self.form_page.is_open():
            return
        self._stack.setCurrentIndex(0)
        self._open_next = record_id
        self.list.refresh()
        self._show(record_id)
        self.banner.show_done(sentence)

    def _leave_form(self) -> None:
        self._stack.setCurrentIndex(0)
        self.list.refresh()

    def _tell(self, error: Exception) -> None:
        self.banner.show_error(sentence_of(error))
