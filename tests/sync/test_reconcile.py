"""与区里核对: what differs is named, mended from whichever side still has it, and no side is chosen silently."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from app.district.tables import held, record_state
from app.district.tables import revision as at_district
from app.models.registry import RECORD_TYPES
from app.store.lives import begin_as_another, begin_new_life, read_anew, send_again
from app.store.numbers import provisional_records
from app.store.tables import revision
from app.store.verify import verify
from app.sync.batch import decode_batch
from app.sync.protocol import Header, NoAnswer, Receipt, Refusal
from app.sync.protocol import Line as SentLine
from app.sync.reconcile import ComparingRounds, Finding, Reconcile
from tests.district.parts import new_id
from tests.sync.stations import Desk, Near, server_records, settled, template
from tests.sync.test_pull import RESIDENT, create, edit, value


@pytest.fixture
def near(tmp_path: Path) -> Iterator[Near]:
    one = Near(tmp_path / "district")
    yield one
    one.close()


@pytest.fixture
def desks(near: Near, tmp_path: Path) -> Iterator[list[Desk]]:
    of = template(tmp_path)
    made = [Desk(tmp_path / f"{name}.db", of, near, Random(3)) for name in "甲乙"]
    yield made
    for desk in made:
        desk.close()


def compare(desk: Desk) -> Finding:
    outcome = Reconcile(desk.rounds, desk.line, desk.receiver, desk.database, RECORD_TYPES).run()
    assert outcome.finding is not None, outcome
    return outcome.finding


def lose(near: Near, record: str) -> None:
    """A revision gone from the district's database, as no backup and no receipt would show it."""
    with near.database.write() as connection:
        connection.execute(delete(at_district).where(at_district.c.record == record))
        connection.execute(delete(record_state).where(record_state.c.record == record))


def pushes(desk: Desk) -> list[SentLine]:
    """The lines the PC sends from now on."""
    sent: list[SentLine] = []
    push = desk.line.push

    def watched(header: Header, body: bytes) -> Receipt:
        sent.extend(decode_batch(body).lines)
        return push(header, body)

    desk.line.push = watched  # type: ignore[method-assign]  # the very line, listened to
    return sent


def rows_of(desk: Desk, record: str) -> list[Any]:
    """Every row of a record's revisions in the file."""
    wanted = select(revision).where(revision.c.record_id == record).order_by(revision.c.position)
    with desk.database.read() as connection:
        return list(connection.execute(wanted))


def test_what_agrees_is_said_with_both_counts(desks: list[Desk]) -> None:
    for code in RECORD_TYPES:
        create(desks[0], code)
    create(desks[1])
    settled(*desks)
    assert compare(desks[0]) == compare(desks[1]) == Finding(len(RECORD_TYPES) + 1, len(RECORD_TYPES) + 1)


def test_what_the_file_lost_is_brought_down_again(desks: list[Desk]) -> None:
    first, second = desks
    record = create(first)
    settled(*desks)
    with second.database.write() as connection:
        connection.execute(delete(RESIDENT.table).where(RESIDENT.table.c.id == record))
        connection.execute(delete(revision).where(revision.c.record_id == record))
    assert compare(second) == Finding(1, 1, mended=1)
    assert value(second, record, "name") == "单小梅"


def test_what_the_district_lost_is_sent_again_by_whoever_has_it(near: Near, desks: list[Desk]) -> None:
    first, second = desks
    records = [create(first) for _ in range(3)]
    edit(second, create(second), notes="备注")
    settled(*desks)
    lose(near, records[1])
    assert compare(second) == Finding(4, 4, mended=1)
    assert records[1] in server_records(near)
    settled(*desks)
    assert compare(first) == Finding(4, 4)
    assert verify(second.database, RECORD_TYPES) == []
    assert verify(first.database, RECORD_TYPES) == []
    assert len(second.reader.history(records[1])) == 1


def test_own_revision_lost_there_goes_out_as_a_copy_and_leaves_no_hole(near: Near, desks: list[Desk]) -> None:
    first, second = desks
    records = [create(first) for _ in range(3)]
    settled(*desks)
    lose(near, records[1])
    assert compare(first) == Finding(3, 3, mended=1)
    assert verify(first.database, RECORD_TYPES) == []
    assert len(first.reader.history(records[1])) == 1
    create(first)
    settled(*desks)
    assert compare(first) == compare(second) == Finding(4, 4)


