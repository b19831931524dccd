"""Drafts that the clock opens: a slot that comes near gets one, naming what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from content.draft_file import NewDraft
from content.routing import Slot
from models import Kind

KINDS = {"bulletin": Kind.BAN_TIN, "radio": Kind.PHAT_THANH, "infographic": Kind.INFOGRAPHIC}
NAMES = {"bulletin": "Bản tin", "radio": "Chuyên mục phát thanh", "infographic": "Infographic"}
MISSING = {
    "bulletin": "tin, bài của kỳ này; ảnh; mục nhắc việc và đường dây nóng",
    "radio": "lời phát thanh; giọng đọc hoặc tệp ghi âm",
    "infographic": "3 đến 6 con số có nguồn và ngày",
}


def opening(maker: str, slot: Slot, title: str, topics: Sequence[str]) -> NewDraft:
    """What is started for a slot of a task; nobody is its author until somebody works on it."""
    return NewDraft(
        kind=KINDS[maker],
        title=f"{NAMES[maker]} số {slot.number}/{slot.of}",
        body="",  # submitting an empty one is refused: nothing unfinished goes out
        task=slot.task,
        slot=slot.id,
        topics=tuple(topics),
        note=f"{title}. Còn thiếu: {MISSING[maker]}.",
    )
