"""A letter from one office to another and back: both ledgers end the same, over SQLite and PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from app.district.administration.trail import Actor
from app.district.held_again import take_again
from app.district.judge import Judge
from app.district.stations import add_station
from app.district.tables import letter, notice, passing, record_state, revision
from app.models.handover.handover import HANDOVER
from app.models.handover.matter import case_from, letter_from
from app.models.handover.sides import ANSWER, LETTER
from app.models.mediation.case import MEDIATION_CASE
from app.models.registry import RECORD_TYPES
from app.store.refused_saves import Invalid
from app.store.verify import verify
from tests.sync.offices import (
    COMMITTEE,
    COURT,
    FEEDBACK,
    NAMES,
    POLICE,
    RETURNED,
    SIGNED,
    TODAY,
    Pc,
    mirror,
    templates,
)
from tests.sync.stations import Near, settled


class Offices:
    """A police station and a committee with two PCs."""

    def __init__(self, folder: Path, near: Near) -> None:
        founded = templates(folder)
        chance = Random(1)
        self.near = near
        self.police = Pc(folder / "警.db", founded[POLICE], near, chance)
        self.first = Pc(folder / "甲.db", founded[COMMITTEE], near, chance)
        self.second = Pc(folder / "乙.db", founded[COMMITTEE], near, chance)
        self.all = (self.police, self.first, self.second)

    def settled(self) -> None:
        settled(*self.all)
        for pc in self.all:
            pc.store.follow_letters(by=pc.by)
        settled(*self.all)
        for pc in self.all:
            assert verify(pc.database, RECORD_TYPES) == []
            assert pc.outbox.status().held == 0

    def both(self, record_id: str, *names: str) -> list[tuple[object, ...]]:
        """What both ledgers say in these fields."""
        there = mirror(self.police, record_id)
        stored = (self.police.read(HANDOVER, record_id), self.first.read(HANDOVER, there))
        return [tuple(one.values[name] for name in names) for one in stored]


@pytest.fixture(params=["sqlite", "postgresql"])
def offices(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Offices]:
    url = None if request.param == "sqlite" else request.getfixturevalue("new_database")()
    made = Offices(tmp_path, Near(tmp_path / "district", url))
    yield made
    for pc in made.all:
        pc.close()
    made.near.close()


def test_a_letter_goes_out_is_signed_for_fed_back_and_confirmed(offices: Offices) -> None:
    police, committee = offices.police, offices.first
    out = police.letter(COMMITTEE)
    offices.settled()
    assert committee.status(mirror(police, out)) is None
    police.edit(HANDOVER, out, sent_on=TODAY)
    offices.settled()
    come = mirror(police, out)
    assert offices.both(out, "status") == [("sent",), ("sent",)]
    there = committee.read(HANDOVER, come)
    assert (there.values["direction"], there.values["peer"]) == ("in", POLICE)
    assert (there.values["peer_name"], there.values["letter_id"]) == (NAMES[POLICE], out)
    assert there.values["letter_number"] == police.read(HANDOVER, out).values["number"]
    assert there.created_by == NAMES[POLICE]
    assert offices.second.status(come) == "sent"
    for step, changes in (
        ("received", SIGNED),
        ("under_way", {"case_number": "〔2026〕人调字第007号"}),
        ("fed_back", FEEDBACK),
    ):
        committee.edit(HANDOVER, come, **changes)
        offices.settled()
        assert offices.both(out, "status") == [(step,), (step,)]
    police.edit(HANDOVER, out, confirmed_on=TODAY, confirmed_by="吴警官")
    offices.settled()
    assert (
        offices.both(out, "status", "confirmed_by", *LETTER, *ANSWER)[0]
        == offices.both(out, "status", "confirmed_by", *LETTER, *ANSWER)[1]
    )
    assert offices.both(out, "status")[0] == ("confirmed",)
    for row in offices.near.rows(passing):
        assert (row.placed_at is None, bytes(row.body), row.remark) == (False, b"", None)


def test_a_returned_letter_is_closed_and_a_withdrawn_one_needs_no_answer(offices: Offices) -> None:
    police, committee = offices.police, offices.first
    returned, withdrawn = (police.letter(COMMITTEE, sent_on=TODAY) for _ in range(2))
    offices.settled()
    committee.edit(HANDOVER, mirror(police, returned), **RETURNED)
    police.edit(HANDOVER, withdrawn, withdrawn_on=TODAY, withdrawn_reason="当事人已自行和解")
    offices.settled()
    assert offices.both(returned, "status", "answer_note") == [("returned", RETURNED["answer_note"])] * 2
    assert offices.both(withdrawn, "status", "withdrawn_reason") == [("withdrawn", "当事人已自行和解")] * 2
    with pytest.raises(Invalid, match="已经退回对方"):
        committee.edit(HANDOVER, mirror(police, returned), **SIGNED)
    with pytest.raises(Invalid, match="对方已经撤回"):
        committee.edit(HANDOVER, mirror(police, withdrawn), **SIGNED)
    with pytest.raises(Invalid, match="不能再撤回"):
        police.edit(HANDOVER, returned, withdrawn_on=TODAY, withdrawn_reason="重发")


def test_withdrawn_and_signed_for_at_once_is_with_the_receiver_on_both_sides(offices: Offices) -> None:
    police, committee = offices.police, offices.first
    out = police.letter(COMMITTEE, sent_on=TODAY)
    offices.settled()
    police.edit(HANDOVER, out, withdrawn_on=TODAY, withdrawn_reason="发错了")
    committee.edit(HANDOVER, mirror(police, out), **SIGNED)
    offices.settled()
    assert (
        offices.both(out, "status", "withdrawn_reason", "answered_by")
        == [("received", "发错了", "李调解")] * 2
    )


def test_two_pcs_that_sign_for_the_same_letter_differ_in_words_and_not_in_ledgers(offices: Offices) -> None:
    police, come = offices.police, None
    out = police.letter(COMMITTEE, sent_on=TODAY)
    offices.settled()
    come = mirror(police, out)
    offices.first.edit(HANDOVER, come, **SIGNED)
    offices.second.edit(HANDOVER, come, **(SIGNED | {"answered_by": "王网格"}))
    offices.settled()
    assert offices.both(out, "status", "answered_by") == [("received", "李调解")] * 2
    (disputed,) = offices.first.differences.open_records()
    assert disputed.record_id == come
    offices.first.store.settle(
        HANDOVER,
        come,
        {"answered_by": "王网格"},
        by=offices.first.by,
        base=offices.first.read(HANDOVER, come).head,
    )
    offices.settled()
    assert offices.both(out, "answered_by") == [("王网格",)] * 2


def test_the_case_goes_with_the_letter_and_becomes_a_case_there(offices: Offices) -> None:
    """Nothing typed twice: letter from case, case from letter, feedback from the case's own row."""
    police, committee = offices.police, offices.first
    begun = police.case()
    case = police.read(MEDIATION_CASE, begun)
    out = police.letter(COMMITTEE, **letter_from(case.values, begun), sent_on=TODAY)
    (row,) = police.read(MEDIATION_CASE, begun).values["referrals"]
    assert (row["direction"], row["status"], row["office"]) == ("out", "sent", NAMES[COMMITTEE])
    offices.settled()
    come = mirror(police, out)
    committee.edit(HANDOVER, come, **SIGNED)
    letter_in = committee.read(HANDOVER, come).values
    fresh = case_from(letter_in, come) | {"accepted_on": TODAY, "consent": True}
    opened = committee.write(MEDIATION_CASE, fresh).record_id
    taken = committee.read(MEDIATION_CASE, opened).values
    linked = committee.read(HANDOVER, come).values
    assert (linked["case_id"], linked["case_number"]) == (opened, taken["number"])
    assert [party["name"] for party in taken["parties"]] == [
        party["name"] for party in case.values["parties"]
    ]
    offices.settled()
    assert offices.both(out, "status") == [("under_way",)] * 2
    (row,) = police.read(MEDIATION_CASE, begun).values["referrals"]
    assert (row["status"], row["received_by"]) == ("under_way", "李调解")

    (row,) = taken["referrals"]
    fed_back = row | {"status": "fed_back", "result": "settled", "answered_on": TODAY, "answer": "已达成协议"}
    committee.edit(MEDIATION_CASE, opened, referrals=[fed_back])
    offices.settled()
    assert offices.both(out, "status", "result", "result_note") == [("fed_back", "settled", "已达成协议")] * 2
    (row,) = police.read(MEDIATION_CASE, begun).values["referrals"]
    assert (row["status"], row["result"], row["answer"]) == ("fed_back", "settled", "已达成协议")
    assert police.letters.of_case(begun)[0].record_id == out
    assert committee.letters.of_case(opened)[0].record_id == come


