"""Taking the personal data out of a record: an edit that blanks it and a void that says so, then its history too.

Both revisions are ordinary ones, so figures keep counting and every reader merges them as ever.  What earlier
revisions said is taken out of this file once the district has receipted all of them; a void that says `erased` asks the
district and every other PC of the station to do the same (docs/decisions/0016-erasure.md).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.models import payload
from app.models.erasing import blanked
from app.models.problems import Severity
from app.models.record_type import RecordType
from app.models.registry import RECORD_TYPES
from app.models.retention import retention_table
from app.models.scrubbing import ERASED, scrubbed, tells_erasure
from app.models.station_time import station_day
from app.store import reading, rows
from app.store.database import Database
from app.store.records import RecordStore
from app.store.refused_saves import Invalid, RefusedSave, Stale, UnknownRecord
from app.store.tables import blob, conflict, device, draft, erased, revision, surplus


class StillKept(RefusedSave):
    """The law or the station's duty keeps the record; the sentence says which."""

    def __init__(self, refusal: str, until: date | None) -> None:
        term = f"保存到 {until.isoformat()}。" if until else ""
        super().__init__(f"{refusal}{term}没有删除任何内容。")


def check_term(record_type: RecordType, values: Mapping[str, Any], today: date) -> None:
    """Raises StillKept where a record is neither past its term nor of a kind that goes on request."""
    kept = retention_table()[record_type.code]
    ends = kept.ends(values)
    if not kept.on_request and (ends is None or ends >= today):
        raise StillKept(kept.refusal, ends)


class ErasingStore(RecordStore):
    """RecordStore that can also take the personal data out of a record."""

    def erase(self, record_type: RecordType, record_id: str, *, reason: str, by: str, base: str) -> None:
        """Blank the record and void it with `reason`, which names nobody; drafts of it go.  Raises as `save`."""
        with self._database.write() as connection:
            before = reading.load(connection, record_type, record_id)
            if before is None:
                raise UnknownRecord
            if before.head != base:
                raise Stale(before)
            check_term(record_type, before.values, station_day(self._clock()))
            cleaned, problems = record_type.clean(blanked(record_type, before.values))
            if any(problem.severity is Severity.ERROR for problem in problems):
                raise Invalid(problems)
            rows.give_ids(record_type, cleaned)
            rows.keep_given(record_type, cleaned, before.values)
            data = payload.changes(
                payload.encode(record_type, before.values), payload.encode(record_type, cleaned)
            )
            if data:
                edit = self._revision(record_type, record_id, before, "edit", data, by)
                self._write(connection, edit, cleaned)
                before = reading.load(connection, record_type, record_id)
                assert before is not None
            told = {"reason": reason, ERASED: True}
            new = self._revision(record_type, record_id, before, "void", told, by)
            self._enqueue(connection, new)
            rows.update_head(connection, record_type, record_id, {**new.head_columns, "void_reason": reason})
            self._audit(connection, new)
            self._index(connection, new, before.values, active=False)
            connection.execute(delete(draft).where(draft.c.record_id == record_id))
            note_erasure(connection, record_type.code, record_id, new.at)


def note_erasure(connection: Connection, code: str, record_id: str, at: datetime) -> None:
    """What earlier revisions of this record say is to be taken out of the file."""
    row = {"record_id": record_id, "record_type": code, "at": at, "scrubbed": False}
    statement = upsert(erased).values(**row)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["record_id"], set_={"scrubbed": False})
    )


def scrub_erased(database: Database) -> int:
    """Take out of this file what earlier revisions of erased records said, where nothing of it is still to be sent.

    Answers how many records were done.  Raises StorageError.
    """
    with database.write() as connection:
        waiting = connection.execute(
            select(erased.c.record_id, erased.c.record_type).where(~erased.c.scrubbed)
        )
        return sum(_scrub(connection, row.record_type, row.record_id) for row in waiting.all())


def _scrub(connection: Connection, code: str, record_id: str) -> bool:
    here = connection.execute(select(device.c.epoch, device.c.acked_seq, device.c.server_id)).one()
    lines = connection.execute(
        select(revision).where(revision.c.record_id == record_id).order_by(revision.c.position)
    ).all()
    unsent = [row for row in lines if row.epoch == here.epoch and row.seq > here.acked_seq]
    if unsent and here.server_id is not None:
        # A line that may be on its way stays as it is: under its number the district takes one content only.
        return False
    _release(connection, record_id, _files(code, lines))
    for row in lines:
        said = orjson.loads(row.line)
        if tells_erasure(row.act, said["data"]):
            continue
        left = _left(connection, code, record_id) if row in unsent and row.act == "create" else None
        connection.execute(
            update(revision)
            .where(revision.c.position == row.position)
            .values(line=scrubbed(row.line, left), detail=None)
        )
    for table in (conflict, surplus, draft):
        connection.execute(delete(table).where(table.c.record_id == record_id))
    connection.execute(update(erased).where(erased.c.record_id == record_id).values(scrubbed=True))
    return True


def _left(connection: Connection, code: str, record_id: str) -> dict[str, object]:
    """What a record that never left this PC is begun with: the blanked content."""
    record_type = RECORD_TYPES[code]
    stored = reading.load(connection, record_type, record_id)
    return {} if stored is None else payload.encode(record_type, stored.values)


def _files(code: str, lines: Sequence[Row[Any]]) -> Iterator[str]:
    record_type = RECORD_TYPES[code]
    for row in lines:
        yield from payload.blobs(record_type, orjson.loads(row.line)["data"])


def _release(connection: Connection, record_id: str, digests: Iterator[str]) -> None:
    """Contents no other record's revision names are no longer kept: the next sweep clears them away."""
    for digest in set(digests):
        named = select(revision.c.position).where(
            revision.c.record_id != record_id, revision.c.line.contains(digest.encode())
        )
        if connection.execute(named.limit(1)).first() is None:
            connection.execute(update(blob).where(blob.c.sha256 == digest).values(kept=False))
