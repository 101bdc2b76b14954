"""Entering in one go that the printed agreement was signed: who, how, on which day, and the seal."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.models.attached_file import AttachedFile
from app.models.codes import code_list
from app.models.fields import Field, Kind
from app.models.mediation.documents import AGREEMENT
from app.models.mediation.printed import Mark, latest, mark_of, version_name
from app.models.station_time import station_day
from app.ui.banner import Banner
from app.ui.editors.files import FilesEditor
from app.ui.editors.times import DayEditor
from app.ui.layouts import button, scrolling, words
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.theme import LIGHT
from app.ui.words import label

WIDE, LOW = 500, 560  # pixels
USUAL = ("signature", "fingerprint")
"""A party signs and fingerprints (fill-in rules of the agreement form)."""


class SigningSheet(QDialog):
    """Ticks for every signer; `signed` gives the values of the case with the signatures in them."""

    signed = Signal(dict)

    def __init__(
        self, services: DeskServices, values: Mapping[str, Any], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("登记签署"))
        self._values = dict(values)
        self._services = services
        self._version = latest(values, AGREEMENT)
        self._accepted: list[AttachedFile] = []
        self.banner = Banner()
        self.scans = FilesEditor(
            Field(self.tr("签好的协议书扫描件或照片"), Kind.FILES, name="scans", maximum=20), services, self
        )
        self.scans.setVisible(self._version is not None)
        self.day = DayEditor(Field(self.tr("签署日期"), Kind.DAY, name="signed_on"), services, self)
        self.day.set_value(values.get("agreed_on") or station_day(services.clock()))
        self.modes = {
            code.value: _tick(label(code.label), code.value in USUAL)
            for code in code_list("sign_mode").active()
        }
        self.parties = [_tick(row.get("name") or "", True) for row in values["parties"]]
        self.mediators = [_tick(row.get("name") or "", True) for row in values["mediators"]]
        self.seal = _tick(self.tr("已加盖人民调解委员会印章"), True)
        self._done = button(self.tr("登记"), "primary", sign="check", colour=LIGHT.on_accent)
        self._done.clicked.connect(self._finish)
        area = scrolling(self._ticks())
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 16, 20)
        column.setSpacing(10)
        column.addWidget(words(self.tr("照着纸上签好的协议书登记。没有签的，去掉前面的勾。"), wrap=False))
        column.addWidget(self.banner)
        column.addWidget(area, 1)
        column.addLayout(self._buttons())
        # Many parties or large letters: the middle scrolls, the buttons stay in sight.
        room = parent.window().height() - 60 if parent else LOW
        wanted = area.widget().sizeHint().height() + 190
        self.resize(max(self.sizeHint().width(), WIDE), max(LOW, min(room, wanted)))

    def _ticks(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(10)
        column.addWidget(self.day)
        column.addWidget(self.scans)
        for title, ticks in (
            (self.tr("当事人"), self.parties),
            (self.tr("签署方式"), list(self.modes.values())),
            (self.tr("人民调解员"), self.mediators),
            (self.tr("印章"), [self.seal]),
        ):
            column.addWidget(words(title, "label"))
            for tick in ticks:
                column.addWidget(tick)
        column.addStretch(1)
        return column

    def _buttons(self) -> QHBoxLayout:
        back = button(self.tr("返回"))
        back.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(back)
        row.addWidget(self._done)
        return row

    def _finish(self) -> None:
        day = self.day.value()
        modes = [value for value, tick in self.modes.items() if tick.isChecked()]
        if not day:
            self.banner.show_error(self.tr("请填写签署日期。"))
            return
        if not modes and any(tick.isChecked() for tick in self.parties):
            self.banner.show_error(self.tr("请至少选择一种签署方式：签名、盖章或按指印。"))
            return
        if self.scans.is_busy():
            self.banner.show_warning(self.tr("文件还在加入，请等加完再按“登记”。"))
            return
        scans = self.scans.strip.files()
        if not scans or scans == self._accepted:
            self._sign(day, modes)
            return
        self._done.setEnabled(False)
        self._services.runner.run(
            lambda: self._services.signing.marks(scans),
            done=lambda marks: self._recognised(marks, scans, day, modes),
            failed=self._unread,
            owner=self,
        )

    def _recognised(
        self, marks: list[Mark], scans: list[AttachedFile], day: date | str, modes: list[str]
    ) -> None:
        """The codes on the scans: of another paper, the scan is refused; unreadable, a person must look."""
        self._done.setEnabled(True)
        assert self._version is not None
        wanted = mark_of(self._values, self._version)
        other = next((mark for mark in marks if mark != wanted), None)
        if other is not None:
            self.banner.show_error(
                self.tr(
                    "扫描件是{number}的{title}第{version}版，不是这一份，没有登记。请换成签好的那一份。"
                ).format(number=other.number, title=label(other.title), version=other.version)
            )
        elif not marks:
            self._accepted = scans
            self.banner.show_warning(
                self.tr(
                    "扫描件上读不出二维码。请核对是不是{version}的签字原件，没错就再按一次“登记”。"
                ).format(version=version_name(self._version))
            )
        else:
            self._sign(day, modes)

    def _unread(self, error: Exception) -> None:
        self._done.setEnabled(True)
        self.banner.show_error(sentence_of(error))

    def _sign(self, day: date | str, modes: list[str]) -> None:
        self.signed.emit(self._signed_values(day, modes))
        self.accept()

    def _signed_values(self, day: date | str, modes: list[str]) -> dict[str, Any]:
        parties = [
            {**row, "sign_modes": modes, "signed_on": day} if tick.isChecked() else row
            for row, tick in zip(self._values["parties"], self.parties, strict=True)
        ]
        mediators = [
            {**row, "signed_on": day} if tick.isChecked() else row
            for row, tick in zip(self._values["mediators"], self.mediators, strict=True)
        ]
        sealed = day if self.seal.isChecked() else self._values.get("sealed_on")
        signed = {"parties": parties, "mediators": mediators, "sealed_on": sealed}
        return {**self._values, **signed, "printed": self._with_scans()}

    def _with_scans(self) -> list[dict[str, Any]]:
        """The frozen versions, the newest agreement with its scans."""
        added = self.scans.strip.files()
        rows: list[dict[str, Any]] = list(self._values["printed"] or ())
        if not added:
            return rows
        return [
            {**row, "scans": [*(row["scans"] or ()), *added]} if row is self._version else row for row in rows
        ]


def _tick(text: str, checked: bool) -> QCheckBox:
    made = QCheckBox(text)
    made.setChecked(checked)
    return made
