"""Nothing acknowledged is lost, halved or damaged when the power goes, a disk fails or the program is killed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.powercut.adequacy import SOWN
from tests.powercut.trace import refusal
from tests.powercut.workloads import WORKLOADS

ROOT = Path(__file__).parents[2]
NOT_TRACED = 2
TRACED = pytest.mark.skipif(bool(refusal()), reason=refusal())


def figures(module: str, *options: str) -> dict[str, Any]:
    """What a campaign counted, in a process of its own because it sets cheap keys for all it opens."""
    command = [sys.executable, "-m", f"tests.powercut.{module}", *options]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode == NOT_TRACED:
        pytest.skip(run.stderr.strip())
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    counted: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return counted


@TRACED
def test_three_thousand_power_cuts_lose_halve_and_damage_nothing():
    counted = figures("campaign", "--images", "3000", "--json")
    assert set(counted) == {*WORKLOADS, "all"}
    assert counted["all"]["images"] == 3000
    assert counted["all"]["flagged"] == 0
    assert all(counted[workload]["operations"] > 100 for workload in WORKLOADS)


@TRACED
def test_every_sown_fault_is_caught():
    caught = figures("adequacy", "--images", "40")
    assert set(caught) == set(SOWN)
    assert caught["two transactions"]["half"]
    assert caught["acknowledged early"]["lost"]
    assert caught["synchronous normal"]["lost"]
    assert caught["no sync before replace"]["unreadable"]
    assert caught["folder not synced"]["lost"]
    assert caught["old keys dropped"]["corrupt"]


@TRACED
def test_a_failing_disk_is_said_in_words_and_all_is_done_once_it_is_well():
    counted = figures("io_errors", "--points", "16")
    assert counted["points"] == 16
    assert counted["findings"] == []
    assert counted["refused"] >= 8, "the errors did not reach the desk"


def test_a_program_killed_in_the_middle_of_its_work_loses_nothing_acknowledged():
    counted = figures("kills", "--kills", "20")
    assert counted == {"kills": 20, "findings": []}
