"""Verify: is the file whole, is the audit chain unbroken, does the outbox hold every revision once."""

from collections.abc import Iterator, Mapping, Sequence

import orjson
from sqlalchemy import Connection, column, func, or_, select, table

from app.models.record_type import RecordType
from app.store import anchors, audit, search
from app.store.anchors import Anchor
from app.store.database import Database
from app.store.tables import device, revision


def verify(
    database: Database, types: Mapping[str, RecordType], witnessed: Sequence[Anchor] = ()
) -> list[str]:
    """Every fault found, as sentences; an empty list means the file is in order.

    The audit chain is held against the links the file knows to be kept by the district, and those in `witnessed`,
    which the district has just been asked for.
    """
    faults = list(database.integrity())
    with database.read() as connection:
        faults += audit.check_chain(connection)
        faults += anchors.check(connection, list(dict.fromkeys([*anchors.kept(connection), *witnessed])))
        faults += _stream_faults(connection)
        for record_type in types.values():
            faults += _head_faults(connection, record_type)
            faults += _unsearched(connection, record_type)
        faults += search.consistency(connection)
    return faults


def _stream_faults(connection: Connection) -> Iterator[str]:
    """The (epoch, seq) stream has no gap, and each line says what its row says.

    From the streams of earlier lives lines were taken along into the present one.
    """
    present = select(device.c.epoch).scalar_subquery()
    counted = select(
        revision.c.epoch, func.min(revision.c.seq), func.max(revision.c.seq), func.count()
    ).where(revision.c.seq.is_not(None), revision.c.epoch == present)
    for epoch, first, last, count in connection.execute(counted.group_by(revision.c.epoch)):
        if last - first + 1 != count:
            yield f"上报队列（第 {epoch} 期）缺少 {last - first + 1 - count} 条。"
    rows = select(revision.c.seq, revision.c.op_id, revision.c.record_id, revision.c.line)
    rows = rows.where(revision.c.seq.is_not(None))
    for seq, op_id, record_id, line in connection.execute(rows.execution_options(yield_per=1000)):
        try:
            content = orjson.loads(line)
            sound = (content["op_id"], content["record"], content["seq"]) == (op_id, record_id, seq)
        except (orjson.JSONDecodeError, KeyError, TypeError):
            sound = False
        if not sound:
            yield f"上报队列第 {seq} 条与记录不一致。"


def _head_faults(connection: Connection, record_type: RecordType) -> Iterator[str]:
    """The head of every record is a revision in this file."""
    records = record_type.table
    known = select(revision.c.op_id).where(
        revision.c.record_id == records.c.id,
        or_(revision.c.op_id == records.c.head, revision.c.head_after == records.c.head),
    )
    orphans = select(records.c.id).where(~known.exists())
    for record_id in connection.execute(orphans).scalars():
        yield f"{record_type.title} {record_id} 的最新修订不在队列中。"


def _unsearched(connection: Connection, record_type: RecordType) -> Iterator[str]:
    """Every record can be found."""
    entry = table("search_entry", column("record_id"))
    known = select(entry.c.record_id)
    counted = select(func.count()).select_from(record_type.table)
    missing = connection.execute(counted.where(record_type.table.c.id.not_in(known))).scalar_one()
    if missing:
        yield f"{record_type.title}有 {missing} 条没有编入检索。"
