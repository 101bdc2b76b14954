"""How far the contents of attached files are: for the screen, told after every step."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.store.blob_counts import NOTHING, Underway
from app.store.blob_transfers import Way

WINDOW = 20.0  # seconds the speed is taken over


@dataclass(frozen=True, slots=True)
class BlobProgress:
    """What is still under way, this step counted; `done_bytes` went since there was last nothing to do.

    `speed` is in bytes a second, 0 while unknown; `arrived` names a content that has just come, by its SHA-256.
    """

    way: Way
    left: Underway
    done_bytes: int
    speed: float
    arrived: str = ""

    @property
    def left_bytes(self) -> int:
        """Bytes still to go this way without a person's help."""
        left = self.left
        return left.up_bytes - left.up_held if self.way == "up" else left.down_bytes - left.down_held


class Gauge:
    """Counts bytes as they go; `timer` is a monotonic clock in seconds."""

    def __init__(self, told: Callable[[BlobProgress], None], timer: Callable[[], float]) -> None:
        self._told = told
        self._timer = timer
        self._steps: deque[tuple[float, int]] = deque()
        self._left = NOTHING
        self._done = {"up": 0, "down": 0}
        self._partly = 0

    def begin(self, left: Underway, partly: int) -> None:
        """A content is begun with, `partly` bytes of which are over already."""
        self._left, self._partly = left, partly
        self._steps.append((self._timer(), 0))

    def moved(self, way: Way, count: int) -> None:
        """So many bytes went over."""
        self._partly += count
        self._done[way] += count
        self._steps.append((self._timer(), count))
        self._tell(way)

    def settled(self, way: Way, left: Underway, arrived: str = "") -> None:
        """A content is over, or held."""
        self._left, self._partly = left, 0
        self._tell(way, arrived)

    def rest(self) -> None:
        """Nothing is to be done: the next bytes are counted from 0."""
        self._done = {"up": 0, "down": 0}
        self._steps.clear()

    def _tell(self, way: Way, arrived: str = "") -> None:
        left = self._left
        gone = f"{way}_bytes"
        shown = replace(left, **{gone: max(0, getattr(left, gone) - self._partly)})
        self._told(BlobProgress(way, shown, self._done[way], self._speed(), arrived))

    def _speed(self) -> float:
        now = self._timer()
        while self._steps and self._steps[0][0] < now - WINDOW:
            self._steps.popleft()
        if not self._steps:
            return 0.0
        passed = now - self._steps[0][0]
        return sum(count for _, count in self._steps) / passed if passed > 0 else 0.0
