"""An approved item made into the post of one channel: texts fitted, pictures prepared, links."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from channels.base import Limits, Media
from content import pictures, sniff
from content.cover import default_cover
from content.fit import Content, Fitted, fit
from content.media import keep_bytes
from errors import Refused

LINK = re.compile(r"https?://[^\s<>\"”’)]+[^\s<>\"”’).,;:!?]")
HASHTAGS = re.compile(r"(?:\s+#\w+)+\s*$")
LINK_WORDS = {"audio": "Nghe", "video": "Xem"}


@dataclass(frozen=True, slots=True)
class House:
    """What a unit's posts have in common."""

    unit_name: str
    media: Path
    public_url: str
    cover: Path | None = None

    def url(self, name: str) -> str:
        return f"{self.public_url}/media/{name}"


def compose(content: Mapping[str, Any], channel: str, limits: Limits, house: House) -> Fitted:
    """Raises `Refused` where the item cannot be made to fit."""
    names = list(content.get("media", ()))
    cover, used = _cover(content, limits, house)
    media = [_media(name, limits, house) for name in names if name != used]
    taken = [each for each in media if each.kind in limits.kinds or each.kind == "image"]
    linked = [each for each in media if each not in taken]
    body, hashtags = _apart(str(content["body"]))
    variant = content.get("variants", {}).get(channel)
    for each in linked:
        # A recording that the channel cannot carry is a link, not a loss.
        pointer = f"\n\n{LINK_WORDS.get(each.kind, 'Tải')}: {each.url}"
        body, variant = body + pointer, variant + pointer if variant else None
    link = next(iter(LINK.findall(variant or body)), "")
    return fit(
        Content(
            kind="tin" if linked else str(content["kind"]),
            title=str(content["title"]),
            body=body,
            variant=variant,
            hashtags=hashtags,
            cover=cover,
            link=link,
            utm={"source": channel, "medium": "loa", "campaign": str(content["kind"])}
            if link
            else {},
        ),
        limits,
        taken,
    )


def _apart(body: str) -> tuple[str, tuple[str, ...]]:
    """The body, and the hashtags written after it: they go only where a channel knows them."""
    found = HASHTAGS.search(body)
    if not found or not body[: found.start()].strip():
        return body, ()
    return body[: found.start()].rstrip(), tuple(found[0].split())


def _media(name: str, limits: Limits, house: House) -> Media:
    path = house.media / name
    mime = (
        sniff.sniff(path) if path.is_file() and _is_intact(path, path.stat().st_mtime_ns) else None
    )
    if mime is None:
        raise Refused(f"Tệp {name} không còn nguyên trong kho; hãy gửi lại tệp và duyệt lại.")
    kind = sniff.media_kind(mime)
    if kind != "image" or not limits.images:
        return Media(path, kind, mime, house.url(name))
    return _picture(path, replace(limits, image_ratio=None), house)


def _picture(path: Path, limits: Limits, house: House) -> Media:
    ready = _prepared(path, limits, house.media)
    if not ready.path.is_file():
        _prepared.cache_clear()
        ready = _prepared(path, limits, house.media)
    return Media(ready.path, "image", ready.mime, house.url(ready.path.name))


@lru_cache(maxsize=512)
def _prepared(path: Path, limits: Limits, folder: Path) -> pictures.Prepared:
    """Once for each picture and channel: files in the media folder never change their content."""
    return pictures.prepare(path, limits, folder)


def _cover(content: Mapping[str, Any], limits: Limits, house: House) -> tuple[Media | None, str]:
    """The first picture in the channel's shape, and its name; else the unit's cover, or a made one.

    Only channels of articles have a cover.
    """
    if limits.image_ratio is None or not limits.title:
        return None, ""
    for name in content.get("media", ()):
        path = house.media / name
        if path.is_file() and (sniff.sniff(path) or "").startswith("image/"):
            return _picture(path, limits, house), name
    if house.cover is not None:
        return _picture(house.cover, limits, house), ""
    kept = _drawn(str(content["title"]), house.unit_name, house.media)
    return _picture(house.media / kept, limits, house), ""


@lru_cache(maxsize=256)
def _drawn(title: str, unit_name: str, folder: Path) -> str:
    """A made cover's name in the media folder."""
    drawn = io.BytesIO()
    default_cover(title, unit_name).save(drawn, "PNG")
    return keep_bytes(folder, drawn.getvalue(), ".png")


@lru_cache(maxsize=512)
def _is_intact(path: Path, _changed_at: int) -> bool:
    """Are its bytes still those that were approved? The name is their digest."""
    return hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
