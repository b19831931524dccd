"""What Zalo accepts as an article, with its own words for what it does not.

Source: `api/zalo.md` §4.1-4.4, §12.5.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sandbox.core import Settings
from sandbox.zalo_errors import bad

SWITCH = {"show", "hide"}
AUTHOR_MAX = 50


def check_article(given: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The payload with its defaults filled in; Refused (-201) if Zalo would not take it."""
    kind = given.get("type")
    if kind not in {"normal", "video"}:
        raise bad("type accept only 2 value normal and video.")
    _check_text(given, "title", settings.zalo_title_max, "title allow 1 to 150 characters")
    longest = settings.zalo_description_max
    _check_text(given, "description", longest, "description allow 1 to 300 characters")
    payload = {"status": "hide", "comment": "show"} | given
    for name in ("status", "comment"):
        if payload[name] not in SWITCH:
            raise bad(f"{name} value is invalid")
    _check_normal(payload) if kind == "normal" else _check_video(payload)
    return payload


def number_of(query: Mapping[str, str], name: str) -> int:
    """A number of the list's query; Refused (-201) if it is none."""
    text = query.get(name, "")
    if not text.isdigit():
        raise bad(f"{name} is invalid")
    return int(text)


def pictures_of(payload: dict[str, Any]) -> list[str]:
    """The URLs that Zalo's servers fetch for an article, each once."""
    cover, body = payload.get("cover", {}), payload.get("body", [])
    urls = [cover.get("photo_url"), payload.get("avatar")]
    urls += [block.get("url") for block in body if block["type"] == "image"]
    urls += [block.get("thumb") for block in body if block["type"] == "video"]
    return list(dict.fromkeys(url for url in urls if url))


def _check_text(given: dict[str, Any], name: str, longest: int, words: str) -> None:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise bad(words)


def _check_normal(payload: dict[str, Any]) -> None:
    _check_text(payload, "author", AUTHOR_MAX, "author allow 1 to 50 characters")
    _check_cover(payload.get("cover"))
    body = payload.get("body")
    if not isinstance(body, list) or not body:
        raise bad("body value is invalid")
    for block in body:
        _check_block(block)
    related = payload.get("related_medias", [])
    if not isinstance(related, list) or not all(isinstance(each, str) for each in related):
        raise bad("related_medias value is invalid")
    if payload.get("tracking_link") and not is_public_url(payload["tracking_link"]):
        raise bad("tracking_link is invalid")


def _check_video(payload: dict[str, Any]) -> None:
    if not isinstance(payload.get("video_id"), str):
        raise bad("video_id is invalid")
    if not is_public_url(payload.get("avatar")):
        raise bad("avatar is invalid")


def _check_cover(cover: Any) -> None:
    if not isinstance(cover, dict) or cover.get("cover_type") not in {"photo", "video"}:
        raise bad("cover value is invalid")
    if cover.get("status") not in SWITCH:
        raise bad("create media fail")
    if cover["cover_type"] == "photo" and not is_public_url(cover.get("photo_url")):
        raise bad("photo_url of cover is invalid")
    if cover["cover_type"] == "video":
        views = {"horizontal", "vertical", "square"}
        if not cover.get("video_id") or cover.get("cover_view") not in views:
            raise bad("video of cover is invalid")


def _check_block(block: Any) -> None:
    kind = block.get("type") if isinstance(block, dict) else None
    match kind:
        case "text":
            right = isinstance(block.get("content"), str) and bool(block["content"].strip())
        case "image":
            right = is_public_url(block.get("url"))
        case "video":
            source = block.get("video_id") or is_public_url(block.get("url"))
            right = bool(source) and is_public_url(block.get("thumb"))
        case "product":
            right = bool(block.get("id"))
        case _:
            right = False
    if not right:
        raise bad("body value is invalid")


def is_public_url(url: Any) -> bool:
    """An absolute http(s) URL in ASCII; whether it can be fetched is seen later."""
    if not isinstance(url, str) or not url.isascii() or " " in url:
        return False
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
