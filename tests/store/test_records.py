"""RecordStore: every record type round-trips, edits, conflicts with nobody silently and leaves a trace."""

import orjson
import pytest
from samples import SAMPLES
from uuid_utils import uuid7

from app.models import payload
from app.models.registry import RECORD_TYPES
from app.store.reading import ListQuery
from app.store.refused_saves import Invalid, Stale, UnknownRecord, Voided
from app.store.verify import verify

ALL_TYPES = pytest.mark.parametrize("record_type", RECORD_TYPES.values(), ids=lambda kind: kind.code)


def new_id() -> str:
    return str(uuid7())


def first_text(record_type):
    return next(f.name for f in record_type.fields.values() if f.kind.value == "long_text")


@ALL_TYPES
def test_what_is_read_back_is_what_was_given(desk, record_type):
    record_id = new_id()
    saved = desk.store.save(record_type, SAMPLES[record_type.code](), by="李调解", record_id=record_id)
    stored = desk.reader.load(record_type, record_id)
    assert stored.values == saved.values
    for name, given in SAMPLES[record_type.code]().items():
        if record_type.fields[name].rows is None:
            assert stored.values[name] == given
    assert (stored.revision, stored.created_by, stored.station) == (1, "李调解", "511421125201")


@ALL_TYPES
def test_one_save_is_one_line_for_the_district_with_the_same_content(desk, record_type):
    record_id = new_id()
    saved = desk.store.save(record_type, SAMPLES[record_type.code](), by="李调解", record_id=record_id)
    (line,) = desk.outbox.next_lines(1 << 20, 10)
    content = orjson.loads(line.body)
    assert (content["seq"], content["op_id"], content["act"]) == (1, saved.head, "create")
    assert record_type.clean(payload.decode(record_type, content["data"]))[0] == saved.values
    assert verify(desk.database, RECORD_TYPES) == []


@ALL_TYPES
def test_trying_the_same_save_again_saves_nothing_twice(desk, record_type):
    record_id, values = new_id(), SAMPLES[record_type.code]()
    first = desk.store.save(record_type, values, by="李调解", record_id=record_id)
    # The form still holds what was typed: no row has the id the first try gave it.
    for typed in (values, first.values):
        again = desk.store.save(record_type, typed, by="李调解", record_id=record_id)
        assert (again.head, again.values) == (first.head, first.values)
    assert desk.outbox.status().unsent == 1


def test_an_edit_tried_again_with_its_new_rows_saves_nothing_twice(desk):
    case, record_id = RECORD_TYPES["mediation_case"], new_id()
    first = desk.store.save(case, SAMPLES["mediation_case"](), by="李调解", record_id=record_id)
    typed = {**first.values, "clauses": [*first.values["clauses"], {"content": "双方不再追究。"}]}
    second = desk.store.save(case, typed, by="李调解", record_id=record_id, base=first.head)
    again = desk.store.save(case, typed, by="李调解", record_id=record_id, base=first.head)
    assert (again.head, again.values) == (second.head, second.values)
    assert len({row["id"] for row in again.values["clauses"]}) == 3
    twice = {**second.values, "clauses": [*typed["clauses"], {"content": "双方不再追究。"}]}
    third = desk.store.save(case, twice, by="李调解", record_id=record_id, base=second.head)
    assert len({row["id"] for row in third.values["clauses"]}) == 4


@ALL_TYPES
def test_an_edit_sends_only_what_changed(desk, record_type):
    record_id, name = new_id(), first_text(record_type)
    first = desk.store.save(record_type, SAMPLES[record_type.code](), by="李调解", record_id=record_id)
    desk.clock.pass_time(minutes=5)
    second = desk.store.save(
        record_type, first.values | {name: "改后的内容"}, by="王网格", record_id=record_id, base=first.head
    )
    assert second.revision == 2
    edit = desk.reader.history(record_id)[1]
    assert edit.data == {name: "改后的内容"}
    assert (edit.by, edit.act) == ("王网格", "edit")
    assert payload.apply_changes(desk.reader.history(record_id)[0].data, edit.data) == payload.encode(
        record_type, second.values
    )


@ALL_TYPES
def test_an_edit_over_an_unseen_revision_is_refused_and_changes_nothing(desk, record_type):
    record_id, name = new_id(), first_text(record_type)
    first = desk.store.save(record_type, SAMPLES[record_type.code](), by="甲", record_id=record_id)
    desk.store.save(
        record_type, first.values | {name: "乙写的"}, by="乙", record_id=record_id, base=first.head
    )
    with pytest.raises(Stale, match="乙"):
        desk.store.save(
            record_type, first.values | {name: "甲写的"}, by="甲", record_id=record_id, base=first.head
        )
    assert desk.reader.load(record_type, record_id).values[name] == "乙写的"
    assert desk.outbox.status().unsent == 2


