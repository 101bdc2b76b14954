"""Whether the district answers as fast with a million records stored as empty: p95 of batches of 100, one run."""

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench_push import varied

from app.district.bulk import put_in
from app.district.server import DistrictServer
from app.district.tables import record_state, revision, station
from tests.district.parts import STATION, Pc, Pen, new_id

BATCH, TURNS, CHUNK = 100, 60, 5_000


def measure(stored: int, url: str | None = None, empty_url: str | None = None) -> dict[str, float]:
    """Both districts take the same batches turn by turn; `stored` records lie in one station of the full one."""
    with (
        tempfile.TemporaryDirectory() as name,
        DistrictServer(Path(name) / "empty", url=empty_url) as empty,
        DistrictServer(Path(name) / "full", url=url) as full,
    ):
        pcs = [Pc.enrolled(server.url, server.open_code(STATION)) for server in (empty, full)]
        _fill(full, stored)
        times: list[list[float]] = [[], []]
        for turn in range(TURNS):
            for pc, taken in zip(pcs, times, strict=True):
                lines = varied(pc.pen, BATCH, turn)
                started = time.perf_counter()
                pc.push(*lines)
                taken.append(1000 * (time.perf_counter() - started))
        for pc in pcs:
            pc.district.close()
    empty_p95, full_p95 = (statistics.quantiles(taken, n=20)[-1] for taken in times)
    return {
        "records stored": float(stored),
        "push p95 empty ms": empty_p95,
        "push p95 stored ms": full_p95,
        "push median ratio": statistics.median(times[1]) / statistics.median(times[0]),
        "push p95 stored ratio": full_p95 / empty_p95,
    }


def _fill(server: DistrictServer, count: int) -> None:
    """Rows as intake leaves them; the lines are those of a few hundred records, the ids are all different."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    bodies = [line.body for line in varied(Pen(), 400, 1)]
    shared = {"station": STATION, "device": new_id(), "epoch": 1, "received_at": now}
    database = server.services.database
    for first in range(1, count + 1, CHUNK):
        places = range(first, min(first + CHUNK, count + 1))
        ids = [(new_id(), new_id()) for _ in places]
        with database.write() as connection:
            put_in(connection, revision, shared, [
                (at, op, at, "resident", record, "create", "applied", "", at, at, None, bodies[at % 400])
                for at, (op, record) in zip(places, ids, strict=True)
            ])  # fmt: skip
            put_in(connection, record_state, {"station": STATION}, [
                (record, "resident", op, 1, at, None, None) for at, (op, record) in zip(places, ids, strict=True)
            ])  # fmt: skip
    with database.write() as connection:
        connection.execute(station.update().where(station.c.station == STATION).values(position=count))


if __name__ == "__main__":
    for figure, value in measure(1_000_000).items():
        print(f"{figure:34} {value:10.2f}")
