"""A draft as a file or a pipe tells it (contracts §3): read once, every mistake named."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from content.draft_values import REQUIRED, RULES, Wrong, named, shown, unknown
from errors import Refused
from models import Kind

MAX_FILE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class NewDraft:
    """What somebody, or a maker, wants to have written.

    `media` are files that exist; `note` is what a maker found missing. Texts are NFC, without
    unseen characters.
    """

    kind: Kind
    title: str
    body: str
    unit: str | None = None
    task: str | None = None
    slot: str | None = None
    at: datetime | None = None
    channels: tuple[str, ...] = ()
    variants: Mapping[str, str] = field(default_factory=dict)
    media: tuple[Path, ...] = ()
    figures: tuple[Mapping[str, Any], ...] = ()
    topics: tuple[str, ...] = ()
    language: str = "vi"
    note: str = ""


class DraftRefused(Refused):
    """One mistake is the message; several are `findings` under a summary line."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        told = tuple(mistakes)
        self.findings = told if len(told) > 1 else ()
        summary = f"Bản thảo có {len(told)} chỗ sai; sửa các chỗ đã nêu rồi gửi lại."
        super().__init__(summary if len(told) > 1 else told[0])


def load(path: Path) -> NewDraft:
    """Read a draft file; its media paths are relative to it. Raises `Refused`."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise Refused(f"Không đọc được tệp bản thảo {path}: {error.strerror}.") from error
    return read(decode(data), path.parent)


def decode(data: bytes) -> str:
    if len(data) > MAX_FILE_BYTES:
        raise Refused(f"Bản thảo quá {MAX_FILE_BYTES >> 20} MB; có nhầm với tệp ảnh không?")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("Bản thảo không phải chữ UTF-8; hãy lưu lại với mã UTF-8.") from None


def read(text: str, folder: Path) -> NewDraft:
    """The draft that a JSON object tells; media paths are relative to `folder`.

    Raises `DraftRefused` with every mistake. Whether a time is past, and whether tasks, slots and
    channels exist, is for `drafts.add`.
    """
    document = _document(text)
    mistakes = [*unknown(document, RULES, "bản thảo")]
    values: dict[str, Any] = {}
    for key, rule in RULES.items():
        if (told := document.get(key)) not in (None, "", [], {}) or key in REQUIRED:
            try:
                values[key] = rule(told, folder)
            except Wrong as wrong:
                mistakes.extend(wrong.lines)
    if mistakes:
        raise DraftRefused(mistakes)
    return NewDraft(**values)


def tidy(key: str, told: Any) -> Any:
    """One value by the rule of its key, for whoever changes a draft. Raises `DraftRefused`."""
    try:
        return RULES[key](told, Path())
    except Wrong as wrong:
        raise DraftRefused(wrong.lines) from None


# ---- the document


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        where = f"dòng {error.lineno}, cột {error.colno}"
        why = "mỗi tệp chỉ một bản thảo" if error.msg == "Extra data" else "tệp dở dang hoặc gõ sai"
        raise DraftRefused([f"Bản thảo sai cú pháp JSON ở {where}: {why}."]) from None
    except (ValueError, RecursionError):
        raise DraftRefused(["Bản thảo sai cú pháp JSON: số quá dài hoặc lồng quá sâu."]) from None
    if not isinstance(document, dict):
        raise DraftRefused([f'Bản thảo phải có dạng {{"kind": …}}, đang là {shown(document)}.'])
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise DraftRefused([f"Bản thảo ghi “{named(twice)}” hai lần; hãy giữ một."])
    return found


def _no_number(word: str) -> NoReturn:
    raise DraftRefused([f"Bản thảo có {word}: không phải một số."])
