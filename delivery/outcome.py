"""What came of a try, written under the fence: the four decisions and the one success."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, update
from sqlmodel import Session, col, select

from channels.base import (
    Announces,
    Decision,
    Finds,
    Pending,
    Receipt,
    Rejected,
    Retry,
    Throttled,
    TokenLost,
    Unknown,
)
from delivery.lanes import Lane
from delivery.notices import ADMIN, APPROVER, notice
from delivery.queue import Claim, gate_of
from models import ANNOUNCE, Ask, Attempt, Draft, Item, Publication, SendState, Staff

Outcome = Receipt | Decision
BACKOFF_MAX = timedelta(hours=1)
PAUSE_MAX = timedelta(minutes=5)
LOOK_YOURSELF = "Không chắc đã lên kênh; nhờ mở kênh xem rồi trả lời."
MAY_ANNOUNCE = "Có gửi tin báo tới người quan tâm không?"
# A late answer is still the truth: it settles what the sweep gave up on, and what somebody said
# is absent while nobody has begun it again.
PERHAPS = (SendState.SENDING, SendState.UNKNOWN, SendState.ASKED, SendState.DUE)

P = Publication.__table__.c  # type: ignore[attr-defined]
A = Attempt.__table__.c  # type: ignore[attr-defined]
SENT = (
    update(Publication)
    .where(P.id == bindparam("row_id"), P.fence == bindparam("row_fence"), P.state.in_(PERHAPS))
    .values(
        state=SendState.SENT,
        ask=None,
        reason="",
        remote_id=bindparam("got_id"),
        url=bindparam("got_url"),
        ids=bindparam("got_ids", type_=P.ids.type),
        sent_at=bindparam("came_at"),
        measure_at=bindparam("measured"),
        measure_round=0,
        lease_until=None,
        resume_at=None,
        settle_at=None,
    )
)
END_ATTEMPT = (
    update(Attempt)
    .where(
        A.publication_id == bindparam("of"),
        A.fence == bindparam("by_fence"),
        A.worker.not_like("staff:%"),
    )
    .values(ended_at=bindparam("came_at"), outcome=bindparam("came"), reason=bindparam("why"))
)


def write(session: Session, lane: Lane, claim: Claim, outcome: Outcome, now: datetime) -> bool:
    """Write an outcome. False where the lease was lost: then only a success is still taken."""
    if isinstance(outcome, Receipt):
        return _sent(session, lane, claim, outcome, now)
    writer = next(write for kind, write in _WRITERS if isinstance(outcome, kind))
    return writer(session, lane, claim, outcome, now)


def mark_sent(
    session: Session, lane: Lane, row: Publication, receipt: Receipt, now: datetime, by: str = ""
) -> None:
    """A publication is certainly out: by its receipt, a look-up, or a person's word."""
    row.state, row.ask, row.reason = SendState.SENT, None, by
    row.remote_id, row.url = receipt.id or row.remote_id, receipt.url or row.url
    row.ids = {**row.ids, **receipt.ids}
    row.sent_at, row.lease_until, row.resume_at, row.settle_at = now, None, None, None
    if lane.channel is not None and lane.clocks.measure and row.occurrence != ANNOUNCE:
        row.measure_at, row.measure_round = now + lane.clocks.measure[0], 0
    session.add(row)
    session.flush()
    if row.occurrence != ANNOUNCE:
        _announce(session, lane, row, now)


def mark_unknown(
    session: Session, lane: Lane, row: Publication, reason: str, now: datetime
) -> None:
    """Perhaps out: looked up where the channel can, else a person is asked at once."""
    row.reason, row.lease_until, row.resume_at = reason, None, None
    if isinstance(lane.channel, Finds) and row.occurrence != ANNOUNCE and lane.clocks.settle:
        row.state, row.settle_round = SendState.UNKNOWN, 0
        row.settle_at = now + lane.clocks.settle[0]
        session.add(row)
        session.flush()
        text = (
            f"{row.channel} không trả lời khi đăng “{row.title}”; Loa đang tìm lại, chưa đăng lại."
        )
        notice(
            session,
            f"unknown:{row.id}:{row.fence}",
            row.unit,
            APPROVER,
            text,
            now,
            publication=row.id,
        )
    else:
        mark_asked(session, row, Ask.UNKNOWN, LOOK_YOURSELF, now)


