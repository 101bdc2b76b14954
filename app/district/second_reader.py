"""A second process that reads half of a large batch, so that another core has a part in it.

It reads by the same rules as the first; whatever goes wrong with it, the first reads all by itself and nothing is lost.
One that ended is begun anew after a rest.
"""

import logging
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Sequence
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

import orjson

from app.district.judge import Judge
from app.district.quick_reading import QuickReading, plain_line
from app.models.registry import RECORD_TYPES
from app.sync.protocol import Line

WORTH = 100
"""So many lines have to be in a batch before half of them are given away."""
PATIENCE = 10.0
RESTS = (60.0, 600.0, 3600.0)
"""Seconds before another is begun in the place of the first, second, … that ended; the last holds for all further ones."""
LEAST, MOST, STEP = 0.1, 0.55, 0.02
"""What share of a batch it is given: as much as is ready when the first reader is through with the rest."""

_log = logging.getLogger(__name__)


class SharedReading:
    """Reads lines as `one` does; with more than one of `cores` large batches together with a process of its own.

    It is begun with the first of them and has its part from when it is ready; `shared` counts the batches read so.
    `clock` gives seconds that only rise.
    """

    def __init__(self, one: QuickReading, cores: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.shared = 0
        self._clock = clock
        self._ended = 0
        self._rests_until = clock()
        self._alone = one
        self._turn = threading.Lock()
        self._second: _Second | None = None
        self._share = (LEAST + MOST) / 2
        self._usable = cores > 1

    @property
    def process(self) -> int | None:
        """Id of the second process, where there is one."""
        second = self._second
        return None if second is None else second.process

    def wait_until_shared(self, seconds: float) -> bool:
        """Whether the second process is ready to have a part, within so many seconds."""
        with self._turn:
            return self._second is not None and self._second.is_ready(seconds)

    def lines(self, bodies: Sequence[bytes], first: int) -> list[Line | None]:
        """See QuickReading.lines."""
        if len(bodies) >= WORTH and self._usable and self._turn.acquire(blocking=False):
            try:
                return self._together(bodies, first)
            finally:
                self._turn.release()
        return self._alone.lines(bodies, first)

    def close(self) -> None:
        """End the process; what is read later is read alone."""
        with self._turn:
            self._usable = False
            if self._second is not None:
                self._second.end()
                self._second = None

    def _together(self, bodies: Sequence[bytes], first: int) -> list[Line | None]:
        own = len(bodies) - int(len(bodies) * self._share)
        try:
            if self._second is None:
                if self._clock() < self._rests_until:
                    return self._alone.lines(bodies, first)
                self._second = _Second()
            if not self._second.is_ready():
                return self._alone.lines(bodies, first)
            self._second.give(bodies[own:], first + own)
            lines = self._alone.lines(bodies[:own], first)
            step = STEP if self._second.has_answered() else -STEP
            for body, seq, said in zip(bodies[own:], count(first + own), self._second.answer(), strict=False):
                lines.append(None if said is None else plain_line(body, seq, said))
            if len(lines) != len(bodies):
                raise ValueError("lines are missing")
        except (OSError, EOFError, ValueError) as failure:
            _log.warning("the second reader is gone: %s", type(failure).__name__)
            self._give_up()
            return self._alone.lines(bodies, first)
        self.shared += 1
        self._share = min(MOST, max(LEAST, self._share + step))
        return lines

    def _give_up(self) -> None:
        self._rests_until = self._clock() + RESTS[min(self._ended, len(RESTS) - 1)]
        self._ended += 1
        if self._second is not None:
            self._second.end()
            self._second = None


class _Second:
    """The process and the pipe to it."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, far = context.Pipe()
        self._process: SpawnProcess = context.Process(target=_read, args=(far,), name="reader", daemon=True)
        self._process.start()
        far.close()
        self._ready = False

    @property
    def process(self) -> int | None:
        """Its id."""
        return self._process.pid

    def is_ready(self, seconds: float = 0.0) -> bool:
        """Whether it waits for lines within so many seconds.  Raises OSError, EOFError."""
        if not self._ready and self._pipe.poll(seconds):
            self._pipe.recv_bytes()
            self._ready = True
        return self._ready

    def give(self, bodies: Sequence[bytes], first: int) -> None:
        """Lines to read, from seq `first` on.  Raises OSError."""
        self._pipe.send_bytes(b"%d\n" % first + b"\n".join(bodies))

    def has_answered(self) -> bool:
        """Whether its answer need not be waited for."""
        return self._pipe.poll()

    def answer(self) -> list[list[object] | None]:
        """What each of them says, None for what is not plain.  Raises OSError, EOFError, ValueError."""
        if not self._pipe.poll(PATIENCE):
            raise TimeoutError
        said: list[list[object] | None] = orjson.loads(self._pipe.recv_bytes())
        return said

    def end(self) -> None:
        """It ends when the pipe is closed; one that hangs is ended."""
        self._pipe.close()
        self._process.join(1.0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _read(pipe: Connection) -> None:
    """The process: lines in, what they say out, until the pipe is closed."""
    # Ctrl+C goes to the whole group; this process ends with the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    reading = Judge(RECORD_TYPES, worth=0).quick_reading
    reading.prepare()
    try:
        pipe.send_bytes(b"ready")
        while True:
            first, *bodies = pipe.recv_bytes().split(b"\n")
            lines = reading.lines(bodies, int(first))
            pipe.send_bytes(orjson.dumps([None if line is None else _said(line) for line in lines]))
    except (OSError, EOFError):
        return


def _said(line: Line) -> tuple[object, ...]:
    return line.type, line.op_id, line.record, line.revision, line.by, line.at, line.role
