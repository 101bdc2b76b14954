"""Small samples of what the benchmark of the line measures: how much travels, through how much trouble, and whether
all of it arrives; nothing here is timed.
"""

import gzip
import itertools
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from app.district.server import DistrictServer
from app.district.tables import held, revision
from app.sync.backoff import Backoff
from app.sync.http_district import HttpDistrict
from app.sync.protocol import Line
from app.sync.service import Identity, Push
from tests.bench.bench_push import varied
from tests.bench.slow_line import SlowLine
from tests.district.parts import MemoryOutbox, Pc, Pen, at_address

RECORDS = 1000
EVERY = 32 << 10  # bytes after which a connection is reset, on average


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    """What one PC wrote; PCs of different stations may all have written it."""
    return varied(Pen(), RECORDS, 7)


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DistrictServer]:
    with DistrictServer(tmp_path_factory.mktemp("district")) as server:
        yield server


stations = (f"5114211{at:05d}" for at in itertools.count())


class Sending:
    """A PC of a station of its own sends over a line; its clock makes every line a slow one, so it packs closely."""

    def __init__(
        self, district: DistrictServer, lines: Sequence[Line], seed: int, reset_every: int = 0
    ) -> None:
        pc = Pc.enrolled(district.url, district.open_code(next(stations)))
        pc.district.close()
        port = urlsplit(district.url).port
        assert port is not None
        line = SlowLine(port, reset_every=reset_every, seed=seed)
        self.outbox = MemoryOutbox(lines)
        who, ticks = pc.enrolment, itertools.count()
        identity = Identity(who.device, who.epoch, 1, "test")
        with HttpDistrict(at_address(who, line.address), pc.key, idle=10) as there:
            backoff = Backoff(random.Random(seed).uniform)
            push = Push(self.outbox, there, identity, backoff, _now, timer=lambda: float(next(ticks)))
            self.rounds = 1
            while push.run().state != "idle" and self.rounds < 200:
                self.rounds += 1
        line.close()
        self.bytes, self.resets = line.up + line.down, line.resets
        self.device = who.device

    def stored(self, district: DistrictServer) -> int:
        """How many different revisions of this PC the district has; fails where one is held."""
        own = select(func.count(revision.c.op_id.distinct())).where(revision.c.device == self.device)
        with district.services.database.read() as connection:
            assert connection.execute(select(func.count()).select_from(held)).scalar_one() == 0
            return int(connection.execute(own).scalar_one())


def _now() -> datetime:
    return datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def whole(district: DistrictServer, lines: list[Line]) -> Sending:
    """All of it over a line that never breaks."""
    return Sending(district, lines, seed=1)


def test_bytes_of_a_batch_are_seven_tenths_of_what_gzip_makes_of_it(
    district: DistrictServer, lines: list[Line]
) -> None:
    """All bytes of the connection, headers and signatures with them, against the bare body of the baseline."""
    some = lines[:400]
    sent = Sending(district, some, seed=1)
    baseline = gzip.compress(b"\n".join([b"{}", *(line.body for line in some)]), 6)
    assert sent.stored(district) == 400
    assert sent.bytes <= 0.7 * len(baseline)


def test_a_backlog_drains_in_one_session_with_few_requests(district: DistrictServer, whole: Sending) -> None:
    assert whole.rounds == 1
    assert set(whole.outbox.states()) == {"acked"}
    assert whole.stored(district) == RECORDS
    # Some 64 KB in the first batch and more in each that follows.
    assert whole.outbox.receipts <= 3


@pytest.mark.parametrize("seed", [3, 4])
def test_a_line_reset_again_and_again_brings_everything_with_twice_the_bytes_at_most(
    district: DistrictServer, lines: list[Line], whole: Sending, seed: int
) -> None:
    sent = Sending(district, lines, seed, EVERY)
    assert sent.resets >= 4
    assert set(sent.outbox.states()) == {"acked"}
    assert sent.stored(district) == RECORDS
    assert sent.bytes <= 2 * whole.bytes


def test_twenty_stations_at_once_are_none_refused(district: DistrictServer, lines: list[Line]) -> None:
    codes = [next(stations) for _ in range(20)]
    refused: list[Exception] = []
    together = threading.Barrier(len(codes))

    def send(pc: Pc) -> None:
        together.wait(30)
        try:
            for at in range(0, 40, 10):
                assert pc.push(*lines[at : at + 10]).acked_seq == at + 10
        except Exception as failure:
            refused.append(failure)

    with ExitStack() as stack:
        pcs = [Pc.enrolled(district.url, district.open_code(code)) for code in codes]
        for pc in pcs:
            stack.callback(pc.district.close)
        threads = [threading.Thread(target=send, args=[pc]) for pc in pcs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert refused == []
    stored = select(revision.c.station, func.count()).where(revision.c.station.in_(codes))
    with district.services.database.read() as connection:
        counts = {row.station: row[1] for row in connection.execute(stored.group_by(revision.c.station))}
    assert counts == dict.fromkeys(codes, 40)
