"""Declarative base: the naming convention, the record head every record carries, and the row of a record."""

from datetime import datetime

from sqlalchemy import MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

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
    """A repeated part of a record (a party, a session, a finding), kept in the order it was entered."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    position: Mapped[int]
