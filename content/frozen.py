"""What an approval binds: everything that will be sent, and its hash (design §5)."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Collection, Iterable
from datetime import UTC
from typing import Any

from sqlmodel import Session, col, select

from models import Draft, DraftState, Item


def content_of(draft: Draft, channels: Iterable[str]) -> dict[str, Any]:
    """All that would be sent to these channels, in NFC.

    `media` are names in the media folder, `{sha256}.{ext}`: the digests, in order. `at` is the
    time asked for in UTC, None for "at its slot, else at once".
    """
    content: dict[str, Any] = _nfc(
        {
            "kind": str(draft.kind),
            "title": draft.title,
            "body": draft.body,
            "variants": draft.variants,
            "media": list(draft.media),
            "figures": list(draft.figures),
            "channels": sorted(channels),
            "language": draft.language,
            "at": draft.at.astimezone(UTC).isoformat() if draft.at else None,
        }
    )
    return content


def hash_of(content: Any) -> str:
    """sha256, in hex, over canonical JSON: sorted keys, NFC, UTF-8."""
    canonical = json.dumps(_nfc(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def still_as_approved(session: Session, item: Item) -> bool:
    """Are the item and its draft, as the database has them, what was approved?

    False also where the draft went back to be written. The bytes of media are not read here.
    """
    draft = session.get(Draft, item.draft_id, populate_existing=True)
    return draft is not None and _is_as_approved(item, draft)


def still_approved(session: Session, items: Collection[int]) -> set[int]:
    """Those of the items that are still what was approved, by one query."""
    pairs = session.exec(
        select(Item, Draft)
        .join(Draft, col(Draft.id) == col(Item.draft_id))
        .where(col(Item.id).in_(items))
        .execution_options(populate_existing=True)
    )
    return {item.id for item, draft in pairs if _is_as_approved(item, draft)}


def _is_as_approved(item: Item, draft: Draft) -> bool:
    if draft.state != DraftState.APPROVED or hash_of(item.content) != item.hash:
        return False
    # Where the draft names no channels, those of its task were frozen with the item.
    channels = draft.channels or item.content["channels"]
    return hash_of(content_of(draft, channels)) == item.hash


def _nfc(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_nfc(key): _nfc(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_nfc(each) for each in value]
    return value
