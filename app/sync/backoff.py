"""How long to wait after a failure: full jitter from 2 seconds to 15 minutes."""

from collections.abc import Callable

FIRST = 2.0
LONGEST = 900.0


class Backoff:
    """Doubles its ceiling with each failure and waits a random part of it (seconds).

    `uniform(low, high)` is the source of chance, so that a test can choose it.
    """

    def __init__(self, uniform: Callable[[float, float], float]) -> None:
        self._uniform = uniform
        self._failures = 0

    def next_wait(self, asked: float | None = None) -> float:
        """Seconds until the next try; never shorter than what the district asked for, up to a day."""
        ceiling = min(LONGEST, FIRST * 2 ** min(self._failures, 30))
        self._failures += 1
        chosen = self._uniform(0.0, ceiling)
        return max(chosen, 0.5) if asked is None else min(max(asked, chosen), 86_400.0)

    def succeeded(self) -> None:
        """The next failure starts again at 2 seconds."""
        self._failures = 0
