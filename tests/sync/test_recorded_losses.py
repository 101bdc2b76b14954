"""Ways users of such systems lost data or got stuck, each a test by its number in docs/reliability.md (R1-R15)."""

import tempfile
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from app.store.errors import StorageError
from app.sync.protocol import NoAnswer
from tests.simulator.campaign import in_memory
from tests.simulator.district import Truncated
from tests.sync.two_pcs import RESIDENT, Pair, two_pcs


@pytest.fixture
def pair() -> Iterator[Pair]:
    with tempfile.TemporaryDirectory(dir=in_memory(), prefix="pair-") as name, two_pcs(Path(name)) as one:
        yield one


def test_r01_ack_lost_a_hundred_times_leaves_one_record_and_the_client_acked(pair: Pair) -> None:
    pair.create(pair.first)
    pair.weather("unanswered")
    assert {pair.first.sync().state for _ in range(100)} == {"waiting"}
    assert pair.at_district() <= 1
    pair.weather()
    # One push got through unanswered at the latest now; a hello then makes the receipt good.
    while pair.first.sync().state != "idle":
        pass
    assert (pair.at_district(), pair.first.outbox.status().unsent) == (1, 0)
    pair.settled()


def test_r03_edited_while_sending_the_ack_is_for_the_old_revision_only(pair: Pair) -> None:
    record = pair.create(pair.first)
    pair.first.line.exchange, exchange = _editing(pair, record), pair.first.line.exchange
    pair.first.push.run(lambda: pair.at_district() > 0)
    pair.first.line.exchange = exchange
    assert (pair.at_district(), pair.first.outbox.status().unsent) == (1, 1)
    pair.settled()
    assert pair.value(pair.second, record, "notes") == "发送途中改的"


def _editing(pair: Pair, record: str):  # type: ignore[no-untyped-def]
    exchange = pair.first.line.exchange

    def editing(method: str, path: str, headers, body: bytes):  # type: ignore[no-untyped-def]
        answer = exchange(method, path, headers, body)
        if path == "/v1/push":
            pair.edit(pair.first, record, notes="发送途中改的")
        return answer

    return editing


def test_r04_killed_at_every_statement_of_a_round_the_next_finds_nothing_missing(pair: Pair) -> None:
    deaths = 0
    for statement in range(1, 60, 4):
        pair.create(pair.first)
        pair.create(pair.second)
        pair.first.sync()
        pair.second.trap.kill_at(statement, after=statement % 8 == 1)
        try:
            pair.second.sync()
        except BaseException:
            assert pair.second.trap.dead
        deaths += pair.second.trap.dead
        pair.second.restart()
        pair.oracle.after_start(pair.second)
    assert deaths > 7
    pair.settled()


def test_r05_a_poison_record_is_shown_with_its_reason_others_go_and_it_can_be_corrected(pair: Pair) -> None:
    bad = pair.create(pair.first)
    pair.first.save_unchecked(RESIDENT, bad, {"phone": "打不通"})
    pair.oracle.acknowledged(pair.first, bad)
    others = [pair.create(pair.first) for _ in range(5)]
    pair.settled()
    (refusal,) = pair.first.outbox.refusals()
    assert (refusal.record_id, refusal.code) == (bad, "held")
    assert "电话" in refusal.detail
    assert all(pair.second.reader.load(RESIDENT, one) for one in others)
    pair.edit(pair.first, bad, phone="13800138000")
    pair.settled()
    assert pair.first.outbox.refusals() == []
    assert pair.value(pair.second, bad, "phone") == "13800138000"


