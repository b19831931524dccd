"""A rhythm laid over any period: the windows follow each other, and there are as many as said."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan.cadence import Window, disagreement, even, windows
from plan.values import Cadence, Interval, Period, Rate

DAY = timedelta(days=1)
YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
LEAP = Period(date(2028, 1, 1), date(2028, 12, 31))
HALF = Period(date(2025, 7, 1), date(2025, 12, 31))
FORTNIGHTLY = Cadence(every=Interval(2, "week"), rates=(Rate(26, "year"),))

periods = st.builds(
    lambda first, days: Period(first, first + DAY * days),
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.integers(0, 800),
)
rhythms = st.one_of(
    st.builds(
        lambda n, unit: Cadence(every=Interval(n, unit)),
        st.integers(1, 9),
        st.sampled_from(["day", "week", "month", "quarter", "year"]),
    ),
    st.builds(
        lambda n, unit: Cadence(rates=(Rate(n, unit),)),
        st.integers(1, 7),
        st.sampled_from(["week", "month", "quarter", "year"]),
    ),
    st.just(FORTNIGHTLY),
    st.just(Cadence(rates=(Rate(26, "year"),))),
    st.just(Cadence(every=Interval(2, "week"), rates=(Rate(40, "year"),))),
)


def without_gap_or_overlap(found: tuple[Window, ...]) -> bool:
    return all(window.last + DAY == after.first for window, after in pairwise(found))


@given(rhythms, periods)
def test_windows_cover_any_period_once(rhythm: Cadence, period: Period) -> None:
    found = windows(rhythm, period)
    if len(found) > (period.last - period.first).days + 1:
        return  # more due than there are days: they share days, see below
    assert found[0].first == period.first
    assert found[-1].last == period.last
    assert without_gap_or_overlap(found)
    assert all(window.days >= 1 for window in found)


@given(rhythms, periods)
def test_the_same_again_on_every_run(rhythm: Cadence, period: Period) -> None:
    assert windows(rhythm, period) == windows(rhythm, period)


@pytest.mark.parametrize(
    ("rhythm", "period", "number"),
    [
        (FORTNIGHTLY, YEAR, 26),
        (FORTNIGHTLY, LEAP, 26),
        (FORTNIGHTLY, HALF, 13),
        (Cadence(every=Interval(1, "week")), YEAR, 52),
        (Cadence(rates=(Rate(1, "month"),)), YEAR, 12),
        (Cadence(rates=(Rate(4, "month"),)), YEAR, 48),
        (Cadence(rates=(Rate(2, "year"),)), YEAR, 2),
        (Cadence(rates=(Rate(2, "year"),)), HALF, 1),
        (Cadence(rates=(Rate(26, "year"),)), LEAP, 26),
        (Cadence(rates=(Rate(2, "quarter"),)), YEAR, 8),
        (Cadence(rates=(Rate(2, "week"),)), LEAP, 105),
        (Cadence(every=Interval(1, "month"), number_unsaid=True), YEAR, 12),
        (Cadence(every=Interval(1, "quarter")), YEAR, 4),
        (Cadence(every=Interval(6, "month")), YEAR, 2),
        (Cadence(every=Interval(1, "day")), LEAP, 366),
        (Cadence(by=date(2025, 9, 30)), YEAR, 1),
        (Cadence(continuous=True), YEAR, 0),
        (Cadence(on_demand=True, first=date(2025, 1, 1), last=date(2025, 12, 31)), YEAR, 0),
    ],
)
def test_as_many_as_the_plan_says(rhythm: Cadence, period: Period, number: int) -> None:
    assert len(windows(rhythm, period)) == number


def test_the_last_fortnight_takes_the_day_that_is_left() -> None:
    found = windows(FORTNIGHTLY, YEAR)
    assert found[0] == Window(date(2025, 1, 1), date(2025, 1, 14))
    assert found[-1] == Window(date(2025, 12, 17), date(2025, 12, 31))


def test_twice_a_year_means_the_two_halves() -> None:
    first, second = windows(Cadence(rates=(Rate(2, "year"),)), YEAR)
    assert (first.last, second.first) == (date(2025, 6, 30), date(2025, 7, 1))


def test_a_month_cut_short_counts_its_share() -> None:
    late = Period(date(2025, 8, 25), date(2025, 12, 31))
    found = windows(Cadence(rates=(Rate(1, "month"),)), late)
    assert [window.first.month for window in found] == [8, 10, 11, 12]
    assert found[0] == Window(date(2025, 8, 25), date(2025, 9, 30))


def test_a_deadline_begins_where_the_plan_says() -> None:
    third_quarter = Cadence(first=date(2025, 7, 1), by=date(2025, 9, 30))
    assert windows(third_quarter, YEAR) == (Window(date(2025, 7, 1), date(2025, 9, 30)),)


def test_more_issues_than_days_share_days() -> None:
    found = windows(Cadence(rates=(Rate(14, "week"),)), Period(date(2025, 1, 6), date(2025, 1, 12)))
    assert len(found) == 14
    assert found[0] == found[1] == Window(date(2025, 1, 6), date(2025, 1, 6))


@given(periods, st.integers(1, 60))
def test_even_parts_differ_by_a_day_at_most(period: Period, n: int) -> None:
    span = Window(period.first, period.last)
    lengths = [part.days for part in even(span, n)]
    assert len(lengths) == n
    assert max(lengths) - min(lengths) <= 1


def test_tells_where_interval_and_number_disagree() -> None:
    weekly_but_26 = Cadence(every=Interval(1, "week"), rates=(Rate(26, "year"),))
    assert disagreement(weekly_but_26, YEAR) == (52, 26)
    assert disagreement(FORTNIGHTLY, YEAR) is None
    assert len(windows(weekly_but_26, YEAR)) == 26
