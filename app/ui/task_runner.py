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
    """What the answer of one piece of work is for; it never leaves the window's thread."""

    future: Future[Any]
    done: Callable[[Any], None]
    failed: Callable[[Exception], None]
    owner: QObject


class _Once:
    """Work that is let go of as soon as it is done.

    A working thread holds what it was given a little longer than the answer takes; were it the last to hold a
    window, it would destroy it on the wrong thread, which Qt does not survive.
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work: Callable[[], Any] | None = work

    def __call__(self) -> Any:
        work, self._work = self._work, None
        assert work is not None
        return work()


class TaskRunner(QObject):
    """Work goes to threads; answers come back on the thread the runner was made on.

    `failed_unheard` carries the failure of work that was run without a `failed`.
    """

    failed_unheard = Signal(object)
    _answered = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._side_by_side = ThreadPoolExecutor(READERS, thread_name_prefix="desk")
        self._one_by_one = ThreadPoolExecutor(1, thread_name_prefix="desk-writes")
        self._open: dict[int, _Task] = {}
        self._last = 0
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
        pool = self._one_by_one if in_turn else self._side_by_side
        future = pool.submit(_Once(work))
        self._last += 1
        self._open[self._last] = _Task(future, done, failed or self.failed_unheard.emit, owner or self)
        future.add_done_callback(partial(self._hand_over, self._last))

    def wait_idle(self) -> None:
        """Wait until all work is done and answered, work asked for by the answers included."""
        while self._open:
            for task in list(self._open.values()):
                task.future.exception()
            QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)

    def close(self) -> None:
        """Finish what was asked for, then take no more."""
        self.wait_idle()
        self._side_by_side.shutdown()
        self._one_by_one.shutdown()

    def _hand_over(self, number: int, _: Future[Any]) -> None:
        """On the working thread: a queued signal brings the answer to the window's thread."""
        if isValid(self):
            self._answered.emit(number)

    @Slot(int)
    def _answer(self, number: int) -> None:
        task = self._open.pop(number)
        if not isValid(task.owner):
            return
        failure = task.future.exception()
        if failure is None:
            task.done(task.future.result())
        elif isinstance(failure, Exception):
            task.failed(failure)
        else:
            raise failure
