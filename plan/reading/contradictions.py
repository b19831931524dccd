"""What a plan itself gets wrong, for the officer to settle: nothing here changes a value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from rapidfuzz import fuzz

from plan.reading import frequency, timing
from plan.reading.doubt import Doubt
from plan.reading.header import ANNOUNCED, Header
from plan.reading.ocr import plain
from plan.reading.outline import Node, Outline
from plan.reading.signature import APPENDIX

CITED = re.compile(
    r"(?P<kind>nghi quyet|quyet dinh|ke hoach|chi thi|nghi dinh|chuong trinh|thong tu|cong van"
    r"|de an)\s+(?:\w+\s+){0,2}?"
    r"s[a-z0-9&]{0,2}[:.]?\s*(?P<n>\d{1,5}(?:/\d{4})?)\s?[-/]\s?(?P<sign>[a-z0-9]{2,8}(?:[-/]\s?[a-z]{2,8})?)"
    r"(?:,?\s*ng[a-z]{1,2}y\s*(?P<date>\d{1,2}/\d{1,2}/\d{4}))?"
)
DAYS = {"day": 1, "week": 7, "month": 30.4375, "quarter": 91.3125, "year": 365.25}
PER = {"per_week": 7, "per_month": 30.4375, "per_quarter": 91.3125, "per_year": 365.25}


def all_of(
    outline: Outline, header: Header, tasks: Sequence[dict[str, Any]], has_appendix: bool
) -> Iterator[Doubt]:
    yield from _appendix(outline, has_appendix)
    yield from _titles(header)
    yield from _numbers(outline)
    for task in tasks:
        yield from _rhythm(task, header.plan.get("period"), header.plan.get("date"))
        yield from _event(task)
        yield from _outside(task, header.plan.get("period"))


def _appendix(outline: Outline, has_appendix: bool) -> Iterator[Doubt]:
    if has_appendix or any(
        APPENDIX.match(plain(node.text)) and node.kind == "para" and len(node.text) < 200
        for node in outline.blocks[3:]
    ):
        return
    for node in outline.blocks:
        if ANNOUNCED.search(plain(node.text)):
            why = (
                "Văn bản nói có Phụ lục kèm theo nhưng tệp không có Phụ lục: nhiệm vụ, thời gian"
                " trong đó còn thiếu."
            )
            yield Doubt(node.lines, node.text[:160], why)
            return


def _titles(header: Header) -> Iterator[Doubt]:
    """The decision and its plan must name the same period."""
    told = list[tuple[Node, timing.Window]]()
    for node, _ in header.titles:
        window = timing.window(node.text[-60:])
        if window and window.first:
            told.append((node, window))
    for (one, first), (other, second) in combinations(told, 2):
        if (first.first, first.last) != (second.first, second.last):
            why = (
                f"Kỳ của kế hoạch ghi khác nhau: “{first.text}” (dòng {one.lines}) và"
                f" “{second.text}” (dòng {other.lines})."
            )
            yield Doubt(one.lines, one.text[:160], why)
            return
    words = [(node, _half_year(node.text)) for node, _ in header.titles]
    said = {half for _, half in words if half}
    if len(said) > 1:
        yield Doubt(
            words[0][0].lines,
            words[0][0].text[:160],
            f"Kỳ ghi khác nhau: {' / '.join(sorted(said))}.",
        )


def _half_year(text: str) -> str:
    match = re.search(r"\d\s*thang[a-z ]{0,12}nam(?: \d{4})?", plain(text))
    return text[match.start() : match.end()] if match else ""


@dataclass(frozen=True, slots=True)
class _Paper:
    node: Node
    kind: str
    number: str
    sign: str
    day: str
    subject: str
    shown: str

    def __str__(self) -> str:
        return f"số {self.shown}" + (f" ngày {self.day}" if self.day else "")


def _numbers(outline: Outline) -> Iterator[Doubt]:
    """One paper cited under two numbers, or one number with two dates."""
    papers = [paper for node in outline.blocks for paper in _papers(node)]
    said = set[frozenset[str]]()
    for one, other in combinations(papers, 2):
        key = frozenset((one.number + one.day, other.number + other.day))
        if (one.kind, one.sign) != (other.kind, other.sign) or key in said or len(key) < 2:
            continue
        if why := _why_odd(one, other):
            said.add(key)
            yield Doubt(other.node.lines, str(other), why)


def _why_odd(one: _Paper, other: _Paper) -> str:
    where = f"(dòng {one.node.lines} và dòng {other.node.lines})"
    if one.number == other.number:
        if one.day and other.day and one.day != other.day and _same(one.subject, other.subject, 70):
            return f"Cùng một văn bản ghi hai ngày khác nhau: {one} và {other} {where}."
        return ""
    days_differ = one.day and other.day and one.day != other.day
    if not days_differ and _same(one.subject, other.subject, 86):
        return f"Cùng một văn bản nhưng ghi hai số khác nhau: {one} và {other} {where}."
    return ""


def _same(one: str, other: str, least: float) -> bool:
    length = min(len(one), len(other), 50)
    return length >= 30 and fuzz.ratio(one[:length], other[:length]) >= least


def _papers(node: Node) -> Iterator[_Paper]:
    letters = plain(node.text)
    for match in CITED.finditer(letters):
        rest = letters[match.end() : match.end() + 220]
        by = re.match(r"\s*c[a-z]{1,2}a [a-z ]{4,40}? v[a-z]{1,2}\b", rest)
        subject = re.split(r"[.;]|\bso \d", rest[by.end() :] if by else rest)[0]
        yield _Paper(
            node=node,
            kind=match["kind"],
            number=match["n"],
            sign=match["sign"].replace(" ", ""),
            day=match["date"] or "",
            subject=re.sub(r"^\W*(?:v[a-z]{1,2} viec|viec|v[a-z]{1,2})\s+", "", subject.strip()),
            shown=node.text[match.start("n") : match.end("sign")].replace(" ", ""),
        )


def _rhythm(
    task: dict[str, Any], period: dict[str, str] | None, issued: str | None
) -> Iterator[Doubt]:
    form = task.get("frequency", {})
    every, rate = form.get("every"), next((key for key in PER if key in form), None)
    text = task.get("frequency_text", "")
    if every and rate:
        count, unit = every.split()
        interval = int(count) * DAYS[unit.rstrip("s")]
        due = PER[rate] / interval
        if abs(due - form[rate]) > 1:
            why = f"Hai cách ghi nhịp không khớp: “{text}” (theo khoảng cách thì khoảng {due:.0f})."
            yield Doubt(task["lines"], text, why)
    if not (period and rate == "per_year"):
        return
    first, last = date.fromisoformat(period["from"]), date.fromisoformat(period["to"])
    start = max(first, date.fromisoformat(issued)) if issued else first
    left = ((last - start).days + 1) * form[rate] / 365.25
    if left + 1 < form[rate]:
        why = (
            f"Nhịp “{text}” tính cho cả năm, nhưng từ {start:%d/%m/%Y} đến {last:%d/%m/%Y} chỉ còn"
            f" khoảng {left:.0f} kỳ."
        )
        yield Doubt(task["lines"], text, why)


def _event(task: dict[str, Any]) -> Iterator[Doubt]:
    form = task.get("frequency", {})
    day = frequency.event_day(f"{form.get('event', '')} {task['title']}")
    told = form.get("by") or form.get("to")
    if not (day and told and form.get("window_text")):
        return
    when = date(int(told[:4]), *day)
    first = date.fromisoformat(form["from"]) if "from" in form else date(when.year, 1, 1)
    if not first <= when <= date.fromisoformat(told):
        why = (
            f"“{form['window_text']}” không chứa ngày của sự kiện ({when:%d/%m}); giữ theo kế"
            f" hoạch, đề nghị xem lại."
        )
        yield Doubt(task["lines"], form["window_text"], why)


def _outside(task: dict[str, Any], period: dict[str, str] | None) -> Iterator[Doubt]:
    form = task.get("frequency", {})
    if not period:
        return
    told = [form[key] for key in ("from", "by", "to") if key in form]
    if any(day > period["to"] for day in told) or (told and told[-1] < period["from"]):
        why = f"Thời gian của nhiệm vụ nằm ngoài kỳ của kế hoạch ({period['text']})."
        yield Doubt(task["lines"], task.get("time_text", ""), why)
