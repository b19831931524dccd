"""Where a task stands on a day, from facts alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan.calendar import Calendar
from plan.progress import Deed, Line, Reach, as_json, fill, progress, worst_first
from plan.slots import slots
from plan.values import Cadence, Interval, Period, Plan, Rate, Task

BULLETIN = Task("A", "Bản tin", cadence=Cadence(rates=(Rate(1, "month"),)))
PLAN = Plan(
    "xa-2025",
    "Kế hoạch",
    Period(date(2025, 1, 1), date(2025, 12, 31)),
    date=date(2025, 1, 1),
    tasks=(BULLETIN, Task("B", "Chuyên mục", cadence=Cadence(continuous=True))),
)
SCHEDULE = slots(PLAN, Calendar())


def line(deeds: list[Deed], on: date, task: int = 0) -> Line:
    return progress(PLAN, SCHEDULE, deeds, on)[task]


def deed(month: int, day: int, **more: object) -> Deed:
    return Deed("A", date(2025, month, day), **more)  # type: ignore[arg-type]


def test_nothing_done_by_the_end_of_march() -> None:
    stands = line([], date(2025, 3, 31))
    assert (stands.target, stands.target_to_date) == (12, 3)
    assert (stands.done, stands.missed, stands.waiting) == (0, 2, 1)
    assert stands.forecast == 3
    assert stands.is_behind
    assert "số 1/12" in stands.why


def test_done_in_time_and_done_late() -> None:
    late = deed(3, 4, slot="A@2025-02-01")
    stands = line([deed(1, 20), late, deed(3, 10)], date(2025, 3, 15))
    assert (stands.done, stands.on_time, stands.late, stands.missed) == (3, 2, 1, 0)
    assert stands.forecast == 12
    assert stands.next_due == next(s.due for s in SCHEDULE.slots if s.id == "A@2025-04-01")


def test_a_deed_without_a_slot_fills_its_month_then_the_one_missed_before() -> None:
    own = SCHEDULE.of_task("A")
    filled = fill(own, [deed(3, 5), deed(3, 9), deed(3, 20)])
    assert [slot for slot, deeds in filled.items() if deeds] == [
        *("A@2025-01-01", "A@2025-02-01", "A@2025-03-01")
    ]
    assert filled["A@2025-03-01"][0].on == date(2025, 3, 5)
    assert filled["A@2025-02-01"][0].on == date(2025, 3, 9)


def test_some_channels_only_is_partly_and_not_missed() -> None:
    stands = line([deed(1, 20, whole=False)], date(2025, 2, 10))
    assert (stands.partly, stands.missed, stands.done) == (1, 0, 0)


def test_what_will_be_done_tomorrow_is_not_done_today() -> None:
    assert line([deed(2, 20)], date(2025, 2, 10)).done == 0


def test_a_quota_counts_from_the_day_the_plan_is_issued() -> None:
    late_plan = Plan("x", "x", PLAN.period, date=date(2025, 8, 25), tasks=(BULLETIN,))
    schedule = slots(late_plan, Calendar())
    (bare,) = progress(late_plan, schedule, [], date(2025, 12, 31))
    assert (bare.target, bare.missed) == (4, 3)
    (entered,) = progress(late_plan, schedule, [deed(5, 5)], date(2025, 12, 31))
    assert (entered.target, entered.done, entered.missed) == (5, 1, 3)


def test_forecast_follows_how_it_went() -> None:
    half = [deed(month, 10) for month in (1, 3, 5)]
    assert line(half, date(2025, 7, 1)).forecast == 6


@pytest.mark.parametrize(("views", "total"), [((None, None), None), ((None, 0), 0), ((2, 3), 5)])
def test_reach_not_told_is_never_zero(
    views: tuple[int | None, int | None], total: int | None
) -> None:
    deeds = [deed(i, 10, reach=Reach(views=told)) for i, told in enumerate(views, 1)]
    stands = line(deeds, date(2025, 3, 1))
    assert stands.reach.views == total
    assert stands.reach.shares is None


def test_silence_is_told_from_the_last_deed() -> None:
    quiet = line([Deed("B", date(2025, 1, 10))], date(2025, 1, 25), task=1)
    assert (quiet.target, quiet.silent_days, quiet.is_silent) == (None, 15, True)
    assert "15 ngày" in quiet.why
    assert not line([Deed("B", date(2025, 1, 20))], date(2025, 1, 25), task=1).is_silent


def test_reruns_are_told_apart() -> None:
    task = Task("R", "Loa", cadence=Cadence(rates=(Rate(1, "month"),)), reruns=(Rate(3, "month"),))
    plan = Plan("x", "x", PLAN.period, tasks=(task,))
    schedule = slots(plan, Calendar())
    first, rerun = schedule.slots[0], schedule.slots[1]
    deeds = [Deed("R", each.due.date(), slot=each.id) for each in (first, rerun)]
    (stands,) = progress(plan, schedule, deeds, date(2025, 1, 31))
    assert (stands.target, stands.done) == (48, 2)
    assert (stands.reruns_target, stands.reruns_done) == (36, 1)


def test_the_late_ones_stand_first() -> None:
    weekly = Task("W", "Tin tuần", cadence=Cadence(every=Interval(1, "week")))
    plan = Plan("x", "x", PLAN.period, tasks=(PLAN.tasks[1], BULLETIN, weekly))
    lines = progress(plan, slots(plan, Calendar()), [deed(1, 3)], date(2025, 1, 20))
    assert [each.task.id for each in worst_first(lines)] == ["W", "B", "A"]


@given(
    st.lists(st.tuples(st.integers(1, 365), st.booleans()), max_size=30),
    st.integers(0, 400),
)
def test_the_parts_always_add_up(done: list[tuple[int, bool]], day: int) -> None:
    start = date(2025, 1, 1)
    deeds = [Deed("A", start + timedelta(days=d), whole=whole) for d, whole in done]
    on = start + timedelta(days=day)
    stands = line(deeds, on)
    assert stands.target == 12
    assert stands.on_time + stands.late == stands.done
    ahead = sum(slot.first > on for slot in SCHEDULE.of_task("A"))
    assert stands.done + stands.missed + stands.partly + stands.waiting + ahead >= 12
    assert stands.done + stands.missed + stands.partly + stands.waiting <= 12
    assert stands.done <= (stands.forecast or 0) <= 12


def test_the_json_of_the_contract() -> None:
    told = as_json(
        "xa-2025", "xa", date(2025, 3, 1), progress(PLAN, SCHEDULE, [], date(2025, 3, 1))
    )
    assert told["tasks"][0]["reach"] == dict.fromkeys(("views", "reactions", "comments", "shares"))
    assert told["tasks"][1]["target"] is None


def test_a_second_deed_of_a_window_never_becomes_a_late_issue_of_before_the_plan() -> None:
    late_plan = Plan("x", "x", PLAN.period, date=date(2025, 8, 25), tasks=(BULLETIN,))
    schedule = slots(late_plan, Calendar())
    deeds = [deed(9, 5), deed(9, 8)]
    (stands,) = progress(late_plan, schedule, deeds, date(2025, 9, 30))
    assert (stands.target, stands.late) == (4, 0)
    filled = fill(schedule.of_task("A"), deeds)
    assert [slot for slot, done in filled.items() if done] == ["A@2025-09-01", "A@2025-10-01"]


def test_what_is_next_due_is_never_past() -> None:
    stands = line([], date(2025, 5, 31))
    assert stands.next_due is not None
    assert stands.next_due.date() == date(2025, 5, 31)
