"""The first page of a plan: number, date, issuer, title, period, legal bases; and its last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from plan.reading import issuer, signature, timing
from plan.reading.doubt import Doubt, span
from plan.reading.kinds import is_loud, kind_of
from plan.reading.ocr import fold, plain, provinces, restore, similarity
from plan.reading.outline import Node, Outline

NUMBER = re.compile(
    r"\bs[o06&ébeds]?[^\w\s]{0,2}\s*[:.;]?\s*(?P<n>\d{1,5}[a-z]?)?\s*[./…_ ]*/\s*"
    r"(?P<sign>[a-z]{2,4}\s?-\s?[a-z&]{2,10}(?:-[a-z&]{2,10})?)\b"
)
DATE = re.compile(
    r"ng[a-z]{1,2}y\s*(?P<d>[^\s]{0,4}?)\s*th[a-z]{1,2}ng\s*(?P<m>\d{0,2})\s*n[a-z]{1,3}m\s*(?P<y>\d{4})"
)
CITES = re.compile(r"[a-z]-[a-z]+\s*,?\s*$|\bso\s+\S+\s*,?\s*$")
PLACE = re.compile(r"(?P<place>[^\W\d_][^,:/]{1,40}?)\s*,\s*$")
BASIS = re.compile(
    r"^(?:c[a-z]{1,3} c[a-z]{1,3}\s|can cu|thuc hien|trien khai thuc hien|theo de nghi"
    r"|xet de nghi|thi hanh)"
)
ISSUES = re.compile(
    r"[.;,]\s*(?:chu tich\s+|ch[a-z]{1,3} tich\s+)?(?:uy ban nhan dan|ubnd|phong [a-z]{2,}"
    r"|ban chi dao)[^.;]{0,80}?"
    r"(?:ban hanh|xay dung)\s+k[a-z&]{1,2}\s+ho?[a-z]{1,3}ch"
)
ANNOUNCED = re.compile(
    r"ph[a-z]{1,2} l[a-z]{1,2}c\b.{0,25}?(?:kem theo|dinh kem)|(?:kem theo|dinh kem"
    r"|tai) (?:ke hoach nay )?(?:la )?(?:cac |danh muc |\d+ )?ph[a-z]{1,2} l[a-z]{1,2}c"
    r"|bieu (?:chi tiet )?(?:kem theo|dinh kem)"
)


@dataclass(slots=True)
class Header:
    """`plan` is the table of the schema; the other parts tell where the plan's own text lies."""

    plan: dict[str, Any] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    titles: list[tuple[Node, str]] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    recipient_lines: str = ""

    def doubt(self, lines: str, text: str, why: str) -> None:
        self.doubts.append(Doubt(lines, text[:160], why))


def read(lines: Sequence[str], outline: Outline) -> Header:
    header = Header()
    before = _preface(outline)
    _kind(header, before)
    top = list(lines[: _first_section(outline) - 1])
    _number(header, top)
    _date(header, top)
    _issuer(header, top, outline)
    _soften_title(header)
    _soften_title(header)
    _bases(header, before)
    _province(header, outline)
    _period(header, outline)
    ending = signature.read(lines)
    header.plan |= ending.plan
    header.recipients, header.recipient_lines = ending.recipients, ending.lines
    return header


def _preface(outline: Outline) -> list[Node]:
    """What stands before the first section."""
    found = list[Node]()
    for node in outline.blocks:
        if node.kind in ("roman", "capital", "part") or (
            node.kind == "number" and _heads_a_section(node)
        ):
            break
        found.append(node)
    return found


def _heads_a_section(node: Node) -> bool:
    letters = plain(node.text)
    return bool(re.match(r"muc dich|noi dung|yeu cau|muc tieu", letters)) and len(letters) < 60


def _first_section(outline: Outline) -> int:
    inside = len(_preface(outline))
    return outline.blocks[inside].first if inside < len(outline.blocks) else 60


def _kind(header: Header, before: list[Node]) -> None:
    """The kind, and the title under it. A decision may carry the plan inside."""
    for at, node in enumerate(before):
        if kind := kind_of(node.text):
            title = _title(before[at + 1 :])
            if title:
                header.titles.append((title, kind))
        elif node.kind == "para" and (joined := _kind_with_title(node)):
            header.titles.append(joined)
    kinds = [kind for _, kind in header.titles] or [
        kind for node in before if (kind := kind_of(node.text))
    ]
    if not kinds:
        return
    plan_title = next((title for title, kind in header.titles if kind == "Kế hoạch"), None)
    title = plan_title or (header.titles[0][0] if header.titles else None)
    header.plan["doc_type"] = kinds[0]
    if kinds[0] == "Quyết định" and "Kế hoạch" in kinds:
        header.plan["doc_type"] = "Quyết định ban hành kèm Kế hoạch"
    if title:
        header.plan["title"] = _bare(title.text)


def _kind_with_title(node: Node) -> tuple[Node, str] | None:
    """ "KẾ HOẠCH Tuyên truyền … năm 2025" on one line."""
    words = node.text.split()
    if (
        len(words) < 6
        or not is_loud(" ".join(words[:2]))
        or similarity(" ".join(words[:2]), "kế hoạch") < 80
    ):
        return None
    rest = Node("para", "", " ".join(words[2:]), node.first, node.last, mangled=node.mangled)
    return rest, "Kế hoạch"


