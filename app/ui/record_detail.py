"""One record to read: its sections as a sheet, and who wrote what when."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.models.attached_file import AttachedFile
from app.models.fields import Field, Kind, fields_of
from app.models.handover.handover import HANDOVER
from app.models.handover.papers import PAPERS, letter_paper_of
from app.models.handover.rules import may_void
from app.models.masking import masked_values
from app.models.mediation.case import MEDIATION_CASE
from app.models.mediation.documents import AGREEMENT
from app.models.record_type import RecordType
from app.security.authorize import Subject
from app.store.reading import Change, StoredRecord
from app.ui.case_ribbon import CaseRibbon
from app.ui.differences_card import DifferencesCard
from app.ui.file_strip import FileStrip
from app.ui.flow_row import FlowRow
from app.ui.layouts import button, card, emptied, scrolling, words
from app.ui.letter_ribbon import LetterRibbon
from app.ui.merges_line import merges_text
from app.ui.printed_card import PrintedCard
from app.ui.record_list import shown
from app.ui.record_reading import Reading
from app.ui.record_rows import row_text
from app.ui.services import DeskServices
from app.ui.theme import LIGHT
from app.ui.words import label, moment_text

LABEL_WIDTH = 120  # pixels, so that the values of all sections stand in one column
ACTS = {"create": "新建", "edit": "修改", "void": "作废", "append": "补充"}
STATES = {
    "pending": "未上报",
    "acked": "已上报",
    "held": "区里退回",
    "conflict": "与区里不一致",
}


class RecordDetail(QWidget):
    """The record chosen in the list."""

    edit_requested = Signal()
    void_requested = Signal()
    print_requested = Signal()
    reveal_requested = Signal()

    def __init__(
        self, record_type: RecordType, services: DeskServices, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._type = record_type
        self._services = services
        self.ribbon = RIBBONS[record_type.code](services) if record_type.code in RIBBONS else None
        self.edit = button(self.tr("修改"), "primary", sign="edit", colour=LIGHT.on_accent)
        is_case = record_type is MEDIATION_CASE
        self.print = button(self.tr("打印协议书"), sign="print")
        self.dossier = button(self.tr("卷宗"), sign="file-pdf")
        self.dossier.setToolTip(self.tr("卷宗里的每一份文书：有没有、缺什么、单独打印或整卷打印"))
        self.void = button(self.tr("作废"), "danger", sign="void")
        self.reveal = button(self.tr("完整号码"), sign="info")
        self.reveal.setToolTip(self.tr("写明原因后显示半分钟，会留在操作记录里"))
        self.reveal.clicked.connect(self.reveal_requested)
        self._whole = False
        self.edit.clicked.connect(self.edit_requested)
        self.print.clicked.connect(self.print_requested)
        self.void.clicked.connect(self.void_requested)
        self._title = words("", "section")
        self._below = words("", "muted")
        self.merges = words("", "muted")
        self.merges.hide()
        acts = FlowRow(self.edit)
        for name, wanted in ((self.print, record_type.code in RIBBONS), (self.dossier, is_case)):
            if wanted:
                acts.addWidget(name)
            else:
                name.hide()
        acts.addWidget(self.reveal)
        acts.addWidget(self.void)
        self.differences = DifferencesCard(record_type)
        self._body = QVBoxLayout()
        self._body.setSpacing(12)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 8, 16)
        column.setSpacing(10)
        column.addWidget(self.merges)
        column.addWidget(self.differences)
        column.addLayout(self._body)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(8, 0, 0, 0)
        outer.setSpacing(8)
        outer.addWidget(self._title)
        outer.addWidget(self._below)
        outer.addLayout(acts)
        if self.ribbon is not None:
            column.insertWidget(0, self.ribbon)
        outer.addWidget(scrolling(column), 1)

    def show_reading(self, reading: Reading, *, whole: bool = False) -> None:
        """Show a record and everything read with it; `whole` numbers once revealed."""
        record = reading.record
        self._whole = whole
        self._offer(record)
        self.differences.show_differences(reading.differences if self._may("settle", record) else ())
        self._title.setText(self._type.headline_of(record.values))
        number = record.values.get("number") or ""
        self._below.setText(
            self.tr("{number}　第 {revision} 版，{by} {at}").format(
                number=number,
                revision=record.revision,
                by=record.changed_by,
                at=moment_text(record.changed_at),
            )
        )
        merged = merges_text(self._type, reading.history, self._services.clock())
        self.merges.setText(merged)
        self.merges.setVisible(bool(merged))
        if isinstance(self.ribbon, CaseRibbon):
            self.ribbon.show_record(record, reading.beside)
        elif self.ribbon is not None:
            self.ribbon.show_reading(reading, may_edit=self.may_edit())
        emptied(self._body)
        if record.void_reason:
            note = words(self.tr("已作废：{reason}").format(reason=record.void_reason), "error")
            self._body.addWidget(note)
        for name in (self.edit, self.void):
            name.setEnabled(record.void_reason is None)
        for section in self._type.sections:
            fields = [self._type.fields[name] for name in section.fields]
            if any(self._text(field, record.values.get(field.name)) for field in fields):
                self._body.addWidget(self._section(section.title, fields, record.values))
        if record.values.get("printed"):
            self._body.addWidget(PrintedCard(self._services, record.values))
        self._body.addWidget(self._history(reading.history))

    def may_edit(self) -> bool:
        """Whether the record shown is this user's to change."""
        return not self.edit.isHidden()

    def _may(self, action: str, record: StoredRecord) -> bool:
        of = Subject(self._type.code, record.id, record.created_by, record.station)
        return self._services.access.may_with(action, of)

    def _offer(self, record: StoredRecord) -> None:
        """Only what this user may do with this record."""
        self.edit.setVisible(self._may("edit", record))
        self.void.setVisible(self._may("void", record))
        if self._type.code in RIBBONS:
            self.print.setVisible(self._may("print", record))
            self.dossier.setVisible(self._type is MEDIATION_CASE and self._may("print", record))
        if self._type is HANDOVER:
            self.print.setText(
                self.tr("打印{paper}").format(paper=label(PAPERS[letter_paper_of(record.values)]))
            )
            self.void.setVisible(self._may("void", record) and may_void(record.values))
        hides = masked_values(self._type.fields, record.values) != record.values
        self.reveal.setVisible(hides and not self._whole and self._may("reveal", record))

    def _section(self, title: str, fields: Sequence[Field], values: Mapping[str, Any]) -> QWidget:
        frame, column = card(label(title))
        grid = _grid()
        for field in fields:
            value = values.get(field.name)
            if field.rows is not None:
                for place, row in enumerate(value or (), start=1):
                    _line(grid, f"{label(field.label)} {place}", row_text(field, row, whole=self._whole))
                    self._files(grid, _files_of(field, row))
            elif field.kind is Kind.FILES:
                self._files(grid, value or ())
            elif text := self._text(field, value):
                _line(grid, label(field.label), text)
        column.addLayout(grid)
        return frame

    def _files(self, grid: QGridLayout, files: Sequence[AttachedFile]) -> None:
        if files and self._services.access.may("open_file"):
            strip = FileStrip(self._services)
            strip.show_files(files)
            grid.addWidget(strip, grid.rowCount(), 1)

    def _text(self, field: Field, value: Any) -> str:
        """A value in words; the link to a resident is for the program, the names beside it for people."""
        if field.kind is Kind.PERSON or not value:
            return ""
        if field.kind is Kind.DIVISION:
            found = self._services.divisions.get(value)
            return found.full_name if found else str(value)
        return shown(field, value, whole=self._whole)

    def _history(self, history: Sequence[Change]) -> QWidget:
        frame, column = card(self.tr("修订记录"))
        grid = _grid()
        for change in reversed(history):
            what = label(ACTS.get(change.act, change.act))
            changed = [
                label(self._type.fields[name].label) for name in change.data if name in self._type.fields
            ]
            if change.act == "edit" and changed:
                what += "：" + "、".join(changed)
            if change.act == "void":
                what += "：" + str(change.data.get("reason", ""))
            by = f"{change.by}（{change.origin}）" if change.origin else change.by
            remark = change.detail or label(STATES.get(change.state, change.state))
            _line(grid, moment_text(change.at), f"{by}　{what}　（{remark.rstrip('。')}）")
        column.addLayout(grid)
        return frame


RIBBONS: Mapping[str, Callable[[DeskServices], CaseRibbon | LetterRibbon]] = {
    MEDIATION_CASE.code: CaseRibbon,
    HANDOVER.code: LetterRibbon,
}


def paper_of(record_type: RecordType, values: Mapping[str, Any]) -> str:
    """The code of the paper the print button of a record prints."""
    return letter_paper_of(values) if record_type is HANDOVER else AGREEMENT


def _grid() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnMinimumWidth(0, LABEL_WIDTH)
    grid.setColumnStretch(1, 1)
    return grid


def _line(grid: QGridLayout, name: str, text: str) -> None:
    row = grid.rowCount()
    grid.addWidget(words(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
    value = words(text)
    value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    grid.addWidget(value, row, 1)


def _files_of(field: Field, row: Mapping[str, Any]) -> list[AttachedFile]:
    assert field.rows is not None
    named = fields_of(field.rows).items()
    return [file for name, of in named if of.kind is Kind.FILES for file in row.get(name) or ()]
