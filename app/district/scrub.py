"""A void that says the personal data was taken out takes it out of the district's history of the record as well."""

from collections.abc import Iterable, Sequence

import orjson
from sqlalchemy import Connection, bindparam, delete, select, update

from app.district.tables import blob, blob_piece, conflict, revision
from app.models.scrubbing import scrubbed, tells_erasure
from app.sync.protocol import Line

_WRITE = (
    update(revision)
    .where(revision.c.station == bindparam("b_station"), revision.c.position == bindparam("b_position"))
    .values(line=bindparam("left"))
)


def scrub(connection: Connection, station: str, lines: Sequence[Line]) -> None:
    """Leave of every other revision of the records these lines erase its envelope and hash, and of differences nothing.

    The standing state has been blanked by the edit before; a receipt once given stays.
    """
    told = {line.record: line.op_id for line in lines if tells_erasure(line.act, line.data)}
    for record, op_id in told.items():
        taken = select(revision.c.applied).where(revision.c.station == station, revision.c.op_id == op_id)
        if connection.execute(taken).scalar() is None:
            # Held back: nothing was blanked yet.
            continue
        of_record = (revision.c.station == station, revision.c.record == record, revision.c.op_id != op_id)
        rows = connection.execute(select(revision.c.position, revision.c.line).where(*of_record)).all()
        files = {digest for row in rows for digest in orjson.loads(bytes(row.line)).get("blobs", ())}
        left = [
            {"b_station": station, "b_position": row.position, "left": scrubbed(bytes(row.line))}
            for row in rows
        ]
        if left:
            connection.execute(_WRITE, left)
        _drop(connection, station, record, files)
        connection.execute(
            update(conflict)
            .where(conflict.c.station == station, conflict.c.record == record)
            .values(standing=b"null", other=b"null")
        )


def _drop(connection: Connection, station: str, record: str, files: Iterable[str]) -> None:
    """Contents of attached files that no other record of the station names go too."""
    for digest in files:
        named = revision.c.line.contains(digest.encode())
        elsewhere = select(revision.c.position).where(
            revision.c.station == station, revision.c.record != record, named
        )
        if connection.execute(elsewhere.limit(1)).first() is None:
            for table in (blob_piece, blob):
                connection.execute(delete(table).where(table.c.station == station, table.c.sha256 == digest))
