"""Work runs off the window's thread, answers come back on it, and nobody who is gone is answered."""

import threading

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.ui.task_runner import TaskRunner


def test_work_is_done_elsewhere_and_answered_here(qtbot: QtBot, runner: TaskRunner) -> None:
    seen: list[tuple[int, int]] = []
    here = threading.get_ident()
    runner.run(threading.get_ident, done=lambda there: seen.append((there, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))
    there, answered_on = seen[0]
    assert there != here
    assert answered_on == here


def test_a_failure_is_answered_with_its_exception(qtbot: QtBot, runner: TaskRunner) -> None:
    failures: list[Exception] = []
    runner.run(lambda: 1 // 0, done=lambda _: None, failed=failures.append)
    runner.wait_idle()
    assert isinstance(failures[0], ZeroDivisionError)


def test_a_failure_nobody_asked_for_is_heard(qtbot: QtBot, runner: TaskRunner) -> None:
    with qtbot.waitSignal(runner.failed_unheard) as heard:
        runner.run(lambda: 1 // 0, done=lambda _: None)
    assert isinstance(heard.args[0], ZeroDivisionError)


def test_answers_for_what_is_gone_are_dropped(qtbot: QtBot, runner: TaskRunner) -> None:
    owner, answered, gate = QObject(), [], threading.Event()
    runner.run(lambda: gate.wait(5), done=answered.append, owner=owner)
    owner.deleteLater()
    with qtbot.waitSignal(owner.destroyed):
        pass
    gate.set()
    runner.wait_idle()
    assert answered == []


def test_work_in_turn_keeps_its_order(runner: TaskRunner) -> None:
    first_may_end, order = threading.Event(), []

    def slow() -> None:
        first_may_end.wait(5)
        order.append("draft")

    runner.run(slow, done=lambda _: None, in_turn=True)
    runner.run(lambda: order.append("save"), done=lambda _: None, in_turn=True)
    runner.run(first_may_end.set, done=lambda _: None)
    runner.wait_idle()
    assert order == ["draft", "save"]


def test_waiting_idle_waits_for_what_answers_ask_for(runner: TaskRunner) -> None:
    seen: list[int] = []
    runner.run(lambda: 1, done=lambda one: runner.run(lambda: one + 1, done=seen.append))
    runner.wait_idle()
    assert seen == [2]


def test_after_closing_no_work_is_taken(dressed: QObject) -> None:
    runner = TaskRunner()
    runner.close()
    with pytest.raises(RuntimeError):
        runner.run(lambda: None, done=lambda _: None)
