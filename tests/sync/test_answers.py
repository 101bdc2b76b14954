"""What the station does with each answer of the table in sync.md, told by a scripted district."""

from datetime import UTC, datetime

import pytest

from app.sync.protocol import Enrolment, Line, NoAnswer, Receipt, Refusal, Verdict
from tests.district.parts import STATION, MemoryOutbox, Pen, Scripted, new_id, push_of

WHO = Enrolment(new_id(), STATION, 1, "server", b"", "")


def some(count: int) -> list[Line]:
    pen = Pen()
    return [pen.create() for _ in range(count)]


def test_too_large_batches_halve_down_to_one_row() -> None:
    outbox = MemoryOutbox(some(16))
    district = Scripted(*[Refusal(413, "too_large")] * 4)
    assert push_of(outbox, district, WHO).run().state == "idle"
    assert district.counts[:5] == [16, 8, 4, 2, 1]
    assert set(outbox.states()) == {"acked"}


def test_twins_progress_is_no_receipt() -> None:
    outbox = MemoryOutbox(some(2))
    district = Scripted(Receipt(900, (Verdict(900, "held"),)))
    assert push_of(outbox, district, WHO).run().sent == 2


def test_district_put_back_from_a_backup_gets_the_rest_again() -> None:
    outbox = MemoryOutbox(some(6))
    outbox.apply_receipt(5, (), datetime(2026, 11, 23, tzinfo=UTC))
    district = Scripted(acked=2)
    # One line more than it lacks: the last it has proves that it was this PC's.
    assert push_of(outbox, district, WHO).run().sent == 5


def test_gap_the_outbox_cannot_fill_stops() -> None:
    outbox = MemoryOutbox(some(1))
    district = Scripted(*[Refusal(409, "gap", expected_seq=1)] * 5)
    outcome = push_of(outbox, district, WHO).run()
    assert (outcome.state, outcome.code) == ("stopped", "nothing_there")


@pytest.mark.parametrize("status", [401, 403, 426])
def test_district_that_says_no_stops_sending(status: int) -> None:
    outbox = MemoryOutbox(some(1))
    outcome = push_of(outbox, Scripted(Refusal(status, "too_old")), WHO).run()
    assert outcome.state == "stopped"
    assert outbox.states() == ["pending"]


def test_a_thousand_failures_lose_nothing_and_never_retry_at_once() -> None:
    outbox = MemoryOutbox(some(2))
    district = Scripted(*[NoAnswer("timeout")] * 1000)
    push = push_of(outbox, district, WHO)
    waits = [push.run().wait for _ in range(1000)]
    assert all(wait is not None and 0.5 <= wait <= 900 for wait in waits)
    assert push.run().state == "idle"
    assert set(outbox.states()) == {"acked"}


@pytest.mark.parametrize(("status", "wait"), [(429, 7.0), (500, None), (503, 120.0)])
def test_district_that_is_busy_is_asked_again_when_it_says(status: int, wait: float | None) -> None:
    outbox = MemoryOutbox(some(2))
    outcome = push_of(outbox, Scripted(Refusal(status, "busy", retry_after=wait)), WHO).run()
    assert outcome.state == "waiting"
    assert outcome.wait is not None
    assert outcome.wait >= (wait or 0.5)
    assert outbox.states() == ["pending", "pending"]


def test_district_may_ask_for_a_rest_after_a_receipt() -> None:
    outbox = MemoryOutbox(some(600))
    district = Scripted(Receipt(500, backoff=30.0))
    outcome = push_of(outbox, district, WHO).run()
    assert (outcome.state, outcome.wait) == ("waiting", 30.0)
    assert outcome.sent > 0
