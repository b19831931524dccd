"""A plan laid over its period: the dated slots, and what cannot be dated. Pure: no clock.

The same plan gives the same slots with the same ids on every run.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Literal

from plan import cadence
from plan.cadence import Window
from plan.calendar import Calendar
from plan.values import Cadence, Period, Plan, Task

DAY = timedelta(days=1)
MORNING = time(9, 0)
EVENING_AIRING = time(17, 0)  # the afternoon session of most commune stations (facts §11)
DAY_MONTH = re.compile(r"\b(\d{1,2})/(\d{1,2})\b")

CountFrom = Literal["issued", "period"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One due occurrence: to be done in `first`-`by`, planned for the moment `due`.

    `number` of `of` counts first airings over the period, and re-runs within their first airing.
    """

    id: str
    task: str
    number: int
    of: int
    first: date
    by: date
    due: datetime
    counted: bool
    of_slot: str | None = None

    @property
    def is_rerun(self) -> bool:
        return self.of_slot is not None


@dataclass(frozen=True, slots=True)
class Silence:
    """A task without a quota: an alarm after so many days without anything."""

    task: str
    days: int


@dataclass(frozen=True, slots=True)
class Note:
    task: str
    why: str


@dataclass(frozen=True, slots=True)
class Schedule:
    slots: tuple[Slot, ...] = ()
    silences: tuple[Silence, ...] = ()
    open: tuple[Note, ...] = ()  # done when somebody asks, or when something happens
    questions: tuple[Note, ...] = ()  # what the officer must settle

    def slot(self, id: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.id == id), None)

    def of_task(self, task: str) -> tuple[Slot, ...]:
        return tuple(slot for slot in self.slots if slot.task == task)

    def between(self, first: date | None, last: date | None) -> Schedule:
        """Only the slots that touch these days; ids and numbers stay."""
        kept = (
            s for s in self.slots if (not last or s.first <= last) and (not first or s.by >= first)
        )
        return replace(self, slots=tuple(kept))


@lru_cache(maxsize=256)
def slots(
    plan: Plan,
    calendar: Calendar,
    *,
    count_from: CountFrom = "issued",
    silence_days: int = 14,
) -> Schedule:
    """Every slot of every task of a plan, in order of task and date."""
    counts_since = plan.period.first if count_from == "period" else (plan.date or plan.period.first)
    dated = [s for task in plan.tasks for s in task_slots(task, plan, calendar, counts_since)]
    notes = [(task, *_undated(task, plan.period)) for task in plan.tasks]
    return Schedule(
        slots=tuple(dated),
        silences=tuple(
            Silence(task.id, silence_days)
            for task in plan.tasks
            if task.cadence and task.cadence.continuous
        ),
        open=tuple(Note(task.id, why) for task, why, _ in notes if why),
        questions=tuple(Note(task.id, why) for task, _, why in notes if why),
    )


def task_slots(task: Task, plan: Plan, calendar: Calendar, counts_since: date) -> tuple[Slot, ...]:
    if task.cadence is None:
        return ()
    found = _windows(task.cadence, plan)
    echoes = _echoes(task, found)
    firsts = _firsts(task, found, echoes, calendar, counts_since)
    reruns = [
        rerun
        for airing, n in zip(firsts, echoes, strict=True)
        for rerun in _reruns_of(task, airing, n, calendar, counts_since)
    ]
    return tuple(sorted((*firsts, *reruns), key=lambda slot: (slot.due, slot.id)))


def coming(slots: Iterable[Slot], on: date, lead: timedelta) -> Iterator[Slot]:
    """The first airings that are due within `lead`, or overdue in a window still open."""
    for slot in slots:
        if not slot.is_rerun and slot.due.date() - lead <= on <= slot.by:
            yield slot


def event_day(cadence: Cadence, period: Period) -> date | None:
    """The day, in the period if it can be, of an event whose words carry one: "… 10/10"."""
    told = DAY_MONTH.search(cadence.event)
    if not told:
        return None
    years = range(period.first.year, period.last.year + 1)
    days = [day for year in years if (day := _day(year, int(told[2]), int(told[1])))]
    inside = [day for day in days if period.first <= day <= period.last]
    return next(iter(inside), days[-1] if days else None)


def as_json(slug: str, schedule: Schedule) -> dict[str, Any]:
    """The shape of contracts §5 `plan slots`."""
    return {
        "plan": slug,
        "slots": [_slot_json(slot) for slot in schedule.slots],
        "silences": [{"task": each.task, "days": each.days} for each in schedule.silences],
        "open": [{"task": each.task, "why": each.why} for each in schedule.open],
        "questions": [{"task": each.task, "why": each.why} for each in schedule.questions],
    }


