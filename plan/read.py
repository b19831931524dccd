"""A plan document (.docx, .pdf with text, .txt, even mangled OCR) → the plan schema and doubts.

`read` never invents: a number that is not in the text is not in the result, and whatever was
guessed, spoilt, missing or contradictory is a `Doubt` for an officer to settle.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from plan.reading import (
    broken_table,
    contradictions,
    document,
    duty,
    header,
    naming,
    recognise,
    reporting,
    rhythm,
    units,
)
from plan.reading.channel_words import channels
from plan.reading.document import Document
from plan.reading.doubt import Doubt, NotAPlan
from plan.reading.duty import Duty, Setting
from plan.reading.grid import Reader, head_rows
from plan.reading.header import Header
from plan.reading.ocr import plain
from plan.reading.outline import Outline, outline
from plan.reading.sections import Item, Parts, parts
from plan.reading.signature import APPENDIX

__all__ = ["Doubt", "NotAPlan", "Reading", "as_json", "as_toml", "read"]

DISTRICTS = ("huyen", "quan", "thi_xa", "thanh_pho", "tinh")


@dataclass(frozen=True, slots=True)
class Reading:
    """`tables` has the keys of the plan schema; `doubts` are in the order of the text."""

    tables: dict[str, Any]
    doubts: tuple[Doubt, ...]


def read(path: Path) -> Reading:
    """Raises `NotAPlan` with one Vietnamese line."""
    paper = document.load(path)
    recognise.refuse_other_texts(paper)
    return _Work(path, paper).reading()


def as_json(reading: Reading) -> dict[str, Any]:
    doubts = [{"lines": each.lines, "text": each.text, "why": each.why} for each in reading.doubts]
    return {**reading.tables, "doubts": doubts}


def as_toml(reading: Reading) -> str:
    """A plan file; the doubts are comments on top."""
    comments = [f"# - {_place(each)}{_one_line(each.why)}" for each in reading.doubts]
    top = ["# Đọc tự động từ văn bản. Điểm cần cán bộ xem lại:", *comments, ""] if comments else []
    return "\n".join([*top, tomli_w.dumps(reading.tables, multiline_strings=False)])


def _place(each: Doubt) -> str:
    quote = f" “{_one_line(each.text)}”" if each.text else ""
    return f"dòng {each.lines}{quote}: " if each.lines else ""


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\s]+", " ", text).strip()


class _Work:
    """The steps of one reading, in order."""

    def __init__(self, path: Path, paper: Document) -> None:
        self.path, self.paper = path, paper
        self.grid = Reader(mangled=False)
        hidden = self._table_lines()
        self.outline: Outline = outline(paper, hidden)
        self.header: Header = header.read(paper.lines, self.outline)
        self.doubts: list[Doubt] = [*paper.doubts, *self.header.doubts, *self.outline.doubts]
        self.parts: Parts = parts(self.outline)
        period = self.header.plan.get("period")
        year = period["to"][:4] if period else ""
        self.slug = naming.slug(self.header.plan.get("issuer", ""), year)
        self.setting = Setting(
            prefix=naming.prefix(self.slug),
            year=int(period["from"][:4]) if period else None,
            district=self.header.plan.get("issuer_level") in DISTRICTS,
        )

    def reading(self) -> Reading:
        from_tables = self._table_duties()
        spoken = [each for each, _ in self.parts.spoken]
        duties = [*spoken, *self.parts.duties, *from_tables]
        tasks, reports = self._tasks(duties)
        tables = {
            "schema": 1,
            "slug": self.slug,
            "source": self._source(bool(from_tables)),
            "plan": self._plan(),
            "purposes": self._points("purposes"),
            "requirements": self._points("requirements"),
            "topics": self._topics(),
            "forms": self._forms(),
            "tasks": tasks,
            "reports": reports,
            "funding": self._funding(),
            "recipients": self._recipients(),
        }
        recognise.refuse_other_papers(self.header.plan, tasks, bool(self.parts.items))
        self.doubts += contradictions.all_of(
            self.outline, self.header, tasks, has_appendix=bool(from_tables)
        )
        self._general_doubts(tasks)
        doubts = tuple(sorted(dict.fromkeys(self.doubts), key=_line_number))
        return Reading({key: value for key, value in tables.items() if value}, doubts)

    # -- tables

    def _table_lines(self) -> set[int]:
        """Lines of the tables of tasks (and of what goes on from them): not for the outline."""
        taken, width = set[int](), 0
        for table in self.paper.tables:
            _, columns = head_rows(table)
            if columns or len(table[0].cells) == width:
                width = len(table[0].cells)
                taken |= {line for row in table for line in range(row.first, row.last + 1)}
        return taken

    def _table_duties(self) -> list[Duty]:
        self.grid.mangled = self.outline.mangled
        duties = self.grid.read(self.paper.tables)
        if duties:
            return duties
        names = [each.lead for each in self.parts.duties if each.lead]
        names += [name for each in self.parts.duties for name in units.partners(each.prose)]
        names += [name for each in self.parts.duties for name in _named(each.prose)]
        broken, doubts, _ = broken_table.find(
            self.paper.lines, dict.fromkeys(names), self.setting.year
        )
        self.doubts += doubts
        return broken

    # -- tasks and reports

    def _tasks(self, duties: list[Duty]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        tasks, reports = list[dict[str, Any]](), list[dict[str, Any]]()
        for each in duties:
            lead = duty.leads(each.lead)[0]
            found = reporting.report(each.prose, lead, each.first, each.last)
            if found:
                reports.append(found)
            if found and reporting.is_only_report(each.prose):
                continue
            rows, doubts = duty.rows(each, self.setting)
            tasks += rows
            self.doubts += doubts
        for node in self.parts.closing:
            if found := reporting.report(node.whole, "", node.first, node.end, closing=True):
                reports.append(found)
        reports = [
            {"id": f"{self.setting.prefix}-R{at}", **each} for at, each in enumerate(reports, 1)
        ]
        return naming.unique(tasks), reports

    # -- the other tables

    def _source(self, has_table: bool) -> dict[str, Any]:
        data = self.path.read_bytes()
        appendix = has_table or any(
            APPENDIX.match(plain(node.text)) and node.kind == "para"
            for node in self.outline.blocks[3:]
        )
        return {
            "file": unicodedata.normalize("NFC", self.path.name),
            "sha256": hashlib.sha256(data).hexdigest(),
            "has_header": "number" in self.header.plan or "place" in self.header.plan,
            "has_signature": "signed_as" in self.header.plan,
            "has_appendix": appendix,
        }

    def _plan(self) -> dict[str, Any]:
        plan = {key: value for key, value in self.header.plan.items() if value}
        if audience := [item.text for item in self.parts.items.get("audience", [])]:
            plan["audience"] = " ".join(audience)
        if unit := self._standing_unit():
            plan["standing_unit"] = unit
        return plan

    def _standing_unit(self) -> str:
        for each in self.parts.duties:
            if each.lead and re.search(
                r"l[a-z] (?:co quan|don vi) (?:chu tri|thuong truc|dau moi)", plain(each.prose)
            ):
                return duty.leads(each.lead)[0]
        for each in self.parts.duties:
            if (
                each.lead
                and re.search(r"don doc|theo doi", plain(each.prose))
                and reporting.REPORT.search(plain(each.prose))
            ):
                return duty.leads(each.lead)[0]
        return ""

    def _points(self, role: str) -> list[dict[str, Any]]:
        return [
            {"code": item.path, "vi": item.text, "lines": item.node.lines}
            for item in self.parts.items.get(role, [])
        ]

    def _topics(self) -> list[dict[str, Any]]:
        rows = [
            {
                "id": f"{self.setting.prefix}-{naming.ascii_code(item.path)}",
                "code": item.path,
                "title": _short(item.text),
                "vi": item.text,
                "lines": f"{item.node.first}-{item.node.end}",
                **({"parent": item.parent} if item.parent.count(".") > 1 else {}),
            }
            for item in self.parts.items.get("topics", [])
        ]
        return naming.unique(rows)

    def _forms(self) -> list[dict[str, Any]]:
        return [self._form(item) for item in self.parts.items.get("forms", [])]

    def _form(self, item: Item) -> dict[str, Any]:
        form: dict[str, Any] = {
            "code": item.path,
            "channels": channels(item.text, self.setting.district),
            "vi": item.text,
            "lines": f"{item.node.first}-{item.node.end}",
        }
        told = rhythm.read(item.text, stated=False)
        if told.rhythms:
            form["frequency_text"] = item.text[told.rhythms[0].start : told.rhythms[-1].end]
            form["frequency"] = told.rhythms[0].form
        elif told.loose.get("continuous"):
            form["frequency"] = {"continuous": True}
        return form

    def _funding(self) -> dict[str, Any]:
        found = self.parts.items.get("funding", [])
        if not found:
            return {}
        text = " ".join(item.text for item in found)
        return {"vi": text, "lines": f"{found[0].node.first}-{found[-1].node.end}"}

    def _recipients(self) -> list[dict[str, Any]]:
        names = "; ".join(name for name in self.header.recipients if name)
        return [{"vi": names, "lines": self.header.recipient_lines}] if names else []

    # -- doubts about the whole

    def _general_doubts(self, tasks: list[dict[str, Any]]) -> None:
        mangled = [node for node in self.outline.blocks if node.mangled]
        if self.outline.mangled:
            why = (
                "Văn bản mất dấu do nhận dạng chữ: dấu của cụm từ quen dùng được khôi phục theo"
                " từ điển,"
                " chữ khác và tên riêng giữ như tệp; đề nghị soát lại toàn bộ chữ."
            )
            self.doubts.append(Doubt(f"1-{len(self.paper.lines)}", "", why))
        else:
            for node in mangled:
                why = "Đoạn mất dấu, đã khôi phục theo từ điển cụm từ; đề nghị soát lại."
                self.doubts.append(Doubt(node.lines, node.text[:120], why))
        if "signed_as" not in self.header.plan:
            self.doubts.append(Doubt("", "", "Không thấy phần ký (chức vụ, họ tên người ký)."))
        if self.outline.mangled and "number" in self.header.plan:
            why = "Số và ngày trên bản quét thường viết tay, dễ đọc sai; đề nghị đối chiếu."
            self.doubts.append(Doubt("", self.header.plan["number_ocr"], why))
        if not tasks:
            self.doubts.append(Doubt("", "", "Không tìm thấy nhiệm vụ nào trong văn bản."))
        leaderless = [task["lines"] for task in tasks if "lead" not in task]
        if leaderless:
            why = f"{len(leaderless)} nhiệm vụ không nêu đơn vị chủ trì; đề nghị bổ sung."
            self.doubts.append(Doubt(leaderless[0], ", ".join(leaderless)[:160], why))
        for task in tasks:
            if task.get("lead_uncertain"):
                why = "Đơn vị chủ trì đọc từ ô bị vỡ, chưa chắc; đề nghị đối chiếu."
                self.doubts.append(Doubt(task["lines"], task["lead"], why))


def _named(text: str) -> list[str]:
    """Bodies named in running text: "Trung tâm sự nghiệp công đặc khu"."""
    found = list[str]()
    for match in re.finditer(r"(?:Trung tâm|Phòng|Văn phòng|Đài|Trạm)\s+\w[^.;:,()]{3,50}", text):
        stop = units.STOP.search(match[0], 6)
        name = match[0][: stop.start()] if stop else match[0]
        found.append(units.tidy(name.split(" và các ")[0]))
    return found


def _short(text: str) -> str:
    stop = re.search(r"[:;.]", text[20:140])
    cut = 20 + stop.start() if stop else 100
    return text[:cut] if len(text) <= cut or stop else text[: text.rfind(" ", 0, cut)] + "…"


def _line_number(each: Doubt) -> int:
    match = re.match(r"\d+", each.lines)
    return int(match[0]) if match else 0
