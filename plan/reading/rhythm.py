"""Words of time → the machine form of frequency: "2 tuần/1 số", "mỗi quý ít nhất 01 infographic".

Works on plain letters, so that "2 tuan/1 s6" is read like "2 tuần/1 số". A number that is not in
the text is never in the result: where only the period can be read, `count = "unspecified"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from plan.reading import named_days, unkept
from plan.reading.ocr import fold, plain
from plan.reading.rhythm_words import (
    AFTER_PERIODIC,
    BARE,
    BY_SLASH,
    BY_WORDS,
    CONTINUOUS,
    EACH,
    EACH_TIME,
    FEWER,
    HALF_FIRST,
    HALF_LAST,
    IF_ANY,
    IN_YEAR,
    KEPT_UP,
    MEETING,
    MORE,
    NOT_BARE,
    ON_DEMAND,
    ONE_IN,
    ONLY_PERIOD,
    PER_ISSUE,
    PERIODIC,
    RERUN,
    RERUN_AFTER,
    RERUN_EACH,
    RERUN_WORD,
    SPENDING,
    SPOILT_RATE,
    SPOILT_TIME,
    TENS,
    UNIT,
)

Form = dict[str, Any]
UNIT_NAMES = {"day": "ngày", "week": "tuần", "month": "tháng", "quarter": "quý", "year": "năm"}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One rhythm: its machine form, what is counted, and where in the text it stands."""

    form: Form
    noun: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a text says of rhythm. `loose`: continuous, periodic, on_demand, if_any."""

    rhythms: tuple[Rhythm, ...] = ()
    reruns: Form = field(default_factory=dict)
    loose: Form = field(default_factory=dict)
    doubts: tuple[str, ...] = ()

    @property
    def numeric(self) -> bool:
        return any(has_number(each.form) for each in self.rhythms)


def has_number(form: Form) -> bool:
    """Whether a form says how many: per_… or every with more than the bare period."""
    return any(key.startswith("per_") for key in form) or ("every" in form and "count" not in form)


def read(text: str, stated: bool = True) -> Reading:
    """`stated`: the text is a time or frequency cell; else prose, where "hằng năm" tells little."""
    letters = plain(text)
    reruns, doubts, letters = _reruns(letters)
    found, more = _rhythms(letters, text, stated)
    first = found[0].form if found else {}
    loose = _loose(letters, stated) if not found else {}
    told = {**_tied(reruns, first, doubts)}
    more += _unkept(letters, text, found)
    return Reading(tuple(found), told, loose, tuple(dict.fromkeys([*doubts, *more])))


def _unkept(letters: str, text: str, found: list[Rhythm]) -> list[str]:
    """Numbers beside the rhythms, and rhythms that are for each body."""
    rest, doubts = letters, list[str]()
    for each in found:
        rest = rest[: each.start] + "#" * (each.end - each.start) + rest[each.end :]
        doubts += unkept.for_each_body(letters, text, each.start, each.end)
    return [*doubts, *unkept.quantities(rest, text)]


def number(word: str) -> int:
    """ "02", "hai", "mười hai" in plain letters; 0 if it is no number."""
    word = word.strip()
    if word.isdigit():
        return int(word)
    parts = ["mot" if re.fullmatch(r"m[oegd]t", part) else part for part in word.split()]
    return sum(TENS.get(part, 0) for part in parts)


def unit(word: str) -> str:
    """The unit of the schema for a word of time in plain, perhaps spoilt, letters."""
    if word.startswith("q"):
        return "quarter"
    if word.startswith("th"):
        return "month"
    if word.startswith("tu"):
        return "week"
    return "day" if word.startswith("ng") else "year"


def form_of(count: int, many: int, of: str) -> Form:
    """`count` in each `many` units: 4, 1, month → per_month = 4; 1, 2, week → every = "2 weeks"."""
    if count and many == 1 and of != "day":
        return {f"per_{of}": count}
    form: Form = {"every": f"{many} {of}{'s' if many > 1 else ''}"}
    return form if count == 1 else {**form, "count": "unspecified"}


def _reruns(letters: str) -> tuple[Form, list[str], str]:
    """The re-runs, and the text without them."""
    for pattern in (RERUN_EACH, RERUN, RERUN_AFTER):
        match = pattern.search(letters)
        if match and number(match["n"]):
            groups = match.groupdict()
            of = unit(groups["unit"]) if groups.get("unit") else "issue"
            if of == "day" or number(groups.get("m") or "1") != 1:
                return {}, ["Nhịp phát lại không ghi được theo tuần, tháng, quý, năm."], letters
            form: Form = {f"per_{of}": number(match["n"])}
            return form, [], _without(letters, match)
    if RERUN_WORD.search(letters):
        return {}, ["Có phát lại nhưng không nêu rõ số lần."], letters
    return {}, [], letters


def _without(letters: str, match: re.Match[str]) -> str:
    return letters[: match.start()] + "#" * len(match[0]) + letters[match.end() :]


def _tied(reruns: Form, first: Form, doubts: list[str]) -> Form:
    """ "mỗi tháng 01 số, phát lại 02 lần": twice a month, as there is one issue a month."""
    single = next((key for key, n in first.items() if key.startswith("per_") and n == 1), None)
    if "per_issue" in reruns and single:
        return {single: reruns["per_issue"]}
    if reruns and not first:
        doubts.append("Có số lần phát lại nhưng không thấy nhịp phát mới.")
    return reruns


def _rhythms(letters: str, text: str, stated: bool) -> tuple[list[Rhythm], list[str]]:
    doubts = list[str]()
    found = _halves(letters, doubts)
    for pattern in (PER_ISSUE, ONE_IN, BY_SLASH, BY_WORDS, EACH_TIME, IN_YEAR):
        for match in pattern.finditer(letters):
            rhythm = _rhythm(match, doubts)
            if rhythm and not any(_over(rhythm, other) for other in found):
                found += [rhythm, *_chained(letters, rhythm, match)]
    found = found or _bare(letters, text, doubts)
    found += [each for each in _spoilt(letters, fold(text), doubts) if not found]
    found = found or _periods(letters, text, stated) or _on_air(letters, text, stated, doubts)
    return _joined(sorted(found, key=lambda each: each.start)), doubts


def _rhythm(match: re.Match[str], doubts: list[str]) -> Rhythm | None:
    groups = match.groupdict()
    noun = (groups.get("noun") or "").strip(" ,/")
    many = number(groups.get("m") or "") or 1
    count = number(groups.get("n") or "") if groups.get("n") else 1
    if not count or re.fullmatch(UNIT, noun) or _is_word_five(match, groups):
        return None
    if re.search(r"\b(?:so|ngay|dieu|khoan)\s*$", match.string[: match.start()]) and not noun:
        return None
    form = form_of(count, many, unit(match["unit"]))
    if groups.get("most"):
        doubts.append(f"Nêu khoảng {match['n']}-{match['most']}: lấy số nhỏ làm mức phải đạt.")
    if "count" in form:
        of = UNIT_NAMES[unit(match["unit"])]
        doubts.append(_too_many(match["n"], f"{many} {of}" if many > 1 else of))
    return Rhythm(form, noun, match.start(), match.end())


def _too_many(count: str, of: str) -> str:
    return f"Nêu {count} trong mỗi {of}: lược đồ không ghi được số này."


def _halves(letters: str, doubts: list[str]) -> list[Rhythm]:
    """ "nửa năm một lần" is every 6 months, "nửa tháng một bài" twice a month."""
    found = list[Rhythm]()
    for pattern in (HALF_FIRST, HALF_LAST):
        for match in pattern.finditer(letters):
            in_year = match["half"] == "nam"
            form: Form = {"every": "6 months"} if in_year else {"per_month": 2}
            if number(match["n"] or "1") != 1:
                form = {"every": "6 months" if in_year else "1 month", "count": "unspecified"}
                doubts.append(_too_many(match["n"], "nửa năm" if in_year else "nửa tháng"))
            found.append(Rhythm(form, match["noun"], match.start(), match.end()))
    return found[:1]


def _bare(letters: str, text: str, doubts: list[str]) -> list[Rhythm]:
    """ "tuần 02 bài"; "tháng 02 bài" too, though it might be February: a doubt."""
    for match in BARE.finditer(letters):
        of = unit(match["unit"])
        before = letters[: match.start()]
        if not number(match["n"]) or (of != "week" and NOT_BARE.search(before)):
            continue
        form = form_of(number(match["n"]), 1, of)
        if of in ("month", "quarter"):
            words = text[match.start() : match.end()]
            each = f"{match['n']} trong mỗi {UNIT_NAMES[of]}"
            doubts.append(f"“{words}” được hiểu là {each}; đề nghị xác nhận.")
        elif "count" in form:
            doubts.append(_too_many(match["n"], UNIT_NAMES[of]))
        return [Rhythm(form, match["noun"], match.start(), match.end())]
    return []


def _on_air(letters: str, text: str, stated: bool, doubts: list[str]) -> list[Rhythm]:
    days = named_days.on_air(letters, stated)
    if days is None:
        return []
    words = text[days.start : days.end]
    doubts.append(f"Nêu “{words}” mà không nêu “hằng tuần”: hiểu là mỗi tuần; đề nghị xác nhận.")
    form = form_of(days.count if days.count > 1 else 0, 1, "week")
    return [Rhythm({**form, "window_text": words}, "", days.start, days.end)]


def _is_word_five(match: re.Match[str], groups: dict[str, str | None]) -> bool:
    """ "năm" is five only right before what is counted, and never after "trong", "hằng"."""
    if groups.get("n") != "nam" and groups.get("m") != "nam":
        return False
    before = match.string[: match.start("n" if groups.get("n") == "nam" else "m")]
    in_each = groups.get("n") == "nam" and re.search(rf"{EACH}\s+{UNIT}\W*$", before)
    return not in_each


def _over(one: Rhythm, other: Rhythm) -> bool:
    return one.start < other.end and other.start < one.end


def _chained(letters: str, rhythm: Rhythm, match: re.Match[str]) -> Iterator[Rhythm]:
    """ "mỗi tuần 02 tin, 01 bài" and "02 tin, 01 bài/tuần": one period for both."""
    per = next((key for key in rhythm.form if key.startswith("per_")), None)
    if per is None:
        return
    if match.re is EACH_TIME:
        at = rhythm.end
        while more := MORE.match(letters, at):
            yield Rhythm({per: number(more["n"])}, more["noun"], more.start("n"), more.end())
            at = more.end()
    elif match.re in (BY_SLASH, BY_WORDS):
        fewer = FEWER.search(letters[: rhythm.start])
        if fewer and number(fewer["n"]):
            yield Rhythm({per: number(fewer["n"])}, fewer["noun"], fewer.start(), fewer.end())


def _spoilt(letters: str, raw: str, doubts: list[str]) -> Iterator[Rhythm]:
    for pattern in (SPOILT_TIME, SPOILT_RATE):
        for match in pattern.finditer(letters):
            seen = raw[match.start("n") : match.end("n")]
            if any(map(str.isdigit, seen)) or seen in ("l", "i", "o"):
                doubts.append(
                    f"Số lượng đọc là “{seen}”, không chắc là số nào; để trống cho cán bộ ghi."
                )
                yield Rhythm(form_of(0, 1, unit(match["unit"])), "", match.start(), match.end())
                return


def _periods(letters: str, text: str, stated: bool) -> list[Rhythm]:
    """Only the period: "hằng tháng", "ngày 10 hằng tháng", "định kỳ quý"."""
    for pattern in (ONLY_PERIOD, AFTER_PERIODIC):
        for match in pattern.finditer(letters):
            of, many = unit(match["unit"]), number(match["m"] or "") or 1
            vague = of == "year" and not (stated or "dinh ky" in match[0])
            if vague or (not stated and MEETING.search(letters[: match.start()])):
                continue
            days = named_days.listed(letters, match.start())
            form = form_of(days.count if days and days.count > 1 and many == 1 else 0, many, of)
            if days:
                form["window_text"] = text[days.start : days.end]
            return [Rhythm(form, "", match.start(), match.end())]
    return []


def _joined(found: list[Rhythm]) -> list[Rhythm]:
    """ "2 tuần/1 số (26 số/năm)" is one rhythm told twice."""
    joined = list[Rhythm]()
    for each in found:
        last = joined[-1] if joined else None
        if last and _same_thing(last, each):
            form = {**each.form, **last.form}
            ordered = {key: form[key] for key in sorted(form, key=lambda key: key != "every")}
            joined[-1] = Rhythm(ordered, last.noun or each.noun, last.start, each.end)
        else:
            joined.append(each)
    return joined


def _same_thing(one: Rhythm, other: Rhythm) -> bool:
    if set(one.form) & set(other.form):
        return one.form == other.form
    nouns = {one.noun, other.noun} - {""}
    same_noun = len(nouns) < 2 or nouns <= {"s", "so", "ky", "lan"} or nouns & {"lan"} != set()
    return same_noun and other.start - one.end < 12


def _loose(letters: str, stated: bool) -> Form:
    form: Form = {}
    spends = SPENDING.search(letters)
    if (CONTINUOUS if stated else KEPT_UP).search(letters) and (stated or not spends):
        form["continuous"] = True
    elif PERIODIC.search(letters):
        form["periodic"] = True
    demand = ON_DEMAND.search(letters)
    if demand and (stated or "yeu cau" in demand[0]):
        form["on_demand"] = True
    if IF_ANY.search(letters):
        form["if_any"] = True
    return form
