"""RecordStore: the one way anything recorded enters the file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update
from uuid_utils import uuid7

from app.models import payload
from app.models.column_types import moment_text
from app.models.fields import Kind, Search
from app.models.problems import Problem, Severity
from app.models.record_type import RecordType, Values
from app.models.station_time import station_day
from app.store import audit, drafts, numbers, outbox, reading, rows, search
from app.store.database import Database
from app.store.reading import StoredRecord
from app.store.search import SearchTerms
from app.store.station import Station

Clock = Callable[[], datetime]


class RefusedSave(Exception):
    """Nothing was written; the sentence says why and what to do."""


class Invalid(RefusedSave):
    """The values break a rule; `problems` says which, warnings included."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(next(p.message for p in problems if p.severity is Severity.ERROR))


class Stale(RefusedSave):
    """Somebody saved another revision since the form was opened."""

    def __init__(self, current: StoredRecord) -> None:
        self.current = current
        super().__init__(
            f"这条记录已由{current.changed_by}修改过。您填写的内容已保留为草稿，请核对后再保存。"
        )


class Voided(RefusedSave):
    """The record was voided; it can be read but not changed."""

    def __init__(self) -> None:
        super().__init__("这条记录已作废，不能再修改。")


class UnknownRecord(RefusedSave):
    """No such record in this file."""

    def __init__(self) -> None:
        super().__init__("没有找到这条记录。")


@dataclass(frozen=True)
class Saved:
    """What a successful save left in the file.  It exists only after the commit."""

    record_id: str
    revision: int
    head: str
    values: Values
    problems: tuple[Problem, ...]


class RecordStore:
    """Saves and voids records: record, outbox, audit, search and draft in one transaction."""

    def __init__(self, database: Database, station: Station, clock: Clock) -> None:
        self._database = database
        self._station = station
        self._clock = clock

    def save(
        self,
        record_type: RecordType,
        values: Mapping[str, Any],
        *,
        by: str,
        record_id: str,
        base: str | None = None,
    ) -> Saved:
        """Write a new record (`base` None) or a new revision of the one whose head the editor saw.

        `record_id` is made by the caller before the first try, so that trying again after an unclear
        failure saves nothing twice.  Raises RefusedSave or StorageError; either way nothing is written.
        """
        cleaned, problems = record_type.clean(values)
        if any(problem.severity is Severity.ERROR for problem in problems):
            raise Invalid(problems)
        rows.give_ids(record_type, cleaned)
        with self._database.write() as connection:
            before = reading.load(connection, record_type, record_id)
            if before is None and base is not None:
                raise UnknownRecord
            if before is None:
                self._give_number(connection, record_type, cleaned)
            else:
                rows.keep_given(record_type, cleaned, before.values)
                if not _differs(record_type, before, cleaned):
                    return Saved(record_id, before.revision, before.head, before.values, tuple(problems))
                _check_base(before, base)
            head = self._write(connection, record_type, record_id, cleaned, before, by)
            drafts.drop(connection, by, record_id)
        revision = before.revision + 1 if before else 1
        return Saved(record_id, revision, head, cleaned, tuple(problems))

    def void(self, record_type: RecordType, record_id: str, *, reason: str, by: str, base: str) -> None:
        """Take a record out of use with a reason; nothing is ever deleted.  Raises as `save`."""
        if not reason.strip():
            raise Invalid([Problem("", "请写明作废原因。")])
        with self._database.write() as connection:
            before = reading.load(connection, record_type, record_id)
            if before is None:
                raise UnknownRecord
            _check_base(before, base)
            at = self._clock()
            head = self._enqueue(
                connection, record_type, before, record_id, "void", {"reason": reason}, by, at
            )
            table = record_type.table
            connection.execute(
                update(table)
                .where(table.c.id == record_id)
                .values(
                    revision=before.revision + 1, head=head, changed_by=by, changed_at=at, void_reason=reason
                )
            )
            self._audit(connection, "void", record_type, record_id, by, at)
            self._index(connection, record_type, record_id, before.values, active=False)

    def _write(
        self,
        connection: Connection,
        record_type: RecordType,
        record_id: str,
        values: Values,
        before: StoredRecord | None,
        by: str,
    ) -> str:
        """One revision into all its places; answers its op_id."""
        at = self._clock()
        data = payload.encode(record_type, values)
        if before:
            data = payload.changes(payload.encode(record_type, before.values), data)
        act = "edit" if before else "create"
        head = self._enqueue(connection, record_type, before, record_id, act, data, by, at)
        columns = rows.columns(record_type, values)
        columns |= {"id": record_id, "head": head, "changed_by": by, "changed_at": at}
        if before:
            table = record_type.table
            statement = update(table).where(table.c.id == record_id)
            connection.execute(statement.values(revision=before.revision + 1, **columns))
            rows.replace(connection, record_type, record_id, values, changed=set(data))
        else:
            columns |= {"revision": 1, "station": self._station.code, "created_by": by, "created_at": at}
            rows.insert_head(connection, record_type, columns)
            rows.add(connection, record_type, record_id, values)
        self._audit(connection, act, record_type, record_id, by, at)
        self._index(connection, record_type, record_id, values, active=True)
        return head

    def _enqueue(
        self,
        connection: Connection,
        record_type: RecordType,
        before: StoredRecord | None,
        record_id: str,
        act: str,
        data: dict[str, Any],
        by: str,
        at: datetime,
    ) -> str:
        op_id = str(uuid7())
        seq = outbox.next_seq(connection, self._station.epoch)
        line = {
            "seq": seq,
            "op_id": op_id,
            "type": record_type.code,
            "record": record_id,
            "act": act,
            "base": before.head if before else None,
            "revision": before.revision + 1 if before else 1,
            "by": by,
            "at": moment_text(at),
            "data": data,
            "blobs": [],
        }
        row = {
            "epoch": self._station.epoch,
            "seq": seq,
            "op_id": op_id,
            "record_type": record_type.code,
            "record_id": record_id,
            "act": act,
            "by": by,
            "at": at,
            "line": payload.canonical(line),
        }
        outbox.enqueue(connection, row)
        return op_id

    def _give_number(self, connection: Connection, record_type: RecordType, values: Values) -> None:
        if record_type.numbered is None:
            return
        field = next(f.name for f in record_type.fields.values() if f.kind is Kind.NUMBER)
        if values.get(field):
            return
        day = values.get(record_type.business_day or "") or self._clock()
        year = (station_day(day) if isinstance(day, datetime) else day).year
        values[field] = numbers.next_number(
            connection,
            office=numbers.office_name(self._station.name),
            series=record_type.numbered,
            year=year,
            segment=self._station.segment,
        )

    def _audit(
        self,
        connection: Connection,
        action: str,
        record_type: RecordType,
        record_id: str,
        by: str,
        at: datetime,
    ) -> None:
        subject = f"{record_type.code}/{record_id}"
        audit.append(connection, audit.Entry(at, by, self._station.device_id, action, subject))

    def _index(
        self, connection: Connection, record_type: RecordType, record_id: str, values: Values, *, active: bool
    ) -> None:
        terms = record_type.search_terms(values)
        search.index(
            connection,
            record_type.code,
            record_id,
            SearchTerms(terms[Search.NAME], terms[Search.NUMBER], terms[Search.TEXT]),
            active=active,
        )


def _differs(record_type: RecordType, before: StoredRecord, values: Values) -> bool:
    return payload.encode(record_type, before.values) != payload.encode(record_type, values)


def _check_base(before: StoredRecord, base: str | None) -> None:
    if before.void_reason is not None:
        raise Voided
    if base != before.head:
        raise Stale(before)
