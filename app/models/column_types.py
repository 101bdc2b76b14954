"""How values that SQLite has no type for lie in a column: UTC moments, money in fen, lists of codes or files."""

from datetime import UTC, datetime
from decimal import Decimal

import orjson
from sqlalchemy import BigInteger, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.models.attached_file import AttachedFile, file_of


def moment_text(moment: datetime) -> str:
    """`2026-11-23T06:05:04Z`: an aware time as UTC text to the second, which sorts as time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def moment_of(text: str) -> datetime:
    """The aware UTC time of `moment_text`; raises ValueError for anything else."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


class Moment(TypeDecorator[datetime]):
    """An aware time, kept as UTC text."""

    impl = String(20)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else moment_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else moment_of(value)


class Fen(TypeDecorator[Decimal]):
    """An amount in yuan with two decimals, kept as a whole number of fen (分)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value * 100)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


class Codes(TypeDecorator[list[str]]):
    """Several codes of one list, kept as a JSON array."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str] | None:
        return None if value is None else [str(item) for item in orjson.loads(value)]


class Files(TypeDecorator[list[AttachedFile]]):
    """Attached files, kept as a JSON array of what names each of them."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[AttachedFile] | None, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[AttachedFile] | None:
        return None if value is None else [file_of(item) for item in orjson.loads(value)]
