"""Letters between three offices under random faults: whatever breaks, both ledgers of every letter end the same.

`FENGQIAO_SEEDS=from:to` lives other seeds; a failing seed is named in the test's id.
"""

import os
import shutil
from pathlib import Path
from random import Random

import pytest

from app.district.tables import passing, record_state, revision
from app.models.handover.handover import HANDOVER
from app.models.handover.matter import case_from, letter_from
from app.models.handover.sides import AFTERWARDS, ANSWER, LETTER
from app.models.mediation.case import MEDIATION_CASE
from app.models.payload import encode
from app.models.registry import RECORD_TYPES
from app.store.reading import ListQuery
from app.store.refused_saves import RefusedSave
from app.store.verify import verify
from tests.district.parts import new_id
from tests.sync.offices import (
    COMMITTEE,
    COURT,
    FEEDBACK,
    NAMES,
    POLICE,
    RETURNED,
    SIGNED,
    TODAY,
    Pc,
    mirror,
    templates,
)
from tests.sync.stations import Near, settled

FIRST, LAST = map(int, os.environ.get("FENGQIAO_SEEDS", "1:16").split(":"))
STEPS = 45
PLACES = {"警": POLICE, "甲": COMMITTEE, "乙": COMMITTEE, "院": COURT}


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Path], Path]:
    folder = tmp_path_factory.mktemp("founded")
    Near(folder / "district").close()
    return templates(folder), folder / "district"


class World:
    """Everybody writes to everybody; the line loses, doubles and delays; the district is put back from backups."""

    def __init__(self, seed: int, folder: Path, founded: tuple[dict[str, Path], Path]) -> None:
        self.chance = Random(seed)
        self.folder = folder
        shutil.copytree(founded[1], folder / "district")
        self.near = Near(folder / "district")
        self.pcs = [
            Pc(folder / f"{name}.db", founded[0][code], self.near, self.chance, faults=0.3)
            for name, code in PLACES.items()
        ]
        self.backup: Path | None = None
        self.count = 0

    def step(self) -> None:
        pc = self.chance.choice(self.pcs)
        often = [self.write, self.send, self.answer, self.answer, self.answer, self.work_on, self.confirm]
        rare = [self.amend, self.withdraw, self.restart, self.back_up, self.put_server_back]
        act = self.chance.choice([self.sync] * 14 + often * 2 + rare)
        self.count += 1
        try:
            if self.chance.random() < 0.5:
                self.sync(pc)
            act(pc)
        except RefusedSave:
            return

    def write(self, pc: Pc) -> None:
        peer = self.chance.choice([code for code in NAMES if code != pc.station.code])
        sent = {"sent_on": TODAY} if self.chance.random() < 0.5 else {}
        if self.chance.random() < 0.4:
            case_id = pc.case()
            taken = letter_from(pc.read(MEDIATION_CASE, case_id).values, case_id)
            pc.letter(peer, **taken, **sent)
        else:
            pc.letter(peer, **sent)

    def send(self, pc: Pc) -> None:
        self._edit(pc, "draft", sent_on=TODAY)

    def amend(self, pc: Pc) -> None:
        self._edit(pc, "sent", "out", harm=f"补充{self.count}")

    def withdraw(self, pc: Pc) -> None:
        self._edit(pc, "sent", "out", withdrawn_on=TODAY, withdrawn_reason=f"撤回{self.count}")

    def answer(self, pc: Pc) -> None:
        changes = SIGNED if self.chance.random() < 0.8 else RETURNED
        self._edit(pc, "sent", "in", **(changes | {"answered_by": f"{pc.by}{self.count}"}))

    def work_on(self, pc: Pc) -> None:
        """A case from the letter, or the feedback at once."""
        letter = self._one(pc, "received", "in")
        if letter is None:
            self._edit(pc, "under_way", "in", **FEEDBACK)
        elif self.chance.random() < 0.5:
            pc.edit(HANDOVER, letter, **FEEDBACK)
        else:
            values = case_from(pc.read(HANDOVER, letter).values, letter)
            pc.store.save(
                MEDIATION_CASE, values | {"accepted_on": TODAY, "consent": True}, by=pc.by, record_id=new_id()
            )

    def confirm(self, pc: Pc) -> None:
        self._edit(pc, "fed_back", "out", confirmed_on=TODAY, confirmed_by=f"{pc.by}{self.count}")

    def sync(self, pc: Pc) -> None:
        outcome = pc.sync()
        assert outcome.state in ("idle", "waiting"), outcome
        pc.store.follow_letters(by=pc.by)

    def restart(self, pc: Pc) -> None:
        pc.restart()

    def back_up(self, pc: Pc) -> None:
        self.backup = self.folder / f"backup{self.count}"
        self.near.copy_to(self.backup)

    def put_server_back(self, pc: Pc) -> None:
        if self.backup is not None:
            self.near.put_back(self.backup)

    def _edit(self, pc: Pc, status: str, direction: str = "out", **changes: object) -> None:
        if (letter := self._one(pc, status, direction)) is not None:
            pc.edit(HANDOVER, letter, **changes)

    def _one(self, pc: Pc, status: str, direction: str) -> str | None:
        equal = {"status": status, "direction": direction}
        found = pc.reader.page(HANDOVER, ListQuery(codes=equal), limit=50)
        return self.chance.choice(found)["id"] if found else None

    def settle(self) -> None:
        """Fair weather; rows of cases that follow a letter are sent, too."""
        for pc in self.pcs:
            pc.held_back = []
        for _ in range(6):
            settled(*self.pcs)
            if not sum(pc.store.follow_letters(by=pc.by) for pc in self.pcs):
                return
        raise AssertionError("cases and letters never agree")

    def close(self) -> None:
        for pc in self.pcs:
            pc.close()
        self.near.close()


