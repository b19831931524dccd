"""Claim what is next on a channel: under a lease, with its attempt written.

A claim is one transaction that ends before the first byte leaves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, insert, or_, update
from sqlmodel import Session, col, select

from delivery.lanes import Lane
from delivery.notices import APPROVER, notice
from models import CHANGED, Ask, Attempt, ChannelState, Item, Publication, SendState
from store import insert_or_ignore

# The items, of those given, whose drafts are still what was approved.
StillApproved = Callable[[Session, Collection[int]], Collection[int]]

P = Publication.__table__.c  # type: ignore[attr-defined]
TAKE = (
    update(Publication)
    .where(
        P.id == bindparam("row_id"),
        P.state == bindparam("was"),
        P.fence == bindparam("row_fence"),
    )
    .values(
        state=SendState.SENDING,
        ask=None,
        resume_at=None,
        fence=bindparam("new_fence"),
        worker=bindparam("by"),
        lease_until=bindparam("until"),
        first_try_at=func.coalesce(P.first_try_at, bindparam("started", type_=P.due_at.type)),
    )
)

# Built once: to build them at every turn would cost more than to run them.
FIRST = Publication.__table__.alias("first")  # type: ignore[attr-defined]
WANTED = select(  # type: ignore[call-overload]
    P.id, P.item_id, P.fence, P.unit, P.channel, P.occurrence, P.title, P.follows, P.ids, P.hash,
    P.due_at, P.forced,
).where(P.channel == bindparam("lane")).limit(bindparam("most"))  # fmt: skip
TO_CONFIRM: Select[Any] = WANTED.where(
    P.state == SendState.SENDING, P.resume_at <= bindparam("now")
).with_for_update(skip_locked=True)
DUE: Select[Any] = (
    WANTED.outerjoin(FIRST, FIRST.c.id == P.follows)
    .where(
        P.state == SendState.DUE,
        P.next_at <= bindparam("now"),
        or_(P.follows.is_(None), FIRST.c.state == SendState.SENT),
    )
    .order_by(P.due_at, P.id)
    .with_for_update(skip_locked=True, of=Publication.__table__)  # type: ignore[attr-defined]
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A publication in a worker's hands until its lease ends, with what is to be sent."""

    id: int
    fence: int
    worker: str
    unit: str
    channel: str
    occurrence: str
    title: str
    follows: int | None
    ids: Mapping[str, str]
    content: Mapping[str, Any]
    until: datetime  # when the lease ends, unless it is renewed


def claim(
    session: Session,
    lane: Lane,
    worker: str,
    now: datetime,
    still_approved: StillApproved,
    most: int = 1,
) -> list[Claim]:
    """The next things to do on a channel: confirm what the service works on, else send.

    More than one only where the channel has no rate and no backlog to spread: what is claimed
    together is also lost together.
    """
    gate = gate_of(session, lane.name)
    if gate.held is not None or lane.problem:
        return []
    if waiting := _rows(session, TO_CONFIRM, lane, now, 1):
        return _take(session, waiting, SendState.SENDING, lane, worker, now)
    if (gate.next_at and gate.next_at > now) or lane.quiet_at(now) or _busy(session, lane, now):
        return []
    while rows := _rows(session, DUE, lane, now, 1 if lane.rate_per_min else most):
        ready = [row for row in rows if not _asked_because_late(session, row, lane, now)]
        ready = _approved(session, ready, still_approved, now)
        if ready:
            turn = _next_turn(ready[0], lane, now)
            if turn is not None:
                gate.next_at = turn
                session.add(gate)
            return _take(session, ready[: 1 if turn else most], SendState.DUE, lane, worker, now)
    return []


@dataclass(frozen=True, slots=True)
class Work:
    """The channels on which something waits now: to be sent, looked up, read."""

    send: frozenset[str]
    settle: frozenset[str]
    measure: frozenset[str]


def work(session: Session, now: datetime) -> Work:
    """Asked before any lock is taken: most of the time there is nothing to do."""
    due = or_(
        and_(P.state == SendState.DUE, P.next_at <= now),
        and_(P.state == SendState.SENDING, P.resume_at <= now),
    )
    return Work(
        send=_channels_with(session, due),
        settle=_channels_with(session, and_(P.state == SendState.UNKNOWN, P.settle_at <= now)),
        measure=_channels_with(session, and_(P.state == SendState.SENT, P.measure_at <= now)),
    )


class Held:
    """What this process is sending just now; only that has its leases renewed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._claims: dict[int, tuple[Claim, timedelta]] = {}
        self._until: dict[int, datetime] = {}

    @contextmanager
    def holding(self, claims: Sequence[Claim], lease: timedelta) -> Iterator[None]:
        with self._lock:
            self._claims.update({each.id: (each, lease) for each in claims})
            self._until.update({each.id: each.until for each in claims})
        try:
            yield
        finally:
            with self._lock:
                for each in claims:
                    self._claims.pop(each.id, None)
                    self._until.pop(each.id, None)

    def prolong(self, until: Mapping[int, datetime]) -> None:
        """Told once a renewal is committed, never before."""
        with self._lock:
            self._until.update({id: end for id, end in until.items() if id in self._claims})

    def lasts(self, claim: Claim, now: datetime) -> bool:
        """Whether the lease surely holds: else another may be at it, and no call may be made."""
        with self._lock:
            return self._until.get(claim.id, claim.until) > now

    def now(self) -> list[tuple[Claim, timedelta]]:
        with self._lock:
            return list(self._claims.values())


def renew(session: Session, held: Held, now: datetime) -> dict[int, datetime]:
    """Prolong what is being sent; a lease already lost stays lost. Returns the new ends."""
    renewed = {}
    for each, lease in held.now():
        done = session.connection().execute(
            update(Publication)
            .where(
                P.id == each.id,
                P.fence == each.fence,
                P.state == SendState.SENDING,
                P.lease_until > now,
            )
            .values(lease_until=now + lease)
        )
        if done.rowcount == 1:
            renewed[each.id] = now + lease
    return renewed


def gate_of(session: Session, channel: str) -> ChannelState:
    """The channel's row, locked: who claims on a channel does so alone."""
    query = select(ChannelState).where(ChannelState.channel == channel).with_for_update()
    if gate := session.exec(query).first():
        return gate
    insert_or_ignore(session, ChannelState, channel=channel)
    return session.exec(query).one()


