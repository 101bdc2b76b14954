"""What worlds stand on: clocks that jump, templates to copy, one thread."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from app.sync import packing, under_way
from tests.simulator.district import Place

STATION, OTHER_STATION, THIRD_STATION = "511421125201", "511421125202", "511421125203"
BEGAN = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Stands still until moved; a PC's may be years off."""

    now: datetime = BEGAN

    def __call__(self) -> datetime:
        return self.now

    def jump(self, chance: Random) -> None:
        """Ten years at most, either way."""
        years = timedelta(days=3650)
        self.now = BEGAN + chance.choice(
            (years, -years, timedelta(hours=-1), timedelta(days=90), timedelta())
        )


@dataclass
class Ground:
    """What worlds share: templates to copy, a folder in memory, the event loop of the district."""

    folder: Path
    desk: Path
    district: Path
    loop: asyncio.AbstractEventLoop
    postgresql: Place | None = None


class Inline:
    """Does at once what is given to a thread, so that a seed decides it: the next batch goes out, then the receipt of
    the one before is written."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def submit(self, work: Callable[..., Any], *parts: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*parts))
        except Exception as failure:
            done.set_exception(failure)
        return done

    def shutdown(self) -> None: ...


@contextmanager
def on_one_thread() -> Iterator[None]:
    """Within the block the client prepares and sends batches on this thread."""
    kept = packing.ThreadPoolExecutor
    packing.ThreadPoolExecutor = under_way.ThreadPoolExecutor = Inline  # type: ignore[misc,assignment]
    try:
        yield
    finally:
        packing.ThreadPoolExecutor = under_way.ThreadPoolExecutor = kept  # type: ignore[misc]
