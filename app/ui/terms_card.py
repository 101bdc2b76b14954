"""保存期限: what each kind of record is kept for and how long, what is past its term, and disposing of it."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMessageBox, QPushButton, QVBoxLayout, QWidget

from app.models.registry import RECORD_TYPES
from app.models.retention import retention_table
from app.store.authorized.terms import Expired
from app.ui.layouts import button, card, emptied, words
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices, PrivacyControl
from app.ui.words import code_label, day_text, label

SHOWN = 50


class TermsCard(QWidget):
    """The table in words, and the records past their term."""

    told = Signal(bool, str)

    def __init__(
        self, services: DeskServices, privacy: PrivacyControl, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._privacy = services, privacy
        self.presses: dict[str, QPushButton] = {}
        frame, inside = card(self.tr("保存期限"))
        for code, kept in retention_table().items():
            line = self.tr("{title}：{years}。{purpose}").format(
                title=label(RECORD_TYPES[code].title), years=_years(kept.years), purpose=label(kept.purpose)
            )
            inside.addWidget(words(line, "muted"))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(8)
        inside.addLayout(self._lines)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def refresh(self) -> None:
        """Look again what is past its term."""
        self._services.runner.run(self._privacy.terms.past, done=self._show, failed=self._tell, owner=self)

    def dispose(self, one: Expired) -> None:
        """Take the personal data out of one."""
        terms = self._privacy.terms
        self._services.runner.run(
            lambda: terms.dispose(one),
            done=lambda _: self._disposed(),
            failed=self._tell,
            owner=self,
            in_turn=True,
        )

    def _show(self, past: Sequence[Expired]) -> None:
        emptied(self._lines)
        self.presses.clear()
        if not past:
            self._lines.addWidget(words(self.tr("没有超过保存期限的记录。")))
            return
        self._lines.addWidget(
            words(self.tr("有 {count} 条超过了保存期限：").format(count=len(past)), "label")
        )
        for one in past[:SHOWN]:
            row = QHBoxLayout()
            row.setContentsMargins(0, 0, 0, 0)
            line = self.tr("{kind}　{headline}　保存到 {day}").format(
                kind=label(RECORD_TYPES[one.record_type].title), headline=one.headline, day=day_text(one.ends)
            )
            row.addWidget(words(line), 1)
            if self._services.access.may("erase", one.record_type):
                press = button(self.tr("删除个人信息…"), "danger")
                press.clicked.connect(lambda _=False, one=one: self._ask(one))
                self.presses[one.record_id] = press
                row.addWidget(press, 0, Qt.AlignmentFlag.AlignTop)
            holder = QWidget()
            holder.setLayout(row)
            self._lines.addWidget(holder)

    def _ask(self, one: Expired) -> None:
        box = QMessageBox(self.window())
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(self.tr("删除个人信息"))
        box.setText(
            self.tr(
                "“{headline}”里的姓名、号码、住址、文字和附件将删除，以后不能恢复；类别、日期和金额留作统计。"
            ).format(headline=one.headline)
        )
        go = box.addButton(self.tr("删除"), QMessageBox.ButtonRole.AcceptRole)
        back = box.addButton(self.tr("返回"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(back)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda pressed: self.dispose(one) if pressed is go else None)
        box.open()

    def _disposed(self) -> None:
        self.told.emit(True, self.tr("个人信息已删除；上报收到回执后，以前的修订里也一并删去。"))
        self.refresh()

    def _tell(self, error: Exception) -> None:
        self.told.emit(False, sentence_of(error))


def _years(years: Mapping[str, int]) -> str:
    said = []
    for period, count in years.items():
        name = "" if period == "all" else code_label("retention", period) + " "
        said.append(name + (label("{count} 年").format(count=count) if count else label("不定期")))
    return "、".join(said)
