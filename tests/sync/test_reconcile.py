"""与区里核对: what differs is named, mended from whichever side still has it, and no side is chosen silently."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import delete, update

from app.district.tables import record_state
from app.district.tables import revision as at_district
from app.models.registry import RECORD_TYPES
from app.store.tables import revision
from app.store.verify import verify
from app.sync.reconcile import Finding, Reconcile
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
    with near.database.write() as connection:
        connection.execute(delete(at_district).where(at_district.c.record == records[1]))
        connection.execute(delete(record_state).where(record_state.c.record == records[1]))
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
    with near.database.write() as connection:
        connection.execute(delete(at_district).where(at_district.c.record == records[1]))
        connection.execute(delete(record_state).where(record_state.c.record == records[1]))
    assert compare(first) == Finding(3, 3, mended=1)
    assert verify(first.database, RECORD_TYPES) == []
    assert len(first.reader.history(records[1])) == 1
    create(first)
    settled(*desks)
    assert compare(first) == compare(second) == Finding(4, 4)


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
