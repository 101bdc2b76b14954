"""What comes down from the district: pages of changes in commit order, as both ends of the line know them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Arrived:
    """A revision somebody else wrote and the place at which it took effect; `line` is its verbatim wire line.

    `origin` is the label of the PC it came from, `head_after` the id of the state it led to where that is not
    its own.
    """

    place: int
    line: bytes
    origin: str
    outcome: str
    detail: str = ""
    head_after: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one of the asking PC's own revisions, where that was more than plainly applied."""

    epoch: int
    seq: int
    outcome: str
    detail: str
    head_after: str | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One of two values written to one field: who wrote it, when (UTC text) and on which PC ("" for the asking one)."""

    value: Any
    by: str
    at: str
    origin: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A field two people wrote differently: `standing` holds, `other` is kept until somebody chooses.

    `place` and `field` name it; field "" says that the record was voided while `other` was written.
    """

    place: int
    field: str
    standing: Side
    other: Side
    settled: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as the district holds it, with every difference there ever was on it."""

    record: str
    type: str
    head: str
    version: int
    document: Mapping[str, Any]
    void_reason: str | None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A code list, a policy, a message: anything that is no record.  `body` is its verbatim JSON object."""

    place: int
    kind: str
    body: bytes


Change = Arrived | Settled | Standing | Notice


@dataclass(frozen=True, slots=True)
class Page:
    """Some changes and where to go on.

    `own_seq` is the last seq of the asking PC among them (0 for none); its plainly applied revisions are not
    repeated.  `acked_seq` is what the district has receipted to it.  `more` says that another
    page is ready.  `ops`, on the page of a single record, are the ids of all its revisions the district holds.
    """

    cursor: str
    more: bool
    own_seq: int
    changes: tuple[Change, ...]
    ops: tuple[str, ...] = ()
    acked_seq: int = 0
