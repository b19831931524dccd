"""How well `plan.read` reads the five seed texts, against the checked plans in `plans/`.

    python -m benchmarks.plan_read [FOLDER OF SEEDS]

Tasks are matched one to one by the lines that they share; then leads (folded, fuzzy), channels
(as sets) and frequencies (by machine form) of the matched ones are compared.
"""

from __future__ import annotations

import re
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from plan.read import read
from plan.reading.ocr import plain

HERE = Path(__file__).resolve().parent.parent
SEEDS = HERE.parent / "shared" / "seeds"
WORDS = ("window_text", "event")  # words of the source, not machine form
ALIKE = 80.0
Row = dict[str, Any]


@dataclass(slots=True)
class Score:
    right: int = 0
    found: int = 0
    wanted: int = 0

    def add(self, right: int, found: int, wanted: int) -> None:
        self.right += right
        self.found += found
        self.wanted += wanted

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0

    def __str__(self) -> str:
        return f"{self.precision:5.2f} {self.recall:5.2f}"


@dataclass(slots=True)
class Scores:
    tasks: Score = field(default_factory=Score)
    leads: Score = field(default_factory=Score)
    channels: Score = field(default_factory=Score)
    frequencies: Score = field(default_factory=Score)
    numeric: Score = field(default_factory=Score)
    invented: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def columns(self) -> str:
        parts = (self.tasks, self.leads, self.channels, self.frequencies, self.numeric)
        return "  ".join(map(str, parts)) + f"  {len(self.invented):3}"


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    found = list(pairs(folder))
    if not found:
        print(f"No seed texts in {folder}: give their folder as the argument.")
        return 0
    head = "  ".join(
        f"{name:>11}" for name in ("tasks", "leads", "channels", "frequencies", "numeric")
    )
    print(f"{'':20}{head}  inv.   s\n{'':20}" + "  ".join(["    P     R"] * 5))
    total, notes = Scores(), list[str]()
    for plan, text in found:
        begun = time.perf_counter()
        own = compare(plan, read(text).tables, text.read_text(encoding="utf-8"), Scores())
        took = time.perf_counter() - begun
        compare(plan, read(text).tables, text.read_text(encoding="utf-8"), total)
        print(f"{plan['slug']:20}{own.columns()}  {took:4.1f}")
        notes += [f"{plan['slug']}: {miss}" for miss in own.misses]
    print(f"{'total':20}{total.columns()}")
    print("\n".join(["", *notes]))
    return 0


def pairs(folder: Path) -> Iterator[tuple[Row, Path]]:
    for file in sorted((HERE / "plans").glob("*.toml")):
        plan = tomllib.loads(file.read_text(encoding="utf-8"))
        text = folder / plan.get("source", {}).get("file", "")
        if text.is_file():
            yield plan, text


def compare(plan: Row, tables: Row, text: str, scores: Scores) -> Scores:
    """Adds what one plan scored."""
    wanted, found = plan["tasks"], tables["tasks"]
    matched = match(wanted, found)
    scores.tasks.add(len(matched), len(found), len(wanted))
    taken = {id(one) for one, _ in matched} | {id(other) for _, other in matched}
    scores.misses += [
        f"not found  {each['id']} {each['lines']}" for each in wanted if id(each) not in taken
    ]
    scores.misses += [
        f"not in plan {each['id']} {each['lines']} {each['title'][:50]}"
        for each in found
        if id(each) not in taken
    ]
    for one, other in matched:
        _lead(one, other, scores)
        _channels(one, other, scores)
        _frequency(one, other, scores)
    _numeric(wanted, found, matched, scores)
    scores.invented += invented(tables, text)
    return scores


