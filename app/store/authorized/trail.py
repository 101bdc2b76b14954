"""The audit trail for those who may read it: newest first, narrowed, and checked link by link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.models.station_time import day_start
from app.store import anchors, audit
from app.store.authorized.access import Access
from app.store.database import Database
from app.store.tables import audit as table


@dataclass(frozen=True)
class TrailQuery:
    """What of the trail is asked for; days are the station's, both included."""

    actor: str = ""
    action: str = ""
    first: date | None = None
    last: date | None = None
    object: str = ""


@dataclass(frozen=True)
class TrailLine:
    """One line: who did what to which object."""

    seq: int
    at: datetime
    actor: str
    action: str
    object: str
    detail: str


class AuditTrail:
    """Reads the audit chain for one user."""

    def __init__(self, database: Database, access: Access) -> None:
        self._database = database
        self._access = access

    def lines(self, query: TrailQuery, *, before: int | None = None, limit: int = 200) -> list[TrailLine]:
        """Up to `limit` lines older than the line `before`, newest first.  Raises NotAllowed, StorageError."""
        self._access.require("read_audit")
        columns = (table.c.seq, table.c.at, table.c.actor, table.c.action, table.c.object, table.c.detail)
        statement = select(*columns).order_by(table.c.seq.desc()).limit(limit)
        if query.actor:
            statement = statement.where(table.c.actor == query.actor)
        if query.action:
            statement = statement.where(table.c.action == query.action)
        if query.first is not None:
            statement = statement.where(table.c.at >= day_start(query.first))
        if query.last is not None:
            statement = statement.where(table.c.at < day_start(query.last + timedelta(days=1)))
        if query.object:
            statement = statement.where(table.c.object.contains(query.object, autoescape=True))
        if before is not None:
            statement = statement.where(table.c.seq < before)
        with self._database.read() as connection:
            return [TrailLine(*row) for row in connection.execute(statement)]

    def known(self) -> tuple[Sequence[str], Sequence[str]]:
        """Every actor and every action in the trail.  Raises NotAllowed, StorageError."""
        self._access.require("read_audit")
        with self._database.read() as connection:
            actors = (
                connection.execute(select(table.c.actor).distinct().order_by(table.c.actor)).scalars().all()
            )
            actions = connection.execute(select(table.c.action).distinct()).scalars().all()
        return actors, actions

    def check(self) -> list[str]:
        """A sentence for every place where the chain does not hold, none where it does; noted.

        Raises NotAllowed, StorageError.
        """
        self._access.require("verify")
        with self._database.read() as connection:
            faults = [*audit.check_chain(connection), *anchors.check(connection, anchors.kept(connection))]
        self._access.note("verify audit", detail=f"{len(faults)} faults")
        return faults
