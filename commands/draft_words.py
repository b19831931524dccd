"""Drafts told: in lines for people, in JSON for programs (contracts §5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from content import moments, routing
from content.drafts import Added
from content.names import KIND_NAMES, STATE_NAMES
from content.review import Approved
from models import Draft

Names = Mapping[int, str]


def added(told: Added) -> Iterator[str]:
    """What was understood, and what comes next."""
    draft = told.draft
    yield f"{KIND_NAMES[draft.kind].capitalize()} “{draft.title}”, đơn vị {draft.unit}."
    if draft.task:
        slot = routing.slot_name(told.slot) if told.slot else "không theo kỳ"
        yield f"Nhiệm vụ {draft.task}: {slot}."
    when = f", lúc {moments.shown(draft.at)}" if draft.at else ""
    yield f"Đăng trên: {', '.join(told.channels)}{when}."
    yield from told.notes
    yield f"Tiếp theo: loa draft submit {draft.id} --as TÊN"


def approved(told: Approved) -> Iterator[str]:
    yield f"Đã duyệt bản thảo số {told.item.draft_id}, mã nội dung {told.item.hash[:12]}."
    for each in told.publications:
        again = " (phát lại)" if each.follows else ""
        yield f"{each.channel}: {moments.shown(each.due_at)}{again}, lượt đăng số {each.id}"
    yield from told.notes


def brief(draft: Draft, names: Names) -> str:
    where = draft.slot or draft.task or "ngoài kế hoạch"
    words = (STATE_NAMES[draft.state], KIND_NAMES[draft.kind], f"“{draft.title}”", where)
    return " · ".join((str(draft.id), *words, _author(draft, names)))


def whole(draft: Draft, names: Names) -> Iterator[str]:
    yield brief(draft, names)
    if draft.note:
        yield f"Cần sửa: {draft.note}"
    yield f"Kênh: {', '.join(draft.channels) or 'theo nhiệm vụ'}"
    if draft.at:
        yield f"Giờ đăng: {moments.shown(draft.at)}"
    for name in draft.media:
        yield f"Tệp: {name}"
    for each in draft.figures:
        unit = f" {each['unit']}" if each.get("unit") else ""
        source = f"nguồn: {each.get('source')}, {each.get('date')}"
        yield f"Số liệu: {each.get('label')}: {each.get('value')}{unit} ({source})"
    yield f"\n{draft.body}"
    for channel, text in draft.variants.items():
        yield f"\n[{channel}]\n{text}"


def brief_json(draft: Draft, names: Names) -> dict[str, Any]:
    return {
        "id": draft.id,
        "state": str(draft.state),
        "kind": str(draft.kind),
        "title": draft.title,
        "unit": draft.unit,
        "task": draft.task,
        "slot": draft.slot,
        "at": moments.iso(draft.at) if draft.at else None,
        "channels": draft.channels,
        "author": names.get(draft.author_id) if draft.author_id else None,
        "note": draft.note,
        "created_at": moments.iso(draft.created_at),
        "changed_at": moments.iso(draft.changed_at),
    }


def whole_json(draft: Draft, names: Names) -> dict[str, Any]:
    return brief_json(draft, names) | {
        "body": draft.body,
        "variants": draft.variants,
        "media": draft.media,
        "figures": draft.figures,
        "topics": draft.topics,
        "language": draft.language,
    }


def approved_json(told: Approved) -> dict[str, Any]:
    """The shape of contracts §5 `draft approve`."""
    return {
        "item": told.item.id,
        "hash": told.item.hash,
        "publications": [
            {"id": each.id, "channel": each.channel, "due": moments.iso(each.due_at)}
            for each in told.publications
        ],
    }


def _author(draft: Draft, names: Names) -> str:
    return names.get(draft.author_id, "?") if draft.author_id else "chưa có người viết"
