"""A line between a PC and the district: so many bytes a second each way, a delay, and connections that are reset."""

import heapq
import random
import socket
import struct
import threading
import time
from contextlib import suppress


class SlowLine:
    """Passes bytes on loopback as a poor line would.

    `rate` bytes a second each way, `delay` seconds one way, `reset_every` the mean of the bytes (drawn
    exponentially) after which a connection is reset; 0 means as fast as it goes, or never.  `up` and `down`
    count the bytes that entered it.
    """

    def __init__(
        self, port: int, rate: float = 0, delay: float = 0, reset_every: int = 0, seed: int = 1
    ) -> None:
        self._target = port
        self._rate, self._delay, self._reset_every = rate, delay, reset_every
        self._chance = random.Random(seed)
        self.up = self.down = self.resets = self.connections = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no further connection."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            time.sleep(2 * self._delay)  # the handshake goes once there and back
            self.connections += 1
            far = socket.create_connection(("127.0.0.1", self._target), timeout=5)
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            left = [self._chance.expovariate(1 / self._reset_every) if self._reset_every else float("inf")]
            for source, sink, up in ((near, far, True), (far, near, False)):
                _Way(self, source, sink, up, left).start()


class _Way:
    """One direction of a connection: reads, waits its turn on the line, delivers after the delay."""

    def __init__(
        self, line: SlowLine, source: socket.socket, sink: socket.socket, up: bool, left: list[float]
    ) -> None:
        self._line, self._source, self._sink, self._up, self._left = line, source, sink, up, left
        self._under_way: list[tuple[float, int, bytes]] = []
        self._news = threading.Condition()
        self._free_at = 0.0

    def start(self) -> None:
        for work in (self._read, self._deliver):
            threading.Thread(target=work, daemon=True).start()

    def _read(self) -> None:
        line, place = self._line, 0
        with suppress(OSError):
            while data := self._source.recv(1460):
                if self._up:
                    line.up += len(data)
                else:
                    line.down += len(data)
                self._left[0] -= len(data)
                if self._left[0] < 0:
                    line.resets += 1
                    break
                now = time.monotonic()
                self._free_at = max(now, self._free_at) + (len(data) / line._rate if line._rate else 0)
                if self._free_at > now:
                    time.sleep(self._free_at - now)
                self._put(self._free_at + line._delay, place, data)
                place += 1
        if self._left[0] < 0:
            _reset(self._source)
            _reset(self._sink)
        self._put(time.monotonic() + line._delay, place, b"")

    def _put(self, due: float, place: int, data: bytes) -> None:
        with self._news:
            heapq.heappush(self._under_way, (due, place, data))
            self._news.notify()

    def _deliver(self) -> None:
        with suppress(OSError):
            while True:
                with self._news:
                    self._news.wait_for(lambda: self._under_way)
                    due, _, data = heapq.heappop(self._under_way)
                time.sleep(max(0.0, due - time.monotonic()))
                if not data:
                    break
                self._sink.sendall(data)
        _reset(self._sink)


def _reset(one: socket.socket) -> None:
    with suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
