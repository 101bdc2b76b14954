"""What a signed-in user may do with this file; every refusal is written into the audit chain."""

import shutil
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Connection, select

from app.models.record_type import RecordType
from app.models.registry import RECORD_TYPES
from app.security.authorize import DESK, Actor, NotAllowed, Reach, Subject, authorize, is_allowed, matrix
from app.store import audit
from app.store.database import Database
from app.store.errors import StorageError
from app.store.policies import LAPSING, Standing, standing

DENIED = "denied"
ROOM_KEPT = 2**20  # bytes


class PolicyLapsed(NotAllowed):
    """The district has not confirmed its policy for 90 days; the sentence says what to do."""

    def __init__(self, actor: Actor, action: str, of: Subject) -> None:
        super().__init__(actor, action, of)
        self.args = (
            "区里的管理要求超过 90 天没有更新，完整号码和导出已停用，已保存的内容没有受影响。"
            "请连上区里收发一次，或核对电脑时间。",
        )


class Access:
    """Asks for one actor, and notes for them."""

    def __init__(self, database: Database, device: str, clock: Callable[[], datetime], actor: Actor) -> None:
        self.actor = actor
        self._database = database
        self._device = device
        self._clock = clock
        self._unwritten: list[audit.Entry] = []
        self._lock = threading.Lock()

    def may(self, action: str, table: str = DESK) -> bool:
        """Whether the actor may do this with anything of a table; what is not offered is not noted either."""
        return is_allowed(self.actor, action, Subject(table))

    def may_with(self, action: str, of: Subject) -> bool:
        """The same for one record."""
        return is_allowed(self.actor, action, of)

    def may_open(self, page: str) -> bool:
        """Whether a page of the window is offered."""
        asked = matrix().pages.get(page)
        table, _, action = (asked or "").partition(".")
        return asked == "" or self.may(action, table)

    def may_run(self, command: str) -> bool:
        """Whether a command is open to the actor."""
        asked = matrix().commands.get(command)
        table, _, action = (asked or "").partition(".")
        return asked == "" or any(
            self.may(action, each) for each in (RECORD_TYPES if table == "*" else (table,))
        )

    def require(self, action: str, of: Subject | None = None) -> None:
        """Raises NotAllowed, and notes that, unless the actor may; StorageError."""
        of = of or Subject(DESK)
        try:
            authorize(self.actor, action, of)
        except NotAllowed:
            self.note(DENIED, of.name, f"{action} {self.actor.role}".rstrip())
            raise
        if action in LAPSING:
            self._check_policy(action, of)

    def _check_policy(self, action: str, of: Subject) -> None:
        with self._database.read() as connection:
            found = standing(connection, self._clock())
        if found is Standing.LAPSED:
            self.note(DENIED, of.name, f"{action} {self.actor.role}".rstrip())
            raise PolicyLapsed(self.actor, action, of)

    def require_page(self, page: str) -> None:
        """The same for a page of the window."""
        table, _, action = matrix().pages.get(page, f"{DESK}.{page}").partition(".")
        self.require(action, Subject(table))

    def require_record(self, action: str, record_type: RecordType, record_id: str) -> bool:
        """The same for a record of this file; False where there is none, which is the caller's to say."""
        found = self.subject(record_type.code, record_id)
        self.require(action, found or Subject(record_type.code))
        return found is not None

    def subject(self, code: str, record_id: str) -> Subject | None:
        """A record of this file as what is asked about."""
        with self._database.read() as connection:
            return subject_of(connection, code, record_id)

    def reach(self, action: str, code: str) -> Reach:
        """How far the actor reaches over the records of a type."""
        return matrix().reach(self.actor.role, code, action)

    def visible(self, connection: Connection, code: str, ids: Iterable[str]) -> set[str]:
        """Those of the records the actor may see in a list."""
        reach = self.reach("list", code)
        if code not in RECORD_TYPES or reach is Reach.NONE:
            return set()
        table = RECORD_TYPES[code].table
        statement = select(table.c.id).where(table.c.id.in_(list(ids)))
        if reach is not Reach.ALL:
            statement = statement.where(table.c.station == self.actor.station)
        if reach is Reach.OWN:
            statement = statement.where(table.c.created_by == self.actor.name)
        return set(connection.execute(statement).scalars())

    def note(self, action: str, of: str = DESK, detail: str = "") -> None:
        """Write what the actor did into the audit chain; `detail` holds no personal data.  Raises StorageError."""
        with self._lock:
            self._write([*self._unwritten, self._entry(action, of, detail)])
            self._unwritten.clear()

    def note_reading(self, of: str) -> None:
        """The same for reading, which goes on where the disk is full: the line is then written with the next."""
        with self._lock:
            self._unwritten.append(self._entry("read", of, ""))
        self.write_down()

    def write_down(self) -> None:
        """Write what was read, unless little room is left: the last room on a disk is for what people write."""
        with self._lock, suppress(StorageError, OSError):
            if self._unwritten and shutil.disk_usage(self._database.path.parent).free >= ROOM_KEPT:
                self._write(self._unwritten)
                self._unwritten.clear()

    def entry_of(self, actor: str, action: str, of: str, detail: str) -> audit.Entry:
        """A line for somebody who gave their own password at this desk, for a transaction of its own."""
        return audit.Entry(self._clock(), actor, self._device, action, of, detail)

    def _entry(self, action: str, of: str, detail: str) -> audit.Entry:
        return self.entry_of(self.actor.name, action, of, detail)

    def _write(self, entries: list[audit.Entry]) -> None:
        with self._database.write() as connection:
            for entry in entries:
                audit.append(connection, entry)


def subject_of(connection: Connection, code: str, record_id: str) -> Subject | None:
    """A record of this file as what is asked about, or None."""
    if code not in RECORD_TYPES:
        return None
    table = RECORD_TYPES[code].table
    row = connection.execute(
        select(table.c.created_by, table.c.station).where(table.c.id == record_id)
    ).one_or_none()
    return Subject(code, record_id, row.created_by, row.station) if row else None
