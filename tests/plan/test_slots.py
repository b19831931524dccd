"""A plan's year as dated slots."""

from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from plan import file
from plan.calendar import Calendar
from plan.slots import Schedule, Slot, as_json, slots
from plan.values import Cadence, Interval, Period, Plan, Rate, Task
from zone import HANOI

PLANS = Path(__file__).parent.parent.parent / "plans"
CALENDAR = Calendar()


def of(name: str, **settings: str) -> Schedule:
    return slots(file.load(PLANS / f"{name}.toml"), CALENDAR, **settings)


def plan_of(*tasks: Task, issued: date | None = None) -> Plan:
    period = Period(date(2025, 1, 1), date(2025, 12, 31))
    return Plan("xa-2025", "Kế hoạch", period, date=issued, tasks=tasks)


def only(task: Task, calendar: Calendar = CALENDAR, issued: date | None = None) -> list[Slot]:
    return list(slots(plan_of(task, issued=issued), calendar).slots)


def test_dak_to_has_26_bulletins_of_which_9_are_counted() -> None:
    issues = of("dak-to-2025").of_task("DT-C.I.2.a")
    assert [slot.number for slot in issues] == list(range(1, 27))
    assert {slot.of for slot in issues} == {26}
    assert not any(slot.is_rerun for slot in issues)
    assert sum(slot.counted for slot in issues) == 9
    assert all(slot.counted == (slot.first >= date(2025, 8, 25)) for slot in issues)


def test_counted_from_the_period_all_26_weigh() -> None:
    issues = of("dak-to-2025", count_from="period").of_task("DT-C.I.2.a")
    assert all(slot.counted for slot in issues)


def test_dak_to_airs_12_segments_and_36_reruns() -> None:
    airings = of("dak-to-2025").of_task("DT-C.I.2.c")
    firsts = {slot.id: slot for slot in airings if not slot.is_rerun}
    reruns = [slot for slot in airings if slot.is_rerun]
    assert (len(firsts), len(reruns)) == (12, 36)
    for rerun in reruns:
        airing = firsts[rerun.of_slot or ""]
        assert rerun.first > airing.due.date()
        assert rerun.due > airing.due
        assert rerun.first.month == airing.first.month == rerun.by.month
        assert (rerun.of, rerun.number in (1, 2, 3)) == (3, True)


def test_muong_la_has_48_e_bulletins_and_2_dialogues() -> None:
    schedule = of("muong-la-2025")
    assert len(schedule.of_task("ML-T01")) == 48
    assert len(schedule.of_task("ML-T10")) == 2
    assert all(slot.counted for slot in schedule.slots)


@pytest.mark.parametrize(
    "name",
    ["dak-to-2025", "muong-la-2025", "phu-hoa-2025", "nghia-hung-2023", "bach-long-vi-2025"],
)
def test_every_due_moment_is_in_its_window_and_the_posting_hours(name: str) -> None:
    schedule = of(name)
    assert len({slot.id for slot in schedule.slots}) == len(schedule.slots)
    for slot in schedule.slots:
        local = slot.due.astimezone(HANOI)
        assert slot.first <= local.date() <= slot.by
        assert time(7, 30) <= local.time() <= time(20, 30)


def test_ids_do_not_move_when_the_plan_is_issued_on_another_day() -> None:
    plan = file.load(PLANS / "dak-to-2025.toml")
    earlier = replace(plan, date=date(2025, 3, 1))
    ids = [slot.id for slot in slots(plan, CALENDAR).of_task("DT-C.I.2.a")]
    assert ids == [slot.id for slot in slots(earlier, CALENDAR).of_task("DT-C.I.2.a")]
    assert ids[0] == "DT-C.I.2.a@2025-01-01"


def test_what_is_due_avoids_tet_weekends_and_mourning() -> None:
    weekly = Task("A", "Tin", cadence=Cadence(every=Interval(1, "week")))
    calm = only(weekly)
    assert calm[4].by == date(2025, 2, 4)
    assert all(slot.due.weekday() < 5 for slot in calm)
    assert not any(CALENDAR.is_holiday(slot.due.date()) for slot in calm)
    mourning = Calendar(pauses=((date(2025, 5, 19), date(2025, 5, 20)),))
    moved = only(weekly, mourning)
    assert calm[19].due.date() == date(2025, 5, 20)
    assert moved[19].due.date() == date(2025, 5, 16)


def test_a_window_that_is_all_holiday_still_has_a_day() -> None:
    daily = Task("A", "Tin", cadence=Cadence(every=Interval(1, "day")))
    assert only(daily)[28].due.date() == date(2025, 1, 29)  # mùng 1 Tết


def test_radio_is_planned_for_the_afternoon_session() -> None:
    radio = Task(
        "A", "Loa", channels=("radio.commune",), cadence=Cadence(rates=(Rate(1, "month"),))
    )
    assert only(radio)[0].due.astimezone(HANOI).time() == time(17, 0)
    early = Calendar(opens=time(6, 0), closes=time(11, 0))
    assert only(radio, early)[0].due.astimezone(HANOI).time() == time(11, 0)


def test_a_one_off_begins_when_the_plan_is_there() -> None:
    third_quarter = Cadence(first=date(2025, 7, 1), by=date(2025, 9, 30))
    (slot,) = only(Task("A", "Hướng dẫn", cadence=third_quarter), issued=date(2025, 8, 25))
    assert (slot.first, slot.by, slot.counted) == (date(2025, 8, 25), date(2025, 9, 30), True)


def test_an_event_with_a_day_ends_on_it() -> None:
    day = Task("A", "Hưởng ứng", cadence=Cadence(event="Ngày Chuyển đổi số quốc gia 10/10"))
    (slot,) = only(day)
    assert slot.by == date(2025, 10, 10)


