"""1,000 records over 256 kbit/s with 300 ms there and back: bytes and seconds beside a bare gzip client.

The real Push against a real server on loopback; the line is reckoned, not waited for: each exchange takes its bytes
(headers included) over the bandwidth plus one round trip, and Push is told that time, so it packs as on such a line.
The bare client sends the same records as NDJSON under gzip in batches of 500 with the same headers.
"""

import gzip
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench_push import varied

from app.district.server import DistrictServer
from app.sync.backoff import Backoff
from app.sync.protocol import Header, Hello, Receipt
from app.sync.service import Identity, Push
from tests.district.parts import STATION, MemoryOutbox, Pc

BANDWIDTH = 256_000 / 8  # bytes a second
ROUND_TRIP = 0.3  # seconds
HEADERS = 900  # bytes of the headers of a request and its answer, signatures included
RECORDS, BARE_BATCH = 1000, 500


class ReckonedLine:
    """Passes everything on to the district and counts what a slow line would have taken."""

    def __init__(self, district: Any) -> None:
        self._district = district
        self.bytes = 0
        self.seconds = 0.0

    def timer(self) -> float:
        """Seconds since the beginning, as the line has it."""
        return self.seconds

    def hello(self, acked_seq: int) -> Hello:
        return self._over(300, lambda: self._district.hello(acked_seq))

    def push(self, header: Header, body: bytes) -> Receipt:
        return self._over(len(body) + 150, lambda: self._district.push(header, body))

    def _over(self, size: int, act: Callable[[], Any]) -> Any:
        answer = act()
        self.bytes += size + HEADERS
        self.seconds += ROUND_TRIP + (size + HEADERS) / BANDWIDTH
        return answer


def measure() -> dict[str, float]:
    """Bytes, seconds, and their ratios to the bare client and to the bare bandwidth."""
    with tempfile.TemporaryDirectory() as name, DistrictServer(Path(name)) as server:
        pc = Pc.enrolled(server.url, server.open_code(STATION, "鹰头村"))
        lines = varied(pc.pen, RECORDS, 7)
        line = ReckonedLine(pc.district)
        outbox = MemoryOutbox(lines)
        who = Identity(pc.enrolment.device, pc.enrolment.epoch, 1, "bench")
        push = Push(
            outbox, line, who, Backoff(lambda low, high: low), server.services.clock, timer=line.timer
        )
        outcome = push.run()
        pc.district.close()
        assert (outcome.state, outcome.sent) == ("idle", RECORDS), outcome
    bodies = [one.body for one in lines]
    batches = [bodies[at : at + BARE_BATCH] for at in range(0, RECORDS, BARE_BATCH)]
    bare = sum(len(gzip.compress(b"\n".join(batch))) + 150 + HEADERS for batch in batches)
    return {
        "slow line KB": round(line.bytes / 1024, 1),
        "slow line s": round(line.seconds, 2),
        "slow line bytes ratio": round(line.bytes / bare, 3),
        "slow line time ratio": round(line.seconds / (line.bytes / BANDWIDTH), 3),
    }
