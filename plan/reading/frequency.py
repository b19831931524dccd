"""What the cells and sentences of one task say of time → `frequency` and `reruns` of the schema."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from plan.reading import rhythm, timing, unkept
from plan.reading.ocr import Phrasebook, plain
from plan.reading.reporting import without_reports
from plan.reading.rhythm import Form, Rhythm
from plan.reading.rhythm_words import UNIT

EVENTS = {
    "ngày chuyển đổi số quốc gia": (10, 10),
    "ngày pháp luật": (11, 9),
    "ngày pháp luật việt nam": (11, 9),
    "ngày sách và văn hóa đọc": (4, 21),
    "ngày quyền của người tiêu dùng": (3, 15),
    "ngày môi trường thế giới": (6, 5),
    "ngày toàn dân phòng cháy": (10, 4),
    "ngày gia đình việt nam": (6, 28),
    "ngày thương binh": (7, 27),
    "ngày báo chí cách mạng": (6, 21),
    "ngày hội đại đoàn kết": (11, 18),
    "ngày thầy thuốc": (2, 27),
    "ngày dân số": (12, 26),
}
IN_PROSE = re.compile(
    r"^(?:thang \d|quy [iv\d]+\b)|\b(?:hoan thanh|xong truoc|truoc (?:ngay|thang|quy|\d)"
    r"|cham nhat|tre nhat|trong (?:thang|quy)"
    r"|den (?:het )?ngay|vao (?:ngay|thang|quy)|thoi gian|(?:dip|nhan) |quy (?:[iv]{1,3}"
    r"|[1-4])\s*(?:/|nam))"
)
CITED = re.compile(r"\bso\s+\S+\s+$|\bngay\s*$|[-/]\S*\s*$")
COUNTED = re.compile(rf"(?:\b\d+\s*)?\b{UNIT}\s*\d{{1,3}}(?![\d/])")
WHEN_NEW = re.compile(r"\bkhi co (?!nhu cau|yeu cau|kho khan)[^.;,()]{4,80}")


@dataclass(frozen=True, slots=True)
class Told:
    """`more` are other rhythms of the same task, each with what it counts."""

    frequency: Form = field(default_factory=dict)
    reruns: Form = field(default_factory=dict)
    frequency_text: str = ""
    time_uncertain: bool = False
    more: tuple[Rhythm, ...] = ()
    doubts: tuple[str, ...] = ()


def told(prose: str, time: str, frequency: str, year: int | None, product: str = "") -> Told:
    """`time`, `frequency`, `product`: cells ("" if none); `prose`: the task's own words."""
    in_cells = [rhythm.read(each) for each in (frequency, time) if each]
    readings = [each for each in in_cells if each.rhythms or each.reruns]
    in_prose = _prose_reading(prose)
    if not any(each.rhythms for each in readings):
        readings.append(in_prose)
    rhythms = [each for reading in readings for each in reading.rhythms]
    reruns = next((each.reruns for each in readings if each.reruns), in_prose.reruns)
    window = _window(time, frequency, prose, year)
    form = dict(rhythms[0].form) if rhythms else _loose([*in_cells, in_prose])
    form |= _dates(window, bool(rhythms), form) | _event(prose, form)
    return Told(
        frequency=_in_order(form),
        reruns=reruns if rhythms else {},
        frequency_text=_words(frequency, time, prose, rhythms, form),
        time_uncertain=bool(window and window.why),
        more=tuple(rhythms[1:]),
        doubts=_doubts(window, [*in_cells, *readings], "" if rhythms else product)
        + _impossible((time, frequency, prose), year),
    )


def _doubts(
    window: timing.Window | None, readings: list[rhythm.Reading], product: str
) -> tuple[str, ...]:
    doubts = [window.why] if window and window.why else []
    doubts += [each for reading in readings for each in reading.doubts]
    return tuple(dict.fromkeys([*doubts, *unkept.quantities(plain(product), product)]))


def _impossible(texts: tuple[str, ...], year: int | None) -> tuple[str, ...]:
    days = dict.fromkeys(day for text in texts for day in timing.impossible(text, year))
    return tuple(f"Ngày “{day}” không có trong lịch; đề nghị đối chiếu." for day in days)


