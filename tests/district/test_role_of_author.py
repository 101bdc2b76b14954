"""The district asks the stations' own table again: role × act × record type, over HTTP; nothing refused is lost."""

import pytest
from sqlalchemy import select

from app.district.tables import held, record_state, revision
from app.models.registry import RECORD_TYPES
from app.security.authorize import Reach, matrix
from tests.district.parts import Pen

ACTS = ("create", "edit", "void")
ROLES = ["", *matrix().roles]


def _acts_on(pen, code, act, created, role):
    if act == "create":
        return pen.write("create", dict(created.data), kind=code, role=role)
    rest = {"kind": code, "record": created.record, "base": created.op_id, "revision": 2, "role": role}
    return pen.write(act, {"reason": "重复登记"} if act == "void" else {}, **rest)


@pytest.mark.parametrize("code", sorted(RECORD_TYPES))
def test_every_cell_of_the_table_holds_over_http(sqlite_district, code):
    """One batch a record type: each role does each act on a record of its own and of a colleague's."""
    from tests.district.parts import STATION, Pc

    pc = Pc.enrolled(sqlite_district.url, sqlite_district.open_code(STATION, "鹰头村"))
    lines, expected = [], {}
    for role in ROLES:
        for act in ACTS:
            for own in (True, False) if act != "create" else (True,):
                pc.pen.by = "站长甲"
                made = pc.pen.create(code)
                if not own:
                    lines.append(made)
                pc.pen.by = "王干部"
                if own:
                    # The colleague's line is taken back: the record is the author's own.
                    pc.pen.seq -= 1
                    made = pc.pen.create(code)
                    lines.append(made)
                line = _acts_on(pc.pen, code, act, made, role)
                lines.append(line)
                reach = matrix().reach(role, code, act)
                allowed = not role or reach >= (Reach.OWN if own else Reach.STATION)
                expected[line.seq] = allowed
    verdicts = {}
    for start in range(0, len(lines), 400):
        verdicts |= {v.seq: v for v in pc.push(*lines[start : start + 400]).verdicts}
    refused = {seq for seq, v in verdicts.items() if v.code == "held" and "不能" in v.detail}
    assert refused == {seq for seq, allowed in expected.items() if not allowed}
    with sqlite_district.services.database.read() as connection:
        kept = {
            row.seq: bytes(row.line) for row in connection.execute(select(revision.c.seq, revision.c.line))
        }
    assert all(kept[line.seq] == line.body for line in lines)
    pc.district.close()


def test_what_a_role_may_not_is_held_until_somebody_who_may_saves_upon_it(district, pc):
    pen = Pen(by="审计员甲")
    forbidden = pen.write(
        "create", dict(Pen().create("mediation_case").data), kind="mediation_case", role="auditor"
    )
    receipt = pc.push(forbidden)
    assert [v.code for v in receipt.verdicts] == ["held"]
    assert "审计员" in receipt.verdicts[0].detail
    assert "矛盾调解记录" in receipt.verdicts[0].detail
    pen.by = "站长乙"
    rest = {"kind": "mediation_case", "record": forbidden.record, "base": forbidden.op_id, "revision": 2}
    again = pc.push(pen.write("edit", {"facts": "核对过。"}, role="head", **rest))
    assert {v.code for v in again.verdicts} <= {"released"}
    with district.services.database.read() as connection:
        assert connection.execute(select(record_state.c.record)).scalars().all() == [forbidden.record]
        assert connection.execute(select(held.c.released_at)).scalars().all() != [None]


def test_a_role_no_table_names_and_one_that_is_no_name_are_held_and_none_is_taken(pc):
    pen = pc.pen
    data = dict(Pen().create("resident").data)
    strange = [pen.write("create", data | {}, role=role) for role in ("emperor", 7, ["head"], "x" * 99)]
    plain = pen.create("resident")
    verdicts = {v.seq: v.code for v in pc.push(*strange, plain).verdicts}
    assert verdicts == {line.seq: "held" for line in strange}
