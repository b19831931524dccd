"""Seconds to rehearse the whole year of the Đắk Tô plan over the sandbox."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import datetime
from datetime import time as clock
from pathlib import Path

from benchmarks.office import table
from commands import logs
from commands.rehearsal import Rehearsal, Result
from commands.stage import stage
from plan import file
from zone import HANOI

PLAN = Path(__file__).parent.parent / "plans" / "dak-to-2025.toml"
MORNING = clock(7)
BUDGET = 20.0  # seconds (design §13)


def main() -> int:
    logs.set_up(sys.stderr, "critical")
    result, calls = rehearse()
    table(
        f"rehearsal: {PLAN.stem}, {result.first:%d/%m/%Y}–{result.last:%d/%m/%Y}",
        (
            "seconds",
            f"{result.seconds:.1f}",
            f"≤ {BUDGET:.0f}",
            f"{result.seconds / BUDGET:.2f}",
        ),
        ("publications sent", str(result.sent), "", ""),
        ("calls to the services", str(calls), "", ""),
        ("readings", str(result.readings), "", ""),
        ("duplicates", str(result.duplicates), "0", ""),
    )
    return 0 if result.seconds <= BUDGET and not result.duplicates else 1


def rehearse() -> tuple[Result, int]:
    plan, begun = file.load(PLAN), time.perf_counter()
    first, last = plan.period.first, plan.period.last
    start = datetime.combine(first, MORNING, HANOI)
    with (
        tempfile.TemporaryDirectory() as folder,
        stage(plan, file.text(PLAN), Path(folder), start) as ready,
    ):
        rehearsal = Rehearsal(ready, plan)
        rehearsal.run(first, last)
        return rehearsal.result(first, last, begun), len(ready.sandbox.calls())


if __name__ == "__main__":
    sys.exit(main())
