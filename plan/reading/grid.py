"""Tables "Stt | Nhiệm vụ | Chủ trì | Phối hợp | Thời gian | Sản phẩm" → duties."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from plan.reading import units
from plan.reading.document import Row
from plan.reading.duty import Duty
from plan.reading.labels import column, labelled
from plan.reading.ocr import is_mangled, restore

Table = tuple[Row, ...]

GROUP_MARK = re.compile(r"^\s*(?:[IVXl|]{1,5}|[A-HĐ])\s*[.)]?\s*$")
GROUP_TEXT = re.compile(r"^\s*((?:[IVX]{1,5}|[A-HĐ]|\d{1,2})(?:\.\d{1,2})*)\s*[.)]\s*(?=\S)")
COUNTING = re.compile(r"^[\s(]*(?:\d{1,2}|[a-h])[\s).]*$")
FIELDS = ("lead", "partners", "time", "frequency", "product", "channel", "audience")


@dataclass(slots=True)
class Reader:
    """Reads the tables of one plan; a table without a head goes on with the columns before it."""

    mangled: bool
    columns: dict[int, str] = field(default_factory=dict)
    width: int = 0
    group: str = ""
    group_code: str = ""
    duties: list[Duty] = field(default_factory=list)
    lines: set[int] = field(default_factory=set)
    count: int = 0

    def read(self, tables: Iterable[Table]) -> list[Duty]:
        for table in tables:
            heads, columns = head_rows(table)
            if columns:
                self.columns, self.width = columns, len(table[0].cells)
                self.group = self.group_code = ""
            elif not self.columns or len(table[0].cells) != self.width:
                continue
            self.lines |= {line for row in table for line in range(row.first, row.last + 1)}
            for row in table[heads:]:
                self._row(row, table[0])
        return self.duties

    def _row(self, row: Row, head: Row) -> None:
        cells = [restore(cell) if is_mangled(cell, self.mangled) else cell for cell in row.cells]
        full = [cell for cell in cells if cell]
        if not full or row.cells == head.cells or self._is_head(row):
            return
        if all(COUNTING.match(cell) for cell in full) and len(full) > 2:
            return  # "(1) (2) (3)" under the heads
        if self._is_group(cells, full):
            self._begin_group(cells, full)
        elif self._goes_on(cells):
            self._append(cells, row)
        else:
            self._duty(cells, row)

    def _is_head(self, row: Row) -> bool:
        again = [
            column(cell) == kind for at, kind in self.columns.items() if (cell := row.cells[at])
        ]
        return len(again) >= 3 and all(again)

    def _cell(self, cells: list[str], kind: str) -> str:
        """All columns of one kind, joined; a cell merged over two of them counts once."""
        texts = [cells[at] for at, name in self.columns.items() if name == kind and cells[at]]
        return "; ".join(dict.fromkeys(texts))

    def _is_group(self, cells: list[str], full: list[str]) -> bool:
        if len(set(full)) == 1 and len(full) == len(cells):
            return True
        ordinal, title = self._cell(cells, "ordinal"), self._cell(cells, "title")
        told = [kind for kind in FIELDS if self._cell(cells, kind) not in ("", title)]
        if told or not (title or ordinal):
            return False
        if GROUP_MARK.match(ordinal) or (GROUP_TEXT.match(title) and not ordinal):
            return True
        return not ordinal and title[:1].isupper() and "ordinal" in self.columns.values()

    def _begin_group(self, cells: list[str], full: list[str]) -> None:
        ordinal = self._cell(cells, "ordinal")
        text = self._cell(cells, "title") or full[-1]
        mark = GROUP_TEXT.match(text)
        self.group_code = (
            mark[1] if mark else ordinal.strip(" .)") if len(ordinal) < 6 else ""
        ) or ""
        self.group = units.tidy(text[mark.end() :] if mark else text)

    def _goes_on(self, cells: list[str]) -> bool:
        """A row cut by the end of a page: no number, and a cell in mid-sentence."""
        if (
            not self.duties
            or "ordinal" not in self.columns.values()
            or self._cell(cells, "ordinal")
        ):
            return False
        title = self._cell(cells, "title")
        return not title or title[:1].islower()

    def _append(self, cells: list[str], row: Row) -> None:
        last = self.duties[-1]
        known = {"title": last.title, **{kind: getattr(last, kind) for kind in FIELDS}}
        longer: dict[str, Any] = {
            kind: f"{before} {more}".strip()
            for kind, before in known.items()
            if (more := self._cell(cells, kind)) and more not in before
        }
        if "title" in longer:
            longer["prose"] = longer["title"]
        self.duties[-1] = replace(last, last=max(last.last, row.last), **longer)

    def _duty(self, cells: list[str], row: Row) -> None:
        text = self._cell(cells, "title")
        if sum(char.isalpha() for char in text) < 3:
            return
        self.count += 1
        ordinal = re.sub(r"[^\w.]", "", self._cell(cells, "ordinal")).strip(".")
        words = labelled(text)
        steps = [step for step in (self.group_code, ordinal or str(self.count)) if step]
        place = ".".join(steps)
        duty = Duty(
            code="PL." + place.replace("đ", "dd").replace("Đ", "DD"),
            section=f"Bảng, mục {place}" + (f" ({self.group})" if self.group else ""),
            title=words.own or text,
            prose=words.own or text,
            first=row.first,
            last=row.last,
            mangled=self.mangled,
        )
        self.duties.append(self._with_cells(duty, cells).with_fields(words.fields))

    def _with_cells(self, duty: Duty, cells: list[str]) -> Duty:
        known: dict[str, Any] = {kind: self._cell(cells, kind) for kind in FIELDS}
        inside = labelled(known["lead"])  # "Chủ trì: X; phối hợp: Y" in one cell
        if inside.fields:
            known["lead"] = inside.own
        duty = replace(duty, **known)
        note = self._cell(cells, "note") + " " + self._cell(cells, "content")
        return replace(duty, prose=f"{duty.prose}. {note}".strip(" .")).with_fields(inside.fields)


def head_rows(table: Table) -> tuple[int, dict[int, str]]:
    """(rows of the head, what each column holds); (0, {}) if it is no table of tasks.

    A head of two rows ("Đơn vị thực hiện" over "Chủ trì" and "Phối hợp") is read from below.
    """
    for at, row in enumerate(table[:4]):
        columns = _columns(row.cells)
        if not _is_task_table(columns):
            continue
        below = table[at + 1].cells if at + 1 < len(table) else ()
        finer = _columns(below)
        if len(finer) >= 2 and all(column(cell) for cell in set(below) if cell):
            return at + 2, _settled({**columns, **finer})
        return at + 1, _settled(columns)
    return 0, {}


def _columns(cells: tuple[str, ...]) -> dict[int, str]:
    return {at: kind for at, cell in enumerate(cells) if (kind := column(cell))}


def _is_task_table(columns: dict[int, str]) -> bool:
    kinds = set(columns.values())
    named = kinds & {"title", "content"}
    return bool(named) and len(kinds & {"lead", "partners", "time", "frequency", "product"}) >= 1


def _settled(columns: dict[int, str]) -> dict[int, str]:
    """One column is the title: "Nội dung" beside "Nhiệm vụ" only tells more of it."""
    titles = [at for at, kind in columns.items() if kind in ("title", "content")]
    settled = dict(columns)
    for at in titles:
        settled[at] = "title" if at == titles[0] else "content"
    return settled
