"""Read engagement of what is out, and followers; None is "not told", 0 is zero."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import update
from sqlmodel import Session, col, select

from channels.base import Counts, Decision, Engagement, Receipt
from delivery.lanes import Lane
from delivery.queue import gate_of
from delivery.send import Sender, Stopping, never
from models import FollowerCount, Publication, Reading, SendState

log = structlog.get_logger(__name__)

DAY = timedelta(days=1)


def measure_due(sender: Sender, lane: Lane, stopping: Stopping = never, limit: int = 50) -> int:
    """Read every publication of a channel whose time has come, each once."""
    done = 0
    while done < limit and not stopping() and (row := _take(sender, lane)):
        measure_one(sender, lane, row)
        done += 1
    return done


def measure_one(sender: Sender, lane: Lane, row: Publication) -> Engagement | None:
    """Read one publication now. None where the channel could not be asked."""
    if lane.channel is None or row.remote_id is None:
        return None
    try:
        told = lane.channel.metrics(Receipt(row.remote_id, row.url or "", row.ids))
    except Decision as decision:
        log.info("metrics", publication=row.id, channel=lane.name, reason=decision.reason)
        return None
    except Exception:
        log.exception("metrics", publication=row.id, channel=lane.name)
        return None
    if told == Engagement():
        return told
    with sender.store.writing() as session:
        session.add(
            Reading(
                publication_id=row.id,
                at=sender.clock(),
                views=told.views,
                reactions=told.reactions,
                comments=told.comments,
                shares=told.shares,
            )
        )
    return told


def count_followers(sender: Sender, lane: Lane) -> int | None:
    """Once a day a channel's followers."""
    if not isinstance(lane.channel, Counts) or not _its_day(sender, lane):
        return None
    try:
        followers = lane.channel.followers()
    except Decision as decision:
        log.info("followers", channel=lane.name, reason=decision.reason)
        return None
    if followers is not None:
        with sender.store.writing() as session:
            session.add(FollowerCount(channel=lane.name, at=sender.clock(), followers=followers))
    return followers


def sent(session: Session) -> Sequence[Publication]:
    return session.exec(select(Publication).where(Publication.state == SendState.SENT)).all()


def _take(sender: Sender, lane: Lane) -> Publication | None:
    """The next row to read, its following reading already set: a crash skips one, never doubles."""
    if lane.channel is None:
        return None
    with sender.store.reading() as session:
        query = select(Publication).where(
            Publication.channel == lane.name,
            Publication.state == SendState.SENT,
            col(Publication.measure_at) <= sender.clock(),
        )
        row = session.exec(query.order_by(col(Publication.measure_at)).limit(1)).first()
        if row is None:
            return None
        session.expunge(row)
    round_, when = _next_reading(row, lane, sender.clock())
    with sender.store.writing() as session:
        taken = session.connection().execute(
            update(Publication)
            .where(col(Publication.id) == row.id, col(Publication.measure_at) == row.measure_at)
            .values(measure_round=round_, measure_at=when)
        )
    return row if taken.rowcount == 1 else _take(sender, lane)


def _next_reading(row: Publication, lane: Lane, now: datetime) -> tuple[int, datetime | None]:
    """The next moment of the list that is still ahead."""
    start = row.sent_at or now
    for round_ in range(row.measure_round + 1, len(lane.clocks.measure)):
        when = start + lane.clocks.measure[round_]
        if when > now:
            return round_, when
    return len(lane.clocks.measure), None


def _its_day(sender: Sender, lane: Lane) -> bool:
    now = sender.clock()
    with sender.store.writing() as session:
        gate = gate_of(session, lane.name)
        if gate.held or (gate.counted_at and now - gate.counted_at < DAY):
            return False
        gate.counted_at = now
        session.add(gate)
    return True
