"""Entering in one go that the printed agreement was signed: who, how, on which day, and the seal."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.models.codes import code_list
from app.models.fields import Field, Kind
from app.models.station_time import station_day
from app.ui.banner import Banner
from app.ui.editors.times import DayEditor
from app.ui.layouts import button, words
from app.ui.services import DeskServices
from app.ui.theme import LIGHT
from app.ui.words import label

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
        self.banner = Banner()
        self.day = DayEditor(Field(self.tr("签署日期"), Kind.DAY, name="signed_on"), services, self)
        self.day.set_value(values.get("agreed_on") or station_day(services.clock()))
        self.modes = {
            code.value: _tick(label(code.label), code.value in USUAL)
            for code in code_list("sign_mode").active()
        }
        self.parties = [_tick(row.get("name") or "", True) for row in values["parties"]]
        self.mediators = [_tick(row.get("name") or "", True) for row in values["mediators"]]
        self.seal = _tick(self.tr("已加盖人民调解委员会印章"), True)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(10)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetMinimumSize)
        column.addWidget(words(self.tr("照着纸上签好的协议书登记。没有签的，去掉前面的勾。"), wrap=False))
        column.addWidget(self.banner)
        column.addWidget(self.day)
        for title, ticks in (
            (self.tr("当事人"), self.parties),
            (self.tr("签署方式"), list(self.modes.values())),
            (self.tr("人民调解员"), self.mediators),
            (self.tr("印章"), [self.seal]),
        ):
            column.addWidget(words(title, "label"))
            for tick in ticks:
                column.addWidget(tick)
        done = button(self.tr("登记"), "primary", sign="check", colour=LIGHT.on_accent)
        done.clicked.connect(self._finish)
        back = button(self.tr("返回"))
        back.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(back)
        row.addWidget(done)
        column.addLayout(row)

    def _finish(self) -> None:
        day = self.day.value()
        modes = [value for value, tick in self.modes.items() if tick.isChecked()]
        if not day:
            self.banner.show_error(self.tr("请填写签署日期。"))
            return
        if not modes and any(tick.isChecked() for tick in self.parties):
            self.banner.show_error(self.tr("请至少选择一种签署方式：签名、盖章或按指印。"))
            return
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
        return {**self._values, "parties": parties, "mediators": mediators, "sealed_on": sealed}


def _tick(text: str, checked: bool) -> QCheckBox:
    made = QCheckBox(text)
    made.setChecked(checked)
    return made
