"""Real sockets on lines of the country: exactly once, nothing stuck, no tight loop."""

import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.commands.desk import Desk, found_desk, open_desk
from app.commands.desk_line import district_of, enrol_desk
from app.district.server import DistrictServer
from app.models.registry import RECORD_TYPES
from app.settings import Settings
from app.store.verify import verify
from app.sync.http_district import HttpDistrict
from tests.district.parts import STATION, Cut, CuttingProxy, MemoryOutbox, Pc, at_address, new_id, push_of
from tests.samples import SAMPLES
from tests.sync.lines import Budget, Relay, portal
from tests.sync.test_pull_line import run
from tests.sync.test_push import arrived

ROOT = Path(__file__).parents[2]
HEAD, PASSWORD = "李站长", "Ce-shi-2026-kou"
RESIDENT = RECORD_TYPES["resident"]
LOGIN = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<html>log in</h"


def port_of(server: DistrictServer) -> int:
    port = urlsplit(server.url).port
    assert port is not None
    return port


@pytest.fixture
def desk(tmp_path: Path, sqlite_district: DistrictServer) -> Iterator[Desk]:
    one, _ = found_desk(
        tmp_path / "data", station_code=STATION, station_name="鹰头村", user=HEAD, password=PASSWORD
    )
    enrol_desk(one, sqlite_district.url, sqlite_district.open_code(STATION, "鹰头村"))
    yield one
    one.close()


def through(desk: Desk, address: str) -> None:
    desk.settings = Settings(**{**vars(desk.settings), "district_url": address})


def save(desk: Desk, count: int = 1) -> None:
    for _ in range(count):
        desk.store.save(RESIDENT, SAMPLES["resident"](), by=desk.user, record_id=new_id())


def test_five_hundred_cuts_at_random_bytes_of_request_and_answer(
    sqlite_district: DistrictServer, pc: Pc, proxy: CuttingProxy
) -> None:
    """R2 for rows: push and pull and hello, each connection broken somewhere."""
    chance, outbox, lines = random.Random(20261128), MemoryOutbox(), []
    with HttpDistrict(at_address(pc.enrolment, proxy.address), pc.key, idle=10.0) as district:
        push = push_of(outbox, district, pc.enrolment, chance)
        while proxy.done < 500:
            line = pc.pen.create()
            lines.append(line)
            outbox.add(line)
            proxy.cuts = [Cut(chance.random() < 0.5, chance.randrange(0, 1600)) for _ in range(4)]
            while proxy.cuts:
                outcome = push.run()
                assert outcome.wait is None or outcome.wait >= 0.5
                if outcome.state == "idle":
                    break
        proxy.cuts = []
        while push.run().state != "idle":
            pass
    assert arrived(sqlite_district.services.database) == [line.body for line in lines]
    assert set(outbox.states()) == {"acked"}


def test_three_in_ten_answers_lost_and_everything_once(
    sqlite_district: DistrictServer, desk: Desk, proxy: CuttingProxy
) -> None:
    chance = random.Random(30)
    through(desk, proxy.address)
    for _ in range(30):
        save(desk, 2)
        proxy.cuts = [Cut(False, 1)] if chance.random() < 0.3 else []
        assert run(desk).state in ("idle", "waiting")
    proxy.cuts = []
    while run(desk).state != "idle":
        pass
    assert len(arrived(sqlite_district.services.database)) == 60
    assert desk.outbox.status().unsent == 0
    assert verify(desk.database, RECORD_TYPES) == []


def test_a_portal_is_not_the_district_and_after_the_login_everything_goes(
    sqlite_district: DistrictServer, desk: Desk
) -> None:
    logged_in = threading.Event()
    address, close = portal(LOGIN, port_of(sqlite_district), logged_in.is_set)
    through(desk, address)
    save(desk, 3)
    outcomes = [run(desk) for _ in range(5)]
    assert {(one.state, one.code) for one in outcomes} == {("waiting", "portal")}
    assert desk.outbox.status().unsent == 3
    logged_in.set()
    assert run(desk).state == "idle"
    close()
    assert len(arrived(sqlite_district.services.database)) == 3


def test_300_ms_and_256_kbit_cost_bytes_and_not_round_trips(
    sqlite_district: DistrictServer, desk: Desk
) -> None:
    """The time such a line takes is added up, not waited for: a thousand rows within a minute."""
    budget = Budget(256_000 / 8, 0.3)
    relay = Relay(port_of(sqlite_district), budget)
    through(desk, relay.address)
    save(desk, 300)
    assert run(desk).state == "idle"
    relay.close()
    assert len(arrived(sqlite_district.services.database)) == 300
    assert relay.connections == 1
    assert budget.seconds < 20


