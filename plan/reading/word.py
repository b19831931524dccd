"""A Word file (.docx): its paragraphs and tables in order, with the numbers that Word counts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn

from plan.reading.doubt import NotAPlan
from plan.reading.ocr import plain

LARGEST = 60_000_000  # bytes unpacked; a plan of 100 pages unpacks to about 2 MB
MOST_PARTS = 3000
BULLETS = {"bullet"}
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
NUMERALS = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
SKIPPED = {qn("w:del"), qn("w:moveFrom"), COMPATIBILITY + "Fallback"}
BROKEN = (
    OpcError,
    zipfile.BadZipFile,
    SyntaxError,
    KeyError,
    ValueError,
    AttributeError,
    TypeError,
    IndexError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as a page shows it: a merged cell stands in each place that it covers."""

    rows: tuple[tuple[str, ...], ...]


def blocks(data: bytes) -> list[str | Grid]:
    """Paragraphs (with Word's own numbers written out) and tables, in the order of the page.

    Raises `NotAPlan`.
    """
    _look_inside(data)
    try:
        document = docx.Document(io.BytesIO(data))
        numbers = _Numbers(document)
        return list(_walk(document.element.body, numbers))
    except BROKEN as error:
        raise NotAPlan(
            "Tệp Word bị hỏng hoặc thiếu phần, không đọc được; hãy mở bằng Word, lưu lại rồi gửi"
            " lại."
        ) from error