@pytest.mark.parametrize("kind", ["proxy", "portal", "mangled", "cut", "lost"])
def test_r06_only_a_valid_signed_envelope_is_an_ack(pair: Pair, kind: str) -> None:
    """401, 403, 404, 408, 410, 413, 422, 429, 5xx of a proxy, a portal's 200, a changed byte."""
    pair.create(pair.first)
    pair.weather(kind)
    outcomes = [pair.first.sync() for _ in range(40)]
    assert {one.state for one in outcomes} == {"waiting"}
    assert all(one.wait is not None and one.wait >= 0.5 for one in outcomes), "a tight loop"
    assert pair.first.outbox.status().unsent == 1
    pair.settled()
    assert pair.at_district() == 1


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_r08_a_cable_pulled_at_any_share_of_the_batch_never_says_complete(pair: Pair, share: float) -> None:
    for _ in range(5):
        pair.create(pair.first)
    pair.first.push.run(lambda: pair.first.line.calls > 0)

    def cut(method: str, path: str, headers, body: bytes):  # type: ignore[no-untyped-def]
        with pytest.raises(Truncated):
            pair.district.answer(method, path, headers, body, int(len(body) * share))
        raise NoAnswer("reset")

    pair.first.line.exchange, exchange = cut, pair.first.line.exchange
    outcome = pair.first.push.run()
    pair.first.line.exchange = exchange
    assert (outcome.state, outcome.sent, pair.at_district()) == ("waiting", 0, 0)
    assert pair.first.outbox.status().unsent == 5
    pair.settled()


def test_r09_a_receipt_that_cannot_be_written_down_is_made_good_without_a_second_copy(pair: Pair) -> None:
    pair.create(pair.first)
    failed = 0
    for statement in range(1, 12):
        pair.first.trap.full_at(statement)
        try:
            pair.first.push.run()
        except StorageError:
            failed += 1
        pair.first.trap.disarm()
    assert failed
    assert pair.at_district() == 1
    pair.settled()


def test_r11_one_field_at_two_stations_in_every_order_ends_the_same_and_keeps_the_losers(pair: Pair) -> None:
    """All twenty interleavings of three edits here and three there."""
    for number, mine in enumerate(combinations(range(6), 3)):
        record = pair.create(pair.first)
        pair.quiet()
        for step in range(6):
            pc = pair.first if step in mine else pair.second
            pair.edit(pc, record, notes=f"{pc.name}第{number}次第{step}笔")
            if step in (2, 4):
                pc.sync()
        pair.quiet()
        values = {pair.value(pc, record, "notes") for pc in (pair.first, pair.second)}
        assert len(values) == 1
    pair.settled()
    assert pair.first.differences.open_records()
    assert pair.first.differences.open_records() == pair.second.differences.open_records()


def test_r12_different_fields_merge_and_say_with_whom(pair: Pair) -> None:
    record = pair.create(pair.first)
    pair.settled()
    pair.edit(pair.first, record, notes="甲写的")
    pair.edit(pair.second, record, employer="乙写的")
    pair.settled()
    for pc in (pair.first, pair.second):
        assert (pair.value(pc, record, "notes"), pair.value(pc, record, "employer")) == ("甲写的", "乙写的")
        assert {one.by for one in pc.reader.history(record)} == {"干部甲", "干部乙"}
        assert pc.differences.open_records() == []


def test_r13_an_edit_of_a_record_voided_elsewhere_is_shown_and_blocks_nothing(pair: Pair) -> None:
    record = pair.create(pair.first)
    pair.settled()
    stored = pair.first.reader.load(RESIDENT, record)
    assert stored is not None
    pair.first.store.void(RESIDENT, record, reason="重复", by="干部甲", base=stored.head)
    pair.oracle.acknowledged(pair.first, record)
    pair.edit(pair.second, record, notes="还在写")
    other = pair.create(pair.second)
    pair.settled()
    assert pair.first.reader.load(RESIDENT, other) is not None
    (open_one,) = pair.second.differences.open_records()
    assert open_one.record_id == record
    (difference,) = pair.first.differences.of(record)
    assert difference.other.value == {"notes": "还在写"}


def test_r15_work_on_a_record_closed_meanwhile_is_taken_and_never_refused(pair: Pair) -> None:
    """The district voids (closes) it; hand-over between offices has tests of its own."""
    record = pair.create(pair.first)
    pair.settled()
    pair.edit(pair.first, record, notes="不知道已经结了")
    pair.district.author.void(pair.first.station.code, record, reason="区里已办结", by="区里的人")
    pair.oracle.district_wrote(pair.district, pair.first.station.code, record)
    pair.settled()
    assert pair.first.outbox.status().unsent == 0
    assert [one.record_id for one in pair.first.differences.open_records()] == [record]
