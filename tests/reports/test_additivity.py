"""Counts of neighbouring periods add up to the count of both, whatever the days, from the real file."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.models.period import Period
from app.reports.reckoning import Tally
from app.store.case_figures import CaseFiguresReader
from app.store.database import Database
from app.store.station import Station

days = st.dates(date(2023, 12, 1), date(2025, 12, 31))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(days, min_size=3, max_size=3, unique=True).map(sorted))
def test_two_parts_make_the_whole(seed: tuple[Database, Station], three: list[date]) -> None:
    first, middle, last = three
    reader = CaseFiguresReader(seed[0])
    one, other, both = (
        reader.read(period)
        for period in (
            Period(first, middle),
            Period(middle + timedelta(days=1), last),
            Period(first, last),
        )
    )
    for of in ("received", "concluded"):
        parts = [Tally(getattr(each.counts, of)) for each in (one, other, both)]
        assert parts[0].cases + parts[1].cases == parts[2].cases
        assert parts[0].amount + parts[1].amount == parts[2].amount
    assert one.people + other.people == both.people
    assert [a + b for a, b in zip(one.bands, other.bands, strict=True)] == list(both.bands)
    for code, prevented in both.prevented.items():
        each = [part.prevented.get(code) for part in (one, other)]
        assert sum(of.cases for of in each if of) == prevented.cases
        assert sum(of.people for of in each if of) == prevented.people


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(days, min_size=2, max_size=2).map(sorted))
def test_the_months_of_a_period_add_up_to_it(seed: tuple[Database, Station], two: list[date]) -> None:
    period = Period(*two)
    reader = CaseFiguresReader(seed[0])
    received = Tally(reader.read(period).counts.received).cases
    assert sum(count.received for count in reader.months(period).values()) == received
