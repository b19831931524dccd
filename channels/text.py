"""Texts as a service shows them again: compared without the differences it may bring in."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """NFC, one space for any white space, no case: to tell one text from another, not to show."""
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def cut_to(text: str, size: int) -> str:
    """At most `size` characters, ending with a whole word where there is one."""
    if len(text) <= size:
        return text
    short = text[:size].rpartition(" ")[0] or text[: size - 1]
    return short.rstrip(" ,;:.-–—") + "…"
