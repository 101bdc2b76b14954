"""The process whose disk loses power: the real desk, worked through one workload step by step.

`python -m tests.powercut.driver WORKLOAD FOLDER LEDGER [FAULT]`
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.commands.desk import Desk, is_founded, open_with_key
from app.models.record_type import RecordType
from app.security import keyslots
from app.security.keyslots import KeySlots
from app.store.records import Saved
from tests.powercut.ledger import Ledger, State
from tests.powercut.state import content_digest, state_of

USER, PASSWORD = "李调解", "Ce-shi-2026-kou"
STATION = {"station_code": "511421125201", "station_name": "鹰头村", "user": USER, "password": PASSWORD}
# The least the key file may ask for; the slow key has no part in what is tested here.
keyslots.ARGON2 = {"t": 2, "m": 19456, "p": 1}


class Sitting:
    """One sitting at the desk: steps are taken and acknowledged one after the other."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self.folder = folder
        # Beside the disk that loses power: what a workload reads and does not promise.
        self.work = folder.parent.parent
        self.ledger = ledger
        self._desk: Desk | None = None
        self._dek = b""
        self._contents: dict[str, str] = {}

    @property
    def desk(self) -> Desk:
        """The open desk."""
        assert self._desk is not None
        return self._desk

    @desk.setter
    def desk(self, desk: Desk) -> None:
        self._desk, self._dek = desk, desk.database._dek

    @property
    def dek(self) -> bytes:
        """The key of the open file."""
        return self._dek

    def open(self) -> None:
        """Open what `prepared` made, which is where the ledger begins."""
        if is_founded(self.folder):
            self.desk = open_with_key(self.folder, USER, KeySlots.open(self.folder).unlock(USER, PASSWORD))
            self.ledger.begin(self.state(), self._dek.hex())
        else:
            self.ledger.begin({}, "")

    def reopen(self) -> None:
        """Close the desk, which folds the log into the file, and open it again."""
        self.desk.close()
        self.desk = open_with_key(self.folder, USER, self.desk.database._dek)

    def step(self, act: Callable[[], Any], *, whole: bool = True) -> Any:
        """Do one thing the user waits for; note it as promised once the service has returned."""
        self.ledger.attempt(whole=whole)
        answer = act()
        self.acknowledge()
        return answer

    def acknowledge(self) -> None:
        """Note what stands in the file now as promised."""
        self.ledger.acknowledge(self.state(), self._contents)
        self._contents = {}

    def save(
        self, record_type: RecordType, values: Mapping[str, Any], record_id: str, base: str | None = None
    ) -> Saved:
        """One record saved, held to what the service answered."""

        def act() -> Saved:
            saved = self.desk.store.save(record_type, values, by=USER, record_id=record_id, base=base)
            self._contents[f"record {record_type.code} {record_id}"] = content_digest(
                record_type, saved.values
            )
            return saved

        saved: Saved = self.step(act)
        shown = self.state()[f"record {record_type.code} {record_id}"]
        assert shown == saved.head, "the service answered a revision the file does not show"
        return saved

    def state(self) -> State:
        """What the running program itself sees."""
        with self.desk.database.read() as connection:
            return state_of(self.folder, connection)

    def close(self) -> None:
        """Let go of the desk at the end of the workload."""
        if self._desk is not None:
            self._desk.close()


def main(arguments: list[str]) -> None:
    """Work through one workload."""
    from tests.powercut.faults import FAULTS
    from tests.powercut.workloads import WORKLOADS

    name, folder, ledger, *fault = arguments
    sitting = Sitting(Path(folder), Ledger(Path(ledger)))
    for broken in fault:
        FAULTS[broken](sitting)
    sitting.open()
    WORKLOADS[name](sitting)
    sitting.close()


if __name__ == "__main__":
    main(sys.argv[1:])
