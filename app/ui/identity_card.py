"""本机身份: who this PC is towards the district, so that the two ends can be compared over the telephone."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.store.authorized.this_pc import PcIdentity
from app.sync.outcome import HALTED, NO_ANSWER
from app.ui.banner import Banner
from app.ui.flow_row import FlowRow
from app.ui.layouts import button, card, emptied, words
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.sync_words import address_text
from app.ui.words import moment_text

REVOKED = "revoked"
UNANSWERED = frozenset({*NO_ANSWER, HALTED, "failed_here"})
LOOKED_BACK = 100  # rounds; a PC that only fails to reach the district keeps a line for each new reason
GROUP = 4  # letters of a fingerprint read out at a time
SPOKEN = 16  # letters of a fingerprint that are enough to compare by telephone

Line = tuple[str, str]


class IdentityCard(QWidget):
    """Read when something changed; a PC the district has stopped says so here and what to do."""

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._told: list[Line] = []
        frame, column = card(self.tr("本机身份"))
        frame.setAccessibleName(self.tr("本机身份"))
        self.banner = Banner()
        self.lines = QGridLayout()
        self.lines.setHorizontalSpacing(24)
        self.lines.setVerticalSpacing(4)
        self.lines.setColumnStretch(1, 1)
        self.copy = button(self.tr("复制"))
        self.copy.setToolTip(self.tr("复制以上各项，可以粘贴发给区里"))
        self.copy.clicked.connect(self._copy)
        self.copied = words("", "done", wrap=False)
        self.copied.hide()
        column.addWidget(self.banner)
        column.addLayout(self.lines)
        column.addLayout(FlowRow(self.copy, self.copied))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self.hide()

    def refresh(self) -> None:
        """Read it again."""
        if self._services.identity is not None:
            self._services.runner.run(self._read, done=self._show, failed=self._tell, owner=self)

    def _read(self) -> tuple[PcIdentity, bool]:
        assert self._services.identity is not None
        pc = self._services.identity.read()
        return pc, pc.enrolled and self._is_revoked(pc)

    def _is_revoked(self, pc: PcIdentity) -> bool:
        """What the district answered last, in this sitting or before it; without a line it has not answered."""
        rounds = self._services.rounds
        for one in rounds.newest(LOOKED_BACK) if rounds is not None else ():
            if pc.enrolled_at is not None and one.at < pc.enrolled_at:
                return False
            if one.code not in UNANSWERED:
                return one.code == REVOKED
        return False

    def _show(self, found: tuple[PcIdentity, bool]) -> None:
        pc, revoked = found
        if revoked:
            self.banner.show_error(revoked_text())
        else:
            self.banner.clear()
        told = identity_lines(pc, self._services.sync.address)
        if told != self._told:
            self._told = told
            self._lay_out(told)
        self.show()

    def _lay_out(self, told: Sequence[Line]) -> None:
        self.copied.hide()
        emptied(self.lines)
        for row, (name, text) in enumerate(told):
            self.lines.addWidget(words(name, "muted", wrap=False), row, 0, Qt.AlignmentFlag.AlignTop)
            value = words(text)
            value.setAccessibleName(name)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.lines.addWidget(value, row, 1)

    def _copy(self) -> None:
        colon = self.tr("：")
        QGuiApplication.clipboard().setText("\n".join(f"{name}{colon}{text}" for name, text in self._told))
        self.copied.setText(self.tr("已复制，可以粘贴发给区里"))
        self.copied.show()

    def _tell(self, error: Exception) -> None:
        self.banner.show_error(sentence_of(error))
        self.show()


def identity_lines(pc: PcIdentity, address: str | None) -> list[Line]:
    """Name and text of what is known of this PC."""
    translate = QCoreApplication.translate
    lines = [
        (translate("IdentityCard", "站点"), f"{pc.name}（{pc.code}）"),
        (translate("IdentityCard", "设备编号"), _device_text(pc)),
    ]
    if not pc.enrolled:
        return [*lines, (translate("IdentityCard", "登记"), translate("IdentityCard", "还没有在区里登记"))]
    at = moment_text(pc.enrolled_at) if pc.enrolled_at else translate("IdentityCard", "时间没有记下")
    lines += [
        (translate("IdentityCard", "登记"), f"{at}　{address_text(address)}"),
        (translate("IdentityCard", "代次"), _life_text(pc)),
        (translate("IdentityCard", "区里已收到"), _receipted_text(pc)),
    ]
    if pc.pinned:
        text = translate("IdentityCard", "{spoken}（前 16 位，电话里核对用；全文 {whole}）")
        said = text.format(spoken=spoken(pc.pinned[:SPOKEN]), whole=spoken(pc.pinned))
        lines.append((translate("IdentityCard", "区里证书的指纹"), said))
    return lines


def spoken(letters: str) -> str:
    """Letters of a fingerprint in groups of four, as one reads them out."""
    return " ".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def revoked_text() -> str:
    """What a PC the district has stopped says, and what to do."""
    return QCoreApplication.translate(
        "IdentityCard",
        "区里已停用这台电脑，不再收它的记录，也不再发给它。已写的都在本机，照常可以记录和打印。"
        "请站长打电话问区里，报下面的设备编号；要接着用，请管理员用 become-another 给它换新的身份，"
        "再用区里新发的登记码在本页登记，没报的就接着报。",
    )


def _device_text(pc: PcIdentity) -> str:
    if pc.place is None:
        text = QCoreApplication.translate("IdentityCard", "{mark}（完整：{whole}）")
    else:
        text = QCoreApplication.translate("IdentityCard", "{mark}，本站 {place} 号机（完整：{whole}）")
    return text.format(mark=pc.mark, whole=pc.device_id, place=pc.place)


def _life_text(pc: PcIdentity) -> str:
    if pc.epoch == 1:
        return QCoreApplication.translate("IdentityCard", "1（没有恢复过备份）")
    text = QCoreApplication.translate(
        "IdentityCard", "{epoch}（恢复过备份或换过身份，每次加 1，从第 1 条重新数）"
    )
    return text.format(epoch=pc.epoch)


def _receipted_text(pc: PcIdentity) -> str:
    if pc.acked_seq == pc.last_seq:
        text = QCoreApplication.translate("IdentityCard", "第 {acked} 条，本机写的都收到了")
    else:
        text = QCoreApplication.translate("IdentityCard", "第 {acked} 条，本机写到第 {last} 条")
    return text.format(acked=pc.acked_seq, last=pc.last_seq)