def _title(after: list[Node]) -> Node | None:
    """The lines under the kind, up to the legal bases or a note in brackets."""
    taken = list[Node]()
    for node in after[:5]:
        letters = plain(node.text)
        stops = (
            BASIS.match(letters)
            or len(node.text) > 420
            or kind_of(node.text)
            or node.kind != "para"
        )
        if stops and not (not taken and node.text.lower().startswith(("thực hiện", "triển khai"))):
            break
        if re.match(r"\(?k[a-z]m theo|chu tich|uy ban nhan dan\b", letters):
            break
        if sum(char.isalpha() for char in node.text) < 5:
            continue
        taken.append(node)
        if len(taken) > 1 or re.search(r"\b20\d\d\b", node.text):
            break
    if not taken:
        return None
    text = " ".join(node.text for node in taken)
    return Node("para", "", text, taken[0].first, taken[-1].last, mangled=taken[0].mangled)


def _bare(title: str) -> str:
    title = re.split(r"\s*\(\s*[Kk][èeé]m theo", title)[0]
    title = re.sub(r"\s*[-_–—=*]{2,}.*$", "", title).strip(" .-–—_*")
    return title[:1].upper() + title[1:]


def _soften_title(header: Header) -> None:
    """A title in capitals is written small, save the name of the place."""
    title = header.plan.get("title", "")
    if not title or not is_loud(title):
        return
    name = header.plan.get("issuer", "").split("dân ")[-1].partition(" ")[2]
    small = title.capitalize()
    if name:
        small = re.sub(re.escape(name), name, small, flags=re.IGNORECASE)
    header.plan["title"] = small


def _number(header: Header, top: list[str]) -> None:
    for line in top[:40]:
        match = NUMBER.search(fold(line))
        if not match or BASIS.match(plain(line)):
            continue
        raw = line[match.start() : match.end()].strip()
        if not match["n"]:
            break
        sign = re.sub(r"\s", "", line[match.start("sign") : match.end("sign")]).upper()
        header.plan["number"] = f"{match['n'].upper()}/{_sign(sign)}"
        header.plan["number_ocr"] = raw
        return
    header.doubt("", "", "Không đọc được số, ký hiệu văn bản; đề nghị bổ sung.")


def _sign(sign: str) -> str:
    return re.sub(r"^Q[DP0O]-", "QĐ-", sign).replace("HDND", "HĐND").replace("PHÒNG", "P")


def _date(header: Header, top: list[str]) -> None:
    for number, line in enumerate(top[:40], 1):
        match = DATE.search(fold(line))
        if not match or BASIS.match(plain(line)) or CITES.search(plain(line[: match.start()])):
            continue
        sign = NUMBER.search(fold(line))
        before = line[sign.end() if sign and sign.end() < match.start() else 0 : match.start()]
        place = PLACE.search(before)
        if place:
            header.plan["place"] = _tidy_name(restore(place["place"].strip()))
        day, month = match["d"], match["m"]
        known = day.isdigit() and month and timing.window(f"{day}/{int(month)}/{match['y']}")
        if known and known.first:
            header.plan["date"] = known.first.isoformat()
            return
        words = line[match.start() : match.end()].strip()
        header.doubt(
            span(number, number), words, f"Ngày ban hành đọc không rõ (“{words}”); đề nghị bổ sung."
        )
        return
    header.doubt("", "", "Không thấy ngày ban hành; đề nghị bổ sung để tính đúng các kỳ.")


def _tidy_name(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" .,;:-_")


def _issuer(header: Header, top: list[str], outline: Outline) -> None:
    found = issuer.find(top, outline)
    if not found:
        header.doubt("", "", "Không đọc được cơ quan ban hành; đề nghị bổ sung.")
        return
    level, name = found
    header.plan["issuer"] = f"Ủy ban nhân dân {level} {name}"
    header.plan["issuer_level"] = issuer.LEVELS[level]


def _bases(header: Header, before: list[Node]) -> None:
    bases = list[str]()
    for node in before:
        if not BASIS.match(plain(node.text)) or any(node.text in t.text for t, _ in header.titles):
            continue
        ends = ISSUES.search(plain(node.text))
        text = node.text[: ends.start()] if ends else node.text
        parts = re.split(r";\s+(?=[A-ZÀ-ỴĐ])", text)
        bases += [_basis(part) for part in parts if len(part) > 12]
    header.plan["legal_bases"] = bases


def _basis(text: str) -> str:
    match = re.match(
        r"(?:c[a-z]{1,3} c[a-z]{1,3}|trien khai thuc hien|thuc hien|theo|xet)\s+", plain(text)
    )
    text = text[match.end() :] if match else text
    text = text.strip(" .;,:")
    return text[:1].upper() + text[1:]


def _province(header: Header, outline: Outline) -> None:
    """The province named most often after the word "tỉnh" or "thành phố"."""
    counts = dict[str, int]()
    for node in outline.blocks:
        letters = plain(node.text)
        for hit in provinces().search(node.text):
            before = letters[: hit.start].rstrip()
            if before.endswith(("tinh", "thanh pho", "tp", "tp.")):
                counts[hit.phrase] = counts.get(hit.phrase, 0) + 1
    if counts:
        header.plan["province"] = max(counts, key=lambda name: counts[name])


def _period(header: Header, outline: Outline) -> None:
    texts = [header.plan.get("title", ""), *(title.text for title, _ in header.titles)]
    texts += [node.text for node in _preface(outline) if "ban hanh" in plain(node.text)][-2:]
    for text in texts:
        window = timing.window(_last_words(text)) if text else None
        if window and window.first and window.last:
            header.plan["period"] = {
                "from": window.first.isoformat(),
                "to": window.last.isoformat(),
                "text": window.text,
            }
            return
    header.doubt(
        "", "", "Không xác định được kỳ của kế hoạch; đề nghị ghi từ ngày nào đến ngày nào."
    )


def _last_words(text: str) -> str:
    """The period of a title is at its end; years of other programmes stand before it."""
    return text[-60:] if len(text) > 60 else text