@ALL_TYPES
def test_a_voided_record_stays_readable_and_cannot_be_changed(desk, record_type):
    record_id = new_id()
    saved = desk.store.save(record_type, SAMPLES[record_type.code](), by="甲", record_id=record_id)
    with pytest.raises(Invalid):
        desk.store.void(record_type, record_id, reason="  ", by="甲", base=saved.head)
    desk.store.void(record_type, record_id, reason="重复登记", by="甲", base=saved.head)
    stored = desk.reader.load(record_type, record_id)
    assert stored.void_reason == "重复登记"
    with pytest.raises(Voided):
        desk.store.save(
            record_type,
            saved.values | {first_text(record_type): "x"},
            by="甲",
            record_id=record_id,
            base=stored.head,
        )
    assert desk.reader.page(record_type, ListQuery()) == []
    assert len(desk.reader.page(record_type, ListQuery(voided=True))) == 1


@ALL_TYPES
def test_what_is_invalid_leaves_no_trace(desk, record_type):
    values = SAMPLES[record_type.code]()
    required = next(f.name for f in record_type.fields.values() if f.required)
    for broken in (
        {required: None},
        {first_text(record_type): "含\x00字符"},
        {first_text(record_type): "半\ud800"},
    ):
        with pytest.raises(Invalid) as refusal:
            desk.store.save(record_type, values | broken, by="甲", record_id=new_id())
        assert refusal.value.problems[0].path in broken
    assert desk.outbox.status().unsent == 0
    assert desk.reader.page(record_type, ListQuery(voided=True)) == []


@ALL_TYPES
def test_a_saved_record_is_found_on_its_list(desk, record_type):
    record_id = new_id()
    saved = desk.store.save(record_type, SAMPLES[record_type.code](), by="甲", record_id=record_id)
    words = {
        "mediation_case": "吐尔逊",
        "patrol_log": "周队长",
        "service_visit": "𠮷秀英",
        "screening": "钱网格",
        "resident": "sxm",
        "committee": "鹰头村",
        "handover": "吐尔逊",
    }
    (row,) = desk.reader.page(record_type, ListQuery(words=words[record_type.code]))
    assert row["id"] == record_id
    if record_type.numbered:
        assert desk.reader.by_number(record_type, saved.values["number"]).id == record_id


def test_an_unknown_record_cannot_be_edited(desk):
    with pytest.raises(UnknownRecord):
        desk.store.save(
            RECORD_TYPES["resident"], SAMPLES["resident"](), by="甲", record_id=new_id(), base=new_id()
        )


def test_numbers_of_a_year_follow_one_another_and_stay(desk):
    record_type = RECORD_TYPES["mediation_case"]
    numbers, last = [], None
    for _ in range(3):
        last = desk.store.save(
            record_type, SAMPLES["mediation_case"](), by="甲", record_id=(record_id := new_id())
        )
        numbers.append(last.values["number"])
    assert numbers == [f"〔2026〕鹰头人调字第00{n}号" for n in (1, 2, 3)]
    edited = desk.store.save(
        record_type,
        last.values | {"number": "改号", "notes": "x"},
        by="甲",
        record_id=record_id,
        base=last.head,
    )
    assert edited.values["number"] == numbers[2]


def test_lists_page_by_business_day_without_loss_or_repeat(desk):
    record_type = RECORD_TYPES["patrol_log"]
    for _ in range(25):
        desk.store.save(record_type, SAMPLES["patrol_log"](), by="甲", record_id=new_id())
    seen, after = [], None
    while rows := desk.reader.page(record_type, ListQuery(codes={"shift": "night"}), after=after, limit=10):
        seen += [row["id"] for row in rows]
        after = rows[-1]
    assert len(seen) == len(set(seen)) == 25


def test_a_list_filters_only_by_what_its_type_names(desk):
    with pytest.raises(ValueError, match="not a filter"):
        desk.reader.page(RECORD_TYPES["patrol_log"], ListQuery(codes={"leader; DROP": "x"}))


def test_an_id_no_district_would_take_is_refused_before_anything_is_written(desk):
    with pytest.raises(ValueError, match="UUID"):
        desk.store.save(RECORD_TYPES["resident"], SAMPLES["resident"](), by="甲", record_id="1")
    assert desk.outbox.status().unsent == 0
