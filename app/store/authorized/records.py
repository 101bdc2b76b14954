"""Saving and reading records for a signed-in user."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.models.record_type import RecordType
from app.models.registry import RECORD_TYPES
from app.security.authorize import NotAllowed, Reach, Subject
from app.store.authorized.access import Access
from app.store.database import Database
from app.store.erasing import ErasingStore
from app.store.reading import Change, ListQuery, RecordReader, StoredRecord
from app.store.records import Clock, Saved
from app.store.refused_saves import RefusedSave
from app.store.station import Station
from app.store.tables import revision

# A whole identity number, old or new, typed into a search (GB 11643-1999; 15 digits before it).
IDENTITY_NUMBER = re.compile(r"(?<!\d)(?:\d{17}[\dXxＸｘ]|\d{15})(?!\d)")
LONGEST_REASON = 60
NUMBER_IN_REASON = re.compile(r"\d{5,}[Xx]?")


def told_reason(reason: str) -> str:
    """A reason for the trail: it may quote a number; the trail names no person."""
    return NUMBER_IN_REASON.sub("…", reason.strip())[:LONGEST_REASON]


class SomebodyElse(RefusedSave):
    """A record is written under the name of who is signed in, and no other."""

    def __init__(self) -> None:
        super().__init__("记录只能用当前登录的用户名保存，这一步没有做。请换人登录后再试。")


class NoReason(RefusedSave):
    """Whole numbers are shown for a reason."""

    def __init__(self) -> None:
        super().__init__("请写明为什么要看完整号码，原因会留在操作记录里。")


class AuthorizedStore(ErasingStore):
    """RecordStore for one user: `by` is that user, and each act is asked for first."""

    def __init__(
        self,
        database: Database,
        station: Station,
        clock: Clock,
        access: Access,
        awaits_district: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(database, station, clock, awaits_district)
        self._access = access
        self._role = access.actor.role

    def save(
        self,
        record_type: RecordType,
        values: Mapping[str, Any],
        *,
        by: str,
        record_id: str,
        base: str | None = None,
    ) -> Saved:
        """As RecordStore.  Raises NotAllowed, too."""
        self._only_self(by)
        before = self._access.subject(record_type.code, record_id)
        actor = self._access.actor
        if before is None:
            self._access.require("create", Subject(record_type.code, record_id, actor.name, actor.station))
        else:
            self._access.require("edit", before)
        return super().save(record_type, values, by=by, record_id=record_id, base=base)

    def settle(
        self, record_type: RecordType, record_id: str, chosen: Mapping[str, Any], *, by: str, base: str
    ) -> None:
        """As RecordStore.  Raises NotAllowed, too."""
        self._only_self(by)
        self._access.require_record("settle", record_type, record_id)
        super().settle(record_type, record_id, chosen, by=by, base=base)

    def void(self, record_type: RecordType, record_id: str, *, reason: str, by: str, base: str) -> None:
        """As RecordStore.  Raises NotAllowed, too."""
        self._only_self(by)
        self._access.require_record("void", record_type, record_id)
        super().void(record_type, record_id, reason=reason, by=by, base=base)

    def erase(self, record_type: RecordType, record_id: str, *, reason: str, by: str, base: str) -> None:
        """As ErasingStore.  Raises NotAllowed, too."""
        self._only_self(by)
        self._access.require_record("erase", record_type, record_id)
        super().erase(record_type, record_id, reason=reason, by=by, base=base)

    def make_numbers_final(self, *, by: str) -> int:
        """As RecordStore: belongs to enrolling.  Raises NotAllowed, too."""
        self._only_self(by)
        self._access.require("enrol")
        return super().make_numbers_final(by=by)

    def follow_letters(self, *, by: str) -> int:
        """As RecordStore: belongs to syncing, which is everybody's.  Raises NotAllowed, too."""
        self._only_self(by)
        self._access.require("sync")
        return super().follow_letters(by=by)

    def _only_self(self, by: str) -> None:
        if by != self._access.actor.name:
            raise SomebodyElse


class AuthorizedReader(RecordReader):
    """RecordReader for one user; what is opened or looked for by identity number is noted."""

    def __init__(self, database: Database, access: Access) -> None:
        super().__init__(database)
        self._access = access
        self._last_read = ""

    def load(self, record_type: RecordType, record_id: str) -> StoredRecord | None:
        """As RecordReader; noted once while the same record stays open.  Raises NotAllowed, too."""
        self._access.require_record("read", record_type, record_id)
        found = super().load(record_type, record_id)
        if found is not None and self._last_read != record_id:
            self._last_read = record_id
            self._access.note_reading(f"{record_type.code}/{record_id}")
        return found

    def by_number(self, record_type: RecordType, number: str) -> StoredRecord | None:
        """As RecordReader.  Raises NotAllowed, too."""
        self._access.require("read", Subject(record_type.code))
        table = record_type.table
        with self._database.read() as connection:
            record_id = connection.execute(select(table.c.id).where(table.c.number == number)).scalar()
        return self.load(record_type, record_id) if record_id else None

    def page(
        self,
        record_type: RecordType,
        query: ListQuery,
        *,
        after: Mapping[str, Any] | None = None,
        limit: int = 100,
    ) -> Sequence[Mapping[str, Any]]:
        """As RecordReader, only what the user may see.  Raises NotAllowed, too."""
        code, access = record_type.code, self._access
        access.require("list", Subject(code))
        if IDENTITY_NUMBER.search(query.words):
            access.require("search_id", Subject(code))
            access.note("search_id", code)
        reach = access.reach("list", code)
        station = access.actor.station if reach is not Reach.ALL else None
        owner = access.actor.name if reach is Reach.OWN else None
        seen = replace(query, station=station, owner=owner)
        return super().page(record_type, seen, after=after, limit=limit)

    def history(self, record_id: str) -> list[Change]:
        """As RecordReader.  Raises NotAllowed, too."""
        kind = select(revision.c.record_type).where(revision.c.record_id == record_id).limit(1)
        with self._database.read() as connection:
            code = connection.execute(kind).scalar()
        if code is None:
            return []
        if code not in RECORD_TYPES:
            raise NotAllowed(self._access.actor, "read", Subject(code, record_id))
        self._access.require_record("read", RECORD_TYPES[code], record_id)
        return super().history(record_id)

    def opened_to_edit(self, record_type: RecordType, record_id: str) -> None:
        """Note that the form of a record is open, which shows its whole numbers.  Raises NotAllowed, StorageError."""
        if self._access.require_record("edit", record_type, record_id):
            self._access.note("open form", f"{record_type.code}/{record_id}")

    def reveal(self, record_type: RecordType, record_id: str, reason: str) -> StoredRecord | None:
        """The record for showing its whole numbers, which the audit says with the reason.

        Raises NotAllowed, NoReason, StorageError.
        """
        if not reason.strip():
            raise NoReason
        if not self._access.require_record("reveal", record_type, record_id):
            return None
        self._access.note("reveal", f"{record_type.code}/{record_id}", told_reason(reason))
        return super().load(record_type, record_id)
