"""The rules of a draft's values (contracts §3): told in, tidy value out, each mistake a line."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from content import moments
from content.plain import clean
from errors import Refused
from models import Kind

MAX_LINE = 300  # title, label, source
MAX_BODY = 100_000
MAX_NAME = 120  # ids of tasks, slots, channels, topics
MAX_MEDIA = 30
MAX_FIGURES = 30
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

Rule = Callable[[Any, Path], Any]  # the value, and the folder that its paths are relative to


class Wrong(Exception):
    """`lines`: what is wrong with a value and what to do, a line a mistake."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


def _line(key: str, what: str, most: int) -> Rule:
    """One line with something to read in it."""

    def rule(told: Any, _: Path) -> str:
        line = " ".join(_text(key, what, most)(told, _).split())
        if not line.isprintable():
            raise Wrong(f"{key}: {what} có ký tự lạ; hãy gõ lại.")
        return line

    return rule


def _text(key: str, what: str, most: int) -> Rule:
    def rule(told: Any, _: Path) -> str:
        if told in (None, ""):
            raise Wrong(f"{key}: chưa có {what}; hãy viết thêm.")
        if not isinstance(told, str):
            raise Wrong(f"{key}: {what} phải là chữ, đang ghi {shown(told)}.")
        text = clean(told)
        if not any(each.isalnum() for each in text):
            raise Wrong(f"{key}: {what} đang trống; hãy viết thêm.")
        if len(text) > most:
            raise Wrong(f"{key}: {what} dài {len(text)} ký tự, tối đa {most}; hãy rút gọn.")
        return text

    return rule


def _lines(key: str, what: str) -> Rule:
    one = _line(key, what, MAX_NAME)

    def rule(told: Any, folder: Path) -> tuple[str, ...]:
        if not isinstance(told, list):
            raise Wrong(f'{key}: cần danh sách dạng ["a", "b"], đang ghi {shown(told)}.')
        return tuple(dict.fromkeys(one(each, folder) for each in told))

    return rule


def _kind(told: Any, _: Path) -> Kind:
    try:
        return Kind(told)
    except ValueError:
        now = "chưa ghi loại nội dung" if told is None else f"không có loại {shown(told)}"
        raise Wrong(f"kind: {now}; chọn một trong: {', '.join(Kind)}.") from None


def _at(told: Any, _: Path) -> datetime:
    if not isinstance(told, str):
        raise Wrong(f"at: giờ đăng phải là chữ như “2025-09-15T09:00”, đang ghi {shown(told)}.")
    try:
        return moments.moment(clean(told))
    except Refused as refusal:
        raise Wrong(f"at: {refusal}") from None


def _language(told: Any, _: Path) -> str:
    if not isinstance(told, str) or not LANGUAGE.fullmatch(told):
        raise Wrong(f"language: cần mã ngôn ngữ như “vi”, đang ghi {shown(told)}.")
    return told


def _variants(told: Any, folder: Path) -> dict[str, str]:
    if not isinstance(told, dict):
        raise Wrong(f'variants: cần bảng dạng {{"zalo": "…"}}, đang ghi {shown(told)}.')
    name = _line("variants", "tên kênh", MAX_NAME)
    return {
        name(key, folder): _text(f"variants.{named(key)}", "nội dung riêng", MAX_BODY)(one, folder)
        for key, one in told.items()
    }


def _media(told: Any, folder: Path) -> tuple[Path, ...]:
    if not isinstance(told, list) or not all(isinstance(each, str) for each in told):
        raise Wrong(f'media: cần danh sách tệp dạng ["anh.jpg"], đang ghi {shown(told)}.')
    if len(told) > MAX_MEDIA:
        raise Wrong(f"media: có {len(told)} tệp, tối đa {MAX_MEDIA}.")
    found = [_file(each, folder) for each in told]
    if wrong := [each for each in found if isinstance(each, str)]:
        raise Wrong(*wrong)
    return tuple(each for each in found if isinstance(each, Path))