def test_a_revision_lost_three_times_goes_out_once_each_time(near: Near, desks: list[Desk]) -> None:
    first, second = desks
    record = create(first)
    settled(*desks)
    for lost in range(1, 4):
        lose(near, record)
        pushed = pushes(first)
        assert compare(first) == Finding(1, 1, mended=1)
        assert [line.record for line in pushed] == [record]
        assert len(rows_of(first, record)) == 1 + lost
        (row,) = [one for one in near.rows(at_district) if one.record == record]
        assert row.seq == 1 + lost
    assert compare(first) == compare(second) == Finding(1, 1)
    assert len(first.reader.history(record)) == 1
    assert verify(first.database, RECORD_TYPES) == []


def test_what_is_under_way_already_is_not_copied_again(near: Near, desks: list[Desk]) -> None:
    first, _ = desks
    record = create(first)
    settled(*desks)
    lose(near, record)
    assert [send_again(first.database, record, set()) for _ in range(3)] == [1, 0, 0]
    assert first.outbox.status().unsent == 1
    assert first.reader.history(record)[0].state == "pending"


def test_a_new_life_takes_what_was_lost_twice_along_once(near: Near, desks: list[Desk]) -> None:
    first, second = desks
    record = create(first)
    settled(*desks)
    lose(near, record)
    assert compare(first) == Finding(1, 1, mended=1)
    for sent_before in (False, True):
        lose(near, record)
        if sent_before:
            assert send_again(first.database, record, set()) == 1
        with first.database.write() as connection:
            begin_new_life(connection)
        first.restart()
        pushed = pushes(first)
        settled(*desks)
        assert [line.record for line in pushed] == [record]
        assert compare(first) == compare(second) == Finding(1, 1)
        assert verify(first.database, RECORD_TYPES) == []
    with first.database.write() as connection:
        read_anew(connection)
    pushed = pushes(first)
    settled(*desks)
    assert [line.seq for line in pushed] == [1]  # the last line, to prove who sent it; no older row of it
    stored = first.reader.load(RESIDENT, record)
    assert stored is not None
    assert stored.revision == 1


def test_lost_revisions_of_two_pcs_go_out_in_the_order_they_were_made(near: Near, desks: list[Desk]) -> None:
    first, second = desks
    record = create(first)
    settled(*desks)
    edit(second, record, notes="另一台写的")
    settled(*desks)
    edit(first, record, notes="又改了")
    settled(*desks)
    for count in (2, 3):
        create(second)
        settled(*desks)
        lose(near, record)
        pushed = pushes(first)
        assert compare(first) == Finding(count, count, mended=1)
        assert [line.op_id for line in pushed] == [one.op_id for one in first.reader.history(record)]
        assert value(first, record, "notes") == "又改了"
        assert first.outbox.status().conflicts == first.outbox.status().held == 0
    settled(*desks)
    assert compare(first) == compare(second) == Finding(3, 3)


def test_an_edit_held_because_what_it_builds_on_was_lost_is_mended_too(near: Near, desks: list[Desk]) -> None:
    """The end of the log is gone: another PC's edit goes out at once, and is held until 核对 brings the rest."""
    first, second = desks
    record = create(first)
    settled(*desks)
    edit(second, record, notes="另一台写的")
    settled(*desks)
    for _ in range(2):
        lose(near, record)
        with near.database.write() as connection:
            connection.execute(delete(held).where(held.c.record == record))
        assert compare(first) == Finding(1, 1, mended=1)
        assert first.outbox.status().held == 0
        assert value(first, record, "notes") == "另一台写的"
    settled(*desks)
    assert compare(first) == compare(second) == Finding(1, 1)


def test_a_held_revision_lost_there_counts_once_when_it_is_held_again(near: Near, desks: list[Desk]) -> None:
    first, _ = desks
    record = create(first)
    with first.database.write() as connection:
        line = connection.exec_driver_sql("SELECT line FROM revision").scalar_one()
        broken = line.replace("单小梅".encode(), b"").replace(b'"name":"",', b"")
        connection.execute(update(revision).where(revision.c.record_id == record).values(line=broken))
    settled(first)
    assert first.outbox.status().held == 1
    with near.database.write() as connection:
        connection.execute(delete(held).where(held.c.record == record))
    lose(near, record)
    assert send_again(first.database, record, set()) == 1
    assert first.outbox.status().held == 0
    settled(first)
    assert first.outbox.status().held == 1
    assert [row.verdict for row in rows_of(first, record)] == [None, "held"]


