"""A table of tasks whose cells OCR has run together: rows and cells put back by guess, all marked.

Tesseract writes such a table line by line over all columns, with the row's number at mid-height:
    tir dic khu, hé thong loa phat thanh, cac nén tang xa
    1 ; o . o A .| X&hoi, Trung tam | Cac phong, | 6 thang cuoi Tin bai
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz

from plan.reading import timing, units
from plan.reading.doubt import Doubt, span
from plan.reading.duty import PRODUCTS, Duty
from plan.reading.frequency import without_counts
from plan.reading.labels import HEADS
from plan.reading.ocr import Phrasebook, plain, restore, words

NUMBERED = re.compile(r"^\W{0,2}([0-9oOlIiSsBZz]{1,2})\s*[|;.,]?\s+\S*\s*.*\|")
HEAD_BOOK = Phrasebook(phrase for kind in HEADS for phrase in HEADS[kind] if len(phrase) > 7)
HEAD_KIND = {phrase: kind for kind, phrases in HEADS.items() for phrase in phrases}
FAR = 14  # words between two words of one name, in a cell of several lines
GENERIC = re.compile(
    r"^(?:cac|c[a-z]{1,2}c) (?:phong|co quan|don vi|ban)|^thu truong|^uy ban|^ubnd"
)
OWN_LEVEL = re.compile(r"\s+(?:xã|phường|huyện|[đd][ặi]c khu|thị trấn)\b.*$")
ON_DEMAND = re.compile(r"theo y[a-z]{1,2}u c[a-z]{1,2}u")


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    text: str

    @property
    def left(self) -> str:
        """What stands left of the first rule: mostly the task's own words."""
        return re.split(r"\s*\|", self.text)[0].strip()


def find(
    lines: Sequence[str], known_units: Iterable[str], year: int | None
) -> tuple[list[Duty], list[Doubt], set[int]]:
    """(duties, doubts, line numbers taken) of every such table in the text."""
    duties, doubts, taken = list[Duty](), list[Doubt](), set[int]()
    heads = [at for at in range(len(lines)) if _is_head(lines, at)]
    for at, start in enumerate(heads):
        end = _end(lines, start, heads[at + 1] if at + 1 < len(heads) else len(lines))
        body = [Line(n + 1, lines[n]) for n in range(start, end) if lines[n].strip()]
        body = [line for line in body if not _is_heading(line.text)]
        found = _rows(body)
        for rows in found:
            duties.append(_duty(rows, len(duties) + 1, tuple(known_units), year))
        if found:
            taken |= set(range(start + 1, end + 1))
            why = (
                "Bảng bị vỡ ô khi quét: từng dòng, cột đã ghép lại theo suy đoán; đề nghị đối"
                " chiếu bản gốc."
            )
            doubts.append(Doubt(span(start + 1, end), lines[start].strip()[:120], why))
    return duties, doubts, taken


def _is_head(lines: Sequence[str], at: int) -> bool:
    """A line that with its neighbour names three columns of a task table or more."""
    here = {HEAD_KIND[hit.phrase] for hit in HEAD_BOOK.search(lines[at])}
    if not here & {"title", "ordinal"} and not re.match(r"^\W*stt\b", plain(lines[at])):
        return False
    around = " . ".join(lines[max(0, at - 2) : at + 2])
    kinds = {HEAD_KIND[hit.phrase] for hit in HEAD_BOOK.search(around)}
    return (
        len(kinds & {"title", "lead", "partners", "time", "product"}) >= 2 and len(lines[at]) < 160
    )


def _is_heading(text: str) -> bool:
    kinds = {HEAD_KIND[hit.phrase] for hit in HEAD_BOOK.search(text)}
    return bool(re.match(r"^\W*stt\b", plain(text))) or (len(kinds) >= 2 and "|" in text)


def _end(lines: Sequence[str], start: int, limit: int) -> int:
    for at in range(start + 1, limit):
        if re.match(r"\W*(?:noi nhan|tren day la|tm\.|kt\.)", plain(lines[at])):
            return at
        if re.match(r"^\s*(?:[IVX]{1,4}|[A-E])\.\s+\S", lines[at]):
            return at
    return limit


def _rows(body: list[Line]) -> list[list[Line]]:
    """Each row holds one numbered line; a row begins where a new sentence does."""
    numbered = [at for at, line in enumerate(body) if NUMBERED.match(line.text)]
    if not numbered:
        return []
    starts = [0]
    for before, at in pairwise(numbered):
        starts.append(_start(body, before, at, starts[-1]))
    ends = [*starts[1:], len(body)]
    return [body[start:end] for start, end in zip(starts, ends, strict=True) if end > start]


def _start(body: list[Line], before: int, at: int, last_start: int) -> int:
    """The number stands at mid-height, so the next row begins about as far after as this began"
    " before."""
    due = before + (before - last_start) + 1
    options = [
        i for i in range(before + 1, at + 1) if _opens(body[i]) and not _waits(body[i - 1])
    ] or [at]
    return min(options, key=lambda i: (abs(i - due), i))