def _look_inside(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except BROKEN as error:
        raise NotAPlan("Tệp Word bị đứt hoặc hỏng, không mở được; hãy tải lại tệp gốc.") from error
    if sum(part.file_size for part in parts) > LARGEST or len(parts) > MOST_PARTS:
        raise NotAPlan(
            "Tệp Word nén bất thường (mở ra quá lớn), không đọc vì lý do an toàn;"
            " hãy gửi tệp kế hoạch gốc."
        )
    if not any(part.filename == "word/document.xml" for part in parts):
        raise NotAPlan(
            "Tệp nén này không phải tài liệu Word (.docx); hãy gửi kế hoạch dạng .docx, .pdf có chữ"
            " hoặc .txt."
        )


def _walk(parent: Any, numbers: _Numbers) -> Iterator[str | Grid]:
    for element in parent.iterchildren():
        if element.tag == qn("w:p"):
            yield from _paragraph(element, numbers)
        elif element.tag == qn("w:tbl"):
            yield from _table(element, numbers)
        elif element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            yield from _walk(element, numbers)


def _paragraph(element: Any, numbers: _Numbers) -> Iterator[str]:
    label = numbers.label(element)
    lines = "".join(_text(element)).split("\n")
    for i, line in enumerate(lines):
        line = line.strip()
        yield f"{label} {line}".strip() if i == 0 and line else line


def _text(element: Any) -> Iterator[str]:
    for child in element.iterchildren():
        if child.tag in SKIPPED or child.tag == qn("w:pPr"):
            continue
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag == qn("w:tab"):
            yield " "
        elif child.tag in (qn("w:br"), qn("w:cr"), qn("w:p")):
            yield "\n"
            yield from _text(child)
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        else:
            yield from _text(child)


def _table(element: Any, numbers: _Numbers) -> Iterator[str | Grid]:
    rows = _rows(element, numbers)
    width = max((len(row) for row in rows), default=0)
    if (width >= 3 and len(rows) >= 2) or (width == 2 and len(rows) >= 3 and _has_heads(rows[0])):
        yield Grid(tuple((*row, *[""] * (width - len(row))) for row in rows))
        return
    columns = range(width)
    for column in columns:
        for row in rows:
            if column < len(row) and (column == 0 or row[column] != row[column - 1]):
                yield from row[column].split("\n")


def _has_heads(row: list[str]) -> bool:
    letters = plain(row[0])
    return "nhiem vu" in letters or "noi dung" in letters or "cong viec" in letters


def _rows(element: Any, numbers: _Numbers) -> list[list[str]]:
    rows = list[list[str]]()
    for row in _children(element, "w:tr"):
        cells = list[str]()
        for cell in _children(row, "w:tc"):
            properties = cell.find(qn("w:tcPr"))
            down = None if properties is None else properties.find(qn("w:vMerge"))
            text = _cell(cell, numbers)
            if down is not None and down.get(qn("w:val")) != "restart":
                text = rows[-1][len(cells)] if rows and len(cells) < len(rows[-1]) else ""
            cells += [text] * _span(properties)
        rows.append(cells)
    return rows


def _children(element: Any, tag: str) -> Iterator[Any]:
    for child in element.iterchildren():
        if child.tag == qn(tag):
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins")):
            yield from _children(child, tag)


def _span(properties: Any) -> int:
    span = None if properties is None else properties.find(qn("w:gridSpan"))
    value = span.get(qn("w:val"), "1") if span is not None else "1"
    return min(int(value), 60) if value.isdigit() else 1


def _cell(cell: Any, numbers: _Numbers) -> str:
    found = list[str]()
    for block in _walk(cell, numbers):
        found += [block] if isinstance(block, str) else [" ".join(row) for row in block.rows]
    return "\n".join(line for line in found if line)


@dataclass(slots=True)
class _Level:
    form: str = "decimal"
    text: str = ""
    start: int = 1


@dataclass(slots=True)
class _Numbers:
    """Word keeps "a)" out of the text: it is counted here as Word counts it on opening."""

    document: Any
    levels: dict[tuple[str, int], _Level] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            root = self.document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        abstract = {
            each.get(qn("w:abstractNumId")): each for each in root.findall(qn("w:abstractNum"))
        }
        for number in root.findall(qn("w:num")):
            link = number.find(qn("w:abstractNumId"))
            source = abstract.get(link.get(qn("w:val"))) if link is not None else None
            if source is not None:
                self._learn(str(number.get(qn("w:numId"))), link.get(qn("w:val")), source)
        for style in self.document.styles.element.findall(qn("w:style")):
            found = self._direct(style.find(qn("w:pPr")))
            if found:
                self.styles[style.get(qn("w:styleId"))] = found

    def _learn(self, number: str, abstract: str, source: Any) -> None:
        self.lists[number] = abstract
        for level in source.findall(qn("w:lvl")):
            known = {
                name: each.get(qn("w:val"))
                for name in ("numFmt", "lvlText", "start")
                if (each := level.find(qn(f"w:{name}"))) is not None
            }
            start = known.get("start") or "1"
            self.levels[number, int(level.get(qn("w:ilvl"), "0"))] = _Level(
                known.get("numFmt") or "decimal",
                known.get("lvlText") or "",
                int(start) if start.isdigit() else 1,
            )

    def label(self, paragraph: Any) -> str:
        properties = paragraph.find(qn("w:pPr"))
        if properties is None or not "".join(_text(paragraph)).strip():
            return ""
        style = properties.find(qn("w:pStyle"))
        named = self.styles.get(style.get(qn("w:val"))) if style is not None else None
        number, depth = self._direct(properties) or named or ("0", 0)
        level = self.levels.get((number, depth))
        if level is None:
            return ""
        if level.form in BULLETS:
            return "-"
        return self._count(number, depth, level)

    def _direct(self, properties: Any) -> tuple[str, int] | None:
        told = properties.find(qn("w:numPr")) if properties is not None else None
        if told is None:
            return None
        number, depth = told.find(qn("w:numId")), told.find(qn("w:ilvl"))
        if number is None:
            return None
        at = depth.get(qn("w:val"), "0") if depth is not None else "0"
        return str(number.get(qn("w:val"))), int(at) if at.isdigit() else 0

    def _count(self, number: str, depth: int, level: _Level) -> str:
        key = self.lists.get(number, number)
        self.counts[key, depth] = self.counts.get((key, depth), level.start - 1) + 1
        for other in [each for each in self.counts if each[0] == key and each[1] > depth]:
            del self.counts[other]

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            below = self.levels.get((number, at), _Level())
            return written(self.counts.get((key, at), below.start), below.form)

        return re.sub(r"%([1-9])", shown, level.text)


def written(n: int, form: str) -> str:
    """A number as Word's `numFmt` writes it."""
    if form in ("lowerRoman", "upperRoman"):
        roman = "".join(letters * (rest // value) for value, letters, rest in _steps(n))
        return roman.upper() if form == "upperRoman" else roman
    if form in ("lowerLetter", "upperLetter"):
        letter = ALPHABET[(n - 1) % 26] * ((n - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    return f"{n:02}" if form == "decimalZero" else "" if form == "none" else str(n)


def _steps(n: int) -> Iterator[tuple[int, str, int]]:
    rest = n
    for value, letters in NUMERALS:
        yield value, letters, rest
        rest %= value
