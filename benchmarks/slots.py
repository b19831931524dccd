"""Seconds to lay the plans of 100 units over 10 years."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from benchmarks.office import table
from plan import file
from plan.calendar import Calendar
from plan.slots import slots
from plan.values import Cadence, Period, Plan, Task

PLANS = Path(__file__).parent.parent / "plans"
UNITS, FIRST_YEAR, YEARS = 100, 2026, 10
BUDGET = 5.0  # seconds


def main() -> int:
    plans, calendar = list(_plans()), Calendar()
    begun = time.perf_counter()
    count = sum(len(slots(plan, calendar).slots) for plan in plans)
    took = time.perf_counter() - begun
    table(
        f"slots: {UNITS} units, {YEARS} years: {len(plans)} plans, {count} slots",
        ("seconds", f"{took:.2f}", f"≤ {BUDGET:.0f}", f"{took / BUDGET:.2f}"),
        ("microseconds a slot", f"{took / count * 1e6:.0f}", "", ""),
    )
    return 0 if took <= BUDGET else 1


def _plans() -> Iterator[Plan]:
    """The seed plans in turn, one a unit, moved into each of the years: none is like another."""
    seeds = [file.load(path) for path in sorted(PLANS.glob("*.toml"))]
    for unit in range(UNITS):
        seed = seeds[unit % len(seeds)]
        for year in range(FIRST_YEAR, FIRST_YEAR + YEARS):
            yield _moved(seed, year - seed.period.first.year, unit)


def _moved(plan: Plan, years: int, unit: int) -> Plan:
    first, last = _later(plan.period.first, years), _later(plan.period.last, years)
    return replace(
        plan,
        slug=f"don-vi-{unit}-{first.year}",
        period=Period(first, last),
        date=plan.date and _later(plan.date, years),
        tasks=tuple(_moved_task(task, years) for task in plan.tasks),
    )


def _moved_task(task: Task, years: int) -> Task:
    return replace(task, cadence=task.cadence and _moved_cadence(task.cadence, years))


def _moved_cadence(told: Cadence, years: int) -> Cadence:
    return replace(
        told,
        first=told.first and _later(told.first, years),
        last=told.last and _later(told.last, years),
        by=told.by and _later(told.by, years),
    )


def _later(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28) if day.month == 2 else day.day)


if __name__ == "__main__":
    sys.exit(main())
