"""Statements of the save path, compiled once: one save runs a dozen of them and the compiler is half its cost."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Insert, Table, insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler

_DIALECT = sqlite.dialect()
Binding = tuple[str, Callable[[Any], Any] | None]


class Prepared:
    """A statement whose SQL is compiled at import; values are bound by the types of its parameters."""

    def __init__(self, statement: Executable) -> None:
        compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]  # every Executable compiles
        assert isinstance(compiled, SQLCompiler)
        self._sql = str(compiled)
        self._fixed = dict(compiled.params)
        self._bindings: list[Binding] = [
            (name, compiled.binds[name].type.dialect_impl(_DIALECT).bind_processor(_DIALECT))
            for name in compiled.positiontup or ()
        ]

    def run(self, connection: Connection, row: Mapping[str, Any]) -> CursorResult[Any]:
        """Execute once; a parameter missing from `row` takes the value given when the statement was built."""
        return connection.exec_driver_sql(self._sql, self._bound(row))

    def run_all(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute for every row."""
        bound = [self._bound(row) for row in rows]
        if bound:
            connection.exec_driver_sql(self._sql, bound)

    def _bound(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(
            value
            if (value := row.get(name, self._fixed.get(name))) is None or process is None
            else process(value)
            for name, process in self._bindings
        )


def prepared_insert(table: Table) -> Prepared:
    """An insert into every column of a table; columns missing from a row become NULL."""
    statement: Insert = insert(table).values({column.key: None for column in table.columns})
    return Prepared(statement)
