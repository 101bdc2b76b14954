"""One encrypted file with the cases of the seed article in it, imported as a station would."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from app.exchange.importing import import_rows
from app.exchange.source_rows import source_rows
from app.models.registry import RECORD_TYPES
from app.reports.catalogue import Reports
from app.reports.reckoning import SuccessBase
from app.reports.table import Cell, Report
from app.store.database import Database
from app.store.founding import found
from app.store.reading import RecordReader
from app.store.records import RecordStore
from app.store.station import Station, read_station
from tests.reports.seed_cases import rows

# The file is written long after the period it tells of: figures go by business days.
IMPORTED_AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Station]]:
    folder: Path = tmp_path_factory.mktemp("seed")
    lines = folder / "cases.jsonl"
    lines.write_bytes(b"\n".join(orjson.dumps(row) for row in rows()))
    database = found(
        folder / "desk.db", secrets.token_bytes(32), station_code="511421125201", station_name="鹰头村"
    )
    with database.read() as connection:
        station = read_station(connection)
    store, reader = RecordStore(database, station, lambda: IMPORTED_AT), RecordReader(database)
    report = import_rows(source_rows(lines, RECORD_TYPES, None), store, reader, by="导入员")
    assert report.refused == []
    yield database, station
    database.close()


@pytest.fixture(scope="session")
def seed_reports(seed: tuple[Database, Station]) -> Reports:
    return Reports(*seed, success=SuccessBase.RECEIVED)


def row_named(report: Report, name: str) -> dict[str, Cell]:
    """The cells of a row by the headings of their columns."""
    row = next(row for row in report.rows if name in row[: report.fixed])
    headings = [column.heading for column in report.columns]
    return dict(zip(headings, row, strict=True))
