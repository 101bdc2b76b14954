"""Rotation: 7 days, 4 weeks, 6 months, whatever the order of days, and nothing thrown away by a wrong clock."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.models.station_time import station_day
from app.store.rotation import DAYS, LAST, MONTHS, WEEKS, kept

NOON = datetime(2026, 1, 1, 4, tzinfo=UTC)
MOMENTS = st.integers(0, 15 * 365 * 24).map(lambda hours: NOON + timedelta(hours=hours))


def day(moment):
    return station_day(moment)


def week(moment):
    return day(moment).isocalendar()[:2]


def month(moment):
    return (day(moment).year, day(moment).month)


@given(st.lists(MOMENTS, max_size=80))
def test_few_stay_and_the_last_ones_always(made):
    keep = kept(made)
    assert keep <= set(range(len(made)))
    assert len(keep) <= LAST + DAYS + WEEKS + MONTHS
    assert keep >= set(range(max(0, len(made) - LAST), len(made)))


@given(st.lists(MOMENTS, min_size=1, max_size=80))
def test_each_period_keeps_the_one_made_last_in_it(made):
    keep = kept(made)
    for period_of, most in ((day, DAYS), (week, WEEKS), (month, MONTHS)):
        last_of = {period_of(at): place for place, at in enumerate(made)}
        newest = sorted(last_of.values(), reverse=True)[:most]
        assert keep >= set(newest)


@given(st.lists(MOMENTS, max_size=60))
def test_throwing_away_twice_throws_away_no_more(made):
    left = [made[place] for place in sorted(kept(made))]
    assert kept(left) == set(range(len(left)))


@given(
    st.lists(st.integers(1, 9), min_size=20, max_size=120),
    st.integers(0, 30),
)
def test_pruned_after_every_backup_the_past_stays_covered(gaps, start):
    """A desk that is opened every few hours or days keeps what one look at all its backups would keep."""
    every, left = [], []
    at = NOON + timedelta(days=start)
    for gap in gaps:
        at += timedelta(hours=7 * gap)
        every.append(at)
        left.append(at)
        left = [left[place] for place in sorted(kept(left))]
        assert set(left) == {every[place] for place in kept(every)}


def test_a_year_of_daily_backups_leaves_days_weeks_and_months():
    left = []
    for number in range(365):
        left.append(NOON + timedelta(days=number))
        left = [left[place] for place in sorted(kept(left))]
    days = [(left[-1] - at).days for at in left]
    assert days[-7:] == [6, 5, 4, 3, 2, 1, 0]
    assert len({month(at) for at in left}) == MONTHS
    assert max(days) > 150


def test_an_afternoon_with_a_wrong_clock_costs_no_more_than_its_own_day():
    good = [NOON + timedelta(days=number) for number in range(10)]
    made = [*good[:6], NOON + timedelta(days=3650), *good[6:]]
    assert {made[place] for place in kept(made)} >= set(good[-DAYS + 1 :])
