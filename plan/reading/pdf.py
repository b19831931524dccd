"""A PDF with text: its lines from top to bottom, and the tables that its ruled lines draw."""

from __future__ import annotations

import io
import logging
import struct
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdf
from pypdf.errors import PyPdfError

from plan.reading.doubt import NotAPlan
from plan.reading.word import Grid

MOST_PAGES = 150
MOST_RULES = 3000  # on a page; a drawing has more, and no table
NEAR = 2.5  # points: two rules nearer than this are one
THIN = 3.0
PAINTS = {b"S", b"s", b"B", b"B*", b"b", b"b*"}
FILLS = {b"f", b"F", b"f*"}
BROKEN = (
    PyPdfError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    AssertionError,
    OSError,
    RecursionError,
    NotImplementedError,
    OverflowError,
    zlib.error,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class Piece:
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line on the page, from (x0, y0) to (x1, y1), flat or upright."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def flat(self) -> bool:
        return self.y1 - self.y0 <= self.x1 - self.x0


def blocks(data: bytes) -> list[str | Grid]:
    """Lines and tables in the order of the pages. Raises `NotAPlan`."""
    with _silent():
        return _blocks(data)


@contextmanager
def _silent() -> Iterator[None]:
    """pypdf tells a torn file on stderr in English; the officer gets one Vietnamese line."""
    logger = logging.getLogger("pypdf")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def _blocks(data: bytes) -> list[str | Grid]:
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise NotAPlan("Tệp PDF có mật khẩu, không đọc được; hãy gửi bản không đặt mật khẩu.")
        if len(reader.pages) > MOST_PAGES:
            raise NotAPlan(
                f"Tệp PDF dài {len(reader.pages)} trang, không phải một kế hoạch;"
                " hãy tách riêng phần kế hoạch."
            )
        found = [block for page in reader.pages for block in _Page().read(page)]
    except BROKEN as error:
        raise NotAPlan(
            "Tệp PDF bị đứt hoặc hỏng, không đọc được; hãy tải lại hoặc xuất lại tệp."
        ) from error
    if not any(isinstance(block, Grid) or block.strip() for block in found):
        raise NotAPlan(
            "Tệp PDF là ảnh quét, không có chữ; hãy nhận dạng chữ (OCR) thành .txt hoặc .docx"
            " rồi đọc lại."
        )
    return found


@dataclass(slots=True)
class _Page:
    """Collects what one page writes and draws."""

    pieces: list[Piece] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    path: list[tuple[Rule, bool]] = field(default_factory=list)
    pen: tuple[float, float] = (0.0, 0.0)

    def read(self, page: Any) -> Iterator[str | Grid]:
        page.extract_text(visitor_text=self._text, visitor_operand_before=self._draw)
        tables = [
            table for group in _touching(self.rules[:MOST_RULES]) if (table := _Table.of(group))
        ]
        placed = [(table.top, table.grid(self.pieces)) for table in tables]
        free = [piece for piece in self.pieces if not any(t.holds(piece) for t in tables)]
        lines: list[tuple[float, str | Grid]] = [*_spaced(_lines(free)), *placed]
        yield from (block for _, block in sorted(lines, key=lambda line: -line[0]))

    def _text(self, text: str, cm: Sequence[float], tm: Sequence[float], *_: Any) -> None:
        if text.strip():
            x, y = _moved(tm[4], tm[5], cm)
            self.pieces.append(Piece(x, y, unicodedata.normalize("NFKC", text.strip())))

    def _draw(self, operator: bytes, operands: Sequence[Any], cm: Sequence[float], _: Any) -> None:
        if operator == b"m" and len(operands) == 2:
            self.pen = _moved(float(operands[0]), float(operands[1]), cm)
        elif operator == b"l" and len(operands) == 2:
            to = _moved(float(operands[0]), float(operands[1]), cm)
            self._add(self.pen, to, filled=False)
            self.pen = to
        elif operator == b"re" and len(operands) == 4:
            x, y, width, height = map(float, operands)
            self._add(_moved(x, y, cm), _moved(x + width, y + height, cm), filled=True)
        elif operator in PAINTS or operator in FILLS:
            self._paint(stroked=operator in PAINTS)
        elif operator == b"n":
            self.path.clear()

    def _add(self, one: tuple[float, float], other: tuple[float, float], filled: bool) -> None:
        (x0, x1), (y0, y1) = sorted((one[0], other[0])), sorted((one[1], other[1]))
        self.path.append((Rule(x0, y0, x1, y1), filled))

    def _paint(self, stroked: bool) -> None:
        for rule, box in self.path:
            if min(rule.x1 - rule.x0, rule.y1 - rule.y0) <= THIN:
                self.rules.append(rule)
            elif box and stroked:
                self.rules += _edges(rule)
        self.path.clear()


def _moved(x: float, y: float, cm: Sequence[float]) -> tuple[float, float]:
    return x * cm[0] + y * cm[2] + cm[4], x * cm[1] + y * cm[3] + cm[5]


def _edges(box: Rule) -> list[Rule]:
    return [
        Rule(box.x0, box.y0, box.x1, box.y0),
        Rule(box.x0, box.y1, box.x1, box.y1),
        Rule(box.x0, box.y0, box.x0, box.y1),
        Rule(box.x1, box.y0, box.x1, box.y1),
    ]


def _touching(rules: list[Rule]) -> list[list[Rule]]:
    """Rules in groups that hang together: each group may be a table."""
    groups = list[list[Rule]]()
    for rule in rules:
        joined = [group for group in groups if any(_meet(rule, other) for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([rule, *(each for group in joined for each in group)])
    return groups


def _meet(one: Rule, other: Rule) -> bool:
    return (
        one.x0 - NEAR <= other.x1
        and other.x0 - NEAR <= one.x1
        and one.y0 - NEAR <= other.y1
        and other.y0 - NEAR <= one.y1
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """Upright rules at `xs` from left, flat ones at `ys` from the top."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    rules: tuple[Rule, ...]

    @classmethod
    def of(cls, rules: list[Rule]) -> _Table | None:
        xs = _distinct([rule.x0 for rule in rules if not rule.flat])
        ys = _distinct([rule.y0 for rule in rules if rule.flat])
        if len(xs) < 4 or len(ys) < 3:
            return None
        return cls(tuple(xs), tuple(reversed(ys)), tuple(rules))

    @property
    def top(self) -> float:
        return self.ys[0]

    def holds(self, piece: Piece) -> bool:
        across = self.xs[0] - NEAR <= piece.x <= self.xs[-1]
        return across and self.ys[-1] < piece.y < self.ys[0]

    def grid(self, pieces: list[Piece]) -> Grid:
        columns, rows = len(self.xs) - 1, len(self.ys) - 1
        shared = self._merged(rows, columns)
        held = dict[tuple[int, int], list[Piece]]()
        for piece in filter(self.holds, pieces):
            row = sum(piece.y < y for y in self.ys[1:-1])
            column = sum(piece.x + NEAR > x for x in self.xs[1:-1])
            held.setdefault(shared[row, column], []).append(piece)
        texts = {at: " ".join(text for _, text in _lines(found)) for at, found in held.items()}
        return Grid(
            tuple(
                tuple(texts.get(shared[row, column], "") for column in range(columns))
                for row in range(rows)
            )
        )

    def _merged(self, rows: int, columns: int) -> dict[tuple[int, int], tuple[int, int]]:
        """For each place in the grid, the cell that covers it: where no rule parts two places."""
        cell = dict[tuple[int, int], tuple[int, int]]()
        for row in range(rows):
            for column in range(columns):
                at = (row, column)
                middle_x = (self.xs[column] + self.xs[column + 1]) / 2
                middle_y = (self.ys[row] + self.ys[row + 1]) / 2
                if column and not self._upright(self.xs[column], middle_y):
                    cell[at] = cell[row, column - 1]
                elif row and not self._flat(self.ys[row], middle_x):
                    cell[at] = cell[row - 1, column]
                else:
                    cell[at] = at
        return cell

    def _upright(self, x: float, y: float) -> bool:
        near = (rule for rule in self.rules if abs(rule.x0 - x) <= NEAR and not rule.flat)
        return any(rule.y0 <= y <= rule.y1 for rule in near)

    def _flat(self, y: float, x: float) -> bool:
        near = (rule for rule in self.rules if abs(rule.y0 - y) <= NEAR and rule.flat)
        return any(rule.x0 <= x <= rule.x1 for rule in near)


def _distinct(values: list[float]) -> list[float]:
    found = list[float]()
    for value in sorted(values):
        if not found or value - found[-1] > NEAR:
            found.append(value)
    return found


def _spaced(lines: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """A wider gap than usual between two lines is a blank line."""
    gaps = sorted(a[0] - b[0] for a, b in pairwise(lines))
    usual = gaps[len(gaps) // 2] if gaps else 0.0
    blanks = [((a[0] + b[0]) / 2, "") for a, b in pairwise(lines) if a[0] - b[0] > 1.4 * usual]
    return [*lines, *blanks]


def _lines(pieces: list[Piece]) -> list[tuple[float, str]]:
    """Pieces at one height, from left to right."""
    rows = list[tuple[float, list[Piece]]]()
    for piece in sorted(pieces, key=lambda piece: (-piece.y, piece.x)):
        if rows and rows[-1][0] - piece.y <= NEAR:
            rows[-1][1].append(piece)
        else:
            rows.append((piece.y, [piece]))
    ordered = ((y, sorted(row, key=lambda piece: piece.x)) for y, row in rows)
    return [(y, " ".join(" ".join(piece.text.split()) for piece in row)) for y, row in ordered]
