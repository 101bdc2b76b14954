"""What people at their desks, and at the district's, do."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from app.models.registry import RECORD_TYPES
from app.store.resending import send_since
from app.sync.protocol import Refusal
from tests.samples import SAMPLES
from tests.simulator.deeds import Deeds
from tests.simulator.ground import BEGAN
from tests.simulator.pc import SimulatedPc
from tests.sync.stations import sides_chosen

FIELDS = {
    "resident": ("notes", "occupation", "employer"),
    "mediation_case": ("notes", "place", "recorder"),
}
LARGE = 5 << 20


class People(Deeds):
    """Acts by name; each takes the PC somebody sits at."""

    number = 0

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
            chosen = sides_chosen(self.chance, pc.differences, disputed.record_id)

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
