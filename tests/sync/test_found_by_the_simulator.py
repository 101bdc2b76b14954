"""Faults the simulator found, each in its shortest form."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.district.parts import new_id
from tests.simulator.campaign import in_memory
from tests.simulator.ground import STATION
from tests.simulator.oracle import documents_at
from tests.simulator.pc import SimulatedPc
from tests.sync.two_pcs import RESIDENT, Pair, two_pcs


@pytest.fixture
def pair() -> Iterator[Pair]:
    with tempfile.TemporaryDirectory(dir=in_memory(), prefix="pair-") as name, two_pcs(Path(name)) as one:
        yield one


def put_back(pair: Pair, pc: SimulatedPc) -> None:
    backup = pair.folder / f"{new_id()}.db"
    pc.copy_to(backup)
    pc.put_back(backup, above=pc.station.epoch)


def test_a_number_a_copy_filled_after_the_district_forgot_it_is_noticed(pair: Pair) -> None:
    """Seed 2887: the copy's create was receipted, forgotten, and its number given to a line of the original."""
    pair.create(pair.first)
    pair.settled()
    kept = pair.district.place.copy(pair.district.database, "kept")
    pair.district.restart()
    twin = SimulatedPc(pair.folder / "丙.db", pair.district, pair.line, pair.clock, Random(4))
    pair.first.copy_to(twin.path)
    twin.open()
    try:
        forgotten = pair.create(twin)
        assert twin.sync().sent == 1
        pair.district.put_back(kept)
        pair.oracle.forgot = True
        pair.create(pair.first)
        assert pair.first.sync().state == "idle"
        pair.edit(twin, forgotten, notes="后来")
        outcome = twin.sync()
        assert (outcome.state, outcome.code) == ("stopped", "other_content")
        twin.become_another(new_id(), Random(5).randbytes(32))
        assert twin.sync().state == "idle"
        assert forgotten in documents_at(pair.district, STATION)
        assert pair.value(twin, forgotten, "notes") == "后来"
    finally:
        twin.close()
    pair.settled()


def test_the_same_revision_at_the_same_place_of_another_history_is_no_known_place(pair: Pair) -> None:
    """Seed 58: one PC sent all again in its own stream, and the last place held what it had held before."""
    record = pair.create(pair.first)
    pair.settled()
    empty = pair.district.place.copy(pair.district.database, "kept")
    pair.district.restart()
    pair.edit(pair.first, record, notes="甲")
    pair.edit(pair.second, record, notes="乙")
    pair.settled()
    (known,) = cursors(pair.second)
    pair.district.put_back(empty)
    pair.oracle.forgot = True
    pair.first.sync()
    (again,) = cursors(pair.first)
    assert known.split(".")[:2] == again.split(".")[:2]
    assert known != again
    pair.quiet()
    assert cursors(pair.first) == cursors(pair.second)


def cursors(pc: SimulatedPc) -> list[str]:
    with pc.database.read() as connection:
        return list(connection.exec_driver_sql("SELECT cursor FROM device").scalars())


def test_a_row_that_travelled_as_a_skip_line_stops_nothing_after_a_restore(pair: Pair) -> None:
    record = new_id()
    pair.first.enqueue_strange(record, new_id(), kind="dog_licence", spoiled=True)
    backup = pair.folder / "backup.db"
    pair.first.copy_to(backup)
    assert pair.first.sync().state == "idle"
    pair.first.put_back(backup, above=1)
    outcome = pair.first.sync()
    assert (outcome.state, pair.first.outbox.status().unsent) == ("idle", 0)
    assert pair.at_district() == 1


def test_what_is_held_is_told_again_to_who_sends_it_again(pair: Pair) -> None:
    record = pair.create(pair.first)
    pair.settled()
    pair.first.save_unchecked(RESIDENT, record, {"phone": "打不通"})
    backup = pair.folder / "backup.db"
    pair.first.copy_to(backup)
    pair.first.sync()
    pair.first.put_back(backup, above=1)
    pair.first.sync()
    (refusal,) = pair.first.outbox.refusals()
    assert (refusal.record_id, refusal.code) == (record, "held")


def test_sent_again_by_another_pc_an_unseen_edit_overwrites_nothing(pair: Pair) -> None:
    """The district forgets; the first PC sends what the second wrote without having seen the first's."""
    record = pair.create(pair.first)
    pair.settled()
    kept = pair.district.place.copy(pair.district.database, "kept")
    pair.district.restart()
    pair.edit(pair.first, record, notes="甲先写")
    pair.edit(pair.second, record, notes="乙后写")
    pair.first.sync()
    pair.second.sync()
    pair.first.sync()
    pair.district.put_back(kept)
    pair.first.sync()
    assert documents_at(pair.district, STATION)[record][3]["notes"] == "甲先写"
    pair.settled()
    (difference,) = pair.second.differences.of(record)
    assert difference.other.value == "乙后写"


