"""Python's cycle collector kept on the window's thread.

A collection that happens to run on a working thread would destroy widgets there, which Qt does not survive.
"""

import gc

from PySide6.QtCore import QObject, QTimer

EVERY = 2_000  # milliseconds


class Tidying(QObject):
    """Collects what the collector would have collected, but from a timer of the window's thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(EVERY)

    def collect(self) -> None:
        """Collect the oldest generation that is full, as Python itself would."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return
