"""The kinds of office papers, and which one a line alone names."""

from __future__ import annotations

import re

from plan.reading.ocr import Phrasebook

KINDS = {
    "kế hoạch": "Kế hoạch",
    "quyết định": "Quyết định",
    "chương trình": "Chương trình",
    "báo cáo": "Báo cáo",
    "thông báo": "Thông báo",
    "tờ trình": "Tờ trình",
    "hướng dẫn": "Hướng dẫn",
    "công văn": "Công văn",
    "nghị quyết": "Nghị quyết",
    "biên bản": "Biên bản",
    "giấy mời": "Giấy mời",
    "đề án": "Đề án",
    "phương án": "Phương án",
}
BOOK = Phrasebook(KINDS)


def kind_of(line: str) -> str:
    """ "KẾ HOẠCH" → "Kế hoạch", with room for noise; "" where the line is anything else."""
    words = [word for word in re.sub(r"[^\w\s]", " ", line).split() if len(word) > 1]
    text = " ".join(words)
    if not 5 <= len(text) <= 28 or not is_loud(text):
        return ""
    hit = BOOK.best(text, 74)
    return KINDS[hit.phrase] if hit else ""


def is_loud(text: str) -> bool:
    """Whether most letters are capitals."""
    letters = [char for char in text if char.isalpha()]
    return sum(map(str.isupper, letters)) >= 0.6 * len(letters)
