"""What befalls PCs, the district and the line: ends, full disks, copies, backups, clocks, what comes late or again."""

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from app.district.identity import begin_server_epoch
from tests.simulator.ground import Clock
from tests.simulator.line import Asked
from tests.simulator.pc import SimulatedPc
from tests.simulator.people import People


class Fates(People):
    """Acts by name; each takes the PC it befalls."""

    folder: Path
    district_time: Clock
    backups: list[Any]
    files: dict[str, Path]
    saving: tuple[str, ...] = ("edit", "create", "void")

    def restart(self, pc: SimulatedPc) -> None:
        pc.restart()

    def clock(self, pc: SimulatedPc) -> None:
        pc.clock.jump(self.chance)  # type: ignore[attr-defined]

    def district_clock(self, _pc: SimulatedPc) -> None:
        self.district_time.jump(self.chance)

    def killed_in_save(self, pc: SimulatedPc) -> None:
        self._armed = lambda: pc.trap.kill_at(self.chance.randrange(1, 18), after=self.chance.random() < 0.4)
        getattr(self, self.chance.choice(self.saving))(pc)
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
