"""Telegram's texts: counted in UTF-16 units, with its HTML taken apart.

Source: `api/social.md` §5.2. Errors are worded as the service words them.
"""

import json
import re
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from sandbox.telegram_errors import TelegramError

PIECE = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^<>]*)>|(<)|([^<]+)")
HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")
LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler", "a": "text_link", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}  # fmt: skip
SHOWN_AS = {
    "bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code",
    "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """A text after its entities were parsed; `html` is safe to show on a wall."""

    plain: str
    entities: tuple[dict[str, Any], ...] = ()
    html: str = ""

    @property
    def units(self) -> int:
        return utf16_units(self.plain)


@dataclass(slots=True)
class _Open:
    tag: str
    at: int
    url: str


@dataclass(slots=True)
class _Reading:
    plain: str = ""
    html: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def read_text(raw: Any, parse_mode: Any, entities: Any = None) -> Text:
    """The text as Telegram understands it; TelegramError 400 for what it cannot parse."""
    raw = "" if raw is None else str(raw)
    if not parse_mode:
        plain = raw.strip()
        return Text(plain, _given(entities), linked(plain))
    if str(parse_mode).lower() != "html":
        raise TelegramError(400, "Bad Request: unsupported parse_mode")
    return _read_html(raw)


def linked(plain: str) -> str:
    """Plain text as safe HTML with its web addresses as links."""
    parts, at = [], 0
    for found in LINK.finditer(plain):
        url = escape(found[0], quote=True)
        parts.append(escape(plain[at : found.start()]))
        parts.append(f'<a href="{url}" rel="nofollow noreferrer">{url}</a>')
        at = found.end()
    return "".join([*parts, escape(plain[at:])])


def _given(entities: Any) -> tuple[dict[str, Any], ...]:
    if not entities:
        return ()
    try:
        listed = json.loads(entities) if isinstance(entities, str) else entities
        return tuple(dict(entity) for entity in listed)
    except (ValueError, TypeError) as error:
        raise TelegramError(400, "Bad Request: can't parse entities: wrong entity") from error


def _read_html(raw: str) -> Text:
    reading = _Reading()
    for found in PIECE.finditer(raw.strip()):
        closing, tag, rest, lone, words = found.groups()
        offset = len(raw[: found.start()].encode())
        if words:
            _say(reading, unescape(words))
        elif lone:
            raise _cannot(f'Unsupported start tag "" at byte offset {offset}')
        elif closing:
            _close(reading, tag.lower(), offset)
        else:
            _open_tag(reading, tag.lower(), rest, offset)
    if reading.open:
        raise _cannot(f"Can't find end tag corresponding to start tag {reading.open[-1].tag}")
    return Text(reading.plain.rstrip(), tuple(reading.entities), reading.html)


def _say(reading: _Reading, words: str) -> None:
    reading.plain += words
    in_link = any(each.tag == "a" for each in reading.open)
    reading.html += escape(words) if in_link else linked(words)


def _open_tag(reading: _Reading, tag: str, rest: str, offset: int) -> None:
    if tag not in KINDS:
        raise _cannot(f'Unsupported start tag "{tag}" at byte offset {offset}')
    found = HREF.search(rest) if tag == "a" else None
    url = unescape(next(filter(None, found.groups()), "")) if found else ""
    reading.open.append(_Open(tag, utf16_units(reading.plain), url))
    if tag == "a" and re.match(r"https?://", url):
        reading.html += f'<a href="{escape(url, quote=True)}" rel="nofollow noreferrer">'
    elif shown := SHOWN_AS.get(KINDS[tag]):
        reading.html += f"<{shown}>"


def _close(reading: _Reading, tag: str, offset: int) -> None:
    if not reading.open:
        raise _cannot(f"Unexpected end tag at byte offset {offset}")
    opened = reading.open.pop()
    if opened.tag != tag:
        raise _cannot(
            f"Unmatched end tag at byte offset {offset}, "
            f'expected "</{opened.tag}>", found "</{tag}>"'
        )
    length = utf16_units(reading.plain) - opened.at
    entity: dict[str, Any] = {"offset": opened.at, "length": length, "type": KINDS[tag]}
    if opened.url:
        entity["url"] = opened.url
    if length:
        reading.entities.append(entity)
    if tag == "a" and re.match(r"https?://", opened.url):
        reading.html += "</a>"
    elif shown := SHOWN_AS.get(KINDS[tag]):
        reading.html += f"</{shown}>"


def _cannot(why: str) -> TelegramError:
    return TelegramError(400, f"Bad Request: can't parse entities: {why}")
