"""Many rows into one table with few statements: the district writes two rows for every revision it takes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import psycopg
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DataError, IntegrityError

AT_ONCE = 50


def put_in(
    connection: Connection,
    table: Table,
    shared: Mapping[str, Any],
    rows: Sequence[Sequence[Any]],
    same: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Insert rows whose columns in `shared` are alike; the other columns come in the order of the table.

    `same` names columns that say what another one says; no value is given for them.

    SQLite takes fifty rows a statement (half the time of one statement a row), PostgreSQL a COPY.
    Raises sqlalchemy.exc.IntegrityError, DataError.
    """
    if not rows:
        return
    names = tuple(column.name for column in table.columns)
    if connection.dialect.name == "postgresql":
        _copy(connection, table.name, names, shared, rows, same)
        return
    alike, repeated = tuple(shared), tuple(same.items())
    for at in range(0, len(rows), AT_ONCE):
        chunk = rows[at : at + AT_ONCE]
        values = list(shared.values())
        for row in chunk:
            values += row
        connection.exec_driver_sql(_insert(table.name, names, alike, repeated, len(chunk)), tuple(values))


@lru_cache(maxsize=256)
def _insert(
    table: str, names: tuple[str, ...], alike: tuple[str, ...], same: tuple[tuple[str, str], ...], rows: int
) -> str:
    """What all rows share is bound once, and so is what a row says twice."""
    shared = {name: at for at, name in enumerate(alike, 1)}
    own = [name for name in names if name not in shared and name not in dict(same)]
    marks: list[str] = []
    for row in range(rows):
        start = len(alike) + row * len(own) + 1
        places = shared | {name: at for at, name in enumerate(own, start)}
        places |= {name: places[other] for name, other in same}
        marks.append(f"({','.join(f'?{places[name]}' for name in names)})")
    columns = ", ".join(f'"{name}"' for name in names)
    return f'insert into "{table}" ({columns}) values {",".join(marks)}'  # noqa: S608  # names of our own tables


def _copy(
    connection: Connection,
    table: str,
    names: tuple[str, ...],
    shared: Mapping[str, Any],
    rows: Sequence[Sequence[Any]],
    same: Mapping[str, str],
) -> None:
    own = [name for name in names if name not in shared and name not in same]
    columns = ", ".join(f'"{name}"' for name in (*shared, *same, *own))
    statement = f'copy "{table}" ({columns}) from stdin'
    alike = tuple(shared.values())
    twice = [own.index(other) for other in same.values()]
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row((*alike, *[row[at] for at in twice], *row))
    except psycopg.IntegrityError as error:
        raise IntegrityError(statement, None, error) from error
    except psycopg.DataError as error:
        raise DataError(statement, None, error) from error
