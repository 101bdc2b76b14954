"""Registering this PC with the district: address, one-time code, and what came of it."""

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.sync.enrol_text import PREFIX, Invitation, NotAnInvitation, invitation_of
from app.sync.protocol import NoAnswer, Refusal
from app.ui.address import address_problem
from app.ui.banner import Banner
from app.ui.code_scan import CodeScanDialog
from app.ui.layouts import button, field, words
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.words import label


class EnrolCard(QFrame):
    """Shown while this PC is not registered; what is typed stays when the registration fails."""

    enrolled = Signal()

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._services = services
        self._sync, self._runner = services.sync, services.runner
        sync = services.sync
        self.banner = Banner()
        self.address, self.code = QLineEdit(sync.address or ""), QLineEdit()
        self.address.setPlaceholderText("https://")
        self.address.returnPressed.connect(self.code.setFocus)
        self.code.returnPressed.connect(self.submit)
        self.register = button(self.tr("登记"), "primary")
        self.register.clicked.connect(self.submit)
        self.scan = button(self.tr("扫登记码"), sign="scan")
        self.scan.setToolTip(self.tr("用摄像头扫区里给的二维码，地址和登记码自动填好"))
        self.scan.clicked.connect(self.open_camera)
        self.code.textChanged.connect(self._take_pasted)
        self._invited: Invitation | None = None
        foot = QHBoxLayout()
        foot.addWidget(self.scan)
        foot.addStretch(1)
        foot.addWidget(self.register)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 18)
        column.setSpacing(12)
        column.addWidget(words(self.tr("在区里登记这台电脑"), "section"))
        column.addWidget(self.banner)
        column.addLayout(
            field(self.tr("区服务器地址"), self.address, self.tr("区里给的地址，以 https:// 开头。"))
        )
        column.addLayout(field(self.tr("登记码"), self.code, self.tr("区里发的一次性登记码，半小时内有效。")))
        column.addLayout(foot)

    def open_camera(self) -> CodeScanDialog:
        """Read the invitation with the camera."""
        dialog = CodeScanDialog(self._services, self._services.cameras, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.read.connect(self.take)
        dialog.open()
        return dialog

    def take(self, invitation: Invitation) -> None:
        """Fill in what an invitation says."""
        self._invited = invitation
        self.address.setText(invitation.address)
        self.code.setText(invitation.code)
        self.banner.show_done(self.tr("已读到地址和登记码，核对无误后按“登记”。"))
        self.register.setFocus()

    def _take_pasted(self, text: str) -> None:
        """The whole line of an invitation pasted into the field of the code."""
        if text.strip().startswith(PREFIX):
            try:
                self.take(invitation_of(text))
            except NotAnInvitation as wrong:
                self.banner.show_error(label(str(wrong)))

    def submit(self) -> None:
        """Register, or say what is still wrong."""
        if not self.register.isEnabled():
            return
        url, code = self.address.text().strip().rstrip("/"), self.code.text().strip()
        problem = address_problem(url)
        if problem:
            self.address.setFocus()
            self.banner.show_error(problem)
        elif not code:
            self.code.setFocus()
            self.banner.show_error(self.tr("请填写登记码；没有登记码，请向区里要。"))
        else:
            self.banner.clear()
            self.register.setEnabled(False)
            invited = self._invited
            ca = invited.ca if invited and invited.address == url else ""
            self._runner.run(
                lambda: self._sync.enrol(url, code, ca), done=self._done, failed=self._failed, owner=self
            )

    def _done(self, _: None) -> None:
        self.register.setEnabled(True)
        self.code.clear()
        self.enrolled.emit()

    def _failed(self, error: Exception) -> None:
        self.register.setEnabled(True)
        self.banner.show_error(enrolment_failure(error))


def enrolment_failure(error: Exception) -> str:
    """Why this PC was not registered, and what to do."""
    if isinstance(error, Refusal):
        return _refused(error.code)
    if isinstance(error, NoAnswer):
        return _unanswered(error.code)
    return sentence_of(error)


def _refused(code: str) -> str:
    texts = {
        "wrong_code": QCoreApplication.translate(
            "EnrolCard", "登记码不对、已用过或已过期，没有登记。请向区里要一个新的登记码。"
        ),
        "device_known": QCoreApplication.translate(
            "EnrolCard", "区里已有这台电脑的登记，可能是数据文件夹被复制过。没有登记，请联系区里。"
        ),
    }
    other = QCoreApplication.translate("EnrolCard", "区里没有接受登记（{code}），请联系区里。")
    return texts.get(code, other.format(code=code))


def _unanswered(code: str) -> str:
    if code in ("portal", "not_the_district"):
        return QCoreApplication.translate(
            "EnrolCard", "这个地址上不是区服务器，或者网络要先登录，没有登记。请核对地址和网络。"
        )
    if code == "certificate":
        return QCoreApplication.translate(
            "EnrolCard", "这个地址的证书不是本区的，没有登记。请用区里给的二维码登记，或与区里核对地址。"
        )
    if code == "certificate_time":
        return QCoreApplication.translate(
            "EnrolCard", "区服务器的证书过期，或这台电脑的日期不对，没有登记。请先看看电脑的日期。"
        )
    if code == "busy":
        return QCoreApplication.translate("EnrolCard", "区服务器正忙，没有登记，请过几分钟再试。")
    return QCoreApplication.translate(
        "EnrolCard", "连不上区服务器，没有登记。请核对地址和网络，过一会儿再试；记录照常保存在本机。"
    )
