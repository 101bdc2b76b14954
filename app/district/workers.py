"""Several worker processes behind one address: the parent binds it, each worker serves it, a dead one is replaced."""

import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from app.district.blobs import LARGEST
from app.district.database import open_database
from app.district.operations import log_as_json
from app.district.server import listen, serve

PATIENCE = 20.0
PAUSE = 1.0


class NotSeveral(RuntimeError):
    """Several workers were asked for where one file allows one."""


@dataclass(frozen=True)
class Plan:
    """How the workers serve; the fields are those of `serve`."""

    url: str | None
    folder: Path
    host: str
    port: int
    metrics_token: str | None = None
    certificate: Path | None = None
    certificate_key: Path | None = None
    ca: Path | None = None
    largest_blob: int = LARGEST


def serve_with(count: int, plan: Plan, ready: Callable[[str], None]) -> None:
    """Serve with `count` processes until interrupted; `ready` is told the address once all were started.

    Raises NotSeveral over SQLite, OSError when the port is taken, OperationalError when the database is not reachable.
    """
    check_several(count, plan.url)
    # The schema is brought up to date once, before anybody serves.
    open_database(plan.url, plan.folder).close()
    figures = tempfile.mkdtemp(prefix="fengqiao-figures-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = figures
    listening = listen(plan.host, plan.port)
    crew = _Crew(count, plan, listening)
    try:
        crew.start()
        scheme = "http" if plan.certificate is None else "https"
        ready(f"{scheme}://{plan.host}:{listening.getsockname()[1]}")
        crew.keep_up()
    finally:
        crew.stop()
        listening.close()
        shutil.rmtree(figures, ignore_errors=True)


def check_several(count: int, url: str | None) -> None:
    """Raises NotSeveral where one file allows one process only."""
    if count > 1 and url is None:
        raise NotSeveral(
            "SQLite 只能由一个进程使用，--workers 要配合 --database（PostgreSQL）。服务没有启动。"
        )


class _Crew:
    """The running workers."""

    def __init__(self, count: int, plan: Plan, listening: socket.socket) -> None:
        self._count = count
        self._plan = plan
        self._listening = listening
        self._spawn = multiprocessing.get_context("spawn")
        self._workers: list[SpawnProcess] = []
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start all, and stop on the signals that end a service."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        self._workers = [self._one() for _ in range(self._count)]

    def keep_up(self) -> None:
        """Replace whoever dies, after a pause, until told to stop."""
        while not self._stopping.is_set():
            wait([worker.sentinel for worker in self._workers], timeout=PAUSE)
            alive = [worker for worker in self._workers if worker.is_alive()]
            if len(alive) < self._count and not self._stopping.wait(PAUSE):
                alive += [self._one() for _ in range(self._count - len(alive))]
            self._workers = alive

    def stop(self) -> None:
        """Let each finish what it is answering."""
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.join(PATIENCE)

    def _one(self) -> SpawnProcess:
        worker = self._spawn.Process(target=_work, args=(self._plan, self._listening), daemon=True)
        worker.start()
        return worker


def _work(plan: Plan, listening: socket.socket) -> None:
    log_as_json()
    serve(
        plan.url,
        plan.folder,
        plan.host,
        plan.port,
        metrics_token=plan.metrics_token,
        certificate=plan.certificate,
        certificate_key=plan.certificate_key,
        ca=plan.ca,
        largest_blob=plan.largest_blob,
        several=True,
        listening=listening,
    )
