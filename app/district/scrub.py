"""A void that says the personal data was taken out takes it out of the district's history of the record as well."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, update

from app.district.tables import conflict, revision
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
        left = [
            {"b_station": station, "b_position": row.position, "left": scrubbed(bytes(row.line))}
            for row in rows
        ]
        if left:
            connection.execute(_WRITE, left)
        connection.execute(
            update(conflict)
            .where(conflict.c.station == station, conflict.c.record == record)
            .values(standing=b"null", other=b"null")
        )
