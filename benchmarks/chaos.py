"""Kill workers at random moments under every fault, and look whether anything went out twice.

    python -m benchmarks.chaos [--kills 500] [--workers 3]

Real processes on one SQLite file, against a sandbox over real HTTP. Exit 1 where anything stands
on a wall twice, was lost, or was not told.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.chaos_office import (
    Nursery,
    fault_orders,
    lay_out,
    open_office,
    open_outside,
    work,
)
from benchmarks.chaos_people import People, Walls, unsettled
from benchmarks.chaos_verdict import Verdict, Watch, judge

LIMIT_S = 60.0
AIM_S = 0.5
DRAIN_S = 90.0


@dataclass
class Chaos:
    """One run: workers at work, killed and replaced."""

    nursery: Nursery
    people: People
    every: float
    watch: Watch = field(default_factory=Watch)
    workers: list[int] = field(default_factory=list)
    kills: int = 0
    amid: int = 0  # kills of a worker that was sending
    crashed: int = 0
    hits: Counter[str] = field(default_factory=Counter)

    def begin(self, workers: int) -> None:
        self.workers = [self.nursery.start() for _ in range(workers)]

    def run(self, kills: int, show: Callable[[], None]) -> None:
        while self.kills < kills:
            self._wait(random.expovariate(1 / self.every))
            self._kill_one()
            show()

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.watch.look(self.people.app)
            time.sleep(min(left, 0.05))

    def _kill_one(self) -> None:
        """Mostly while it sends: between its claim and the end of the call, anywhere."""
        place = random.randrange(len(self.workers))
        victim = self.workers[place]
        if random.random() < 0.7:
            end = time.monotonic() + AIM_S
            while not self._is_sending(victim) and time.monotonic() < end:
                time.sleep(0.002)
            time.sleep(random.random() * 0.05)
        if not self.nursery.kill(victim):
            self.crashed += 1
        self.amid += self._is_sending(victim)
        self.kills += 1
        self.workers[place] = self.nursery.start()

    def _is_sending(self, pid: int) -> bool:
        return any(f":{pid}:" in worker for _, worker in self.watch.look(self.people.app))

    def drain(self, walls: Walls) -> None:
        """Everything works again: what is under way comes to its end."""
        self.people.feeding = False
        armed = walls.ask("GET", "/faults")["armed"]
        for each in armed:
            self.hits[each["kind"]] += each["hits"]
        walls.ask("DELETE", "/faults")
        walls.ask("POST", "/heal", {})
        self._stop_all()  # a worker remembers what a service told it of its limits
        self.begin(len(self.workers))
        end = time.monotonic() + DRAIN_S
        while unsettled(self.people.app) and time.monotonic() < end:
            self.watch.look(self.people.app)
            time.sleep(0.05)
        self._stop_all()

    def _stop_all(self) -> None:
        self.crashed += sum(self.nursery.stop(pid) != 0 for pid in self.workers)


def run(folder: Path, told: argparse.Namespace) -> bool:
    """Whether all went well."""
    nursery = Nursery(partial(work, folder))
    outside = open_outside(folder, nursery.line)
    accounts = lay_out(folder, outside, told.lease)
    app = open_office(folder)
    people, walls = People(app, outside, accounts, told.lease + 0.5), Walls(outside)
    for order in fault_orders(told.chance):
        walls.ask("POST", "/faults", order)
    chaos, begun = Chaos(nursery, people, told.every), time.monotonic()
    people.start()
    chaos.begin(told.workers)
    chaos.run(told.kills, lambda: _progress(chaos, begun))
    chaos.drain(walls)
    people.stop()
    verdict = judge(app, walls, accounts, chaos.watch)
    _print(chaos, verdict, time.monotonic() - begun)
    app.store.close()
    nursery.close()
    outside.stop()
    return not (verdict.duplicates or verdict.lost or verdict.untold or chaos.crashed) and (
        verdict.longest <= LIMIT_S
    )


def _progress(chaos: Chaos, begun: float) -> None:
    tty = sys.stderr.isatty()
    if tty or chaos.kills % 50 == 0:
        line = f"{chaos.kills} kills, {time.monotonic() - begun:.0f} s"
        print(line, end="\r" if tty else "\n", file=sys.stderr, flush=True)


def _print(chaos: Chaos, verdict: Verdict, took: float) -> None:
    people = chaos.people
    rows = {
        "kills": f"{chaos.kills} ({chaos.amid} amid a send) in {took:.0f} s",
        "publications": f"{verdict.publications}: {_counts(verdict.states)}",
        "attempts": _counts(verdict.attempts),
        "faults": _counts(chaos.hits),
        "people": f"{_counts(people.answers)}, resent {people.resent}",
        "duplicates": str(len(verdict.duplicates)),
        "lost": str(len(verdict.lost)),
        "not told": str(len(verdict.untold)),
        "workers that crashed": str(chaos.crashed),
        "unknown listed within": f"{max(verdict.surfaced, default=0):.1f} s (budget {LIMIT_S:.0f})",
        "unknown told within": f"{max(verdict.told, default=0):.1f} s (budget {LIMIT_S:.0f})",
    }
    for name, value in rows.items():
        print(f"{name:22} {value}")
    for line in (*verdict.duplicates, *verdict.lost, *verdict.untold, *people.trouble[:20]):
        print(f"  {line}")


def _counts(counter: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counter.items())) or "none"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--kills", type=int, default=500)
    asked.add_argument("--workers", type=int, default=3)
    asked.add_argument("--every", type=float, default=0.25, help="seconds between kills")
    asked.add_argument("--chance", type=float, default=0.012, help="of each fault, at each call")
    asked.add_argument("--lease", type=float, default=1.0, help="seconds")
    told = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="loa-chaos-"))
    well = run(folder, told)
    if well:
        shutil.rmtree(folder)
    else:
        print(f"kept for whoever looks into it: {folder}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
