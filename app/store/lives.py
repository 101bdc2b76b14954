"""New lives of a file's counter, and sending again what the district turns out not to hold."""

import orjson
from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from app.models.payload import canonical
from app.models.registry import RECORD_TYPES
from app.store import numbers
from app.store.blob_transfers import ask_again
from app.store.database import Database
from app.store.outbox import enqueue, enqueue_again, next_seq
from app.store.tables import audit_anchor, device, revision


def begin_new_life(connection: Connection, above: int = 0) -> int:
    """For a file put back from a backup: the next epoch (higher than `above`), counted from 1 again; answers it.

    What was unsent in the copy is renumbered into the new stream, so that no (epoch, seq) is used twice.  The
    district is read from its start before anything is sent, because the file's later life may have sent it.
    """
    row = connection.execute(select(device.c.epoch, device.c.acked_seq)).one()
    unsent = and_(revision.c.epoch == row.epoch, revision.c.seq > row.acked_seq)
    epoch: int = 1 + max(above, row.epoch)
    fresh = {"epoch": epoch, "acked_seq": 0, "new_life": True}
    connection.execute(update(device).values(**fresh))
    read_anew(connection)
    _renumber(connection, unsent, epoch)
    return epoch


def begin_as_another(connection: Connection, *, device_id: str, signing_key: bytes) -> int:
    """For a copied disk whose original goes on: a PC of its own, to be registered anew; answers its epoch.

    What was receipted stays the original's.  What was not is renumbered, and a document number given to a record
    that never left this copy is provisional again, because the original may have given it too.
    """
    row = connection.execute(select(device.c.epoch, device.c.acked_seq)).one()
    unsent = and_(revision.c.epoch == row.epoch, revision.c.seq > row.acked_seq)
    begun = select(revision.c.record_type, revision.c.record_id).where(unsent, revision.c.act == "create")
    for record_type, record_id in connection.execute(begun).all():
        if (known := RECORD_TYPES.get(record_type)) is not None and known.numbered is not None:
            numbers.note_provisional(connection, record_type, record_id)
    epoch = begin_new_life(connection)
    unknown = {"enrolled": False, "server_id": None, "server_key": None, "segment": None}
    connection.execute(update(device).values(device_id=device_id, signing_key=signing_key, **unknown))
    # What the district witnessed under the old name is the original's chain.
    connection.execute(delete(audit_anchor))
    return epoch


def read_anew(connection: Connection) -> None:
    """The district's log is to be read from its start; until then nothing here counts as held there."""
    connection.execute(update(device).values(cursor="", pulled_seq=0, recheck=True))
    connection.execute(update(revision).where(revision.c.place.is_not(None)).values(place=None))
    ask_again(connection)


def send_lost_again(database: Database) -> int:
    """After the log was read anew: what is in this file and not in it goes out again; answers how many.

    The revisions keep their ids and authors, so that one the district has after all is a duplicate there.
    """
    with database.write() as connection:
        row = connection.execute(select(device.c.epoch, device.c.recheck)).one()
        if not row.recheck:
            return 0
        connection.execute(update(device).values(recheck=False))
        foreign = or_(revision.c.epoch.is_(None), revision.c.epoch != row.epoch)
        return _renumber(connection, and_(foreign, revision.c.place.is_(None)), row.epoch)


def send_again(database: Database, record_id: str, held_there: set[str]) -> int:
    """Send the revisions of one record whose ids the district does not name; answers how many."""
    with database.write() as connection:
        row = connection.execute(select(device.c.epoch, device.c.acked_seq)).one()
        on_the_way = and_(revision.c.epoch == row.epoch, revision.c.seq > row.acked_seq)
        waiting = select(revision.c.op_id).where(revision.c.record_id == record_id, on_the_way)
        lost = and_(
            revision.c.record_id == record_id,
            revision.c.op_id.not_in(held_there),
            revision.c.op_id.not_in(waiting),
        )
        # A hole in the present stream would stop it: there the copy of a revision takes the new place.
        own = select(revision).where(lost, revision.c.epoch == row.epoch)
        for kept in connection.execute(own).mappings().all():
            enqueue(connection, {**kept, "position": None, "epoch": None, "seq": None, "place": None})
        return _renumber(connection, and_(lost, revision.c.epoch.is_distinct_from(row.epoch)), row.epoch)


def _renumber(connection: Connection, which: ColumnElement[bool], epoch: int) -> int:
    rows = connection.execute(
        select(revision.c.position, revision.c.line).where(which).order_by(revision.c.position)
    ).all()
    for row in rows:
        seq = next_seq(connection, epoch)
        line = canonical({**orjson.loads(row.line), "seq": seq})
        enqueue_again(connection, row.position, {"epoch": epoch, "seq": seq, "line": line})
    return len(rows)
