"""What the author of a revision had not seen: told by the chain of bases, not by who sent what."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from app.district.queries import LOST, SINCE
from app.models.merging import merge_of
from app.sync.batch import line_of
from app.sync.protocol import Line


@dataclass(frozen=True, slots=True)
class Unseen:
    """A revision the author of another one did not know of, and the place it arrived at."""

    position: int
    line: Line


def unseen(connection: Connection, station: str, line: Line, seen: int) -> list[Unseen]:
    """What took effect on the record after place `seen` and is not what `line` builds on, in that order.

    After this server was put back, or a disk was copied, any PC may send what another wrote.
    """
    keys = {"station": station, "record": line.record, "seen": seen}
    since = [(row, line_of(row.line, row.seq)) for row in connection.execute(SINCE, keys).all()]
    by_head: dict[str, Line] = {}
    for row, said in since:
        by_head |= dict.fromkeys((merge_of(row.op_id), row.head_after, row.op_id), said)
    chain: set[str] = set()
    base = line.base
    while base is not None and base in by_head and by_head[base].op_id not in chain:
        chain.add(by_head[base].op_id)
        base = by_head[base].base
    return [Unseen(row.position, said) for row, said in since if row.op_id not in chain]


def changed_in(connection: Connection, station: str, revisions: Iterable[Unseen]) -> set[str]:
    """Names of the fields these revisions changed; "" when one of them voided the record."""
    names: set[str] = set()
    for one in revisions:
        if one.line.act == "void":
            names.add("")
            continue
        lost = {"station": station, "position": one.position}
        names |= one.line.data.keys() - set(connection.execute(LOST, lost).scalars())
    return names


def authors_of(revisions: Iterable[Unseen]) -> list[str]:
    """Who wrote them, each once, in the order they took effect."""
    return list(dict.fromkeys(one.line.by for one in revisions))
