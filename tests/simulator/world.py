"""One world: a district, some PCs, a line and a chance that decides everything; then fair weather and the judge."""

import asyncio
import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from app.models.registry import RECORD_TYPES
from app.store.errors import StorageError
from app.store.refused_saves import RefusedSave
from app.store.resending import send_since
from app.sync import packing, under_way
from app.sync.outcome import Outcome
from app.sync.protocol import NoAnswer, Refusal
from tests.samples import SAMPLES
from tests.simulator.district import Answer, Place, SimulatedDistrict
from tests.simulator.ids import decided_ids
from tests.simulator.line import KINDS, Asked, Weather
from tests.simulator.oracle import Oracle, held_records
from tests.simulator.pc import SimulatedPc
from tests.simulator.traps import Killed

STATION, OTHER_STATION = "511421125201", "511421125202"
BEGAN = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
FIELDS = {
    "resident": ("notes", "occupation", "employer"),
    "mediation_case": ("notes", "place", "recorder"),
}
# Rounds of every PC after which nothing may move any more, once the faults have stopped.
BOUND = 8
LARGE = 5 << 20
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
class Clock:
    """Stands still until moved; a PC's may be years off."""

    now: datetime = BEGAN

    def __call__(self) -> datetime:
        return self.now

    def jump(self, chance: Random) -> None:
        """Ten years at most, either way."""
        years = timedelta(days=3650)
        self.now = BEGAN + chance.choice(
            (years, -years, timedelta(hours=-1), timedelta(days=90), timedelta())
        )


@dataclass
class Ground:
    """What worlds share: templates to copy, a folder in memory, the event loop of the district."""

    folder: Path
    desk: Path
    district: Path
    loop: asyncio.AbstractEventLoop
    postgresql: Place | None = None


@dataclass
class Told:
    """What a run came to: the trail of everything decided and answered, and how often what happened."""

    trail: str
    rounds: int
    counts: Mapping[str, int] = field(default_factory=dict)


