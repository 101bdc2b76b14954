"""Declarative base: the naming convention, the record head every record carries, and the row of a record."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

from app.models.column_types import Moment

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Root of all mapped classes; one metadata for records and the store's own tables."""

    metadata = MetaData(naming_convention=NAMING)


class Record(Base):
    """One thing a station records, with who wrote which revision and when.

    Field columns are nullable: what is required is a rule of the record type, not of the file, so that
    a revision written by an older or newer program can always be stored.
    """

    __abstract__ = True

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    station: Mapped[str] = mapped_column(String(12))
    revision: Mapped[int]
    head: Mapped[str] = mapped_column(String(36))
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(Moment)
    void_reason: Mapped[str | None]


class Row(Base):
    """A repeated part of a record (a party, a session, a finding), kept in the order it was entered.

    Rows lie under their record's id and place, in one tree without a rowid: a save touches one page a kind of
    row instead of three.  `id` is the row's identity across edits and stations.
    """

    __abstract__ = True
    __table_args__: Any = {"sqlite_with_rowid": False}  # noqa: RUF012  # SQLAlchemy reads it off the class

    position: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    id: Mapped[str] = mapped_column(String(36))


def owner(record_table: str) -> MappedColumn[Any]:
    """The column of a row class that says which record of `record_table` a row belongs to."""
    key = ForeignKey(f"{record_table}.id", ondelete="CASCADE")
    return mapped_column(key, primary_key=True, sort_order=-2)