def test_what_was_held_and_is_taken_the_second_time_is_held_no_more(pair: Pair) -> None:
    """The district is put back to before it held something back, and then takes it."""
    record = pair.create(pair.first)
    pair.settled()
    kept = pair.district.place.copy(pair.district.database, "kept")
    pair.district.restart()
    pair.first.save_unchecked(RESIDENT, record, {"phone": "打不通"})
    pair.first.sync()
    assert pair.first.outbox.status().held == 1
    pair.district.put_back(kept)
    pair.first.outbox.continue_from(2)
    assert pair.first.outbox.status().held == 0


def test_what_was_written_to_a_voided_record_is_kept_whole(pair: Pair) -> None:
    record = pair.create(pair.first)
    pair.settled()
    stored = pair.first.reader.load(RESIDENT, record)
    assert stored is not None
    pair.edit(pair.first, record, notes="甲写的")
    stored = pair.first.reader.load(RESIDENT, record)
    assert stored is not None
    pair.first.store.void(RESIDENT, record, reason="重复", by="干部甲", base=stored.head)
    pair.oracle.acknowledged(pair.first, record)
    pair.edit(pair.second, record, notes="乙写的")
    pair.settled()
    others = {one.field: one.other.value for one in pair.second.differences.of(record)}
    assert others == {"": {"notes": "乙写的"}, "notes": "乙写的"}


def test_what_was_held_for_its_content_waits_no_more_once_the_record_is_void(pair: Pair) -> None:
    """Nobody could correct it any more: it stands beside the voided record like any other edit made too late."""
    record = pair.create(pair.first)
    pair.settled()
    pair.first.save_unchecked(RESIDENT, record, {"phone": "打不通"})
    pair.quiet()
    assert [one.code for one in pair.first.outbox.refusals()] == ["held"]
    pair.district.author.void(STATION, record, reason="合并", by="区里的人")
    pair.oracle.district_wrote(pair.district, STATION, record)
    pair.quiet()
    assert [one.code for one in pair.first.outbox.refusals()] == []
    for pc in (pair.first, pair.second):
        stored = pc.reader.load(RESIDENT, record)
        assert stored is not None
        assert stored.void_reason == "合并"
        assert {one.field: one.other.value for one in pc.differences.of(record)}[""] == {"phone": "打不通"}


def test_a_busy_district_is_asked_again_by_the_comparison_too(pair: Pair) -> None:
    pair.create(pair.first)
    pair.settled()
    exchange = pair.first.line.exchange

    def busy(method: str, path: str, headers, body: bytes):  # type: ignore[no-untyped-def]
        if path == "/v1/digest":
            pair.district.trap.full_at(1)
        return exchange(method, path, headers, body)

    pair.first.line.exchange = busy  # type: ignore[method-assign]
    outcome = pair.first.reconcile()
    assert (outcome.state, outcome.code) == ("waiting", "server_failed")
    assert outcome.wait


def test_a_restored_file_shows_unsent_work_above_what_comes_down(pair: Pair) -> None:
    record = pair.create(pair.first)
    pair.settled()
    put_back(pair, pair.first)
    pair.edit(pair.first, record, notes="恢复之后写的")
    pair.edit(pair.second, record, employer="另一台写的")
    pair.second.sync()
    pair.first.pull.run()
    assert pair.value(pair.first, record, "notes") == "恢复之后写的"
    pair.settled()


def test_a_choice_behind_an_edit_no_rule_takes_settles_a_voided_record_for_everybody(pair: Pair) -> None:
    """Seed 20831: the edit was held for its content, and the choice waited behind it for ever."""
    record = pair.create(pair.first)
    pair.settled()
    pair.edit(pair.first, record, notes="甲写的")
    pair.first.save_unchecked(RESIDENT, record, {"phone": "打不通"})
    pair.oracle.acknowledged(pair.first, record)
    pair.district.author.void(STATION, record, reason="合并", by="区里的人")
    pair.oracle.district_wrote(pair.district, STATION, record)
    pair.settled()
    assert {one.settled for one in pair.second.differences.of(record)} == {False}
    choose(pair, pair.first, record)
    pair.settled()
    assert pair.first.outbox.refusals() == []
    for pc in (pair.first, pair.second):
        assert {one.settled for one in pc.differences.of(record)} == {True}


def choose(pair: Pair, pc: SimulatedPc, record: str) -> None:
    """On a voided record the void is said once more."""
    stored = pc.reader.load(RESIDENT, record)
    assert stored is not None
    pc.store.settle(RESIDENT, record, {}, by=pc.by, base=stored.head)
    pair.oracle.acknowledged(pc, record)
