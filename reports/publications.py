"""The ledger as people and programs read it (contracts §5 `publications list`)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models import Attempt, Publication, Reading, SendState
from reports import readings
from zone import HANOI


def rows(
    session: Session, *, state: SendState | None = None, unit: str | None = None
) -> list[dict[str, Any]]:
    """Every publication, oldest due first, with its attempts and newest reading."""
    query = select(Publication).order_by(col(Publication.due_at), col(Publication.id))
    if state is not None:
        query = query.where(Publication.state == state)
    if unit is not None:
        query = query.where(Publication.unit == unit)
    attempts: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in session.exec(select(Attempt).order_by(col(Attempt.id))):
        attempts[attempt.publication_id].append(attempt)
    newest = readings.latest(session)
    return [_row(row, attempts[row.id], newest.get(row.id)) for row in session.exec(query)]


def local(moment: datetime | None) -> str | None:
    return moment.astimezone(HANOI).isoformat(timespec="seconds") if moment else None


def _row(row: Publication, attempts: list[Attempt], reading: Reading | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "item": row.item_id,
        "title": row.title,
        "task": row.task,
        "slot": row.slot,
        "channel": row.channel,
        "state": str(row.state),
        "ask": str(row.ask) if row.ask else None,
        "due": local(row.due_at),
        "next": local(row.next_at) if row.state == SendState.DUE else None,
        "sent_at": local(row.sent_at),
        "remote_id": row.remote_id,
        "url": row.url,
        "reason": row.reason,
        "attempts": [
            {"at": local(each.at), "outcome": each.outcome, "reason": each.reason}
            for each in attempts
        ],
        "reading": _reading(reading) if reading else None,
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "at": local(reading.at),
        "views": reading.views,
        "reactions": reading.reactions,
        "comments": reading.comments,
        "shares": reading.shares,
    }
