"""One workload run for real under strace: what it did to the disk, and what it promised when."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.powercut.base import DATA, DISK, NEXT_SCHEMA
from tests.powercut.ledger import Account
from tests.powercut.trace import Noted, Operation, Reading, traced
from tests.powercut.workloads import ON_AN_EMPTY_DISK

ROOT = Path(__file__).parents[2]


class DriverFailed(Exception):
    """The workload did not end well, so its record shows nothing."""


@dataclass(frozen=True)
class Recording:
    """A run: the disk before it, the operations on it, the ledger among them."""

    workload: str
    start: Path
    root: Path
    operations: list[Operation]

    @cached_property
    def account(self) -> Account:
        """What the ledger says of any moment of the run."""
        return Account([operation.line for operation in self.operations if isinstance(operation, Noted)])


def record(workload: str, founded: Path, work: Path, fault: str = "") -> Recording:
    """Run `workload` in `work` on a copy of the disk `founded`.  Raises DriverFailed."""
    work.mkdir()
    start, root = work / "start", work / DISK
    start.mkdir()
    if workload not in ON_AN_EMPTY_DISK:
        shutil.copytree(founded / DISK, start, dirs_exist_ok=True)
    shutil.copytree(start, root)
    shutil.copytree(founded / NEXT_SCHEMA, work / NEXT_SCHEMA)
    calls, ledger = work / "calls", work / "ledger"
    driver = [sys.executable, "-m", "tests.powercut.driver", workload, str(root / DATA), str(ledger)]
    run = subprocess.run(
        traced([*driver, *([fault] if fault else [])], calls),
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise DriverFailed(f"{workload}: {run.stderr[-2000:]}")
    with calls.open(encoding="ascii") as lines:
        operations = Reading(root, ledger).read(line.rstrip("\n") for line in lines)
    calls.unlink()
    return Recording(workload, start, root, operations)