def _prose_reading(prose: str) -> rhythm.Reading:
    """Rhythms of reports in the same sentence are not the task's; "định kỳ" still is."""
    own = rhythm.read(without_reports(prose), stated=False)
    return replace(own, loose=rhythm.read(prose, stated=False).loose or own.loose)


def _window(time: str, frequency: str, prose: str, year: int | None) -> timing.Window | None:
    time, frequency, prose = (
        without_counts(time),
        without_counts(frequency),
        without_counts(prose, stated=False),
    )
    for cell in (time, frequency):
        found = timing.window(cell, year) if cell else None
        if found and not _only_said_in_passing(cell, found):
            return found
    letters = plain(prose)
    for match in IN_PROSE.finditer(letters):
        if CITED.search(letters[: match.start()]):
            continue
        found = timing.window(prose[match.start() : match.start() + 60], year)
        if found and found.sharp and (found.first or found.last):
            return found
    return None


def without_counts(text: str, stated: bool = True) -> str:
    """ "Sáu tháng 01 clip" names no January: in a rhythm the number counts what follows."""
    for each in rhythm.read(text, stated).rhythms:
        words = COUNTED.sub(lambda match: "#" * len(match[0]), plain(text[each.start : each.end]))
        kept = zip(text[each.start : each.end], words, strict=True)
        masked = "".join("#" if word == "#" else char for char, word in kept)
        text = text[: each.start] + masked + text[each.end :]
    return text


def _only_said_in_passing(cell: str, window: timing.Window) -> bool:
    """ "Thường xuyên trong năm" gives no window of its own."""
    return not any(char.isdigit() for char in window.text) and "thuong" in plain(cell)


def _dates(window: timing.Window | None, repeats: bool, form: Form) -> Form:
    if window is None:
        return {}
    dates: Form = {}
    if window.first:
        dates["from"] = window.first.isoformat()
    one_off = window.sharp and not repeats and not form.get("continuous")
    if window.last:
        dates["by" if one_off else "to"] = window.last.isoformat()
    if window.sharp and "window_text" not in form:
        dates["window_text"] = window.text
    return dates


def _loose(readings: list[rhythm.Reading]) -> Form:
    merged: Form = {}
    for reading in readings:
        merged = {**reading.loose, **merged}
    if merged.get("continuous"):
        merged.pop("periodic", None)
    return merged


def _event(prose: str, form: Form) -> Form:
    hits = Phrasebook(EVENTS).search(prose, fuzzy=True)
    if hits and not form.get("continuous") and "per_" not in str(form):
        return {"event": prose[hits[0].start : hits[0].end]}
    new = WHEN_NEW.search(plain(prose))
    return {"event": prose[new.start() : new.end()].strip()} if new else {}


def event_day(name: str) -> tuple[int, int] | None:
    """(month, day) of a national day named in `name`."""
    hits = Phrasebook(EVENTS).search(name)
    return EVENTS[hits[0].phrase] if hits else None


def _words(frequency: str, time: str, prose: str, rhythms: list[Rhythm], form: Form) -> str:
    """The words of the source that state the rhythm, if any do."""
    if frequency:
        return frequency.strip(" .;")
    for cell in (time, prose):
        found = rhythm.read(cell, stated=cell is time).rhythms
        if rhythms and found:
            return cell[found[0].start : found[-1].end].strip(" .;,(")
    for key, pattern in LOOSE_WORDS.items():
        for cell in (time, prose):
            match = pattern.search(plain(cell)) if key in form else None
            if match:
                return cell[match.start() : match.end()].strip()
    return ""


LOOSE_WORDS = {
    "continuous": re.compile(r"thuong xuy\w+n(?: trong nam)?|duy tri|lien tuc"),
    "periodic": re.compile(r"[dp]inh ky"),
    "on_demand": re.compile(
        r"theo (?:yeu cau|de nghi|chi dao)[^.;,]{0,40}|khi co yeu cau|dot xuat"
    ),
    "if_any": re.compile(r"neu co"),
}
KEYS = (
    "every per_week per_month per_quarter per_year count continuous periodic on_demand if_any"
    " from to by window_text event"
).split()


def _in_order(form: Form) -> dict[str, Any]:
    return {key: form[key] for key in KEYS if key in form}
