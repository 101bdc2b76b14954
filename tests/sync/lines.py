"""Lines of the country: slow, far, in slices of one byte, dead half-way, with a login page in front."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress


class Budget:
    """Time a line would have taken, counted and not waited for, unless `real`."""

    def __init__(self, bytes_per_second: float, round_trip: float) -> None:
        self._rate, self._trip = bytes_per_second, round_trip
        self.seconds = 0.0

    def passed(self, size: int, *, turned: bool) -> None:
        """So many bytes went; `turned` when the direction changed before them."""
        self.seconds += size / self._rate + (self._trip / 2 if turned else 0.0)


class Relay:
    """Passes bytes between a PC and the district, `slice_bytes` at a time, and adds up what it would have taken."""

    def __init__(self, port: int, budget: Budget | None = None, slice_bytes: int = 4096) -> None:
        self._target, self._slice, self._budget = port, slice_bytes, budget
        self._last: bool | None = None
        self.silent = False
        self.connections = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """No more connections."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            far = socket.create_connection(("127.0.0.1", self._target), timeout=10)
            for source, sink, up in ((near, far, True), (far, near, False)):
                for one in (source, sink):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._pass, args=(source, sink, up), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self.silent and not up:
                    # Half open: the far end answers and nobody ever hears it.
                    continue
                if self._budget is not None:
                    self._budget.passed(len(data), turned=self._last is not up)
                    self._last = up
                for at in range(0, len(data), self._slice):
                    sink.sendall(data[at : at + self._slice])
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def portal(reply: bytes, real: int, login: Callable[[], bool]) -> tuple[str, Callable[[], None]]:
    """A login page that answers everything until somebody has logged in, and then lets through."""
    relay = Relay(real)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            if not login():
                with near:
                    near.recv(65536)
                    near.sendall(reply)
                continue
            far = socket.create_connection(("127.0.0.1", int(relay.address.rsplit(":", 1)[1])))
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=relay._pass, args=(source, sink, True), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()

    def close() -> None:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        relay.close()

    return f"http://127.0.0.1:{listening.getsockname()[1]}", close