class Inline:
    """Does at once what is given to a thread, so that a seed decides it: the next batch goes out, then the receipt of
    the one before is written."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def submit(self, work: Callable[..., Any], *parts: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*parts))
        except Exception as failure:
            done.set_exception(failure)
        return done

    def shutdown(self) -> None: ...


@contextmanager
def on_one_thread() -> Iterator[None]:
    """Within the block the client prepares and sends batches on this thread."""
    kept = packing.ThreadPoolExecutor
    packing.ThreadPoolExecutor = under_way.ThreadPoolExecutor = Inline  # type: ignore[misc,assignment]
    try:
        yield
    finally:
        packing.ThreadPoolExecutor = under_way.ThreadPoolExecutor = kept  # type: ignore[misc]


class World:
    """Everything of one seed."""

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
        self.records: dict[str, list[tuple[str, str]]] = {STATION: [], OTHER_STATION: []}
        self.spoiled: set[str] = set()
        self.backups: list[Any] = []
        self.files: dict[str, Path] = {}
        self.number = 0
        self._armed: Callable[[], None] | None = None
        for name in "甲乙丙"[: chance.choice((1, 2, 2, 3))]:
            self._add(ground, name, STATION)
        if chance.random() < 0.2:
            self._add(ground, "邻", OTHER_STATION)
        self.pcs[0].newer = chance.random() < 0.2
        for pc in self.pcs:
            pc.open()

    def _add(self, ground: Ground, name: str, station: str) -> None:
        pc = SimulatedPc(
            self.folder / f"{name}.db", self.district, self.weather, Clock(), Random(self.chance.random())
        )
        pc.begin(ground.desk, station, str(self.ids()), self.chance.randbytes(32))
        self.pcs.append(pc)

    # One step

    def step(self) -> None:
        """Somebody does something."""
        pc = self.chance.choice(self.pcs)
        act = self.chance.choices(list(self.acts), list(self.acts.values()))[0]
        self.count(act)
        self._say(act, pc.name)
        getattr(self, act)(pc)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def create(self, pc: SimulatedPc) -> None:
        code = "mediation_case" if self.chance.random() < 0.2 else "resident"
        record = str(self.ids())
        self._save(
            pc, record, lambda: pc.store.save(RECORD_TYPES[code], SAMPLES[code](), by=pc.by, record_id=record)
        )
        self.records[pc.station.code].append((code, record))

    def edit(self, pc: SimulatedPc) -> None:
        self.number += 1
        value = f"{pc.by}{self.number}"
        self._change(pc, lambda code, _: {self.chance.choice(FIELDS[code]): value})

    def edit_rows(self, pc: SimulatedPc) -> None:
        self.number += 1

        def more(code: str, values: Mapping[str, Any]) -> dict[str, Any]:
            if code != "mediation_case":
                return {"phone": f"1380013{self.number % 10000:04}"}
            return {"mediators": [*values["mediators"], {"name": pc.by}][-9:]}

        self._change(pc, more)

    def void(self, pc: SimulatedPc) -> None:
        chosen = self._chosen(pc)
        if chosen:
            of, stored = chosen
            self._save(
                pc,
                stored.id,
                lambda: pc.store.void(of, stored.id, reason="重复", by=pc.by, base=stored.head),
            )

    def settle(self, pc: SimulatedPc) -> None:
        for disputed in pc.differences.open_records():
            of = RECORD_TYPES[disputed.record_type]
            stored = pc.reader.load(of, disputed.record_id)
            assert stored is not None
            chosen = {
                one.field: self.chance.choice([one.standing.value, one.other.value])
                for one in pc.differences.of(disputed.record_id)
                if not one.settled
            }

            def act(of: Any = of, stored: Any = stored, chosen: Any = chosen) -> None:
                pc.store.settle(of, stored.id, chosen, by=pc.by, base=stored.head)

            self._save(pc, stored.id, act)

    def sync(self, pc: SimulatedPc) -> None:
        self._outcome(pc, pc.sync)

    def stopped_sync(self, pc: SimulatedPc) -> None:
        """Somebody closes the window in the middle of a round."""
        left = [self.chance.randrange(1, 6)]

        def stop() -> bool:
            left[0] -= 1
            return left[0] <= 0

        self._outcome(pc, lambda: pc.sync(stop))

    def reconcile(self, pc: SimulatedPc) -> None:
        self._outcome(pc, pc.reconcile)

    def resend(self, pc: SimulatedPc) -> None:
        """重发 of everything, because the district asks for it."""
        if self.chance.random() < 0.3:
            pc.trap.kill_at(self.chance.randrange(1, 12), after=self.chance.random() < 0.4)
        try:
            send_since(pc.database, BEGAN.date() - timedelta(days=7300), pc.clock())
        except BaseException:
            if not pc.trap.dead:
                raise
            pc.restart()
            self.oracle.after_start(pc)
        pc.trap.disarm()

    def foresee(self, pc: SimulatedPc) -> None:
        """Several write at once, then all but one have sent."""
        for one in self.chance.sample(self.pcs, len(self.pcs)):
            self.edit(one)
            if one is not pc:
                self.sync(one)

    def restart(self, pc: SimulatedPc) -> None:
        pc.restart()

    def clock(self, pc: SimulatedPc) -> None:
        pc.clock.jump(self.chance)  # type: ignore[attr-defined]

    def district_clock(self, _pc: SimulatedPc) -> None:
        self.district_time.jump(self.chance)

    def killed_in_save(self, pc: SimulatedPc) -> None:
        self._armed = lambda: pc.trap.kill_at(self.chance.randrange(1, 18), after=self.chance.random() < 0.4)
        self.chance.choice((self.edit, self.create, self.void))(pc)
        self._armed = None

    def killed_in_sync(self, pc: SimulatedPc) -> None:
        self._armed = lambda: pc.trap.kill_at(self.chance.randrange(1, 40), after=self.chance.random() < 0.4)
        self._outcome(pc, pc.reconcile if self.chance.random() < 0.1 else pc.sync)
        self._armed = None

    def full_in_save(self, pc: SimulatedPc) -> None:
        self._armed = lambda: pc.trap.full_at(self.chance.randrange(1, 18))
        self.chance.choice((self.edit, self.create))(pc)
        self._armed = None

    def full_in_sync(self, pc: SimulatedPc) -> None:
        self._armed = lambda: pc.trap.full_at(self.chance.randrange(1, 40))
        self._outcome(pc, pc.sync)
        self._armed = None

    def late(self, _pc: SimulatedPc) -> None:
        """What was under way all the time arrives."""
        while self.weather.late and self.chance.random() < 0.7:
            asked = self.weather.late.pop(self.chance.randrange(len(self.weather.late)))
            self._deliver(asked)

    def again(self, _pc: SimulatedPc) -> None:
        """Somebody on the line repeats what he heard, some times over."""
        if self.weather.sent:
            asked = self.chance.choice(self.weather.sent)
            for _ in range(self.chance.randrange(1, 4)):
                self._deliver(asked)

    def _deliver(self, asked: Asked) -> None:
        answer = self.district.answer(asked.method, asked.path, asked.headers, asked.body)
        assert answer[0] < 500, answer
        self._heard("again", asked, answer)

    def back_up_district(self, _pc: SimulatedPc) -> None:
        self.backups.append(self.district.place.copy(self.district.database, f"backup{len(self.backups)}"))
        self.district.restart()

    def restore_district(self, _pc: SimulatedPc) -> None:
        if self.backups:
            self.district.put_back(self.chance.choice(self.backups))
            # A mark in the log tells two histories apart by the second.
            self.district_time.now += timedelta(minutes=1)
            if self.chance.random() < 0.5:
                from app.district.identity import begin_server_epoch

                begin_server_epoch(self.district.database)
                self.district.restart()
            self.oracle.destroyed(self.pcs, self.district)
            self.oracle.forgot = True

    def back_up(self, pc: SimulatedPc) -> None:
        self.files[pc.name] = self.folder / f"{pc.name}.backup{len(self.files)}-{self.number}"
        pc.copy_to(self.files[pc.name])

    def restore(self, pc: SimulatedPc) -> None:
        if pc.name in self.files:
            pc.put_back(self.files[pc.name], above=pc.station.epoch)
            self.oracle.destroyed(self.pcs, self.district)

    def clone(self, pc: SimulatedPc) -> None:
        """The disk is copied into another PC, and both go on."""
        if len(self.pcs) >= 4:
            return
        name = f"{pc.name}二{len(self.pcs)}"
        twin = SimulatedPc(
            self.folder / f"{name}.db", self.district, self.weather, Clock(), Random(self.chance.random())
        )
        pc.copy_to(twin.path)
        twin.open()
        self.pcs.append(twin)

    def poison(self, pc: SimulatedPc) -> None:
        """Content the district's rules refuse, saved by a program with weaker ones."""
        chosen = self._chosen(pc, "resident")
        if chosen:
            of, stored = chosen
            self._save(pc, stored.id, lambda: pc.save_unchecked(of, stored.id, {"phone": "打不通"}))

    def strange(self, pc: SimulatedPc) -> None:
        record, spoiled = str(self.ids()), self.chance.random() < 0.5
        op = str(self.ids())
        pc.enqueue_strange(record, op, kind="dog_licence", spoiled=spoiled)
        self.oracle.acknowledged(pc, record, spoiled=spoiled)

    def large(self, pc: SimulatedPc) -> None:
        """A row no batch can carry."""
        future, pc.store.future = pc.store.future, "长" * (LARGE // 3)
        self.edit(pc)
        pc.store.future = future

    def district_edits(self, pc: SimulatedPc) -> None:
        self.number += 1
        value = f"区里{self.number}"

        def act(code: str, record: str) -> None:
            field_name = self.chance.choice(FIELDS[code])
            self.district.author.edit(pc.station.code, record, {field_name: value}, by="区里的人")

        self._district(pc, act)

    def district_voids(self, pc: SimulatedPc) -> None:
        self._district(
            pc,
            lambda code, record: self.district.author.void(
                pc.station.code, record, reason="合并", by="区里的人"
            ),
        )

    def notice(self, pc: SimulatedPc) -> None:
        self.number += 1
        key = self.chance.choice(("甲", "乙"))
        self.district.author.publish(pc.station.code, "message", key, {"text": f"通知{self.number}"})

    def _district(self, pc: SimulatedPc, act: Callable[[str, str], object]) -> None:
        records = self.records[pc.station.code]
        if not records:
            return
        code, record = self.chance.choice(records)
        try:
            act(code, record)
        except Refusal:
            return
        self.oracle.district_wrote(self.district, pc.station.code, record)

    # What saving and syncing come to

    def _chosen(self, pc: SimulatedPc, of: str = "") -> tuple[Any, Any] | None:
        records = [one for one in self.records[pc.station.code] if of in ("", one[0])]
        if not records:
            return None
        code, record = self.chance.choice(records)
        stored = pc.reader.load(RECORD_TYPES[code], record)
        return None if stored is None else (RECORD_TYPES[code], stored)

    def _change(self, pc: SimulatedPc, changes: Callable[[str, Any], dict[str, Any]]) -> None:
        chosen = self._chosen(pc)
        if chosen is None:
            return
        of, stored = chosen
        typed = changes(of.code, stored.values)
        values = {**stored.values, **typed}
        plain = {name: value for name, value in typed.items() if isinstance(value, str)}
        self._save(
            pc,
            stored.id,
            lambda: pc.store.save(of, values, by=pc.by, record_id=stored.id, base=stored.head),
            plain,
        )

    def _save(
        self, pc: SimulatedPc, record: str, act: Callable[[], object], typed: Mapping[str, Any] | None = None
    ) -> None:
        if self._armed is not None:
            self._armed()
        try:
            act()
        except BaseException as failure:
            self._failed_save(pc, record, failure)
        else:
            pc.trap.disarm()
            if _has(pc, record):
                self.oracle.acknowledged(pc, record, typed)

    def _failed_save(self, pc: SimulatedPc, record: str, failure: BaseException) -> None:
        if pc.trap.dead:
            self.oracle.unclear(record)
            pc.restart()
            self.oracle.after_start(pc)
        elif isinstance(failure, StorageError):
            self.oracle.unclear(record)
        elif not isinstance(failure, RefusedSave):
            raise failure
        pc.trap.disarm()

    def _outcome(self, pc: SimulatedPc, act: Callable[[], Outcome]) -> Outcome | None:
        before = self.oracle.receipted(pc)
        if self._armed is not None:
            self._armed()
        try:
            outcome = act()
            if pc.trap.dead:
                # It died as it packed ahead what nobody came to take.
                raise Killed
        except BaseException as failure:
            if not pc.trap.dead and not isinstance(failure, StorageError):
                raise
            if pc.trap.dead:
                self.count("pc died in sync")
                pc.restart()
                self.oracle.after_start(pc)
            pc.trap.disarm()
            return None
        pc.trap.disarm()
        self.oracle.receipts_are_true(pc, before, self.district)
        self._say("outcome", pc.name, outcome.state, outcome.code, outcome.sent, outcome.received)
        self.count(f"{outcome.state} {outcome.code}")
        if outcome.state == "waiting" and outcome.code not in ("interrupted", "rest"):
            assert outcome.wait is not None
            assert outcome.wait >= 0.5, "G: a tight loop"
        if outcome.state == "stopped":
            self._remedy(pc, outcome.code)
        return outcome

    def _remedy(self, pc: SimulatedPc, code: str) -> None:
        """What the sentence of a stop asks people to do."""
        assert code in ("other_content", "unknown_epoch", "unknown_device", "twin", "epoch_used"), code
        self.count(f"remedy {code}")
        if code == "epoch_used":
            # The file has gone above by itself; the program is to be opened again.
            pc.close()
            pc.open()
            self.oracle.after_start(pc)
            return
        twins = [one for one in self.pcs if one.station.device_id == pc.station.device_id]
        if len(twins) > 1 or code in ("other_content", "twin"):
            pc.become_another(str(self.ids()), self.chance.randbytes(32))
        else:
            pc.register_anew()
        self.oracle.after_start(pc)

    # The end

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
        from sqlalchemy import text

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

    def _heard(self, kind: str, asked: Asked, answer: Answer | None) -> None:
        self.count(f"line {kind}")
        self._say(kind, asked.method, asked.path, len(asked.body))
        if answer is not None:
            self._say(answer[0], hashlib.sha256(answer[2]).hexdigest())

    def _say(self, *parts: object) -> None:
        self.trail.update(repr(parts).encode())


def _has(pc: SimulatedPc, record: str) -> bool:
    """Whether the file has a revision of its own on the record: an edit that changed nothing wrote none."""
    with pc.database.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT 1 FROM revision WHERE record_id = ? AND epoch IS NOT NULL", (record,)
        )
        return found.first() is not None


def live(seed: int, ground: Ground, *, postgresql: bool = False) -> Told:
    """One world from its beginning to the judgement.  Raises AssertionError, or whatever the product raised."""
    folder = ground.folder / f"{seed}{'p' if postgresql else ''}"
    folder.mkdir()
    place = ground.postgresql if postgresql else Place(folder / "district", None)
    assert place is not None
    place.begin(ground.district)
    with decided_ids(Random(-seed - 1)) as ids, on_one_thread():
        world = World(seed, ground, folder, place, ids)
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


__all__ = ["Ground", "NoAnswer", "Told", "World", "live"]
