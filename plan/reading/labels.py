"""Names of the fields of a task, as lines ("- Đơn vị chủ trì: …") and as heads of columns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz import fuzz

from plan.reading.ocr import plain, words
from plan.reading.units import HEAD

LABELS = {
    "lead": (
        "đơn vị chủ trì",
        "cơ quan chủ trì",
        "cơ quan, đơn vị chủ trì",
        "đơn vị, cá nhân chủ trì",
        "chủ trì",
        "chủ trì thực hiện",
        "đơn vị chủ trì thực hiện",
        "cơ quan chủ trì thực hiện",
        "đơn vị chủ trì, thực hiện",
        "đơn vị thực hiện",
        "cơ quan thực hiện",
        "cơ quan, đơn vị thực hiện",
        "đơn vị chịu trách nhiệm",
        "đơn vị phụ trách",
        "bộ phận phụ trách",
        "bộ phận chủ trì",
        "bộ phận thực hiện",
        "phụ trách",
        "người phụ trách",
        "người thực hiện",
        "phân công thực hiện",
        "đơn vị đầu mối",
        "trách nhiệm thực hiện",
        "đơn vị tham mưu",
        "phòng chủ trì",
        "giao chủ trì",
    ),
    "partners": (
        "đơn vị phối hợp",
        "cơ quan phối hợp",
        "cơ quan, đơn vị phối hợp",
        "phối hợp",
        "phối hợp thực hiện",
        "đơn vị phối hợp thực hiện",
        "cơ quan phối hợp thực hiện",
        "bộ phận phối hợp",
    ),
    "time": (
        "thời gian",
        "thời gian thực hiện",
        "thời gian hoàn thành",
        "thời gian thực hiện, hoàn thành",
        "thời gian thực hiện hoàn thành",
        "thời gian triển khai",
        "thời gian tổ chức",
        "thời hạn",
        "thời hạn hoàn thành",
        "thời hạn thực hiện",
        "thời điểm",
        "thời điểm thực hiện",
        "thời điểm hoàn thành",
        "tiến độ",
        "tiến độ thực hiện",
        "tiến độ hoàn thành",
        "hoàn thành",
        "thời gian phát sóng",
        "lịch thực hiện",
    ),
    "frequency": (
        "tần suất",
        "tần xuất",
        "tần suất thực hiện",
        "tần suất phát",
        "tần suất phát sóng",
        "tần suất đăng",
        "tần suất đăng tải",
        "định kỳ",
        "số lượng",
        "số lượng, tần suất",
        "tần suất, số lượng",
        "chỉ tiêu",
        "định mức",
        "nhịp độ",
    ),
    "product": (
        "sản phẩm",
        "sản phẩm dự kiến",
        "sản phẩm đầu ra",
        "sản phẩm, kết quả",
        "kết quả, sản phẩm",
        "kết quả",
        "kết quả đầu ra",
        "kết quả dự kiến",
        "dự kiến kết quả",
        "dự kiến sản phẩm",
        "đầu ra",
        "sản phẩm hoàn thành",
        "sản phẩm chính",
    ),
    "channel": (
        "kênh",
        "kênh truyền thông",
        "kênh tuyên truyền",
        "kênh đăng tải",
        "kênh phát hành",
        "kênh thực hiện",
        "hình thức",
        "hình thức thực hiện",
        "hình thức tuyên truyền",
        "hình thức truyền thông",
        "phương tiện",
        "phương thức",
        "nền tảng",
        "địa chỉ đăng tải",
    ),
    "content": ("nội dung", "nội dung thực hiện", "nội dung tuyên truyền", "mục đích", "mục tiêu"),
    "audience": ("đối tượng", "đối tượng tuyên truyền"),
    "funding": ("kinh phí", "kinh phí thực hiện", "nguồn kinh phí"),
    "place": ("địa điểm",),
    "note": ("ghi chú",),
}
HEADS = {
    **LABELS,
    "ordinal": ("stt", "tt", "số tt", "số thứ tự", "mục"),
    "title": (
        "nhiệm vụ",
        "nội dung",
        "nội dung nhiệm vụ",
        "nội dung công việc",
        "nội dung hoạt động",
        "nội dung thực hiện",
        "nội dung, nhiệm vụ",
        "nhiệm vụ cụ thể",
        "nhiệm vụ, hoạt động",
        "nhiệm vụ, giải pháp",
        "tên nhiệm vụ",
        "hoạt động",
        "tên hoạt động",
        "công việc",
        "đầu việc",
        "hạng mục",
        "nội dung tuyên truyền",
        "nội dung truyền thông",
        "nội dung triển khai",
    ),
}
KEYS = ("lead", "partners", "time", "frequency")
CLAUSE = re.compile(r"(?:^|[.;,(\-–—+*]|\bvà)\s*$")
DANGLING = re.compile(r"[\s(\-–—+*;,.]+$")


@dataclass(frozen=True, slots=True)
class Field:
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """`own` is what stands before the first label."""

    own: str
    fields: tuple[Field, ...]

    @property
    def only_fields(self) -> bool:
        return not self.own and bool(self.fields)


def _by_words(table: dict[str, tuple[str, ...]]) -> dict[int, list[tuple[str, str]]]:
    sizes = dict[int, list[tuple[str, str]]]()
    for kind, phrases in table.items():
        for phrase in phrases:
            tokens = [word.plain for word in words(phrase)]
            sizes.setdefault(len(tokens), []).append((" ".join(tokens), kind))
    return sizes


LABEL_WORDS = _by_words(LABELS)
HEAD_WORDS = _by_words(HEADS)


def labelled(text: str) -> Labelled:
    """Splits "Tên việc. Chủ trì: X; thời gian: Y" into its own words and its fields."""
    marks = _marks(text)
    if not marks:
        return Labelled(text.strip(), ())
    own = DANGLING.sub("", text[: marks[0][0]])
    ends = [mark[0] for mark in marks[1:]] + [len(text)]
    spans = zip(marks, ends, strict=True)
    fields = (Field(kind, _value(text[start:end])) for (_, start, kind), end in spans)
    return Labelled(own, tuple(field for field in fields if field.value))


def _value(text: str) -> str:
    value = text.strip(" ;,-–—+*(")
    return re.sub(r"\)[\s.;,]*$", "", value) if text.count(")") > text.count("(") else value


def _marks(text: str) -> list[tuple[int, int, str]]:
    """(start of the label, start of its value, kind) for each label in the text."""
    tokens = words(text)
    marks = list[tuple[int, int, str]]()
    for colon in (at for at, char in enumerate(text) if char == ":"):
        before = [i for i, token in enumerate(tokens) if token.end <= colon]
        if not before or text[tokens[before[-1]].end : colon].strip(" )"):
            continue
        alone = len(before) <= 3  # "- Chil tri: …": nothing else can stand before the colon
        found = _label_ending([tokens[i].plain for i in before[-7:]], alone)
        if not found:
            continue
        kind, size = found
        start = tokens[before[-size]].start
        if CLAUSE.search(text[:start]):
            marks.append((start, colon + 1, kind))
    return marks or _without_colon(text)


def _label_ending(tail: list[str], alone: bool) -> tuple[str, int] | None:
    """The longest label that ends here: (kind, number of words)."""
    for size in range(min(len(tail), 7), 0, -1):
        whole = alone and size == len(tail)
        kind = nearest(" ".join(tail[-size:]), LABEL_WORDS.get(size, []), 76.0 if whole else 0.0)
        if kind:
            return kind, size
    return None


def _without_colon(text: str) -> list[tuple[int, int, str]]:
    """A scan may lose the colon: "- Đơn vị chủ trì Phòng Kinh tế"."""
    tokens = words(text)[:5]
    for size in range(len(tokens), 2, -1):
        joined = " ".join(token.plain for token in tokens[:size])
        kind = nearest(joined, LABEL_WORDS.get(size, []), room=92.0)
        value = text[tokens[size - 1].end :].strip()
        if kind in KEYS and _could_follow(kind, value):
            return [(tokens[0].start, tokens[size - 1].end, kind)]
    return []


def _could_follow(kind: str, value: str) -> bool:
    if kind in ("lead", "partners"):
        return bool(HEAD.match(plain(value)))
    return value[:1].isdigit() or bool(
        re.match(r"nam \d|quy |thang |moi |hang |thuong xuyen", plain(value))
    )


def nearest(joined: str, phrases: list[tuple[str, str]], room: float = 0.0) -> str:
    """The kind of the phrase that these plain words are, allowing for noise."""
    best, kind = 0.0, ""
    for phrase, its_kind in phrases:
        score = fuzz.ratio(joined, phrase)
        if score > best:
            best, kind = score, its_kind
    least = 95.0 if len(joined) < 6 else 85.0 if len(joined) < 8 else 78.0
    return kind if best >= (room or least) else ""


def column(head: str) -> str:
    """What a column holds, by its head: "Cơ quan, đơn vị chủ trì" → lead; "" if unknown."""
    letters = plain(re.sub(r"\([^)]*\)|[/\n]", " ", head))
    tokens = letters.replace("-", " ").replace(",", " ").split()
    joined = " ".join(re.sub(r"[^\w]", "", token) for token in tokens)
    if not joined or len(tokens) > 12:
        return ""
    size = len(joined.split())
    exact = nearest(joined, HEAD_WORDS.get(size, []))
    return exact or _column_by_part(joined)


def _column_by_part(joined: str) -> str:
    for kind, parts in (
        ("partners", ("phoi hop",)),
        ("lead", ("chu tri", "phu trach", "don vi thuc hien", "co quan thuc hien", "dau moi")),
        ("frequency", ("tan suat", "so luong", "tan xuat")),
        ("time", ("thoi gian", "thoi han", "tien do", "thoi diem")),
        ("product", ("san pham", "ket qua", "dau ra")),
        ("channel", ("kenh", "hinh thuc", "phuong tien", "nen tang")),
        ("note", ("ghi chu",)),
        ("funding", ("kinh phi",)),
        ("title", ("nhiem vu", "noi dung", "hoat dong", "cong viec", "dau viec")),
    ):
        if any(part in joined for part in parts):
            return kind
    return ""
