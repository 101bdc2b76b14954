"""Field kinds: a field is declared once on its class and drives form, validation, wire, search, import."""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Date, Integer, String, Text
from sqlalchemy.orm import MappedColumn, Relationship, class_mapper, mapped_column, relationship
from sqlalchemy.types import TypeEngine

from app.models.base import Record, Row
from app.models.column_types import Codes, Fen, Files, Moment


class Kind(StrEnum):
    """What sort of value a field holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    DAY = "day"
    MOMENT = "moment"
    INTEGER = "integer"
    MONEY = "money"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    USCC = "uscc"
    PERSON = "person"
    PLACE = "place"
    DIVISION = "division"
    NUMBER = "number"
    FILES = "files"
    ROWS = "rows"


class Search(StrEnum):
    """How a field's value is found: as a name, by head or tail of a number, or by words in the text."""

    NAME = "name"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True)
class Field:
    """One declared field.  `name` is the attribute it was declared as."""

    label: str
    kind: Kind
    name: str = ""
    required: bool = False
    max_length: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    codes: str | None = None
    search: Search | None = None
    sensitive: bool = False
    hint: str = ""
    default: Any = None
    rows: type[Row] | None = None
    derived: bool = False
    aside: bool = False
    kept: bool = False


COLUMN_TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.TEXT: String(),
    Kind.LONG_TEXT: Text(),
    Kind.DAY: Date(),
    Kind.MOMENT: Moment(),
    Kind.INTEGER: Integer(),
    Kind.MONEY: Fen(),
    Kind.CHOICE: String(),
    Kind.CHOICES: Codes(),
    Kind.YES_NO: Boolean(),
    Kind.PHONE: String(),
    Kind.ID_NUMBER: String(),
    Kind.USCC: String(),
    Kind.PERSON: String(36),
    Kind.PLACE: String(),
    Kind.DIVISION: String(12),
    Kind.NUMBER: String(),
    Kind.FILES: Files(),
}


def _column(field: Field) -> MappedColumn[Any]:
    return mapped_column(COLUMN_TYPES[field.kind], nullable=True, info={"field": field})


def text(
    label: str,
    *,
    required: bool = False,
    max_length: int = 100,
    search: Search | None = None,
    sensitive: bool = False,
    hint: str = "",
    default: str | None = None,
) -> MappedColumn[Any]:
    """One line of text; `max_length` in code points."""
    return _column(
        Field(
            label,
            Kind.TEXT,
            required=required,
            max_length=max_length,
            search=search,
            sensitive=sensitive,
            hint=hint,
            default=default,
        )
    )


def long_text(
    label: str,
    *,
    required: bool = False,
    max_length: int = 2000,
    search: Search | None = Search.TEXT,
    hint: str = "",
) -> MappedColumn[Any]:
    """Several lines of text; `max_length` in code points."""
    return _column(
        Field(label, Kind.LONG_TEXT, required=required, max_length=max_length, search=search, hint=hint)
    )


def day(label: str, *, required: bool = False, default: str | None = None) -> MappedColumn[Any]:
    """A calendar day at the station; `default="today"` fills a new form."""
    return _column(Field(label, Kind.DAY, required=required, default=default))


def moment(label: str, *, required: bool = False, default: str | None = None) -> MappedColumn[Any]:
    """A time to the minute, shown in the station's time and kept in UTC; `default="now"` fills a new form."""
    return _column(Field(label, Kind.MOMENT, required=required, default=default))


def integer(
    label: str,
    *,
    required: bool = False,
    minimum: int = 0,
    maximum: int = 1_000_000,
    default: int | None = None,
    hint: str = "",
) -> MappedColumn[Any]:
    """A whole number within inclusive limits."""
    return _column(
        Field(
            label,
            Kind.INTEGER,
            required=required,
            minimum=minimum,
            maximum=maximum,
            default=default,
            hint=hint,
        )
    )


def money(label: str, *, required: bool = False) -> MappedColumn[Any]:
    """An amount in yuan, two decimals, not negative."""
    return _column(Field(label, Kind.MONEY, required=required))


def choice(
    label: str, codes: str, *, required: bool = False, default: str | None = None
) -> MappedColumn[Any]:
    """One code of the code list `codes`."""
    return _column(Field(label, Kind.CHOICE, required=required, codes=codes, default=default))


