"""The program on a poor line beside a bare client that sends gzip in batches of 500, over real sockets.

Slow: 1,000 records at 256 kbit/s and 300 ms there and back.  Broken: connections reset after 32 KiB on average.
Backlog: 5,000 records in one session.  Crowd: twenty PCs of twenty stations at once.
"""

import gzip
import random
import statistics
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from bench_push import _bare, _ours, varied
from slow_line import SlowLine

from app.district.server import DistrictServer
from app.sync.http_district import HttpDistrict
from tests.district.parts import MemoryOutbox, Pc, at_address, push_of

RATE = 256_000 / 8
DELAY = 0.15
RECORDS = 1000


def measure(small: bool = False) -> dict[str, float]:
    """All figures of the line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _ours(folder, None) as (address, code), _bare(folder) as bare:
            pc = Pc.enrolled(address, code)
            figures = {} if small else _slow(pc, bare)
            figures |= _broken(pc, 200 if small else RECORDS)
            figures |= _backlog(pc, 500 if small else 5000)
            pc.district.close()
        return figures | crowd(folder / "crowd", None, 3 if small else 20)


def _slow(pc: Pc, bare: httpx.Client) -> dict[str, float]:
    lines = varied(pc.pen, RECORDS, 7)
    port = bare.base_url.port
    assert port is not None
    line = SlowLine(port, RATE, DELAY)
    with httpx.Client(base_url=line.address, timeout=60) as client:
        started = time.perf_counter()
        for at in range(0, RECORDS, 500):
            text = b"\n".join([b"{}", *(one.body for one in lines[at : at + 500])])
            answer = client.post("/push", content=gzip.compress(text, 6))
            assert answer.json() == {"stored": 500}, answer.text
        bare_s = time.perf_counter() - started
    bare_bytes = line.up + line.down
    line.close()
    line = SlowLine(_port(pc), RATE, DELAY)
    outbox = MemoryOutbox(lines)
    with HttpDistrict(at_address(pc.enrolment, line.address), pc.key) as district:
        started = time.perf_counter()
        outcome = push_of(outbox, district, pc.enrolment).run()
        ours_s = time.perf_counter() - started
    assert (outcome.state, outcome.sent) == ("idle", RECORDS), outcome
    ours_bytes = line.up + line.down
    line.close()
    # One round trip to connect, one for hello, and one for each batch: sending waits for the receipt.
    trips = 2 + outbox.receipts
    least = ours_bytes / RATE + trips * 2 * DELAY
    return {
        "slow line bare gzip kB": bare_bytes / 1000,
        "slow line kB": ours_bytes / 1000,
        "slow line bytes ratio": ours_bytes / bare_bytes,
        "slow line bare gzip s": bare_s,
        "slow line s": ours_s,
        "slow line batches": float(outbox.receipts),
        "slow line time ratio": ours_s / least,
    }


def _broken(pc: Pc, records: int) -> dict[str, float]:
    """Bytes that entered the line, over those an unbroken line needs; the waits between rounds are left out."""
    whole = SlowLine(_port(pc))
    with HttpDistrict(at_address(pc.enrolment, whole.address), pc.key) as district:
        push_of(MemoryOutbox(varied(pc.pen, records, 20)), district, pc.enrolment).run()
    least = whole.up + whole.down
    whole.close()
    ratios, rounds, arrived = [], [], 0
    for seed in range(3):
        line = SlowLine(_port(pc), reset_every=32 << 10, seed=seed)
        outbox = MemoryOutbox(varied(pc.pen, records, 30 + seed))
        with HttpDistrict(at_address(pc.enrolment, line.address), pc.key, idle=10) as district:
            push = push_of(outbox, district, pc.enrolment, random.Random(seed))
            tries = 1
            while push.run().state != "idle" and tries < 500:
                tries += 1
        arrived += set(outbox.states()) == {"acked"}
        ratios.append((line.up + line.down) / least)
        rounds.append(tries)
        line.close()
    return {
        "reset line arrived of 3": float(arrived),
        "reset line bytes ratio": max(ratios),
        "reset line rounds": float(max(rounds)),
    }


def _backlog(pc: Pc, records: int) -> dict[str, float]:
    outbox = MemoryOutbox(varied(pc.pen, records, 50))
    outcome = push_of(outbox, pc.district, pc.enrolment).run()
    return {"backlog left after one session": float(records - outcome.sent)}


def crowd(folder: Path, url: str | None, stations: int, records: int = 500) -> dict[str, float]:
    """`stations` PCs, each of a station of its own, send at the same moment in small batches."""
    waits: list[float] = []
    refused: list[str] = []
    together = threading.Barrier(stations)
    with DistrictServer(folder, url=url) as server:
        codes = [server.open_code(f"5114211{at:05d}") for at in range(stations)]
        pcs = [Pc.enrolled(server.url, code) for code in codes]
        batches = [varied(pc.pen, records, at) for at, pc in enumerate(pcs)]

        def send(pc: Pc, lines: list) -> None:
            together.wait()
            for at in range(0, records, 100):
                started = time.perf_counter()
                try:
                    pc.push(*lines[at : at + 100])
                except Exception as error:
                    refused.append(repr(error))
                waits.append(time.perf_counter() - started)

        threads = [threading.Thread(target=send, args=one) for one in zip(pcs, batches, strict=True)]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        taken = time.perf_counter() - started
        for pc in pcs:
            pc.district.close()
    assert not refused or len(refused) < len(waits), refused[:3]
    return {
        "crowd stations": float(stations),
        "crowd refused": float(len(refused)),
        "crowd records s": stations * records / taken,
        "crowd p95 ms": 1000 * statistics.quantiles(waits, n=20)[-1],
        "crowd longest ms": 1000 * max(waits),
    }


def _port(pc: Pc) -> int:
    port = urlsplit(pc.enrolment.address).port
    assert port is not None
    return port


if __name__ == "__main__":
    for figure, value in measure().items():
        print(f"{figure:34} {value:10.2f}")
