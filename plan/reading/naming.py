"""Short names made from a plan's own words: its slug, the prefix of its ids, ASCII codes."""

from __future__ import annotations

import re
from typing import Any

from plan.reading.ocr import fold

LEVELS = ("xa", "phuong", "huyen", "quan", "dac khu", "thi tran", "thi xa", "thanh pho")


def slug(issuer: str, year: str) -> str:
    """ "Ủy ban nhân dân xã Đắk Tô", "2025" → "dak-to-2025"."""
    name = fold(issuer.split("dân ")[-1])
    level = next((level for level in LEVELS if name.startswith(level + " ")), "")
    words = re.findall(r"[a-z0-9]+", name[len(level) :])
    return "-".join([*(words or ["ke-hoach"]), *([year] if year else [])])


def prefix(slug: str) -> str:
    """ "dak-to-2025" → "DT"."""
    words = (word for word in slug.split("-") if not word.isdigit())
    return "".join(word[0] for word in words).upper()


def unique(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A second row of one id becomes "…-2": a plan may number two items alike."""
    seen = dict[str, int]()
    for task in tasks:
        seen[task["id"]] = seen.get(task["id"], 0) + 1
        if seen[task["id"]] > 1:
            task["id"] = f"{task['id']}-{seen[task['id']]}"
    return tasks


def ascii_code(path: str) -> str:
    letters = path.replace("đoạn ", "p").replace("gạch ", "").replace("đ", "dd").replace("Đ", "DD")
    return re.sub(r"[^A-Za-z0-9]+", ".", letters).strip(".")
