"""Are the power cuts hard enough?  `python -m tests.powercut.adequacy`: each sown fault must be caught.

Prints, for each fault, how many of its images were flagged and as what.
"""

import argparse
import json
import multiprocessing
import sys
import tempfile
from pathlib import Path

from tests.powercut.campaign import begin, image_place, recorded_all, tallies
from tests.powercut.trace import refusal

# Each fault in a workload it can harm.
SOWN = {
    "two transactions": "edit",
    "acknowledged early": "edit",
    "synchronous normal": "edit",
    "no sync before replace": "settings",
    "folder not synced": "settings",
    "old keys dropped": "rekey",
}


def main(arguments: list[str] | None = None) -> int:
    """1 when a fault was not caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100, help="images a fault")
    parser.add_argument("--seed", type=int, default=20261123)
    asked = parser.parse_args(arguments)
    if reason := refusal():
        print(reason, file=sys.stderr)
        return 2
    processes = multiprocessing.cpu_count()
    caught = {}
    with tempfile.TemporaryDirectory(dir=image_place(), prefix="powercut-") as name:
        work = Path(name)
        begin(work)
        runs = [(workload, fault) for fault, workload in SOWN.items()]
        recordings = recorded_all(runs, work, processes)
        images = asked.images * len(runs)
        for fault, tally in zip(SOWN, tallies(recordings, images, asked.seed, work, processes), strict=True):
            caught[fault] = {"images": tally.images, "flagged": tally.flagged, **tally.kinds}
    print(json.dumps(caught, ensure_ascii=False))
    return 0 if all(found["flagged"] for found in caught.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
