"""Several offices and their district in this process: one or two PCs each, real files, a line with faults."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from app.models.handover.handover import HANDOVER
from app.models.handover.sides import mirror_of
from app.models.mediation.case import MEDIATION_CASE
from app.models.record_type import RecordType
from app.store.letters import Letters, Office
from app.store.reading import StoredRecord
from app.store.records import Saved
from tests.district.parts import new_id
from tests.samples import SAMPLES, UNFINISHED
from tests.sync.stations import Desk, template

POLICE, COMMITTEE, COURT = "511421300001", "511421125201", "511421400001"
NAMES = {POLICE: "鹰头派出所", COMMITTEE: "鹰头村人民调解委员会", COURT: "鹰头法庭"}
TODAY = date(2026, 11, 23)


def templates(folder: Path) -> dict[str, Path]:
    """A founded file of each office, to copy."""
    return {code: template(folder, code, name) for code, name in NAMES.items()}


class Pc(Desk):
    """A desk that writes letters and cases."""

    def open(self) -> None:
        super().open()
        self.letters = Letters(self.database, self.station.code)

    def offices(self) -> list[Office]:
        return self.letters.offices()

    def write(self, of: RecordType, values: Mapping[str, Any], record_id: str | None = None) -> Saved:
        return self.store.save(of, values, by=self.by, record_id=record_id or new_id())

    def read(self, of: RecordType, record_id: str) -> StoredRecord:
        stored = self.reader.load(of, record_id)
        assert stored is not None
        return stored

    def edit(self, of: RecordType, record_id: str, **changes: Any) -> Saved:
        stored = self.read(of, record_id)
        values = {**stored.values, **changes}
        return self.store.save(of, values, by=self.by, record_id=record_id, base=stored.head)

    def letter(self, peer: str, **changes: Any) -> str:
        values = SAMPLES["handover"](peer=peer, peer_name=NAMES[peer], **changes)
        return self.write(HANDOVER, values).record_id

    def case(self, **changes: Any) -> str:
        return self.write(MEDIATION_CASE, SAMPLES["mediation_case"](**UNFINISHED, **changes)).record_id

    def status(self, record_id: str) -> str | None:
        stored = self.reader.load(HANDOVER, record_id)
        return None if stored is None else stored.values["status"]


def mirror(sender: Pc, record_id: str) -> str:
    """The receiver's record of a letter."""
    return mirror_of(sender.station.code, record_id)


SIGNED = {"answer": "received", "answered_on": TODAY, "answered_by": "李调解"}
RETURNED = {"answer": "returned", "answered_on": TODAY, "answer_note": "不属于本辖区"}
FEEDBACK = {"result": "settled", "fed_back_on": TODAY, "result_note": "双方达成书面协议。"}