def test_a_copied_pc_keeps_the_number_of_a_record_that_left_it_before(near: Near, desks: list[Desk]) -> None:
    first, _ = desks
    records = [create(first, "mediation_case") for _ in range(2)]
    settled(first)
    lose(near, records[0])
    assert send_again(first.database, records[0], set()) == 1
    records.append(create(first, "mediation_case"))
    with first.database.write() as connection:
        begin_as_another(connection, device_id=new_id(), signing_key=bytes(32))
        assert provisional_records(connection) == [("mediation_case", records[2])]


def test_content_changed_outside_the_program_is_kept_beside_and_shown(desks: list[Desk]) -> None:
    first, second = desks
    record = create(first)
    settled(*desks)
    with second.database.write() as connection:
        changed = update(RESIDENT.table).where(RESIDENT.table.c.id == record)
        connection.execute(changed.values(notes="文件里改的"))
    assert compare(second) == Finding(1, 1, mended=1)
    (difference,) = second.differences.of(record)
    assert (difference.field, difference.other.value, difference.standing.value) == (
        "notes",
        "文件里改的",
        None,
    )
    assert second.outbox.status().conflicts == 1
    stored = second.reader.load(RESIDENT, record)
    assert stored is not None
    second.store.settle(RESIDENT, record, {"notes": "文件里改的"}, by=second.by, base=stored.head)
    settled(*desks)
    assert value(first, record, "notes") == "文件里改的"
    assert compare(first) == compare(second) == Finding(1, 1)


def test_held_record_is_counted_as_waiting_not_as_a_fault(desks: list[Desk]) -> None:
    first, _ = desks
    record = create(first)
    with first.database.write() as connection:
        line = connection.exec_driver_sql("SELECT line FROM revision").scalar_one()
        broken = line.replace("单小梅".encode(), b"").replace(b'"name":"",', b"")
        connection.execute(update(revision).where(revision.c.record_id == record).values(line=broken))
    finding = compare(first)
    assert (finding.waiting, finding.differing) == (1, ())
    assert first.outbox.status().held == 1


def test_a_line_that_breaks_leaves_no_finding(desks: list[Desk]) -> None:
    first, _ = desks
    first.line.faults = 1.0
    outcome = Reconcile(first.rounds, first.line, first.receiver, first.database, RECORD_TYPES).run()
    assert (outcome.state, outcome.finding) == ("waiting", None)


def comparing(desk: Desk) -> ComparingRounds:
    rounds = desk.rounds
    return ComparingRounds(rounds, Reconcile(rounds, desk.line, desk.receiver, desk.database, RECORD_TYPES))


def test_after_the_log_was_read_anew_both_sides_are_compared_once_by_themselves(
    near: Near, desks: list[Desk]
) -> None:
    first, second = desks
    records = [create(first) for _ in range(3)]
    settled(*desks)
    rounds = comparing(first)
    assert rounds.run().finding is None
    lose(near, records[1])
    with first.database.write() as connection:
        read_anew(connection)
    outcome = rounds.run()
    # The last line of all goes again in any case, to be compared there.
    assert (outcome.state, outcome.sent, outcome.finding) == ("idle", 2, Finding(3, 3, mended=1))
    assert records[1] in server_records(near)
    assert rounds.run().finding is None
    settled(*desks)
    assert compare(second) == Finding(3, 3)


@pytest.mark.parametrize("failure", [Refusal(404, "unknown_path"), NoAnswer("reset")])
def test_a_comparison_that_fails_is_due_again_and_keeps_nobody_from_sending(
    desks: list[Desk], failure: Exception
) -> None:
    desk = desks[0]
    create(desk)
    with desk.database.write() as connection:
        read_anew(connection)
    rounds = comparing(desk)
    tallies = desk.line.tallies

    def fails() -> Any:
        raise failure

    desk.line.tallies = fails  # type: ignore[method-assign]  # one call of the very line fails
    outcome = rounds.run()
    expected = ("idle", None) if isinstance(failure, Refusal) else ("waiting", None)
    assert (outcome.state, outcome.finding, desk.outbox.status().unsent) == (*expected, 0)
    desk.line.tallies = tallies  # type: ignore[method-assign]
    assert rounds.run().finding == Finding(1, 1)
