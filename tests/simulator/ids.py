"""Ids a seed decides: UUIDs of version 7 that spread over some months, so that two runs are the same to the byte."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from uuid import UUID

from app.district import authoring
from app.store import records, rows

BEGAN = 1_790_000_000_000
APART = 3_600_000


@contextmanager
def decided_ids(chance: Random) -> Iterator["Ids"]:
    """Within the block every id the product makes is the next of `chance`."""
    ids = Ids(chance)
    places = (records, rows, authoring)
    kept = [place.uuid7 for place in places]
    for place in places:
        place.uuid7 = ids  # type: ignore[assignment]
    try:
        yield ids
    finally:
        for place, before in zip(places, kept, strict=True):
            place.uuid7 = before


class Ids:
    """Answers a new id at each call."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._count = 0

    def __call__(self) -> UUID:
        self._count += 1
        moment = BEGAN + self._count * APART
        number = (
            moment << 80
            | 7 << 76
            | self._chance.getrandbits(12) << 64
            | 2 << 62
            | self._chance.getrandbits(62)
        )
        return UUID(int=number)
