"""The schema and the statements stay fit to be spread over many machines by station (Citus)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Integer, SmallInteger, Table, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import Select, Update

from app.district import admin_tables, queries
from app.district.server import DistrictServer
from app.district.tables import METADATA
from tests.district.parts import Pc

WHOLE = {"server_meta": "reference", "device_home": "reference", "office": "reference"}
WHOLE |= dict.fromkeys(("account", "login_failure", "web_session", "trail"), "local")
assert admin_tables
SPREAD = [table for table in METADATA.sorted_tables if "spread" not in table.info]


def keys_of(table: Table) -> Iterator[set[str]]:
    yield {column.name for column in table.primary_key.columns}
    for constraint in table.constraints:
        if type(constraint).__name__ == "UniqueConstraint":
            yield {column.name for column in constraint.columns}  # type: ignore[attr-defined]
    for index in table.indexes:
        if index.unique:
            yield {column.name for column in index.columns}


def test_every_table_says_how_it_is_spread() -> None:
    told = {table.name: table.info["spread"] for table in METADATA.sorted_tables if "spread" in table.info}
    assert told == WHOLE
    for table in SPREAD:
        for key in keys_of(table):
            assert "station" in key, (table.name, key)
        assert not table.foreign_keys, table.name


def test_nothing_counts_by_itself() -> None:
    """A sequence would be one point all machines wait for; places and seqs are given under a station's lock."""
    for table in METADATA.sorted_tables:
        for column in table.columns:
            assert column.identity is None
            assert column.server_default is None
            if column.primary_key and isinstance(column.type, (BigInteger, Integer, SmallInteger)):
                assert len(table.primary_key.columns) > 1 or column.autoincrement is False, column


def test_migrated_databases_are_what_the_tables_say(district: DistrictServer) -> None:
    seen = inspect(district.services.database.engine)
    assert {*seen.get_table_names()} - {"alembic_version"} == {table.name for table in METADATA.sorted_tables}
    for table in METADATA.sorted_tables:
        columns = {column["name"]: column for column in seen.get_columns(table.name)}
        assert columns.keys() == {column.name for column in table.columns}, table.name
        primary = seen.get_pk_constraint(table.name)["constrained_columns"]
        assert primary == [column.name for column in table.primary_key.columns], table.name
        unique = {frozenset(one["column_names"]) for one in seen.get_unique_constraints(table.name)}
        unique |= {
            frozenset(name for name in one["column_names"] if name)
            for one in seen.get_indexes(table.name)
            if one["unique"]
        }
        assert unique <= {frozenset(key) for key in keys_of(table)}, table.name
        assert seen.get_foreign_keys(table.name) == []
        assert not any("nextval" in str(column["default"]) for column in columns.values())
    assert seen.get_sequence_names() == [] if not district.services.database.is_sqlite else True


def test_prepared_statements_name_the_station() -> None:
    found = [one for one in vars(queries).values() if isinstance(one, (Select, Update))]
    assert len(found) >= 12
    for statement in found:
        for dialect in (sqlite.dialect(), postgresql.dialect()):
            assert unbound(str(statement.compile(dialect=dialect))) == set()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_what_the_pcs_do_names_the_station_in_every_statement(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The real statements of push, pull, hello, digest, epoch and record; one by enrolment asks all stations."""
    url = None if database == "sqlite" else request.getfixturevalue("new_database")()
    with DistrictServer(tmp_path, url=url) as district:
        code = district.open_code("511421125201", "鹰头村")
        other_code = district.open_code("511421125201", "鹰头村")
        with said_to(district) as enrolling:
            pc = Pc.enrolled(district.url, code)
        other = Pc.enrolled(district.url, other_code, "二号机")
        with said_to(district) as said:
            _a_day_of(pc, other)
        for one in (pc, other):
            one.district.close()
    assert len(said) > 40
    assert [statement for statement in said if unbound(statement)] == []
    across = [statement for statement in enrolling if unbound(statement)]
    assert len(across) == 1
    assert "FROM enrol_code" in across[0]
    assert "FOR UPDATE" not in across[0]


def test_the_check_itself_finds_a_statement_across_stations() -> None:
    assert unbound("SELECT * FROM device WHERE device.device = ?") == {"device"}
    assert unbound("UPDATE held SET released_at=? WHERE held.position = ?") == {"held"}
    assert unbound(
        "SELECT 1 FROM revision JOIN held ON held.position = revision.position WHERE revision.station = ?"
    ) == {"held"}
    assert (
        unbound(
            "SELECT 1 FROM revision JOIN held ON held.station = revision.station WHERE revision.station = ?"
        )
        == set()
    )
    assert unbound('insert into "revision" ("station", "position") values (?, ?)') == set()


def _a_day_of(pc: Pc, other: Pc) -> None:
    line = pc.pen.create()
    pc.push(line)
    first = other.pen.edit(line, name="王改")
    other.push(first)
    pc.push(pc.pen.edit(line, name="李改"), pc.pen.write("create", {"name": None}))
    waiting = pc.pen.edit(first, name="又改")
    pc.push(waiting, pc.pen.write("void", {"reason": "重复"}, record=line.record, base=waiting.op_id))
    for one in (pc, other):
        page = one.district.pull("")
        one.district.pull(page.cursor)
        one.district.record(line.record)
        one.district.hello(0)
        one.district.tallies()
        one.district.digests("resident", "2026-11")


@contextmanager
def said_to(district: DistrictServer) -> Iterator[list[str]]:
    """Every statement the server gives to its database meanwhile."""
    said: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    engine = district.services.database.engine
    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def unbound(statement: str) -> set[str]:
    """Tables a statement reads or changes without tying their station to a value or to another table's."""
    plain = statement.replace('"', "")
    written = re.match(r"insert into (\w+) \(([^)]*)\)", plain, re.I)
    if written:
        return set() if "station" in written[2] or written[1] in WHOLE else {written[1]}
    named = {table.name for table in SPREAD if re.search(rf"\b(FROM|JOIN|UPDATE) {table.name}\b", plain)}
    tied = {name for name in named if re.search(rf"\b{name}\.station = (?!\w+\.)", plain)}
    while True:
        more = {
            name
            for name in named - tied
            if any(
                re.search(rf"\b{one}\.station = {other}\.station", plain)
                for mate in tied
                for one, other in ((name, mate), (mate, name))
            )
        }
        if not more:
            return named - tied
        tied |= more
