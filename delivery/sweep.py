"""Find what no worker will finish by itself: lost leases, late rows, work for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from delivery import outcome, queue
from delivery.lanes import Lane, Lanes
from delivery.notices import ADMIN, APPROVER, notice
from models import Ask, Attempt, ChannelState, Heartbeat, Publication, SendState

LOST = "Tiến trình dừng giữa lúc gửi: không rõ đã lên kênh chưa."
SILENT_WORKER = timedelta(minutes=2)


def sweep(session: Session, lanes: Lanes, now: datetime) -> None:
    for row in _lost_leases(session, now):
        _cut_short(session, row, now)
        outcome.mark_unknown(session, _lane(lanes, row), row, LOST, now)
    for row in _overdue_by_hand(session, lanes, now):
        _ask_by_hand(session, lanes[row.channel], row, now)
    for row in _too_late(session, lanes, now):
        queue.ask_late(session, row.id, row.unit, row.title, row.channel, now)
    _orphans(session, now)


def oldest_due(session: Session, lanes: Lanes, now: datetime) -> timedelta:
    """The age of the oldest row that a worker should have sent.

    What waits for a person (a channel that is cut off), for the morning or for its first airing
    is not stuck: restarting anything would not help.
    """
    first = aliased(Publication)
    waiting = {*held(session, lanes), *(n for n, lane in lanes.items() if lane.quiet_at(now))}
    query = (
        select(Publication.next_at)
        .outerjoin(first, col(first.id) == col(Publication.follows))
        .where(
            Publication.state == SendState.DUE,
            col(Publication.next_at) <= now,
            col(Publication.channel).not_in(waiting),
            or_(col(Publication.follows).is_(None), col(first.state) == SendState.SENT),
        )
    )
    found = session.exec(query.order_by(col(Publication.next_at)).limit(1)).first()
    return now - found if found else timedelta()


def held(session: Session, lanes: Lanes) -> Iterator[str]:
    """The channels that are cut off or cannot be opened."""
    yield from session.exec(select(ChannelState.channel).where(col(ChannelState.held).is_not(None)))
    yield from (name for name, lane in lanes.items() if lane.problem)


def alarm_if_stuck(
    session: Session, lanes: Lanes, unit: str, now: datetime, limit: timedelta
) -> None:
    age = oldest_due(session, lanes, now)
    if age > limit:
        text = f"Hàng chờ bị nghẽn: có bài quá giờ {int(age.total_seconds() // 60)} phút chưa gửi."
        notice(session, f"stuck:{now:%Y-%m-%dT%H}", unit, ADMIN, text, now)


def silent_workers(session: Session, now: datetime) -> list[str]:
    """Workers that stopped without saying so within the last day."""
    query = select(Heartbeat.worker).where(
        col(Heartbeat.at) < now - SILENT_WORKER, col(Heartbeat.at) > now - timedelta(days=1)
    )
    return list(session.exec(query))


def beat(session: Session, worker: str, roles: str, now: datetime) -> None:
    row = session.get(Heartbeat, worker)
    row = row or Heartbeat(worker=worker, roles=roles, started_at=now, at=now)
    row.at = now
    session.add(row)


def rest(session: Session, worker: str) -> None:
    """A worker that stops cleanly takes its heartbeat away."""
    if row := session.get(Heartbeat, worker):
        session.delete(row)


def _lost_leases(session: Session, now: datetime) -> list[Publication]:
    query = select(Publication).where(
        Publication.state == SendState.SENDING, col(Publication.lease_until) <= now
    )
    return list(session.exec(query.with_for_update(skip_locked=True)))


def _cut_short(session: Session, row: Publication, now: datetime) -> None:
    query = select(Attempt).where(Attempt.publication_id == row.id, col(Attempt.outcome).is_(None))
    for attempt in session.exec(query):
        attempt.ended_at, attempt.outcome, attempt.reason = now, "lost", LOST
        session.add(attempt)


def _overdue_by_hand(session: Session, lanes: Lanes, now: datetime) -> list[Publication]:
    query = select(Publication).where(
        col(Publication.channel).in_([name for name, lane in lanes.items() if lane.manual]),
        Publication.state == SendState.DUE,
        col(Publication.next_at) <= now,
    )
    return list(session.exec(query.with_for_update(skip_locked=True)))


def _ask_by_hand(session: Session, lane: Lane, row: Publication, now: datetime) -> None:
    row.state, row.ask = SendState.ASKED, Ask.MANUAL
    row.reason = lane.instructions or "Đến giờ thực hiện; làm xong hãy gửi minh chứng."
    session.add(row)
    session.flush()
    text = (
        f"Đến giờ: “{row.title}” trên {row.channel}. {row.reason}"
        f" Xong thì ghi: loa publications settle {row.id} --sent MINH_CHỨNG"
    )
    for person in lane.responsible or (APPROVER,):
        key = f"manual:{row.id}:{row.fence}:{person}"
        notice(session, key, row.unit, person, text, now, publication=row.id)


def _too_late(session: Session, lanes: Lanes, now: datetime) -> list[Publication]:
    """Overdue rows on a channel that claims nothing: held, broken, or quiet for too long."""
    patience = {name: lane.clocks.late_after for name, lane in lanes.items() if not lane.manual}
    if not patience:
        return []
    query = select(Publication).where(
        col(Publication.channel).in_(patience),
        Publication.state == SendState.DUE,
        col(Publication.due_at) < now - min(patience.values()),
        col(Publication.forced).is_(False),
        col(Publication.follows).is_(None),
    )
    found = session.exec(query.with_for_update(skip_locked=True))
    return [row for row in found if row.due_at < now - patience[row.channel]]


def _orphans(session: Session, now: datetime) -> None:
    """A re-run whose first airing will never be goes with it."""
    gone = select(Publication.id).where(
        col(Publication.state).in_([SendState.CANCELLED, SendState.REJECTED])
    )
    query = select(Publication).where(
        Publication.state == SendState.DUE, col(Publication.follows).in_(gone)
    )
    for row in session.exec(query):
        row.state, row.reason = SendState.CANCELLED, "Lượt đầu không đăng nên không phát lại."
        session.add(row)
        text = f"Lượt phát lại “{row.title}” ({row.channel}) được hủy: {row.reason}"
        notice(session, f"orphan:{row.id}", row.unit, APPROVER, text, now, publication=row.id)


def _lane(lanes: Lanes, row: Publication) -> Lane:
    return lanes.get(row.channel) or Lane(
        row.channel, row.unit, problem="Kênh không còn trong cấu hình."
    )
