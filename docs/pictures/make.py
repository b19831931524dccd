"""Draws docs/pictures/demo.svg, the picture in the README: `python -m docs.pictures.make`.

Table, plan and slots are the program's own; what was done is invented.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from rich.console import Console

from commands import tables
from plan import file, progress, slots
from plan.calendar import Calendar
from plan.progress import Deed, Line, Reach
from plan.slots import Schedule, Slot

HERE = Path(__file__).parent
PLAN = HERE.parents[1] / "plans" / "dak-to-2025.toml"
ON = date(2025, 11, 20)
COLUMNS = 130
BULLETIN, RADIO = "DT-C.I.2.a", "DT-C.I.2.c"
FORGOTTEN = {f"{BULLETIN}@2025-10-08", f"{RADIO}@2025-10-01.r3"}
ALSO_DONE = [
    Deed("DT-C.I.3.a", on=date(2025, 9, 26), reach=Reach(views=2310)),
    Deed("DT-C.II.3", on=date(2025, 9, 18)),
    Deed("DT-C.I.3.d", on=date(2025, 10, 30), reach=Reach(views=640)),
    Deed("DT-C.II.1", on=date(2025, 10, 21)),
    Deed("DT-C.II.2", on=date(2025, 11, 12), reach=Reach(views=1875)),
]
FONTS = "Cascadia Mono, Consolas, Menlo, Noto Sans Mono, Liberation Mono, monospace"
STILL_TO_DO = {"DT-C.I.1", "DT-C.I.3.c", "DT-C.II.5"}
VIEWS = (412, 655, 508, 731, 890)


def main() -> None:
    plan = file.load(PLAN)
    schedule = slots.slots(plan, Calendar())
    lines = progress.progress(plan, schedule, [*regular_work(schedule), *ALSO_DONE], ON)
    shown = [line for line in progress.worst_first(lines) if is_worth_showing(line)]
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(tables.progress_table(plan, "UBND xã Đắk Tô", ON, shown))
    svg = console.export_svg(title="loa plan progress --on 20/11/2025", unique_id="loa")
    (HERE / "demo.svg").write_text(with_plain_fonts(svg), encoding="utf-8")


def regular_work(schedule: Schedule) -> Iterator[Deed]:
    """The bulletin and the radio segment so far, all but what was forgotten."""
    own = [each for task in (BULLETIN, RADIO) for each in schedule.of_task(task)]
    due = [slot for slot in own if slot.counted and slot.by < ON and slot.id not in FORGOTTEN]
    for number, slot in enumerate(due):
        yield Deed(slot.task, on=slot.by, slot=slot.id, reach=views(slot, number))


def views(slot: Slot, number: int) -> Reach:
    """A loudspeaker tells nothing."""
    return Reach(views=VIEWS[number % len(VIEWS)]) if slot.task == BULLETIN else Reach()


def is_worth_showing(line: Line) -> bool:
    return line.done > 0 or line.task.id in STILL_TO_DO


def with_plain_fonts(svg: str) -> str:
    """The picture fetches nothing, and asks for fonts that have every Vietnamese letter."""
    svg = re.sub(r"@font-face \{[^}]*\}\s*", "", svg).replace("Fira Code, monospace", FONTS)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


if __name__ == "__main__":
    main()
