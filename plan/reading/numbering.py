"""The numbers of items (A. I. 1. a) - +): how they are read, and what spoilt ones may mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

from plan.reading.ocr import fold

LETTERS = "a b c d đ e g h i k l m n o p q r s t u v x y".split()
ROMANS = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV".split()
ROMAN = re.compile(r"^([IVXl|1!\]]{1,6})\s?[.,]\s*(?=\S)|^([IVX]{1,5})\s?[/)\-]\s+(?=\S)")
PART = re.compile(r"^(?:ph[aầ]n|ch[uư][oơ]ng|m[uụ]c)\s+([IVX\d]{1,5})\b[.:)]?\s*", re.IGNORECASE)
CAPITAL = re.compile(r"^([A-HĐ])\s?[.,]\s*(?=[^\W\d_]{2})")
DEEP = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){1,3})\s?[.)]?\s+(?=\S)")
NUMBER = re.compile(r"^(\d{1,2})\s?([.)/])\s*(?=[^\d\s])|^(\d{1,2})(,)\s+(?=[A-ZÀ-Ỵ])")
LETTER = re.compile(r"^([a-zđ¢CDEĐA-B]?)\s?\)\s*(?=\S)|^([a-hđikl])\.\s+(?=[A-ZÀ-Ỵ])")
BULLET = re.compile(r"^([-–—•●▪◦·*+▫➢✓o])(?:\s+|(?=[A-ZÀ-ỴĐ]))(?=\S)")


@dataclass(frozen=True, slots=True)
class Mark:
    kind: str
    label: str
    rest: str


def mark(text: str) -> Mark | None:
    for kind, pattern in (
        ("part", PART),
        ("deep", DEEP),
        ("roman", ROMAN),
        ("capital", CAPITAL),
        ("number", NUMBER),
        ("letter", LETTER),
        ("bullet", BULLET),
    ):
        match = pattern.match(text)
        if match:
            label = next((group for group in match.groups() if group is not None), "")
            return Mark(_kind(kind, match, label), label, text[match.end() :])
    return None


def _kind(kind: str, match: re.Match[str], label: str) -> str:
    if kind == "number" and match[2] == ")":
        return "paren"
    if kind == "bullet" and label == "+":
        return "plus"
    if kind == "roman" and label.isdigit() and label not in ("1", "11", "111"):
        return "number"
    return kind


def romans(raw: str) -> list[str]:
    """The numerals that OCR may have read as `raw`, the likeliest first."""
    letters = re.sub(r"[l|1!\]]", "I", raw).replace("\\", "I")
    if letters in ROMANS:
        return [letters]
    return [letters.replace("VV", "V")] if letters.replace("VV", "V") in ROMANS else []


def letter(raw: str, before: str) -> str:
    """Vietnamese order has no f, j, w, z and has đ after d, which OCR reads as d too."""
    known = raw.lower().replace("¢", "c")
    due = LETTERS[(LETTERS.index(before) + 1) % len(LETTERS)] if before in LETTERS else "a"
    if not known:
        return due
    if known == "d" and due == "đ":
        return "đ"
    return known


def ordinal(kind: str, label: str) -> int | None:
    """The place of an item among its sisters, from 1."""
    if kind == "roman":
        return ROMANS.index(label) + 1 if label in ROMANS else None
    if kind in ("number", "paren"):
        return int(label) if label.isdigit() else None
    if kind == "letter":
        return LETTERS.index(label) + 1 if label in LETTERS else None
    if kind == "capital":
        return "ABCDEFGH".find(fold(label).upper()) + 1 or None
    return None
