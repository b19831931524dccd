"""What people must be told, once: written with the change it tells of, told afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from models import Notice
from store import Store, insert_or_ignore

Tell = Callable[[Notice], bool]  # True when the person was reached
ADMIN = "admin"
APPROVER = "approver"


def notice(
    session: Session,
    key: str,
    unit: str,
    to: str,
    text: str,
    now: datetime,
    *,
    publication: int | None = None,
    draft: int | None = None,
) -> None:
    """Write a notice unless one of that key is there. `to` is a staff name or a role."""
    insert_or_ignore(
        session,
        Notice,
        key=key,
        unit=unit,
        told_to=to,
        text=text,
        at=now,
        publication_id=publication,
        draft_id=draft,
    )


def tell_waiting(store: Store, tell: Tell, now: datetime) -> int:
    """Hand every notice that waits to `tell`; one that reaches nobody is tried again."""
    with store.reading() as session:
        waiting = session.exec(
            select(Notice).where(col(Notice.told_at).is_(None)).order_by(col(Notice.id)).limit(100)
        ).all()
        session.expunge_all()
    told = [each.id for each in waiting if tell(each)]
    if told:
        with store.writing() as session:
            session.connection().execute(
                update(Notice).where(col(Notice.id).in_(told)).values(told_at=now)
            )
    return len(told)
