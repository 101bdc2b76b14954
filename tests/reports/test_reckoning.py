"""Shares and changes: half up, a dash for a base of nothing, and sums that hold under every list."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.codes import code_list
from app.models.mediation.type_lists import TYPE_LISTS, type_list
from app.models.period import month
from app.reports.reckoning import Count, SuccessBase, Tally, change, points, rate
from app.reports.table import Change, Rate, cell_text, period_text
from app.store.case_figures import CaseCounts, CaseGroup

FINE = [code.value for code in code_list("dispute_type").items]
counts = st.integers(0, 10**6)
groups = st.lists(
    st.builds(
        CaseGroup,
        dispute_type=st.sampled_from([*FINE, None, "newer"]),
        source=st.sampled_from(["police", "apply", None]),
        difficulty=st.none(),
        result=st.sampled_from(["written", "oral", "none", None]),
        station=st.sampled_from(["511421125201", "511421125000"]),
        cases=st.integers(1, 500),
        resolved=st.integers(0, 1),
        amount=st.decimals(0, 10**6, places=2),
    ),
    max_size=40,
).map(tuple)


@pytest.mark.parametrize(
    ("now", "then", "shown"),
    [
        (67, 33, "↑103.0%"),
        (8, 25, "↓68.0%"),
        (5, 5, "持平"),
        (0, 5, "↓100.0%"),
        (5, 0, "—"),
        (0, 0, "—"),
        (2001, 2000, "↑0.1%"),  # 0.05 is rounded up
        (1999, 2000, "↓0.1%"),
        (20001, 20000, "持平"),
        (869, 1028, "↓15.5%"),
    ],
)
def test_changes(now: int, then: int, shown: str) -> None:
    assert cell_text(change(now, then)) == shown


def test_rates_and_their_difference() -> None:
    assert rate(1159, 1169) == Rate(Decimal("99.1"))
    assert rate(842, 869) == Rate(Decimal("96.9"))
    assert rate(0, 0) == Rate(None)
    assert cell_text(points(Rate(Decimal("99.1")), Rate(Decimal("98.6")))) == "↑0.5个百分点"
    assert cell_text(points(Rate(None), Rate(Decimal("98.6")))) == "—"


@given(counts.filter(bool))
def test_equal_years_are_level(count: int) -> None:
    assert change(count, count) == Change(Decimal("0.0"))
    assert cell_text(change(count, count)) == "持平"


@given(counts, counts.filter(bool))
def test_a_change_is_within_half_a_tenth_of_the_truth(now: int, then: int) -> None:
    shown = change(now, then).amount
    assert shown is not None
    assert abs(shown - Decimal(now - then) * 100 / then) <= Decimal("0.05")


@given(groups, st.sampled_from(TYPE_LISTS))
def test_types_add_up_to_the_whole(made: tuple[CaseGroup, ...], key: str) -> None:
    whole, types = Tally(made), type_list(key, 2026)
    parts = whole.by_type(types)
    assert list(parts) == [listed.value for listed in types.types]
    assert sum(part.cases for part in parts.values()) == whole.cases
    assert sum(part.resolved for part in parts.values()) == whole.resolved
    assert sum((part.amount for part in parts.values()), Decimal(0)) == whole.amount


@given(groups, groups)
def test_settled_is_written_and_oral(
    received: tuple[CaseGroup, ...], concluded: tuple[CaseGroup, ...]
) -> None:
    counts = CaseCounts(month(2026, 1), received, concluded)
    for base in SuccessBase:
        count = Count.of(counts, base)
        assert count.settled.cases == count.written.cases + count.oral.cases <= count.concluded.cases
        whole = count.received if base is SuccessBase.RECEIVED else count.concluded
        assert (count.success.percent is None) == (whole.cases == 0)


def test_periods_are_named_as_people_say_them() -> None:
    september, march = month(2026, 9), month(2026, 3)
    assert period_text(september) == "2026年9月"
    assert period_text(september.year_to_date()) == "2026年1—9月"
    assert period_text(month(2026, 12).year_to_date()) == "2026年"
    assert period_text(type(march)(march.first, september.first)) == "2026年3月1日至2026年9月1日"
