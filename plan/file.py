"""A plan file (TOML in the plan schema) read into values, with every finding told at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from errors import Refused, why
from plan import vocabulary
from plan.cadence import disagreement
from plan.slots import event_day
from plan.tables import Finding, Tables, dicts, nearest
from plan.values import Cadence, Interval, IntervalUnit, Period, Plan, Rate, RateUnit, Task, Topic

EVERY = re.compile(r"(\d{1,3})\s+(day|week|month|quarter|year)s?")
LINES = re.compile(r"\d+(-\d+)?(,\s*\d+(-\d+)?)*")
TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)|\(at end of document\)")
RATE_UNITS: dict[str, RateUnit] = {
    "per_week": "week",
    "per_month": "month",
    "per_quarter": "quarter",
    "per_year": "year",
    "per_issue": "issue",
}
INTERVAL_UNITS: dict[str, IntervalUnit] = {
    "day": "day",
    "week": "week",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
}
TABLES = "purposes requirements topics forms tasks reports recipients".split()


class PlanRefused(Refused):
    """A plan file with errors; `findings` has all of them, warnings too."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        errors = [each for each in self.findings if each.severity == "lỗi"]
        super().__init__(f"Kế hoạch có {len(errors)} lỗi, chưa dùng được.")


def load(path: Path) -> Plan:
    """Raises `PlanRefused`."""
    plan, findings = check(path)
    if plan is None:
        raise PlanRefused(findings)
    return plan


def check(path: Path) -> tuple[Plan | None, tuple[Finding, ...]]:
    """The plan, or None where there are errors; and all findings, errors first."""
    return parse(text(path), path.name)


