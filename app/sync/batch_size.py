"""How much to put into the next batch: it grows on a good line and shrinks to one row on a bad one."""

from app.sync.protocol import MAX_COMPRESSED, MAX_EXPANDED, MAX_REVISIONS

FIRST = 64 << 10
LEAST = 512
GROWTH = 1.25


class BatchSize:
    """Limits of the next batch, in compressed bytes, translated to raw bytes by what the last ones gave."""

    def __init__(self, most: int = MAX_COMPRESSED) -> None:
        self._most = most
        self._bytes = float(min(FIRST, most))
        self._ratio = 0.15
        self._count = MAX_REVISIONS

    @property
    def raw_bytes(self) -> int:
        """Raw bytes to ask the outbox for."""
        return int(min(self._bytes / self._ratio, MAX_EXPANDED // 2))

    @property
    def count(self) -> int:
        """Most rows to ask the outbox for."""
        return self._count

    @property
    def most(self) -> int:
        """Most compressed bytes the district takes."""
        return self._most

    def limit(self, most: int) -> None:
        """The district named its limit for a compressed batch."""
        self._most = max(LEAST, min(most, MAX_COMPRESSED))
        self._bytes = min(self._bytes, float(self._most))

    def went_well(self, raw: int, compressed: int) -> None:
        """A batch of `raw` bytes went over as `compressed` bytes."""
        self._ratio = min(1.0, max(0.01, 0.7 * self._ratio + 0.3 * compressed / max(raw, 1)))
        self._bytes = min(self._bytes * GROWTH, float(self._most))
        self._count = min(MAX_REVISIONS, self._count * 2)

    def failed(self, rows: int, compressed: int) -> None:
        """A batch of `rows` rows did not get through."""
        self._bytes = max(float(LEAST), min(self._bytes, float(compressed)) / 2)
        self._count = max(1, rows // 2)
