"""Tables for a terminal, in the words of the office."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from models import STATE_NAMES, SendState
from plan.progress import Line, Reach
from plan.slots import Schedule, Slot
from plan.values import Plan
from plan.vocabulary import CHANNEL_NAMES

BAR = 8
OVERDUE = timedelta(minutes=1)


def plain(title: str = "", *, caption: str = "", expand: bool = False) -> Table:
    """The one look of all tables: few lines, room for words."""
    return Table(
        title=Text(title) if title else None,
        caption=Text(caption) if caption else None,
        expand=expand,
        box=box.SIMPLE_HEAD,
        title_style="bold",
        header_style="bold",
        pad_edge=False,
    )


def progress_table(plan: Plan, unit_name: str, on: date, lines: Iterable[Line]) -> Table:
    """What an official shows the vice-chairman: one line a task, late ones first."""
    table = plain(
        f"Tiến độ {plan.number or plan.slug} · {unit_name} · đến ngày {on:%d/%m/%Y}",
        expand=True,
        caption="✗ chậm, thiếu · ◐ xong một phần · … trong hạn · — không có chỉ tiêu",
    )
    table.add_column("Nhiệm vụ", ratio=1, no_wrap=True, min_width=16)
    for name, width in (("Đã làm", 7), ("Tiến độ", BAR), ("Kỳ tới", 6), ("Dự kiến", 7), ("Xem", 6)):
        side: Literal["left", "right"] = "left" if name in ("Tiến độ", "Kỳ tới") else "right"
        table.add_column(name, justify=side, no_wrap=True, min_width=width)
    table.add_column("Ghi chú", no_wrap=True, min_width=9)
    for line in lines:
        table.add_row(
            Text.assemble((line.task.id, "dim"), " ", line.task.title),
            _count(line),
            _bar(line),
            f"{line.next_due:%d/%m}" if line.next_due else "",
            "" if line.forecast is None else str(line.forecast),
            _views(line.reach),
            _note(line),
        )
    return table


def reasons(lines: Iterable[Line]) -> Text:
    """What is behind, and why: a line a task, under the table."""
    late = [f"✗ {line.task.id}: {line.why}" for line in lines if line.is_behind and line.why]
    return Text("\n".join(late))


def slots_table(plan: Plan, schedule: Schedule) -> Table:
    """The year as slots, a line a task and month."""
    table = plain(f"Lịch {plan.number or plan.slug}: {plan.title}")
    table.add_column("Kỳ", no_wrap=True)
    table.add_column("Nhiệm vụ", no_wrap=True)
    table.add_column("Từ ngày", no_wrap=True)
    table.add_column("Hạn", no_wrap=True)
    table.add_column("Dự kiến đăng", no_wrap=True)
    table.add_column("Tính chỉ tiêu", justify="center")
    for slot in schedule.slots:
        table.add_row(
            _slot_name(slot),
            slot.task,
            f"{slot.first:%d/%m/%Y}",
            f"{slot.by:%d/%m/%Y}",
            f"{slot.due:%H:%M %d/%m}",
            "✓" if slot.counted else "",
            style="" if slot.counted else "dim",
        )
    return table


def plan_table(plan: Plan) -> Table:
    """Every task of a plan: who leads it, where it goes, how often."""
    issued = f", ngày {plan.date:%d/%m/%Y}" if plan.date else ""
    table = plain(f"{plan.number or plan.slug}{issued}: {plan.title}")
    for name in ("Mã", "Nhiệm vụ", "Chủ trì", "Kênh", "Thời gian"):
        table.add_column(name)
    for task in plan.tasks:
        cells = (
            task.id,
            _short(task.title),
            "; ".join((task.lead, *task.co_leads)),
            ", ".join(CHANNEL_NAMES.get(each, each) for each in task.channels),
            task.frequency_text or task.time_text,
        )
        table.add_row(*map(Text, cells))
    return table


def publications_lines(rows: Iterable[Mapping[str, Any]], now: datetime) -> Text:
    """The queue for a person: a line of what, when, where and how; its link or reason below."""
    told = Text()
    for row in rows:
        due = datetime.fromisoformat(row["due"])
        told.append(f"{row['id']:>4}  ", style="bold")
        told.append(f"{due:%H:%M %d/%m/%Y}  {row['channel']:<10}  {_state(row, now)}\n")
        told.append(f"      {row['title']}\n")
        for each in (row["url"], row["reason"]):
            if each:
                told.append(f"      {each}\n", style="dim")
    return told


def _state(row: Mapping[str, Any], now: datetime) -> str:
    words = STATE_NAMES[SendState(row["state"])]
    if row["next"] is None:
        return words
    again = datetime.fromisoformat(row["next"])
    if row["attempts"] and again > now:
        return f"chờ gửi lại lúc {again:%H:%M}"
    return "đã đến giờ, chờ kênh" if again < now - OVERDUE else words


def show(*parts: object) -> None:
    console = Console()
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, Text))  # links stay whole, to be copied


def _short(title: str, room: int = 64) -> str:
    if len(title) <= room:
        return title
    return title[:room].rsplit(" ", 1)[0] + " …"


def _count(line: Line) -> str:
    if line.target is None:
        return f"{line.done} / —"
    return f"{line.done} / {line.target}"


def _bar(line: Line) -> Text:
    if not line.target:
        return Text("· " * (BAR // 2), style="dim")
    full = round(BAR * min(line.done, line.target) / line.target)
    colour = "red" if line.missed else "yellow" if line.is_behind else "green"
    return Text("█" * full, style=colour) + Text("░" * (BAR - full), style="dim")


def _views(reach: Reach) -> str:
    return "" if reach.views is None else f"{reach.views:,}".replace(",", ".")


def _note(line: Line) -> Text:
    if line.missed:
        return Text(f"✗ {line.missed} chậm", style="red")
    if line.partly:
        return Text(f"◐ {line.partly} dở", style="yellow")
    if line.is_silent:
        return Text(f"✗ {line.silent_days} ngày", style="yellow")
    if line.late:
        return Text(f"{line.late} muộn")
    return Text(f"… {line.waiting}" if line.waiting else "")


def _slot_name(slot: Slot) -> str:
    if slot.is_rerun:
        return f"  phát lại {slot.number}/{slot.of}"
    return f"{slot.number}/{slot.of}"
