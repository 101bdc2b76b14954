"""The short lists of the home and sync pages for a signed-in user: what they may not see is not in them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select

from app.models.changes import Difference
from app.models.mediation.practice import LocalPractice
from app.models.registry import RECORD_TYPES
from app.security.authorize import NotAllowed, Subject
from app.store.authorized.access import Access
from app.store.blob_transfers import Transfer
from app.store.database import Database
from app.store.differences import Differences, Disputed
from app.store.drafts import Draft, Drafts
from app.store.due import DAYS_AHEAD, DueItem, DueReader
from app.store.outbox import Outbox, OutboxLine, Refusal, SettledVerdict
from app.store.recent import RecentReader, Touched
from app.store.tables import conflict

Named = TypeVar("Named")
MORE = 5
"""How many times the lines wanted are looked through where some of them are not the user's to see."""


class AuthorizedRecent(RecentReader):
    """RecentReader for one user."""

    def __init__(self, database: Database, access: Access) -> None:
        super().__init__(database)
        self._access = access

    def newest(self, limit: int = 8) -> list[Touched]:
        """As RecentReader, only what the user may see."""
        found = super().newest(limit * MORE)
        return _seen(self._database, self._access, found, _of_touched)[:limit]

    def waiting(self, limit: int = 200) -> list[Touched]:
        """As RecentReader; a record the user may not see is a line without its name."""
        found = super().waiting(limit)
        seen = {one.record_id for one in _seen(self._database, self._access, found, _of_touched)}
        return [one if one.record_id in seen else replace(one, headline="") for one in found]

    def headlines(self, records: Mapping[str, str]) -> dict[str, str]:
        """As RecentReader, only of what the user may see."""
        kept = _seen(self._database, self._access, records.items(), lambda one: (one[1], one[0]))
        return super().headlines(dict(kept))


class AuthorizedDue(DueReader):
    """DueReader for one user."""

    def __init__(self, database: Database, access: Access, local: LocalPractice | None = None) -> None:
        super().__init__(database, local)
        self._access = access

    def items(self, today: date, *, ahead: int = DAYS_AHEAD, limit: int = 200) -> list[DueItem]:
        """As DueReader, only what the user may see."""
        found = super().items(today, ahead=ahead, limit=limit)
        return _seen(self._database, self._access, found, lambda item: (item.record_type, item.record_id))


class AuthorizedDifferences(Differences):
    """Differences for one user."""

    def __init__(self, database: Database, access: Access) -> None:
        super().__init__(database)
        self._access = access

    def of(self, record_id: str) -> list[Difference]:
        """As Differences.  Raises NotAllowed, too."""
        kind = select(conflict.c.record_type).where(conflict.c.record_id == record_id).limit(1)
        with self._database.read() as connection:
            code = connection.execute(kind).scalar()
        if code is not None:
            self._access.require("read", self._access.subject(code, record_id) or Subject(code, record_id))
        return super().of(record_id)

    def open_records(self, limit: int = 200) -> list[Disputed]:
        """As Differences, only what the user may see."""
        found = super().open_records(limit)
        return _seen(self._database, self._access, found, lambda one: (one.record_type, one.record_id))


class AuthorizedDrafts(Drafts):
    """Drafts for one user: their own and nobody else's."""

    def __init__(self, database: Database, access: Access) -> None:
        super().__init__(database)
        self._access = access

    def keep(
        self,
        owner: str,
        record_type: str,
        record_id: str,
        content: Mapping[str, Any],
        *,
        base: str | None,
        at: datetime,
    ) -> None:
        """As Drafts.  Raises NotAllowed, too."""
        self._own(owner, record_type, record_id)
        super().keep(owner, record_type, record_id, content, base=base, at=at)

    def of(self, owner: str) -> list[Draft]:
        """As Drafts, of the kinds the user may still write.  Raises NotAllowed, too."""
        self._own(owner)
        return [one for one in super().of(owner) if self._access.may("draft", one.record_type)]

    def discard(self, owner: str, record_id: str) -> None:
        """As Drafts.  Raises NotAllowed, too."""
        self._own(owner)
        super().discard(owner, record_id)

    def _own(self, owner: str, code: str | None = None, record_id: str = "") -> None:
        actor = self._access.actor
        if owner != actor.name:
            raise NotAllowed(actor, "draft", Subject(code or "resident", record_id))
        if code is not None:
            self._access.require("draft", Subject(code, record_id, actor.name, actor.station))


class AuthorizedOutbox(Outbox):
    """The outbox as pages see it: counts and refusals; what is sent is the postman's alone."""

    def __init__(self, database: Database, epoch: int, access: Access) -> None:
        super().__init__(database, epoch)
        self._access = access

    def refusals(self, limit: int = 200) -> Sequence[Refusal]:
        """As Outbox, only of what the user may see."""
        found = super().refusals(limit)
        return _seen(self._database, self._access, found, lambda one: (one.record_type, one.record_id))

    def held_files(self) -> list[Transfer]:
        """As Outbox; the names only for whoever may open files."""
        held = super().held_files()
        return held if self._access.may("open_file") else [replace(one, name="") for one in held]

    def next_lines(self, max_bytes: int, max_count: int) -> list[OutboxLine]:
        """Raises NotAllowed: no page sends."""
        raise self._not_here()

    def lines_after(self, seq: int, max_bytes: int, max_count: int) -> list[OutboxLine]:
        """Raises NotAllowed: no page sends."""
        raise self._not_here()

    def line(self, seq: int) -> bytes | None:
        """Raises NotAllowed: no page sends."""
        raise self._not_here()

    def continue_from(self, seq: int) -> None:
        """Raises NotAllowed: no page sends."""
        raise self._not_here()

    def apply_receipt(
        self, acked_seq: int, verdicts: Iterable[SettledVerdict], received_at: datetime
    ) -> None:
        """Raises NotAllowed: no page sends."""
        raise self._not_here()

    def _not_here(self) -> NotAllowed:
        return NotAllowed(self._access.actor, "sync", Subject("desk"))


def _of_touched(one: Touched) -> tuple[str, str]:
    return one.record_type, one.record_id


def _seen(
    database: Database, access: Access, found: Iterable[Named], of: Callable[[Named], tuple[str, str]]
) -> list[Named]:
    """Those of the lines whose record the user may see; `of` answers type code and record id."""
    listed = [(one, *of(one)) for one in found]
    if not listed:
        return []
    with database.read() as connection:
        seen = {
            (code, record_id)
            for code in {code for _, code, _ in listed} & set(RECORD_TYPES)
            for record_id in access.visible(
                connection, code, {i for _, of_code, i in listed if of_code == code}
            )
        }
    return [one for one, code, record_id in listed if (code, record_id) in seen]
