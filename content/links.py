"""A link with its UTM parameters, so that the office's site can tell which channel brought it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

_ORDER = ("source", "medium", "campaign", "term", "content")


def with_utm(link: str, utm: Mapping[str, str]) -> str:
    """The link with `utm_*` added before its fragment; its own query stays byte for byte.

    Keys are `campaign`, `source`, `medium`, …; what the link already carries is left alone, so
    that applying it twice changes nothing.
    """
    base, mark, fragment = link.partition("#")
    carried = {name for name, _ in parse_qsl(base.partition("?")[2], keep_blank_values=True)}
    wanted = [(f"utm_{key}", utm[key]) for key in _ORDER if utm.get(key)]
    fresh = urlencode([(name, value) for name, value in wanted if name not in carried])
    if not fresh:
        return link
    glue = "?" if "?" not in base else "" if base.endswith(("?", "&")) else "&"
    return f"{base}{glue}{fresh}{mark}{fragment}"


def is_web_link(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and link.split() == [link]
    except ValueError:
        return False
