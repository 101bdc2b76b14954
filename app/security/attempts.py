"""Failed logins: five in a row and the login waits, ten minutes at first and twice as long each time.

The count lies beside the key file and can be put back by whoever copies files; the slow key derivation is the
real barrier, this one is for the colleague at the desk.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from app.safe_file import write_safely

FILE_NAME = "attempts.json"
ALLOWED = 5
FIRST_WAIT = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=24)


class LockedOut(Exception):
    """Too many failures; the sentence says how long to wait."""

    def __init__(self, left: timedelta) -> None:
        minutes = max(1, -(-int(left.total_seconds()) // 60))
        super().__init__(f"口令连续输错太多次，请 {minutes} 分钟后再试，或用恢复码打开。")


class Attempts:
    """The failed logins of a data folder, per user."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._path = folder / FILE_NAME
        self._clock = clock

    def check(self, user: str) -> None:
        """Raises LockedOut while the user has to wait."""
        failures, last = self._read().get(user, (0, 0.0))
        rounds, remainder = divmod(failures, ALLOWED)
        if rounds == 0 or remainder:
            return
        wait = min(FIRST_WAIT * 2 ** min(rounds - 1, 16), LONGEST_WAIT)
        passed = timedelta(seconds=self._clock().timestamp() - last)
        # A clock put back must not lock for years: never wait longer than the wait itself.
        if timedelta(0) <= passed < wait:
            raise LockedOut(wait - passed)

    def failed(self, user: str) -> None:
        """Count one failure."""
        counted = self._read()
        failures, _ = counted.get(user, (0, 0.0))
        self._write(counted | {user: (failures + 1, self._clock().timestamp())})

    def succeeded(self, user: str) -> int:
        """Forget the failures of a user who got in; answers how many there were."""
        counted = self._read()
        failures, _ = counted.pop(user, (0, 0.0))
        if failures:
            self._write(counted)
        return failures

    def _read(self) -> dict[str, tuple[int, float]]:
        try:
            content = orjson.loads(self._path.read_bytes())
            return {user: (int(failures), float(last)) for user, (failures, last) in content.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _write(self, counted: dict[str, tuple[int, float]]) -> None:
        # A full or read-only disk must not keep out whoever knows the password.
        with suppress(OSError):
            write_safely(self._path, orjson.dumps(counted))
