"""First run: station, user and password, district, recovery code; opened on a machine without data."""

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from app.models.divisions import Divisions
from app.printing.preview import page_count
from app.typeset.sheet import PrintedPdf
from app.ui.first_run_steps import CodeStep, DistrictStep, RecoverySheet, UserStep
from app.ui.gate import Gate
from app.ui.layouts import button
from app.ui.preview import Preview
from app.ui.sentences import sentence_of
from app.ui.stack import Stack
from app.ui.station_search import StationSearch
from app.ui.task_runner import TaskRunner

STATION, USER, DISTRICT, CODE = range(4)


@dataclass(frozen=True)
class FirstRunAnswers:
    """What the first run was told; `station_code` has 12 digits."""

    station_code: str
    station_name: str
    user: str
    password: str = field(repr=False)
    district_url: str | None = None
    enrolment_code: str | None = field(default=None, repr=False)


class FirstRun(Gate):
    """Asks, has the station made by `create` (answering the recovery code), and emits `finished`.

    What is typed stays when `create` fails.  `recovery_sheet` makes the PDF of the code.
    """

    finished = Signal(object)

    def __init__(
        self,
        divisions: Divisions,
        create: Callable[[FirstRunAnswers], str],
        recovery_sheet: RecoverySheet,
        runner: TaskRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._create, self._recovery_sheet, self._runner = create, recovery_sheet, runner
        self._answers: FirstRunAnswers | None = None
        self._code = ""
        self._warned = False
        self.station = StationSearch(divisions, runner)
        self.user = UserStep(self._station_name)
        self.district = DistrictStep()
        self.code = CodeStep()
        self._steps = Stack()
        for step in (self.station, self.user, self.district, self.code):
            self._steps.add_page(step)
            step.submitted.connect(self.go_on)
        self.code.print_requested.connect(self._print)
        self.content.addWidget(self._steps, 1)
        self._back = button(self.tr("上一步"))
        self._next = button(self.tr("下一步"), "primary")
        self._back.clicked.connect(self.go_back)
        self._next.clicked.connect(self.go_on)
        self.foot.addStretch(1)
        self.foot.addWidget(self._back)
        self.foot.addWidget(self._next)
        self._show(STATION)

    def step(self) -> int:
        """The step in front: STATION, USER, DISTRICT or CODE."""
        return self._steps.index()

    def go_back(self) -> None:
        """One step back; nothing typed is lost."""
        self.banner.clear()
        self._show(max(self.step() - 1, STATION))

    def go_on(self) -> None:
        """One step on, or the sentence saying what is still wrong."""
        if not self._next.isEnabled():
            return
        problem = self._problem()
        if problem:
            self.banner.show_error(problem)
            return
        self.banner.clear()
        if self.step() == DISTRICT:
            self._found()
        elif self.step() == CODE:
            self.finished.emit(self._answers)
        else:
            self._show(self.step() + 1)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Whoever leaves without the recovery code is told once what that means."""
        if not self._next.isEnabled():
            event.ignore()
        elif self.step() == CODE and self.code.problem() and not self._warned:
            self._warned = True
            self.banner.show_warning(
                self.tr("恢复码还没有抄写或打印，关闭后不再显示。请先抄写；确实要关闭，请再关一次。")
            )
            event.ignore()
        else:
            super().closeEvent(event)

    def _problem(self) -> str:
        if self.step() == STATION:
            if self.station.chosen() is None:
                self.station.typed.setFocus()
                return self.tr("请输入本站的名称或拼音，再从列表里选一个。")
            return ""
        questions = {USER: self.user.problem, DISTRICT: self.district.problem, CODE: self.code.problem}
        return questions[self.step()]()

    def _station_name(self) -> str:
        chosen = self.station.chosen()
        return chosen.name if chosen else ""

    def _show(self, step: int) -> None:
        headings = (
            (self.tr("第一步：本站在哪里"), self.tr("只填一次。编号、统计和上报都按它来。")),
            (self.tr("第二步：用户和口令"), self.tr("数据在本机加密保存，开机以后要用口令打开。")),
            (self.tr("第三步：区服务器"), self.tr("有网络时自动上报；没有网络，一切照常。")),
            (self.tr("第四步：保管恢复码"), self.tr("只显示这一次。抄下来或打印出来，锁好。")),
        )
        self.say(*headings[step])
        self._steps.show_page(step)
        self._back.setVisible(step in (USER, DISTRICT))
        self.offered.setVisible(step == STATION and bool(self.offered.text()))
        self._next.setText(self.tr("打开工作台") if step == CODE else self.tr("下一步"))
        first = (self.station.typed, self.user.user, self.district.address, self.code.last_group)
        first[step].setFocus()

    def _found(self) -> None:
        chosen = self.station.chosen()
        assert chosen is not None
        self._answers = FirstRunAnswers(
            station_code=chosen.code.ljust(12, "0"),
            station_name=chosen.name,
            user=self.user.name(),
            password=self.user.passwords.password(),
            district_url=self.district.url(),
            enrolment_code=self.district.enrolment_code(),
        )
        answers = self._answers
        self._wait(True)
        self._runner.run(lambda: self._create(answers), done=self._created, failed=self._failed, owner=self)

    def _created(self, code: str) -> None:
        self._wait(False)
        self._code = code
        self.user.passwords.clear()
        self.code.show_code(code)
        self._show(CODE)

    def _failed(self, error: Exception) -> None:
        self._wait(False)
        self.banner.show_error(sentence_of(error))

    def _wait(self, waiting: bool) -> None:
        self._next.setEnabled(not waiting)
        self._back.setEnabled(not waiting)
        if waiting:
            self._next.setText(self.tr("正在建立……"))
        else:
            self._next.setText(self.tr("下一步"))

    def _print(self) -> None:
        answers = self._answers
        assert answers is not None
        self._runner.run(lambda: self._sheet(answers), done=self._preview, failed=self._failed, owner=self)

    def _sheet(self, answers: FirstRunAnswers) -> PrintedPdf:
        data = self._recovery_sheet(self._code, answers.station_name, answers.user)
        return PrintedPdf(data, page_count(data), ())

    def _preview(self, pdf: PrintedPdf) -> None:
        Preview(pdf, self.tr("恢复码"), copies=1, runner=self._runner, parent=self).open()
