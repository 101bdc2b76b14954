"""A disk that fails or is full: `python -m tests.powercut.io_errors --points 120`.

System calls of the real desk on its own files fail at a random place, once or for a stretch, after which the disk is
well again.  Whatever failed is tried again until it is done, as a user would.  Nothing may have been called saved that
is not there, everything refused must have been refused in a sentence, and at the end all must be done and whole.
"""

import argparse
import json
import multiprocessing
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from app.commands.desk import open_with_key
from app.security.keyslots import KeyFileError, KeySlots
from app.settings import SettingsDamaged, save_settings
from app.store.errors import StorageError
from app.store.folder import AlreadyOpen, FolderRefused
from app.store.refused_saves import Voided
from tests.powercut.base import DATA, DISK
from tests.powercut.campaign import begin, image_place
from tests.powercut.checking import Check, Finding
from tests.powercut.driver import PASSWORD, USER, Sitting
from tests.powercut.forked import NotAttached, run_traced
from tests.powercut.ledger import Account, Ledger
from tests.powercut.trace import refusal, text_of
from tests.powercut.workloads import day

# Each call with the errors a disk answers it with.
CALLS = {
    "pwrite64": ("EIO", "ENOSPC"),
    "write": ("EIO", "ENOSPC"),
    "fsync": ("EIO", "ENOSPC"),
    "ftruncate": ("EIO", "ENOSPC"),
    "openat": ("EIO", "ENOSPC"),
    "rename": ("EIO", "ENOSPC"),
    "unlink": ("EIO",),
    "pread64": ("EIO",),
}
# How many of the calls in a row fail: one, a few, or a disk that stays full for a while.
STRETCHES = (1, 1, 4, 25)
PATIENCE = 400
# What tells the user that something was not done, each with its sentence.
SAID = (StorageError, KeyFileError, SettingsDamaged, FolderRefused, AlreadyOpen)


# The window says these in words of its own.
SIDE_WRITES = (save_settings, KeySlots.set_password)


class GaveUp(Exception):
    """The disk was well again and the desk still refused."""


def of(act: Callable[[], Any]) -> object:
    """The function behind a step."""
    inner = getattr(act, "func", act)
    return getattr(inner, "__func__", inner)


class Insisting(Sitting):
    """A user who tries again until it is done."""

    refusals: int = 0

    def insist(self, act: Callable[[], Any], *also: type[Exception]) -> Any:
        """Try until it is done; anything but a refusal in a sentence (or what `also` names) ends the day."""
        for _ in range(PATIENCE):
            try:
                return act()
            except Voided:
                # The first try was refused and yet reached the disk.
                return None
            except (*SAID, *also) as failure:
                self.ledger.fail(f"{type(failure).__name__}: {failure}")
        raise GaveUp

    def open(self) -> None:
        self._dek = KeySlots.open(self.folder).unlock(USER, PASSWORD)
        self.insist(self._open)
        self.ledger.begin(self.insist(self.state, OSError), self._dek.hex())

    def reopen(self) -> None:
        self.desk.close()
        self.insist(self._open)

    def step(self, act: Callable[[], Any], *, whole: bool = True) -> Any:
        self.ledger.attempt(whole=whole)
        # Only what writes a side file may answer with an OSError, as its promise says.
        answer = self.insist(act, *((OSError,) if of(act) in SIDE_WRITES else ()))
        self.insist(self.acknowledge, OSError)
        return answer

    def state(self) -> dict[str, Any]:
        return self.insist(super().state, OSError) if self.ledger.begun else super().state()

    def _open(self) -> None:
        self.desk = open_with_key(self.folder, USER, self._dek)


@dataclass(frozen=True)
class Point:
    """From call number `first` on, `stretch` calls fail."""

    call: str
    error: str
    first: int
    stretch: int

    def options(self, names: list[Path]) -> list[str]:
        """How strace is told."""
        last = self.first + self.stretch - 1
        watched = [option for name in names for option in ("-P", str(name))]
        inject = f"inject={self.call}:error={self.error}:when={self.first}..{last}"
        return ["-o", "/dev/null", *watched, "-e", f"trace={self.call}", "-e", inject]


@dataclass
class Figures:
    """What came of all points."""

    points: int = 0
    refused: int = 0
    findings: list[str] = field(default_factory=list)
    by_call: Counter[str] = field(default_factory=Counter)


