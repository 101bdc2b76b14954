"""Earlier cases of the same parties: counted by their numbers, never by a name alone."""

from datetime import date

import pytest
from samples import APPLICANT_ID, mediation_case, party
from uuid_utils import uuid7

from app.models.mediation.case import MEDIATION_CASE
from app.store.case_history import CaseHistory, Earlier

TODAY = date(2026, 11, 23)
UNSETTLED = {
    "result": "none", "clauses": [], "agreed_on": None, "performance_due": None, "advised": ["court"],
    "advised_on": date(2026, 11, 5),
}  # fmt: skip


@pytest.fixture
def save(desk):
    def saved(**changes):
        record_id = str(uuid7())
        desk.store.save(MEDIATION_CASE, mediation_case(**changes), by="甲", record_id=record_id)
        return record_id

    return saved


def earlier(desk, record_id):
    values = desk.reader.load(MEDIATION_CASE, record_id).values
    return CaseHistory(desk.database).of(record_id, values, TODAY)


def test_other_cases_of_a_party_are_counted_and_those_that_failed(desk, save):
    now = save()
    assert earlier(desk, now) == Earlier(0, 0)
    save()
    save(**UNSETTLED)
    assert earlier(desk, now) == Earlier(2, 1)


def test_a_name_alone_an_old_case_and_a_voided_one_do_not_count(desk, save):
    now = save()
    save(parties=[party("applicant", "张石头"), party("respondent", "买买提·吐尔逊")])
    old = date(2024, 1, 8)
    save(accepted_on=old, notice_on=old, **{**UNSETTLED, "advised_on": old, "result_on": old, "sessions": []})
    gone = save()
    record = desk.reader.load(MEDIATION_CASE, gone)
    desk.store.void(MEDIATION_CASE, gone, reason="重复登记", by="甲", base=record.head)
    assert earlier(desk, now) == Earlier(0, 0)


def test_a_number_that_is_only_an_agents_does_not_count(desk, save):
    now = save()
    others = [party("applicant", "甲某", agent="张石头", agent_id=APPLICANT_ID), party("respondent", "乙某")]
    save(parties=others)
    assert earlier(desk, now) == Earlier(0, 0)


def test_cases_that_go_on_from_one_another_are_linked(desk, save):
    history = CaseHistory(desk.database)
    first = save(**UNSETTLED)
    values = desk.reader.load(MEDIATION_CASE, first).values
    assert history.linked(first, values) == []
    second = save(earlier_number=values["number"])
    (after,) = history.linked(first, values)
    (before,) = history.linked(second, desk.reader.load(MEDIATION_CASE, second).values)
    assert (after.record_id, after.is_earlier) == (second, False)
    assert (before.record_id, before.number, before.is_earlier) == (first, values["number"], True)
