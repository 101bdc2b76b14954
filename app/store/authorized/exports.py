"""Records of a list leaving the desk as a file, and full exports a second person agrees to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, select, update
from sqlalchemy.exc import NoResultFound
from uuid_utils import uuid7

from app.models.record_type import RecordType
from app.models.registry import RECORD_TYPES
from app.security.authorize import Actor, NotAllowed, Reach, Subject, is_allowed
from app.store import audit
from app.store.authorized.access import DENIED, Access
from app.store.authorized.records import IDENTITY_NUMBER, told_reason
from app.store.database import Database
from app.store.reading import ListQuery, RecordReader, StoredRecord, listed_count, load_many
from app.store.records import Clock
from app.store.refused_saves import RefusedSave
from app.store.tables import export_request

PAGE = 500
LAPSES = timedelta(days=7)
"""How long a request waits for an answer, and an agreed one to be fetched."""
LONGEST_REASON = 200


class ExportRefused(RefusedSave):
    """Nothing was exported and nothing decided; the sentence says why."""


@dataclass(frozen=True)
class FullExport:
    """One request for whole numbers.  `asked_for` says the list in words without a name or number in it."""

    id: str
    at: datetime
    by: str
    record_type: str
    query: ListQuery
    rows: int
    reason: str
    state: str
    decided_by: str | None
    decision: str | None

    @property
    def asked_for(self) -> str:
        """The type and how the list was narrowed."""
        kind = RECORD_TYPES[self.record_type]
        narrowed = [kind.fields[name].label for name in self.query.codes]
        if self.query.words.strip():
            narrowed.append("查找")
        return kind.title + (f"（按{'、'.join(narrowed)}筛选）" if narrowed else "（全部）")


class RecordExports:
    """What leaves by list for one user; every step is asked for and in the audit chain."""

    def __init__(self, database: Database, access: Access, clock: Clock) -> None:
        self._database, self._access, self._clock = database, access, clock
        self._reader = RecordReader(database)

    def count(self, record_type: RecordType, query: ListQuery, *, action: str = "export") -> int:
        """How many records the list shows this user.  Raises NotAllowed, StorageError."""
        seen = self._seen(record_type, query, action)
        with self._database.read() as connection:
            return listed_count(connection, record_type, seen)

    def leaving(self, record_type: RecordType, query: ListQuery) -> int:
        """Note that a masked file leaves; answers how many records go into it.  Raises NotAllowed, StorageError."""
        rows = self.count(record_type, query)
        if IDENTITY_NUMBER.search(query.words):
            self._access.require("search_id", Subject(record_type.code))
        self._access.note("export", record_type.code, f"{rows} rows masked{_narrowed(query)}")
        return rows

    def records(
        self, record_type: RecordType, query: ListQuery, *, action: str = "export"
    ) -> Iterator[StoredRecord]:
        """The records of the list as it stands, whole, read a page at a time.  Raises NotAllowed, StorageError."""
        seen, after = self._seen(record_type, query, action), None
        while True:
            page: Sequence[Mapping[str, Any]] = self._reader.page(record_type, seen, after=after, limit=PAGE)
            with self._database.read() as connection:
                yield from load_many(connection, record_type, [row["id"] for row in page])
            if len(page) < PAGE or seen.words.strip():
                return
            after = page[-1]

    # Full exports

    def ask(self, record_type: RecordType, query: ListQuery, reason: str) -> str:
        """Ask for whole numbers; answers the id of the request.  Raises NotAllowed, ExportRefused, StorageError."""
        rows = self.count(record_type, query, action="export_full")
        if IDENTITY_NUMBER.search(query.words):
            self._access.require("search_id", Subject(record_type.code))
        if not reason.strip():
            raise ExportRefused("请写明为什么要导出完整号码、给谁用；批准的人要看。还没有提出申请。")
        if not rows:
            raise ExportRefused("列表里没有记录，没有可导出的。")
        request_id, actor = str(uuid7()), self._access.actor
        row = {
            "id": request_id,
            "at": self._clock(),
            "by": actor.name,
            "record_type": record_type.code,
            "asked": orjson.dumps({"words": query.words, "codes": dict(query.codes), "voided": query.voided}),
            "rows": rows,
            "reason": reason.strip()[:LONGEST_REASON],
            "state": "open",
        }
        with self._database.write() as connection:
            connection.execute(export_request.insert().values(**row))
            detail = f"{request_id} {rows} rows: {told_reason(reason)}"
            self._append(connection, actor.name, "ask full export", record_type.code, detail)
        return request_id

    def requests(self) -> list[FullExport]:
        """What the user asked for, and for who approves what everybody did; newest first, lapsed ones named so.

        Raises NotAllowed, StorageError.
        """
        self._access.require("see_privacy")
        statement = select(export_request).order_by(export_request.c.at.desc()).limit(200)
        if not self._access.may("approve_export"):
            statement = statement.where(export_request.c.by == self._access.actor.name)
        now = self._clock()
        with self._database.read() as connection:
            return [_request(row, now) for row in connection.execute(statement).mappings()]

    def decide(self, request_id: str, approver: Actor, *, agree: bool, words: str = "") -> None:
        """What a second person, known by their own password, says to a request.

        Raises ExportRefused for the own request, one decided or lapsed, a no without its reason; NotAllowed, which
        is noted under the approver's name; StorageError.
        """
        if not is_allowed(approver, "approve_export", Subject("desk")):
            with self._database.write() as connection:
                self._append(connection, approver.name, DENIED, "desk", f"approve_export {approver.role}")
            raise NotAllowed(approver, "approve_export", Subject("desk"))
        with self._database.write() as connection:
            found = self._of_id(connection, request_id)
            if found.by == approver.name:
                raise ExportRefused("自己申请的完整导出不能自己批准，请另一位有权的人来批。还没有导出。")
            if found.state != "open":
                raise ExportRefused("这个申请已经办过或者过期了，没有改动。需要时请重新申请。")
            if not agree and not words.strip():
                raise ExportRefused("请写明为什么不同意，申请的人要看。")
            decided = {
                "state": "approved" if agree else "refused",
                "decided_by": approver.name,
                "decided_at": self._clock(),
                "decision": words.strip()[:LONGEST_REASON],
            }
            self._change(connection, request_id, **decided)
            action = "approve full export" if agree else "refuse full export"
            self._append(connection, approver.name, action, found.record_type, f"{request_id} by {found.by}")

    def fetching(self, request_id: str) -> FullExport:
        """Note that an agreed export leaves, once, by who asked for it.  Raises as `decide`."""
        with self._database.read() as connection:
            found = self._of_id(connection, request_id)
        self._access.require("export_full", Subject(found.record_type))
        if found.by != self._access.actor.name:
            raise ExportRefused("只有申请的人自己能取出这份导出，没有导出。")
        if found.state != "approved":
            raise ExportRefused("这个申请还没有批准，或者已经取过、过期了，没有导出。")
        rows = self.count(RECORD_TYPES[found.record_type], found.query, action="export_full")
        with self._database.write() as connection:
            if self._of_id(connection, request_id).state != "approved":
                raise ExportRefused("这份导出已经取过了，没有再导出。")
            self._change(connection, request_id, state="done", done_at=self._clock())
            detail = f"{request_id} {rows} rows whole, agreed by {found.decided_by}"
            self._append(connection, found.by, "export full", found.record_type, detail)
        return replace(found, rows=rows)

    def not_left(self, record_type: RecordType, request_id: str = "") -> None:
        """The file was not finished: nothing left; an agreed export can be fetched again.  Raises StorageError."""
        with self._database.write() as connection:
            if request_id:
                self._change(connection, request_id, state="approved", done_at=None)
            self._append(connection, self._access.actor.name, "export stopped", record_type.code, request_id)

    # Insides

    def _seen(self, record_type: RecordType, query: ListQuery, action: str) -> ListQuery:
        access, code = self._access, record_type.code
        access.require(action, Subject(code))
        reach = min(access.reach(action, code), access.reach("list", code))
        return replace(
            query,
            station=access.actor.station if reach is not Reach.ALL else None,
            owner=access.actor.name if reach <= Reach.OWN else None,
        )

    def _of_id(self, connection: Connection, request_id: str) -> FullExport:
        found = select(export_request).where(export_request.c.id == request_id)
        try:
            return _request(connection.execute(found).mappings().one(), self._clock())
        except NoResultFound:
            raise ExportRefused("没有找到这个申请，没有改动。") from None

    def _change(self, connection: Connection, request_id: str, **columns: Any) -> None:
        connection.execute(update(export_request).where(export_request.c.id == request_id).values(**columns))

    def _append(self, connection: Connection, actor: str, action: str, of: str, detail: str) -> None:
        audit.append(connection, self._access.entry_of(actor, action, of, detail))


def _request(row: RowMapping, now: datetime) -> FullExport:
    asked = orjson.loads(row["asked"])
    since = row["decided_at"] or row["at"]
    lapsed = row["state"] in ("open", "approved") and now - since > LAPSES
    return FullExport(
        row["id"],
        row["at"],
        row["by"],
        row["record_type"],
        ListQuery(asked["words"], asked["codes"], asked["voided"]),
        row["rows"],
        row["reason"],
        "lapsed" if lapsed else row["state"],
        row["decided_by"],
        row["decision"],
    )


def _narrowed(query: ListQuery) -> str:
    """The filter for the trail: codes by name, and that words were searched, never which."""
    said = [f"{name}={code}" for name, code in query.codes.items()]
    said += ["searched"] if query.words.strip() else []
    said += ["voided too"] if query.voided else []
    return f"; {', '.join(said)}" if said else ""
