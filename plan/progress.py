"""A plan against what was done: where each task stands on a day, and why. Pure, over facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from plan.slots import Schedule, Slot
from plan.values import Plan, Task


@dataclass(frozen=True, slots=True)
class Reach:
    """None means "not told", never zero."""

    views: int | None = None
    reactions: int | None = None
    comments: int | None = None
    shares: int | None = None

    def __add__(self, other: Reach) -> Reach:
        return Reach(
            _sum(self.views, other.views),
            _sum(self.reactions, other.reactions),
            _sum(self.comments, other.comments),
            _sum(self.shares, other.shares),
        )


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done for a task.

    `slot` is the slot it was done for, where somebody said so or the ledger knows. `whole` is
    False while it went out on some of the task's channels only.
    """

    task: str
    on: date
    slot: str | None = None
    links: tuple[str, ...] = ()
    reach: Reach = field(default_factory=Reach)
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """Where one task stands. `target` is None where the plan gives no quota.

    `target` counts first airings and re-runs together; `reruns_…` tell the re-runs apart.
    """

    task: Task
    target_to_date: int | None
    target: int | None
    done: int
    on_time: int
    late: int
    missed: int
    partly: int
    waiting: int
    forecast: int | None
    next_due: datetime | None
    reach: Reach
    links: tuple[str, ...]
    why: str
    reruns_target: int = 0
    reruns_done: int = 0
    silent_days: int | None = None
    silence_limit: int | None = None

    @property
    def is_behind(self) -> bool:
        return self.missed > 0 or self.partly > 0 or self.is_silent

    @property
    def is_silent(self) -> bool:
        if self.silence_limit is None or self.silent_days is None:
            return False
        return self.silent_days > self.silence_limit


def progress(plan: Plan, schedule: Schedule, deeds: Iterable[Deed], on: date) -> tuple[Line, ...]:
    """One line a task, in the plan's order."""
    by_task: dict[str, list[Deed]] = {}
    for deed in deeds:
        by_task.setdefault(deed.task, []).append(deed)
    return tuple(_line(plan, task, schedule, by_task.get(task.id, []), on) for task in plan.tasks)


