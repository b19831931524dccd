"""Is it a plan at all? Refused in one line if it is a novel, a report, a source file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from plan.reading.document import Document
from plan.reading.doubt import NotAPlan
from plan.reading.ocr import plain

NOT_PLANS = ("Báo cáo", "Thông báo", "Tờ trình", "Công văn", "Biên bản", "Giấy mời")
SIGNS = re.compile(
    r"\b(?:ke hoach|muc dich|yeu cau|chu tri|phoi hop|to chuc thuc hien|uy ban nhan dan|ubnd"
    r"|tuyen truyen|truyen thong"
    r"|noi nhan|can cu|kinh phi|nhiem vu|co quan,? don vi|don vi)\b"
)


def refuse_other_texts(paper: Document) -> None:
    """The words of such papers come thick in a plan, and hardly at all in a novel or a recipe."""
    letters = plain(" ".join(paper.lines[:3000]))
    signs = SIGNS.findall(letters)
    if len(set(signs)) < 4 or len(letters.split()) > 80 * len(signs):
        raise NotAPlan(
            "Tệp không phải một kế hoạch (không thấy mục đích, nhiệm vụ, đơn vị chủ trì);"
            " hãy kiểm tra lại tệp đã chọn."
        )


def refuse_other_papers(
    header: dict[str, Any], tasks: Sequence[dict[str, Any]], has_items: bool
) -> None:
    """After reading: another kind of office paper, or a text in which no duty was found."""
    kind = header.get("doc_type", "")
    if not kind and "/BC-" in header.get("number", ""):
        kind = "Báo cáo"
    if kind in NOT_PLANS:
        raise NotAPlan(f"Tệp là {kind.lower()}, không phải kế hoạch; hãy chọn tệp kế hoạch.")
    told = any("lead" in task or "frequency" in task for task in tasks)
    if not (told or has_items):
        raise NotAPlan(
            "Tệp không phải một kế hoạch (không đọc được mục nào có nhiệm vụ);"
            " hãy kiểm tra lại tệp đã chọn."
        )
