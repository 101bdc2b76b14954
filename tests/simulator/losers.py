"""Differences, as the judge asks for them: the value that lost is kept unaltered and told to every PC of the station."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import orjson

from tests.simulator.district import SimulatedDistrict
from tests.simulator.pc import SimulatedPc
from tests.simulator.sql import rows_at, rows_of


def losers_kept(
    there: Iterable[Any], pcs: Sequence[SimulatedPc], district: SimulatedDistrict, quiet: Collection[str]
) -> None:
    """`there` are the district's revisions, `quiet` the records of which it holds one back.

    Raises AssertionError.
    """
    kept = rows_at(
        district, "SELECT station, position, opened, field, record, other, settled_at FROM conflict"
    )
    _unaltered(there, kept)
    for pc in pcs:
        _told(pc, [row for row in kept if row.station == pc.station.code], quiet)


def _unaltered(there: Iterable[Any], kept: Iterable[Any]) -> None:
    others = {(row.station, row.position, row.field): orjson.loads(bytes(row.other)) for row in kept}
    for row in there:
        if row.outcome == "conflict":
            data = orjson.loads(bytes(row.line))["data"]
            lost = [value for (s, p, _), value in others.items() if (s, p) == (row.station, row.position)]
            assert lost, f"a loser was not kept: {row.op_id}"
            assert all(value == data or value in data.values() for value in lost), (
                f"a loser was altered: {row} {lost}"
            )


def _told(pc: SimulatedPc, kept: Iterable[Any], quiet: Collection[str]) -> None:
    """A choice that builds on a revision held back waits with it: the file that made it shows it, nobody else."""
    here = {
        (row.record_id, row.place, row.field): bool(row.settled)
        for row in rows_of(pc, "SELECT record_id, place, field, settled FROM conflict WHERE place > 0")
    }
    told = {(str(row.record), row.opened, row.field): row.settled_at is not None for row in kept}
    assert here.keys() == told.keys(), f"differences of {pc.name}: {here.keys() ^ told.keys()}"
    for one, settled in here.items():
        waits = settled and one[0] in quiet
        assert settled == told[one] or waits, f"differences of {pc.name}: {one} settled here: {settled}"
