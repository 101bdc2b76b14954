"""Push over real sockets: whatever breaks on the way, every revision arrives exactly once or waits visibly."""

import random
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.district.database import open_database
from app.district.server import DistrictServer
from app.district.tables import revision
from app.models.registry import RECORD_TYPES
from app.sync.http_district import HttpDistrict, InsecureAddress
from app.sync.protocol import MAX_LINE
from tests.conftest import DeskFile
from tests.district.parts import (
    STATION,
    Cut,
    CuttingProxy,
    MemoryOutbox,
    Pc,
    Pen,
    at_address,
    new_id,
    push_of,
)
from tests.samples import SAMPLES


@pytest.fixture
def through(pc: Pc, proxy: CuttingProxy) -> Iterator[HttpDistrict]:
    """The district of `pc` behind the cutting proxy."""
    with HttpDistrict(at_address(pc.enrolment, proxy.address), pc.key, idle=10.0) as district:
        yield district


def arrived(database: Any) -> list[bytes]:
    with database.read() as connection:
        return [
            bytes(line)
            for line in connection.execute(select(revision.c.line).order_by(revision.c.seq)).scalars()
        ]


def test_everything_unsent_goes_in_order(sqlite_district: DistrictServer, pc: Pc) -> None:
    lines = [pc.pen.create() for _ in range(1200)]
    outbox = MemoryOutbox(lines)
    outcome = push_of(outbox, pc.district, pc.enrolment).run()
    assert (outcome.state, outcome.sent) == ("idle", 1200)
    assert arrived(sqlite_district.services.database) == [line.body for line in lines]
    assert set(outbox.states()) == {"acked"}


def test_lost_receipts_cost_a_hello_not_the_batch(
    sqlite_district: DistrictServer, pc: Pc, proxy: CuttingProxy, through: HttpDistrict
) -> None:
    outbox = MemoryOutbox([pc.pen.create(), pc.pen.write("create", {"sex": "2"}), pc.pen.create()])
    push = push_of(outbox, through, pc.enrolment)
    through.hello(0)
    proxy.cuts = [Cut(False, 900)]
    outcome = push.run()
    while outcome.state == "waiting":
        outcome = push.run()
    assert outbox.states() == ["acked", "held", "acked"]
    assert len(arrived(sqlite_district.services.database)) == 3


@pytest.mark.parametrize("backlog", [40])
def test_line_that_drops_after_few_bytes_still_drains(
    sqlite_district: DistrictServer, pc: Pc, proxy: CuttingProxy, through: HttpDistrict, backlog: int
) -> None:
    """Every connection breaks after 4 KB up: batches shrink until single rows get through."""
    lines = [pc.pen.create() for _ in range(backlog)]
    outbox = MemoryOutbox(lines)
    push = push_of(outbox, through, pc.enrolment)
    proxy.cuts = [Cut(True, 4096) for _ in range(400)]
    rounds = 0
    while push.run().state != "idle":
        rounds += 1
        assert rounds < 200
    assert arrived(sqlite_district.services.database) == [line.body for line in lines]


