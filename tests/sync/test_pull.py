"""Two and three PCs of one station: what one writes the others have, whatever is edited at once."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import orjson
import pytest

from app.district.authoring import Author
from app.models.payload import encode
from app.models.registry import RECORD_TYPES
from app.store import receiving
from app.store.errors import StorageFull
from app.store.refused_saves import Stale
from app.store.tables import notice
from app.store.verify import verify
from tests.district.parts import new_id
from tests.samples import SAMPLES
from tests.sync.stations import STATION, Desk, Near, now, open_at_server, settled, template

RESIDENT = RECORD_TYPES["resident"]


@pytest.fixture(params=["sqlite", "postgresql"])
def near(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Near]:
    url = None if request.param == "sqlite" else request.getfixturevalue("new_database")()
    one = Near(tmp_path / "district", url)
    yield one
    one.close()


@pytest.fixture
def desks(near: Near, tmp_path: Path) -> Iterator[list[Desk]]:
    of = template(tmp_path)
    made = [Desk(tmp_path / f"{name}.db", of, near, Random(7)) for name in "甲乙丙"]
    yield made
    for desk in made:
        desk.close()


def create(desk: Desk, code: str = "resident", **changes: object) -> str:
    record_id = new_id()
    desk.store.save(RECORD_TYPES[code], SAMPLES[code](**changes), by=desk.by, record_id=record_id)
    return record_id


def edit(desk: Desk, record_id: str, code: str = "resident", **changes: object) -> None:
    record_type = RECORD_TYPES[code]
    stored = desk.reader.load(record_type, record_id)
    assert stored is not None
    values = {**stored.values, **changes}
    desk.store.save(record_type, values, by=desk.by, record_id=record_id, base=stored.head)


def value(desk: Desk, record_id: str, name: str, code: str = "resident") -> object:
    stored = desk.reader.load(RECORD_TYPES[code], record_id)
    assert stored is not None
    return stored.values[name]


def same_everywhere(desks: list[Desk]) -> None:
    for code, record_type in RECORD_TYPES.items():
        pages = [desk.reader.page(record_type, _all()) for desk in desks]
        ids = [sorted(row["id"] for row in page) for page in pages]
        assert ids[0] == ids[1] == ids[-1]
        for record_id in ids[0]:
            held = [desk.reader.load(record_type, record_id) for desk in desks]
            wire = [(one.head, one.void_reason, encode(record_type, one.values)) for one in held if one]
            assert all(one == wire[0] for one in wire), (code, record_id, wire)


def _all():  # type: ignore[no-untyped-def]
    from app.store.reading import ListQuery

    return ListQuery(voided=True)


def test_records_of_every_kind_reach_the_other_pcs_with_rows_search_and_history(desks: list[Desk]) -> None:
    first, second, third = desks
    ids = {code: create(first, code) for code in RECORD_TYPES}
    settled(*desks)
    same_everywhere(desks)
    assert [row["id"] for row in second.reader.page(RESIDENT, _words("单小梅"))] == [ids["resident"]]
    (change,) = second.reader.history(ids["mediation_case"])
    assert (change.by, change.origin, change.state) == (first.by, "甲", "acked")
    assert second.outbox.status().unsent == 0
    for desk in desks:
        assert verify(desk.database, RECORD_TYPES) == []
    assert third.outbox.status().last_pull_at is not None


def _words(text: str):  # type: ignore[no-untyped-def]
    from app.store.reading import ListQuery

    return ListQuery(text)


def test_documents_of_two_pcs_never_carry_the_same_number(desks: list[Desk]) -> None:
    ids = [create(desk, "mediation_case") for desk in desks]
    settled(*desks)
    numbers = {value(desks[0], one, "number", "mediation_case") for one in ids}
    assert len(numbers) == 3


def test_edits_of_different_fields_merge_and_say_with_whom(desks: list[Desk]) -> None:
    first, second, _ = desks
    record = create(first)
    settled(*desks)
    edit(first, record, notes="甲的备注")
    edit(second, record, occupation="木工")
    settled(*desks)
    same_everywhere(desks)
    assert (value(second, record, "notes"), value(first, record, "occupation")) == ("甲的备注", "木工")
    for desk in desks:
        said = [change.detail for change in desk.reader.history(record) if change.detail]
        assert said == [f"与{first.by}的修改已合并。"]
        assert desk.outbox.status().conflicts == 0


def test_unsent_edit_stays_above_what_comes_down(desks: list[Desk]) -> None:
    first, second, _ = desks
    record = create(first)
    settled(*desks)
    edit(first, record, notes="甲的备注", phone="13800138000")
    first.sync()
    edit(second, record, occupation="木工")
    second.rounds._pull.run()
    assert (value(second, record, "notes"), value(second, record, "occupation")) == ("甲的备注", "木工")
    assert second.outbox.status().unsent == 1
    settled(*desks)
    same_everywhere(desks)


def test_the_editor_that_saw_an_older_head_keeps_a_draft(desks: list[Desk]) -> None:
    first, second, _ = desks
    record = create(first)
    settled(*desks)
    opened = second.reader.load(RESIDENT, record)
    assert opened is not None
    edit(first, record, notes="甲的备注")
    settled(*desks)
    with pytest.raises(Stale):
        second.store.save(
            RESIDENT, {**opened.values, "notes": "乙"}, by="乙", record_id=record, base=opened.head
        )


def test_conflict_goes_round_and_closes_by_an_ordinary_edit(near: Near, desks: list[Desk]) -> None:
    first, second, third = desks
    record = create(first)
    settled(*desks)
    edit(first, record, notes="甲的备注")
    edit(second, record, notes="乙的备注")
    settled(*desks)
    same_everywhere(desks)
    for desk in desks:
        assert value(desk, record, "notes") == "甲的备注"
        assert desk.outbox.status().conflicts == 1
        (difference,) = desk.differences.of(record)
        assert (difference.standing.value, difference.other.value) == ("甲的备注", "乙的备注")
        assert (difference.standing.by, difference.other.by) == (first.by, second.by)
    (mine,) = second.differences.of(record)
    assert (mine.standing.origin, mine.other.origin) == ("甲", "")
    stored = third.reader.load(RESIDENT, record)
    assert stored is not None
    third.store.settle(RESIDENT, record, {"notes": "乙的备注"}, by=third.by, base=stored.head)
    assert third.outbox.status().conflicts == 0
    settled(*desks)
    same_everywhere(desks)
    assert open_at_server(near) == set()
    for desk in desks:
        assert value(desk, record, "notes") == "乙的备注"
        assert desk.outbox.status().conflicts == 0
        assert [one.settled for one in desk.differences.of(record)] == [True]


def test_choosing_what_stands_already_closes_too(near: Near, desks: list[Desk]) -> None:
    first, second, _ = desks
    record = create(first)
    settled(*desks)
    edit(first, record, notes="甲的备注")
    edit(second, record, notes="乙的备注")
    settled(*desks)
    stored = first.reader.load(RESIDENT, record)
    assert stored is not None
    first.store.settle(RESIDENT, record, {"notes": "甲的备注"}, by=first.by, base=stored.head)
    settled(*desks)
    assert open_at_server(near) == set()
    assert [desk.outbox.status().conflicts for desk in desks] == [0, 0, 0]


def test_edit_of_a_record_voided_meanwhile_is_shown_and_closed(near: Near, desks: list[Desk]) -> None:
    first, second, _ = desks
    record = create(first)
    settled(*desks)
    stored = first.reader.load(RESIDENT, record)
    assert stored is not None
    first.store.void(RESIDENT, record, reason="重复登记", by=first.by, base=stored.head)
    edit(second, record, notes="还在用")
    settled(*desks)
    same_everywhere(desks)
    assert [desk.outbox.status().conflicts for desk in desks] == [1, 1, 1]
    stored = second.reader.load(RESIDENT, record)
    assert stored is not None
    assert stored.void_reason == "重复登记"
    second.store.settle(RESIDENT, record, {"": None}, by=second.by, base=stored.head)
    settled(*desks)
    assert [desk.outbox.status().conflicts for desk in desks] == [0, 0, 0]
    assert open_at_server(near) == set()


def test_district_edit_and_notices_come_down(near: Near, desks: list[Desk]) -> None:
    first, second, _ = desks
    record = create(first)
    settled(*desks)
    services = near.services
    author = Author(near.database, services.identity, services.intake, now)
    author.edit(STATION, record, {"occupation": "村医", "future_field": {"kept": 1}}, by="区里周科长")
    author.publish(STATION, "code_list", "dispute_type", {"items": [{"value": "99", "label": "新类"}]})
    author.publish(STATION, "code_list", "dispute_type", {"items": []})
    settled(*desks)
    same_everywhere(desks)
    assert value(second, record, "occupation") == "村医"
    assert second.reader.history(record)[-1].origin == "区里"
    with second.database.read() as connection:
        (kept,) = connection.execute(notice.select()).all()
    assert (kept.kind, kept.key, orjson.loads(kept.body)["items"]) == ("code_list", "dispute_type", [])
    edit(second, record, notes="区里改后再记")
    settled(*desks)
    assert value(first, record, "notes") == "区里改后再记"


def test_page_asked_for_before_the_file_moved_on_changes_nothing(desks: list[Desk]) -> None:
    first, second, _ = desks
    create(first)
    first.sync()
    before = second.receiver.position().cursor
    page = second.line.pull(before)
    assert second.receiver.take(page, before) == 1
    assert second.receiver.take(page, before) == 0


def test_a_page_that_does_not_fit_leaves_nothing_and_the_cursor_where_it_was(
    desks: list[Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = desks
    for _ in range(4):
        create(first)
    first.sync()
    keep, calls = receiving._keep_line, iter(range(100))

    def full_at_the_third(*parts: object) -> None:
        if next(calls) == 2:
            raise StorageFull
        keep(*parts)  # type: ignore[arg-type]

    monkeypatch.setattr(receiving, "_keep_line", full_at_the_third)
    with pytest.raises(StorageFull):
        second.sync()
    assert second.receiver.position().cursor == ""
    assert second.reader.page(RESIDENT, _all()) == []
    monkeypatch.undo()
    settled(*desks)
    same_everywhere(desks)
    assert verify(second.database, RECORD_TYPES) == []


def test_record_this_program_cannot_keep_stops_nothing_and_is_kept_as_it_came(desks: list[Desk]) -> None:
    """A record type of a newer program, and one the file refuses: the others come down."""
    first, second, third = desks
    create(first, "patrol_log")
    refused = create(first)
    settled(first)
    second.receiver._types = {code: kind for code, kind in RECORD_TYPES.items() if code != "patrol_log"}
    with second.database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no BEFORE INSERT ON resident BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    later = create(first, "service_visit")
    settled(*desks)
    assert second.reader.load(RECORD_TYPES["service_visit"], later) is not None
    with second.database.read() as connection:
        kept = connection.execute(notice.select()).all()
    assert {row.kind for row in kept} == {"unknown_record"}
    assert refused in {row.key for row in kept}
    assert len(kept) == 2
    assert third.reader.load(RESIDENT, refused) is not None