def _windows(told: Cadence, plan: Plan) -> tuple[Window, ...]:
    if told.if_any or told.on_demand:
        return ()  # opened by hand, whatever rhythm is said beside
    day = event_day(told, plan.period)
    if day and not (told.repeats or told.by or told.continuous):
        return (Window(min(told.first or plan.period.first, day), day),)
    return cadence.windows(told, plan.period)


def _echoes(task: Task, found: Sequence[Window]) -> list[int]:
    """How many re-runs follow each airing: all that fall due before the next one begins."""
    if not task.reruns or not found:
        return [0] * len(found)
    rate = task.reruns[0]
    if rate.unit == "issue":
        return [rate.n] * len(found)
    span = Period(found[0].first, found[-1].last)
    due = [window.first for window in cadence.windows(Cadence(rates=(rate,)), span)]
    starts = [window.first for window in found]
    counts = Counter(max(0, bisect_right(starts, day) - 1) for day in due)
    return [counts[i] for i in range(len(found))]


def _firsts(
    task: Task,
    found: Sequence[Window],
    echoes: Sequence[int],
    calendar: Calendar,
    counts_since: date,
) -> tuple[Slot, ...]:
    seen: Counter[date] = Counter()
    made = []
    for number, (window, n) in enumerate(zip(found, echoes, strict=True), 1):
        seen[window.first] += 1
        twin = f".{seen[window.first]}" if seen[window.first] > 1 else ""
        begin = window.first
        if task.cadence and not task.cadence.repeats:
            # What is done once can begin only when the plan is there.
            begin = max(begin, min(counts_since, window.last))
        made.append(
            Slot(
                id=f"{task.id}@{window.first}{twin}",
                task=task.id,
                number=number,
                of=len(found),
                first=begin,
                by=window.last,
                due=_due(task, Window(begin, window.last), n, calendar),
                counted=begin >= counts_since,
            )
        )
    return tuple(made)


def _reruns_of(
    task: Task, airing: Slot, n: int, calendar: Calendar, counts_since: date
) -> Iterator[Slot]:
    if n == 0:
        return
    begin = min(airing.due.date() + DAY, airing.by)
    for i, part in enumerate(cadence.even(Window(begin, airing.by), n), 1):
        due = calendar.at(calendar.last_good_day(part.first, part.last), _hour(task))
        yield Slot(
            id=f"{airing.id}.r{i}",
            task=task.id,
            number=i,
            of=n,
            first=begin,
            by=airing.by,
            due=max(due, airing.due + timedelta(hours=i)),
            counted=begin >= counts_since,
            of_slot=airing.id,
        )


def _due(task: Task, window: Window, echoes: int, calendar: Calendar) -> datetime:
    """The last working day of the window; with re-runs, of its first part, to leave them room."""
    last = cadence.even(window, echoes + 1)[0].last
    return calendar.at(calendar.last_good_day(window.first, last), _hour(task))


def _hour(task: Task) -> time:
    on_air = any(channel.startswith("radio.") for channel in task.channels)
    return EVENING_AIRING if on_air else MORNING


def _undated(task: Task, period: Period) -> tuple[str, str]:
    """(why it is open, what must be asked), "" where neither."""
    told = task.cadence
    if told is None or told == Cadence():
        return "Kế hoạch không nêu thời gian: mở bằng tay khi làm.", ""
    if told.on_demand or told.if_any:
        words = told.event or task.frequency_text or "theo yêu cầu"
        return f"Làm khi có yêu cầu hoặc khi phát sinh ({words}).", ""
    if told.periodic and not told.repeats:
        return "", "“Định kỳ” nhưng không nêu khoảng cách: cần chọn bao lâu một lần."
    if told.number_unsaid and not told.repeats:
        return "", "Không nêu khoảng cách và số lượng: cần chọn bao lâu một lần."
    if told.number_unsaid:
        return "", "Nêu kỳ nhưng không nêu số lượng: đang tính ít nhất một lần mỗi kỳ."
    undated_event = bool(told.event) and event_day(told, period) is None
    if undated_event and not (told.repeats or told.by):
        return f"Mở khi có sự kiện: {told.event}.", ""
    return "", ""


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _slot_json(slot: Slot) -> dict[str, Any]:
    return {
        "id": slot.id,
        "task": slot.task,
        "number": slot.number,
        "of": slot.of,
        "kind": "rerun" if slot.is_rerun else "first",
        "of_slot": slot.of_slot,
        "from": slot.first.isoformat(),
        "by": slot.by.isoformat(),
        "due": slot.due.isoformat(),
        "counted": slot.counted,
    }
