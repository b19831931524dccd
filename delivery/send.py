"""Send what is due on a channel: claim, call, write; one commit between two calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import update
from sqlmodel import col

from channels.base import (
    Announces,
    Decision,
    LeaseLost,
    Post,
    Receipt,
    Rejected,
    Retry,
    Unknown,
)
from delivery import outcome, queue
from delivery.lanes import Lane
from delivery.queue import Claim, StillApproved
from errors import Refused
from models import ANNOUNCE, Publication, SendState
from store import Store

log = structlog.get_logger(__name__)

QUICK_S = 0.002
TOGETHER = 32

Clock = Callable[[], datetime]
Stopping = Callable[[], bool]
Compose = Callable[[Mapping[str, object], Lane], Post]  # raises Refused


def never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Sender:
    """What sending needs: the database, how an item becomes a post, and the time."""

    store: Store
    compose: Compose
    still_approved: StillApproved
    clock: Clock
    worker: str
    held: queue.Held = field(default_factory=queue.Held)


def drain(sender: Sender, lane: Lane, stopping: Stopping) -> int:
    """Do all that can be done now on one channel. Returns how many calls were made.

    The outcomes of some calls and the claim of the next are one transaction. Where calls take
    no time (a channel in memory), more are claimed at once; over a network it is one by one.
    """
    done, most = 0, 1
    claims = _turn(sender, lane, stopping, (), most)
    while claims:
        begun = time.perf_counter()
        with sender.held.holding(claims, lane.clocks.lease):
            ended = [(each, call(sender, lane, each)) for each in claims]
            quick = time.perf_counter() - begun < QUICK_S * len(claims)
            most = min(most * 2, TOGETHER) if quick else 1
            done += len(claims)
            claims = _turn(sender, lane, stopping, ended, most)
    return done


def _turn(
    sender: Sender,
    lane: Lane,
    stopping: Stopping,
    ended: Sequence[tuple[Claim, outcome.Outcome | None]],
    most: int,
) -> list[Claim]:
    """Write what the last calls brought and claim the next, in one transaction."""
    with sender.store.writing() as session:
        now = sender.clock()
        for each, came in ended:
            if came is not None and not outcome.write(session, lane, each, came, now):
                log.warning("lease lost", publication=each.id, came=repr(came)[:200])
        if stopping():
            return []
        return queue.claim(session, lane, sender.worker, now, sender.still_approved, most)


def call(sender: Sender, lane: Lane, claim: Claim) -> outcome.Outcome | None:
    """One try on the channel. None where the lease was lost on the way: the sweep decides."""
    try:
        post = sender.compose(claim.content, lane)
    except Refused as refusal:
        return Rejected(str(refusal))
    except Exception as error:
        log.exception("compose", publication=claim.id)
        return Retry(f"Chưa chuẩn bị được bài đăng ({type(error).__name__}).")
    try:
        return _publish(sender, lane, claim, post)
    except LeaseLost:
        return None
    except Decision as decision:
        log.info(
            "decision",
            publication=claim.id,
            channel=lane.name,
            raw=decision.raw[:2000],
            decision=type(decision).__name__,
            reason=decision.reason,
        )
        return decision
    except Exception as error:
        log.exception("publish", publication=claim.id, channel=lane.name)
        return Unknown(f"Kênh trả lời không đọc được ({type(error).__name__}).")


class HeldStep:
    """One try's side of the ledger: commits each id before the next call may be made."""

    def __init__(self, sender: Sender, claim: Claim, lease: timedelta) -> None:
        self._sender, self._claim, self._lease = sender, claim, lease
        self._ids = dict(claim.ids)

    @property
    def ids(self) -> Mapping[str, str]:
        return self._ids

    def save(self, **ids: str) -> None:
        merged = {**self._ids, **ids}
        with self._sender.store.writing() as session:
            until = self._sender.clock() + self._lease  # after the wait for our turn to write
            kept = session.connection().execute(
                update(Publication)
                .where(
                    col(Publication.id) == self._claim.id,
                    col(Publication.fence) == self._claim.fence,
                    col(Publication.state) == SendState.SENDING,
                )
                .values(ids=merged, lease_until=until)
            )
        if kept.rowcount != 1:
            raise LeaseLost
        self._sender.held.prolong({self._claim.id: until})
        self._ids = merged


def _publish(sender: Sender, lane: Lane, claim: Claim, post: Post) -> Receipt:
    step = HeldStep(sender, claim, lane.clocks.lease)
    if lane.channel is None:
        raise Retry("Kênh chưa sẵn sàng.")
    if not sender.held.lasts(claim, sender.clock()):  # composing took too long
        raise LeaseLost
    if claim.occurrence != ANNOUNCE:
        receipt = lane.channel.publish(post, step)
        return replace(receipt, ids={**step.ids, **receipt.ids})
    if not isinstance(lane.channel, Announces):
        raise Rejected("Kênh này không gửi được tin báo.")
    return lane.channel.announce(_receipt_of_followed(sender, claim), step)


def _receipt_of_followed(sender: Sender, claim: Claim) -> Receipt:
    with sender.store.reading() as session:
        row = session.get(Publication, claim.follows)
        if row is None or row.remote_id is None:
            raise Rejected("Không rõ bài nào cần báo.")
        return Receipt(row.remote_id, row.url or "", row.ids)
