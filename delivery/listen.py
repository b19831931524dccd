"""Hear what services tell only as it changes, and mend what was cut off."""

from __future__ import annotations

from datetime import timedelta

import structlog

from channels.base import Checks, Decision, Listens
from delivery import outcome
from delivery.lanes import Lane
from delivery.queue import gate_of
from delivery.send import Sender
from models import ChannelState, ReactionCount
from store import Store

log = structlog.get_logger(__name__)

HEARING = timedelta(minutes=1)


def listen(sender: Sender, lane: Lane) -> int:
    """Take in new counts of reactions, one process at a time. Returns how many."""
    if not isinstance(lane.channel, Listens):
        return 0
    mark = _turn(sender, lane)
    if mark is None:
        return 0
    try:
        heard = lane.channel.listen(mark)
    except Decision as decision:
        log.info("listen", channel=lane.name, reason=decision.reason)
        return 0
    now = sender.clock()
    with sender.store.writing() as session:
        gate = gate_of(session, lane.name)
        gate.mark = heard.mark
        session.add(gate)
        for message, reactions in heard.reactions.items():
            row = ReactionCount(channel=lane.name, message=message, reactions=reactions, at=now)
            session.merge(row)
    return len(heard.reactions)


def reactions_of(store: Store, channel: str, message: str) -> int | None:
    """None where the service has not told any."""
    with store.reading() as session:
        row = session.get(ReactionCount, (channel, message))
        return row.reactions if row else None


def reconnect(sender: Sender, lane: Lane) -> bool:
    """A channel that was cut off goes on by itself once its account answers again."""
    with sender.store.reading() as session:
        gate = session.get(ChannelState, lane.name)
    if gate is None or gate.held is None or not isinstance(lane.channel, Checks):
        return False
    try:
        lane.channel.check()
    except Decision as decision:
        log.info("still cut off", channel=lane.name, reason=decision.reason)
        return False
    with sender.store.writing() as session:
        outcome.release(session, lane.name)
    return True


def _turn(sender: Sender, lane: Lane) -> str | None:
    """The mark to begin at; None where another process listened a moment ago."""
    now = sender.clock()
    with sender.store.writing() as session:
        gate = gate_of(session, lane.name)
        if gate.held or (gate.heard_at and now - gate.heard_at < HEARING):
            return None
        gate.heard_at = now
        session.add(gate)
        return gate.mark
