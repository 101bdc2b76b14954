"""A 20 MB file to the district and down to another PC over loopback, beside a bare PATCH server, and the memory it takes.

The bare server takes steps of 256 KiB, inserts each in one durable SQLite transaction and answers; it signs, names,
checks and encrypts nothing.  Ours is the whole way: decrypted from the station's folder, signed, stored, the whole
checked by hash and kind, receipted; down with the last bytes verified, encrypted and named.
"""

import json
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
from bench_push import _free_port, _ours, _process
from real_files import mp3

HERE = Path(__file__).parents[2]
MB = 2**20
STEP = 256 << 10

BARE = """
import sys
import sqlcipher3, uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

database = sqlcipher3.dbapi2.connect(sys.argv[1], isolation_level=None, check_same_thread=False)
database.execute("pragma journal_mode=wal")
database.execute("pragma synchronous=full")
database.execute("create table piece (blob text, start integer, content blob, primary key (blob, start))")

def store(name, start, body):
    database.execute("insert into piece values (?, ?, ?)", (name, start, body))
    return start + len(body)

def load(name, start):
    row = database.execute("select content from piece where blob = ? and start = ?", (name, start)).fetchone()
    return row[0]

async def patch(request):
    name, start = request.path_params["name"], int(request.query_params["offset"])
    if request.method == "PATCH":
        return JSONResponse({"offset": await run_in_threadpool(store, name, start, await request.body())})
    return Response(await run_in_threadpool(load, name, start))

app = Starlette(routes=[Route("/{name}", patch, methods=["PATCH", "GET"])])
uvicorn.run(app, port=int(sys.argv[2]), log_level="warning", access_log=False, lifespan="off")
"""

# One PC's turn in a process of its own: seconds, and the MB its memory grew by at most (Linux).
TURN = """
import json, sys, time
from pathlib import Path
from app.commands.desk import open_with_key
from app.commands.desk_line import district_of, rounds_of
from app.commands.desk_files import files_of
def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
desk = open_with_key(Path(sys.argv[1]), "王调解", bytes.fromhex(sys.argv[2]))
district = district_of(desk)
assert rounds_of(desk, district).run().state == "idle"
blobs = files_of(desk, district)
Path("/proc/self/clear_refs").write_text("5")
before = peak()
begun = time.perf_counter()
outcome = blobs.run()
taken = time.perf_counter() - begun
assert (outcome.state, outcome.code) == ("idle", ""), outcome
assert outcome.files_sent + outcome.files_received == 1, outcome
print(json.dumps([taken, peak() - before]))
"""


def measure(size_mb: int = 20, turns: int = 3) -> dict[str, float]:
    """Medians in MB/s, the ratios to the bare server, and the largest growth of a PC's process in MB."""
    size = size_mb * MB
    ups, downs, bare_ups, bare_downs, grown = [], [], [], [], [0.0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _ours(folder, None) as (address, code), _bare(folder) as bare:
            keys = _desks(folder, address, code)
            for turn in range(turns):
                content = mp3(tagged=False) + secrets.token_bytes(size)
                _save(folder / "one", keys[0], content)
                for desk, key, rates in (("one", keys[0], ups), ("two", keys[1], downs)):
                    taken, more = _turn(folder / desk, key)
                    rates.append(len(content) / MB / taken)
                    grown.append(more)
                up, down = _bare_turn(bare, f"b{turn}", content)
                bare_ups.append(len(content) / MB / up)
                bare_downs.append(len(content) / MB / down)
    figures = {
        "file up MB/s": statistics.median(ups),
        "file down MB/s": statistics.median(downs),
        "bare up MB/s": statistics.median(bare_ups),
        "bare down MB/s": statistics.median(bare_downs),
        "file memory MB": max(grown),
    }
    figures["file up ratio"] = figures["file up MB/s"] / figures["bare up MB/s"]
    figures["file down ratio"] = figures["file down MB/s"] / figures["bare down MB/s"]
    return {name: round(value, 2) for name, value in figures.items()}


def _desks(folder: Path, address: str, code: str) -> list[bytes]:
    """Two PCs of one station; the second is enrolled with a code the served district opens beside the first."""
    from app.commands.desk import found_desk
    from app.commands.desk_line import enrol_desk
    from app.district.server import DistrictServer
    from app.security.keyslots import KeySlots

    beside = DistrictServer(folder / "district")
    codes = [code, beside.open_code("511421125201", "鹰头村")]
    beside.stop()
    keys = []
    for name, one in zip(("one", "two"), codes, strict=True):
        desk, _ = found_desk(
            folder / name,
            station_code="511421125201",
            station_name="鹰头村",
            user="王调解",
            password="Ce-shi-2026-kou",
        )
        with closing(desk):
            enrol_desk(desk, address, one)
        keys.append(KeySlots.open(folder / name).unlock("王调解", "Ce-shi-2026-kou"))
    return keys


def _save(folder: Path, key: bytes, content: bytes) -> None:
    from samples import service_visit
    from uuid_utils import uuid7

    from app.commands.desk import open_with_key
    from app.models.registry import RECORD_TYPES

    with closing(open_with_key(folder, "王调解", key)) as desk:
        file = desk.attachments.add(content, "录音.mp3")
        visit = service_visit(photos=[file])
        desk.store.save(RECORD_TYPES["service_visit"], visit, by="王调解", record_id=str(uuid7()))


def _turn(folder: Path, key: bytes) -> tuple[float, float]:
    told = subprocess.run(
        [sys.executable, "-c", TURN, str(folder), key.hex()],
        capture_output=True,
        check=True,
        cwd=HERE,
        text=True,
    )
    taken, grown = json.loads(told.stdout)
    return taken, grown


def _bare_turn(client: httpx.Client, name: str, content: bytes) -> tuple[float, float]:
    begun = time.perf_counter()
    for start in range(0, len(content), STEP):
        answer = client.patch(f"/{name}?offset={start}", content=content[start : start + STEP])
        assert answer.json()["offset"] == min(start + STEP, len(content))
    up = time.perf_counter()
    back = b"".join(client.get(f"/{name}?offset={start}").content for start in range(0, len(content), STEP))
    down = time.perf_counter()
    assert back == content
    return up - begun, down - up


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


if __name__ == "__main__":
    print(measure(*map(int, sys.argv[1:])))
