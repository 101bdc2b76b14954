"""The thread that sends: wakes for a save and for a click, keeps its waits, stops at once."""

import queue
import random
import socket
import threading
from datetime import UTC, datetime

import pytest

from app.sync.backoff import Backoff
from app.sync.http_district import HttpDistrict
from app.sync.loop import SyncLoop
from app.sync.outcome import Outcome
from app.sync.protocol import NoAnswer, Refusal
from app.sync.service import Identity, Push
from tests.district.parts import MemoryOutbox, Pc, Scripted, at_address, push_of

LONG = 10.0


@pytest.fixture
def outcomes() -> "queue.Queue[Outcome]":
    return queue.Queue()


def test_saves_and_clicks_wake_it(pc: Pc, outcomes: "queue.Queue[Outcome]") -> None:
    outbox = MemoryOutbox([pc.pen.create()])
    loop = SyncLoop(push_of(outbox, pc.district, pc.enrolment), outcomes.put)
    loop.start()
    assert outcomes.get(timeout=LONG).sent == 1
    outbox.add(pc.pen.create())
    loop.saved()
    assert outcomes.get(timeout=LONG).sent == 1
    loop.click()
    assert outcomes.get(timeout=LONG).state == "idle"
    assert loop.stop(LONG)


def test_a_save_does_not_cut_a_wait_short_but_a_click_does(pc: Pc, outcomes: "queue.Queue[Outcome]") -> None:
    outbox = MemoryOutbox([pc.pen.create()])
    district = Scripted(NoAnswer("busy", retry_after=3600.0))
    loop = SyncLoop(push_of(outbox, district, pc.enrolment), outcomes.put)
    loop.start()
    assert outcomes.get(timeout=LONG).state == "waiting"
    loop.saved()
    with pytest.raises(queue.Empty):
        outcomes.get(timeout=0.2)
    loop.click()
    assert outcomes.get(timeout=LONG).sent == 1
    assert loop.stop(LONG)


def test_after_a_stop_only_a_click_tries_again(pc: Pc, outcomes: "queue.Queue[Outcome]") -> None:
    loop = SyncLoop(
        push_of(MemoryOutbox([pc.pen.create()]), Scripted(Refusal(401, "revoked")), pc.enrolment),
        outcomes.put,
    )
    loop.start()
    assert outcomes.get(timeout=LONG).state == "stopped"
    loop.saved()
    with pytest.raises(queue.Empty):
        outcomes.get(timeout=0.2)
    loop.click()
    assert outcomes.get(timeout=LONG).state == "idle"
    assert loop.stop(LONG)


def test_failure_of_this_pc_does_not_end_the_thread(pc: Pc, outcomes: "queue.Queue[Outcome]") -> None:
    outbox = MemoryOutbox([pc.pen.create()])
    apply_receipt = outbox.apply_receipt
    full = iter([OSError("disk full")])

    def failing(*given: object) -> None:
        for error in full:
            raise error
        apply_receipt(*given)  # type: ignore[arg-type]

    outbox.apply_receipt = failing  # type: ignore[method-assign]
    loop = SyncLoop(push_of(outbox, Scripted(), pc.enrolment), outcomes.put)
    loop.start()
    assert outcomes.get(timeout=LONG).code == "failed_here"
    loop.click()
    assert outcomes.get(timeout=LONG).state == "idle"
    assert loop.stop(LONG)


def test_stop_breaks_a_silent_line_at_once(pc: Pc, outcomes: "queue.Queue[Outcome]") -> None:
    reached = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        taken: list[socket.socket] = []

        def accept() -> None:
            one, _ = silent.accept()
            taken.append(one)
            one.recv(1)
            reached.set()

        threading.Thread(target=accept, daemon=True).start()
        with HttpDistrict(at_address(pc.enrolment, address), pc.key, idle=600.0) as district:
            outbox = MemoryOutbox([pc.pen.create()])
            loop = SyncLoop(push_of(outbox, district, pc.enrolment), outcomes.put, district.interrupt)
            loop.start()
            assert reached.wait(LONG)
            assert loop.stop(LONG)
        for one in taken:
            one.close()
    assert outcomes.get(timeout=LONG).code == "interrupted"
    assert outbox.states() == ["pending"]


def test_waits_grow_with_full_jitter_up_to_a_quarter_hour() -> None:
    ceilings: list[float] = []

    def highest(low: float, high: float) -> float:
        ceilings.append(high)
        return high

    backoff = Backoff(highest)
    assert [backoff.next_wait() for _ in range(11)] == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    backoff.succeeded()
    assert backoff.next_wait() == 2
    assert Backoff(random.Random(1).uniform).next_wait(asked=77.0) >= 77.0


def test_a_quiet_station_asks_again_after_its_wait(outcomes: "queue.Queue[Outcome]") -> None:
    class Quiet:
        def run(self, stop: object) -> Outcome:
            return Outcome("idle", wait=0.01)

    loop = SyncLoop(Quiet(), outcomes.put)
    loop.start()
    assert [outcomes.get(timeout=LONG).state for _ in range(3)] == ["idle"] * 3
    assert loop.stop(LONG)


def test_something_asked_for_comes_at_once_and_only_once(outcomes: "queue.Queue[Outcome]") -> None:
    class Said:
        def __init__(self, code: str) -> None:
            self.code = code

        def run(self, stop: object) -> Outcome:
            return Outcome("idle", code=self.code)

    loop = SyncLoop(Said("round"), outcomes.put)
    loop.start()
    assert outcomes.get(timeout=LONG).code == "round"
    loop.ask(Said("compared"))
    assert outcomes.get(timeout=LONG).code == "compared"
    loop.click()
    assert outcomes.get(timeout=LONG).code == "round"
    assert loop.stop(LONG)


def test_a_round_can_be_halted_and_only_a_click_goes_on(pc: Pc, outcomes: "queue.Queue[Outcome]") -> None:
    outbox = MemoryOutbox([pc.pen.create() for _ in range(5000)])
    halting: list[int] = []

    def went(sent: int) -> None:
        if not halting:
            loop.halt()
        halting.append(sent)

    identity = Identity(pc.enrolment.device, pc.enrolment.epoch, 1, "test")
    backoff, clock = Backoff(random.Random(1).uniform), lambda: datetime(2026, 11, 23, tzinfo=UTC)
    loop = SyncLoop(Push(outbox, pc.district, identity, backoff, clock, went=went), outcomes.put)
    loop.start()
    halted = outcomes.get(timeout=LONG)
    assert (halted.state, halted.code) == ("stopped", "halted")
    assert 0 < halted.sent < 5000
    assert "现在上报" in halted.sentence
    assert halted.seconds > 0
    loop.saved()
    with pytest.raises(queue.Empty):
        outcomes.get(timeout=0.2)
    loop.click()
    rest = outcomes.get(timeout=LONG)
    assert (rest.state, halted.sent + rest.sent) == ("idle", 5000)
    # What was under way when somebody halted has its receipt heard.
    assert halting[0] <= halted.sent <= halting[0] + 2000
    assert loop.stop(LONG)
