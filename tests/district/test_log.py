"""The pull contract on SQLite and PostgreSQL: scope, order, bounds, cursors, one's own revisions left out."""

import pytest

from app.district import log
from app.district.authoring import Author
from app.district.server import DistrictServer, utc_now
from app.models.changes import Arrived, Notice, Settled, Standing
from app.models.digest import Tally
from app.sync.protocol import Refusal
from tests.district.parts import STATION, Pc, new_id, sample


def everything(pc: Pc) -> list[object]:
    changes: list[object] = []
    cursor, more = "", True
    while more:
        page = pc.district.pull(cursor)
        changes += page.changes
        cursor, more = page.cursor, page.more
    return changes


def test_changes_come_in_commit_order_verbatim_and_once(
    district: DistrictServer, pc: Pc, second_pc: Pc
) -> None:
    first, second = pc.pen.create(), pc.pen.create("mediation_case")
    pc.push(first)
    own = second_pc.pen.create()
    second_pc.push(own)
    pc.push(second)
    changes = everything(second_pc)
    lines = [one.line for one in changes if isinstance(one, Arrived)]
    assert lines == [first.body, second.body]
    assert {one.record for one in changes if isinstance(one, Standing)} == {first.record, second.record}
    page = second_pc.district.pull("")
    assert (page.own_seq, page.acked_seq, page.more) == (1, 1, False)
    assert second_pc.district.pull(page.cursor).changes == ()


def test_a_single_pc_hears_nothing_of_what_it_wrote_itself(district: DistrictServer, pc: Pc) -> None:
    lines = [pc.pen.create() for _ in range(5)]
    pc.push(*lines, pc.pen.edit(lines[0], notes="备注"))
    page = pc.district.pull("")
    assert (page.changes, page.own_seq) == ((), 6)


def test_another_station_sees_none_of_it(district: DistrictServer, pc: Pc) -> None:
    line = pc.pen.create()
    pc.push(line)
    other = Pc.enrolled(district.url, district.open_code("511421125202", "另一村"))
    # The list of offices is for everybody.
    assert [type(change) for change in other.district.pull("").changes] == [Notice]
    assert other.district.record(line.record).changes == ()
    assert other.district.tallies() == {}
    assert other.district.digests("resident", "2026-11") == {}
    other.district.close()


def test_pages_are_bounded_and_join_without_a_seam(
    district: DistrictServer, pc: Pc, second_pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MOST_CHANGES", 7)
    lines = [pc.pen.create() for _ in range(20)]
    pc.push(*lines)
    pc.push(*[pc.pen.edit(line, notes="后来") for line in lines[:10]])
    changes = everything(second_pc)
    states = [one for one in changes if isinstance(one, Standing)]
    assert len(states) == len({one.record for one in states}) == 20
    assert sum(isinstance(one, Arrived) for one in changes) == 30
    monkeypatch.setattr(log, "MOST_BYTES", 1)
    assert sum(isinstance(one, Arrived) for one in everything(second_pc)) == 30


def test_verdicts_settled_later_come_down(district: DistrictServer, pc: Pc, second_pc: Pc) -> None:
    parent = pc.pen.create()
    child = second_pc.pen.edit(parent, notes="先到的修改")
    second_pc.push(child)
    held = second_pc.district.pull("")
    assert [type(one) for one in held.changes] == [Settled]
    pc.push(parent)
    later = second_pc.district.pull(held.cursor)
    assert [one.outcome for one in later.changes if isinstance(one, Settled)] == ["released"]
    (state,) = [one for one in later.changes if isinstance(one, Standing)]
    assert state.document["notes"] == "先到的修改"
    # The one who wrote the parent hears of the child when it takes effect, not while it is held.
    assert [one.line for one in everything(pc) if isinstance(one, Arrived)] == [child.body]


@pytest.mark.parametrize("cursor", ["x", "1.x.y", "1.-1.y", "1.99999999999999999.y"])
def test_a_cursor_of_no_form_is_refused(district: DistrictServer, pc: Pc, cursor: str) -> None:
    with pytest.raises(Refusal) as refused:
        pc.district.pull(cursor)
    assert (refused.value.status, refused.value.code) == (400, "wrong_cursor")


@pytest.mark.parametrize("cursor", ["1.7.abc", "2.0.", "1.1.000000000000"])
def test_a_cursor_of_another_history_starts_over(district: DistrictServer, pc: Pc, cursor: str) -> None:
    pc.push(pc.pen.create())
    with pytest.raises(Refusal) as refused:
        pc.district.pull(cursor)
    assert (refused.value.status, refused.value.code) == (409, "start_over")


def test_digest_counts_by_type_and_month_whatever_the_order(
    district: DistrictServer, pc: Pc, second_pc: Pc
) -> None:
    lines = [pc.pen.create(), pc.pen.create(), pc.pen.create("patrol_log")]
    pc.push(*lines)
    odd = second_pc.pen.write("create", sample(), record="00000000-0000-4000-8000-000000000001")
    second_pc.push(odd)
    tallies = pc.district.tallies()
    assert tallies == second_pc.district.tallies()
    counts = {kind: tally.count for (kind, month), tally in tallies.items() if month}
    assert counts == {"resident": 2, "patrol_log": 1}
    assert tallies["resident", ""].count == 1
    ((_, month),) = [key for key in tallies if key[0] == "patrol_log"]
    listed = pc.district.digests("resident", month)
    again = Tally()
    for digest in reversed(listed.values()):
        again.add(digest)
    assert again == tallies["resident", month]


def test_revoked_pc_pulls_nothing(district: DistrictServer, pc: Pc) -> None:
    district.services.enrolments.revoke(pc.enrolment.device)
    for ask in (lambda: pc.district.pull(""), pc.district.tallies, pc.district.begin_epoch):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.code == "revoked"


def test_district_writes_as_a_pc_nobody_can_sign_for(district: DistrictServer, pc: Pc) -> None:
    line = pc.pen.create()
    pc.push(line)
    services = district.services
    author = Author(services.database, services.identity, services.intake, utc_now)
    author.edit(STATION, line.record, {"notes": "区里记的"}, by="周科长")
    author.void(STATION, line.record, reason="重复", by="周科长")
    author.publish(STATION, "policy", "password", {"days": 90})
    with pytest.raises(Refusal) as refused:
        author.edit(STATION, new_id(), {}, by="周科长")
    assert refused.value.code == "unknown_record"
    changes = everything(pc)
    assert [one.origin for one in changes if isinstance(one, Arrived)] == ["区里", "区里"]
    (state,) = [one for one in changes if isinstance(one, Standing)]
    assert (state.document["notes"], state.void_reason) == ("区里记的", "重复")
    assert [one.body for one in changes if isinstance(one, Notice)] == [b'{"days":90,"key":"password"}']


def test_pcs_of_a_station_number_in_blocks_of_their_own(pc: Pc, second_pc: Pc) -> None:
    assert (pc.enrolment.segment, second_pc.enrolment.segment) == (0, 1)
