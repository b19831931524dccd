"""Days that are named: "Thứ 3, thứ 5 hằng tuần", "ngày 01 và 15 hằng tháng", "vào sáng thứ Bảy"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from plan.reading.rhythm_words import EACH, UNIT

WEEKDAY = r"thu\s+(?:[2-7]|hai|ba|tu|nam|sau|bay)\b(?!\s+nhat)|chu nhat"
DATE = r"ng[a-z]{1,2}y\s+\d{1,2}\b|ng[a-z]{1,2}y ram|mung\s+(?:\d{1,2}|mot|hai|muoi)\b|ram\b"
OTHER = r"(?:ng[a-z]{1,2}y|thu|mung)\s+\w+"
PART = r"(?:(?:truoc|vao|cham nhat|tre nhat|tu|den|sang|trua|chieu|toi|cac)\s+)*"
LINK = r"\s*(?:,|;|\bva\b|-|\bden\b)\s*"
SHORT = r"(?:\d{1,2}|[a-z]{2,3})\b"  # "ngày 01 và 15", "thứ Ba, Năm"
LISTED = re.compile(
    rf"\b{PART}(?:{OTHER}|chu nhat|ram\b)(?:{LINK}{PART}(?:{OTHER}|chu nhat|{SHORT})){{0,6}}"
    rf"\s+(?:c[a-z]{{1,2}}a\s+)?{EACH}\s+(?P<unit>{UNIT})\b"
)
CERTAIN = re.compile(rf"{PART}(?:{WEEKDAY}|{DATE}|\d{{1,2}}\b|(?:hai|ba|tu|nam|sau|bay)\b)")
EACH_UNIT = re.compile(rf"\s+(?:c[a-z]{{1,2}}a\s+)?{EACH}\s+{UNIT}$")
RANGE = re.compile(r"-|\bden\b|\btu (?:thu|ngay|mung)\b")
NO_DATE = r"(?!\s*(?:,|-|\()?\s*(?:ngay\b|\d|tuan|dau|cuoi|cua|trong|thang))"
IN_CELL = re.compile(rf"^\s*(?P<days>{PART}(?:{WEEKDAY})(?:{LINK}{PART}(?:{WEEKDAY}))*){NO_DATE}")
IN_PROSE = re.compile(
    r"\b(?:phat(?: song| thanh)?|dang(?: tai| bai| tin)?|len song)\s+"
    r"(?=vao|cac|sang|trua|chieu|toi)"
    rf"(?P<days>{PART}(?:{WEEKDAY})(?:{LINK}{PART}(?:{WEEKDAY}))*){NO_DATE}"
)


@dataclass(frozen=True, slots=True)
class Days:
    """Where the words stand, and how many days they name (0: a range, or not sure)."""

    start: int
    end: int
    count: int


def listed(letters: str, at: int) -> Days | None:
    """The named days whose "hằng tuần", "hằng tháng" stands at `at` in plain letters."""
    for match in LISTED.finditer(letters):
        if match.start() <= at < match.end():
            return Days(match.start(), match.end(), _count(match[0]))
    return None


def _count(words: str) -> int:
    if RANGE.search(words):
        return 0
    parts = re.split(LINK, EACH_UNIT.sub("", words))
    return len(parts) if all(map(CERTAIN.fullmatch, parts)) else 0


def on_air(letters: str, stated: bool) -> Days | None:
    """ "phát sóng vào sáng thứ Bảy", with no date and no "hằng tuần".

    Only a cell (`stated`) may begin with the day: in prose "Thứ hai, …" is "secondly".
    """
    match = IN_PROSE.search(letters) or (IN_CELL.search(letters) if stated else None)
    return Days(*match.span("days"), _count(match["days"])) if match else None
