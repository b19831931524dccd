"""How one word, number or time is read: TOML value in, typed value out, or `Wrong` raised."""

import re
import unicodedata
from collections.abc import Callable
from datetime import time
from typing import Any

from settings.hours import Hours
from settings.mistakes import Wrong, shown

TEN_YEARS_S = 315_360_000
TEN_YEARS_D = 3_650


def line(value: object) -> str:
    """One line in NFC with single blanks, so that names typed on any keyboard compare equal."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or not text.isprintable():
        raise Wrong("một dòng chữ không rỗng, không có ký tự ẩn")
    return unicodedata.normalize("NFC", text)


def paragraphs(value: object) -> str:
    if not isinstance(value, str) or not "".join(value.split()).isprintable():
        raise Wrong("một đoạn chữ không có ký tự ẩn")
    return unicodedata.normalize("NFC", value.strip())


def slug(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", value):
        raise Wrong('tên ngắn không dấu, chỉ gồm a-z, 0-9, "-" và "_"')
    return value


def number_of_account(value: object) -> str:
    """An id that a service gave; written as text or as a number, it is not a secret."""
    text = str(value) if type(value) is int and abs(value) < 10**30 else value
    if not isinstance(text, str) or not re.fullmatch(r"[^\s\x00-\x1f]{1,100}", text):
        raise Wrong("mã do dịch vụ cấp, viết liền")
    if text.startswith(("env:", "file:")):
        raise Wrong("chính mã do dịch vụ cấp: mã này không phải bí mật, ghi thẳng vào đây")
    return text


def version(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"v[0-9]{1,3}\.[0-9]{1,2}", value):
        raise Wrong('số phiên bản dạng "v24.0"')
    return value


def whole(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if type(value) is not int or not low <= value <= high:
            raise Wrong(f"số nguyên từ {low} đến {high}")
        return value

    return read


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def positive(value: Any) -> float:
    if not _is_number(value) or not 0 < value <= TEN_YEARS_S:
        raise Wrong(f"số lớn hơn 0, tối đa {TEN_YEARS_S}")
    return float(value)


def not_negative(value: Any) -> float:
    if not _is_number(value) or not 0 <= value <= TEN_YEARS_S:
        raise Wrong(f"số từ 0 đến {TEN_YEARS_S}")
    return float(value)


def moments(value: object) -> tuple[float, ...]:
    expected = "danh sách không rỗng các số giây lớn hơn 0, tăng dần"
    if not isinstance(value, list) or not value:
        raise Wrong(expected)
    before = 0.0
    for one in value:
        if not _is_number(one) or not before < one <= TEN_YEARS_S:
            raise Wrong(f"{expected}; sai ở {shown(one)}")
        before = one
    return tuple(float(one) for one in value)


def lines(value: object) -> tuple[str, ...]:
    expected = 'danh sách chữ, ví dụ ["a", "b"]'
    if not isinstance(value, list):
        raise Wrong(expected)
    try:
        return tuple(dict.fromkeys(line(one) for one in value))
    except Wrong as wrong:
        raise Wrong(f"{expected}; mỗi mục là {wrong.expected}") from None


def people(value: object) -> tuple[str, ...]:
    """One name may stand without brackets."""
    if value == "":
        return ()
    return (line(value),) if isinstance(value, str) else lines(value)


def one_of(*words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise Wrong("một trong " + ", ".join(f'"{word}"' for word in words))
        return value

    return read


def hours(value: object) -> Hours:
    expected = 'khung giờ dạng "HH:MM-HH:MM", giờ đầu khác giờ cuối'
    found = isinstance(value, str) and re.fullmatch(
        r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])", value
    )
    if not found:
        raise Wrong(expected)
    hour, minute, last_hour, last_minute = map(int, found.groups())
    span = Hours(time(hour, minute), time(last_hour, last_minute))
    if span.start == span.end:
        raise Wrong(expected)
    return span


def hours_of_a_day(value: object) -> Hours:
    span = hours(value)
    if span.start > span.end:
        raise Wrong('khung giờ trong một ngày, giờ đầu trước giờ cuối, ví dụ "07:30-20:30"')
    return span