def text(path: Path) -> str:
    """Raises `Refused` for a file that cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Refused(f"Không mở được kế hoạch {path}: {why(error)}.") from error
    except UnicodeDecodeError as error:
        raise Refused(f"{path} không phải chữ UTF-8; hãy lưu lại ở dạng UTF-8.") from error


def parse(toml: str, name: str = "kế hoạch") -> tuple[Plan | None, tuple[Finding, ...]]:
    try:
        tables = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        return None, (_broken(name, str(error)),)
    reader = _Reader()
    plan = reader.plan(tables)
    findings = sorted(reader.findings, key=lambda each: each.severity != "lỗi")
    broken = any(each.severity == "lỗi" for each in findings)
    return (None if broken else plan), tuple(findings)


def _broken(name: str, error: str) -> Finding:
    place = TOML_PLACE.search(error)
    what = TOML_PLACE.sub("", error).strip()
    if place and place[1]:
        return Finding(name, f"tệp TOML hỏng ở dòng {place[1]}, cột {place[2]} ({what}).")
    return Finding(name, f"tệp TOML hỏng ở cuối tệp ({what}).")


class _Reader(Tables):
    """Walks the tables once."""

    def plan(self, tables: dict[str, Any]) -> Plan | None:
        self.keys("kế hoạch", tables, "")
        if tables.get("schema") != 1:
            self.wrong("schema", "phải ghi schema = 1.")
        header = tables.get("plan")
        if not isinstance(header, dict):
            self.wrong("[plan]", "thiếu bảng [plan] (số, ngày, tiêu đề, kỳ của kế hoạch).")
            return None
        self.keys("[plan]", header, "plan")
        self._source(tables.get("source", {}))
        for name in TABLES:
            self._rows(name, tables.get(name, []))
        period = self._period(header)
        plan = Plan(
            slug=self.text("kế hoạch", tables, "slug", needed=True),
            title=self.text("[plan]", header, "title", needed=True),
            period=period or Period(date.min, date.min),
            number=self.text("[plan]", header, "number"),
            date=self.date("[plan]", header, "date"),
            issuer=self.text("[plan]", header, "issuer"),
            topics=tuple(self._topics(tables)),
            tasks=tuple(self._tasks(tables)),
            tables=tables,
        )
        if period:
            self._whole(plan, header)
        return plan

    # -- the parts

    def _source(self, source: Any) -> None:
        if not isinstance(source, dict):
            self.wrong("[source]", "phải là một bảng.")
            return
        self.keys("[source]", source, "source")
        for key, words in (("unreadable", "không đọc rõ"), ("contradictions", "nguồn mâu thuẫn")):
            for each in self.texts("[source]", source, key):
                self.doubt("[source]", f"{words}: {each}")

    def _rows(self, name: str, rows: Any) -> None:
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.wrong(f"[[{name}]]", "phải là danh sách các bảng.")
            return
        for i, row in enumerate(rows, 1):
            where = str(row.get("id") or row.get("code") or f"[[{name}]] thứ {i}")
            lines = row.get("lines")
            self.keys(where, row, name, str(lines or ""))
            if lines is not None and not _are_lines(lines):
                self.wrong(where, f"lines = {lines!r}: phải viết như “333-341”.")
        self._unique(name, rows)

    def _unique(self, name: str, rows: list[dict[str, Any]]) -> None:
        ids = [row["id"] for row in rows if isinstance(row.get("id"), str)]
        for twin in sorted({id for id in ids if ids.count(id) > 1}):
            self.wrong(twin, f"mã trùng trong [[{name}]].")
        for _ in range(len(rows) - len(ids)) if name in ("topics", "tasks", "reports") else ():
            self.wrong(f"[[{name}]]", "có mục thiếu id.")

    def _period(self, header: dict[str, Any]) -> Period | None:
        told = header.get("period")
        if not isinstance(told, dict):
            self.wrong("[plan]", 'thiếu period = { from = "2025-01-01", to = "2025-12-31" }.')
            return None
        for key in set(told) - {"from", "to", "text"}:
            self.wrong("[plan] period", f"khóa lạ “{key}”.")
        first = self.date("[plan] period", told, "from", needed=True)
        last = self.date("[plan] period", told, "to", needed=True)
        if first is None or last is None:
            return None
        if not (first.year >= 2000 and last.year <= 2100):
            self.wrong("[plan] period", f"{first} – {last}: năm phải từ 2000 đến 2100.")
            return None
        if last < first:
            self.wrong("[plan] period", f"kết thúc {last} trước khi bắt đầu {first}.")
            return None
        return Period(first, last, self.text("[plan] period", told, "text"))

    def _topics(self, tables: dict[str, Any]) -> Iterator[Topic]:
        for row in dicts(tables.get("topics")):
            id = self.text("[[topics]]", row, "id")
            code, title = (self.text(id, row, key) for key in ("code", "title"))
            yield Topic(id, code, title, str(row.get("lines", "")))
            parent = row.get("parent")
            if parent is not None and not isinstance(parent, str):
                self.wrong(id, "parent phải là chữ.")

    def _tasks(self, tables: dict[str, Any]) -> Iterator[Task]:
        known = {row.get("id") for row in dicts(tables.get("topics"))}
        rows = dicts(tables.get("tasks"))
        if not rows:
            self.doubt("[[tasks]]", "kế hoạch chưa có nhiệm vụ nào.")
        for number, row in enumerate(rows, 1):
            task = self._task(row, number)
            for topic in task.topics:
                if topic not in known:
                    self.wrong(
                        task.id, f"nội dung “{topic}” không có trong [[topics]].", task.lines
                    )
            for channel in task.channels:
                if channel not in vocabulary.CHANNELS:
                    near = nearest(channel, vocabulary.CHANNELS)
                    self.doubt(task.id, f"kênh lạ “{channel}”{near}.", task.lines)
            if row.get("lead_uncertain") or not task.lead:
                self.doubt(task.id, "đơn vị chủ trì không nêu hoặc chưa chắc.", task.lines)
            yield task

    def _task(self, row: dict[str, Any], number: int) -> Task:
        id = self.text("[[tasks]]", row, "id") or f"[[tasks]] thứ {number}"
        lines = str(row.get("lines", ""))
        cadence = self._cadence(id, row["frequency"], lines) if "frequency" in row else None
        reruns = self._reruns(id, row["reruns"], lines) if "reruns" in row else ()
        if reruns and not (cadence and cadence.repeats):
            self.wrong(id, "có phát lại (reruns) nhưng không có tần suất phát mới.", lines=lines)
        return Task(
            id=id,
            title=self.text(id, row, "title", needed=True),
            section=self.text(id, row, "section"),
            lead=self.text(id, row, "lead"),
            co_leads=self.texts(id, row, "co_leads"),
            partners=self.texts(id, row, "partners"),
            channels=self.texts(id, row, "channels"),
            topics=self.texts(id, row, "topics"),
            time_text=self.text(id, row, "time_text"),
            frequency_text=self.text(id, row, "frequency_text"),
            cadence=cadence,
            reruns=reruns,
            product=self.text(id, row, "product"),
            lines=lines,
        )

    # -- rhythms

    def _cadence(self, id: str, told: Any, lines: str) -> Cadence | None:
        if not isinstance(told, dict):
            self.wrong(id, "frequency phải là một bảng.", lines=lines)
            return None
        self.known(f"{id} frequency", told, vocabulary.FREQUENCY_KEYS)
        if told.get("count") not in (None, "unspecified"):
            self.wrong(id, 'count chỉ nhận "unspecified".', lines=lines)
        flags = {
            key: self.flag(id, told, key)
            for key in ("continuous", "periodic", "on_demand", "if_any")
        }
        cadence = Cadence(
            every=self._interval(id, told.get("every"), lines),
            rates=tuple(self._rates(id, told)),
            number_unsaid=told.get("count") == "unspecified",
            first=self.date(id, told, "from"),
            last=self.date(id, told, "to"),
            by=self.date(id, told, "by"),
            window_text=self.text(id, told, "window_text"),
            event=self.text(id, told, "event"),
            **flags,
        )
        end = cadence.by or cadence.last
        if cadence.first and end and end < cadence.first:
            self.wrong(id, f"hạn {end} trước khi bắt đầu {cadence.first}.", lines=lines)
            return None
        return cadence

    def _reruns(self, id: str, told: Any, lines: str) -> tuple[Rate, ...]:
        if not isinstance(told, dict):
            self.wrong(id, "reruns phải là một bảng, ví dụ { per_month = 3 }.", lines=lines)
            return ()
        self.known(f"{id} reruns", told, vocabulary.RERUN_KEYS)
        return tuple(self._rates(id, told))

    def _interval(self, id: str, told: Any, lines: str) -> Interval | None:
        if told is None:
            return None
        match = EVERY.fullmatch(told) if isinstance(told, str) else None
        if match is None or int(match[1]) == 0:
            self.wrong(id, f'every = {told!r}: phải viết như "2 weeks", "1 month".', lines=lines)
            return None
        return Interval(int(match[1]), INTERVAL_UNITS[match[2]])

    def _rates(self, id: str, told: Mapping[str, Any]) -> Iterator[Rate]:
        for key, unit in RATE_UNITS.items():
            n = told.get(key)
            if n is None:
                continue
            if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= 1000:
                self.wrong(id, f"{key} = {n!r}: phải là số nguyên từ 1 đến 1000.")
            else:
                yield Rate(n, unit)

    # -- what only the whole can tell

    def _whole(self, plan: Plan, header: dict[str, Any]) -> None:
        if plan.date is None:
            self.doubt("[plan]", "không có ngày ban hành: mọi kỳ đều được tính.")
        elif plan.date > plan.period.last:
            self.doubt("[plan]", f"ban hành {plan.date}, sau khi kỳ {plan.period.last} kết thúc.")
        if header.get("number_uncertain"):
            self.doubt("[plan]", f"số “{plan.number}” đọc chưa chắc.")
        if header.get("date_uncertain"):
            self.doubt("[plan]", f"ngày ban hành {plan.date} đọc chưa chắc.")
        for task in plan.tasks:
            if task.cadence:
                self._rhythm(task, task.cadence, plan.period)

    def _rhythm(self, task: Task, told: Cadence, period: Period) -> None:
        if numbers := disagreement(told, period):
            by_interval, by_number = numbers
            self.doubt(
                task.id,
                f"“{task.frequency_text}”: theo khoảng cách thì được {by_interval} kỳ, theo số"
                f" lượng thì {by_number} kỳ; đang chia theo số lượng.",
                task.lines,
            )
        for day in (told.first, told.by or told.last):
            if day and not period.first <= day <= period.last:
                self.doubt(task.id, f"ngày {day} nằm ngoài kỳ của kế hoạch.", task.lines)
        day = event_day(told, period)
        if day and told.by and not (told.first or period.first) <= day <= told.by:
            self.doubt(
                task.id,
                f"hạn {told.window_text or told.by} trái với sự kiện “{told.event}”"
                f" ({day:%d/%m/%Y}); giữ theo kế hoạch, đề nghị xem lại.",
                task.lines,
            )
        if told.periodic and not told.repeats:
            self.doubt(task.id, "“định kỳ” nhưng không nêu khoảng cách: cần chọn.", task.lines)


def _are_lines(told: Any) -> bool:
    """“333-341”, “177-179, 257-265”, each forwards."""
    if not isinstance(told, str) or not LINES.fullmatch(told):
        return False
    ranges = (part.strip().split("-") for part in told.split(","))
    return all(int(ends[0]) <= int(ends[-1]) for ends in ranges)