def answering(reply: bytes) -> tuple[str, Callable[[], None]]:
    """A server on loopback that says the same to everybody."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                one, _ = listening.accept()
            except OSError:
                return
            with one:
                one.recv(65536)
                one.sendall(reply)

    threading.Thread(target=serve, daemon=True).start()

    def close() -> None:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()

    return f"http://127.0.0.1:{listening.getsockname()[1]}", close


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<html>log in</h", "portal"),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"acked_seq":9}', "portal"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://portal/\r\nContent-Length: 0\r\n\r\n", "portal"),
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", "portal"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "portal"),
        (b"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", "busy"),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "busy"),
        (b"not http at all\r\n\r\n", "reset"),
    ],
)
def test_only_the_signed_answer_of_the_district_counts(pc: Pc, reply: bytes, code: str) -> None:
    address, close = answering(reply)
    outbox = MemoryOutbox([pc.pen.create()])
    with HttpDistrict(at_address(pc.enrolment, address), pc.key, idle=5.0) as district:
        outcome = push_of(outbox, district, pc.enrolment).run()
    close()
    assert (outcome.state, outcome.code) == ("waiting", code)
    assert outbox.states() == ["pending"]
    assert outcome.wait is not None
    assert outcome.wait >= (120 if b"Retry-After" in reply else 0)


def test_answer_of_another_district_is_not_a_receipt(pc: Pc, tmp_path: Path) -> None:
    outbox = MemoryOutbox([pc.pen.create()])
    with (
        DistrictServer(tmp_path / "other") as other,
        HttpDistrict(at_address(pc.enrolment, other.url), pc.key) as district,
    ):
        outcome = push_of(outbox, district, pc.enrolment).run()
    assert (outcome.state, outcome.code) == ("waiting", "not_the_district")
    assert outbox.states() == ["pending"]


def test_nobody_there_waits(pc: Pc) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    outbox = MemoryOutbox([pc.pen.create()])
    with HttpDistrict(at_address(pc.enrolment, address), pc.key) as district:
        outcome = push_of(outbox, district, pc.enrolment).run()
    assert (outcome.state, outcome.code) == ("waiting", "offline")
    assert "已保存在本机" in outcome.sentence


def test_revoked_pc_stops_and_keeps(sqlite_district: DistrictServer, pc: Pc) -> None:
    sqlite_district.services.enrolments.revoke(pc.enrolment.device)
    outbox = MemoryOutbox([pc.pen.create()])
    outcome = push_of(outbox, pc.district, pc.enrolment).run()
    assert (outcome.state, outcome.code) == ("stopped", "revoked")
    assert outbox.states() == ["pending"]


def test_cloned_disk_is_noticed_before_anything_is_lost(sqlite_district: DistrictServer, pc: Pc) -> None:
    shared = [pc.pen.create() for _ in range(3)]
    push_of(MemoryOutbox(shared), pc.district, pc.enrolment).run()
    original, clone = Pen(seq=3), Pen(seq=3)
    first = MemoryOutbox([original.create(), original.create()])
    assert push_of(first, pc.district, pc.enrolment).run().state == "idle"
    second = MemoryOutbox([clone.create()])
    outcome = push_of(second, pc.district, pc.enrolment).run()
    assert (outcome.state, outcome.code) == ("stopped", "other_content")
    assert second.states() == ["pending"]
    assert len(arrived(sqlite_district.services.database)) == 5


def test_row_no_batch_can_carry_is_held_and_the_others_flow(sqlite_district: DistrictServer, pc: Pc) -> None:
    lines = [pc.pen.create() for _ in range(5)]
    outbox = MemoryOutbox(lines)
    outbox.rows[2].body = lines[2].body[:-1] + b',"x":"' + b"y" * MAX_LINE + b'"}'
    outcome = push_of(outbox, pc.district, pc.enrolment).run()
    assert (outcome.state, outcome.sent) == ("idle", 5)
    assert outbox.states() == ["acked", "acked", "held", "acked", "acked"]
    stored = arrived(sqlite_district.services.database)
    assert len(stored) == 5
    assert b'"act":"skip"' in stored[2]


def test_unreadable_row_is_held_and_the_others_flow(pc: Pc) -> None:
    lines = [pc.pen.create() for _ in range(5)]
    outbox = MemoryOutbox(lines)
    outbox.rows[3].body = lines[3].body[:-1] + b',"act":"edit"}'
    assert push_of(outbox, pc.district, pc.enrolment).run().state == "idle"
    assert outbox.states() == ["acked", "acked", "acked", "held", "acked"]


def test_real_outbox_drains_and_shows_what_was_refused(
    desk: DeskFile, sqlite_district: DistrictServer
) -> None:
    """Records saved through the store reach the district; the status line tells the truth from the file."""
    code = sqlite_district.open_code(STATION, "鹰头村")
    pc = Pc.enrolled(sqlite_district.url, code)
    for name in RECORD_TYPES:
        desk.store.save(RECORD_TYPES[name], SAMPLES[name](), by="王干部", record_id=new_id())
    assert desk.outbox.status().unsent == len(RECORD_TYPES)
    outcome = push_of(desk.outbox, pc.district, pc.enrolment).run()
    pc.district.close()
    status = desk.outbox.status()
    assert (outcome.state, outcome.sent) == ("idle", len(RECORD_TYPES))
    assert (status.unsent, status.held) == (0, 0)
    assert status.last_receipt_at is not None
    sent = arrived(sqlite_district.services.database)
    assert len(sent) == len(RECORD_TYPES)


SERVE = """
import sys
from pathlib import Path
from app.district.server import serve
serve(None, Path(sys.argv[1]), port=int(sys.argv[2]), ready=lambda server: print("ready", flush=True))
"""


def _serving(folder: Path, port: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder), str(port)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_server_killed_in_the_middle_of_requests(tmp_path: Path) -> None:
    """SIGKILL at random bytes of request and answer: what was receipted is there, and each revision once."""
    chance = random.Random(7)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path / "district"
    with DistrictServer(folder) as first:
        pc = Pc.enrolled(first.url, first.open_code(STATION))
    pc.district.close()
    process = _serving(folder, port)
    kills = 0

    def kill() -> None:
        process.kill()

    proxy = CuttingProxy(port, on_cut=kill)
    outbox = MemoryOutbox()
    lines = []
    for _ in range(8):
        with HttpDistrict(at_address(pc.enrolment, proxy.address), pc.key, idle=10.0) as district:
            push = push_of(outbox, district, pc.enrolment, chance)
            batch = [pc.pen.create() for _ in range(50)]
            lines += batch
            outbox.add(*batch)
            proxy.cuts = [Cut(chance.random() < 0.5, chance.randrange(600, 1500))]
            while push.run().state != "idle":
                if process.poll() is not None or proxy.done:
                    process.wait()
                    kills += 1
                    assert process.stdout is not None
                    process.stdout.close()
                    process = _serving(folder, port)
                    proxy.done = 0
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    proxy.close()
    assert kills >= 3
    database = open_database(None, folder)
    assert arrived(database) == [line.body for line in lines]
    with database.read() as connection:
        assert connection.exec_driver_sql("pragma integrity_check").scalar() == "ok"
    database.close()


def test_plain_http_is_for_loopback_only(pc: Pc) -> None:
    for address in ("http://192.0.2.1:8711", "ftp://127.0.0.1", "district.example"):
        with pytest.raises(InsecureAddress):
            HttpDistrict(at_address(pc.enrolment, address), pc.key)
