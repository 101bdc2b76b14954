"""kill -9 in the middle of the work: `python -m tests.powercut.kills --kills 200`.

The desk works through a workload in a child that is killed after a random time; what it left is opened by the real
store and held against the ledger.  Unlike a power cut the system keeps every write, but the moment is the machine's own.
"""

import argparse
import json
import multiprocessing
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import orjson

from tests.powercut.base import DATA, DISK, NEXT_SCHEMA
from tests.powercut.campaign import begin, image_place
from tests.powercut.checking import Check
from tests.powercut.driver import Sitting
from tests.powercut.forked import Child
from tests.powercut.ledger import Account, Ledger
from tests.powercut.workloads import ON_AN_EMPTY_DISK, REKEYING, WORKLOADS


def work_through(workload: str, folder: Path, ledger: Path) -> None:
    """One workload, to its end unless killed."""
    sitting = Sitting(folder, Ledger(ledger))
    sitting.open()
    WORKLOADS[workload](sitting)
    sitting.close()


def one(workload: str, founded: Path, work: Path, after: float | None) -> tuple[float, list[str]]:
    """Kill `workload` after some seconds (None: let it end); answers how long it ran and what must not have been."""
    work.mkdir()
    start = work / DISK
    if workload in ON_AN_EMPTY_DISK:
        start.mkdir()
    else:
        shutil.copytree(founded / DISK, start)
    shutil.copytree(founded / NEXT_SCHEMA, work / NEXT_SCHEMA)
    ledger = work / "ledger"
    child = Child(partial(work_through, workload, start / DATA, ledger))
    handle, began = os.pidfd_open(child.pid), time.monotonic()
    child.begin()
    select.select([handle], [], [], after)
    os.kill(child.pid, signal.SIGKILL)
    ended = child.ended()
    os.close(handle)
    ran = time.monotonic() - began
    findings = [] if ended in (0, -signal.SIGKILL) else [f"{workload} ended with {ended}"]
    told = ledger.read_bytes().rpartition(b"\n")[0].splitlines() if ledger.exists() else []
    if told:
        lines = [orjson.loads(line) for line in told]
        check = Check(work / NEXT_SCHEMA if workload == "upgrade" else None, workload in REKEYING)
        found = check.findings(start / DATA, Account(lines).at(lines), go_on=True)
        findings += [f"{workload} after {ran:.3f} s: {finding.kind}: {finding.sentence}" for finding in found]
    shutil.rmtree(work)
    return ran, findings


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; 1 when anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261123)
    asked = parser.parse_args(arguments)
    chance, names = random.Random(asked.seed), list(WORKLOADS)
    with tempfile.TemporaryDirectory(dir=image_place(), prefix="powercut-") as name:
        work = Path(name)
        begin(work)
        # How long each takes when it is left alone.
        spans = {workload: one(workload, work, work / f"span-{workload}", None)[0] for workload in names}
        tasks = [
            (workload, work, work / f"kill-{n}", chance.uniform(0, spans[workload]))
            for n, workload in enumerate(names[n % len(names)] for n in range(asked.kills))
        ]
        with multiprocessing.get_context("fork").Pool() as pool:
            findings = [finding for _, found in pool.starmap(one, tasks, 1) for finding in found]
    print(json.dumps({"kills": len(tasks), "findings": findings}, ensure_ascii=False))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
