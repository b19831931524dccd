"""Drafts that the clock opens: a slot that comes near gets one, naming what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from content.routing import Slot
from models import Draft, Kind

KINDS = {"bulletin": Kind.BAN_TIN, "radio": Kind.PHAT_THANH, "infographic": Kind.INFOGRAPHIC}
NAMES = {"bulletin": "Bản tin", "radio": "Chuyên mục phát thanh", "infographic": "Infographic"}
MISSING = {
    "bulletin": "tin, bài của kỳ này; ảnh; mục nhắc việc và đường dây nóng",
    "radio": "lời phát thanh; giọng đọc hoặc tệp ghi âm",
    "infographic": "3 đến 6 con số có nguồn và ngày",
}


def open_one(
    session: Session, unit: str, maker: str, slot: Slot, about: Sequence[str], now: datetime
) -> Draft:
    """Start the draft of a slot; nobody is its author until somebody submits it.

    `about` is the task's title, then the ids of its topics.
    """
    title, *topics = about
    draft = Draft(
        unit=unit,
        kind=KINDS[maker],
        title=f"{NAMES[maker]} số {slot.number}/{slot.of}",
        body=title,
        task=slot.task,
        slot=slot.id,
        topics=topics,
        note=f"Còn thiếu: {MISSING[maker]}.",
        created_at=now,
        changed_at=now,
    )
    session.add(draft)
    session.flush()
    return draft
