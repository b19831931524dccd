"""What a text says of quantity and time that the schema cannot hold: each is a doubt."""

from __future__ import annotations

import re

PRODUCT = (
    r"(?:tin(?:,? ?bai)?|bai(?: viet)?|so|ky(?! hop)|lan|luot|buoi|cuoc|chuyen (?:muc|de|trang)"
    r"|infographics?|videos?(?: clip)?|clip|phong su|ban tin|posters?|ap phich|pano|bang ron"
    r"|khau hieu|to (?:roi|gap)|podcasts?|an pham|san pham|tac pham|tieu pham|do hoa|hinh anh"
    r"|chuong trinh phat thanh|cau chuyen|thong diep|mau|banner)"
)
QUANTITY = re.compile(
    rf"(?<![\w/.,-])(?P<n>\d{{1,3}})(?:\s*\([a-z ]{{2,12}}\))?\s+{PRODUCT}\b(?!\s*/|\s*\d)"
)
BEFORE = re.compile(r"\b(?:so|ngay|thang|quy|nam|dieu|khoan|muc|phu luc|tuan|lop|khoa)\s*$")
BODY = (
    r"(?:don vi|co quan|phong ban|thon|xom|ap|ban|xa|phuong|khu pho|to dan pho|truong|doan the"
    r"|chi bo|chi hoi|chi doan|dia phuong|bo phan|can bo|cong chuc|nguoi|ho)\b"
)
FOR_EACH = re.compile(rf"/\s*(?:(?:mot|0?1)\s+)?{BODY}|\b(?:moi|tung)\s+{BODY}")
NEAR = 30


def quantities(letters: str, text: str) -> list[str]:
    """ "12 áp phích" with no period: two or more of a product."""
    return [
        f"Nêu “{text[match.start() : match.end()]}” không kèm thời kỳ: lược đồ không ghi được số"
        " này; đề nghị cán bộ xếp lịch."
        for match in QUANTITY.finditer(letters)
        if int(match["n"]) > 1 and not BEFORE.search(letters[: match.start()])
    ]


def for_each_body(letters: str, text: str, start: int, end: int) -> list[str]:
    """ "3 bài/tháng/đơn vị": the number is for each body; `start`-`end` is the rhythm."""
    first = max(0, start - NEAR)
    last = end + 4
    for match in FOR_EACH.finditer(letters, first):
        if match.start() > last:
            break
        words = text[match.start() : match.end()]
        return [f"Định mức nêu theo “{words}”: lược đồ chỉ ghi số chung; đề nghị xem lại."]
    return []
