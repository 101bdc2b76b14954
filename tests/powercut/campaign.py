"""Power cuts by the thousand: `python -m tests.powercut.campaign --images 3000`.

Every workload is recorded once; images are drawn evenly over all its operations and checked in as many processes as
the machine has cores.
"""

import argparse
import json
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.powercut.base import DATA, DISK, NEXT_SCHEMA, founded_disk, next_schema
from tests.powercut.checking import Check, Finding
from tests.powercut.disk import Disk, fates
from tests.powercut.recording import Recording, record
from tests.powercut.trace import Noted, refusal
from tests.powercut.workloads import REKEYING, WORKLOADS

KINDS = ("corrupt", "lost", "half", "invented", "unreadable", "stuck")
# One image in this many is also opened as a user would and worked in.
GO_ON = 25


@dataclass
class Tally:
    """Images checked and what was found, by kind of finding; `first` shows some of them."""

    images: int = 0
    flagged: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    first: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take in what another process counted."""
        self.images += other.images
        self.flagged += other.flagged
        self.kinds += other.kinds
        self.first = (self.first + other.first)[:5]


def moments(recording: Recording, images: int, chance: random.Random) -> list[int]:
    """After how many operations the power goes: spread evenly, each at a random place of its stretch."""
    began = next(n for n, operation in enumerate(recording.operations, 1) if isinstance(operation, Noted))
    width = (len(recording.operations) - began + 1) / images
    return [began + int(width * (n + chance.random())) for n in range(images)]


def check_images(recording: Recording, cuts: list[int], seed: int, place: Path) -> Tally:
    """Replay the run once, lose power at each of `cuts` (ascending) and check what is left."""
    chance, tally = random.Random(seed), Tally()
    disk = Disk(recording.root, recording.start)
    schema = recording.root.parent / NEXT_SCHEMA if recording.workload == "upgrade" else None
    check = Check(schema, recording.workload in REKEYING)
    noted, done = [], 0
    for number, cut in enumerate(cuts):
        for operation in recording.operations[done:cut]:
            disk.apply(operation)
            if isinstance(operation, Noted):
                noted.append(operation.line)
        done = cut
        fate = fates(chance, cut)
        image = place / f"image-{number}"
        image.mkdir()
        disk.image(image, fate, chance)
        expected = recording.account.at(noted)
        found = check.findings(image / DATA, expected, go_on=number % GO_ON == 0)
        shutil.rmtree(image)
        tally.images += 1
        if found:
            _count(tally, found, f"{recording.workload} after operation {cut}, {fate.name}")
    return tally


def _count(tally: Tally, found: list[Finding], where: str) -> None:
    tally.flagged += 1
    tally.kinds.update({finding.kind for finding in found})
    if len(tally.first) < 5:
        tally.first.append(f"{where}: {found[0].kind}: {found[0].sentence}")


def tallies(
    recordings: list[Recording], images: int, seed: int, place: Path, processes: int
) -> Iterator[Tally]:
    """The tally of each recording, `images` spread over them."""
    chance = random.Random(seed)

    # Forked, so that the records need not be sent.
    with multiprocessing.get_context("fork").Pool(processes, _set_recordings, (recordings,)) as pool:
        for number, recording in enumerate(recordings):
            wanted = images // len(recordings) + (number < images % len(recordings))
            cuts = moments(recording, wanted, chance)
            shares = [
                (number, cuts[n::processes], seed + n, place / f"share-{number}-{n}")
                for n in range(processes)
            ]
            total = Tally()
            for tally in pool.imap_unordered(_share, shares):
                total.add(tally)
            yield total


_recordings: list[Recording] = []


def _set_recordings(recordings: list[Recording]) -> None:
    _recordings[:] = recordings


def _share(asked: tuple[int, list[int], int, Path]) -> Tally:
    """What one process checks of one recording."""
    number, cuts, seed, place = asked
    place.mkdir()
    return check_images(_recordings[number], cuts, seed, place)


def begin(work: Path) -> None:
    """The disk and the next schema every recording starts from."""
    (work / DISK).mkdir()
    founded_disk(work / DISK)
    next_schema(work / NEXT_SCHEMA)


def recorded_all(runs: list[tuple[str, str]], work: Path, processes: int) -> list[Recording]:
    """One recording of each workload and sown fault."""
    with ThreadPoolExecutor(processes) as pool:
        return list(
            pool.map(lambda n: record(runs[n][0], work, work / f"run-{n}", runs[n][1]), range(len(runs)))
        )


def image_place() -> str | None:
    """Where images are written: memory, so that the campaign's own syncs cost nothing."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def main(arguments: list[str] | None = None) -> int:
    """Run the campaign and print its figures; 1 when anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--workload", action="append", choices=list(WORKLOADS))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    if reason := refusal():
        print(reason, file=sys.stderr)
        return 2
    began = time.monotonic()
    total, figures = Tally(), {}
    with tempfile.TemporaryDirectory(dir=image_place(), prefix="powercut-") as name:
        work = Path(name)
        begin(work)
        named = asked.workload or list(WORKLOADS)
        recordings = recorded_all([(workload, "") for workload in named], work, asked.processes)
        recorded = time.monotonic() - began
        for recording, tally in zip(
            recordings, tallies(recordings, asked.images, asked.seed, work, asked.processes), strict=True
        ):
            total.add(tally)
            figures[recording.workload] = _figures(tally) | {"operations": len(recording.operations)}
            if not asked.json:
                print(recording.workload, figures[recording.workload], flush=True)
    figures["all"] = _figures(total) | {
        "recorded_in": round(recorded, 1),
        "seconds": round(time.monotonic() - began, 1),
    }
    print(json.dumps(figures if asked.json else figures["all"], ensure_ascii=False))
    for line in total.first:
        print(line, file=sys.stderr)
    return 1 if total.flagged else 0


def _figures(tally: Tally) -> dict[str, int]:
    return {"images": tally.images, "flagged": tally.flagged, **{kind: tally.kinds[kind] for kind in KINDS}}


if __name__ == "__main__":
    sys.exit(main())
