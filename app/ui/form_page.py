"""The form in the page: heading, save, leave; drafts kept by themselves; refusals said where they belong."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from uuid_utils import uuid7

from app.models.people.resident import RESIDENT
from app.models.problems import Problem, Severity
from app.models.record_type import RecordType
from app.store.drafts import Draft
from app.store.letters import Letter
from app.store.reading import ListQuery, StoredRecord
from app.store.records import Saved
from app.store.refused_saves import Invalid, Stale
from app.ui.banner import Banner
from app.ui.draft_keeper import DraftKeeper
from app.ui.form_locks import locks_of
from app.ui.layouts import button, words
from app.ui.record_form import RecordForm
from app.ui.repeated import repeated
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.theme import LIGHT
from app.ui.twins import twins_of
from app.ui.words import label

# Saved one after the other from paper: the form stays open for the next one.
IN_A_ROW = ("patrol_log", "resident")


class FormPage(QWidget):
    """Writes one record at a time."""

    saved = Signal(str, str)
    left = Signal()

    def __init__(
        self, services: DeskServices, record_type: RecordType, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._type = record_type
        self._record_id: str | None = None
        self._base: str | None = None
        self._touched = False
        self._saving = False
        self._twins_seen = False
        self._accepted: frozenset[tuple[str, str]] = frozenset()
        self._note = words("", "muted", wrap=False)
        self.form = RecordForm(record_type, services)
        self.keeper = DraftKeeper(services, self.form.values, self)
        self.keeper.kept.connect(lambda: self._note.setText(self.tr("草稿已留存")))
        self.keeper.failed.connect(self.tell)
        self.form.changed.connect(self._changed)
        self.banner = Banner()
        self._title = words("", "title", wrap=False)
        self.save_button = button(self.tr("保存"), "primary", sign="save", colour=LIGHT.on_accent)
        self.save_button.setToolTip(self.tr("保存（Ctrl+S）"))
        self.save_button.clicked.connect(lambda _: self.save())
        self.next_button = button(self.tr("保存并记下一条"))
        self.next_button.clicked.connect(lambda: self.save(go_on=True))
        self.next_button.setVisible(record_type.code in IN_A_ROW)
        self.repeat_button = button(self.tr("同上次"), sign="copy")
        self.repeat_button.setToolTip(self.tr("填入上一次的队伍、队员、路线和点位"))
        self.repeat_button.clicked.connect(self.repeat_last)
        self.discard_button = button(self.tr("不要了"), "quiet")
        self.discard_button.clicked.connect(self._discard)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._head())
        outer.addWidget(self.banner)
        outer.addWidget(self.form, 1)
        for keys, act in (
            (QKeySequence(QKeySequence.StandardKey.Save), self.save),
            (QKeySequence(Qt.Key.Key_Escape), self.leave),
        ):
            shortcut = QShortcut(keys, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def begin_new(self, record_id: str) -> None:
        """An empty form for a record whose id is made now, so that saving it twice saves it once."""
        self.form.begin_new()
        self.form.lock(locks_of(self._type, None))
        self._begin(record_id, None, self.tr("新增{title}"), touched=False)

    def begin_filled(self, record_id: str, values: Mapping[str, Any]) -> None:
        """A form for a new record that begins with what is known already; kept as a draft from the start."""
        self.form.begin_new()
        self.form.fill({name: value for name, value in values.items() if value is not None})
        self.form.lock(locks_of(self._type, None))
        self._begin(record_id, None, self.tr("新增{title}"), touched=False)
        self._changed()

    def begin_edit(self, record: StoredRecord, letters: Sequence[Letter] = ()) -> None:
        """The form over a saved record; `letters` are the hand-overs of a case."""
        self.form.set_values(record.values)
        self.form.lock(locks_of(self._type, record, letters))
        self._begin(record.id, record.head, self.tr("修改{title}"), touched=False)

    def write_on(self, path: str, filled: Mapping[str, Any]) -> None:
        """Fill in what is known of the next step and go on at its field; kept as a draft from the start."""
        self.form.fill(filled)
        if filled:
            self._changed()
        self.form.jump_to(path)

    def begin_draft(
        self, draft: Draft, stored: StoredRecord | None = None, letters: Sequence[Letter] = ()
    ) -> None:
        """The form as it was left; `stored` is the record as it is now, where it was saved before."""
        locks = locks_of(self._type, stored, letters)
        if stored is not None:
            self.form.set_values(stored.values)
            before = self.form.values()
        self.form.set_values(draft.content)
        if stored is not None:
            now = self.form.values()
            locks = locks.without(name for name in now if now[name] != before[name])
        self.form.lock(locks)
        title = self.tr("修改{title}") if draft.base else self.tr("新增{title}")
        self._begin(draft.record_id, draft.base, title, touched=True)
        self.banner.show_warning(self.tr("这是上次没写完的草稿，还没有保存。"))

    def is_open(self) -> bool:
        """Whether a record is being written."""
        return self._record_id is not None

    def has_unsaved(self) -> bool:
        """Whether something typed is not in a saved record."""
        return self.is_open() and self._touched

    def close_form(self) -> None:
        """Nothing is being written any more."""
        self._record_id = None
        self._touched = False
        self.keeper.end()

    def tell(self, error: Exception) -> None:
        """Say what went wrong; the form stays as it is."""
        self.banner.show_error(sentence_of(error))

    def leave(self) -> None:
        """Go back to the list; what is typed stays as a draft."""
        if self.has_unsaved():
            self.keeper.keep_now(self._left, self.tell)
        else:
            self._left()

    def save(self, *, go_on: bool = False) -> None:
        """Save what is typed; warnings are shown once and saved with on the second press."""
        if self._saving or self._record_id is None:
            return
        if any(editor.is_busy() for editor in self.form.all_editors()):
            self.banner.show_warning(self.tr("文件还在加入，请等加完再按保存。"))
            return
        values = self.form.values()
        _, problems = self._type.clean(values)
        noticed = frozenset((problem.path, problem.message) for problem in problems)
        errors = any(problem.severity is Severity.ERROR for problem in problems)
        if errors or not noticed <= self._accepted:
            self._show_problems(problems, errors=errors)
            self._accepted = frozenset() if errors else noticed
            return
        self._saving = True
        self.save_button.setEnabled(False)
        if self._type is RESIDENT and self._base is None and not self._twins_seen:
            reader, clean = self._services.reader, self._type.clean(values)[0]
            self._services.runner.run(
                lambda: twins_of(reader, clean),
                done=lambda twins: self._twins(twins, values, go_on=go_on),
                failed=self._failed,
                owner=self,
            )
        else:
            self._store(values, go_on=go_on)

    def repeat_last(self) -> None:
        """Fill in what the last patrol had, for the next one of the same team."""
        reader, kind = self._services.reader, self._type

        def read() -> StoredRecord | None:
            rows = reader.page(kind, ListQuery(), limit=1)
            return reader.load(kind, rows[0]["id"]) if rows else None

        self._services.runner.run(read, done=self._repeat, failed=self.tell, owner=self)

    def _twins(self, twins: list[str], values: dict[str, Any], *, go_on: bool) -> None:
        """Somebody like this is known: say who, and save only when asked again."""
        if not twins:
            self._store(values, go_on=go_on)
            return
        self._ready()
        self._twins_seen = True
        text = self.tr("可能已经登记过：{people}。确实是另一个人，再按一次“仍然保存”。")
        self.banner.show_warning(text.format(people="；".join(twins)))
        self.save_button.setText(self.tr("仍然保存"))

    def _store(self, values: dict[str, Any], *, go_on: bool) -> None:
        services, kind, record_id, base = self._services, self._type, self._record_id, self._base
        assert record_id is not None
        services.runner.run(
            lambda: services.store.save(kind, values, by=services.user, record_id=record_id, base=base),
            done=lambda saved: self._done(saved, go_on=go_on),
            failed=self._failed,
            owner=self,
            in_turn=True,
        )

    def _head(self) -> QFrame:
        back = button(self.tr("返回"), "quiet", sign="back")
        back.setToolTip(self.tr("返回列表，写了一半的留作草稿（Esc）"))
        back.clicked.connect(self.leave)
        frame = QFrame()
        frame.setProperty("role", "bar")
        row = QHBoxLayout(frame)
        row.setContentsMargins(16, 8, 24, 8)
        row.setSpacing(10)
        row.addWidget(back)
        row.addWidget(self._title)
        row.addWidget(self._note)
        row.addStretch(1)
        self.repeat_button.hide()
        for widget in (self.repeat_button, self.discard_button, self.next_button, self.save_button):
            row.addWidget(widget)
        return frame

    def _begin(self, record_id: str, base: str | None, title: str, *, touched: bool) -> None:
        self._record_id, self._base, self._touched = record_id, base, touched
        self._accepted = frozenset()
        self._twins_seen = False
        self.keeper.begin(self._type.code, record_id, base)
        self.banner.clear()
        self._note.clear()
        self._title.setText(title.format(title=label(self._type.title)))
        self.repeat_button.setVisible(self._type.code == "patrol_log" and base is None)
        self.form.focus_first()

    def _changed(self) -> None:
        self._touched = True
        self._twins_seen = False
        self._note.clear()
        self.save_button.setText(self.tr("保存"))
        self.keeper.touched()

    def _show_problems(self, problems: Sequence[Problem], *, errors: bool) -> None:
        self.form.show_problems(problems)
        if errors:
            self.banner.show_error(self.tr("还不能保存，请先改正下面标出的地方。填写的内容都还在。"))
        else:
            self.banner.show_warning(self.tr("请核对下面的提醒；确认无误，再按一次“仍然保存”。"))
            self.save_button.setText(self.tr("仍然保存"))

    def _done(self, saved: Saved, *, go_on: bool) -> None:
        self._ready()
        self.close_form()
        number = saved.values.get("number") or ""
        sentence = self.tr("已保存 {number}").format(number=number).strip()
        if go_on:
            day = saved.values.get(self._type.business_day or "")
            self.begin_new(str(uuid7()))
            if self._type.code == "patrol_log":
                self.form.fill(repeated(saved.values))
                self.form.editors["patrol_on"].set_value(day)
            self.banner.show_done(sentence)
        self.saved.emit(saved.record_id, sentence)

    def _failed(self, error: Exception) -> None:
        """The same record id is tried again: whatever part of the first try reached the disk is not doubled."""
        self._ready()
        if isinstance(error, Invalid):
            self._show_problems(error.problems, errors=True)
            return
        if isinstance(error, Stale):
            self.keeper.keep_now()
        self.tell(error)

    def _ready(self) -> None:
        self._saving = False
        self.save_button.setEnabled(True)
        self.save_button.setText(self.tr("保存"))

    def _repeat(self, last: StoredRecord | None) -> None:
        if last is None:
            self.banner.show_warning(self.tr("还没有上一次的巡逻可以照抄。"))
            return
        self.form.fill(repeated(last.values))
        self._changed()

    def _discard(self) -> None:
        """Throw away what is being written, because its writer says so; a saved record stays as it was."""
        record_id, services = self._record_id, self._services
        self.close_form()
        if record_id is None:
            self.left.emit()
            return
        services.runner.run(
            lambda: services.drafts.discard(services.user, record_id),
            done=lambda _: self.left.emit(),
            failed=self.tell,
            owner=self,
            in_turn=True,
        )

    def _left(self) -> None:
        self.close_form()
        self.left.emit()
