"""G3, order per device, as the judge asks it: of every stream, and of what each PC and each pen of the district saved."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol

DISTRICT = "区里"


class Saved(Protocol):
    """What order needs of an acknowledged save.

    `author` is a PC in one life of its file, or the district; `pen` the PC in all its lives, or the district's pen
    for one station.  A pen of "" stands in no order.
    """

    @property
    def record(self) -> str: ...
    @property
    def author(self) -> str: ...
    @property
    def pen(self) -> str: ...


def in_order(there: Sequence[Any], saved: Mapping[str, Saved], *, forgot: bool) -> None:
    """Raises AssertionError where `there`, the district's rows by station and position, contradict the promise.

    A device's seqs rise in each of its lives.  What one pen wrote lies there in the order of `saved`, whatever befell
    the PC.  Positions are counted in each station for itself, so nothing is said between two stations.

    Where the district `forgot` (put back from a backup), any PC brings back what it lost, in that PC's own stream and
    as far as that PC had heard of it: what was held back reached no other PC before it took effect, and neither the
    district nor a PC put back too knows any more what it wrote.  Then the order is asked of one record within one
    life of a PC, where each revision builds on the one before.
    """
    last: dict[tuple[str, int], int] = defaultdict(int)
    for row in there:
        life = (str(row.device), row.epoch)
        assert row.seq > last[life], f"G3: {row.op_id} arrived out of order"
        last[life] = row.seq
    place = {str(row.op_id): row.position for row in there}
    rising: dict[tuple[str, str], list[str]] = defaultdict(list)
    for op, entry in saved.items():
        if entry.pen and op in place and not (forgot and entry.author == DISTRICT):
            rising[(entry.author, entry.record) if forgot else (entry.pen, "")].append(op)
    for (whose, _), ops in rising.items():
        for earlier, later in pairwise(ops):
            assert place[earlier] < place[later], (
                f"G3: not in the order saved: {later} of {whose} before {earlier}"
            )
