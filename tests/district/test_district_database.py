"""The district's schema: what the migrations build is what the tables say; an old file opens again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from app.district.database import open_database
from app.district.identity import identity_of
from app.district.tables import METADATA


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrated_schema_is_the_declared_one(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    new_database: Callable[[], str] | None = (
        request.getfixturevalue("new_database") if kind == "postgresql" else None
    )
    database = open_database(new_database() if new_database else None, tmp_path)
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    database.close()


def test_server_keeps_its_identity_and_its_durable_settings(tmp_path: Path) -> None:
    database = open_database(None, tmp_path)
    first = identity_of(database)
    database.close()
    database = open_database(None, tmp_path)
    again = identity_of(database)
    assert (again.server, again.public_key) == (first.server, first.public_key)
    with database.read() as connection:
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2
        version = str(connection.exec_driver_sql("select sqlite_version()").scalar())
    assert tuple(map(int, version.split("."))) >= (3, 51, 3)
    database.close()
