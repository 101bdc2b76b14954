"""A gate before the file: many pass, until one needs it for itself alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Counts the threads inside; a thread that is inside already passes again, so it never waits for itself."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._inside = 0
        self._alone: int | None = None
        self._own = threading.local()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Be inside, after whoever is there alone."""
        depth = getattr(self._own, "depth", 0)
        me = threading.get_ident()
        if not depth and self._alone != me:
            with self._turn:
                self._turn.wait_for(lambda: self._alone is None)
                self._inside += 1
        self._own.depth = depth + 1
        try:
            yield
        finally:
            self._own.depth = depth
            if not depth and self._alone != me:
                with self._turn:
                    self._inside -= 1
                    self._turn.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until everybody has left, and let nobody in until the block ends."""
        if getattr(self._own, "depth", 0):
            raise RuntimeError("a thread that is inside would wait for itself")
        with self._turn:
            self._turn.wait_for(lambda: self._alone is None)
            self._alone = threading.get_ident()
            self._turn.wait_for(lambda: self._inside == 0)
        try:
            yield
        finally:
            with self._turn:
                self._alone = None
                self._turn.notify_all()
