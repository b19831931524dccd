"""Numbered lines → a tree of items: A. I. 1. a) - +, with labels that OCR has spoilt put right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from plan.reading import numbering
from plan.reading.document import Document
from plan.reading.doubt import Doubt, span
from plan.reading.kinds import kind_of
from plan.reading.labels import labelled
from plan.reading.numbering import ROMANS
from plan.reading.ocr import is_mangled, marks, plain, restore
from plan.reading.units import is_unit

SPECK = re.compile(r"^[\s_'’‘`~,^°]+")
END = re.compile(r"[.;:!?…”\"]\s*$|\./|[.,]\s?\.{2,}$")

CLOSING = re.compile(
    r"^(?:tren day la|noi nhan|phu luc|kem theo ke hoach|yeu cau (?:cac|thu truong)"
    r"|trong qua trinh)"
    r"|nghiem tuc (?:to chuc|trien khai|thuc hien)|qua trinh .{0,60}kho khan"
)


@dataclass(slots=True, eq=False)
class Node:
    """One item: its label, its own text (lines joined), and the items under it."""

    kind: str
    label: str
    text: str
    first: int
    last: int
    children: list[Node] = field(default_factory=list)
    mangled: bool = False

    @property
    def lines(self) -> str:
        return span(self.first, self.last)

    @property
    def end(self) -> int:
        return max([self.last, *(child.end for child in self.children)])

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def whole(self) -> str:
        """Own text and everything under it."""
        return " ".join(node.text for node in self.walk() if node.text)


@dataclass(frozen=True, slots=True)
class Outline:
    """`blocks` are all items in order (flat); `root` holds them as a tree."""

    root: Node
    blocks: tuple[Node, ...]
    mangled: bool
    doubts: tuple[Doubt, ...]


def outline(document: Document, hidden: Iterable[int] = ()) -> Outline:
    """`hidden` are the lines of tables, which are read as tables."""
    mangled = marks("".join(document.lines)) < 0.05
    blocks = _blocks(document, frozenset(hidden), mangled)
    root = Node("root", "", "", 1, 1)
    tree = _Tree(root)
    for block in blocks:
        tree.add(block)
    return Outline(root, tuple(blocks), mangled, tuple(tree.doubts))


def _blocks(document: Document, hidden: frozenset[int], mangled: bool) -> list[Node]:
    """Lines joined into paragraphs."""
    reader = _Joiner(document.paged, _width(document.lines), airy=_is_airy(document.lines))
    for number, line in enumerate(document.lines, 1):
        if number in hidden:
            reader.close()
        else:
            reader.take(number, line)
    reader.close()
    for node in reader.found:
        node.text = " ".join(node.text.split())
        node.mangled = is_mangled(node.text, mangled)
        if node.mangled:
            node.text = restore(node.text)
    return reader.found


def _is_airy(lines: tuple[str, ...]) -> bool:
    full = [bool(line.strip()) for line in lines]
    alone = sum(a and not b for a, b in pairwise(full))
    return alone > 0.85 * max(1, sum(full))


def _width(lines: tuple[str, ...]) -> int:
    lengths = sorted(len(line) for line in lines if line.strip())
    return lengths[int(len(lengths) * 0.9)] if lengths else 0


@dataclass(slots=True)
class _Joiner:
    paged: bool
    width: int
    found: list[Node] = field(default_factory=list)
    open: Node | None = None
    last_line: str = ""
    blank: bool = True
    marked: bool = False  # whether the first numbered item has come
    airy: bool = False  # a blank line after every line tells nothing

    def take(self, number: int, line: str) -> None:
        text = SPECK.sub("", line).strip()
        if not any(char.isalnum() for char in text) and not text.startswith(("-", "|")):
            self.blank = not self.airy
            return
        if self.paged and re.fullmatch(r"(trang )?\d{1,3}(\s*/\s*\d{1,3})?", text):
            return  # the number of a page
        mark = numbering.mark(text)
        if mark and not (self.open and self._runs_on(mark.rest, mark.kind)):
            self._start(Node(mark.kind, mark.label, mark.rest, number, number))
            self.marked = self.marked or mark.kind in ("roman", "capital", "part", "number")
        elif self.open is None or self._breaks(text):
            self._start(Node("para", "", text, number, number))
        else:
            self.open.text = _glue(self.open.text, text)
            self.open.last = number
        self.last_line, self.blank = text, False

    def _under_heading(self) -> bool:
        """A numbered line by itself, then a blank one: what follows is not its end."""
        node = self.open
        alone = node is not None and node.first == node.last
        return alone and node is not None and node.kind in ("number", "roman", "capital")

    def _names_a_unit(self) -> bool:
        """ "3. Phòng Kinh tế" alone on its line: what follows is its duties."""
        node = self.open
        if node is None or node.first != node.last or len(self.last_line) > 0.8 * self.width:
            return False
        return node.kind in ("number", "letter", "roman") and is_unit(node.text)

    def close(self) -> None:
        self.open, self.blank = None, True

    def _start(self, node: Node) -> None:
        self.found.append(node)
        self.open = node

    def _runs_on(self, rest: str, kind: str) -> bool:
        """Whether what looks like a mark is the middle of a sentence ("chính trị⏎- xã hội")."""
        if not self.paged or END.search(self.last_line) or self.open is None:
            return False
        long = len(self.last_line) > 0.75 * self.width
        return long and rest[:1].islower() and kind in ("bullet", "number", "plus", "letter")

    def _breaks(self, text: str) -> bool:
        """Whether an unmarked line begins a paragraph."""
        if not self.paged:
            return True
        if kind_of(text) or kind_of(self.last_line) or _is_field(text):
            return True
        upper = _opens(text)
        if upper and self._names_a_unit():
            return True
        ended = bool(END.search(self.last_line))
        short = len(self.last_line) < 0.72 * self.width
        if _shouts(text) != _shouts(self.last_line) and (self.blank or short):
            return not (_shouts(self.last_line) and _begins_loud(text))
        if self.blank:
            heads = self._under_heading() or not self.marked
            return upper and (ended or short or heads) and (ended or len(text.split()) > 2)
        return upper and ended and len(self.last_line) < 0.85 * self.width


def _is_field(text: str) -> bool:
    """ "Đơn vị thực hiện: …" on a line of its own."""
    return ":" in text[:45] and labelled(text).only_fields


def _glue(before: str, after: str) -> str:
    if before.endswith("-") and re.search(r"[A-Z0-9]-$", before):
        return before + after  # "57-" + "NQ/TW"
    return f"{before} {after}"


def _opens(text: str) -> bool:
    first = next((char for char in text if char.isalpha()), "")
    return first.isupper()


def _shouts(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return len(letters) >= 6 and sum(char.isupper() for char in letters) > 0.7 * len(letters)


def _begins_loud(text: str) -> bool:
    return all(word.isupper() for word in text.split()[:2])


@dataclass(slots=True)
class _Tree:
    """Hangs items under one another; the label that is due tells what a spoilt one means."""

    root: Node
    stack: list[Node] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def add(self, node: Node) -> None:
        if node.kind == "para":
            self._paragraph(node)
            return
        self._settle(node)
        open_kinds = [each.kind for each in self.stack]
        if node.kind in open_kinds:
            del self.stack[open_kinds.index(node.kind) :]
        elif node.kind in ("part", "capital") or (
            node.kind == "roman" and "capital" not in open_kinds and "part" not in open_kinds
        ):
            self.stack.clear()
        parent = self.stack[-1] if self.stack else self.root
        self._check_order(parent, node)
        parent.children.append(node)
        self.stack.append(node)

    def _paragraph(self, node: Node) -> None:
        while self.stack and self.stack[-1].kind in ("bullet", "plus"):
            self.stack.pop()
        if (_shouts(node.text) and not node.text.startswith(("(", "“"))) or CLOSING.search(
            plain(node.text)
        ):
            self.stack.clear()
        (self.stack[-1] if self.stack else self.root).children.append(node)

    def _before(self, kind: str) -> Node | None:
        """The item of this kind that the next one follows."""
        on_stack = next((each for each in self.stack if each.kind == kind), None)
        if on_stack:
            return on_stack
        parent = self.stack[-1] if self.stack else self.root
        same = [child for child in parent.children if child.kind == kind]
        return same[-1] if same else None

    def _settle(self, node: Node) -> None:
        raw = node.label
        if node.kind == "roman":
            self._settle_roman(node)
        elif node.kind == "letter":
            before = self._before("letter")
            node.label = numbering.letter(raw, before.label if before else "")
        elif node.kind == "paren" and raw == "1":
            before = self._before("letter")
            if before and before.label in ("k", "h"):
                node.kind, node.label = "letter", "l" if before.label == "k" else "i"
        if node.label != raw and raw not in ("", "C", "A", "B") and node.kind == "roman":
            why = f"Số La Mã đọc là “{raw}” bị nhòe, hiểu là {node.label} theo thứ tự mục."
            self.doubts.append(Doubt(node.lines, raw, why))

    def _settle_roman(self, node: Node) -> None:
        """ "1." may be I or 1, "11." II or 11: the order of the items decides."""
        raw = node.label
        before = self._before("roman")
        due = (
            ROMANS[(ROMANS.index(before.label) + 1) % 15]
            if before in self.stack and before
            else "I"
        )
        options = numbering.romans(raw)
        number = self._before("number")
        if raw.isdigit():
            as_number = number is not None and int(raw) == int(number.label) + 1
            if due not in options or as_number or (raw == "1" and not _shouts(node.text)):
                node.kind = "number"
                return
        node.label = due if due in options or not options else options[0]

    def _check_order(self, parent: Node, node: Node) -> None:
        at = numbering.ordinal(node.kind, node.label)
        if at is None:
            return
        same = [child for child in parent.children if child.kind == node.kind]
        due = numbering.ordinal(same[-1].kind, same[-1].label) if same else 0
        if due is None or at == due + 1 or (node.label == "e" and same and same[-1].label == "d"):
            return
        if node.kind == "letter" and same and same[-1].label == "e" and node.label in ("f", "g"):
            return
        shown = f"{same[-1].label} rồi đến {node.label}" if same else f"bắt đầu từ {node.label}"
        why = f"Đánh số nhảy quãng: {shown}; có thể thiếu mục, đề nghị xem lại bản gốc."
        self.doubts.append(Doubt(node.lines, f"{node.label} {node.text[:60]}", why))