def test_what_is_typed_on_the_row_of_a_letter_is_never_emptied(offices: Offices) -> None:
    """A feedback begun and not finished, and a receipt on paper: the letter says less and takes nothing away."""
    police, committee = offices.police, offices.first
    begun = police.case()
    out = police.letter(COMMITTEE, case_id=begun, sent_on=TODAY)
    (row,) = police.read(MEDIATION_CASE, begun).values["referrals"]
    police.edit(MEDIATION_CASE, begun, referrals=[row | {"received_by": "纸质回执"}])
    offices.settled()
    assert police.read(MEDIATION_CASE, begun).values["referrals"][0]["received_by"] == "纸质回执"
    come = mirror(police, out)
    committee.edit(HANDOVER, come, **SIGNED)
    fresh = case_from(committee.read(HANDOVER, come).values, come) | {"accepted_on": TODAY, "consent": True}
    opened = committee.write(MEDIATION_CASE, fresh).record_id
    (row,) = committee.read(MEDIATION_CASE, opened).values["referrals"]
    committee.edit(MEDIATION_CASE, opened, referrals=[row | {"result": "failed", "answer": "对方不愿再谈"}])
    police.edit(HANDOVER, out, notes="已知悉")
    offices.settled()
    assert committee.store.follow_letters(by=committee.by) == 0
    (row,) = committee.read(MEDIATION_CASE, opened).values["referrals"]
    assert (row["result"], row["answer"]) == ("failed", "对方不愿再谈")
    committee.edit(MEDIATION_CASE, opened, referrals=[row | {"answered_on": TODAY}])
    offices.settled()
    assert offices.both(out, "status", "result") == [("fed_back", "failed")] * 2
    police.edit(HANDOVER, out, confirmed_on=TODAY, confirmed_by="吴警官")
    offices.settled()
    for pc, case in ((police, begun), (committee, opened)):
        assert pc.read(MEDIATION_CASE, case).values["referrals"][0]["status"] == "confirmed"


