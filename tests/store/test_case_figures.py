"""What counts where: business days, fallbacks, voided cases, several codes in one field, and the indexes."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from uuid_utils import uuid7

from app.models.mediation.case import MEDIATION_CASE
from app.models.period import Period, month
from app.store.case_figures import CaseFiguresReader, Prevention
from tests.conftest import DeskFile
from tests.samples import mediation_case

NOVEMBER = month(2026, 11)


def save(desk: DeskFile, **changes: Any) -> str:
    record_id = str(uuid7())
    desk.store.save(MEDIATION_CASE, mediation_case(**changes), by="甲", record_id=record_id)
    return record_id


def void(desk: DeskFile, record_id: str) -> None:
    stored = desk.reader.load(MEDIATION_CASE, record_id)
    assert stored is not None
    desk.store.void(MEDIATION_CASE, record_id, reason="重复登记", by="甲", base=stored.head)


def counted(desk: DeskFile, period: Period) -> tuple[int, int]:
    counts = CaseFiguresReader(desk.database).read(period).counts
    return sum(group.cases for group in counts.received), sum(group.cases for group in counts.concluded)


def test_a_case_counts_on_the_days_of_acceptance_and_result(desk: DeskFile) -> None:
    save(desk, accepted_on=date(2026, 10, 30), result_on=date(2026, 11, 5))
    assert counted(desk, month(2026, 10)) == (1, 0)
    assert counted(desk, NOVEMBER) == (0, 1)
    assert counted(desk, Period(date(2026, 10, 30), date(2026, 11, 5))) == (1, 1)
    assert counted(desk, Period(date(2026, 10, 31), date(2026, 11, 4))) == (0, 0)


def test_a_result_without_a_day_counts_on_the_day_of_the_agreement_or_of_acceptance(desk: DeskFile) -> None:
    save(desk, result_on=None, accepted_on=date(2026, 10, 2), agreed_on=date(2026, 11, 9))
    save(desk, result_on=None, agreed_on=None, result="none", clauses=[], performance_due=None)
    assert counted(desk, NOVEMBER) == (1, 2)


def test_voided_cases_do_not_count(desk: DeskFile) -> None:
    void(desk, save(desk))
    assert counted(desk, NOVEMBER) == (0, 0)
    assert CaseFiguresReader(desk.database).read(NOVEMBER).parties == {}


def test_open_cases_are_received_only(desk: DeskFile) -> None:
    save(desk, result=None, result_on=None, clauses=[], agreed_on=None, performance_due=None)
    assert counted(desk, NOVEMBER) == (1, 0)


def test_resolved_means_settled_by_the_last_day(desk: DeskFile) -> None:
    save(desk, result_on=date(2026, 11, 5))
    reader = CaseFiguresReader(desk.database)
    for last, resolved in ((4, 0), (5, 1)):
        (group,) = reader.read(Period(date(2026, 11, 1), date(2026, 11, last))).counts.received
        assert group.resolved == resolved


def test_amounts_people_parties_and_sizes_add_up(desk: DeskFile) -> None:
    for people, risk in ((None, "general"), (49, "major"), (50, "general"), (100, "general"), (501, "major")):
        save(desk, people=people, risk=risk, amount=Decimal("100.01"))
    figures = CaseFiguresReader(desk.database).read(NOVEMBER)
    assert sum(group.amount for group in figures.counts.received) == Decimal("500.05")
    assert figures.people == 49 + 50 + 100 + 501
    assert figures.parties == {"511421125201": 10}
    assert (figures.bands, figures.major) == ((2, 1, 1, 1), 2)


def test_a_case_of_several_groups_counts_in_each(desk: DeskFile) -> None:
    save(desk, special=["elderly", "women"])
    save(desk, special=["women"])
    save(desk)
    assert CaseFiguresReader(desk.database).read(NOVEMBER).special == {"elderly": 1, "women": 2}


def test_prevention_counts_cases_and_people_on_the_day_of_the_result(desk: DeskFile) -> None:
    save(desk, prevented=["crime", "petition"], prevented_people=4, accepted_on=date(2026, 10, 1))
    save(desk, prevented=["petition"], prevented_people=15)
    save(desk, prevented=["petition"])
    figures = CaseFiguresReader(desk.database).read(NOVEMBER)
    assert figures.prevented == {"crime": Prevention(1, 4), "petition": Prevention(3, 19)}
    assert CaseFiguresReader(desk.database).read(month(2026, 10)).prevented == {}


def test_months_count_received_and_settled(desk: DeskFile) -> None:
    save(desk, accepted_on=date(2026, 10, 30), result_on=date(2026, 11, 5))
    save(desk, result="none", clauses=[], agreed_on=None, performance_due=None)
    months = CaseFiguresReader(desk.database).months(Period(date(2026, 9, 10), date(2026, 11, 30)))
    assert {key: (count.received, count.settled) for key, count in months.items()} == {
        (2026, 9): (0, 0),
        (2026, 10): (1, 0),
        (2026, 11): (1, 1),
    }


def test_cases_are_counted_over_indexes_alone(desk: DeskFile) -> None:
    plans: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            raw = connection.connection.dbapi_connection
            plans.extend(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    event.listen(desk.database.engine, "after_cursor_execute", explain)
    reader = CaseFiguresReader(desk.database)
    reader.read(NOVEMBER, (NOVEMBER.before(),))
    reader.months(NOVEMBER)
    read = [plan for plan in plans if " mediation_case" in plan]
    assert len(read) > 10
    assert [plan for plan in read if "SEARCH" not in plan or "COVERING INDEX" not in plan] == []


@pytest.mark.parametrize("beside", [(), (NOVEMBER.year_before(), NOVEMBER.before())])
def test_periods_beside_are_counted_in_their_order(desk: DeskFile, beside: tuple[Period, ...]) -> None:
    save(desk, accepted_on=date(2026, 10, 30))
    figures = CaseFiguresReader(desk.database).read(NOVEMBER, beside)
    assert [counts.period for counts in figures.beside] == list(beside)
    assert [len(counts.received) for counts in figures.beside] == [0, 1][: len(beside)]
