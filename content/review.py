"""Submit, approve, return, drop, change: what people do with a draft (design §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from channels.base import Limits
from content import draft_file, drafts, posts, routing
from content.frozen import content_of, hash_of, still_approved, still_as_approved
from content.moments import shown
from content.moves import Action, check, move
from content.plain import clean
from content.release import TakenOff, release, take_off
from content.routing import Office
from errors import Refused
from models import CHANGED, Draft, DraftState, Item, Publication, SendState, Staff

__all__ = [
    "Approved",
    "approve",
    "change",
    "content_of",
    "drop",
    "hash_of",
    "lapse",
    "reopen",
    "send_back",
    "still_approved",
    "still_as_approved",
    "submit",
]

MAX_NOTE = 1000
EDITABLE = frozenset(
    "kind title body task slot at channels variants media figures topics language".split()
)


@dataclass(frozen=True, slots=True)
class Approved:
    item: Item
    publications: tuple[Publication, ...]
    notes: tuple[str, ...] = ()


def submit(
    session: Session,
    office: Office,
    draft: Draft,
    by: Staff,
    now: datetime,
    limits: Mapping[str, Limits],
) -> tuple[str, ...]:
    """Ask for approval; gives what each channel will have to shorten or leave out.

    Only what a channel with `limits` can never take is refused; a channel without is not asked.
    Who submits what only a maker has touched becomes its author. Raises `Refused`.
    """
    check(office, draft, by, Action.SUBMIT)
    if not draft.title or not draft.body:
        raise Refused(f"Bản thảo số {draft.id} chưa có tiêu đề hoặc nội dung; hãy viết thêm.")
    channels = routing.resolve(office, draft.channels, draft.task)
    notes = _fit(office, content_of(draft, channels), limits)
    if draft.at is not None and draft.at < now:
        notes += (f"Giờ đăng {shown(draft.at)} đã qua: duyệt xong sẽ đăng ngay.",)
    draft.author_id = draft.author_id or by.id
    draft.note = ""
    move(session, draft, Action.SUBMIT, now)
    return notes


def approve(
    session: Session,
    office: Office,
    draft: Draft,
    by: Staff,
    now: datetime,
    at: datetime | None = None,
) -> Approved:
    """Freeze what will be sent and put it into the queue; `at` sets the time (“Hẹn giờ”).

    The channels of a draft that names none are those of its task as it is routed now.
    Raises `Refused`.
    """
    check(office, draft, by, Action.APPROVE)
    if at is not None:
        drafts.check_ahead(at, now)
        draft.at = at
    channels = routing.resolve(office, draft.channels, draft.task)
    content = content_of(draft, channels)
    item = Item(
        draft_id=draft.id,
        unit=draft.unit,
        hash=hash_of(content),
        content=content,
        task=draft.task,
        slot=draft.slot,
        approved_by=by.id,
        approved_at=now,
    )
    session.add(item)
    session.flush()
    released = release(session, office, draft, item, now)
    move(session, draft, Action.APPROVE, now)
    return Approved(item, released.publications, released.notes)


def send_back(
    session: Session, office: Office, draft: Draft, by: Staff, now: datetime, note: str
) -> None:
    """Return a draft to its author with what is to be mended. Raises `Refused`."""
    check(office, draft, by, Action.RETURN)
    told = clean(note)
    if not told or len(told) > MAX_NOTE:
        raise Refused(f"Hãy ghi điều cần sửa, từ 1 đến {MAX_NOTE} chữ.")
    draft.note = told
    move(session, draft, Action.RETURN, now)


def drop(session: Session, office: Office, draft: Draft, by: Staff, now: datetime) -> None:
    """Give a draft up; its slot is open again. Raises `Refused`."""
    check(office, draft, by, Action.DROP)
    move(session, draft, Action.DROP, now)


def reopen(
    session: Session, office: Office, draft: Draft, by: Staff, now: datetime
) -> tuple[str, ...]:
    """Take a dropped draft up again; a slot that was given away is replaced by the next open one.

    Gives what the person must know. Raises `Refused`.
    """
    check(office, draft, by, Action.REOPEN)
    move(session, draft, Action.REOPEN, now)
    if draft.slot is None or draft.task is None:
        return ()
    if draft.slot not in drafts.taken(session, draft.unit, draft.task, but=draft.id):
        return ()
    place = drafts.place(session, office, draft.task, None, now, but=draft.id)
    was, draft.slot = draft.slot, place.slot.id if place.slot else None
    session.add(draft)
    now_at = f"chuyển sang kỳ {draft.slot}" if draft.slot else "đăng ngoài kỳ"
    return (f"Kỳ {was} đã có bài khác; bản thảo {now_at}.",)


def change(
    session: Session, office: Office, draft: Draft, by: Staff | None, now: datetime, **fields: Any
) -> TakenOff:
    """The only way to edit: what was approved leaves the queue, and must be submitted again.

    `fields` are columns of the draft; `media` are names in the media folder. `by` is None for a
    maker. Who changes what only a maker has touched becomes its author. Raises `Refused`.
    """
    check(office, draft, by, Action.CHANGE)
    new = _tidy(session, office, draft, fields, now)
    new = {key: value for key, value in new.items() if value != getattr(draft, key)}
    if not new:
        return TakenOff()
    for key, value in new.items():
        setattr(draft, key, value)
    draft.author_id = draft.author_id or (by.id if by else None)
    move(session, draft, Action.CHANGE, now)
    return take_off(session, draft, CHANGED)


def lapse(session: Session, now: datetime) -> list[tuple[Draft, TakenOff]]:
    """Approved drafts that were changed by some other door, back to writing, off the queue."""
    query = (
        select(Item.id, Item.draft_id)
        .join(Draft, col(Draft.id) == col(Item.draft_id))
        .join(Publication, col(Publication.item_id) == col(Item.id))
        .where(
            Draft.state == DraftState.APPROVED,
            or_(col(Publication.state) == SendState.DUE, col(Publication.reason) == CHANGED),
        )
    )
    items = dict(session.exec(query.distinct()).all())
    good = still_approved(session, items.keys()) if items else set()
    lapsed = {draft for item, draft in items.items() if item not in good}
    found = []
    for id in sorted(lapsed - {items[item] for item in good}):
        draft = session.get_one(Draft, id)
        move(session, draft, Action.CHANGE, now)
        found.append((draft, take_off(session, draft, CHANGED)))
    return found


def _fit(
    office: Office, content: Mapping[str, Any], limits: Mapping[str, Limits]
) -> tuple[str, ...]:
    config = office.config
    house = posts.House(office.unit.name, config.loa.media, config.web.public_url)
    notes: list[str] = []
    for channel in content["channels"]:
        if channel not in limits:
            continue
        try:
            # Without a shape no cover is drawn, which would always fit.
            asked = replace(limits[channel], image_ratio=None)
            fitted = posts.compose(content, channel, asked, house)
        except Refused as refusal:
            raise Refused(f"Kênh {channel}: {refusal}") from refusal
        notes.extend(f"{channel}: {note}" for note in fitted.notes)
    return tuple(notes)


def _tidy(
    session: Session, office: Office, draft: Draft, fields: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The new values by the rules of a draft file; their channels exist and their slot is free."""
    if other := fields.keys() - EDITABLE:
        raise ValueError(f"not for change: {other}")
    new = {key: _one(office, key, value, now) for key, value in fields.items()}
    if "task" in new or "slot" in new:
        task, slot = new.get("task", draft.task), new.get("slot")
        place = drafts.place(session, office, task, slot, now, but=draft.id)
        new |= {"task": place.task, "slot": place.slot.id if place.slot else None}
    named, task = new.get("channels", draft.channels), new.get("task", draft.task)
    channels = routing.resolve(office, named, task)
    drafts.check_variants(office, new.get("variants", draft.variants), channels)
    return new


def _one(office: Office, key: str, value: Any, now: datetime) -> Any:
    if key in ("at", "task", "slot") and value is None:
        return None
    if key == "at":
        drafts.check_ahead(value, now)
        return value
    if key == "media":
        for name in value:
            if not (office.config.loa.media / name).is_file():
                raise Refused(f"Tệp {name} không còn trong kho ảnh, tệp; hãy gửi lại.")
        return list(value)
    tidy = draft_file.tidy(key, value)
    return list(tidy) if isinstance(tidy, tuple) else tidy