def test_what_cannot_be_dated_is_named() -> None:
    schedule = slots(
        plan_of(
            Task("A", "Duy trì", cadence=Cadence(continuous=True)),
            Task("B", "Định kỳ", cadence=Cadence(periodic=True)),
            Task("C", "Nếu có", cadence=Cadence(if_any=True)),
            Task("D", "Không nêu"),
            Task("E", "TTHC", cadence=Cadence(continuous=True, event="TTHC bị bãi bỏ")),
            Task(
                "F", "Hằng tháng", cadence=Cadence(every=Interval(1, "month"), number_unsaid=True)
            ),
        ),
        CALENDAR,
        silence_days=30,
    )
    assert [(each.task, each.days) for each in schedule.silences] == [("A", 30), ("E", 30)]
    assert [each.task for each in schedule.questions] == ["B", "F"]
    assert [each.task for each in schedule.open] == ["C", "D", "E"]
    assert len(schedule.slots) == 12


def test_reruns_that_do_not_divide_go_to_the_earlier_airings() -> None:
    task = Task("A", "Loa", cadence=Cadence(rates=(Rate(2, "month"),)), reruns=(Rate(3, "month"),))
    january = [slot for slot in only(task) if slot.by.month == 1]
    first, second = [slot.id for slot in january if not slot.is_rerun]
    assert [slot.of_slot for slot in january if slot.is_rerun].count(first) == 2
    assert [slot.of_slot for slot in january if slot.is_rerun].count(second) == 1


def test_reruns_for_each_issue() -> None:
    task = Task("A", "Loa", cadence=Cadence(rates=(Rate(2, "month"),)), reruns=(Rate(2, "issue"),))
    assert sum(slot.is_rerun for slot in only(task)) == 48


def test_a_rerun_never_precedes_even_in_a_window_of_one_day() -> None:
    task = Task("A", "Loa", cadence=Cadence(every=Interval(1, "day")), reruns=(Rate(2, "issue"),))
    made = only(task)
    by_id = {slot.id: slot for slot in made}
    assert all(slot.due > by_id[slot.of_slot].due for slot in made if slot.of_slot)


def test_a_stretch_of_the_year_keeps_ids_and_numbers() -> None:
    whole = of("dak-to-2025")
    autumn = whole.between(date(2025, 9, 1), date(2025, 9, 30))
    assert set(autumn.slots) < set(whole.slots)
    assert all(slot.by >= date(2025, 9, 1) for slot in autumn.slots)
    assert all(slot.first <= date(2025, 9, 30) for slot in autumn.slots)


def test_the_json_of_the_contract() -> None:
    told = as_json("dak-to-2025", of("dak-to-2025"))
    assert set(told) == {"plan", "slots", "silences", "open", "questions"}
    assert told["slots"][0].keys() == {
        *("id", "task", "number", "of", "kind", "of_slot", "from", "by", "due", "counted")
    }
    rerun = next(slot for slot in told["slots"] if slot["kind"] == "rerun")
    assert rerun["of_slot"] in {slot["id"] for slot in told["slots"]}
    assert rerun["due"].endswith("+07:00")


@pytest.mark.parametrize(
    ("rates", "reruns", "number"),
    [
        (Rate(1, "week"), Rate(3, "month"), 36),
        (Rate(4, "month"), Rate(1, "month"), 12),
        (Rate(1, "month"), Rate(2, "week"), 104),
        (Rate(1, "quarter"), Rate(2, "month"), 24),
        (Rate(1, "year"), Rate(1, "month"), 12),
    ],
)
def test_reruns_are_as_many_as_their_own_rhythm_says(
    rates: Rate, reruns: Rate, number: int
) -> None:
    task = Task("A", "Loa", cadence=Cadence(rates=(rates,)), reruns=(reruns,))
    made = only(task)
    assert sum(slot.is_rerun for slot in made) == pytest.approx(number, abs=1)
    by_id = {slot.id: slot for slot in made}
    assert all(slot.due > by_id[slot.of_slot].due for slot in made if slot.of_slot)


def test_an_id_is_the_same_however_one_counts() -> None:
    third_quarter = Cadence(first=date(2025, 7, 1), by=date(2025, 9, 30))
    plan = plan_of(Task("A", "Hướng dẫn", cadence=third_quarter), issued=date(2025, 8, 25))
    (issued,) = slots(plan, CALENDAR).slots
    (period,) = slots(plan, CALENDAR, count_from="period").slots
    assert issued.id == period.id == "A@2025-07-01"
    assert (issued.first, period.first) == (date(2025, 8, 25), date(2025, 7, 1))


def test_if_any_is_opened_by_hand_whatever_rhythm_stands_beside() -> None:
    told = Cadence(if_any=True, rates=(Rate(1, "month"),))
    schedule = slots(plan_of(Task("A", "Cuộc thi", cadence=told)), CALENDAR)
    assert schedule.slots == ()
    assert [each.task for each in schedule.open] == ["A"]


def test_an_event_falls_in_the_period_and_one_that_is_no_day_is_open() -> None:
    winter = Period(date(2025, 12, 15), date(2026, 3, 15))
    new_year = Task("A", "Tổng kết", cadence=Cadence(event="Ngày 31/12"))
    leap = Task("B", "Lạ", cadence=Cadence(event="Ngày 30/02"))
    schedule = slots(
        Plan("x", "x", winter, tasks=(new_year, leap, Task("C", "c", cadence=Cadence()))), CALENDAR
    )
    assert [slot.by for slot in schedule.slots] == [date(2025, 12, 31)]
    assert [each.task for each in schedule.open] == ["B", "C"]