def _opens(line: Line) -> bool:
    first = next((char for char in line.left if char.isalpha()), "")
    return (
        first.isupper()
        and not line.text.lstrip().startswith(("-", "+"))
        and not NUMBERED.match(line.text)
    )


def _waits(line: Line) -> bool:
    return bool(re.search(r"[:,]\s*(?:$|\S+ \S+ \S+ - ?,?$)", line.left)) or line.left.endswith(
        (":", ",")
    )


def _duty(rows: list[Line], count: int, known: tuple[str, ...], year: int | None) -> Duty:
    text = " ".join(line.text for line in rows)
    right = " ".join(_right(line) for line in rows)
    lead, score = _lead(right, known)
    window = _time(text, year)
    return Duty(
        code=f"PL.{count}",
        section=f"Phụ lục, mục {count}",
        title=_title(rows),
        prose=restore(_title(rows)),
        first=rows[0].number,
        last=rows[-1].number,
        lead=lead,
        partners=_partners(right),
        time=window,
        product=_product(rows),
        mangled=True,
        lead_uncertain=bool(lead) and score < 0.95,
        product_uncertain=True,
    )


def _right(line: Line) -> str:
    """The cells right of the task's words; their first often runs into those words."""
    bar = line.text.find("|", 4)
    return line.text[max(0, bar - 26) :] if bar > 0 else line.text[-34:]


def _title(rows: list[Line]) -> str:
    """The left parts, without row numbers and specks."""
    parts = list[str]()
    for line in rows:
        part = line.left
        if NUMBERED.match(line.text):
            inside = re.match(r"^\W{0,2}\w{1,2}\s*\|\s*([^|]+)", line.text)
            part = inside[1] if inside else re.sub(r"^\W{0,2}\w{1,2}\s*[;.,]?\s+", "", part)
        parts.append(re.sub(r"(?:\s+[^\w\s]\s?|\s+\w(?=\s\W))+$", "", part.strip()))
    return units.tidy(restore(" ".join(part for part in parts if sum(map(str.isalpha, part)) > 5)))


def _lead(right: str, known: tuple[str, ...]) -> tuple[str, float]:
    """The bodies of this plan whose words stand in the row in this order, gaps allowed."""
    tokens = [word.plain for word in words(right)]
    names = dict.fromkeys(OWN_LEVEL.sub("", name) for name in known)
    scored = [(name, _in_order(name, tokens)) for name in names if not GENERIC.match(plain(name))]
    sure = [(name, score) for name, score in scored if score >= 0.75]
    if sure:
        sure.sort(key=lambda pair: _first_place(pair[0], tokens))
        return "; ".join(dict.fromkeys(name for name, _ in sure)), min(score for _, score in sure)
    likely = max(scored, key=lambda pair: pair[1], default=("", 0.0))
    return likely if likely[1] >= 0.55 else ("", 0.0)


def _in_order(name: str, tokens: list[str]) -> float:
    """The share of the words of `name` found in order."""
    wanted = [word.plain for word in words(name)]
    at, found = 0, 0.0
    for word in wanted:
        ahead = range(at, min(len(tokens), at + FAR) if found else len(tokens))
        place = next((i for i in ahead if _alike(word, tokens[i])), None)
        if place is not None:
            found, at = found + 1, place + 1
    return found / len(wanted)


def _alike(word: str, token: str) -> bool:
    return fuzz.ratio(word, token) >= (75 if len(word) > 3 else 66) and token[:1] == word[:1]


def _first_place(name: str, tokens: list[str]) -> int:
    first = words(name)[-1].plain
    return next((i for i, token in enumerate(tokens) if _alike(first, token)), len(tokens))


def _partners(right: str) -> str:
    match = re.search(r"\|\s*([Cc]\S{1,3}c\s+ph\S+)", right)
    if not match:
        return ""
    rest = plain(right[match.start() :])
    return "Các phòng, ban, đơn vị" if re.search(r"ban,? ?don ?vi", rest) else "Các phòng"


def _time(text: str, year: int | None) -> str:
    demand = ON_DEMAND.search(plain(text))
    if demand:
        tail = re.search(r"c[a-z]{1,2}a (?:thanh pho|tinh|huyen|cap tren)", plain(text))
        return "Theo yêu cầu" + (" " + restore(text[tail.start() : tail.end()]) if tail else "")
    window = timing.window(without_counts(text, stated=False), year)
    if window is None or not (window.first or window.last):
        return ""
    said = restore(window.text)
    later = re.search(r"n[a-z]{1,2}m (20\d\d)", plain(text))
    return (
        said
        if re.search(r"20\d\d", said) or not later
        else f"{said} năm {later[1]}".replace("năm năm", "năm")
    )


def _product(rows: list[Line]) -> str:
    """Known products at the end of the numbered line, where the last column is."""
    line = next((line.text for line in rows if NUMBERED.match(line.text)), "")
    tail = restore(line.split("|")[-1])
    found = [tail[hit.start : hit.end] for hit in PRODUCTS.search(tail)]
    return units.tidy(", ".join(dict.fromkeys(found)))