def choices(label: str, codes: str) -> MappedColumn[Any]:
    """Any number of codes of the code list `codes`."""
    return _column(Field(label, Kind.CHOICES, codes=codes))


def yes_no(label: str, *, default: bool | None = None) -> MappedColumn[Any]:
    """Yes, no, or not asked (None)."""
    return _column(Field(label, Kind.YES_NO, default=default))


def phone(label: str, *, required: bool = False) -> MappedColumn[Any]:
    """A telephone number, searched by head and tail, masked on lists."""
    return _column(
        Field(label, Kind.PHONE, required=required, max_length=30, search=Search.NUMBER, sensitive=True)
    )


def id_number(label: str, *, required: bool = False) -> MappedColumn[Any]:
    """The number of an identity document (GB 11643-1999 for the resident card), masked on lists."""
    return _column(
        Field(label, Kind.ID_NUMBER, required=required, max_length=30, search=Search.NUMBER, sensitive=True)
    )


def uscc(label: str) -> MappedColumn[Any]:
    """A unified social credit code (统一社会信用代码, GB 32100-2015)."""
    return _column(Field(label, Kind.USCC, max_length=18, search=Search.NUMBER))


def person(label: str) -> MappedColumn[Any]:
    """The id of a resident record this one is about."""
    return _column(Field(label, Kind.PERSON))


def place(label: str, *, required: bool = False, max_length: int = 200) -> MappedColumn[Any]:
    """An address in free words, offered from earlier entries and the division list."""
    return _column(Field(label, Kind.PLACE, required=required, max_length=max_length, search=Search.TEXT))


def division(label: str, *, required: bool = False) -> MappedColumn[Any]:
    """A 12-digit code of the statistical division list."""
    return _column(Field(label, Kind.DIVISION, required=required))


def number(label: str) -> MappedColumn[Any]:
    """The record's own document number, given by the store when it is first saved.

    Not unique in the file: what another PC of the station numbered is stored whatever it says.
    """
    field = Field(label, Kind.NUMBER, max_length=60, search=Search.NUMBER)
    return mapped_column(COLUMN_TYPES[Kind.NUMBER], nullable=True, index=True, info={"field": field})


def files(label: str, *, maximum: int = 20) -> MappedColumn[Any]:
    """Attached files (附件), at most `maximum`; the field holds their names and hashes, the store their content."""
    return _column(Field(label, Kind.FILES, maximum=maximum))


def rows(
    label: str, row: type[Row], *, minimum: int = 0, maximum: int = 200, kept: bool = False
) -> Relationship[Any]:
    """Repeated parts of the record, kept in order; `minimum` and `maximum` count rows.

    Kept rows are written by the program as something is done, never typed; a form carries them unchanged.
    """
    return relationship(
        row,
        cascade="all, delete-orphan",
        order_by=lambda: row.position,
        lazy="selectin",
        info={
            "field": Field(
                label, Kind.ROWS, required=minimum > 0, minimum=minimum, maximum=maximum, rows=row, kept=kept
            )
        },
    )


def derived(column: MappedColumn[Any]) -> MappedColumn[Any]:
    """A field nobody fills in: computed from the others at every save, by every reader alike; never on the wire."""
    info = column.column.info
    info["field"] = replace(info["field"], derived=True)
    return column


def aside(column: MappedColumn[Any]) -> MappedColumn[Any]:
    """A field seldom needed: the form puts it away until it is asked for or holds something."""
    info = column.column.info
    info["field"] = replace(info["field"], aside=True)
    return column


def kept(column: MappedColumn[Any]) -> MappedColumn[Any]:
    """A field the program writes itself; a form carries it unchanged."""
    info = column.column.info
    info["field"] = replace(info["field"], kept=True)
    return column


@cache
def fields_of(model: type[Record] | type[Row]) -> dict[str, Field]:
    """The fields declared on a record or row class, by name, in the order they were declared."""
    declared: dict[str, Field] = {}
    attributes = class_mapper(model, configure=False).attrs
    order = [name for base in reversed(model.__mro__) for name in getattr(base, "__annotations__", {})]
    for name in dict.fromkeys(order):
        if name not in attributes:
            continue
        attribute: Any = attributes[name]
        info = attribute.columns[0].info if hasattr(attribute, "columns") else attribute.info
        if "field" in info:
            declared[name] = replace(info["field"], name=name)
    return declared
