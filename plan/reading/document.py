"""A file on disk → numbered lines and tables; or one clear line why it cannot be read."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from plan.reading import legacy, pdf, word
from plan.reading.doubt import Doubt, NotAPlan
from plan.reading.word import Grid

LARGEST = 40_000_000  # bytes
LARGEST_TEXT = 1_500_000
LONGEST_LINE = 20_000  # characters
MOST_LINES = 20_000
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"RIFF")
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\u200b-\u200f\u2028\u2029\ufeff]")
RULE_ROW = re.compile(r"[\s|+:=\-]*")
PAIRED = re.compile(r"\s*\|?(.*?)\|?\s*")


@dataclass(frozen=True, slots=True)
class Row:
    """A table row on lines `first`-`last` of the text; a merged cell is in all its places."""

    first: int
    last: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """`lines[0]` is line 1. `paged`: lines are cut by the page, a paragraph runs over several."""

    kind: str
    lines: tuple[str, ...]
    tables: tuple[tuple[Row, ...], ...]
    paged: bool
    doubts: tuple[Doubt, ...] = ()


def load(path: Path) -> Document:
    """Raises `NotAPlan` with one line for the officer."""
    data = _bytes(path)
    if data.startswith(b"%PDF") or b"%PDF-" in data[:1024]:
        return _from_blocks("pdf", pdf.blocks(data), paged=True)
    if data.startswith(b"PK\x03\x04"):
        return _from_blocks("docx", word.blocks(data), paged=False)
    _refuse_foreign(data)
    return _from_text(data)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise NotAPlan(f"Tệp “{path.name}” quá lớn (trên 40 MB); hãy gửi riêng phần kế hoạch.")
        data = path.read_bytes()
    except OSError as error:
        raise NotAPlan(
            f"Không mở được tệp “{path.name}”: không có tệp này hoặc không được phép đọc."
        ) from error
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise NotAPlan(f"Tệp “{path.name}” trống; hãy gửi tệp kế hoạch có nội dung.")
    return data


def _refuse_foreign(data: bytes) -> None:
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise NotAPlan("Tệp Word có mật khẩu, không đọc được; hãy bỏ mật khẩu rồi gửi lại.")
        raise NotAPlan(
            "Tệp Word đời cũ (.doc) không đọc được; hãy mở bằng Word, lưu lại thành .docx rồi"
            " gửi lại."
        )
    if data.startswith(b"{\\rtf"):
        raise NotAPlan("Tệp .rtf không đọc được; hãy mở bằng Word, lưu lại thành .docx.")
    if data.startswith(PICTURES):
        raise NotAPlan(
            "Tệp là ảnh, không có chữ; hãy nhận dạng chữ (OCR) thành .txt hoặc .docx rồi đọc lại."
        )
    if data.startswith(b"PK"):
        raise NotAPlan("Tệp nén bị đứt hoặc hỏng, không mở được; hãy tải lại tệp gốc.")


def _from_text(data: bytes) -> Document:
    if len(data) > LARGEST_TEXT:
        raise NotAPlan("Tệp chữ quá dài, không phải một kế hoạch; hãy gửi riêng phần kế hoạch.")
    text, doubts = _decoded(data)
    lines = [_clean(line) for line in re.split(r"\r\n|[\n\r\f\v\x85]", text)]
    while lines and not lines[-1].strip():
        lines.pop()
    _refuse_long(lines)
    tables = tuple(_piped(lines))
    return Document("txt", tuple(lines), tables, paged=_is_paged(lines), doubts=doubts)


def _decoded(data: bytes) -> tuple[str, tuple[Doubt, ...]]:
    text = _unicode(data)
    if text is None:
        text = data.decode("cp1252", errors="replace")
        if b"\x00" in data or _junk(text) > 0.02:
            raise NotAPlan(
                "Tệp không phải văn bản đọc được; hãy gửi kế hoạch dạng .docx, .pdf có chữ hoặc"
                " .txt."
            )
    text, old = legacy.to_unicode(text)
    if old:
        why = f"Tệp gõ bằng bảng mã cũ {old}, đã đổi sang Unicode; đề nghị soát lại chữ có dấu."
        return text, (Doubt("", old, why),)
    if _unicode(data) is None:
        raise NotAPlan(
            "Không nhận ra bảng mã chữ của tệp; hãy mở bằng Word hoặc Notepad, lưu lại ở dạng"
            " UTF-8."
        )
    return text, ()


def _unicode(data: bytes) -> str | None:
    marks = (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
    )
    for mark, name in (*marks, (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return _try(data, name)
    nulls = data[:2000].count(0)
    if nulls > len(data[:2000]) / 5:
        even = data[:2000:2].count(0) > data[1:2000:2].count(0)
        return _try(data, "utf-16-be" if even else "utf-16-le")
    return None if nulls else _try(data, "utf-8")


def _try(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _junk(text: str) -> float:
    odd = sum(unicodedata.category(char) in ("Cc", "Cn", "Co") for char in text)
    return (odd - sum(text.count(char) for char in "\n\r\t\f\v")) / max(1, len(text))


def _clean(line: str) -> str:
    return CONTROL.sub("", unicodedata.normalize("NFC", line)).rstrip()


def _refuse_long(lines: list[str]) -> None:
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
        raise NotAPlan("Tệp quá dài, không phải một kế hoạch; hãy gửi riêng phần kế hoạch.")


def _from_blocks(kind: str, blocks: Iterable[str | Grid], paged: bool) -> Document:
    lines, tables = list[str](), list[tuple[Row, ...]]()
    for block in blocks:
        if isinstance(block, str):
            lines.append(_clean(block))
            continue
        rows = list[Row]()
        for cells in block.rows:
            cells = tuple(_clean(" ".join(cell.split())) for cell in cells)
            lines.append(" | ".join(_unrepeated(cells)))
            rows.append(Row(len(lines), len(lines), cells))
        tables.append(tuple(rows))
    _refuse_long(lines)
    doubts, lines, tables = _out_of_legacy(lines, tables)
    if not any(line.strip() for line in lines):
        raise NotAPlan("Tệp không có chữ nào; hãy gửi tệp kế hoạch có nội dung.")
    return Document(kind, tuple(lines), tuple(tables), paged, doubts)


def _out_of_legacy(
    lines: list[str], tables: list[tuple[Row, ...]]
) -> tuple[tuple[Doubt, ...], list[str], list[tuple[Row, ...]]]:
    _, old = legacy.to_unicode("\n".join(lines))
    if not old:
        return (), lines, tables
    why = f"Tệp dùng phông chữ cũ ({old}), đã đổi sang Unicode; đề nghị soát lại chữ có dấu."
    turned = [legacy.convert(line, old) for line in lines]
    rows = [
        tuple(
            Row(row.first, row.last, tuple(legacy.convert(cell, old) for cell in row.cells))
            for row in table
        )
        for table in tables
    ]
    return (Doubt("", old, why),), turned, rows


def _unrepeated(cells: tuple[str, ...]) -> list[str]:
    """A cell merged over several columns is written once."""
    return [cell for i, cell in enumerate(cells) if i == 0 or cell != cells[i - 1] or not cell]


def _is_paged(lines: list[str]) -> bool:
    """Whether paragraphs are cut into lines: then many a long line ends in mid-sentence."""
    long = [line for line in lines if len(line) > 40 and "|" not in line]
    open_ended = sum(line[-1] not in '.;:!?”"…)' for line in long)
    return bool(long) and open_ended > 0.4 * len(long)


def _piped(lines: list[str]) -> Iterable[tuple[Row, ...]]:
    """Tables that a text draws with "|" or with tabs: at least three cells, row after row.

    A lone line between two rows ("I. Chuyển đổi số") is a row merged over all columns.
    """
    found, lone = list[Row](), list[Row]()
    for number, line in enumerate(lines, 1):
        cells = _cells(line)
        if not line.strip() or RULE_ROW.fullmatch(line):
            continue
        if found and len(cells) == len(found[0].cells) and number - found[-1].last <= 6:
            found += [*lone, Row(number, number, cells)]
            lone = []
        elif found and len(cells) < 2 and not lone and number - found[-1].last <= 3:
            lone = [Row(number, number, (line.strip(),) * len(found[0].cells))]
        else:
            yield from _if_table(found)
            found, lone = ([Row(number, number, cells)] if len(cells) >= 3 else []), []
    yield from _if_table(found)


def _if_table(rows: list[Row]) -> Iterable[tuple[Row, ...]]:
    if len(rows) >= 2:
        yield tuple(rows)


def _cells(line: str) -> tuple[str, ...]:
    inner = PAIRED.fullmatch(line)
    if "|" in line and inner and not RULE_ROW.fullmatch(line):
        return tuple(cell.strip() for cell in inner[1].split("|"))
    if line.count("\t") >= 2:
        return tuple(cell.strip() for cell in line.split("\t"))
    return ()