def match(wanted: Sequence[Row], found: Sequence[Row]) -> list[tuple[Row, Row]]:
    """The best pairs first, each task once; a pair shares at least a third of its lines."""
    pairs = [
        (share, one, other)
        for one in wanted
        for other in found
        if (share := _shared(lines_of(one["lines"]), lines_of(other["lines"]))) >= 1 / 3
    ]
    pairs.sort(key=lambda pair: -pair[0])
    used, chosen = set[int](), list[tuple[Row, Row]]()
    for _, one, other in pairs:
        if id(one) not in used and id(other) not in used:
            used |= {id(one), id(other)}
            chosen.append((one, other))
    return chosen


def lines_of(text: str) -> set[int]:
    spans = re.findall(r"(\d+)(?:-(\d+))?", text)
    return {line for a, b in spans for line in range(int(a), int(b or a) + 1)}


def _shared(one: set[int], other: set[int]) -> float:
    return len(one & other) / max(1, len(one | other))


def _lead(one: Row, other: Row, scores: Scores) -> None:
    wanted, found = bodies(one), bodies(other)
    right = bool(wanted and found) and fuzz.ratio(wanted, found) >= ALIKE
    scores.leads.add(right, bool(found), bool(wanted))
    if not right and (wanted or found):
        scores.misses.append(f"lead       {one['id']}: {found or '-'} ≠ {wanted or '-'}")


def bodies(task: Row) -> str:
    """Lead and further leads, folded, without what stands in brackets, in alphabetical order."""
    names = [task.get("lead", ""), *task.get("co_leads", [])]
    parts = [part for name in names for part in re.split(r";", re.sub(r"\([^)]*\)", "", name))]
    folded = (" ".join(re.findall(r"\w+", _short(plain(part)))) for part in parts)
    return "; ".join(sorted(filter(None, folded)))


def _short(letters: str) -> str:
    letters = letters.replace("mat tran to quoc", "mttq")
    return letters.replace("uy ban nhan dan", "ubnd").replace("thong tin dien tu", "ttdt")


def _channels(one: Row, other: Row, scores: Scores) -> None:
    wanted, found = set(one.get("channels", [])), set(other.get("channels", []))
    scores.channels.add(len(wanted & found), len(found), len(wanted))
    if wanted != found:
        scores.misses.append(f"channels   {one['id']}: {sorted(found)} ≠ {sorted(wanted)}")


def _frequency(one: Row, other: Row, scores: Scores) -> None:
    wanted, found = form(one), form(other)
    right = bool(wanted) and wanted == found
    scores.frequencies.add(right, bool(found), bool(wanted))
    if wanted != found:
        scores.misses.append(f"frequency  {one['id']}: {dict(found)} ≠ {dict(wanted)}")


def form(task: Row) -> frozenset[tuple[str, str]]:
    told = {key: value for key, value in task.get("frequency", {}).items() if key not in WORDS}
    again = {f"reruns.{key}": value for key, value in task.get("reruns", {}).items()}
    return frozenset((key, str(value)) for key, value in {**told, **again}.items())


def _numeric(
    wanted: Sequence[Row], found: Sequence[Row], matched: list[tuple[Row, Row]], scores: Scores
) -> None:
    right = sum(len(rhythms(one) & rhythms(other)) for one, other in matched)
    scores.numeric.add(
        right, sum(len(rhythms(x)) for x in found), sum(len(rhythms(x)) for x in wanted)
    )


def rhythms(task: Row) -> frozenset[tuple[str, str]]:
    """What says how often, in numbers: every, per_…, re-runs."""
    return frozenset((key, value) for key, value in form(task) if "per_" in key or key == "every")


def invented(tables: Row, text: str) -> list[str]:
    """Numbers in rhythms, plan number and dates that the text does not have."""
    digits = set(map(int, re.findall(r"\d+", text)))
    said = [n for task in tables["tasks"] for _, n in rhythms(task) for n in re.findall(r"\d+", n)]
    said += re.findall(r"\d+", tables["plan"].get("number", ""))
    said += re.findall(r"\d+", tables["plan"].get("date", ""))
    return [n for n in said if int(n) not in digits and int(n) != 1]


if __name__ == "__main__":
    sys.exit(main())
