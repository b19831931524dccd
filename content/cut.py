"""Where a text may be cut: between paragraphs, lines, sentences, words; never inside a word.

All functions take text that went through `content.plain.clean`: its only white space is the
space and the newline. A `Ruler` measures text the way the channel counts it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence

from errors import Refused

Ruler = Callable[[str], int]

_STOP = re.compile(r"[.!?…]+[\"”’»)\]]*(?= )|(?<=\S)(?=\n|\Z)")
_LABEL = re.compile(  # "TP. Đà Nẵng", "1. Mở ứng dụng", "Bước 2. Gõ": the stop ends no sentence
    r"(?:^|[\s(“])(?:[A-ZĐ]|TP|Tp|TX|TT|ThS|TS|PGS|GS|BS|KS|CN|"
    r"(?:Bước|Điều|Khoản|Mục|Phần|Chương|Câu|Bài|Số) (?:\d+|[IVXLC]+))$|^(?:\d+|[IVXLC]+)$"
)
_LABEL_REACH = 24  # characters before a stop that a label may fill


class CannotFit(Refused):
    """The item cannot go to the channel as it is. One clear Vietnamese line."""


def characters(text: str) -> int:
    return len(text)


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def split(text: str, first: int, rest: int, ruler: Ruler) -> tuple[str, ...]:
    """Parts of at most `first`, then `rest`: on paragraphs, else lines, sentences, words.

    Raises `CannotFit` where one word is longer than a part.
    """
    parts: list[str] = []
    part, used, room = "", 0, first
    waiting = deque([("", text)])
    while waiting:
        glue, piece = waiting.popleft()
        glue = glue if part else ""
        need = ruler(glue + piece)
        if used + need <= room:
            part, used = part + glue + piece, used + need
        elif part and ruler(piece) <= rest:
            parts.append(part)
            part, used, room = "", 0, rest
            waiting.appendleft(("", piece))
        else:
            waiting.extendleft(reversed(_finer(glue, piece, rest if part else room, ruler)))
    return (*parts, part)


def shorten(text: str, room: int, ruler: Ruler) -> str:
    """The text up to a sentence bound with “ …”, else up to a word bound with “…”.

    A sentence bound is taken where it keeps at least half of the room.
    Raises `CannotFit` where not even the first word fits.
    """
    if ruler(text) <= room:
        return text
    end = _last_within(text, sentence_ends(text), room, " …", ruler)
    if end and ruler(text[:end]) * 2 >= room:
        return f"{text[:end]} …"
    end = _last_within(text, word_ends(text), room, "…", ruler)
    if not end:
        raise too_long(words(text)[0], room, ruler)
    return (text[:end].rstrip(" \n.,;:–—-…") or text[:end]) + "…"


def first_sentences(text: str, room: int, ruler: Ruler) -> str:
    """As many whole sentences as fit; where the first is too long, it is shortened."""
    end = _last_within(text, sentence_ends(text), room, "", ruler)
    return text[:end] if end else shorten(text, room, ruler)


def sentence_ends(text: str) -> list[int]:
    """Offsets just after each sentence or line."""
    return [stop.end() for stop in _STOP.finditer(text) if not _goes_on(text, stop)]


def word_ends(text: str) -> list[int]:
    ends = [gap.start() for gap in re.finditer(r"[ \n]+", text) if not _is_mark(text, gap.end())]
    return [end for end in (*ends, len(text)) if end]


def words(text: str) -> list[str]:
    return _slices(text, word_ends(text))


def too_long(word: str, room: int, ruler: Ruler) -> CannotFit:
    shown = word if len(word) <= 40 else f"{word[:24]}…"
    return CannotFit(
        f"“{shown}” dài {ruler(word)} ký tự viết liền, kênh này chỉ còn chỗ cho {max(room, 0)}: "
        "rút ngắn hoặc thêm dấu cách rồi gửi lại."
    )


def _finer(glue: str, piece: str, room: int, ruler: Ruler) -> list[tuple[str, str]]:
    for between, pieces in (
        ("\n\n", piece.split("\n\n")),
        ("\n", piece.split("\n")),
        (" ", _slices(piece, sentence_ends(piece))),
        (" ", words(piece)),
    ):
        if len(pieces) > 1:
            return [(between if place else glue, each) for place, each in enumerate(pieces)]
    raise too_long(piece, room, ruler)


def _slices(text: str, ends: Sequence[int]) -> list[str]:
    starts = (0, *ends)
    return [text[start:end].strip(" \n") for start, end in zip(starts, ends, strict=False)]


def _last_within(text: str, ends: Sequence[int], room: int, mark: str, ruler: Ruler) -> int:
    fitting = bisect_right(ends, room, key=lambda end: ruler(text[:end] + mark))
    return ends[fitting - 1] if fitting else 0


def _goes_on(text: str, stop: re.Match[str]) -> bool:
    """A stop before a small letter, or after an abbreviation or a number of a list."""
    if not stop[0]:
        return False
    following = text[stop.end() + 1 : stop.end() + 2]
    line = text.rfind("\n", 0, stop.start()) + 1
    before = text[max(line, stop.start() - _LABEL_REACH) : stop.start()]
    return (
        following.islower()
        or _is_mark(text, stop.end() + 1)
        or (stop[0] == "." and _LABEL.search(before) is not None)
    )


def _is_mark(text: str, at: int) -> bool:
    """A combining mark or joiner there belongs to the space before it: no cut between them."""
    return at < len(text) and (text[at] == "\u200d" or unicodedata.category(text[at])[0] == "M")