def worst_first(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Late ones first, then what is due soonest, then what has no date."""

    def rank(line: Line) -> tuple[bool, int, str]:
        soon = line.next_due.isoformat() if line.next_due else "~"
        return (not line.is_behind, -(line.missed + line.partly), soon)

    return tuple(sorted(lines, key=rank))


def fill(slots: Sequence[Slot], deeds: Sequence[Deed]) -> dict[str, list[Deed]]:
    """Which deeds fill which slot.

    A deed that names no slot, or one that the plan no longer has, fills the slot whose window
    holds its day; else the latest one still empty before it; else the next one.
    """
    filled: dict[str, list[Deed]] = {slot.id: [] for slot in slots}
    loose = []
    for deed in sorted(deeds, key=lambda each: each.on):
        if deed.slot in filled:
            filled[deed.slot].append(deed)
        else:
            loose.append(deed)
    counts_since = min((slot.first for slot in slots if slot.counted), default=date.max)
    for deed in loose:
        empty = [slot for slot in slots if not filled[slot.id]]
        if home := _home(empty, deed.on, counts_since):
            filled[home.id].append(deed)
    return filled


def as_json(slug: str, unit: str, on: date, lines: Iterable[Line]) -> dict[str, Any]:
    """The shape of contracts §5 `plan progress`, with re-runs, silence and the reason beside it."""
    return {
        "plan": slug,
        "unit": unit,
        "on": on.isoformat(),
        "tasks": [line_json(line) for line in lines],
    }


def line_json(line: Line) -> dict[str, Any]:
    return {
        "id": line.task.id,
        "title": line.task.title,
        "target_to_date": line.target_to_date,
        "target": line.target,
        "done": line.done,
        "on_time": line.on_time,
        "late": line.late,
        "missed": line.missed,
        "partly": line.partly,
        "waiting": line.waiting,
        "forecast": line.forecast,
        "next_due": line.next_due.isoformat() if line.next_due else None,
        "reach": {
            "views": line.reach.views,
            "reactions": line.reach.reactions,
            "comments": line.reach.comments,
            "shares": line.reach.shares,
        },
        "links": list(line.links),
        "reruns": {"target": line.reruns_target, "done": line.reruns_done},
        "silent_days": line.silent_days,
        "why": line.why,
    }


@dataclass(frozen=True, slots=True)
class _Standing:
    """One slot that weighs, and how it stands."""

    slot: Slot
    done_on: date | None
    partly: bool

    def is_late(self) -> bool:
        return self.done_on is not None and self.done_on > self.slot.by

    def is_missed(self, on: date) -> bool:
        return self.done_on is None and not self.partly and self.slot.by < on

    def is_waiting(self, on: date) -> bool:
        open_now = self.slot.first <= on <= self.slot.by
        return self.done_on is None and not self.partly and open_now


def _line(plan: Plan, task: Task, schedule: Schedule, deeds: list[Deed], on: date) -> Line:
    known = [deed for deed in deeds if deed.on <= on]
    slots = schedule.of_task(task.id)
    if not slots:
        return _unquoted(plan, task, schedule, known, on)
    standings = [each for each in _standings(slots, known) if _weighs(each)]
    done = [each for each in standings if each.done_on is not None]
    due = sum(each.slot.by <= on for each in standings)
    ahead = [each for each in standings if each.done_on is None and each.slot.by >= on]
    missed = sum(each.is_missed(on) for each in standings)
    return Line(
        task=task,
        target_to_date=due,
        target=len(standings),
        done=len(done),
        on_time=sum(not each.is_late() for each in done),
        late=sum(each.is_late() for each in done),
        missed=missed,
        partly=sum(each.partly for each in standings),
        waiting=sum(each.is_waiting(on) for each in standings),
        forecast=_forecast(standings, on),
        next_due=min((_planned(each.slot, on) for each in ahead), default=None),
        reach=_reach(known),
        links=_links(known),
        why=_why(standings, on),
        reruns_target=sum(each.slot.is_rerun for each in standings),
        reruns_done=sum(each.slot.is_rerun for each in done),
    )


def _unquoted(plan: Plan, task: Task, schedule: Schedule, deeds: list[Deed], on: date) -> Line:
    limit = next((each.days for each in schedule.silences if each.task == task.id), None)
    silent = None
    if limit is not None:
        start = max(plan.period.first, plan.date or plan.period.first)
        last = max((deed.on for deed in deeds), default=start)
        silent = max(0, (min(on, plan.period.last) - last).days)
    whole = sum(deed.whole for deed in deeds)
    why = next((each.why for each in schedule.questions if each.task == task.id), "")
    why = why or next((each.why for each in schedule.open if each.task == task.id), "")
    if silent is not None and limit is not None and silent > limit:
        why = f"Đã {silent} ngày chưa có gì (mức nhắc: {limit} ngày)."
    return Line(
        task=task,
        target_to_date=None,
        target=None,
        done=whole,
        on_time=whole,
        late=0,
        missed=0,
        partly=len(deeds) - whole,
        waiting=0,
        forecast=None,
        next_due=None,
        reach=_reach(deeds),
        links=_links(deeds),
        why=why,
        silent_days=silent,
        silence_limit=limit,
    )


def _standings(slots: Sequence[Slot], deeds: Sequence[Deed]) -> list[_Standing]:
    filled = fill(slots, deeds)
    standings = []
    for slot in slots:
        whole = [deed.on for deed in filled[slot.id] if deed.whole]
        partly = bool(filled[slot.id]) and not whole
        standings.append(_Standing(slot, min(whole, default=None), partly))
    return standings


def _weighs(standing: _Standing) -> bool:
    return standing.slot.counted or standing.done_on is not None or standing.partly


def _home(empty: Sequence[Slot], on: date, counts_since: date) -> Slot | None:
    """The window that holds the day, else the latest before it, else the next.

    What was done since the plan counts never makes an issue of before it a late one.
    """
    holding = [slot for slot in empty if slot.first <= on <= slot.by]
    before = [slot for slot in empty if slot.by < on and (slot.counted or on < counts_since)]
    after = [slot for slot in empty if slot.first > on]
    for found in (holding[:1], before[-1:], after[:1]):
        if found:
            return found[0]
    return None


def _forecast(standings: Sequence[_Standing], on: date) -> int:
    """What the period will end with if the rest goes as it went so far.

    One kept promise is assumed beside the past ones: a bad start is no verdict on the year.
    """
    past = [each for each in standings if each.slot.by < on and each.slot.counted]
    done = sum(each.done_on is not None for each in standings)
    ahead = sum(each.done_on is None and each.slot.by >= on for each in standings)
    kept = (sum(each.done_on is not None for each in past) + 1) / (len(past) + 1)
    return done + round(ahead * kept)


def _planned(slot: Slot, on: date) -> datetime:
    """When it is next due: its own time, or once that has passed, the end of its window."""
    if slot.due.date() >= on:
        return slot.due
    return datetime.combine(slot.by, slot.due.timetz())


def _why(standings: Sequence[_Standing], on: date) -> str:
    missed = [each.slot for each in standings if each.is_missed(on)]
    if missed:
        names = ", ".join(slot_name(slot) for slot in missed[:3])
        more = f" và {len(missed) - 3} kỳ khác" if len(missed) > 3 else ""
        return f"Chưa làm: {names}{more}."
    partly = [each.slot for each in standings if each.partly]
    if partly:
        return f"Mới xong một phần: {', '.join(slot_name(slot) for slot in partly[:3])}."
    return ""


def slot_name(slot: Slot) -> str:
    """“số 14/26”, “phát lại 2/3 (số 5)”, in the words of the office."""
    if slot.is_rerun:
        return f"phát lại {slot.number}/{slot.of} (hạn {slot.by:%d/%m})"
    if slot.of == 1:
        return f"việc hạn {slot.by:%d/%m}"
    return f"số {slot.number}/{slot.of} (hạn {slot.by:%d/%m})"


def _reach(deeds: Iterable[Deed]) -> Reach:
    total = Reach()
    for deed in deeds:
        total = total + deed.reach
    return total


def _links(deeds: Iterable[Deed]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link for deed in deeds for link in deed.links if link))


def _sum(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return one if other is None else other
    return one + other
