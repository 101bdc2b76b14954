"""How fast the line is, as far as this PC knows, and how hard a batch is packed for it."""

from collections.abc import Collection

from app.sync.frames import CLOSEST, PLAIN, QUICK, Packing, packing_for

SLOW_ANSWER = 0.15
SLOW_BYTES = 256 << 10


class LineSpeed:
    """Packing hard costs some 0.2 ms a record and saves a third of the bytes: worth it below 256 KiB a second.

    Until the district has said what it reads, and after it refused what it was sent, plain zstd is used.
    """

    def __init__(self) -> None:
        self._reads: tuple[str, ...] = ()
        self._slow = True
        self._plain = False

    @property
    def packing(self) -> Packing:
        """How the next batch is packed."""
        return PLAIN if self._plain else packing_for(self._reads, CLOSEST if self._slow else QUICK)

    def greeted(self, reads: Collection[str], seconds: float) -> None:
        """The district answered a hello after so many seconds and named what it reads."""
        self._reads = tuple(reads)
        self._slow = seconds > SLOW_ANSWER

    def sent(self, size: int, seconds: float) -> None:
        """A batch of `size` bytes was receipted after so many seconds."""
        self._slow = size < SLOW_BYTES * seconds

    def refused(self) -> bool:
        """The district could not read a batch; True when there is a plainer way to say it."""
        packing, self._plain = self.packing, True
        return bool(packing.dictionary or packing.apart)
