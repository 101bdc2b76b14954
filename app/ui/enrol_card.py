"""Registering this PC with the district: address, one-time code, and what came of it."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.sync.protocol import NoAnswer, Refusal
from app.ui.address import address_problem
from app.ui.banner import Banner
from app.ui.layouts import button, field, words
from app.ui.sentences import sentence_of
from app.ui.services import SyncControl
from app.ui.task_runner import TaskRunner


class EnrolCard(QFrame):
    """Shown while this PC is not registered; what is typed stays when the registration fails."""

    enrolled = Signal()

    def __init__(self, sync: SyncControl, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._sync, self._runner = sync, runner
        self.banner = Banner()
        self.address, self.code = QLineEdit(sync.address or ""), QLineEdit()
        self.address.setPlaceholderText("https://")
        self.address.returnPressed.connect(self.code.setFocus)
        self.code.returnPressed.connect(self.submit)
        self.register = button(self.tr("登记"), "primary")
        self.register.clicked.connect(self.submit)
        foot = QHBoxLayout()
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
            self._runner.run(
                lambda: self._sync.enrol(url, code), done=self._done, failed=self._failed, owner=self
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
    if code == "busy":
        return QCoreApplication.translate("EnrolCard", "区服务器正忙，没有登记，请过几分钟再试。")
    return QCoreApplication.translate(
        "EnrolCard", "连不上区服务器，没有登记。请核对地址和网络，过一会儿再试；记录照常保存在本机。"
    )
