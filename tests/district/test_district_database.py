"""The district's schema: what the migrations build is what the tables say; an old file opens again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from app.district.administration.accounts import Accounts
from app.district.database import MIGRATIONS, _sqlite, open_database
from app.district.enrolment import Enrolments
from app.district.identity import identity_of
from app.district.tables import METADATA
from tests.conftest import SettableClock


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


def test_district_of_the_first_schema_finds_its_pcs_again(tmp_path: Path) -> None:
    """A file made before there were administrators: every PC is still known, and nobody is an administrator."""
    device = "01a220b0-cc4f-7539-8e54-2844ed2ff875"
    engine = _sqlite(tmp_path / "district.db")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("insert into station values ('511421125201', '鹰头村', 0, '')")
        connection.exec_driver_sql(
            "insert into device (station, device, label, public_key, segment, epoch, acked_seq, enrolled_at) "
            f"values ('511421125201', '{device}', '一号机', x'00', 0, 1, 7, '')"
        )
    engine.dispose()
    database = open_database(None, tmp_path)
    found = Enrolments(database, identity_of(database), SettableClock()).find(device)
    assert found is not None
    assert (found.station, found.acked_seq) == ("511421125201", 7)
    assert not Accounts(database, SettableClock()).any_at_all()
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