def test_a_case_signed_for_elsewhere_is_no_longer_worked_on_here(offices: Offices) -> None:
    """R15: what an offline PC still wrote is taken whole, and its author is told."""
    police, committee = offices.police, offices.first
    begun = police.case()
    out = police.letter(COMMITTEE, case_id=begun, sent_on=TODAY)
    offices.settled()
    committee.edit(HANDOVER, mirror(police, out), **SIGNED)
    settled(offices.first)
    police.edit(MEDIATION_CASE, begun, place="村口", claims="还没有听说已签收")
    police.edit(MEDIATION_CASE, begun, notes="备注照常")
    offices.near.services.letters.hand_on(POLICE)
    outcome = police.sync()
    assert outcome.state == "idle"
    said = [change.detail for change in police.reader.history(begun)]
    assert [one for one in said if one and "案件已移交" in one] == [
        f"案件已移交{NAMES[COMMITTEE]}办理，这次修改已收存，请告知对方。"
    ]
    offices.settled()
    assert police.read(MEDIATION_CASE, begun).values["place"] == "村口"
    with pytest.raises(Invalid, match=f"案件已移交{NAMES[COMMITTEE]}办理"):
        police.edit(MEDIATION_CASE, begun, place="又改")
    stored = police.read(MEDIATION_CASE, begun)
    with pytest.raises(Invalid, match="案件已移交"):
        police.store.void(MEDIATION_CASE, begun, reason="重复", by=police.by, base=stored.head)
    police.edit(MEDIATION_CASE, begun, result="upward", result_on=TODAY, notes="已移交")
    committee.edit(HANDOVER, mirror(police, out), **RETURNED)
    offices.settled()
    police.edit(MEDIATION_CASE, begun, place="退回后由本站办理")
    offices.settled()
    assert police.outbox.status().held == 0


