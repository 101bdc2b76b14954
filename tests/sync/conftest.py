"""The sync tests talk to the same real servers as the district tests."""

from collections.abc import Iterator

import pytest

from app.district.server import DistrictServer
from tests.district.conftest import new_database, postgresql, proxy, sqlite_district
from tests.district.parts import STATION, Pc

__all__ = ["new_database", "postgresql", "proxy", "sqlite_district"]


@pytest.fixture
def pc(sqlite_district: DistrictServer) -> Iterator[Pc]:
    one = Pc.enrolled(sqlite_district.url, sqlite_district.open_code(STATION, "鹰头村"))
    yield one
    one.district.close()
