"""Three PCs and the district under random faults, judged from outside: a ledger of what was saved, and both ends.

`FENGQIAO_SEEDS=from:to` runs other seeds; a failing seed is named in the test's id.
"""

import os
import shutil
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from app.district.stock import tallies_of
from app.district.tables import revision as at_server
from app.models.payload import encode
from app.models.registry import RECORD_TYPES
from app.store.reading import ListQuery
from app.store.refused_saves import RefusedSave
from app.store.stock import tallies as tallies_here
from app.store.tables import conflict, device, revision
from app.store.verify import verify
from tests.district.parts import new_id
from tests.samples import SAMPLES
from tests.sync.stations import (
    STATION,
    Desk,
    Near,
    open_at_server,
    server_ops,
    settled,
    sides_chosen,
    template,
)

FIRST, LAST = map(int, os.environ.get("FENGQIAO_SEEDS", "1:31").split(":"))
STEPS = 25
FIELDS = {
    "resident": ("notes", "occupation", "employer"),
    "mediation_case": ("notes", "place", "recorder"),
}


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("founded")
    Near(folder / "district").close()
    return template(folder), folder / "district"


class World:
    """The ledger knows what was saved only from the answers the savers got."""

    def __init__(self, seed: int, folder: Path, founded: tuple[Path, Path]) -> None:
        self.chance = Random(seed)
        self.folder = folder
        shutil.copytree(founded[1], folder / "district")
        self.near = Near(folder / "district")
        self.desks = [
            Desk(folder / f"{name}.db", founded[0], self.near, self.chance, faults=0.3) for name in "甲乙丙"
        ]
        self.records: list[tuple[str, str]] = []
        self.saved: set[str] = set()
        self.values: Counter[tuple[str, str]] = Counter()
        self.backup: Path | None = None
        self.count = 0

    def step(self) -> None:
        desk = self.chance.choice(self.desks)
        acts = [self.create, self.edit, self.edit, self.edit, self.rows, self.sync, self.sync, self.sync]
        rare = [self.void, self.settle, self.restart, self.back_up, self.put_server_back, self.foresee]
        self.chance.choice(acts * 3 + rare)(desk)

    def create(self, desk: Desk) -> None:
        code, record_id = self.chance.choice(list(FIELDS)), new_id()
        saved = desk.store.save(RECORD_TYPES[code], SAMPLES[code](), by=desk.by, record_id=record_id)
        self.records.append((code, record_id))
        self.saved.add(saved.head)

    def edit(self, desk: Desk) -> None:
        self.count += 1
        self._change(desk, lambda code, _: {self.chance.choice(FIELDS[code]): f"{desk.by}{self.count}"})

    def rows(self, desk: Desk) -> None:
        def more(code: str, values: dict) -> dict:  # type: ignore[type-arg]
            if code != "mediation_case":
                return {"phone": f"1380013{self.count % 10000:04}"}
            return {"mediators": [*values["mediators"], {"name": desk.by}][-9:]}

        self.count += 1
        self._change(desk, more)

    def void(self, desk: Desk) -> None:
        self._write(
            desk,
            lambda of, stored: desk.store.void(of, stored.id, reason="重复", by=desk.by, base=stored.head),
        )

    def settle(self, desk: Desk) -> None:
        for disputed in desk.differences.open_records():
            record_type = RECORD_TYPES[disputed.record_type]
            stored = desk.reader.load(record_type, disputed.record_id)
            assert stored is not None
            chosen = sides_chosen(self.chance, desk.differences, disputed.record_id)
            desk.store.settle(record_type, stored.id, chosen, by=desk.by, base=stored.head)
            self._remember(desk, stored.id)

    def sync(self, desk: Desk) -> None:
        outcome = desk.sync()
        assert outcome.state in ("idle", "waiting"), outcome

    def foresee(self, desk: Desk) -> None:
        """With unsent edits above what came down, the file shows what the district then decides."""
        for one in self.chance.sample(self.desks, 3):
            self.edit(one)
            if one is not desk:
                self.sync(one)
        desk.line.faults, faults = 0.0, desk.line.faults
        first = desk.rounds._pull.run()
        whole = first.code == "" and not desk.receiver.position().recheck
        shown = self._documents(desk)
        desk.sync()
        desk.line.faults = faults
        if whole and not desk.outbox.status().held:
            assert self._documents(desk) == shown

    def _documents(self, desk: Desk) -> dict[str, object]:
        found = {}
        for code, record_id in self.records:
            stored = desk.reader.load(RECORD_TYPES[code], record_id)
            if stored is not None:
                found[record_id] = (stored.void_reason, encode(RECORD_TYPES[code], stored.values))
        return found

    def restart(self, desk: Desk) -> None:
        desk.restart()

    def back_up(self, desk: Desk) -> None:
        self.backup = self.folder / f"backup{self.count}-{self.chance.random()}"
        self.near.copy_to(self.backup)

    def put_server_back(self, desk: Desk) -> None:
        if self.backup is not None:
            self.near.put_back(self.backup)

    def _change(self, desk: Desk, changes) -> None:  # type: ignore[no-untyped-def]
        def save(of, stored):  # type: ignore[no-untyped-def]
            values = {**stored.values, **changes(of.code, stored.values)}
            desk.store.save(of, values, by=desk.by, record_id=stored.id, base=stored.head)

        self._write(desk, save)

    def _write(self, desk: Desk, act) -> None:  # type: ignore[no-untyped-def]
        if not self.records:
            return
        code, record_id = self.chance.choice(self.records)
        stored = desk.reader.load(RECORD_TYPES[code], record_id)
        if stored is None:
            return
        try:
            act(RECORD_TYPES[code], stored)
        except RefusedSave:
            return
        self._remember(desk, record_id)

    def _remember(self, desk: Desk, record_id: str) -> None:
        with desk.database.read() as connection:
            last = select(revision.c.op_id).where(
                revision.c.record_id == record_id, revision.c.epoch.is_not(None)
            )
            head = connection.execute(last.order_by(revision.c.position.desc()).limit(1)).scalar_one()
        self.saved.add(head)

    def close(self) -> None:
        for desk in self.desks:
            desk.close()
        self.near.close()


