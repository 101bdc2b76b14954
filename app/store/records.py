"""RecordStore: the one way anything recorded enters the file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from uuid_utils import uuid7

from app.models import payload
from app.models.attached_file import files_in
from app.models.column_types import moment_text
from app.models.fields import Search
from app.models.problems import Problem, Severity
from app.models.record_type import RecordType, Values
from app.models.registry import RECORD_TYPES
from app.store import (
    attachments,
    audit,
    blob_transfers,
    differences,
    drafts,
    following,
    numbers,
    outbox,
    reading,
    rows,
    search,
)
from app.store.database import Database
from app.store.following import Beside
from app.store.new_revision import NewRevision
from app.store.numbering import Numbering, number_field
from app.store.reading import StoredRecord
from app.store.refused_saves import Invalid, MissingFile, Stale, UnknownRecord, Voided
from app.store.search import SearchTerms
from app.store.station import Station, segment_of

Clock = Callable[[], datetime]


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

    def __init__(
        self,
        database: Database,
        station: Station,
        clock: Clock,
        awaits_district: Callable[[], bool] = lambda: False,
    ) -> None:
        self._database = database
        self._station = station
        self._clock = clock
        self._numbering = Numbering(station, clock, awaits_district)
        self._role = ""

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
        ValueError for a `record_id` that is no UUID, which no district would take.
        """
        UUID(record_id)
        cleaned, problems = record_type.clean(values)
        _refuse(problems)
        with self._database.write() as connection:
            before = reading.load(connection, record_type, record_id)
            if before is None and base is not None:
                raise UnknownRecord
            rows.give_ids(record_type, cleaned, before.values if before else None)
            if before is None:
                self._numbering.give(connection, record_type, record_id, cleaned)
            else:
                rows.keep_given(record_type, cleaned, before.values)
            data = _data(record_type, before, cleaned)
            if before is not None:
                if not data:
                    return Saved(record_id, before.revision, before.head, before.values, tuple(problems))
                _check_base(before, base)
                _check_change(record_type, before.values, cleaned)
                _refuse(following.handed_over_problems(connection, record_type, record_id, data))
            new = self._revision(record_type, record_id, before, "edit" if before else "create", data, by)
            self._write(connection, new, cleaned)
            self._follow(connection, new, cleaned)
            drafts.drop(connection, by, record_id)
        return Saved(record_id, new.number, new.op_id, cleaned, tuple(problems))

    def settle(
        self, record_type: RecordType, record_id: str, chosen: Mapping[str, Any], *, by: str, base: str
    ) -> None:
        """Close differences: an ordinary edit that says the `chosen` wire values even where they stand already.

        On a voided record the void is said once more, which closes them all.  Raises as `save`.
        """
        with self._database.write() as connection:
            before = reading.load(connection, record_type, record_id)
            if before is None:
                raise UnknownRecord
            if before.head != base:
                raise Stale(before)
            if before.void_reason is not None:
                data = {"reason": before.void_reason}
                new = self._revision(record_type, record_id, before, "void", data, by)
                self._enqueue(connection, new)
                rows.update_head(connection, record_type, record_id, new.head_columns)
                self._audit(connection, new)
                differences.settle(connection, record_id, None)
                return
            content = payload.apply_changes(payload.encode(record_type, before.values), chosen)
            cleaned, problems = record_type.clean(payload.decode(record_type, content))
            _refuse(problems)
            rows.keep_given(record_type, cleaned, before.values)
            data = {name: content.get(name) for name in chosen} | _data(record_type, before, cleaned)
            new = self._revision(record_type, record_id, before, "edit", data, by)
            self._write(connection, new, cleaned)
            self._follow(connection, new, cleaned)
            differences.settle(connection, record_id, chosen)

    def void(self, record_type: RecordType, record_id: str, *, reason: str, by: str, base: str) -> None:
        """Take a record out of use with a reason; nothing is ever deleted.  Raises as `save`."""
        if not reason.strip():
            raise Invalid([Problem("", "请写明作废原因。")])
        with self._database.write() as connection:
            before = reading.load(connection, record_type, record_id)
            if before is None:
                raise UnknownRecord
            _check_base(before, base)
            _check_change(record_type, before.values, None)
            _refuse(following.handed_over_problems(connection, record_type, record_id, None))
            new = self._revision(record_type, record_id, before, "void", {"reason": reason}, by)
            self._enqueue(connection, new)
            rows.update_head(connection, record_type, record_id, {**new.head_columns, "void_reason": reason})
            self._audit(connection, new)
            self._index(connection, new, before.values, active=False)

    def _write(self, connection: Connection, new: NewRevision, values: Values) -> None:
        """One revision into all its places."""
        if not attachments.keep(connection, new.files):
            raise MissingFile
        if new.files:
            fresh = {file.sha256: file for file in files_in(new.data) if file.sha256 in new.files}
            blob_transfers.going_up(connection, fresh.values(), new.at)
        self._enqueue(connection, new)
        columns = rows.columns(new.record_type, values) | new.head_columns
        if new.before:
            rows.update_head(connection, new.record_type, new.record_id, columns)
            rows.replace(connection, new.record_type, new.record_id, values, changed=set(new.data))
        else:
            columns |= {"station": self._station.code, "created_by": new.by, "created_at": new.at}
            rows.insert_head(connection, new.record_type, {"id": new.record_id, **columns})
            rows.add(connection, new.record_type, new.record_id, values)
        self._audit(connection, new)
        self._index(connection, new, values, active=True)

    def _revision(
        self,
        record_type: RecordType,
        record_id: str,
        before: StoredRecord | None,
        act: str,
        data: dict[str, Any],
        by: str,
    ) -> NewRevision:
        op_id = str(uuid7())
        return NewRevision(record_type, record_id, before, act, data, by, self._clock(), op_id, self._role)

    def _enqueue(self, connection: Connection, new: NewRevision) -> None:
        epoch = self._station.epoch
        seq = outbox.next_seq(connection, epoch)
        blobs = payload.blobs(new.record_type, new.data)
        line = {
            "seq": seq,
            "op_id": new.op_id,
            "type": new.record_type.code,
            "record": new.record_id,
            "act": new.act,
            "base": new.before.head if new.before else None,
            "revision": new.number,
            "by": new.by,
            "at": moment_text(new.at),
            "data": new.data,
            "blobs": blobs,
        }
        if new.role:
            line["role"] = new.role
        row = {
            "epoch": epoch,
            "seq": seq,
            "op_id": new.op_id,
            "record_type": new.record_type.code,
            "record_id": new.record_id,
            "act": new.act,
            "by": new.by,
            "at": new.at,
            "line": payload.canonical(line),
        }
        outbox.enqueue(connection, row)

    def make_numbers_final(self, *, by: str) -> int:
        """Replace the provisional numbers now that the district gave this PC its block; answers how many.

        A case whose papers went out under the provisional number keeps it.  Raises StorageError.
        """
        with self._database.read() as connection:
            waiting = numbers.provisional_records(connection)
        return sum(self._make_final(RECORD_TYPES[code], record_id, by) for code, record_id in waiting)

    def _make_final(self, record_type: RecordType, record_id: str, by: str) -> bool:
        with self._database.write() as connection:
            before = reading.load(connection, record_type, record_id)
            if before is None or segment_of(connection) is None:
                return False
            numbers.settle_provisional(connection, record_id)
            sealed = before.values.get("printed") or before.values.get("archived_on")
            if before.void_reason is not None or sealed:
                return False
            final = {**before.values, number_field(record_type): None}
            self._numbering.give(connection, record_type, record_id, final)
            data = _data(record_type, before, final)
            new = self._revision(record_type, record_id, before, "edit", data, by)
            # The program's own doing, whoever registers the PC: in no role.
            self._write(connection, replace(new, role=""), final)
        return True

    def follow_letters(self, *, by: str) -> int:
        """Bring the rows 移交与反馈 of cases up to what the other offices answered; answers how many.  Raises StorageError."""
        with self._database.read() as connection:
            if not any(True for _ in following.late(connection)):
                return 0
        with self._database.write() as connection:
            return sum(self._edit_beside(connection, beside, by) for beside in following.late(connection))

    def _follow(self, connection: Connection, new: NewRevision, values: Values) -> None:
        for beside in following.consequences(connection, new.record_type, new.record_id, values):
            self._edit_beside(connection, beside, new.by)

    def _edit_beside(self, connection: Connection, beside: Beside, by: str) -> bool:
        """What follows from another record: the program's own doing, in no role; left out where it does not fit."""
        record_type = beside.record_type
        before = reading.load(connection, record_type, beside.record_id)
        if before is None or before.void_reason is not None:
            return False
        cleaned, problems = record_type.clean({**before.values, **beside.told})
        problems += record_type.change_problems(before.values, cleaned)
        if any(problem.severity is Severity.ERROR for problem in problems):
            return False
        rows.give_ids(record_type, cleaned, before.values)
        rows.keep_given(record_type, cleaned, before.values)
        data = _data(record_type, before, cleaned)
        if data:
            new = self._revision(record_type, beside.record_id, before, "edit", data, by)
            self._write(connection, replace(new, role=""), cleaned)
        return bool(data)

    def _audit(self, connection: Connection, new: NewRevision) -> None:
        subject = f"{new.record_type.code}/{new.record_id}"
        audit.append(connection, audit.Entry(new.at, new.by, self._station.device_id, new.act, subject))

    def _index(self, connection: Connection, new: NewRevision, values: Values, *, active: bool) -> None:
        terms = new.record_type.search_terms(values)
        search.index(
            connection,
            new.record_type.code,
            new.record_id,
            SearchTerms(terms[Search.NAME], terms[Search.NUMBER], terms[Search.TEXT]),
            active=active,
        )


def _data(record_type: RecordType, before: StoredRecord | None, values: Values) -> dict[str, Any]:
    """Wire data of what is new: everything of a first revision, the changed fields of a later one."""
    data = payload.encode(record_type, values)
    return payload.changes(payload.encode(record_type, before.values), data) if before else data


def _check_base(before: StoredRecord, base: str | None) -> None:
    if before.void_reason is not None:
        raise Voided
    if base != before.head:
        raise Stale(before)


def _check_change(record_type: RecordType, before: Values, after: Values | None) -> None:
    _refuse(record_type.change_problems(before, after))


def _refuse(problems: list[Problem]) -> None:
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise Invalid(problems)
