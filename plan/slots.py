"""A plan laid over its period: the dated slots, and what cannot be dated. Pure: no clock.

The same plan gives the same slots with the same ids on every run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, Literal

from plan import cadence
from plan.cadence import Window
from plan.calendar import Calendar
from plan.values import Cadence, Plan, Rate, Task

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
    notes = [(task, *_undated(task)) for task in plan.tasks]
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
    found = _windows(task.cadence, plan, counts_since)
    firsts = _firsts(task, found, calendar, counts_since)
    reruns = _reruns(task, firsts, calendar, counts_since)
    return tuple(sorted((*firsts, *reruns), key=lambda slot: (slot.due, slot.id)))


def coming(slots: Iterable[Slot], on: date, lead: timedelta) -> Iterator[Slot]:
    """The first airings that are due within `lead`, or overdue in a window still open."""
    for slot in slots:
        if not slot.is_rerun and slot.due.date() - lead <= on <= slot.by:
            yield slot


def event_day(cadence: Cadence, year: int) -> date | None:
    """The day of an event whose words carry one: "Ngày Chuyển đổi số quốc gia 10/10"."""
    told = DAY_MONTH.search(cadence.event)
    if not told:
        return None
    try:
        return date(year, int(told[2]), int(told[1]))
    except ValueError:
        return None


def as_json(slug: str, schedule: Schedule) -> dict[str, Any]:
    """The shape of contracts §5 `plan slots`."""
    return {
        "plan": slug,
        "slots": [_slot_json(slot) for slot in schedule.slots],
        "silences": [{"task": each.task, "days": each.days} for each in schedule.silences],
        "open": [{"task": each.task, "why": each.why} for each in schedule.open],
        "questions": [{"task": each.task, "why": each.why} for each in schedule.questions],
    }


def _windows(told: Cadence, plan: Plan, counts_since: date) -> tuple[Window, ...]:
    if told.repeats:
        return cadence.windows(told, plan.period)
    year = plan.period.last.year
    if told.event and not told.by and not told.continuous and (day := event_day(told, year)):
        found: tuple[Window, ...] = (Window(told.first or plan.period.first, day),)
    else:
        found = cadence.windows(told, plan.period)
    # What is done once can begin only when the plan is there: its window starts no earlier.
    return tuple(Window(max(w.first, min(counts_since, w.last)), w.last) for w in found)


def _firsts(
    task: Task, found: Sequence[Window], calendar: Calendar, counts_since: date
) -> tuple[Slot, ...]:
    seen: Counter[date] = Counter()
    made = []
    for number, window in enumerate(found, 1):
        seen[window.first] += 1
        twin = f".{seen[window.first]}" if seen[window.first] > 1 else ""
        made.append(
            Slot(
                id=f"{task.id}@{window.first}{twin}",
                task=task.id,
                number=number,
                of=len(found),
                first=window.first,
                by=window.last,
                due=_due(task, window, calendar),
                counted=window.first >= counts_since,
            )
        )
    return tuple(made)


def _reruns(
    task: Task, firsts: Sequence[Slot], calendar: Calendar, counts_since: date
) -> Iterator[Slot]:
    if not task.reruns:
        return
    for _, group in groupby(firsts, key=lambda slot: _block(slot, task.reruns[0])):
        airings = list(group)
        for i, airing in enumerate(airings):
            # Re-runs that do not divide evenly go to the earlier airings of the block.
            n = (task.reruns[0].n + len(airings) - 1 - i) // len(airings)
            yield from _reruns_of(task, airing, n, calendar, counts_since)


def _reruns_of(
    task: Task, airing: Slot, n: int, calendar: Calendar, counts_since: date
) -> Iterator[Slot]:
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


def _block(slot: Slot, rate: Rate) -> tuple[int, ...]:
    day = slot.first
    if rate.unit == "issue":
        return (slot.number,)
    if rate.unit == "week":
        return tuple(day.isocalendar()[:2])
    return (day.year, (day.month - 1) // cadence.MONTHS[rate.unit])


def _due(task: Task, window: Window, calendar: Calendar) -> datetime:
    """The last working day of the window; with re-runs, of its first part, to leave them room."""
    last = window.last
    if task.reruns:
        last = cadence.even(window, _rerun_share(task) + 1)[0].last
    return calendar.at(calendar.last_good_day(window.first, last), _hour(task))


def _rerun_share(task: Task) -> int:
    """About how many re-runs follow one airing."""
    told, rerun = task.cadence, task.reruns[0]
    same = [r.n for r in told.rates if r.unit == rerun.unit] if told else []
    return max(1, -(-rerun.n // same[0]) if same else rerun.n)


def _hour(task: Task) -> time:
    on_air = any(channel.startswith("radio.") for channel in task.channels)
    return EVENING_AIRING if on_air else MORNING


def _undated(task: Task) -> tuple[str, str]:
    """(why it is open, what must be asked), "" where neither."""
    told = task.cadence
    if told is None:
        return "Kế hoạch không nêu thời gian: mở bằng tay khi làm.", ""
    words = told.event or task.frequency_text or "theo yêu cầu"
    if told.periodic and not told.repeats:
        return "", "“Định kỳ” nhưng không nêu khoảng cách: cần chọn bao lâu một lần."
    if told.number_unsaid:
        return "", "Nêu kỳ nhưng không nêu số lượng: đang tính ít nhất một lần mỗi kỳ."
    if told.on_demand or told.if_any:
        return f"Làm khi có yêu cầu hoặc khi phát sinh ({words}).", ""
    undated_event = bool(told.event) and event_day(told, 2000) is None
    if undated_event and (told.continuous or not (told.repeats or told.one_off)):
        return f"Mở khi có sự kiện: {told.event}.", ""
    return "", ""


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
