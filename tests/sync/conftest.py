"""The sync tests talk to the same real servers as the district tests."""

from tests.district.conftest import proxy, sqlite_district

__all__ = ["proxy", "sqlite_district"]
