"""What can be wrong with a configuration, and the words that say so."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from errors import Refused


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: where it stands (`units[0].channels.zalo.read_s`) and what to do, one line."""

    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.key}: {self.problem}"


class ConfigError(Refused):
    """The file cannot be used; `findings` holds every mistake, `str()` is the summary line."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        keys = ", ".join(finding.key for finding in findings[:3])
        more = ", …" if len(findings) > 3 else ""
        super().__init__(
            f"Cấu hình có {len(findings)} chỗ sai ({keys}{more}); sửa các chỗ đã nêu rồi chạy lại."
        )


class UnknownName(Refused, LookupError):
    """No unit or channel of that name; the message lists those that exist."""


class Wrong(Exception):
    """What a rule raises: the value cannot stand there, `expected` could."""

    def __init__(self, expected: str, *, bare: bool = False) -> None:
        """`bare`: say `expected` alone and never repeat the value, which may be a secret."""
        super().__init__(expected)
        self.expected = expected
        self.bare = bare

    def told(self, value: object) -> str:
        if self.bare:
            return self.expected
        found = "chưa ghi" if value is None else f"đang ghi {shown(value)}"
        return f"{found}, cần {self.expected}"


def shown(value: object) -> str:
    """A value as a finding repeats it: one line, no hidden character, not too long."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            text = json.dumps(value if len(value) <= 60 else value[:57] + "…", ensure_ascii=False)
            return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)
        case int():
            return str(value) if abs(value) < 10**15 else "một số quá lớn"
        case list():
            return "một danh sách" if value else "danh sách rỗng"
        case dict():
            return "một bảng"
    return str(value)


def named(key: str) -> str:
    """A key as a finding names it: bare where TOML allows, quoted otherwise."""
    return key if re.fullmatch(r"[\w-]{1,60}", key) else shown(key)


def suggest(word: str, known: Iterable[str]) -> str:
    """The known word nearest to `word`, else the first few."""
    words = sorted({named(one) for one in known})
    near = get_close_matches(word, words, n=1)
    listed = ", ".join([*words[:20], "…"] if len(words) > 20 else words)
    return f'có phải "{near[0]}"?' if near else f"đang có: {listed or 'chưa có gì'}"