def mark_asked(session: Session, row: Publication, ask: Ask, reason: str, now: datetime) -> None:
    row.state, row.ask, row.reason, row.settle_at = SendState.ASKED, ask, reason, None
    session.add(row)
    session.flush()
    text = (
        f"Không chắc “{row.title}” đã lên {row.channel} chưa nên Loa không đăng lại. Nhờ mở kênh"
        f" xem giúp, rồi trả lời: loa publications settle {row.id} --sent LIÊN_KẾT hoặc --absent"
    )
    key = f"asked:{row.id}:{row.fence}"
    notice(session, key, row.unit, APPROVER, text, now, publication=row.id)


def lock_own(session: Session, claim: Claim, *states: SendState) -> Publication | None:
    """The claim's row, where this worker still holds it in one of these states."""
    query = select(Publication).where(
        Publication.id == claim.id,
        Publication.fence == claim.fence,
        col(Publication.state).in_(states),
    )
    return session.exec(query.with_for_update()).first()


def _sent(session: Session, lane: Lane, claim: Claim, receipt: Receipt, now: datetime) -> bool:
    _end_attempt(session, claim, "sent", "", now)
    if lane.broadcast == "never" and claim.occurrence != ANNOUNCE:
        first = lane.clocks.measure[0] if lane.clocks.measure else None
        values = {
            "row_id": claim.id,
            "row_fence": claim.fence,
            "got_id": receipt.id,
            "got_url": receipt.url,
            "got_ids": dict(receipt.ids),
            "came_at": now,
            "measured": now + first if first else None,
        }
        return session.connection().execute(SENT, values).rowcount == 1
    row = lock_own(session, claim, *PERHAPS)
    if row is not None:
        mark_sent(session, lane, row, receipt, now)
    return row is not None


def _pending(session: Session, lane: Lane, claim: Claim, told: Decision, now: datetime) -> bool:
    row = lock_own(session, claim, SendState.SENDING)
    _end_attempt(session, claim, "pending", told.reason, now)
    if row is None or not isinstance(told, Pending):
        return False
    if now - (row.first_try_at or now) > lane.clocks.pending_max:
        mark_unknown(session, lane, row, told.reason, now)
    else:
        row.resume_at, row.lease_until, row.reason = now + told.after, None, told.reason
        session.add(row)
    return True


def _retry(session: Session, lane: Lane, claim: Claim, told: Decision, now: datetime) -> bool:
    row = lock_own(session, claim, SendState.SENDING)
    _end_attempt(session, claim, "retry", told.reason, now)
    if row is None or not isinstance(told, Retry):
        return False
    row.tries += 1
    if row.tries > lane.clocks.retry_max:
        reason = f"Đã thử {row.tries} lần không được: {told.reason}"
        return _reject(session, row, reason, now)
    doubled = told.after * 2 ** min(row.tries - 1, 20)  # beyond that no date holds it
    wait = min(doubled, max(told.after, BACKOFF_MAX))
    row.next_at = now + wait * random.uniform(1.0, 1.2)
    row.state, row.reason, row.lease_until = SendState.DUE, told.reason, None
    session.add(row)
    if isinstance(told, Throttled):
        gate = gate_of(session, lane.name)
        gate.next_at = max(gate.next_at or now, now + min(told.after, PAUSE_MAX))
        session.add(gate)
    return True


def _rejected(session: Session, _: Lane, claim: Claim, told: Decision, now: datetime) -> bool:
    row = lock_own(session, claim, SendState.SENDING)
    _end_attempt(session, claim, "rejected", told.reason, now)
    return row is not None and _reject(session, row, told.reason, now)


