"""The push contract, the same on SQLite and PostgreSQL: exactly once, in order, a verdict where one is due."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select

from app.district.server import DistrictServer
from app.district.tables import conflict, held, record_state, revision
from app.sync.batch import encode_batch, line_of, skip_line
from app.sync.protocol import Header, Line, Receipt, Refusal, Verdict
from tests.district.parts import STATION, Kept, Pc, Pen, new_id, sample


def rows(district: DistrictServer, table: Any) -> list[Any]:
    with district.services.database.read() as connection:
        return list(connection.execute(select(table)))


def document(district: DistrictServer, record: str) -> dict[str, Any]:
    with district.services.database.read() as connection:
        state = connection.execute(select(record_state).where(record_state.c.record == record)).one()
        if state.document is not None:
            return dict(orjson.loads(state.document))
        where = (revision.c.station == state.station) & (revision.c.position == state.position)
        line = connection.execute(select(revision.c.line).where(where)).scalar_one()
    return dict(orjson.loads(line)["data"])


def verdicts(receipt: Receipt) -> dict[int, str]:
    return {verdict.seq: verdict.code for verdict in receipt.verdicts}


def test_clean_batch_is_receipted_and_kept_verbatim(district: DistrictServer, pc: Pc) -> None:
    lines = [pc.pen.create(code) for code in ("resident", "mediation_case", "patrol_log", "service_visit")]
    receipt = pc.push(*lines)
    assert (receipt.acked_seq, receipt.verdicts) == (4, ())
    assert [bytes(row.line) for row in rows(district, revision)] == [line.body for line in lines]
    assert {row.type for row in rows(district, record_state)} == {line.type for line in lines}


def test_edits_fold_into_the_record(district: DistrictServer, pc: Pc) -> None:
    first = pc.pen.create(name="张石头")
    second = pc.pen.edit(first, name="张石", notes="改名")
    third = pc.pen.edit(second, notes=None, future_field={"kept": 1})
    assert pc.push(first, second).verdicts == ()
    assert pc.push(third).verdicts == ()
    expected = {**first.data, "name": "张石", "future_field": {"kept": 1}}
    assert document(district, first.record) == expected
    assert rows(district, record_state)[0].version == 3


def test_void_keeps_the_content_and_the_reason(district: DistrictServer, pc: Pc) -> None:
    first = pc.pen.create()
    void = pc.pen.write("void", {"reason": "重复登记"}, record=first.record, base=first.op_id)
    assert pc.push(first, void).verdicts == ()
    assert rows(district, record_state)[0].void_reason == "重复登记"
    assert document(district, first.record) == first.data


def test_append_is_a_union_of_rows(district: DistrictServer, pc: Pc, second_pc: Pc) -> None:
    case = pc.pen.create("mediation_case")
    pc.push(case)
    for one in (pc, second_pc):
        row = {"id": new_id(), "started_at": "2026-11-06T01:00:00Z", "process": f"{one.pen.by}再次调解"}
        line = one.pen.write(
            "append", {"sessions": [row]}, kind=case.type, record=case.record, base=case.op_id
        )
        assert not set(verdicts(one.push(line)).values()) & {"held", "conflict"}
    assert len(document(district, case.record)["sessions"]) == 3


def test_batch_sent_again_is_duplicate(district: DistrictServer, pc: Pc) -> None:
    lines = [pc.pen.create(), pc.pen.create()]
    pc.push(*lines)
    again = pc.push(*lines, pc.pen.create())
    assert again.acked_seq == 3
    assert verdicts(again) == {1: "duplicate", 2: "duplicate"}
    assert len(rows(district, revision)) == 3


def test_gap_names_the_expected_seq(district: DistrictServer, pc: Pc) -> None:
    pc.push(pc.pen.create())
    pc.pen.seq += 1
    with pytest.raises(Refusal) as refused:
        pc.push(pc.pen.create())
    assert (refused.value.status, refused.value.expected_seq) == (409, 2)
    assert len(rows(district, revision)) == 1


@pytest.mark.parametrize("brought_back", [False, True])
def test_a_batch_names_the_line_it_follows(district: DistrictServer, pc: Pc, brought_back: bool) -> None:
    """As it was sent, or what a skip line stood for; a skip line another PC wrote is a line like any other."""
    whole, following = pc.pen.create(), pc.pen.create()
    skip = line_of(
        skip_line(Kept(whole.seq, whole.op_id, whole.type, whole.record, whole.body), "too_large"), 1
    )
    pc.push(skip)
    body = encode_batch(pc.header([following]), [following.body])
    for wrong in (following.body, whole.body + b" "):
        with pytest.raises(Refusal) as refused:
            pc.district.push(*following_on(pc, following, wrong))
        assert (refused.value.status, refused.value.code, refused.value.seq) == (422, "other_content", 1)
    assert (
        pc.district.push(*following_on(pc, following, skip.body if brought_back else whole.body)).acked_seq
        == 2
    )
    assert pc.district.push(pc.header([following]), body).acked_seq == 2


def following_on(pc: Pc, line: Line, before: bytes) -> tuple[Header, bytes]:
    header = pc.header([line], after=hashlib.sha256(before).hexdigest())
    return header, encode_batch(header, [line.body])


def test_same_seq_with_other_content_stops(district: DistrictServer, pc: Pc) -> None:
    pc.push(pc.pen.create())
    twin = Pen().create(name="另一个人")
    with pytest.raises(Refusal) as refused:
        pc.push(twin)
    assert (refused.value.status, refused.value.code, refused.value.seq) == (422, "other_content", 1)


def test_unknown_epoch_stops(district: DistrictServer, pc: Pc) -> None:
    line = pc.pen.create()
    header = pc.header([line], epoch=1)
    pc.district._enrolment = type(pc.enrolment)(
        **{**{n: getattr(pc.enrolment, n) for n in pc.enrolment.__dataclass_fields__}, "epoch": 7}
    )
    header = pc.header([line], epoch=7)
    with pytest.raises(Refusal) as refused:
        pc.district.push(header, encode_batch(header, [line.body]))
    assert (refused.value.status, refused.value.code) == (422, "unknown_epoch")


def test_same_revision_under_a_new_seq_is_duplicate(district: DistrictServer, pc: Pc) -> None:
    first = pc.pen.create()
    pc.push(first)
    pc.pen.seq += 1
    content = {**orjson.loads(first.body), "seq": 2}
    again = Line(2, *[getattr(first, name) for name in ("op_id", "type", "record", "act", "base")],
                 1, first.by, first.at, first.data, orjson.dumps(content, option=orjson.OPT_SORT_KEYS))  # fmt: skip
    third = pc.pen.create()
    receipt = pc.push(again, third)
    assert (receipt.acked_seq, verdicts(receipt)) == (3, {2: "duplicate"})
    assert len(rows(district, revision)) == 2
    assert verdicts(pc.push(again, third)) == {2: "duplicate", 3: "duplicate"}


def test_poison_row_among_499_good(district: DistrictServer, pc: Pc) -> None:
    lines = [pc.pen.create() for _ in range(249)]
    lines.append(pc.pen.write("create", {**sample(), "name": None}))
    lines += [pc.pen.create() for _ in range(250)]
    receipt = pc.push(*lines)
    assert (receipt.acked_seq, verdicts(receipt)) == (500, {250: "held"})
    assert "姓名" in receipt.verdicts[0].detail
    assert len(rows(district, record_state)) == 499
    (waiting,) = rows(district, held)
    kept = next(row for row in rows(district, revision) if row.position == waiting.position)
    assert bytes(kept.line) == lines[249].body


def test_correcting_edit_releases_what_waited(district: DistrictServer, pc: Pc) -> None:
    bad = pc.pen.write("create", {**sample(), "name": None})
    later = pc.pen.edit(bad, notes="补记")
    assert verdicts(pc.push(bad, later)) == {1: "held", 2: "held"}
    correction = pc.pen.edit(later, name="单小梅")
    assert verdicts(pc.push(correction)) == {1: "released", 2: "released"}
    assert document(district, bad.record)["notes"] == "补记"
    assert all(row.released_at for row in rows(district, held))
    assert rows(district, record_state)[0].head == correction.op_id
    following = pc.pen.edit(correction, notes="再记")
    assert pc.push(following).verdicts == ()


def test_correction_in_the_same_batch_releases(district: DistrictServer, pc: Pc) -> None:
    bad = pc.pen.write("create", {**sample(), "name": None})
    correction = pc.pen.edit(bad, name="单小梅")
    other = pc.pen.create()
    assert verdicts(pc.push(bad, correction, other)) == {1: "released"}
    assert len(rows(district, record_state)) == 2


def test_child_before_parent_waits_and_is_released(district: DistrictServer, pc: Pc, second_pc: Pc) -> None:
    parent = pc.pen.create()
    child = second_pc.pen.edit(parent, notes="先到的修改")
    receipt = second_pc.push(child)
    assert verdicts(receipt) == {1: "held"}
    assert pc.push(parent).verdicts == ()
    assert document(district, parent.record)["notes"] == "先到的修改"
    assert second_pc.district.hello(0).receipt.verdicts == (Verdict(1, "released", ""),)


def test_unknown_type_and_wrong_form_are_held(district: DistrictServer, pc: Pc) -> None:
    unknown = pc.pen.write("create", {"title": "新种类"}, kind="drone_flight")
    shapeless = pc.pen.write("create", {**sample("mediation_case"), "parties": [7]}, kind="mediation_case")
    day = pc.pen.write("create", {**sample(), "birth": "昨天"})
    number = pc.pen.write("create", {**sample(), "care": 7})
    good = pc.pen.create()
    held_back = verdicts(pc.push(unknown, shapeless, day, number, good))
    assert held_back == dict.fromkeys((1, 2, 3, 4), "held")


def test_second_create_of_a_record_is_held(district: DistrictServer, pc: Pc, second_pc: Pc) -> None:
    first = pc.pen.create()
    pc.push(first)
    other = second_pc.pen.write("create", sample(name="另一人"), record=first.record)
    good = second_pc.pen.create()
    receipt = second_pc.push(other, good)
    assert (receipt.acked_seq, verdicts(receipt)) == (2, {1: "held"})
    assert document(district, first.record) == first.data


def test_different_fields_merge(district: DistrictServer, pc: Pc, second_pc: Pc) -> None:
    first = pc.pen.create()
    pc.push(first)
    assert pc.push(pc.pen.edit(first, notes="甲改备注")).verdicts == ()
    assert verdicts(second_pc.push(second_pc.pen.edit(first, occupation="乙改职业"))) == {1: "merged"}
    merged = document(district, first.record)
    assert (merged["notes"], merged["occupation"]) == ("甲改备注", "乙改职业")


def test_same_field_keeps_the_first_and_lists_the_other(
    district: DistrictServer, pc: Pc, second_pc: Pc
) -> None:
    first = pc.pen.create()
    pc.push(first)
    pc.push(pc.pen.edit(first, notes="甲的备注"))
    edit = second_pc.pen.edit(first, notes="乙的备注", occupation="木工")
    receipt = second_pc.push(edit)
    assert verdicts(receipt) == {1: "conflict"}
    assert "备注" in receipt.verdicts[0].detail
    standing = document(district, first.record)
    assert (standing["notes"], standing["occupation"]) == ("甲的备注", "木工")
    (kept,) = rows(district, conflict)
    assert (kept.field, orjson.loads(kept.standing), orjson.loads(kept.other)) == (
        "notes",
        "甲的备注",
        "乙的备注",
    )


def test_blind_edit_after_a_conflict_does_not_overwrite(
    district: DistrictServer, pc: Pc, second_pc: Pc
) -> None:
    first = pc.pen.create()
    pc.push(first)
    pc.push(pc.pen.edit(first, notes="甲的备注"))
    blind = second_pc.pen.edit(first, notes="乙的备注")
    blinder = second_pc.pen.edit(blind, notes="乙又改", phone="13900000000")
    assert verdicts(second_pc.push(blind, blinder)) == {1: "conflict", 2: "conflict"}
    standing = document(district, first.record)
    assert (standing["notes"], standing["phone"]) == ("甲的备注", "13900000000")
    head = rows(district, record_state)[0].head
    seen = second_pc.pen.write("edit", {"notes": "看过之后定的"}, record=first.record, base=head)
    assert second_pc.push(seen).verdicts == ()
    assert document(district, first.record)["notes"] == "看过之后定的"


def test_edit_of_a_record_voided_elsewhere_is_reported(
    district: DistrictServer, pc: Pc, second_pc: Pc
) -> None:
    first = pc.pen.create()
    void = pc.pen.write("void", {"reason": "重复登记"}, record=first.record, base=first.op_id)
    pc.push(first, void)
    assert verdicts(second_pc.push(second_pc.pen.edit(first, notes="还在用"))) == {1: "conflict"}
    assert document(district, first.record)["notes"] == "还在用"
    assert rows(district, record_state)[0].void_reason == "重复登记"


def test_skip_line_keeps_the_place_and_a_correction_releases(district: DistrictServer, pc: Pc) -> None:
    large = pc.pen.create(notes="很长" * 100)
    kept = Kept(large.seq, large.op_id, large.type, large.record, large.body)
    pc_header = pc.header([large])
    skip = skip_line(kept, "too_large")
    receipt = pc.district.push(pc_header, encode_batch(pc_header, [skip]))
    assert verdicts(receipt) == {1: "held"}
    assert verdicts(pc.push(large)) == {1: "held"}
    short = pc.pen.edit(large, notes="短")
    assert verdicts(pc.push(short)) == {2: "held"}
    whole = pc.pen.write("edit", {**large.data, "notes": "短"}, record=large.record, base=short.op_id)
    assert set(verdicts(pc.push(whole)).values()) <= {"released"}
    assert document(district, large.record)["notes"] == "短"


def test_nul_and_nasty_text_never_stops_a_batch(district: DistrictServer, pc: Pc) -> None:
    nul = pc.pen.write("create", {**sample(), "name": "张\0三"})
    void = pc.pen.write("void", {"reason": "\0"}, record=nul.record, base=nul.op_id)
    unknown = pc.pen.write("create", {**sample(), "x\0y": "\0", "z" * 300: 1})
    same = pc.pen.edit(unknown, **{"x\0y": "改"})
    receipt = pc.push(nul, void, unknown, same)
    assert (receipt.acked_seq, verdicts(receipt)) == (4, {1: "held", 2: "held"})


def test_positions_follow_commits_without_gaps(district: DistrictServer, pc: Pc, second_pc: Pc) -> None:
    pc.push(pc.pen.create(), pc.pen.create())
    second_pc.push(second_pc.pen.create())
    pc.push(pc.pen.create())
    assert sorted(row.position for row in rows(district, revision)) == [1, 2, 3, 4]
    with district.services.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(held)).scalar() == 0


def test_pcs_that_push_at_once_get_places_in_commit_order(district: DistrictServer) -> None:
    """Eight PCs of two stations: nobody is refused, no place is given twice, each station's log has no hole."""
    pcs = [Pc.enrolled(district.url, district.open_code(STATION[:-1] + str(at % 2))) for at in range(8)]

    def ten_batches(pc: Pc) -> int:
        return [pc.push(*[pc.pen.create() for _ in range(5)]).acked_seq for _ in range(10)][-1]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ten_batches, pcs)) == [50] * 8
    for pc in pcs:
        pc.district.close()
    for at in range(2):
        code = STATION[:-1] + str(at)
        places = [row.position for row in rows(district, revision) if row.station == code]
        assert sorted(places) == list(range(1, 201))


def test_revoked_pc_is_refused_and_others_go_on(district: DistrictServer, pc: Pc, second_pc: Pc) -> None:
    district.services.enrolments.revoke(pc.enrolment.device)
    with pytest.raises(Refusal) as refused:
        pc.push(pc.pen.create())
    assert (refused.value.status, refused.value.code) == (401, "revoked")
    assert second_pc.push(second_pc.pen.create()).acked_seq == 1
    assert second_pc.enrolment.station == STATION
