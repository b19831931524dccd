"""The plan as values: what was promised, word for word, and in machine form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

IntervalUnit = Literal["day", "week", "month", "quarter", "year"]
RateUnit = Literal["week", "month", "quarter", "year", "issue"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Every `n` units: 2 weeks, 1 month."""

    n: int
    unit: IntervalUnit


@dataclass(frozen=True, slots=True)
class Rate:
    """`n` times in each unit: 26 a year, 4 a month; for re-runs also 2 an issue."""

    n: int
    unit: RateUnit


@dataclass(frozen=True, slots=True)
class Cadence:
    """The rhythm of a task, in the machine form of the plan schema."""

    every: Interval | None = None
    rates: tuple[Rate, ...] = ()
    number_unsaid: bool = False  # "hằng tháng": the period is given, the number is not
    first: date | None = None
    last: date | None = None
    by: date | None = None
    window_text: str = ""
    continuous: bool = False
    periodic: bool = False
    on_demand: bool = False
    if_any: bool = False
    event: str = ""

    @property
    def repeats(self) -> bool:
        return self.every is not None or bool(self.rates)

    @property
    def one_off(self) -> bool:
        """One window: to be done once in it."""
        told = self.by or self.first or self.last
        loose = self.continuous or self.periodic or self.on_demand or self.if_any
        return bool(told) and not self.repeats and not loose


@dataclass(frozen=True, slots=True)
class Period:
    first: date
    last: date
    text: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    id: str
    code: str
    title: str
    lines: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    id: str
    title: str
    section: str = ""
    lead: str = ""
    co_leads: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    time_text: str = ""
    frequency_text: str = ""
    cadence: Cadence | None = None
    reruns: tuple[Rate, ...] = ()
    product: str = ""
    lines: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One plan. `date` is None where the source does not tell it; `tables` is the file as read."""

    slug: str
    title: str
    period: Period
    number: str = ""
    date: date | None = None
    issuer: str = ""
    topics: tuple[Topic, ...] = ()
    tasks: tuple[Task, ...] = ()
    tables: dict[str, Any] | None = None

    def task(self, id: str) -> Task | None:
        return next((task for task in self.tasks if task.id == id), None)