def work_through(folder: Path, ledger: Path) -> None:
    """A short day at the desk, insisted upon."""
    sitting = Insisting(folder, Ledger(ledger))
    sitting.open()
    day(sitting)
    sitting.close()


def calls_of_a_day(disk: Path, work: Path) -> tuple[Counter[str], list[Path]]:
    """How often each call touches the desk's files when nothing fails, and the names it touches."""
    folder, record = work / DISK / DATA, work / "calls"
    shutil.copytree(disk, work / DISK)
    options = ["-xx", "-s", "65536", "-o", str(record), "-e", "trace=" + ",".join(CALLS), "-e", "signal=none"]
    ended = run_traced(partial(work_through, folder, work / "ledger"), options)
    assert ended == 0, "the day does not pass even on a sound disk"
    names = {folder}
    for line in record.read_text().splitlines():
        for word in line.replace("(", " ").replace(",", " ").split():
            if word.startswith('"\\x2f') and word.endswith('"') and len(word) < 2000:
                path = Path(text_of(word))
                if path.is_relative_to(folder):
                    names.add(path)
    shutil.rmtree(work / DISK)
    return counted(disk, work, sorted(names)), sorted(path.relative_to(folder) for path in names)


def counted(disk: Path, work: Path, names: list[Path]) -> Counter[str]:
    """How often each call touches one of `names` in a day."""
    shutil.copytree(disk, work / DISK)
    watched = [option for name in names for option in ("-P", str(name))]
    record = work / "counted"
    options = ["-o", str(record), *watched, "-e", "trace=" + ",".join(CALLS), "-e", "signal=none"]
    assert run_traced(partial(work_through, work / DISK / DATA, work / "ledger-2"), options) == 0
    return Counter(line.partition("(")[0].split(" ")[-1] for line in record.read_text().splitlines())


def try_point(point: Point, disk: Path, names: list[Path], work: Path) -> tuple[int, list[Finding]]:
    """How many refusals one failing disk brought, and what must not have been."""
    work.mkdir()
    shutil.copytree(disk, work / DISK)
    folder, ledger = work / DISK / DATA, work / "ledger"
    options = point.options([folder / name for name in names])
    ended = run_traced(partial(work_through, folder, ledger), options)
    lines = [orjson.loads(line) for line in ledger.read_bytes().splitlines()]
    refused = [line["sentence"] for line in lines if line["phase"] == "failed"]
    lines = [line for line in lines if line["phase"] != "failed"]
    findings = []
    if ended:
        findings.append(Finding("stuck", f"ended with {ended} after {refused[-1:]}"))
    if lines:
        findings += Check().findings(folder, Account(lines).at(lines), go_on=not ended)
    shutil.rmtree(work)
    return len(refused), findings


def points(calls: Counter[str], wanted: int, chance: random.Random) -> list[Point]:
    """Random places, every call and error about as often as the others."""
    kinds = [(call, error) for call, errors in CALLS.items() for error in errors if calls[call]]
    drawn = []
    for number in range(wanted):
        call, error = kinds[number % len(kinds)]
        drawn.append(Point(call, error, chance.randint(1, calls[call]), chance.choice(STRETCHES)))
    return drawn


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; 1 when anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=120)
    parser.add_argument("--seed", type=int, default=20261123)
    asked = parser.parse_args(arguments)
    if reason := refusal():
        print(reason, file=sys.stderr)
        return 2
    figures = Figures()
    with tempfile.TemporaryDirectory(dir=image_place(), prefix="powercut-") as name:
        work = Path(name)
        begin(work)
        measured = work / "measured"
        measured.mkdir()
        try:
            calls, names = calls_of_a_day(work / DISK, measured)
        except NotAttached as refused:
            print(f"strace is refused here: {refused}", file=sys.stderr)
            return 2
        drawn = points(calls, asked.points, random.Random(asked.seed))
        tasks = [(point, work / DISK, names, work / f"point-{n}") for n, point in enumerate(drawn)]
        with multiprocessing.get_context("fork").Pool() as pool:
            for point, (refused, findings) in zip(drawn, pool.starmap(try_point, tasks, 1), strict=True):
                figures.points += 1
                figures.refused += bool(refused)
                figures.by_call[point.call] += 1
                figures.findings += [f"{point}: {finding.kind}: {finding.sentence}" for finding in findings]
    print(json.dumps(vars(figures), ensure_ascii=False))
    return 1 if figures.findings else 0


if __name__ == "__main__":
    sys.exit(main())
