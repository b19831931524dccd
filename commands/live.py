"""The demo's board: the plan, what goes out, what comes back, in one terminal screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from sqlmodel import col, func, select

from commands import tables
from commands.rehearsal import Rehearsal
from models import STATE_NAMES, Publication, SendState
from plan import progress
from reports import readings
from zone import HANOI

LATEST = 8
SERVICES = {
    "zalo": "Zalo OA",
    "facebook": "Facebook",
    "telegram": "Telegram",
    "loa": "Loa xã",
    "thu-cong": "Tại chỗ",
}


def show(screen: Live, rehearsal: Rehearsal, day: date) -> None:
    screen.update(board(rehearsal, day), refresh=True)


def board(rehearsal: Rehearsal, day: date) -> Group:
    """Slots → publications → readings → progress."""
    _, lines = rehearsal.stage.app.progress(rehearsal.unit, day)
    busy = [line for line in lines if line.target and (line.done or line.missed)]
    header = Text.assemble(
        (" LOA ", "bold white on red"),
        (f"  {rehearsal.plan.number} · {rehearsal.plan.issuer} ", "bold"),
        (f"· ngày {day:%d/%m/%Y} (diễn tập) ", "default"),
        (f"· xem tường bài đăng: {rehearsal.stage.url}/", "cyan"),
    )
    return Group(
        Panel(header, style="red", expand=True),
        tables.progress_table(rehearsal.plan, rehearsal.unit.name, day, progress.worst_first(busy)),
        _latest(rehearsal),
        _channels(rehearsal),
    )


def _latest(rehearsal: Rehearsal) -> Table:
    with rehearsal.stage.app.store.reading() as session:
        query = select(Publication).where(Publication.state == SendState.SENT)
        rows = session.exec(query.order_by(col(Publication.sent_at).desc()).limit(LATEST)).all()
        newest = readings.latest(session)
    table = tables.plain("Vừa đăng, vừa phát", expand=True)
    table.add_column("Lúc", no_wrap=True)
    table.add_column("Kênh", no_wrap=True)
    table.add_column("Tiêu đề", ratio=1, no_wrap=True)
    for name in ("Xem", "Bày tỏ", "Bình luận", "Chia sẻ"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        told = newest.get(row.id)
        sent = row.sent_at.astimezone(HANOI) if row.sent_at else None
        table.add_row(
            f"{sent:%H:%M %d/%m}" if sent else "",
            SERVICES.get(row.channel, row.channel),
            Text(row.title),
            *_counts(told),
        )
    return table


def _channels(rehearsal: Rehearsal) -> Table:
    with rehearsal.stage.app.store.reading() as session:
        query = select(Publication.channel, Publication.state, func.count())
        counted = session.exec(query.group_by(Publication.channel, Publication.state)).all()
    table = tables.plain("Hàng chờ")
    table.add_column("Kênh")
    states = [SendState.SENT, SendState.DUE, SendState.SENDING, SendState.ASKED]
    for state in states:
        table.add_column(STATE_NAMES[state], justify="right")
    for channel in sorted({row[0] for row in counted}):
        counts = {str(state): number for name, state, number in counted if name == channel}
        table.add_row(SERVICES.get(channel, channel), *(str(counts.get(s, 0)) for s in states))
    return table


def _counts(told: Any) -> Sequence[str]:
    if told is None:
        return ("", "", "", "")
    numbers = (told.views, told.reactions, told.comments, told.shares)
    return ["–" if each is None else f"{each:,}".replace(",", ".") for each in numbers]
