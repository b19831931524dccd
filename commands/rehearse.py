"""`loa rehearse`, `loa demo`, `loa sandbox`: see everything work without any account."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live

from commands import live, logs, office, tables
from commands.rehearsal import Rehearsal, Result, at
from commands.stage import stage
from errors import Refused, why
from plan import file, progress
from plan.values import Plan
from sandbox import server
from zone import HANOI

commands = typer.Typer()

DEMO_PLAN = Path(__file__).parent.parent / "plans" / "dak-to-2025.toml"
DEMO_FIRST, DEMO_NOW = date(2025, 8, 25), date(2025, 11, 20)
BEAT_S = 1.2

PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port of the walls.")]


@commands.command("rehearse")
def rehearse(
    path: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan file (.toml).")],
    first: Annotated[str | None, typer.Option("--from", help="First day.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    as_json: office.JsonOption = False,
) -> None:
    """Carry out a plan's calendar in simulated time, over the sandbox."""
    plan = file.load(path)
    begin, end = _days(plan, first, last)
    with _rehearsal(plan, path, begin) as (rehearsal, started):
        rehearsal.run(begin, end)
        result = rehearsal.result(begin, end, started)
    if as_json:
        office.say_json(_json(result))
    else:
        tables.show(
            tables.progress_table(plan, plan.issuer, end, progress.worst_first(result.lines))
        )
        office.say(summary(result))


@commands.command("demo")
def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the rehearsal.")] = False,
    port: PortOption = 8090,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
) -> None:
    """The Đắk Tô plan goes out: a rehearsal of recent months, then on at a lively pace."""
    plan = file.load(DEMO_PLAN)
    with _rehearsal(plan, DEMO_PLAN, DEMO_FIRST, 0 if once else port) as (rehearsal, started):
        console = Console()
        with Live(console=console, auto_refresh=False, transient=once) as screen:
            rehearsal.run(DEMO_FIRST, DEMO_NOW, lambda day: live.show(screen, rehearsal, day))
            if not once:
                _go_on(rehearsal, screen, no_browser)
        last = rehearsal.now.astimezone(HANOI).date()
        result = rehearsal.result(DEMO_FIRST, last, started)
        tables.show(live.board(rehearsal, last), summary(result))


@commands.command("sandbox")
def sandbox(port: PortOption = 8090) -> None:
    """Run the stand-ins of Zalo, Facebook and Telegram, for training."""
    try:
        server.run(port=port)
    except OSError as error:
        raise Refused(f"Không mở được cổng {port}: {why(error)}; hãy chọn --port khác.") from error


def summary(result: Result) -> str:
    return (
        f"Diễn tập {result.first:%d/%m/%Y}–{result.last:%d/%m/%Y}: {result.sent} lượt đăng,"
        f" {result.late} kỳ muộn, {result.missed} kỳ thiếu, {result.duplicates} bài trùng,"
        f" {result.readings} lần đọc số liệu; {result.seconds:.1f} giây."
    )


@contextmanager
def _rehearsal(
    plan: Plan, path: Path, first: date, port: int = 0
) -> Iterator[tuple[Rehearsal, float]]:
    started = time.perf_counter()
    logs.set_up(sys.stderr, os.environ.get("LOA_LOG") or "critical")
    start = at(first, 7, 0)
    with tempfile.TemporaryDirectory(prefix="loa-") as folder:
        try:
            with stage(plan, file.text(path), Path(folder), start, port) as ready:
                yield Rehearsal(ready, plan), started
        except OSError as error:
            raise Refused(f"Không diễn tập được: {why(error)}.") from error


def _days(plan: Plan, first: str | None, last: str | None) -> tuple[date, date]:
    begin = office.day(first) or plan.period.first
    end = office.day(last) or plan.period.last
    if end < begin:
        raise Refused(f"Ngày kết thúc {end:%d/%m/%Y} trước ngày bắt đầu {begin:%d/%m/%Y}.")
    if (end - begin).days > 800:
        raise Refused("Chỉ diễn tập được nhiều nhất 800 ngày một lần.")
    return begin, end


def _go_on(rehearsal: Rehearsal, screen: Live, no_browser: bool) -> None:
    """A day each beat until the plan ends; the walls stay until somebody presses Ctrl-C."""
    if not no_browser:
        webbrowser.open(rehearsal.stage.url)
    day = DEMO_NOW
    with suppress(KeyboardInterrupt):
        while True:
            if day < rehearsal.plan.period.last:
                day += timedelta(days=1)
                rehearsal.run(day, day)
                live.show(screen, rehearsal, day)
            time.sleep(BEAT_S)


def _json(result: Result) -> dict[str, Any]:
    return {
        "plan": result.plan,
        "from": result.first.isoformat(),
        "to": result.last.isoformat(),
        "slots": result.slots,
        "sent": result.sent,
        "late": result.late,
        "missed": result.missed,
        "asked": result.asked,
        "duplicates": result.duplicates,
        "readings": result.readings,
        "seconds": result.seconds,
        "tasks": [progress.line_json(line) for line in result.lines],
    }
