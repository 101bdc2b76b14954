"""Two PCs of one station and their district in this process, every fault to be called by name."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from app.models.registry import RECORD_TYPES
from app.store.records import Saved
from app.sync.outcome import Outcome
from tests.district.parts import new_id
from tests.samples import SAMPLES
from tests.simulator import district as there
from tests.simulator import pc as here
from tests.simulator.district import Place, SimulatedDistrict
from tests.simulator.ground import STATION, Clock
from tests.simulator.line import Weather
from tests.simulator.oracle import Oracle, held_records
from tests.simulator.pc import SimulatedPc
from tests.simulator.world import BOUND

RESIDENT = RECORD_TYPES["resident"]


@dataclass
class Pair:
    """`line` is the line of both; `oracle` remembers what was acknowledged."""

    folder: Path
    first: SimulatedPc
    second: SimulatedPc
    district: SimulatedDistrict
    line: Weather
    clock: Clock
    oracle: Oracle

    def create(self, pc: SimulatedPc, code: str = "resident", **values: Any) -> str:
        record = new_id()
        pc.store.save(RECORD_TYPES[code], SAMPLES[code](**values), by=pc.by, record_id=record)
        self.oracle.acknowledged(pc, record)
        return record

    def edit(self, pc: SimulatedPc, record: str, **changes: Any) -> Saved:
        stored = pc.reader.load(RESIDENT, record)
        assert stored is not None
        saved = pc.store.save(
            RESIDENT, {**stored.values, **changes}, by=pc.by, record_id=record, base=stored.head
        )
        self.oracle.acknowledged(pc, record, changes)
        return saved

    def value(self, pc: SimulatedPc, record: str, name: str) -> Any:
        stored = pc.reader.load(RESIDENT, record)
        assert stored is not None
        return stored.values[name]

    def weather(self, *kinds: str) -> None:
        """From now on every call meets one of these; none is fair."""
        self.line.kinds, self.line.share = kinds, 1.0 if kinds else 0.0

    def settled(self) -> None:
        """Fair weather until nothing moves, then the outside judge."""
        self.quiet()
        self.oracle.judge((self.first, self.second), self.district, held_records(self.district))

    def quiet(self) -> None:
        """Fair weather until nothing moves."""
        self.weather()
        for _ in range(BOUND):
            outcomes = [pc.sync() for pc in (self.first, self.second)]
            assert {one.state for one in outcomes} == {"idle"}, outcomes
            if not any(one.sent + one.received for one in outcomes):
                break
        else:
            raise AssertionError("still moving")

    def at_district(self) -> int:
        """Revisions the district holds."""
        with self.district.database.read() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM revision").scalar() or 0)


@contextmanager
def two_pcs(folder: Path) -> Iterator[Pair]:
    """Enrolled and empty, in fair weather."""
    logging.disable(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    template, founded = here.template(folder, STATION), there.template(folder / "founded")
    place = Place(folder / "district", None)
    place.begin(founded)
    clock = Clock()
    line = Weather(Random(1), 0.0, ())
    district = SimulatedDistrict(place, clock, loop)
    pcs = [SimulatedPc(folder / f"{name}.db", district, line, Clock(), Random(2)) for name in "甲乙"]
    for pc in pcs:
        pc.begin(template, STATION, new_id(), Random(pc.name).randbytes(32))
        pc.open()
    try:
        yield Pair(folder, pcs[0], pcs[1], district, line, clock, Oracle())
    finally:
        for pc in pcs:
            pc.close()
        district.close()
        loop.close()
        logging.disable(logging.NOTSET)


__all__ = ["Outcome", "Pair", "two_pcs"]