def test_a_letter_to_nobody_waits_and_goes_once_the_office_is_there(offices: Offices) -> None:
    police = offices.police
    unknown = police.letter(COURT, sent_on=TODAY)
    own = police.write(
        HANDOVER, police.read(HANDOVER, unknown).values | {"peer": POLICE, "number": None}
    ).record_id
    settled(*offices.all)
    reasons = {one.record_id: one.detail for one in police.outbox.refusals()}
    assert "区里还没有登记“鹰头法庭”" in reasons[unknown]
    assert "对方单位就是本站" in reasons[own]
    somebody = Actor("县司法局", "district", "测试")
    add_station(offices.near.database, COURT, NAMES[COURT], "court", somebody, "2026-11-23T06:00:00Z")
    assert (
        take_again(offices.near.database, Judge(RECORD_TYPES), offices.near.services.clock, somebody)[0] == 1
    )
    court = Pc(
        offices.near.folder.parent / "院.db",
        offices.near.folder.parent / f"template-{COURT}.db",
        offices.near,
        Random(2),
    )
    settled(court)
    assert court.status(mirror(police, unknown)) == "sent"
    assert court.read(HANDOVER, mirror(police, unknown)).values["peer_kind"] == "department"
    court.close()


def test_the_list_of_offices_comes_down_signed(offices: Offices) -> None:
    settled(*offices.all)
    assert [(one.code, one.name) for one in offices.police.offices()] == [(COMMITTEE, NAMES[COMMITTEE])]
    assert [one.code for one in offices.first.offices()] == [POLICE]
    assert len({row.body for row in offices.near.rows(notice) if row.key == "offices"}) == 1


def test_who_was_sent_nothing_can_answer_nothing(offices: Offices) -> None:
    """A record that says it came in, and did not, changes nobody else's."""
    police, committee = offices.police, offices.first
    out = police.letter(COURT)
    forged = police.read(HANDOVER, out).values | {
        "direction": "in", "letter_id": out, "peer": POLICE, "peer_name": NAMES[POLICE], "number": None, **SIGNED,
    }  # fmt: skip
    committee.write(HANDOVER, forged)
    offices.settled()
    assert police.status(out) == "draft"
    assert offices.near.rows(passing) == []


def test_nothing_is_told_twice_and_edits_before_the_receipt_travel(offices: Offices) -> None:
    police, committee = offices.police, offices.first
    out = police.letter(COMMITTEE, sent_on=TODAY)
    police.edit(HANDOVER, out, notes="自己的备注不转出")
    police.edit(HANDOVER, out, harm="手机屏幕碎裂")
    offices.settled()
    there = committee.read(HANDOVER, mirror(police, out)).values
    assert (there["harm"], there["notes"]) == ("手机屏幕碎裂", None)
    committee.edit(HANDOVER, mirror(police, out), notes="本会备注")
    offices.settled()
    assert police.read(HANDOVER, out).values["notes"] == "自己的备注不转出"
    told = [row.number for row in offices.near.rows(passing)]
    assert told == sorted(set(told))
    assert len(offices.near.rows(letter)) == 2
    states = {row.record for row in offices.near.rows(record_state) if row.type == "handover"}
    assert states == {out, mirror(police, out)}
    with offices.near.database.read() as connection:
        pens = select(revision.c.seq).where(
            revision.c.station == COMMITTEE, revision.c.record == mirror(police, out)
        )
        assert len(connection.execute(pens).all()) <= 4
