"""Sentences that order a report → `[[reports]]` of the schema."""

from __future__ import annotations

import re
from typing import Any

from plan.reading import units
from plan.reading.doubt import span
from plan.reading.ocr import plain

REPORT = re.compile(r"\bb[a-z&]{1,3}o c[a-z&]{1,3}o\b(?! vien)")
CLAUSE = re.compile(r"[.;]\s+|;\s*|\.$")
WORK = re.compile(
    r"theo doi|don doc|huong dan|xay dung|to chuc|kiem tra|tham muu|chu tri|dang tai|cap nhat"
    r"|tuyen truyen va"
    r"|trien khai(?! thuc hien cac)|phoi hop|thong tin|thuc hien tot"
)
INTERVALS = re.compile(
    r"(?:(?:dinh ky|h[aeid]ng|theo|bao cao|d[p]?inh k[yj])\s+)+(?:ket qua\s+)?((?:(?:hang\s+"
    r"|va\s+|dinh ky\s+)*"
    r"(?:0?6 th[a-z]{1,2}ng(?: d[a-z]u nam)?|sau thang|thang|quy(?! dinh| che)|n[a-z]m"
    r"|tuan)\b(?! \d{4})\s*(?:,|/|va)?\s*)+)"
)
IN_QUARTER = re.compile(
    r"\s(?:c[a-z]{1,2}a\s+)?thang (?:cuoi|dau)(?: c[a-z]{1,2}a| cung)*(?: m[a-z]{1,2}i| h[a-z]ng)?"
    r" qu[yi]\b(?!\s*(?:[iv\d]+\b))"
)
EACH = re.compile(r"0?6 th[a-z]{1,2}ng|sau thang|thang|quy|n[a-z]m|tuan")
SENT_TO = re.compile(
    r"(?:g[uir]{1,3}i(?: ve)?|b[a-z]{1,2}o c[a-z]{1,2}o(?: ve| voi| cho)?|\bve"
    r"|\bv[a-z0-9]{1,2}[il]|trinh|cho)\s+(?="
    r"ubnd|uy ban|chu tich|so |phong |thuong truc|thanh pho|van phong|dang uy|tinh(?! hinh)"
    r"|huyen|lanh dao|hdnd)"
)
THROUGH = re.compile(rf"\(?\b(?:thong )?qua\s+(?={units.HEADS})")
TROUBLE = re.compile(
    r"kh[a-z]{1,2} kh[a-z]{1,2}n\b.{0,25}?v[a-z]{2,5}ng m[a-z]{1,2}c|phat sinh.{0,20}vuong"
)
INSIDE = re.compile(
    r"\(?\b(?:long|iong|l[o0]ng|16ng) gh[a-z]p\b[^.;]*?b[a-z&]{1,3}o c[a-z&]{1,3}o[^.;)]*"
)
DEADLINE = re.compile(r"\b(?:truoc|cham nhat|vao) ngay \d{1,2}[^.;]{0,40}")


def report(
    text: str, lead: str, first: int, last: int, closing: bool = False
) -> dict[str, Any] | None:
    """The report that a duty or (`closing`) the last paragraph orders, if it does."""
    letters = plain(text)
    trouble = closing and bool(TROUBLE.search(letters))
    if not (REPORT.search(letters) or trouble):
        return None
    clause = _clause(text, trouble)
    to, via = _addressees(clause)
    every = _every(plain(clause), trouble)
    if not (to or via or every):
        return None
    row: dict[str, Any] = {
        "from": lead or _subject(clause),
        "to": to,
        "via": via,
        "every": every or ["unspecified"],
        "content": _content(clause, trouble),
        "mode": _mode(clause),
        "lines": span(first, last),
    }
    return {key: value for key, value in row.items() if value}


def is_only_report(text: str) -> bool:
    """Whether a duty is nothing but reporting, so that it is no task of its own."""
    clauses = [plain(part) for part in CLAUSE.split(text) if len(part.split()) >= 4]
    return bool(clauses) and all(map(_only_reports, clauses))


