"""Runs work off the window's thread and answers on it, so that nothing blocks the window."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal, Slot
from shiboken6 import isValid

READERS = 3  # the file keeps four connections open; one is left for the sync thread

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class _Task:
    work: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Callable[[Exception], None]
    owner: QObject


class TaskRunner(QObject):
    """Work goes to threads; answers come back on the thread the runner was made on.

    `failed_unheard` carries the failure of work that was run without a `failed`.
    """

    failed_unheard = Signal(object)
    _answered = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._side_by_side = ThreadPoolExecutor(READERS, thread_name_prefix="desk")
        self._one_by_one = ThreadPoolExecutor(1, thread_name_prefix="desk-writes")
        self._open: dict[_Task, Future[Any]] = {}
        # Queued even where the work was done before it could be listened for: answers never come inside `run`.
        self._answered.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        *,
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        owner: QObject | None = None,
        in_turn: bool = False,
    ) -> None:
        """Do `work` on a thread, then call `done` with its result or `failed` with its exception.

        Answers are dropped once `owner` is destroyed.  `in_turn` work (saves, drafts) is done one after the
        other in the order asked for; other work runs side by side.  Call it from the window's thread.
        """
        task = _Task(work, done, failed or self.failed_unheard.emit, owner or self)
        pool = self._one_by_one if in_turn else self._side_by_side
        future = pool.submit(work)
        self._open[task] = future
        future.add_done_callback(partial(self._hand_over, task))

    def wait_idle(self) -> None:
        """Wait until all work is done and answered, work asked for by the answers included."""
        while self._open:
            for future in list(self._open.values()):
                future.exception()
            QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)

    def close(self) -> None:
        """Finish what was asked for, then take no more."""
        self.wait_idle()
        self._side_by_side.shutdown()
        self._one_by_one.shutdown()

    def _hand_over(self, task: _Task, future: Future[Any]) -> None:
        """On the working thread: a queued signal brings the answer to the window's thread."""
        if isValid(self):
            self._answered.emit(task, future)

    @Slot(object, object)
    def _answer(self, task: _Task, future: Future[Any]) -> None:
        del self._open[task]
        if not isValid(task.owner):
            return
        failure = future.exception()
        if failure is None:
            task.done(future.result())
        elif isinstance(failure, Exception):
            task.failed(failure)
        else:
            raise failure