@pytest.mark.parametrize("seed", range(FIRST, LAST))
def test_whatever_breaks_both_ledgers_of_every_letter_end_the_same(
    seed: int, tmp_path: Path, founded: tuple[dict[str, Path], Path]
) -> None:
    world = World(seed, tmp_path, founded)
    for _ in range(STEPS):
        world.step()
    world.settle()
    judge(world)
    world.close()


def judge(world: World) -> None:
    """From outside: letters as each PC has them, and the district's own rows."""
    near = world.near
    assert [row for row in near.rows(passing) if row.placed_at is None] == []
    assert [row.remark for row in near.rows(passing) if row.remark] == []
    ops = [row.op_id for row in near.rows(revision)]
    assert len(ops) == len(set(ops))
    holders: dict[str, list[Pc]] = {}
    for pc in world.pcs:
        assert verify(pc.database, RECORD_TYPES) == []
        assert pc.outbox.status().unsent == 0
        assert [one for one in pc.outbox.refusals() if one.code == "held"] == [], pc.by
        holders.setdefault(pc.station.code, []).append(pc)
    for first, *others in holders.values():
        for other in others:
            for record_type in (HANDOVER, MEDIATION_CASE):
                assert contents(first, record_type) == contents(other, record_type)
    letters = 0
    for code, (pc, *_) in holders.items():
        for record_id, values in contents(pc, HANDOVER).items():
            if values["direction"] != "out":
                continue
            receiver = holders[values["peer"]][0]
            there = contents(receiver, HANDOVER).get(mirror(pc, record_id))
            assert (there is None) == (values.get("sent_on") is None), (code, record_id)
            if there is None:
                continue
            letters += 1
            told = (*LETTER, *AFTERWARDS, *ANSWER)
            assert {name: values.get(name) for name in told} == {name: there.get(name) for name in told}
            assert there["letter_number"] == values["number"]
            assert pc.status(record_id) == receiver.status(mirror(pc, record_id))
    ids = {mirror(pc, one) for code in holders for pc in holders[code][:1] for one in contents(pc, HANDOVER)}
    come_in = {row.record for row in near.rows(record_state) if row.type == "handover"} & ids
    assert len(come_in) == letters


def contents(pc: Pc, record_type: object) -> dict[str, dict[str, object]]:
    """Wire documents by record id."""
    found = {}
    for row in pc.reader.page(record_type, ListQuery(voided=True), limit=500):  # type: ignore[arg-type]
        stored = pc.reader.load(record_type, row["id"])  # type: ignore[arg-type]
        assert stored is not None
        found[row["id"]] = encode(record_type, stored.values)  # type: ignore[arg-type]
    return found