def _only_reports(letters: str) -> bool:
    match = REPORT.search(letters)
    return bool(match and not WORK.search(letters[: match.start()]))


def without_reports(text: str) -> str:
    """The text with its report clauses blanked: their rhythm is not the task's."""
    out = text
    for part in re.split(r"(?<=[.;])\s+", text):
        if REPORT.search(plain(part)):
            out = out.replace(part, "#" * len(part))
    return out


def _clause(text: str, trouble: bool) -> str:
    """From the sentence that names the report to the end of the text."""
    pattern = TROUBLE if trouble else REPORT
    at = 0
    for part in re.split(r"(?<=[.;])\s+", text):
        if pattern.search(plain(part)):
            return text[at:]
        at = text.find(part, at) + len(part)
    return text


def _every(letters: str, trouble: bool) -> list[str]:
    if trouble:
        return ["ad_hoc"]
    letters = IN_QUARTER.sub(" hang quy", letters)
    found = list[str]()
    for match in INTERVALS.finditer(letters):
        for each in EACH.findall(match[1]):
            found.append(_interval(each))
    if re.search(r"dot xuat", letters):
        found.append("ad_hoc")
    if not found and re.search(r"[dp]inh k[yj]", letters):
        found.append("periodic")
    order = ("week", "month", "quarter", "half_year", "year", "ad_hoc", "periodic")
    return [name for name in order if name in found]


def _interval(words: str) -> str:
    if words.startswith(("0", "6", "sau")):
        return "half_year"
    kinds = {"q": "quarter", "n": "year"}
    return kinds.get(words[0], "week" if words == "tuan" else "month")


def _addressees(clause: str) -> tuple[str, str]:
    """(to, via). "gửi Phòng X tổng hợp, báo cáo UBND xã": via X, to UBND xã."""
    letters = plain(clause)
    names = list[str]()
    for match in SENT_TO.finditer(letters):
        name = _name(clause[match.end() :])
        if name and name not in names:
            names.append(name)
    through = THROUGH.search(letters)
    via = _name(clause[through.end() :]) if through else ""
    names = [name for name in names if name != via]
    if not via and len(names) > 1:
        return names[-1], names[0]
    return (names[0] if names else ""), via


def _name(rest: str) -> str:
    stop = re.search(
        r"[.;:,()]|\s+(?=theo|để|de |đề|trước|tổng|tong |xem|thời|định kỳ|và (?!Ủy|UBND)|vào "
        r"|kết quả)",
        rest,
    )
    return units.tidy(rest[: stop.start()] if stop else rest[:80])


def _subject(clause: str) -> str:
    match = re.search(
        r"\b(?:các|thủ trưởng các|cac)\s+(?:cơ quan|phòng|đơn vị|co quan"
        r"|phong)[^.;:]{0,60}?(?=\s+(?:phản ánh|phan anh|kịp thời|báo cáo|gửi|có trách|chủ động"
        r"|tổng hợp|định kỳ|lồng ghép))",
        clause,
        re.IGNORECASE,
    )
    return units.tidy(match[0]) if match else ""


def _content(clause: str, trouble: bool) -> str:
    if trouble:
        return "Khó khăn, vướng mắc trong quá trình thực hiện"
    match = REPORT.search(plain(clause))
    rest = clause[match.end() :] if match else ""
    stop = re.search(
        r"[.;(]|\s+(?=gửi|về (?:UBND|Ủy|thành|Phòng|Văn|Trung)|theo định kỳ|định kỳ)", rest
    )
    content = units.tidy(rest[: stop.start()] if stop else rest)[:200]
    if match and (not content or units.HEAD.match(plain(content))):
        return units.tidy(clause[: match.start()])[:200]
    return content


def _mode(clause: str) -> str:
    letters = plain(clause)
    match = INSIDE.search(letters) or DEADLINE.search(letters)
    return clause[match.start() : match.end()].strip(" ()") if match else ""
