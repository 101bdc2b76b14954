"""One world: a district, some PCs, a line and a chance that decides everything; then fair weather and the judge."""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import text

from app.models.registry import RECORD_TYPES
from tests.simulator.district import Place, SimulatedDistrict
from tests.simulator.fates import Fates
from tests.simulator.ground import OTHER_STATION, STATION, THIRD_STATION, Clock, Ground, on_one_thread
from tests.simulator.ids import decided_ids
from tests.simulator.line import KINDS, Weather
from tests.simulator.oracle import Oracle, held_records
from tests.simulator.pc import SimulatedPc

# Rounds of every PC after which nothing may move any more, once the faults have stopped.
BOUND = 8
ORDINARY = {"create": 5, "edit": 10, "edit_rows": 3, "sync": 14}
RARE = {
    "void": 2,
    "settle": 3,
    "district_edits": 2,
    "district_voids": 1,
    "notice": 1,
    "restart": 2,
    "reconcile": 2,
    "stopped_sync": 2,
    "killed_in_save": 3,
    "killed_in_sync": 4,
    "full_in_save": 2,
    "full_in_sync": 2,
    "clock": 2,
    "district_clock": 1,
    "late": 3,
    "again": 3,
    "back_up_district": 2,
    "restore_district": 2,
    "back_up": 2,
    "restore": 2,
    "clone": 1,
    "poison": 2,
    "strange": 1,
    "large": 0.15,
    "foresee": 2,
    "resend": 1,
}


@dataclass
class Told:
    """What a run came to: the trail of everything decided and answered, and how often what happened."""

    trail: str
    rounds: int
    counts: Mapping[str, int] = field(default_factory=dict)


class World(Fates):
    """Everything of one seed."""

    kind = "station"

    def __init__(self, seed: int, ground: Ground, folder: Path, place: Place, ids: Callable[[], Any]) -> None:
        self.chance = Random(seed)
        self.folder = folder
        self.ids = ids
        self.trail = hashlib.sha256()
        self.counts: dict[str, int] = {}
        self.oracle = Oracle()
        self.district_time = Clock()
        self.district = SimulatedDistrict(place, self.district_time, ground.loop)
        chance = self.chance
        kinds = tuple(kind for kind in KINDS if chance.random() < 0.6)
        self.weather = Weather(chance, chance.choice((0.0, 0.1, 0.3, 0.6)), kinds, heard=self._heard)
        self.acts = dict(ORDINARY) | {act: share for act, share in RARE.items() if chance.random() < 0.5}
        self.steps = chance.randrange(25, 60)
        self.pcs: list[SimulatedPc] = []
        self.records: dict[str, list[tuple[str, str]]] = {STATION: [], OTHER_STATION: [], THIRD_STATION: []}
        self.spoiled: set[str] = set()
        self.backups: list[Any] = []
        self.files: dict[str, Path] = {}
        self.number = 0
        self._armed: Callable[[], None] | None = None
        self._people(ground)
        self.pcs[0].newer = chance.random() < 0.2
        for pc in self.pcs:
            pc.open()

    def _people(self, ground: Ground) -> None:
        for name in "甲乙丙"[: self.chance.choice((1, 2, 2, 3))]:
            self._add(ground, name, STATION)
        if self.chance.random() < 0.2:
            self._add(ground, "邻", OTHER_STATION)

    def _add(self, ground: Ground, name: str, station: str) -> None:
        pc = SimulatedPc(
            self.folder / f"{name}.db", self.district, self.weather, Clock(), Random(self.chance.random())
        )
        pc.begin(ground.desk, station, str(self.ids()), self.chance.randbytes(32))
        self.pcs.append(pc)

    def step(self) -> None:
        """Somebody does something."""
        pc = self.chance.choice(self.pcs)
        act = self.chance.choices(list(self.acts), list(self.acts.values()))[0]
        self.count(act)
        self._say(act, pc.name)
        getattr(self, act)(pc)

    def drain(self) -> int:
        """Fair weather: everybody syncs until nothing moves; answers after how many rounds.  Raises when stuck."""
        self.weather.share = 0.0
        while self.weather.late:
            self._deliver(self.weather.late.pop())
        if self.chance.random() < 0.6:
            self._correct()
        for rounds in range(1, BOUND + 1):
            moved = False
            for pc in self.pcs:
                outcome = self._outcome(pc, pc.sync)
                assert outcome is not None
                assert outcome.state != "waiting", outcome
                moved |= outcome.state != "idle" or bool(outcome.sent + outcome.received)
            if not moved:
                return rounds
        raise AssertionError(f"stuck: still moving after {BOUND} rounds")

    def _correct(self) -> None:
        """改正并重发: what was held for a wrong number gets a right one."""
        for pc in self.pcs:
            for _, record in self.records[pc.station.code]:
                stored = pc.reader.load(RECORD_TYPES["resident"], record)
                if stored is not None and stored.values["phone"] == "打不通" and not stored.void_reason:
                    self._save(
                        pc,
                        record,
                        lambda stored=stored, pc=pc: pc.store.save(
                            RECORD_TYPES["resident"],
                            {**stored.values, "phone": "13800138000"},
                            by=pc.by,
                            record_id=stored.id,
                            base=stored.head,
                        ),
                    )

    def judge(self) -> None:
        """G1-G7 from outside, and the product's own comparison says the same."""
        quiet = held_records(self.district)
        self.oracle.judge(self.pcs, self.district, quiet)
        for pc in self.pcs:
            finding = pc.reconcile().finding
            assert finding is not None
            assert finding.differing == (), f"核对: {finding}"
            self.oracle.same_records(pc, self.district, quiet)

    def ending(self) -> None:
        """The district's tables go into the trail."""

        with self.district.database.read() as connection:
            for statement in (
                "SELECT position, op_id, device, epoch, seq, outcome, detail, applied, seen, head_after FROM revision "
                "ORDER BY station, position",
                "SELECT record, head, version, position, void_reason FROM record_state ORDER BY station, position",
                "SELECT position, field, opened, record FROM conflict ORDER BY station, position, field",
            ):
                for row in connection.execute(text(statement)):
                    self._say(*(None if part is None else str(part) for part in row))

    def close(self) -> None:
        for pc in self.pcs:
            pc.close()
        self.district.close()


def live(seed: int, ground: Ground, *, postgresql: bool = False, of: type[World] = World) -> Told:
    """One world from its beginning to the judgement.  Raises AssertionError, or whatever the product raised."""
    folder = ground.folder / f"{seed}{'p' if postgresql else ''}"
    folder.mkdir()
    place = ground.postgresql if postgresql else Place(folder / "district", None)
    assert place is not None
    place.begin(ground.district)
    with decided_ids(Random(-seed - 1)) as ids, on_one_thread():
        world = of(seed, ground, folder, place, ids)
        try:
            for _ in range(world.steps):
                world.step()
            rounds = world.drain()
            world.judge()
            world.ending()
        except BaseException as error:
            error.add_note(
                " ".join(f"{act}:{times}" for act, times in sorted(world.counts.items()) if " " not in act)
            )
            raise
        finally:
            world.close()
    shutil.rmtree(folder)
    return Told(world.trail.hexdigest(), rounds, world.counts)
