"""The last page of a plan: who signed it, and who receives it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from plan.reading.doubt import span
from plan.reading.kinds import is_loud
from plan.reading.ocr import marks, plain, restore

RECEIVED = re.compile(r"^\W*n[oa0]i nh[a-z]{1,2}n\b\W*")
SIGNED = re.compile(
    r"^\W*(?:(tm|kt|tl|tuq|q)\s?[.,]?\s|(?:pho\s?)?chu tich\b|truong phong\b|pho chu)"
)
PERSON = re.compile(r"^[A-ZÀ-ỴĐ][^\W\d_]+(?:\s+[A-ZÀ-ỴĐ][^\W\d_]*){1,4}$")
APPENDIX = re.compile(r"^\W*ph[a-z]{1,2} l[a-z]{1,2}c\b")


@dataclass(slots=True)
class Ending:
    plan: dict[str, str] = field(default_factory=dict)
    recipients: list[str] = field(default_factory=list)
    lines: str = ""


def read(lines: Sequence[str]) -> Ending:
    ending = Ending()
    starts = [at for at, line in enumerate(lines) if RECEIVED.match(plain(line))]
    if starts:
        _recipients(ending, lines, starts[-1])
        _signature(ending, lines, starts[-1])
    return ending


def _recipients(ending: Ending, lines: Sequence[str], start: int) -> None:
    last = start
    for at in range(start, min(len(lines), start + 40)):
        heading = RECEIVED.match(plain(lines[at]))
        text = lines[at][heading.end() - 1 :] if heading else lines[at]
        if APPENDIX.match(plain(text)):
            break
        match = re.match(r"\s*[-–—]\s*(.+)", text)
        if match:
            last = at
            name = re.split(r";|\s{3,}", match[1])[0].strip(" .;,:")
            ending.recipients.append(_readable(name))
    if ending.recipients:
        ending.lines = span(start + 1, last + 1)


def _readable(text: str) -> str:
    return restore(text) if marks(text) == 0 else text


def _signature(ending: Ending, lines: Sequence[str], start: int) -> None:
    signed, signer = list[str](), ""
    for line in lines[max(0, start - 2) : start + 40]:
        if APPENDIX.match(plain(line)):
            break
        for part in re.split(r"\s{3,}|;\s*|:\s+(?=[A-ZK])", line):
            part = part.strip(" :;,|")
            if SIGNED.match(plain(part)) and is_loud(part):
                signed.append(_readable(part))
            elif PERSON.match(part) and signed and not is_loud(part):
                signer = part
    if signed:
        ending.plan["signed_as"] = " / ".join(dict.fromkeys(signed))
    if signer:
        ending.plan["signer"] = signer
