"""Proof that both ends hold the same records: a count and an order-free hash per record type and month."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from app.models.payload import canonical
from app.models.station_time import station_time

TIME_ORDERED = 7


@dataclass(frozen=True, slots=True)
class Whole:
    """One record as either end holds it, in wire form."""

    type: str
    record: str
    head: str
    void_reason: str | None
    document: Mapping[str, Any]

    @property
    def digest(self) -> int:
        """The first 64 bits of the SHA-256 over everything."""
        content = [self.type, self.record, self.head, self.void_reason, dict(self.document)]
        return int.from_bytes(sha256(canonical({"": content})).digest()[:8])


@dataclass(slots=True)
class Tally:
    """`total` is the sum of the digests modulo 2^64, so that order does not matter."""

    count: int = 0
    total: int = 0

    def add(self, digest: int) -> None:
        """Count one record."""
        self.count += 1
        self.total = (self.total + digest) % (1 << 64)


Tallies = dict[tuple[str, str], Tally]


def month_of(record: str) -> str:
    """`2026-11`: the station's month in which the record was begun, read off its id (UUID version 7, RFC 9562).

    "" for an id that carries no time.
    """
    number = UUID(record)
    if number.version != TIME_ORDERED:
        return ""
    begun = datetime.fromtimestamp((number.int >> 80) / 1000, UTC)
    return f"{station_time(begun):%Y-%m}"


def tallied(records: Iterable[Whole]) -> Tallies:
    """Counts and hashes by record type and month."""
    tallies: Tallies = {}
    for one in records:
        tallies.setdefault((one.type, month_of(one.record)), Tally()).add(one.digest)
    return tallies
