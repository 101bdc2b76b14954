"""How many bytes of a content to send or ask for at once: few on a bad line, 256 KiB on a good one."""

from app.sync.blob_wire import STEP

FIRST = 64 << 10
LEAST = 4 << 10
QUICK = (
    2.0  # seconds within which a step leaves room for a larger one, so that a saved record waits no longer
)


class StepSize:
    """Doubles after a quick step, halves after one that did not get through."""

    def __init__(self) -> None:
        self.bytes = FIRST

    def went_well(self, seconds: float) -> None:
        """A whole step took so long."""
        if seconds <= QUICK:
            self.bytes = min(STEP, self.bytes * 2)
        elif seconds > 2 * QUICK:
            self.failed()

    def failed(self) -> bool:
        """A step was lost or is too large for somebody on the way; False when it cannot be any smaller."""
        smaller = self.bytes > LEAST
        self.bytes = max(LEAST, self.bytes // 2)
        return smaller
