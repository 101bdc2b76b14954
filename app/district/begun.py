"""Writes the records a batch begins: their revisions with few values each, their states out of those revisions."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, literal, null, select

from app.district.bulk import put_in
from app.district.tables import record_state, revision
from app.sync.protocol import Line

_ALIKE = {"act": "create", "outcome": "applied", "detail": "", "head_after": None}
_SAME = {"applied": "position", "seen": "position"}
# The data of the create line at `position` is the whole content, so `document` stays null.
_STATES = insert(record_state).from_select(
    ["station", "record", "type", "head", "version", "position", "void_reason", "document"],
    select(
        revision.c.station,
        revision.c.record,
        revision.c.type,
        revision.c.op_id,
        literal(1),
        revision.c.position,
        null(),
        null(),
    ).where(
        revision.c.station == bindparam("b_station"),
        revision.c.position.between(bindparam("first"), bindparam("last")),
    ),
)


def write_begun(
    connection: Connection, written: Mapping[str, Any], begun: Sequence[tuple[int, Line]]
) -> None:
    """Write plain new records at their places, which ascend; `written` are station, device, epoch, received_at.

    Raises sqlalchemy.exc.IntegrityError, DataError.
    """
    if not begun:
        return
    rows = [(place, line.op_id, line.seq, line.type, line.record, line.body) for place, line in begun]
    put_in(connection, revision, {**written, **_ALIKE}, rows, same=_SAME)
    runs = _runs([place for place, _ in begun])
    station = written["station"]
    connection.execute(
        _STATES, [{"b_station": station, "first": first, "last": last} for first, last in runs]
    )


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each stretch without a gap."""
    starts = [at for at, place in enumerate(places) if at == 0 or places[at - 1] != place - 1]
    ends = [*starts[1:], len(places)]
    return [(places[start], places[end - 1]) for start, end in zip(starts, ends, strict=True)]
