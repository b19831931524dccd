"""A lane: one configured channel as the ledger sees it, with its clocks and its limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal

from channels.base import Channel
from zone import HANOI

Quiet = Callable[[time], bool]


@dataclass(frozen=True, slots=True)
class Clocks:
    """Every clock of the ledger for one channel (contracts §2 `[delivery]`)."""

    lease: timedelta = timedelta(seconds=30)
    settle: tuple[timedelta, ...] = tuple(timedelta(seconds=s) for s in (15, 60, 300))
    measure: tuple[timedelta, ...] = tuple(timedelta(hours=h) for h in (1, 6, 24, 72, 168, 720))
    late_after: timedelta = timedelta(days=1)
    spread_overdue: timedelta = timedelta(minutes=10)
    spread: timedelta = timedelta(seconds=5)
    retry_max: int = 8
    pending_max: timedelta = timedelta(minutes=30)  # then a slow confirm counts as unknown


@dataclass(frozen=True, slots=True)
class Lane:
    """`channel` is None where a person does the publishing, or where `problem` says why not."""

    name: str
    unit: str
    channel: Channel | None = None
    manual: bool = False
    problem: str = ""
    clocks: Clocks = field(default_factory=Clocks)
    rate_per_min: float | None = None
    is_quiet: Quiet | None = None
    broadcast: Literal["never", "ask", "always"] = "never"
    responsible: tuple[str, ...] = ()
    instructions: str = ""

    def quiet_at(self, now: datetime) -> bool:
        return self.is_quiet is not None and self.is_quiet(now.astimezone(HANOI).time())


Lanes = Mapping[str, Lane]