def _file(told: str, folder: Path) -> Path | str:
    """The file, or what is wrong with it."""
    if "://" in told:
        return f"media: “{told[:80]}” là liên kết; cần tệp trên máy này."
    # The same name may lie on the disk in the other form of Unicode.
    forms = (told, *(unicodedata.normalize(form, told) for form in ("NFC", "NFD")))
    try:
        path = next((folder / each for each in forms if (folder / each).is_file()), None)
        if path is None:
            return f"media: không thấy tệp “{told[:200]}”; kiểm tra tên và đường dẫn."
        with path.open("rb") as file:
            return path if file.read(1) else f"media: tệp “{told}” rỗng."
    except OSError as error:
        return f"media: không đọc được tệp “{told[:200]}” ({error.strerror})."


def _figures(told: Any, folder: Path) -> tuple[dict[str, Any], ...]:
    expected = '[{"label", "value", "unit", "source", "date"}]'
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        raise Wrong(f"figures: cần danh sách dạng {expected}, đang ghi {shown(told)}.")
    if len(told) > MAX_FIGURES:
        raise Wrong(f"figures: có {len(told)} số liệu, tối đa {MAX_FIGURES}.")
    mistakes: list[str] = []
    figures = tuple(
        _figure(each, number, folder, mistakes) for number, each in enumerate(told, start=1)
    )
    if mistakes:
        raise Wrong(*mistakes)
    return figures


def _figure(told: dict[str, Any], number: int, folder: Path, mistakes: list[str]) -> dict[str, Any]:
    """An official figure carries its source and its day: requirements CK-15."""
    where = f"số liệu thứ {number}"
    mistakes.extend(unknown(told, FIGURE_RULES, where))
    tidy_: dict[str, Any] = {}
    for key, rule in FIGURE_RULES.items():
        if key == "unit" and told.get(key) in (None, ""):
            continue
        try:
            tidy_[key] = rule(told.get(key), folder)
        except Wrong as wrong:
            mistakes.extend(f"figures: {where}, {line}" for line in wrong.lines)
    return tidy_


def _value(told: Any, folder: Path) -> int | float | str:
    if isinstance(told, str):
        return str(_line("value", "giá trị", 40)(told, folder))
    if type(told) not in (int, float) or not math.isfinite(told) or abs(told) > 1e15:
        raise Wrong(f"value: cần một số, đang ghi {shown(told)}.")
    return told  # type: ignore[no-any-return]


def _day(told: Any, _: Path) -> str:
    if not isinstance(told, str) or not told.strip():
        raise Wrong("date: chưa ghi ngày của số liệu, ví dụ “2025-08-14”.")
    try:
        return moments.day(clean(told)).isoformat()
    except Refused as refusal:
        raise Wrong(f"date: {refusal}") from None


FIGURE_RULES: Mapping[str, Rule] = {
    "label": _line("label", "tên số liệu", MAX_LINE),
    "value": _value,
    "unit": lambda told, folder: told if told == "%" else _line("unit", "đơn vị", 40)(told, folder),
    "source": _line("source", "nguồn của số liệu", MAX_LINE),
    "date": _day,
}
RULES: Mapping[str, Rule] = {
    "kind": _kind,
    "title": _line("title", "tiêu đề", MAX_LINE),
    "body": _text("body", "nội dung", MAX_BODY),
    "unit": _line("unit", "mã đơn vị", MAX_NAME),
    "task": _line("task", "mã nhiệm vụ", MAX_NAME),
    "slot": _line("slot", "mã kỳ", MAX_NAME),
    "at": _at,
    "channels": _lines("channels", "tên kênh"),
    "variants": _variants,
    "media": _media,
    "figures": _figures,
    "topics": _lines("topics", "mã nội dung"),
    "language": _language,
}
REQUIRED = ("kind", "title", "body")


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word nearest to `word`, else the first few of them."""
    words = sorted(known)
    near = get_close_matches(word, words, n=1)
    listed = ", ".join([*words[:20], "…"] if len(words) > 20 else words)
    return f"có phải “{near[0]}”?" if near else f"đang có: {listed or 'chưa có gì'}."


def unknown(told: Mapping[str, Any], rules: Mapping[str, Rule], where: str) -> Iterator[str]:
    for key in told:
        if key not in rules:
            yield f"{named(key)}: {where} không có mục này; {nearest(key, rules)}"


def named(key: str) -> str:
    return " ".join(clean(key).split())[:60] or "(trống)"


def shown(told: Any) -> str:
    text = clean(json.dumps(told, ensure_ascii=False, default=str)).replace("\n", " ")
    return text if len(text) <= 40 else text[:39] + "…"
