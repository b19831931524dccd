"""Settle what is unknown: look it up, else let a named person say."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import update
from sqlmodel import Session, col, select

from channels.base import Decision, Finds, Post, Receipt, Sight
from delivery import outcome
from delivery.lanes import Lane
from delivery.send import Sender, Stopping, never
from errors import Refused
from models import ANNOUNCE, STATE_NAMES, Ask, Attempt, Item, Publication, SendState, Staff

log = structlog.get_logger(__name__)

SINCE = timedelta(minutes=5)  # the service's clock may be behind ours
NOT_SEEN = "Đã tìm trên kênh nhưng không thấy bài."


def settle_due(sender: Sender, lane: Lane, stopping: Stopping = never) -> int:
    """Look up every unknown publication of a channel whose time has come."""
    done = 0
    while not stopping() and (row := _take(sender, lane)):
        seen = _look(sender, lane, row)
        with sender.store.writing() as session:
            fresh = session.get_one(Publication, row.id)
            if fresh.state == SendState.UNKNOWN and fresh.fence == row.fence:
                _write(session, lane, fresh, seen, sender.clock())
        done += 1
    return done


def by_hand(
    session: Session, lane: Lane, row: Publication, *, link: str | None, by: Staff, now: datetime
) -> str:
    """A person says: it is out (with its link or evidence), or it is not. Returns what follows.

    Raises `Refused` where nothing was asked.
    """
    done_early = lane.manual and row.state == SendState.DUE and link is not None
    if row.state not in (SendState.ASKED, SendState.UNKNOWN, SendState.REJECTED) and not done_early:
        raise Refused(
            f"Lượt đăng {row.id} {STATE_NAMES[SendState(row.state)]}, không cần xác nhận."
        )
    _log(session, row, by, f"{'đã đăng' if link else 'chưa đăng'}: {by.name}", now)
    if link is not None:
        row.url = link
        outcome.mark_sent(
            session, lane, row, Receipt(row.remote_id or "", link), now, by=f"{by.name} xác nhận."
        )
        return "đã ghi là đã đăng"
    if row.ask == Ask.MANUAL:
        row.reason = f"{by.name} báo chưa làm."
        session.add(row)
        return "vẫn chờ thực hiện"
    announcing = row.ask == Ask.ANNOUNCE
    row.state, row.ask, row.forced = SendState.DUE, None, True
    row.next_at, row.reason, row.settle_at = now, f"{by.name} bảo gửi.", None
    session.add(row)
    return "sẽ gửi tin báo" if announcing else "sẽ gửi lại ngay"


def cancel(session: Session, row: Publication, by: Staff, now: datetime) -> None:
    """Take a publication off the queue. Raises `Refused` where it is out, or may be."""
    free = row.state in (SendState.DUE, SendState.REJECTED) or (
        row.state == SendState.ASKED and row.ask != Ask.UNKNOWN
    )
    if not free:
        raise Refused(
            f"Lượt đăng {row.id} {STATE_NAMES[SendState(row.state)]}, không hủy được;"
            " bài đã lên thì phải gỡ hoặc đính chính."
        )
    _log(session, row, by, f"hủy: {by.name}", now)
    row.state, row.ask, row.reason = SendState.CANCELLED, None, f"{by.name} hủy."
    session.add(row)


def _take(sender: Sender, lane: Lane) -> Publication | None:
    """One look-up, taken so that no other process makes it too."""
    if not isinstance(lane.channel, Finds):
        return None
    with sender.store.writing() as session:
        now = sender.clock()
        query = select(Publication).where(
            Publication.channel == lane.name,
            Publication.state == SendState.UNKNOWN,
            col(Publication.settle_at) <= now,
        )
        row = session.exec(query.order_by(col(Publication.settle_at)).limit(1)).first()
        if row is None:
            return None
        taken = session.connection().execute(
            update(Publication)
            .where(col(Publication.id) == row.id, col(Publication.settle_at) == row.settle_at)
            .values(settle_at=now + lane.clocks.lease)
        )
        session.expunge(row)
        return row if taken.rowcount == 1 else None


def _look(sender: Sender, lane: Lane, row: Publication) -> Receipt | Sight:
    if not isinstance(lane.channel, Finds) or row.occurrence == ANNOUNCE:
        return Sight.NOT_SHOWN
    with sender.store.reading() as session:
        content = session.get_one(Item, row.item_id).content
    since = (row.first_try_at or row.due_at) - SINCE
    try:
        post: Post = sender.compose(content, lane)
        return lane.channel.find(post, row.ids, since)
    except (Decision, Refused) as told:
        log.info("look-up failed", publication=row.id, reason=str(told))
    except Exception:
        log.exception("look-up", publication=row.id)
    return Sight.NOT_SHOWN


def _write(
    session: Session, lane: Lane, row: Publication, seen: Receipt | Sight, now: datetime
) -> None:
    if isinstance(seen, Receipt):
        outcome.mark_sent(session, lane, row, seen, now, by="Tìm thấy trên kênh.")
    elif seen is Sight.ABSENT and row.absences == 0:
        row.state, row.absences, row.forced = SendState.DUE, 1, True
        row.next_at, row.settle_at = now, None
        row.reason = "Chắc chắn chưa lên kênh; gửi lại một lần."
        session.add(row)
    elif row.settle_round + 1 < len(lane.clocks.settle):
        row.settle_round += 1
        wait = lane.clocks.settle[row.settle_round] - lane.clocks.settle[row.settle_round - 1]
        row.settle_at = now + max(wait, timedelta())
        session.add(row)
    else:
        outcome.mark_asked(session, row, Ask.UNKNOWN, NOT_SEEN, now)


def _log(session: Session, row: Publication, by: Staff, words: str, now: datetime) -> None:
    session.add(
        Attempt(
            publication_id=row.id,
            fence=row.fence,
            worker=f"staff:{by.id}",
            hash=row.hash,
            at=now,
            ended_at=now,
            outcome="by_hand",
            reason=words,
        )
    )