def _reject(session: Session, row: Publication, reason: str, now: datetime) -> bool:
    row.state, row.reason, row.lease_until = SendState.REJECTED, reason, None
    session.add(row)
    session.flush()
    to = session.exec(
        select(Staff.name)
        .join(Draft, col(Draft.author_id) == col(Staff.id))
        .join(Item, col(Item.draft_id) == col(Draft.id))
        .where(Item.id == row.item_id)
    ).first()
    text = f"“{row.title}” không đăng được lên {row.channel}: {reason}"
    key = f"rejected:{row.id}:{row.fence}"
    notice(session, key, row.unit, to or APPROVER, text, now, publication=row.id)
    return True


def _token_lost(session: Session, lane: Lane, claim: Claim, told: Decision, now: datetime) -> bool:
    row = lock_own(session, claim, SendState.SENDING)
    _end_attempt(session, claim, "token_lost", told.reason, now)
    hold(session, lane, told.reason, now)
    if row is None:
        return False
    row.state, row.reason, row.lease_until, row.next_at = SendState.DUE, told.reason, None, now
    session.add(row)
    return True


def hold(session: Session, lane: Lane, reason: str, now: datetime) -> None:
    """Cut a channel off until an admin reconnects it; its queue waits."""
    gate = gate_of(session, lane.name)
    if gate.held is None:
        gate.held, gate.held_at = reason, now
        session.add(gate)
        session.flush()
        text = f"Kênh {lane.name} bị ngắt: {reason} Nối lại xong, hàng chờ tự đi tiếp."
        notice(session, f"held:{lane.name}:{now.isoformat()}", lane.unit, ADMIN, text, now)


def release(session: Session, channel: str) -> None:
    """The channel is connected again: its queue goes on."""
    gate = gate_of(session, channel)
    gate.held, gate.held_at = None, None
    session.add(gate)


def _unknown(session: Session, lane: Lane, claim: Claim, told: Decision, now: datetime) -> bool:
    row = lock_own(session, claim, SendState.SENDING)
    _end_attempt(session, claim, "unknown", told.reason, now)
    if row is None:
        return False
    mark_unknown(session, lane, row, told.reason, now)
    return True


def _end_attempt(session: Session, claim: Claim, outcome: str, reason: str, now: datetime) -> None:
    values = {
        "of": claim.id,
        "by_fence": claim.fence,
        "came_at": now,
        "came": outcome,
        "why": reason,
    }
    session.connection().execute(END_ATTEMPT, values)


def _announce(session: Session, lane: Lane, row: Publication, now: datetime) -> None:
    """A broadcast is a publication of its own: asked for, or due; never retried by itself."""
    if lane.broadcast == "never" or not isinstance(lane.channel, Announces):
        return
    known = select(func.count()).where(
        col(Publication.hash) == row.hash,
        col(Publication.channel) == row.channel,
        col(Publication.occurrence) == ANNOUNCE,
    )
    if session.exec(known).one():
        return
    asks = lane.broadcast == "ask"
    made = Publication(
        item_id=row.item_id,
        unit=row.unit,
        hash=row.hash,
        channel=row.channel,
        occurrence=ANNOUNCE,
        title=f"Tin báo: {row.title}",
        reason=MAY_ANNOUNCE if asks else "",
        follows=row.id,
        due_at=now,
        next_at=now,
        state=SendState.ASKED if asks else SendState.DUE,
        ask=Ask.ANNOUNCE if asks else None,
    )
    session.add(made)
    session.flush()
    if asks:
        text = (
            f"“{row.title}” đã lên {row.channel}. Gửi tin báo tới người quan tâm không?"
            f" Có: loa publications settle {made.id} --absent; không: loa publications cancel"
            f" {made.id}"
        )
        notice(session, f"announce:{made.id}", row.unit, APPROVER, text, now, publication=made.id)


_Writer = Callable[[Session, Lane, Claim, Any, datetime], bool]
_WRITERS: tuple[tuple[type[Decision], _Writer], ...] = (
    (Pending, _pending),
    (Retry, _retry),
    (Rejected, _rejected),
    (TokenLost, _token_lost),
    (Unknown, _unknown),
    (Decision, _unknown),
)
