"""Keeps backing up on a thread of its own: at the start, every few hours if changed, when asked; and the drill."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from app.store.backup import Backups, BackupState, Progress
from app.store.backup_errors import BackupFailed, BackupStopped, SourceDamaged, backup_failure
from app.store.errors import StorageError

LOOK_EVERY = 600.0  # seconds between two looks at whether a backup is due
START_AFTER = 15.0  # seconds the window has to itself first

_log = logging.getLogger(__name__)


class BackupLoop:
    """Makes backups while the desk is open.

    `changed` is called on this thread with the state after every look, `progress` while one is made.
    """

    def __init__(
        self,
        backups: Backups,
        changed: Callable[[BackupState], None],
        progress: Progress = lambda step, part: True,
        start_after: float = START_AFTER,
    ) -> None:
        self.backups = backups
        self._changed = changed
        self._progress = progress
        self._start_after = start_after
        self._wake = threading.Condition()
        self._asked = False
        self._cancelled = threading.Event()
        self._stopping = threading.Event()
        self._last_failure: BackupFailed | None = None
        self._thread = threading.Thread(target=self._run, name="backup", daemon=True)

    def start(self) -> None:
        """Begin with a look at what earlier days left."""
        self._thread.start()

    def click(self) -> None:
        """Somebody asked for a backup now."""
        with self._wake:
            self._asked = True
            self._wake.notify()

    def cancel(self) -> None:
        """Stop the backup under way; the next comes when it is due."""
        self._cancelled.set()

    def stop(self, within: float = 10.0) -> bool:
        """End the thread, giving up a backup under way; True when it has ended within so many seconds."""
        self._stopping.set()
        with self._wake:
            self._wake.notify()
        if self._thread.ident is not None:
            self._thread.join(within)
        return not self._thread.is_alive()

    def _run(self) -> None:
        at_start, wait = True, self._start_after
        self._changed(self._state())
        while not self._stopping.is_set():
            asked = self._awaits(wait)
            if self._stopping.is_set():
                return
            self._turn(asked=asked, at_start=at_start)
            self._changed(self._state())
            at_start, wait = False, LOOK_EVERY

    def _awaits(self, wait: float) -> bool:
        with self._wake:
            self._wake.wait_for(lambda: self._asked or self._stopping.is_set(), wait)
            asked, self._asked = self._asked, False
        self._cancelled.clear()
        return asked

    def _turn(self, *, asked: bool, at_start: bool) -> None:
        try:
            if asked or self.backups.is_due(at_start=at_start):
                self.backups.make(self._go_on)
                self._last_failure = None
            elif at_start:
                self.backups.check()
            if self.backups.drill_due() and not self._stopping.is_set():
                self.backups.drill()
        except BackupStopped as stopped:
            self._last_failure = None if self._stopping.is_set() else stopped
        except BackupFailed as failure:
            self._last_failure = failure
        except StorageError as failure:
            self._last_failure = backup_failure(failure)
        except Exception:
            # Whatever it is must not end backing up for the rest of the day.
            _log.exception("a backup failed")
            self._last_failure = BackupFailed()

    def _go_on(self, step: str, part: float) -> bool:
        return self._progress(step, part) and not (self._cancelled.is_set() or self._stopping.is_set())

    def _state(self) -> BackupState:
        state = self.backups.state()
        failure = self._last_failure
        if failure is None:
            return state
        return replace(state, failure=str(failure), damaged=isinstance(failure, SourceDamaged))