def test_slices_of_one_byte(sqlite_district: DistrictServer, desk: Desk) -> None:
    relay = Relay(port_of(sqlite_district), slice_bytes=1)
    through(desk, relay.address)
    save(desk, 5)
    assert run(desk).state == "idle"
    relay.close()
    assert len(arrived(sqlite_district.services.database)) == 5


def test_a_half_open_line_ends_in_a_wait_and_not_in_silence(sqlite_district: DistrictServer, pc: Pc) -> None:
    """The requests arrive, the answers never do: given up after the idle time, made good by a hello."""
    relay = Relay(port_of(sqlite_district))
    outbox = MemoryOutbox([pc.pen.create() for _ in range(3)])
    with HttpDistrict(at_address(pc.enrolment, relay.address), pc.key, idle=0.3) as district:
        push = push_of(outbox, district, pc.enrolment)
        district.hello(0)
        relay.silent = True
        outcome = push.run()
        assert (outcome.state, outcome.code) == ("waiting", "timeout")
        relay.silent = False
        assert push.run().state == "idle"
    relay.close()
    assert len(arrived(sqlite_district.services.database)) == 3


@pytest.mark.parametrize("status", [408, 413, 429, 500, 502, 503, 504])
def test_what_a_proxy_answers_is_waited_out(sqlite_district: DistrictServer, desk: Desk, status: int) -> None:
    well = threading.Event()
    reply = f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nRetry-After: 3\r\nConnection: close\r\n\r\n"
    address, close = portal(reply.encode(), port_of(sqlite_district), well.is_set)
    through(desk, address)
    save(desk, 2)
    outcomes = [run(desk) for _ in range(4)]
    assert {one.state for one in outcomes} == {"waiting"}
    assert all(one.wait is not None and one.wait >= 0.5 for one in outcomes)
    well.set()
    assert run(desk).state == "idle"
    close()
    assert len(arrived(sqlite_district.services.database)) == 2
    assert desk.outbox.status().held == 0


def test_two_syncs_at_once_send_everything_once(sqlite_district: DistrictServer, desk: Desk) -> None:
    save(desk, 120)
    outcomes: list[str] = []

    def sync() -> None:
        outcomes.append(run(desk).state)

    threads = [threading.Thread(target=sync) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while run(desk).state != "idle":
        pass
    assert set(outcomes) <= {"idle", "waiting"}
    assert len(arrived(sqlite_district.services.database)) == 120
    assert desk.outbox.status().unsent == 0
    assert verify(desk.database, RECORD_TYPES) == []


def test_the_station_killed_in_the_middle_of_requests(
    sqlite_district: DistrictServer, desk: Desk, tmp_path: Path
) -> None:
    """`main.py sync` dies by SIGKILL at random bytes of request and answer."""
    chance = random.Random(9)
    running: list[subprocess.Popen[str]] = []

    def kill() -> None:
        running[-1].kill()

    proxy = CuttingProxy(port_of(sqlite_district), on_cut=kill)
    through(desk, proxy.address)
    from app.settings import save_settings

    save_settings(desk.folder, desk.settings)
    folder, killed = desk.folder, 0
    for number in range(4):
        with closing(open_desk(folder, HEAD, PASSWORD) if number else desk) as open_one:
            save(open_one, 20)
        proxy.cuts = [Cut(chance.random() < 0.5, chance.randrange(300, 2500))]
        running.append(_sync(folder))
        running[-1].communicate()
        killed += running[-1].returncode < 0
    proxy.cuts = []
    running.append(_sync(folder))
    said, _ = running[-1].communicate()
    proxy.close()
    assert "未上报 0 条" in said, said
    assert killed >= 2
    assert len(arrived(sqlite_district.services.database)) == 80
    with closing(open_desk(folder, HEAD, PASSWORD)) as again:
        assert verify(again.database, RECORD_TYPES) == []
        assert district_of(again) is not None


def _sync(folder: Path) -> subprocess.Popen[str]:
    key = folder.parent / "password.txt"
    key.write_text(PASSWORD, encoding="utf-8")
    return subprocess.Popen(
        [
            sys.executable,
            "main.py",
            "--data",
            str(folder),
            "sync",
            "--user",
            HEAD,
            "--password-file",
            str(key),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    )
