"""What saving and syncing come to, and what the sentence of a stop asks people to do."""

import hashlib
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from app.models.registry import RECORD_TYPES
from app.store.errors import StorageError
from app.store.refused_saves import RefusedSave
from app.sync.outcome import Outcome
from tests.simulator.district import Answer, SimulatedDistrict
from tests.simulator.line import Asked, Weather
from tests.simulator.oracle import Oracle
from tests.simulator.pc import SimulatedPc
from tests.simulator.traps import Killed


class Deeds:
    """Whatever is done is done through these, so that the judge hears of it."""

    chance: Random
    district: SimulatedDistrict
    weather: Weather
    oracle: Oracle
    pcs: list[SimulatedPc]
    records: dict[str, list[tuple[str, str]]]
    ids: Callable[[], Any]
    counts: dict[str, int]
    trail: Any
    _armed: Callable[[], None] | None = None

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def _heard(self, kind: str, asked: Asked, answer: Answer | None) -> None:
        self.count(f"line {kind}")
        self._say(kind, asked.method, asked.path, len(asked.body))
        if answer is not None:
            self._say(answer[0], hashlib.sha256(answer[2]).hexdigest())

    def _say(self, *parts: object) -> None:
        self.trail.update(repr(parts).encode())

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


def _has(pc: SimulatedPc, record: str) -> bool:
    """Whether the file has a revision of its own on the record: an edit that changed nothing wrote none."""
    with pc.database.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT 1 FROM revision WHERE record_id = ? AND epoch IS NOT NULL", (record,)
        )
        return found.first() is not None
