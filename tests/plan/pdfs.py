"""PDF files written by hand, with Vietnamese text and ruled tables; no font, no library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

PAGE_HEIGHT = 842
LEADING = 16


def write(path: Path, lines: Sequence[str], table: Sequence[Sequence[str]] = ()) -> Path:
    """Lines from the top down, then a table with a rule around each cell."""
    letters = sorted(set("".join([*lines, *(cell for row in table for cell in row)])))
    codes = {letter: number for number, letter in enumerate(letters, 1)}
    content = _lines(lines, codes) + _table(table, codes, PAGE_HEIGHT - 60 - LEADING * len(lines))
    return _save(path, content, codes)


def write_scan(path: Path) -> Path:
    """A page that only draws: as a scanner leaves it."""
    return _save(path, "q 500 0 0 700 50 50 cm Q", {})


def _lines(lines: Sequence[str], codes: dict[str, int]) -> str:
    return "".join(
        _text(line, 60, PAGE_HEIGHT - 60 - LEADING * number, codes)
        for number, line in enumerate(lines)
    )


def _text(text: str, x: float, y: float, codes: dict[str, int]) -> str:
    shown = "".join(f"{codes[letter]:04x}" for letter in text)
    return f"BT /F1 12 Tf 1 0 0 1 {x} {y} Tm <{shown}> Tj ET\n"


def _table(table: Sequence[Sequence[str]], codes: dict[str, int], top: float) -> str:
    """A cell's text is cut into lines of 14 letters; a row is as high as its longest cell."""
    out = ""
    for row in table:
        cells = [_wrapped(cell) for cell in row]
        height = LEADING * max(len(lines) for lines in cells) + 8
        for column, lines in enumerate(cells):
            x = 40 + 90 * column
            out += f"{x} {top - height} 90 {height} re S\n"
            for number, line in enumerate(lines):
                out += _text(line, x + 4, top - 14 - LEADING * number, codes)
        top -= height
    return out


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > 14:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _save(path: Path, content: str, codes: dict[str, int]) -> Path:
    pairs = "\n".join(f"<{code:04x}> <{ord(letter):04x}>" for letter, code in codes.items())
    unicode_map = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{pairs}\nendbfchar endcmap end end"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 {PAGE_HEIGHT}] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        _stream(content),
        "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H"
        " /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /DW 500"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        _stream(unicode_map),
    ]
    path.write_bytes(_file(objects))
    return path


def _stream(text: str) -> str:
    return f"<< /Length {len(text)} >>\nstream\n{text}\nendstream"


def _file(objects: Sequence[str]) -> bytes:
    out, places = b"%PDF-1.7\n", list[int]()
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("ascii")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return out + (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    ).encode("ascii")
