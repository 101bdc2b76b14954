"""重发 from a day: whatever the district still has or lost, it holds every revision once, and no PC shows anything else."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import delete, func, select, update

from app.district.tables import record_state
from app.district.tables import revision as at_district
from app.models.registry import RECORD_TYPES
from app.security.authorize import Actor, NotAllowed
from app.store import resending
from app.store.authorized.access import Access
from app.store.authorized.resending import DayToCome, Resending
from app.store.recent import RecentReader
from app.store.resending import Again
from app.store.tables import audit, resent, revision
from app.store.verify import verify
from app.sync.protocol import Verdict
from tests.sync.stations import NOW, STATION, Desk, Near, now, open_at_server, server_ops, settled, template
from tests.sync.test_pull import RESIDENT, create, edit, same_everywhere, value
from tests.sync.test_reconcile import compare

TODAY = date(2026, 11, 23)


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


def again(desk: Desk, role: str = "head", days_later: int = 0) -> Resending:
    access = Access(desk.database, desk.station.device_id, now, Actor(desk.by, role, STATION))
    return Resending(desk.database, access, lambda: NOW + timedelta(days=days_later))


def written(desks: list[Desk]) -> list[str]:
    """Records with everything that happens to records: edits, a merge, a settled difference, a void."""
    first, second = desks
    records = [create(first, code) for code in RECORD_TYPES] + [create(second), create(second)]
    merged, disputed = records[-1], records[-2]
    settled(*desks)
    edit(first, merged, notes="甲的备注")
    edit(second, merged, occupation="木工")
    edit(first, disputed, notes="甲写的")
    edit(second, disputed, notes="乙写的")
    settled(*desks)
    stored = second.reader.load(RESIDENT, disputed)
    assert stored is not None
    second.store.settle(RESIDENT, disputed, {"notes": "乙写的"}, by=second.by, base=stored.head)
    edit(first, merged, notes="甲后来改的")
    voided = create(first)
    settled(*desks)
    stored = first.reader.load(RESIDENT, voided)
    assert stored is not None
    first.store.void(RESIDENT, voided, reason="重复", by=first.by, base=stored.head)
    settled(*desks)
    return [*records, voided]


def all_is_well(near: Near, desks: list[Desk], count: int) -> None:
    settled(*desks)
    same_everywhere(desks)
    ops = server_ops(near)
    assert len(ops) == len(set(ops))
    assert open_at_server(near) == set()
    for desk in desks:
        assert verify(desk.database, RECORD_TYPES) == []
        status = desk.outbox.status()
        assert (status.unsent, status.held, status.conflicts) == (0, 0, 0)
        finding = compare(desk)
        assert (finding.here, finding.there, finding.differing, finding.mended) == (count, count, (), 0)


def history(desk: Desk, record: str) -> list[tuple[str, str, str]]:
    return [(one.act, one.by, one.state) for one in desk.reader.history(record)]


def test_with_nothing_lost_everything_is_a_duplicate_and_nothing_changes(
    near: Near, desks: list[Desk]
) -> None:
    first, second = desks
    records = written(desks)
    before, newest = server_ops(near), RecentReader(first.database).newest()
    told = {record: history(first, record) for record in records}
    asked = again(first, days_later=3)
    going = asked.count(TODAY)
    assert (going.revisions, going.records) == (len(before), len(records))
    assert asked.send(TODAY) == going
    # They wait since they were asked for, not since they were written.
    status = first.outbox.status()
    assert (status.unsent, status.oldest_at) == (len(before), NOW + timedelta(days=3))
    outcome = first.sync()
    assert (outcome.state, outcome.sent) == ("idle", len(before))
    assert server_ops(near) == before
    all_is_well(near, desks, len(records))
    assert {record: history(first, record) for record in records} == told
    assert RecentReader(first.database).newest() == newest
    assert value(second, records[-2], "notes") == "甲后来改的"


def test_however_often_it_is_pressed_each_revision_goes_once_a_day(near: Near, desks: list[Desk]) -> None:
    first, _ = desks
    records = written(desks)
    count = len(server_ops(near))
    sent = [again(first).send(TODAY).revisions for _ in range(3)]
    assert sent == [count, 0, 0]
    assert again(first).count(TODAY) == Again(0, 0, underway=count)
    first.sync()
    assert again(first).send(TODAY) == Again(0, 0, today=count)
    with first.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(resent)).scalar_one() == count
    # Asked again another day, the copies of before are not copied.
    for day in range(1, 3):
        assert again(first, days_later=day).send(TODAY).revisions == count
        first.sync()
    with first.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(revision)).scalar_one() == 4 * count
        noted = connection.execute(select(audit.c.detail).where(audit.c.action == "send again")).scalars()
        assert list(noted) == [f"2026-11-23 {count} rows"] * 3
    all_is_well(near, desks, len(records))


def test_only_what_was_written_from_that_day_on_goes(desks: list[Desk]) -> None:
    first, _ = desks
    old, new = create(first), create(first)
    settled(*desks)
    with first.database.write() as connection:
        earlier = update(revision).where(revision.c.record_id == old)
        # 2026-03-02 23:59:59 and 2026-03-03 00:00:00 by the station's clock.
        connection.execute(earlier.values(at=NOW.replace(month=3, day=2, hour=15, minute=59, second=59)))
        later = update(revision).where(revision.c.record_id == new)
        connection.execute(later.values(at=NOW.replace(month=3, day=2, hour=16, minute=0, second=0)))
    assert again(first).count(date(2026, 3, 2)).revisions == 2
    assert again(first).count(date(2026, 3, 3)).revisions == 1
    assert again(first).count(date(2026, 3, 4)) == Again(0, 0)
    with pytest.raises(DayToCome, match="2026-11-24 还没有到"):
        again(first).send(date(2026, 11, 24))


def test_records_wiped_at_the_district_are_there_again_once(near: Near, desks: list[Desk]) -> None:
    first, second = desks
    records = written(desks)
    plain = [create(first), create(second)]
    settled(*desks)
    edit(second, plain[0], notes="乙后来写的")
    settled(*desks)
    ops = sorted(server_ops(near))
    with near.database.write() as connection:
        for record in plain:
            connection.execute(delete(at_district).where(at_district.c.record == record))
            connection.execute(delete(record_state).where(record_state.c.record == record))
    assert len(server_ops(near)) < len(ops)
    # The PC of the village sends what both wrote.
    again(first).send(TODAY)
    first.sync()
    assert sorted(server_ops(near)) == ops
    assert value(first, plain[0], "notes") == "乙后来写的"
    all_is_well(near, desks, len(records) + 2)


@pytest.mark.parametrize("since_enrolment", [True, False], ids=["emptied", "older backup"])
def test_a_district_put_back_from_a_backup_has_everything_once(
    near: Near, desks: list[Desk], tmp_path: Path, since_enrolment: bool
) -> None:
    first, _ = desks
    if since_enrolment:
        near.copy_to(tmp_path / "backup")
    records = written(desks)
    if not since_enrolment:
        near.copy_to(tmp_path / "backup")
    changed = records[-2]
    edit(first, changed, notes="备份以后写的")
    records.append(create(first))
    settled(*desks)
    ops = sorted(server_ops(near))
    near.put_back(tmp_path / "backup")
    assert len(server_ops(near)) < len(ops)
    again(first).send(TODAY)
    all_is_well(near, desks, len(records))
    assert sorted(server_ops(near)) == ops
    assert value(first, changed, "notes") == "备份以后写的"


def test_what_comes_down_while_copies_wait_stands(near: Near, desks: list[Desk]) -> None:
    """An answer on a stick, or a pull that began before: old revisions must not lie above newer ones."""
    first, second = desks
    record = create(first)
    edit(first, record, notes="旧的")
    settled(*desks)
    edit(second, record, notes="新的")
    settled(*desks)
    again(first).send(TODAY)
    edit(second, record, phone="13800138000")
    second.sync()
    first.rounds._pull.run()
    assert first.outbox.unsent() == 3
    assert (value(first, record, "notes"), value(first, record, "phone")) == ("新的", "13800138000")
    edit(first, record, occupation="木工")
    all_is_well(near, desks, 1)
    assert value(second, record, "occupation") == "木工"


def test_what_the_district_gave_back_waits_for_its_correction(desks: list[Desk]) -> None:
    first, _ = desks
    create(first)
    settled(*desks)
    first.outbox.apply_receipt(1, [Verdict(1, "held", "证件号码不对。")], NOW)
    assert again(first).send(TODAY) == Again(0, 0, held=1)
    assert first.outbox.unsent() == 0


def test_where_it_breaks_off_the_next_press_does_the_rest(
    near: Near, desks: list[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = desks
    records = written(desks)
    count = len(server_ops(near))
    monkeypatch.setattr(resending, "CHUNK", 4)
    # The disk is full from the second chunk on.
    with first.database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON resent WHEN (SELECT count(*) FROM resent) >= 4 "
            "BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    with pytest.raises(Exception, match="full"):
        again(first).send(TODAY)
    assert first.outbox.unsent() == 4
    with first.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")
    assert again(first).send(TODAY) == Again(count - 4, len(records) - 4, underway=4)
    all_is_well(near, desks, len(records))
    with first.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(resent)).scalar_one() == count


def test_a_clerk_may_not(desks: list[Desk]) -> None:
    with pytest.raises(NotAllowed, match="重新上报"):
        again(desks[0], role="clerk").send(TODAY)
