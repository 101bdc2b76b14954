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
    _put_in_stream(connection, unsent, epoch)
    return epoch


def begin_as_another(connection: Connection, *, device_id: str, signing_key: bytes) -> int:
    """For a copied disk whose original goes on: a PC of its own, to be registered anew; answers its epoch.

    What was receipted stays the original's.  What was not is renumbered, and a document number given to a record
    that never left this copy is provisional again, because the original may have given it too.
    """
    row = connection.execute(select(device.c.epoch, device.c.acked_seq)).one()
    unsent = and_(revision.c.epoch == row.epoch, revision.c.seq > row.acked_seq)
    # What goes out again because the district lost it left this copy long ago.
    went = select(revision.c.op_id).where(~unsent)
    begun = select(revision.c.record_type, revision.c.record_id).where(
        unsent, revision.c.act == "create", revision.c.op_id.not_in(went)
    )
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
    """The district's log is to be read from its start; until then nothing here counts as held there.

    Own lines do not come down: whether the district's line of a seq is this file's or a twin's only comparing tells.
    """
    connection.execute(update(device).values(cursor="", pulled_seq=0, recheck=True, compare_due=True))
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
        present = select(revision.c.op_id).where(revision.c.epoch == row.epoch)
        lost = and_(foreign, revision.c.place.is_(None), revision.c.op_id.not_in(present))
        return _put_in_stream(connection, lost, row.epoch)


def send_again(database: Database, record_id: str, held_there: set[str]) -> int:
    """Send the revisions of one record whose ids the district does not name; answers how many."""
    with database.write() as connection:
        row = connection.execute(select(device.c.epoch, device.c.acked_seq)).one()
        on_the_way = and_(revision.c.epoch == row.epoch, revision.c.seq > row.acked_seq)
        of_record = revision.c.record_id == record_id
        waiting = select(revision.c.op_id).where(of_record, on_the_way)
        unnamed = and_(of_record, revision.c.op_id.not_in(held_there))
        return _put_in_stream(connection, and_(unnamed, revision.c.op_id.not_in(waiting)), row.epoch)


def _put_in_stream(connection: Connection, which: ColumnElement[bool], epoch: int) -> int:
    """Put each revision among these rows into the stream once, in the order they were made; answers how many.

    A revision sent again before has several rows, of which the newest counts.
    """
    rows = connection.execute(
        select(revision.c.op_id, revision.c.position, revision.c.epoch, revision.c.line)
        .where(which)
        .order_by(revision.c.position)
    ).all()
    newest = {row.op_id: row for row in rows}
    for row in newest.values():
        seq = next_seq(connection, epoch)
        line = canonical({**orjson.loads(row.line), "seq": seq})
        fresh = {"epoch": epoch, "seq": seq, "line": line}
        if row.epoch == epoch:
            _enqueue_copy(connection, row.position, fresh)
        else:
            enqueue_again(connection, row.position, fresh)
    return len(newest)


def _enqueue_copy(connection: Connection, position: int, fresh: dict[str, object]) -> None:
    """A hole in the present stream would stop it: the row stays, unsettled, and a copy takes the new place."""
    one = revision.c.position == position
    kept = connection.execute(select(revision).where(one)).mappings().one()
    enqueue(connection, {**kept, "position": None, "verdict": None, "place": None, **fresh})
    connection.execute(update(revision).where(one).values(verdict=None))
