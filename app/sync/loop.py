"""Keeps sending on a thread of its own: after a save, after a click, when a wait is over; stops at once."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from app.sync.outcome import FAILED_HERE, HALTED, HALTED_HERE, Outcome

FAILED_WAIT = 60.0


class Rounds(Protocol):
    """Something to do in rounds: sending, or sending and bringing down."""

    def run(self, stop: Callable[[], bool]) -> Outcome:
        """One round; `stop` is asked between requests."""


_log = logging.getLogger(__name__)


class SyncLoop:
    """Runs `rounds` when there is reason to.

    `changed` is called on this thread after each round.  `interrupt` breaks a request that is under way, so
    that `stop` does not wait for a slow line.
    """

    def __init__(
        self, rounds: Rounds, changed: Callable[[Outcome], None], interrupt: Callable[[], None] = lambda: None
    ) -> None:
        self._rounds = rounds
        self._changed = changed
        self._interrupt = interrupt
        self._wake = threading.Condition()
        self._saved = True
        self._clicked = False
        self._asked: Rounds | None = None
        self._stopping = threading.Event()
        self._halted = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    def start(self) -> None:
        """Begin with whatever earlier days left unsent."""
        self._thread.start()

    def saved(self) -> None:
        """Something was saved; a running wait after a failure is kept."""
        with self._wake:
            self._saved = True
            self._wake.notify()

    def click(self) -> None:
        """Somebody asked for it: try at once, also after a stop."""
        with self._wake:
            self._clicked = True
            self._wake.notify()

    def has_wish(self) -> bool:
        """Whether somebody asked for something that has not begun: a long round should give way."""
        return self._clicked or self._asked is not None

    def ask(self, rounds: Rounds) -> None:
        """Do this instead of the next round, at once."""
        with self._wake:
            self._asked = rounds
            self._clicked = True
            self._wake.notify()

    def halt(self) -> None:
        """Somebody wants the round under way to end; a click begins the next, nothing else does."""
        self._halted.set()

    def stop(self, within: float = 5.0) -> bool:
        """End the thread; True when it has ended within so many seconds.  Nothing unsent is lost by it."""
        self._stopping.set()
        with self._wake:
            self._wake.notify()
        self._interrupt()
        if self._thread.ident is not None:
            self._thread.join(within)
        return not self._thread.is_alive()

    def _run(self) -> None:
        outcome = Outcome("idle")
        while self._awaits_reason(outcome):
            try:
                rounds, self._asked = self._asked or self._rounds, None
                self._halted.clear()
                began = time.monotonic()
                outcome = rounds.run(lambda: self._stopping.is_set() or self._halted.is_set())
                if self._halted.is_set() and not self._stopping.is_set():
                    outcome = replace(outcome, state="stopped", wait=None, code=HALTED, sentence=HALTED_HERE)
                outcome = replace(outcome, seconds=time.monotonic() - began)
            except Exception:
                # A full disk or a locked file here must not end sending for the rest of the day.
                _log.exception("a round of sending failed")
                outcome = Outcome("waiting", 0, FAILED_WAIT, "failed_here", FAILED_HERE)
            self._changed(outcome)

    def _awaits_reason(self, last: Outcome) -> bool:
        """Sleep until there is something to do; False when it is time to end."""
        with self._wake:
            self._wake.wait_for(lambda: self._has_reason(last), last.wait)
            self._saved = self._clicked = False
        return not self._stopping.is_set()

    def _has_reason(self, last: Outcome) -> bool:
        return self._stopping.is_set() or self._clicked or (last.state == "idle" and self._saved)
