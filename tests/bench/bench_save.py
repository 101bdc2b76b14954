"""A durable save through RecordStore against a bare SQLCipher insert with the same pragmas, turn by turn."""

import secrets
import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from samples import SAMPLES
from uuid_utils import uuid7

from app.models import payload
from app.models.registry import RECORD_TYPES
from app.store.founding import found
from app.store.records import RecordStore
from app.store.station import read_station


def measure(saves: int = 400) -> dict[str, float]:
    """Median milliseconds of both, taken alternately in one run so that a noisy machine hits both alike."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        database = found(
            Path(folder) / "desk.db",
            secrets.token_bytes(32),
            station_code="511421125201",
            station_name="鹰头村",
        )
        with database.read() as connection:
            station = read_station(connection)
        with database.write() as connection:
            connection.exec_driver_sql("CREATE TABLE bare (id TEXT PRIMARY KEY, content BLOB)")
        store = RecordStore(database, station, lambda: datetime.now(UTC))
        raw = database._connect()
        for code, record_type in RECORD_TYPES.items():
            sample = record_type.clean(SAMPLES[code]())[0] | _no_rows(record_type)
            content = payload.canonical(payload.encode(record_type, sample))
            ours, bare = [], []
            for turn in range(saves):
                values = SAMPLES[code]()
                start = perf_counter()
                store.save(record_type, values, by="甲", record_id=str(uuid7()))
                middle = perf_counter()
                raw.execute("BEGIN IMMEDIATE")
                raw.execute("INSERT INTO bare VALUES (?, ?)", (str(uuid7()), content))
                raw.execute("COMMIT")
                if turn >= saves // 10:
                    ours.append(middle - start)
                    bare.append(perf_counter() - middle)
            figures[f"{code} save ms"] = 1000 * statistics.median(ours)
            figures[f"{code} bare insert ms"] = 1000 * statistics.median(bare)
            figures[f"{code} ratio"] = statistics.median(ours) / statistics.median(bare)
        raw.close()
        database.close()
    return figures


def _no_rows(record_type):
    return {field.name: [] for field in record_type.fields.values() if field.rows is not None}


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name:32} {figure:8.2f}")
