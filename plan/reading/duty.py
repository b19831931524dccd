"""One task as found in a plan, by whatever form, turned into a `[[tasks]]` row of the schema."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from plan.reading import frequency, rhythm, units
from plan.reading.channel_words import channels
from plan.reading.doubt import Doubt, span
from plan.reading.frequency import Told
from plan.reading.labels import Field
from plan.reading.ocr import Phrasebook, plain

LONGEST_TITLE = 240
TOGETHER = re.compile(
    r"^(?:ch[a-z]{1,2} tr[a-z]{1,2}\s*,?\s*)?(?:ph[a-z]{1,3}i h[a-z]{1,2}p\s+"
    r"(?:chat che\s+)?)?(?:v[a-z0-9]{1,3}i|vai)?\s*"
)
MAKES = re.compile(
    r"\b(?:dang|xay dung|phat hanh|phat song|phat thanh|san xuat|duy tri|cap nhat|bien tap|phat"
    r"|thuc hien|dat|dua tin"
    r"|viet|thiet ke|in|to chuc|day manh|tang)\b"
)
PRODUCTS = Phrasebook(
    "tin, bài;tin bài;bài viết;hình ảnh;video clip;video;clip;infographic;đồ họa thông tin;phóng"
    " sự;chuyên mục;"
    "chuyên trang;chuyên đề;bản tin điện tử;bản tin;chương trình phát thanh;áp phích;pano;tờ"
    " rơi;tờ gấp;banner;"
    "băng rôn;khẩu hiệu;podcast;motion graphic;tiểu phẩm;mục phản hồi ý kiến".split(";")
)


@dataclass(frozen=True, slots=True)
class Duty:
    """`code` is ASCII, for the id; `section` is for people. Texts are as the plan has them."""

    code: str
    section: str
    title: str
    prose: str
    first: int
    last: int
    lead: str = ""
    partners: str = ""
    time: str = ""
    frequency: str = ""
    product: str = ""
    channel: str = ""
    audience: str = ""
    asked: bool = False
    mangled: bool = False
    lead_uncertain: bool = False
    product_uncertain: bool = False

    @property
    def lines(self) -> str:
        return span(self.first, self.last)

    def with_fields(self, fields: tuple[Field, ...]) -> Duty:
        """Fills in what is still empty; a field that comes twice is joined."""
        known = dict[str, str]()
        for each in fields:
            if each.kind in (
                "lead",
                "partners",
                "time",
                "frequency",
                "product",
                "channel",
                "audience",
            ):
                known[each.kind] = (
                    f"{known[each.kind]}; {each.value}" if each.kind in known else each.value
                )
        return replace(self, **filled(known))


def filled(texts: dict[str, str]) -> dict[str, Any]:
    """The texts that are not empty, as fields of a duty."""
    return {kind: text for kind, text in texts.items() if text}


@dataclass(frozen=True, slots=True)
class Setting:
    """What all tasks of a plan share."""

    prefix: str
    year: int | None
    district: bool


def rows(duty: Duty, setting: Setting) -> tuple[list[dict[str, Any]], list[Doubt]]:
    """The task; and one more for each further rhythm that it names ("01 infographic/tháng")."""
    told = frequency.told(_words(duty), duty.time, duty.frequency, setting.year, duty.product)
    row = _row(duty, setting, told)
    doubts = [Doubt(duty.lines, _quote(duty), why) for why in told.doubts]
    more = [_further(row, each, at) for at, each in enumerate(told.more, 2)]
    if more:
        why = "Một nhiệm vụ có nhiều nhịp khác nhau: đã tách mỗi nhịp thành một dòng nhiệm vụ."
        doubts.append(Doubt(duty.lines, _quote(duty), why))
    return [row, *more], doubts


def _quote(duty: Duty) -> str:
    return (duty.frequency or duty.time or duty.title)[:160]


def _words(duty: Duty) -> str:
    return duty.prose if duty.prose.startswith(duty.title) else f"{duty.title}. {duty.prose}"


def _row(duty: Duty, setting: Setting, told: Told) -> dict[str, Any]:
    lead, co_leads, does = leads(duty.lead)
    partners = _partners(duty)
    text = " ".join(filter(None, (_words(duty), duty.channel, does)))
    places = channels(_without_names(text, [lead, *co_leads, *partners]), setting.district)
    if "event" in told.frequency and "event" not in places and "contest" not in places:
        places += ["event"] if frequency.event_day(told.frequency["event"]) else []
    product = units.tidy(duty.product)
    made = product or _made(text, told)
    row: dict[str, Any] = {
        "id": f"{setting.prefix}-{duty.code}",
        "section": duty.section,
        "title": title(duty.title),
        "lead": _asked(lead, duty),
        "lead_uncertain": duty.lead_uncertain or None,
        "co_leads": [_asked(name, duty) for name in co_leads],
        "partners": partners,
        "channels": places,
        "time_text": duty.time.strip(" .;"),
        "time_uncertain": told.time_uncertain or None,
        "frequency_text": told.frequency_text,
        "frequency": told.frequency,
        "reruns": told.reruns,
        "product": made,
        "product_stated": bool(made) or None,
        "product_uncertain": duty.product_uncertain or None,
        "audience": duty.audience.strip(" .;"),
        "lines": duty.lines,
    }
    kept = ("partners", "channels")
    return {
        key: value for key, value in row.items() if value not in (None, "", [], {}) or key in kept
    }


def _asked(name: str, duty: Duty) -> str:
    """A body that the committee cannot order is asked: "Đề nghị Ủy ban MTTQ …"."""
    return f"{name} (đề nghị)" if name and duty.asked else name


def _without_names(text: str, names: list[str]) -> str:
    """ "Trung tâm … Truyền thanh - Truyền hình" is a body here, not a station."""
    for name in names:
        text = text.replace(name, " ") if len(name) > 20 else text
    return text


def _further(row: dict[str, Any], each: rhythm.Rhythm, at: int) -> dict[str, Any]:
    window = {key: row["frequency"][key] for key in ("from", "to") if key in row["frequency"]}
    more = {**row, "id": f"{row['id']}.r{at}", "frequency": {**each.form, **window}}
    more.pop("reruns", None)
    return more


def leads(text: str) -> tuple[str, list[str], str]:
    """(lead, further leads, what they are said to do) of a lead cell."""
    names, does = list[str](), list[str]()
    for part in units.split(text):
        name, work = units.doer(part)
        names.append(name)
        does.append(work)
    names = list(dict.fromkeys(name for name in names if name))
    return (names[0] if names else ""), names[1:], " ".join(filter(None, does))


def _partners(duty: Duty) -> list[str]:
    stated = [units.doer(name)[0] for name in units.split(duty.partners)]
    return list(dict.fromkeys(stated or units.partners(duty.prose)))


def title(text: str) -> str:
    """The words of the duty, without "Chủ trì, phối hợp với …"; cut at a word if very long."""
    name = _without_partners(" ".join(text.split())).strip(" .;:,-–—+*|")
    name = name[:1].upper() + name[1:]
    if len(name) <= LONGEST_TITLE:
        return name
    cut = max(name.rfind(mark, 60, LONGEST_TITLE) for mark in ".;")
    return name[: cut if cut > 0 else name.rfind(" ", 0, LONGEST_TITLE)].rstrip(" ,") + "…"


def _without_partners(text: str) -> str:
    opening = TOGETHER.match(plain(text))
    if not opening or not opening[0].strip():
        return text
    rest = text[opening.end() :]
    if not re.search(r"h[a-z]{1,2}p", opening[0]):
        return text
    stop = units.STOP.search(rest, 3)
    if stop and stop.start() < 160 and rest[stop.start()] not in ".;:(":
        return rest[stop.start() :].lstrip(" ,")
    return text


def _made(text: str, told: Told) -> str:
    if not (MAKES.search(plain(text)) or told.frequency):
        return ""
    found = list(
        dict.fromkeys(
            text[hit.start : hit.end].lower() for hit in PRODUCTS.search(text, fuzzy=False)
        )
    )
    joined = ", ".join(found[:6])
    return joined[:1].upper() + joined[1:]
