"""Everything this file holds on one person: by number, by telephone, by a link, by name, in drafts and in history."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, inspect, select

from app.models.base import Record, Row
from app.models.fields import Field, Kind, Search, fields_of
from app.models.record_type import RecordType
from app.models.registry import RECORD_TYPES
from app.models.text import search_fold
from app.store import reading, search
from app.store.reading import StoredRecord
from app.store.tables import account, audit, draft, erased, revision

MOST_OF_A_NAME = 500
BY_CARD, BY_PHONE, BY_LINK, BY_HISTORY, BY_NAME = (
    "证件号码一致",
    "电话一致",
    "引用其居民档案",
    "以前的修订里有其号码",
    "同名，请核对是否本人",
)


@dataclass(frozen=True)
class Person:
    """Whom it is about; numbers in the form they are stored in, "" where not known."""

    name: str
    id_number: str = ""
    phone: str = ""

    def is_one_of(self, names: Iterable[str]) -> bool:
        """Whether the person's name is among these, however its dots are written."""
        return search_fold(self.name) in {search_fold(name) for name in names}

    def is_meant(self, values: Mapping[str, Any]) -> bool:
        """Whether a record or a repeated part of one carries this person's card, telephone or, without either, name."""
        own = {value for value in (self.id_number, self.phone) if value}
        given = {value for value in values.values() if isinstance(value, str)}
        if own & given:
            return True
        return not values.get("id_number") and search_fold(self.name) in {
            search_fold(value) for value in given
        }


@dataclass(frozen=True)
class Held:
    """A record that is about the person, and by what it was found."""

    record_type: str
    stored: StoredRecord
    how: str


@dataclass(frozen=True)
class Holding:
    """What there is: records, drafts (owner, type), lines of the trail about those records, a user of that name."""

    records: tuple[Held, ...]
    drafts: tuple[tuple[str, str], ...]
    trail_lines: int
    is_user: bool


def holding_of(connection: Connection, person: Person) -> Holding:
    """Looks everywhere a person can stand.  A name alone proves nobody: such records come last and say so."""
    found: dict[str, tuple[str, str]] = {}
    for code, record_id, how in _found(connection, person):
        found.setdefault(record_id, (code, how))
    gone = set(connection.execute(select(erased.c.record_id)).scalars())
    records = []
    for record_id, (code, how) in found.items():
        stored = reading.load(connection, RECORD_TYPES[code], record_id)
        if stored is not None and record_id not in gone:
            records.append(Held(code, stored, how))
    objects = [f"{held.record_type}/{held.stored.id}" for held in records]
    lines = select(func.count()).select_from(audit).where(audit.c.object.in_(objects))
    named = select(account.c.name).where(account.c.name == person.name)
    return Holding(
        tuple(records),
        tuple(_drafts(connection, person)),
        int(connection.execute(lines).scalar_one()),
        connection.execute(named).first() is not None,
    )


def _found(connection: Connection, person: Person) -> Iterator[tuple[str, str, str]]:
    for kind, value, how in (
        (Kind.ID_NUMBER, person.id_number, BY_CARD),
        (Kind.PHONE, person.phone, BY_PHONE),
    ):
        if value:
            yield from ((code, record_id, how) for code, record_id in _holding(connection, kind, [value]))
    if person.id_number:
        table = RECORD_TYPES["resident"].table
        own = connection.execute(select(table.c.id).where(table.c.id_number == person.id_number)).scalars()
        yield from ((code, one, BY_LINK) for code, one in _holding(connection, Kind.PERSON, own.all()))
        said = select(revision.c.record_type, revision.c.record_id).where(
            func.instr(revision.c.line, person.id_number.encode()) > 0
        )
        for row in connection.execute(said.distinct()):
            if row.record_type in RECORD_TYPES:
                yield row.record_type, row.record_id, BY_HISTORY
    wanted = search_fold(person.name)
    for hit in search.find(connection, person.name, limit=MOST_OF_A_NAME):
        if hit.record_type in RECORD_TYPES and _has_name(connection, hit.record_type, hit.record_id, wanted):
            yield hit.record_type, hit.record_id, BY_NAME


def _has_name(connection: Connection, code: str, record_id: str, wanted: str) -> bool:
    record_type = RECORD_TYPES[code]
    stored = reading.load(connection, record_type, record_id)
    names = record_type.search_terms(stored.values)[Search.NAME] if stored else ()
    return wanted in {search_fold(name) for name in names}


def _holding(connection: Connection, kind: Kind, values: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(record type, record id) of every record with one of the values in a field of this kind, its parts included."""
    wanted = list(values)
    if not wanted:
        return
    for code, record_type in RECORD_TYPES.items():
        for table, owner, name in _columns(record_type, kind):
            statement = select(table.c[owner]).where(table.c[name].in_(wanted)).distinct()
            yield from ((code, record_id) for record_id in connection.execute(statement).scalars())


def _columns(record_type: RecordType, kind: Kind) -> Iterator[tuple[Table, str, str]]:
    yield from ((record_type.table, "id", name) for name in _named(record_type.model, kind))
    for field in record_type.fields.values():
        if field.rows is not None:
            relation = inspect(record_type.model).relationships[field.name]
            (owner,) = relation.remote_side
            assert isinstance(relation.target, Table)
            yield from ((relation.target, str(owner.key), name) for name in _named(field.rows, kind))


def _named(model: type[Record] | type[Row], kind: Kind) -> Iterator[str]:
    fields: Mapping[str, Field] = fields_of(model)
    return (name for name, field in fields.items() if field.kind is kind)


def _drafts(connection: Connection, person: Person) -> Iterator[tuple[str, str]]:
    marks = [mark for mark in (person.id_number, person.phone, person.name) if mark]
    for row in connection.execute(select(draft.c.owner, draft.c.record_type, draft.c.content)):
        text = bytes(row.content).decode(errors="replace")
        if any(mark in text for mark in marks):
            yield row.owner, row.record_type
