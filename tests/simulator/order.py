"""G3, order per device, as the judge asks it: of every stream, and of what each PC and each pen of the district saved."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol


class Saved(Protocol):
    """What order needs of an acknowledged save.

    `author` is a PC in one life of its file, or the district; `pen` the PC in all its lives, or the district's for
    one station.  A pen of "" stands in no order.
    """

    @property
    def record(self) -> str: ...
    @property
    def author(self) -> str: ...
    @property
    def pen(self) -> str: ...


def in_order(
    there: Sequence[Any], saved: Mapping[str, Saved], *, within: Collection[str] | None = None
) -> None:
    """Raises AssertionError where `there`, the district's rows by station and position, contradict the promise.

    A device's seqs rise in each of its lives.  What one pen wrote lies there in the order of `saved`, whatever befell
    the PC; where a copy of its disk brought what it had not sent before it was put back, that lies in order for itself.
    Positions are counted in each station for itself, so nothing is said between two stations.

    Where the district was put back, the order is asked only `within` lives that go on, of each record: any PC brings
    back what was lost, in its own stream, and what was held back had reached no other PC; the district itself and a
    file put back too know no more what they wrote, or send what they had not sent before what was lost.  It is the
    order of arrival or of taking effect then: what was held because its forerunner was lost lies there before that comes
    again, and two that wait for different forerunners take effect as those come.
    """
    last: dict[tuple[str, int], int] = defaultdict(int)
    for row in there:
        life = (str(row.device), row.epoch)
        assert row.seq > last[life], f"G3: {row.op_id} arrived out of order"
        last[life] = row.seq
    rows = {str(row.op_id): row for row in there}
    rising: dict[tuple[str, str], list[str]] = defaultdict(list)
    for op, entry in saved.items():
        if not entry.pen or op not in rows:
            continue
        if within is None:
            rising[entry.pen, str(rows[op].device)].append(op)
        elif entry.author in within and rows[op].applied is not None:
            rising[entry.author, entry.record].append(op)
    for (whose, _), ops in rising.items():
        for earlier, later in pairwise(ops):
            one, other = rows[earlier], rows[later]
            took_effect = within is not None and one.applied < other.applied
            assert one.position < other.position or took_effect, (
                f"G3: not in the order saved: {later} of {whose} before {earlier}"
            )
