"""Traps on a database: the process dies, or the disk fails, at the n-th statement; nothing else is touched."""

from typing import Any

import sqlcipher3
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

SQLITE_FULL = 13
NOT_COUNTED = ("BEGIN", "PRAGMA")


class Killed(BaseException):
    """The process is gone: nobody may catch this but the one who starts it again."""


class Trap:
    """Counts the statements of an engine and springs once, before or after the one it was set for.

    `dead` says that the process is gone, whatever the exception became on its way up.

    Beginning a transaction is not counted, so that the same number means the same statement on every database.
    """

    def __init__(self, engine: Engine) -> None:
        self._left = 0
        self._after = False
        self._full = False
        self.dead = False
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._done)
        event.listen(engine, "commit", self._commit)

    def kill_at(self, statement: int, *, after: bool = False) -> None:
        """Die at this statement (from 1), or right after it is done; a COMMIT counts."""
        self._left, self._after, self._full = statement, after, False

    def full_at(self, statement: int) -> None:
        """The disk is full at this statement."""
        self._left, self._after, self._full = statement, False, True

    def disarm(self) -> None:
        """Take the trap away; who is dead stays so."""
        self._left = 0

    def _before(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if self.dead:
            raise Killed
        if self._left and not statement.startswith(NOT_COUNTED):
            self._left -= 1
            if not self._left:
                if not self._after:
                    self._spring()
                self._left = -1

    def _done(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if self._left < 0 and not statement.startswith(NOT_COUNTED):
            self._left = 0
            if self._after:
                self._spring()

    def _commit(self, _connection: Any) -> None:
        """Where the engine commits itself there is no statement; it is reached before the commit."""
        if self.dead:
            raise Killed
        if self._left > 0:
            self._left -= 1
            if not self._left:
                self._spring()

    def _spring(self) -> None:
        self._left = 0
        if not self._full:
            # Whatever still runs on the way out reaches the disk no more.
            self.dead = True
            raise Killed
        cause = sqlcipher3.OperationalError("database or disk is full")
        cause.sqlite_errorcode = SQLITE_FULL
        raise OperationalError("", {}, cause)
