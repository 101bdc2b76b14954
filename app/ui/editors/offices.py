"""Editor of the office a matter is handed to, chosen from the district's list of offices (单位名录)."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.models.codes import code_list
from app.models.fields import Field
from app.models.pinyin import name_keys, typed_pinyin
from app.store.letters import Office
from app.ui.editors.base import Editor
from app.ui.editors.lookups import LookupLine, Offer
from app.ui.layouts import button
from app.ui.services import DeskServices
from app.ui.words import code_label


class OfficeEditor(Editor):
    """Holds the office's code and shows its name; choosing one fills name and kind into the fields beside."""

    picked = Signal(object)

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self._known: Sequence[Office] | None = None
        self._code: str | None = None
        self.line = LookupLine(services, self._found, fewest=0)
        self.line.setPlaceholderText(self.tr("输入单位名称、拼音或编码"))
        self.line.chosen.connect(self._choose)
        self.line.textEdited.connect(lambda _: self._edited())
        self.line.editingFinished.connect(self._settle)
        self.choose = button(self.tr("单位名录"), "quiet", sign="organisation")
        self.choose.clicked.connect(self.line.offer_now)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.line, 1)
        row.addWidget(self.choose)
        self.place_input(holder, self.line)
        self.rename(self.tr("对方单位（从单位名录选）"))

    def value(self) -> Any:
        return self._code or self.line.text().strip() or None

    def set_value(self, value: Any) -> None:
        self._code = str(value) if value else None
        self.line.setText(self._code or "")
        self.clear_problem()
        self.services.runner.run(
            self.services.letters.offices, done=self._learn, failed=lambda _: None, owner=self
        )

    def _learn(self, offices: Sequence[Office]) -> None:
        """The list as the district last told it."""
        self._known = offices
        self._show()
        self._say_empty()

    def _show(self) -> None:
        office = self._office(self._code)
        if office is not None:
            self.line.setText(f"{office.name}　{office.code}")
            self.line.setCursorPosition(0)

    def _say_empty(self) -> None:
        if self._known is not None and not self._known and not self.is_locked:
            self.show_hint(self.tr("第一次与区里收发以后才有单位名录；现在可以先填对方单位的 12 位编码。"))

    def _found(self, typed: str) -> list[Offer]:
        return [
            Offer(office_line(office), office.code)
            for office in self.services.letters.offices()
            if fits(office, typed)
        ]

    def _choose(self, code: str) -> None:
        self._code = code
        self._show()
        self.clear_problem()
        office = self._office(code)
        if office is not None:
            self.picked.emit({"peer_name": office.name, "peer_kind": kind_of(office)})
        self.changed.emit()

    def _settle(self) -> None:
        """A code or a whole name typed out is as good as one chosen."""
        typed = self.line.text().strip()
        if self._code is None and typed:
            named = [one for one in self._known or () if typed in (one.code, one.name)]
            if len(named) == 1:
                self._choose(named[0].code)
            elif self._known and not (typed.isascii() and typed.isalnum()):
                self.show_hint(
                    self.tr("单位名录里没有这个单位，请从名录里选；名录里没有的，请向区里问明编码。")
                )

    def _edited(self) -> None:
        self._code = None
        self.clear_problem()
        self._say_empty()
        self.changed.emit()

    def _office(self, code: str | None) -> Office | None:
        return next((one for one in self._known or () if one.code == code), None)


def fits(office: Office, typed: str) -> bool:
    """Whether a name, its pinyin or a code begins or holds what is typed; everything fits nothing."""
    words = typed.strip()
    if not words or words in office.name or office.code.startswith(words):
        return True
    letters = typed_pinyin(words)
    return letters is not None and any(letters in key for key in name_keys(office.name))


def kind_of(office: Office) -> str | None:
    """The code of office_kind; None for a kind this program does not know."""
    return office.kind if office.kind in code_list("office_kind") else None


def office_line(office: Office) -> str:
    """Name, kind and code: enough to tell two offices apart."""
    return "　".join(
        part for part in (office.name, code_label("office_kind", kind_of(office)), office.code) if part
    )
