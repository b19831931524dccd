"""Facts for the plan's progress: what went out, what was done by hand, what came back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from sqlmodel import Session, col, select

from models import ANNOUNCE, Publication, Reading, SendState
from plan import record
from plan.progress import Deed, Reach
from reports import readings
from zone import HANOI

ChannelsOf = Callable[[str], Iterable[str]]  # a task's configured channels


def deeds(session: Session, unit: str, channels_of: ChannelsOf) -> list[Deed]:
    """Everything done for the unit's tasks, by hand and through the channels."""
    return [*record.deeds(session, unit), *_published(session, unit, channels_of)]


def _published(session: Session, unit: str, channels_of: ChannelsOf) -> list[Deed]:
    query = select(Publication).where(
        Publication.unit == unit,
        col(Publication.task).is_not(None),
        Publication.occurrence != ANNOUNCE,
        Publication.state != SendState.CANCELLED,
    )
    rows = session.exec(query.order_by(col(Publication.id))).all()
    newest = readings.latest(session, unit)
    groups: dict[tuple[str, str], list[Publication]] = defaultdict(list)
    for row in rows:
        groups[row.task or "", row.slot or f"item {row.item_id}"].append(row)
    found = (_deed(task, group, newest, channels_of) for (task, _), group in groups.items())
    return [deed for deed in found if deed is not None]


def _deed(
    task: str, rows: list[Publication], newest: dict[int, Reading], channels_of: ChannelsOf
) -> Deed | None:
    """What one slot's publications amount to: whole once it is out wherever it should be."""
    sent = [row for row in rows if row.state == SendState.SENT and row.sent_at is not None]
    if not sent:
        return None
    out = {row.channel for row in sent}
    wanted = {row.channel for row in rows}
    if rows[0].slot is not None and not _is_rerun(rows):
        wanted |= set(channels_of(task))
    last = max(row.sent_at for row in sent if row.sent_at is not None)
    return Deed(
        task=task,
        on=last.astimezone(HANOI).date(),
        slot=rows[0].slot,
        links=tuple(row.url for row in sent if row.url),
        reach=_reach(newest[row.id] for row in sent if row.id in newest),
        whole=wanted <= out,
    )


def _is_rerun(rows: list[Publication]) -> bool:
    return all(row.follows is not None for row in rows)


def _reach(readings: Iterable[Reading]) -> Reach:
    total = Reach()
    for each in readings:
        total = total + Reach(each.views, each.reactions, each.comments, each.shares)
    return total
