"""What is due is found from the records, and nothing that is finished or voided."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from uuid_utils import uuid7

from app.models.duty import Duty
from app.models.mediation.practice import LocalPractice, Period, Practice, Unit
from app.models.registry import RECORD_TYPES
from app.store.due import DueItem, DueReader
from app.store.recent import RecentReader
from tests.conftest import DeskFile
from tests.samples import SAMPLES, mediation_case, patrol_log, service_visit

TODAY = date(2026, 11, 23)
UNSETTLED: dict[str, Any] = {
    "result": None,
    "result_on": None,
    "clauses": [],
    "agreed_on": None,
    "performance": None,
    "performance_due": None,
    "sessions": [],
}


def save(desk: DeskFile, code: str, values: dict[str, Any]) -> str:
    record_id = str(uuid7())
    desk.store.save(RECORD_TYPES[code], values, by="王", record_id=record_id)
    return record_id


def due(desk: DeskFile) -> list[tuple[Duty, date]]:
    return [(item.duty, item.due) for item in DueReader(desk.database).items(TODAY)]


@pytest.mark.parametrize("result", [None, "in_hand", "transferred", "reported"])
def test_a_visit_under_way_is_due(desk: DeskFile, result: str | None) -> None:
    record_id = save(desk, "service_visit", service_visit(due=date(2026, 11, 20), result=result))
    (item,) = DueReader(desk.database).items(TODAY)
    assert item == DueItem(
        Duty.FINISH_VISIT, "service_visit", record_id, "𠮷秀英 · 咨询高龄补贴", date(2026, 11, 20)
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"result": "on_site"},
        {"result": "done"},
        {"result": "refused"},
        {"result": "transferred", "result_on": date(2026, 11, 21)},
        {"due": None},
        {"due": date(2026, 12, 1)},
    ],
)
def test_a_finished_or_far_visit_is_not_due(desk: DeskFile, changes: dict[str, Any]) -> None:
    save(desk, "service_visit", service_visit(**{"due": date(2026, 11, 20), **changes}))
    assert due(desk) == []


@pytest.mark.parametrize(
    ("status", "expected"), [(None, 1), ("not_due", 1), ("partly", 1), ("not_done", 1), ("done", 0)]
)
def test_an_agreement_is_due_until_it_is_performed(desk: DeskFile, status: str | None, expected: int) -> None:
    save(desk, "mediation_case", mediation_case(performance_status=status))
    assert due(desk) == [(Duty.PERFORM, date(2026, 11, 20))] * expected


def test_a_case_is_to_be_settled_within_one_month(desk: DeskFile) -> None:
    save(desk, "mediation_case", mediation_case(accepted_on=date(2026, 10, 1), **UNSETTLED))
    save(desk, "mediation_case", mediation_case(accepted_on=date(2026, 10, 31), **UNSETTLED))
    save(desk, "mediation_case", mediation_case(accepted_on=date(2026, 11, 1), **UNSETTLED))
    assert due(desk) == [(Duty.SETTLE, date(2026, 11, 1)), (Duty.SETTLE, date(2026, 11, 30))]


def test_the_parties_may_agree_to_more_time(desk: DeskFile) -> None:
    longer = {"extended_to": date(2026, 11, 25), "extension_agreed": True}
    save(desk, "mediation_case", mediation_case(accepted_on=date(2026, 9, 1), **UNSETTLED, **longer))
    assert due(desk) == [(Duty.SETTLE, date(2026, 11, 25))]


def test_the_district_may_count_working_days(desk: DeskFile) -> None:
    save(desk, "mediation_case", mediation_case(accepted_on=date(2026, 9, 28), **UNSETTLED))
    reader = DueReader(desk.database, LocalPractice(Practice(settle=Period(30, Unit.WORKING))))
    assert [item.due for item in reader.items(TODAY)] == [date(2026, 11, 13)]


def test_instalments_confirmation_visit_and_answer_are_due(desk: DeskFile) -> None:
    signed = {"sign_modes": ["signature", "fingerprint"], "signed_on": date(2026, 10, 26)}
    values = mediation_case(
        accepted_on=date(2026, 10, 20),
        notice_on=date(2026, 10, 20),
        sessions=[{"started_at": "2026-10-26 09:30", "outcome": "agreed"}],
        result_on=date(2026, 10, 26),
        agreed_on=date(2026, 10, 26),
        sealed_on=date(2026, 10, 26),
        mediators=[{"name": "李调解", "signed_on": date(2026, 10, 26)}],
        confirm_joint=True,
        obligations=[
            {"payer": "乙", "payee": "甲", "kind": "pay", "amount": "2500", "due": date(2026, 10, 30), "status": "done"},
            {"payer": "乙", "payee": "甲", "kind": "pay", "amount": "2500", "due": date(2026, 11, 10)},
        ],
        referrals=[
            {"direction": "in", "status": "received", "office_kind": "police", "office": "某派出所",
             "referred_on": "2026-10-20", "due": "2026-11-24"},
        ],
    )  # fmt: skip
    values["parties"] = [{**party, **signed} for party in values["parties"]]
    save(desk, "mediation_case", values)
    assert due(desk) == [
        (Duty.PERFORM, date(2026, 11, 10)),
        (Duty.ANSWER, date(2026, 11, 24)),
        (Duty.CONFIRM, date(2026, 11, 25)),
        (Duty.VISIT_BACK, date(2026, 11, 25)),
    ]


def test_a_finding_is_due_until_it_was_handled(desk: DeskFile) -> None:
    save(desk, "patrol_log", patrol_log())
    assert due(desk) == [(Duty.CLEAR_FINDING, date(2026, 11, 27))]
    findings = [{**patrol_log()["findings"][0], "handled": "已换灯"}]
    save(desk, "patrol_log", patrol_log(findings=findings))
    assert len(due(desk)) == 1


def test_voided_records_have_nothing_due(desk: DeskFile) -> None:
    record_id = save(desk, "service_visit", service_visit(due=date(2026, 11, 20)))
    record_type = RECORD_TYPES["service_visit"]
    stored = desk.reader.load(record_type, record_id)
    assert stored is not None
    desk.store.void(record_type, record_id, reason="重复登记", by="王", base=stored.head)
    assert due(desk) == []


def test_the_newest_records_come_once_each(desk: DeskFile) -> None:
    first = save(desk, "service_visit", service_visit())
    second = save(desk, "resident", SAMPLES["resident"]())
    stored = desk.reader.load(RECORD_TYPES["service_visit"], first)
    assert stored is not None
    desk.store.save(
        RECORD_TYPES["service_visit"],
        {**stored.values, "matter": "咨询低保"},
        by="李",
        record_id=first,
        base=stored.head,
    )
    newest = RecentReader(desk.database).newest()
    assert [(each.record_id, each.act, each.by) for each in newest] == [
        (first, "edit", "李"),
        (second, "create", "王"),
    ]
    assert newest[0].headline == "𠮷秀英 · 咨询低保"


def test_what_waits_is_listed_oldest_first_until_receipted(desk: DeskFile) -> None:
    ids = [save(desk, code, SAMPLES[code]()) for code in SAMPLES]
    recent = RecentReader(desk.database)
    assert [each.record_id for each in recent.waiting()] == ids
    assert [each.record_id for each in recent.waiting(limit=1)] == ids[:1]
    desk.outbox.apply_receipt(3, [], datetime(2026, 11, 23, tzinfo=UTC))
    assert [each.record_id for each in recent.waiting()] == ids[3:]


def test_headlines_of_unknown_types_and_records_are_left_out(desk: DeskFile) -> None:
    record_id = save(desk, "resident", SAMPLES["resident"]())
    asked = {record_id: "resident", "nowhere": "resident", "other": "grid_event"}
    assert RecentReader(desk.database).headlines(asked) == {record_id: "单小梅"}


def test_the_next_screening_is_due_a_period_after_the_newest(desk):
    reader = DueReader(desk.database, LocalPractice(Practice(screen=Period(10))))
    assert Duty.SCREEN not in {item.duty for item in reader.items(TODAY)}
    for day in (date(2026, 10, 20), date(2026, 11, 15)):
        values = SAMPLES["screening"](screened_on=day)
        desk.store.save(RECORD_TYPES["screening"], values, by="甲", record_id=str(uuid7()))
    (item,) = [item for item in reader.items(TODAY) if item.duty is Duty.SCREEN]
    assert item.due == date(2026, 11, 25)


def test_a_screening_that_found_nothing_is_a_report_of_none(desk):
    nothing = SAMPLES["screening"](found=0, settled=None, taken_up=None, content=None)
    assert RECORD_TYPES["screening"].validate(nothing) == []


@pytest.mark.parametrize(("chosen", "due"), [(date(2024, 1, 10), True), (date(2024, 3, 10), False)])
def test_a_committee_whose_term_ends_is_due_two_months_before(desk, chosen, due):
    values = SAMPLES["committee"](chosen_on=chosen)
    desk.store.save(RECORD_TYPES["committee"], values, by="甲", record_id=str(uuid7()))
    items = DueReader(desk.database).items(TODAY)
    assert [(item.duty, item.headline) for item in items] == [
        (Duty.CHOOSE_COMMITTEE, "鹰头村人民调解委员会")
    ] * due


SIGNED = {"answer": "received", "answered_on": TODAY, "answered_by": "李调解"}
CAME_IN = {
    "direction": "in",
    "letter_id": "01a2217b-bd75-767c-8cc7-5540314b1690",
    "sent_on": date(2026, 11, 18),
}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (CAME_IN, (Duty.SIGN_FOR, date(2026, 11, 21))),
        (CAME_IN | SIGNED | {"due": date(2026, 11, 25)}, (Duty.FEED_BACK, date(2026, 11, 25))),
        ({"sent_on": TODAY, "due": TODAY}, (Duty.AWAIT_FEEDBACK, TODAY)),
        (
            {"sent_on": TODAY, **SIGNED, "result": "settled", "fed_back_on": date(2026, 11, 20)},
            (Duty.CONFIRM_FEEDBACK, date(2026, 11, 27)),
        ),
        (CAME_IN | SIGNED | {"due": date(2027, 1, 1)}, None),
        (CAME_IN | SIGNED | {"due": TODAY, "result": "settled", "fed_back_on": TODAY}, None),
        (CAME_IN | {"answer": "returned", "answered_on": TODAY, "answer_note": "不属于本辖区"}, None),
        ({"due": TODAY}, None),
        ({"sent_on": TODAY, "due": TODAY, "withdrawn_on": TODAY, "withdrawn_reason": "和解"}, None),
    ],
)
def test_a_letter_is_due_to_whose_turn_it_is(
    desk: DeskFile, values: dict[str, Any], expected: tuple[Duty, date] | None
) -> None:
    save(desk, "handover", SAMPLES["handover"](**values))
    assert due(desk) == ([expected] if expected else [])


def test_a_case_signed_for_elsewhere_is_not_to_be_settled_here(desk: DeskFile) -> None:
    case = save(desk, "mediation_case", mediation_case(**UNSETTLED, accepted_on=date(2026, 10, 1)))
    assert [duty for duty, _ in due(desk)] == [Duty.SETTLE]
    letter = {"case_id": case, "sent_on": TODAY, "due": None}
    save(desk, "handover", SAMPLES["handover"](**letter))
    assert [duty for duty, _ in due(desk)] == [Duty.SETTLE]
    save(desk, "handover", SAMPLES["handover"](**letter, **SIGNED))
    assert due(desk) == []
