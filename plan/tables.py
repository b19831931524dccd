"""Tables of a plan file read with care: types checked, every finding collected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from plan import vocabulary

Severity = Literal["lỗi", "cảnh báo"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a plan, at a task (or table) and the lines of its source."""

    where: str
    message: str
    severity: Severity = "lỗi"
    lines: str = ""

    def __str__(self) -> str:
        place = f" [dòng {self.lines}]" if self.lines else ""
        return f"{self.where}{place}: {self.severity}: {self.message}"


class Tables:
    """Reads single keys; collects findings instead of stopping at the first."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def text(self, where: str, row: Mapping[str, Any], key: str, needed: bool = False) -> str:
        value = row.get(key, "")
        if not isinstance(value, str):
            self.wrong(where, f"{key} phải là chữ, đang là {value!r}.")
            return ""
        if needed and not value.strip():
            self.wrong(where, f"thiếu {key}.")
        return value

    def texts(self, where: str, row: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.wrong(where, f"{key} phải là danh sách chữ.")
            return ()
        return tuple(value)

    def flag(self, where: str, row: Mapping[str, Any], key: str) -> bool:
        value = row.get(key, False)
        if not isinstance(value, bool):
            self.wrong(where, f"{key} phải là true hoặc false.")
        return value is True

    def date(
        self, where: str, row: Mapping[str, Any], key: str, needed: bool = False
    ) -> date | None:
        value = row.get(key)
        if value is None:
            if needed:
                self.wrong(where, f"thiếu {key}.")
            return None
        try:
            return value if type(value) is date else date.fromisoformat(value)
        except (TypeError, ValueError):
            self.wrong(where, f"{key} = {value!r}: phải là ngày có thật, viết như 2025-08-25.")
            return None

    def keys(self, where: str, row: Mapping[str, Any], table: str, lines: str = "") -> None:
        self.known(where, row, vocabulary.TABLE_KEYS[table], lines)

    def known(
        self, where: str, row: Mapping[str, Any], known: frozenset[str], lines: str = ""
    ) -> None:
        for key in row:
            if key not in known:
                self.wrong(where, f"khóa lạ “{key}”{nearest(key, known)}.", lines)

    def wrong(self, where: str, message: str, lines: str = "") -> None:
        self.findings.append(Finding(where, message, "lỗi", lines))

    def doubt(self, where: str, message: str, lines: str = "") -> None:
        self.findings.append(Finding(where, message, "cảnh báo", lines))


def dicts(rows: Any) -> list[dict[str, Any]]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f" (có phải “{near[0]}”?)" if near else ""
