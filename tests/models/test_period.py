"""Calendar windows: last year's, the one before, and the parts by month."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.period import BackwardPeriod, OutOfCalendar, Period, half, month, quarter, whole_year

days = st.dates(date(1950, 1, 1), date(2199, 12, 31))
periods = st.tuples(days, days).map(lambda pair: Period(min(pair), max(pair)))


@pytest.mark.parametrize(
    ("period", "last_year", "before"),
    [
        (month(2026, 1), month(2025, 1), month(2025, 12)),
        (month(2025, 2), month(2024, 2), month(2025, 1)),
        (month(2024, 2), month(2023, 2), month(2024, 1)),
        (quarter(2026, 1), quarter(2025, 1), quarter(2025, 4)),
        (half(2026, 2), half(2025, 2), half(2026, 1)),
        (whole_year(2026), whole_year(2025), whole_year(2025)),
        (
            Period(date(2026, 1, 1), date(2026, 9, 30)),
            Period(date(2025, 1, 1), date(2025, 9, 30)),
            Period(date(2025, 4, 1), date(2025, 12, 31)),
        ),
        (
            Period(date(2024, 2, 10), date(2024, 2, 29)),
            Period(date(2023, 2, 10), date(2023, 2, 28)),
            Period(date(2024, 1, 21), date(2024, 2, 9)),
        ),
    ],
)
def test_windows_beside(period: Period, last_year: Period, before: Period) -> None:
    assert period.year_before() == last_year
    assert period.before() == before


def test_named_periods() -> None:
    assert month(2024, 2) == Period(date(2024, 2, 1), date(2024, 2, 29))
    assert quarter(2026, 4) == Period(date(2026, 10, 1), date(2026, 12, 31))
    assert half(2026, 1) == Period(date(2026, 1, 1), date(2026, 6, 30))
    assert Period(date(2026, 3, 5), date(2026, 9, 30)).year_to_date() == Period(
        date(2026, 1, 1), date(2026, 9, 30)
    )


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        (date(2026, 2, 2), date(2026, 2, 1), BackwardPeriod),
        (date(1, 1, 1), date(2026, 2, 1), OutOfCalendar),
        (date(2026, 1, 1), date(9999, 12, 31), OutOfCalendar),
    ],
)
def test_what_is_no_period_gets_a_sentence(first: date, last: date, refusal: type[ValueError]) -> None:
    with pytest.raises(refusal, match=r"。$"):
        Period.asked(first, last)


@given(periods)
def test_the_period_before_ends_the_day_before_and_is_as_long(period: Period) -> None:
    before = period.before()
    assert before.last + timedelta(days=1) == period.first
    if period.whole_months:
        assert before.whole_months == period.whole_months
    else:
        assert before.last - before.first == period.last - period.first


@given(periods)
def test_last_year_lies_a_year_back(period: Period) -> None:
    last_year = period.year_before()
    assert last_year.first.year == period.first.year - 1
    assert last_year.last.year == period.last.year - 1
    assert last_year.whole_months == period.whole_months or not period.whole_months


@given(periods)
def test_the_months_make_the_period_up(period: Period) -> None:
    parts = period.months()
    assert (parts[0].first, parts[-1].last) == (period.first, period.last)
    assert all(one.last + timedelta(days=1) == other.first for one, other in pairwise(parts))
    assert all((part.first.year, part.first.month) == (part.last.year, part.last.month) for part in parts)
