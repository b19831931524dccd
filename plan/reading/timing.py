"""Words of the calendar → dates: "Quý III/2025", "trước ngày 15/11", "6 tháng cuối năm"."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from plan.reading.ocr import fold, plain

DAY = (
    r"(?:ng[a-z]{1,2}y\s+)?(\d{1,2})\s*(?:[/.]|\s*thang\s*)\s*(\d{1,2})"
    r"(?:\s*(?:[/.]|nam)\s*(\d{4}))?(?!\s*[/\d-])"
)
BEFORE = r"(?:truoc|xong|cham nhat|tre nhat|den het|den|han|het)"
DATE = re.compile(r"(?:(?P<to>" + BEFORE + r")\s+)?(?:(?P<from>tu|ke tu)\s+)?" + DAY)
QUARTERS = re.compile(
    r"\bqu[yi]\b\s*((?:[ivl1-4|\\!]{1,5}\b\W{0,3}(?:va|den|,|-|–|quy|\s)*)+?)"
    r"(?:\s*(?:/|nam|nim|-)\s*(\d{4}))?(?=\W|$)"
)
MONTHS = re.compile(
    r"(?P<to>" + BEFORE + r"\s+)?\bth[aeido]ng\s+(\d{1,2})(?!\s*[/.]\s*\d{1,2}\s*[/.])"
    r"((?:\s*(?:,|-|–|va|d[a-z]n|d[a-z]n het)\s*(?:th[aeido]ng\s*)?\d{1,2}(?!\d))*)"
    r"(?:\s*(?:/|nam|nim|-)\s*(\d{4}))?"
)
EACH = re.compile(
    r"(?:\bm[a-z]{0,2}i|\bhang|\bhing|\btung|/|\d|\b(?:mot|hai|ba|bon|bay|tam|chin|muoi|nua))\s*$"
)  # "mỗi tháng 01 tin" names no month
PART = re.compile(
    r"\b(0?[369])\s*t[a-z]{1,4}ng\s+(c{1,2}[a-z]{1,2}[iol]|d[a-z]{1,2}u)\s*(?:c[a-z]{1,2}a\s+)?"
    r"(?:n[a-z]{1,2}m)?(?:\s*(\d{4}))?"
)
SPAN = re.compile(r"\b(20\d\d)\s*(?:-|–|den(?: nam)?)\s*(20\d\d)\b")
WHOLE = re.compile(r"\bn[a-z]{0,2}m\s*(20\d\d)\b")
THIS_YEAR = re.compile(r"\b(?:trong|ca|suot) n[a-z]m\b")
SERIAL = re.compile(r"\bso\s*$|[/\d.]$")
SMEARED = {"11", "l1", "1l", "ll", "|1", "1|", "||"}


@dataclass(frozen=True, slots=True)
class Window:
    """Days first-last. `sharp`: a window to finish in, not just the year. `why`: if not sure."""

    first: date | None
    last: date | None
    text: str
    sharp: bool
    why: str = ""


def window(text: str, year: int | None = None) -> Window | None:
    """The window that `text` states; `year` stands where it names none. None: no window."""
    letters = plain(text)
    for read in (_dates, _part, _quarters, _months, _years):
        found = read(letters, text, year)
        if found:
            return found
    return None


def impossible(text: str, year: int | None = None) -> list[str]:
    """The days named that no calendar has: "31/11/2025"."""
    letters = plain(text)
    return [
        text[match.start(3) : match.end()].strip()
        for match in DATE.finditer(letters)
        if (match[5] or match["to"] or match["from"] or "ng" in match[0][:3])
        and not SERIAL.search(letters[: match.start()])
        and _date(match[5] or year or 2000, match[4], match[3]) is None
    ]


def _dates(letters: str, text: str, year: int | None) -> Window | None:
    found = list(DATE.finditer(letters))
    days = [(match, _date(match[5] or year, match[4], match[3])) for match in found]
    known = [(match, day) for match, day in days if day]
    if not known:
        return None
    words = text[known[0][0].start() : known[-1][0].end()].strip()
    (match, day) = known[0]
    if len(known) > 1 and _runs_to(letters, match, known[1][0]):
        return Window(day, max(day, known[1][1]), words, sharp=True)
    if match["to"]:
        return Window(None, day, words, sharp=True)
    if match["from"] or letters[: match.start()].endswith("tu "):
        return Window(day, None, words, sharp=True)
    return Window(day, day, words, sharp=True)


def _runs_to(letters: str, one: re.Match[str], other: re.Match[str]) -> bool:
    """ "từ ngày 01/10 đến hết ngày 31/10": nothing else stands between the two days."""
    between = letters[one.end() : other.start()] + (other["to"] or "")
    return bool(re.fullmatch(r"\W*(?:den|den het|va|-|–)?\W*(?:het|den)?\W*", between.strip()))


def _date(year: str | int | None, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day)) if year else None
    except ValueError:
        return None


def _part(letters: str, text: str, year: int | None) -> Window | None:
    """ "6 tháng cuối năm": the first or the last months of a year."""
    match = PART.search(letters)
    told = int(match[3]) if match and match[3] else _year_in(letters) or year
    if not match or not told:
        return None
    months, at_end = int(match[1]), match[2].startswith("c")
    first = date(told, 13 - months, 1) if at_end else date(told, 1, 1)
    last = date(told, 12, 31) if at_end else _end(told, months)
    return Window(first, last, match_text(text, match), sharp=False)


def _year_in(letters: str) -> int | None:
    match = WHOLE.search(letters)
    return int(match[1]) if match else None


def _quarters(letters: str, text: str, year: int | None) -> Window | None:
    match = QUARTERS.search(letters) or QUARTERS.search(fold(text))
    if not match:
        return None
    tokens = re.findall(r"[ivl1-4|\\!]{1,5}", re.sub(r"\b(?:va|quy|den)\b", " ", match[1]))
    quarters = [quarter(token) for token in tokens]
    told = int(match[2]) if match[2] else _year_in(letters) or year
    words = match_text(text, match)
    spoilt = [token for token in tokens if not re.fullmatch(r"[iv]{1,3}|[1-4]", token)]
    why = f"Số của quý đọc là “{', '.join(spoilt)}” bị nhòe; đề nghị đối chiếu." if spoilt else ""
    if not told or not any(quarters):
        return Window(None, None, words, True, why or "Không rõ quý hoặc năm; đề nghị bổ sung.")
    known = [each for each in quarters if each]
    certain = quarters[0] is not None and tokens[0] not in SMEARED
    first = date(told, quarters[0] * 3 - 2, 1) if certain and quarters[0] else None
    return Window(first, _end(told, max(known) * 3), words, True, why)


def quarter(token: str) -> int | None:
    """1-4 from a numeral as OCR leaves it: "111" is III, "1V" is IV; None if it is none of them."""
    letters = re.sub(r"[l1|!\\]", "i", token) if not re.fullmatch(r"[1-4]", token) else token
    if re.fullmatch(r"[1-4]", letters):
        return int(letters)
    known = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
    return known.get(letters) or (4 if re.fullmatch(r"i+v+", letters) else None)


def _months(letters: str, text: str, year: int | None) -> Window | None:
    every = MONTHS.finditer(letters)
    match = next((each for each in every if not EACH.search(letters[: each.start()])), None)
    if not match:
        return None
    months = [int(match[2]), *map(int, re.findall(r"\d{1,2}", match[3]))]
    told = int(match[4]) if match[4] else _year_in(letters) or year
    if not told or not all(1 <= month <= 12 for month in months):
        return None
    first = None if match["to"] else date(told, months[0], 1)
    last = _end(told, max(months))
    if match["to"] and "truoc" in match["to"]:
        last = _end(told, max(months) - 1) if max(months) > 1 else date(told - 1, 12, 31)
    return Window(first, last, match_text(text, match), sharp=True)


def _years(letters: str, text: str, year: int | None) -> Window | None:
    pair = SPAN.search(letters)
    if pair and int(pair[1]) <= int(pair[2]):
        return Window(
            date(int(pair[1]), 1, 1), date(int(pair[2]), 12, 31), match_text(text, pair), False
        )
    match = WHOLE.search(letters)
    if match:
        told = int(match[1])
        return Window(date(told, 1, 1), date(told, 12, 31), match_text(text, match), sharp=False)
    loose = THIS_YEAR.search(letters)
    if loose and year:
        return Window(date(year, 1, 1), date(year, 12, 31), match_text(text, loose), sharp=False)
    return None


def match_text(text: str, match: re.Match[str]) -> str:
    return text[match.start() : match.end()].strip(" ,;.-")


def _end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
