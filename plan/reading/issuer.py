"""Which committee issued a plan: "XÃ …" on top beside the name of the nation, or in the text."""

from __future__ import annotations

import re

from plan.reading.kinds import is_loud
from plan.reading.ocr import Phrasebook, plain, restore
from plan.reading.outline import Outline

LEVELS = {
    "xã": "xa",
    "phường": "phuong",
    "thị trấn": "thi_tran",
    "đặc khu": "dac_khu",
    "huyện": "huyen",
    "quận": "quan",
    "thị xã": "thi_xa",
    "thành phố": "thanh_pho",
    "tỉnh": "tinh",
}
NATION = ("cộng hòa xã hội chủ nghĩa việt nam", "độc lập - tự do - hạnh phúc")
COMMITTEE = re.compile(
    r"(?:uy ban nhan dan|ubnd)\s+(?P<level>xa|x[a-z]|phuong|thi tran|dac khu|d[a-z]c khu|huyen"
    r"|quan|thi xa)\s+"
)
NAME = re.compile(r"(?:[A-ZÀ-ỴĐ][^\W\d_]*[\d_]*|[A-ZĐ][\w]*)(?:\s+[A-ZÀ-ỴĐ][\w]*){0,3}")


def find(top: list[str], outline: Outline) -> tuple[str, str] | None:
    """(level, name): ("xã", "Đắk Tô"); None where neither the head nor the text tells."""
    return _issuer_on_top(top) or _issuer_in_text(outline)


def _issuer_on_top(top: list[str]) -> tuple[str, str] | None:
    """ "XÃ …" in the left half of the head, beside the name of the nation."""
    for line in top[:14]:
        text = _without_nation(restore(line) if not _has_marks(line) else line)
        match = re.match(
            r"\W*(?:ỦY BAN NHÂN DÂN|UBND)?\s*(XÃ|PHƯỜNG|THỊ TRẤN|ĐẶC KHU|HUYỆN|QUẬN|THỊ XÃ"
            r"|THÀNH PHỐ)\s+(.+)",
            text.strip(),
        )
        if match and is_loud(match[2]):
            name = re.split(r"\s{2,}|[^\w\s'-]", match[2])[0].strip()
            return match[1].lower(), name.title()
    return None


def _has_marks(line: str) -> bool:
    return any(char in line for char in "ẠẬẶẸỆỊỌỘỢỤỰỶỸỦẢƯƠĐ")


def _without_nation(text: str) -> str:
    hits = Phrasebook(NATION).search(text)
    text = text[: hits[0].start] if hits else text
    half = re.search(
        r"\s+(?:\S{1,4} HÒA|CỘNG|C\S{2,3}G H\S{1,2}A|[DĐP]P?[éoôộe]\w?[ce]\s+[1l]\S{1,2}p)", text
    )
    return text[: half.start()] if half and half.start() > 3 else text


def _issuer_in_text(outline: Outline) -> tuple[str, str] | None:
    for node in outline.blocks[:60]:
        for match in COMMITTEE.finditer(plain(node.text)):
            level = "xã" if match["level"][0] == "x" else _level(match["level"])
            name = NAME.match(node.text[match.end() :])
            if name and level:
                return level, name[0].title() if is_loud(name[0]) else name[0]
    return None


def _level(letters: str) -> str:
    return next((level for level in LEVELS if plain(level) == letters), "đặc khu")