def _channels_with(session: Session, condition: ColumnElement[bool]) -> frozenset[str]:
    query = select(P.channel).where(condition).distinct()
    return frozenset(row.channel for row in session.connection().execute(query))


def _rows(
    session: Session, query: Select[Any], lane: Lane, now: datetime, most: int
) -> Sequence[Row[Any]]:
    values = {"lane": lane.name, "now": now, "most": most}
    return session.connection().execute(query, values).all()


def _busy(session: Session, lane: Lane, now: datetime) -> bool:
    """Somebody is in the middle of a send; a lease that ran out is for the sweep to judge."""
    query = select(P.id).where(
        P.channel == lane.name, P.state == SendState.SENDING, P.lease_until > now
    )
    return session.connection().execute(query.limit(1)).first() is not None


def _take(
    session: Session,
    rows: Sequence[Row[Any]],
    was: SendState,
    lane: Lane,
    worker: str,
    now: datetime,
) -> list[Claim]:
    connection = session.connection()
    taken = []
    for row in rows:
        values = {"row_id": row.id, "was": was, "row_fence": row.fence, "by": worker}
        values |= {"new_fence": row.fence + 1, "until": now + lane.clocks.lease, "started": now}
        if connection.execute(TAKE, values).rowcount == 1:
            taken.append(row)
    if not taken:
        return []
    connection.execute(
        insert(Attempt),
        [
            {"publication_id": row.id, "fence": row.fence + 1, "worker": worker,
             "hash": row.hash, "at": now, "reason": ""}
            for row in taken
        ],
    )  # fmt: skip
    contents = _contents(session, {row.item_id for row in taken})
    until = now + lane.clocks.lease
    return [_claimed(row, worker, contents[row.item_id], until) for row in taken]


def _claimed(row: Row[Any], worker: str, content: Mapping[str, Any], until: datetime) -> Claim:
    return Claim(
        id=row.id,
        fence=row.fence + 1,
        worker=worker,
        unit=row.unit,
        channel=row.channel,
        occurrence=row.occurrence,
        title=row.title,
        follows=row.follows,
        ids=row.ids,
        content=content,
        until=until,
    )


def _contents(session: Session, items: Collection[int]) -> dict[int, Mapping[str, Any]]:
    query = select(Item.id, Item.content).where(col(Item.id).in_(items))
    return {row.id: row.content for row in session.connection().execute(query)}


def _approved(
    session: Session, rows: Sequence[Row[Any]], still_approved: StillApproved, now: datetime
) -> list[Row[Any]]:
    """Without those whose draft was changed since, by whatever door: they leave the queue."""
    good = still_approved(session, {row.item_id for row in rows})
    for row in rows:
        if row.item_id not in good:
            _set(session, row, state=SendState.CANCELLED, reason=CHANGED)
            text = f"“{row.title}” ({row.channel}) bị rút khỏi hàng chờ: {CHANGED}"
            notice(session, f"changed:{row.id}", row.unit, APPROVER, text, now, publication=row.id)
    return [row for row in rows if row.item_id in good]


def _asked_because_late(session: Session, row: Row[Any], lane: Lane, now: datetime) -> bool:
    if row.forced or now - row.due_at <= lane.clocks.late_after:
        return False
    ask_late(session, row.id, row.unit, row.title, row.channel, now)
    return True


def ask_late(session: Session, id: int, unit: str, title: str, channel: str, now: datetime) -> None:
    reason = "Đã quá giờ hẹn quá lâu; cần người quyết định còn đăng hay thôi."
    session.connection().execute(
        update(Publication)
        .where(P.id == id, P.state == SendState.DUE)
        .values(state=SendState.ASKED, ask=Ask.LATE, reason=reason)
    )
    text = (
        f"“{title}” quá giờ hẹn mà chưa lên {channel}. Còn đăng:"
        f" loa publications settle {id} --absent; thôi: loa publications cancel {id}"
    )
    notice(session, f"late:{id}", unit, APPROVER, text, now, publication=id)


def _set(session: Session, row: Row[Any], **values: Any) -> None:
    session.connection().execute(update(Publication).where(P.id == row.id).values(**values))


def _next_turn(row: Row[Any], lane: Lane, now: datetime) -> datetime | None:
    waits = [timedelta(minutes=1) / lane.rate_per_min] if lane.rate_per_min else []
    if now - row.due_at > lane.clocks.spread_overdue:
        waits.append(lane.clocks.spread)
    return now + max(waits) if waits else None