@pytest.mark.parametrize("seed", range(FIRST, LAST))
def test_whatever_breaks_all_three_and_the_district_end_the_same(
    seed: int, tmp_path: Path, founded: tuple[Path, Path]
) -> None:
    world = World(seed, tmp_path, founded)
    for _ in range(STEPS):
        world.step()
    settled(*world.desks)
    judge(world)
    world.close()


def judge(world: World) -> None:
    ops = server_ops(world.near)
    assert len(ops) == len(set(ops)), "a revision stands twice at the district"
    assert set(ops) == world.saved, (world.saved - set(ops), set(ops) - world.saved)
    there = tallies_of(world.near.database, STATION)
    for desk in world.desks:
        assert tallies_here(desk.database, RECORD_TYPES) == there, desk.by
        with desk.database.read() as connection:
            here = set(connection.execute(select(revision.c.op_id)).scalars())
            effective = {row.op_id for row in world.near.rows(at_server) if row.applied is not None}
            assert effective <= here
            assert here <= world.saved
            open_here = {
                tuple(row)
                for row in connection.execute(
                    select(conflict.c.record_id, conflict.c.field).where(~conflict.c.settled)
                )
            }
            assert open_here == open_at_server(world.near)
            kept = connection.execute(select(device)).one()
        assert int(kept.cursor.split(".")[1]) == _end(world.near)
        assert desk.outbox.status().unsent == 0
        assert verify(desk.database, RECORD_TYPES) == []
    for code, record_type in RECORD_TYPES.items():
        for row in world.desks[0].reader.page(record_type, ListQuery(voided=True), limit=500):
            held = [desk.reader.load(record_type, row["id"]) for desk in world.desks]
            wire = [encode(record_type, one.values) for one in held if one]
            assert wire == [wire[0]] * 3, code


def _end(near: Near) -> int:
    from app.district.tables import station

    return max(row.position for row in near.rows(station))
