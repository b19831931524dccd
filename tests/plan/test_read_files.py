"""The kinds of files that hold a plan, and those that do not: one clear line each."""

import io
import logging
import os
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pypdf
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from plan.read import NotAPlan, read
from plan.reading import legacy
from tests.plan import papers, pdfs

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
NOVEL = (
    "Tôi sống độc lập từ thuở bé. Ấy là tục lệ lâu đời trong họ nhà dế chúng tôi. Một hôm, tôi ra"
    " đứng cửa hang như mọi khi, xem hoàng hôn xuống, và nghĩ một kế hoạch đi chơi xa.\n"
) * 60
RECIPE = (
    "Nguyên liệu:\n1. 200 g bột mì\n2. 3 quả trứng\nCách làm:\n1. Trộn bột.\n2. Nướng 30 phút.\n"
)


def refusal(path: Path) -> str:
    with pytest.raises(NotAPlan) as refused:
        read(path)
    line = str(refused.value)
    assert "\n" not in line
    return line


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("plan.txt", b"", "trống"),
        ("plan.txt", b" \n\t\n", "trống"),
        ("plan.doc", OLE + b"\0" * 600, "lưu lại thành .docx"),
        ("plan.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
        ("plan.docx", b"PK\x03\x04 torn", "đứt hoặc hỏng"),
        ("plan.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type", "đứt hoặc hỏng"),
        ("plan.doc", b"{\\rtf1\\ansi}", ".rtf"),
        ("plan.png", b"\x89PNG\r\n\x1a\n1234", "ảnh"),
        ("plan.txt", NOVEL.encode(), "không phải một kế hoạch"),
        ("plan.txt", RECIPE.encode(), "không phải một kế hoạch"),
        ("plan.py", b"import os\n\n\ndef main() -> None:\n    print(os.name)\n" * 20, "kế hoạch"),
        ("plan.txt", "Façade déjà vu, garçon. ".encode("cp1252") * 40, "UTF-8"),
        ("plan.txt", ("Kế hoạch, nhiệm vụ, chủ trì, phối hợp " * 9000).encode(), "quá dài"),
    ],
)
def test_what_is_no_plan_is_refused_in_one_line(
    tmp_path: Path, name: str, data: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert says in refusal(path)


def test_a_torn_pdf_says_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type")
    refusal(path)
    assert caplog.records == []
    assert capsys.readouterr() == ("", "")
    assert logging.getLogger("pypdf").level == logging.NOTSET, "left as it was"


def test_random_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.bin"
    path.write_bytes(os.urandom(4000))
    assert "đọc được" in refusal(path) or "bảng mã" in refusal(path)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    assert "“nowhere.docx”" in refusal(tmp_path / "nowhere.docx")


def test_a_torn_word_file_is_refused(tmp_path: Path) -> None:
    whole = papers.write_table_plan(tmp_path / "whole.docx").read_bytes()
    torn = tmp_path / "torn.docx"
    torn.write_bytes(whole[: len(whole) // 2])
    assert "đứt hoặc hỏng" in refusal(torn)


def test_a_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 80_000_000)
    assert "quá lớn" in refusal(path)


def test_a_workbook_is_no_word_file(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert "không phải tài liệu Word" in refusal(path)


def test_a_scan_without_text_is_refused(tmp_path: Path) -> None:
    assert "ảnh quét" in refusal(pdfs.write_scan(tmp_path / "scan.pdf"))


def test_a_locked_pdf_is_refused(tmp_path: Path) -> None:
    writer, held = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret")
    writer.write(held)
    path = tmp_path / "locked.pdf"
    path.write_bytes(held.getvalue())
    assert "mật khẩu" in refusal(path)


# -- plain text in its encodings


def in_tcvn3(text: str) -> bytes:
    """Capitals with tones were small letters in a font of capitals."""
    letters = {letter: old for old, letter in legacy.TCVN3.items()}
    old = (letters.get(char) or letters.get(char.lower()) or char for char in text)
    return "".join(old).encode("cp1252", "replace")


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: unicodedata.normalize("NFD", text).encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
    ],
    ids=["utf-8", "bom", "utf-16", "utf-16-le without mark", "nfd", "crlf"],
)
def test_a_text_is_read_in_any_unicode(tmp_path: Path, encode: Callable[[str], bytes]) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(encode(papers.TASK_LIST))
    reading = read(path)
    assert reading.tables["plan"]["issuer"] == "Ủy ban nhân dân xã Suối Ngàn"
    assert reading.tables["tasks"][0]["lead"] == "Phòng Văn hóa - Xã hội"


def test_an_old_encoding_is_turned_and_told(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(in_tcvn3(papers.TASK_LIST))
    reading = read(path)
    assert reading.tables["tasks"][0]["lead"] == "Phòng Văn hóa - Xã hội"
    assert "TCVN3" in reading.doubts[0].why


def test_vni_is_turned_too() -> None:
    old = (
        "Keá hoaïch tuyeân truyeàn naêm 2025, ñôn vò phoái hôïp, thöôøng xuyeân, ñöôïc höôùng daãn"
    )
    turned, name = legacy.to_unicode(old)
    assert name == "VNI"
    assert turned == (
        "Kế hoạch tuyên truyền năm 2025, đơn vị phối hợp, thường xuyên, được hướng dẫn"
    )


def test_a_table_drawn_with_bars_is_read(tmp_path: Path) -> None:
    heads, rows = papers.TABLE_HEADS, papers.TABLE_ROWS
    drawn = "\n".join(
        f"| {' | '.join(row)} |" if len(row) > 1 else row[0] for row in (heads, *rows)
    )
    text = "\n".join([*papers.TABLE_BEFORE, "PHỤ LỤC", drawn])
    found = read(papers.write_text(tmp_path / "plan.txt", text)).tables["tasks"]
    assert [task["id"] for task in found[-5:]] == [
        "DST-PL.A.1", "DST-PL.A.2", "DST-PL.B.1", "DST-PL.B.2", "DST-PL.B.3",
    ]  # fmt: skip


# -- Word


NUMBERING = (
    f'<w:abstractNum {nsdecls("w")} w:abstractNumId="99">'
    + "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (form, text) in enumerate(
            (("upperRoman", "%1."), ("decimal", "%2."), ("lowerLetter", "%3)"), ("bullet", "-"))
        )
    )
    + "</w:abstractNum>"
)


def numbered(paper: docx.document.Document, items: list[tuple[int, str]]) -> None:
    root = paper.part.numbering_part.element
    root.insert(0, parse_xml(NUMBERING))
    root.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="99"/></w:num>')
    )
    for depth, text in items:
        properties = paper.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(
            parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="77"/></w:numPr>'
            )
        )


def test_numbers_that_word_counts_are_read(tmp_path: Path) -> None:
    paper = docx.Document()
    paper.add_paragraph("KẾ HOẠCH")
    paper.add_paragraph("Truyền thông giảm nghèo về thông tin năm 2026")
    numbered(
        paper,
        [
            (0, "MỤC ĐÍCH, YÊU CẦU"),
            (1, "Mục đích"),
            (2, "Đưa thông tin về cơ sở."),
            (0, "NHIỆM VỤ"),
            (1, "Phát thanh"),
            (2, "Xây dựng chuyên mục trên đài truyền thanh xã"),
            (3, "Đơn vị chủ trì: Trung tâm Văn hóa - Thông tin xã"),
            (3, "Tần suất: 02 chuyên mục/tuần"),
            (2, "Mở lớp tập huấn kỹ năng số"),
            (3, "Đơn vị chủ trì: Phòng Văn hóa - Xã hội; phối hợp: Đoàn xã"),
        ],
    )
    paper.save(str(tmp_path / "plan.docx"))
    first, second = read(tmp_path / "plan.docx").tables["tasks"]
    assert (first["section"], first["frequency"]) == ("II.1.a", {"per_week": 2})
    assert (second["section"], second["lead"]) == ("II.1.b", "Phòng Văn hóa - Xã hội")
    assert second["partners"] == ["Đoàn xã"]


def test_merged_cells_and_heads_on_each_page_are_read(tmp_path: Path) -> None:
    paper = docx.Document()
    paper.add_paragraph("KẾ HOẠCH")
    paper.add_paragraph("Tuyên truyền bầu cử phường năm 2026")
    paper.add_paragraph("I. NHIỆM VỤ")
    table = paper.add_table(rows=2, cols=5)
    upper, lower = (row.cells for row in table.rows)
    for cell, text in zip(upper, ("TT", "Nhiệm vụ", "", "", "Thời gian"), strict=True):
        cell.text = text
    upper[2].merge(upper[3]).text = "Đơn vị thực hiện"
    lower[2].text, lower[3].text = "Chủ trì", "Phối hợp"
    for column in (0, 1, 4):
        upper[column].merge(lower[column])
    first = row(table, "1", "Tổ chức đối thoại", "Phòng Kinh tế", "Các thôn", "2 lần/năm")
    second = row(table, "2", "Tuyên truyền lưu động", "", "Công an xã", "Mỗi quý 01 đợt")
    first[2].merge(second[2])
    row(table, "TT", "Nhiệm vụ", "Chủ trì", "Phối hợp", "Thời gian")
    row(table, "3", "Đăng bài trên Zalo OA", "Văn phòng HĐND và UBND", "", "03 bài/tuần")
    paper.save(str(tmp_path / "plan.docx"))
    found = read(tmp_path / "plan.docx").tables["tasks"]
    assert [task["lead"] for task in found] == [
        "Phòng Kinh tế",
        "Phòng Kinh tế",
        "Văn phòng HĐND và UBND",
    ]
    assert [task["frequency"] for task in found] == [
        {"per_year": 2},
        {"per_quarter": 1},
        {"per_week": 3},
    ]


def row(table: docx.table.Table, *texts: str) -> tuple[docx.table._Cell, ...]:
    cells: list[docx.table._Cell] = list(table.add_row().cells)  # type: ignore[no-untyped-call]
    for cell, text in zip(cells, texts, strict=True):
        cell.text = text
    return tuple(cells)


# -- PDF


def test_a_pdf_with_text_is_read(tmp_path: Path) -> None:
    lines = [line for line in papers.UNIT_HEADINGS.split("\n") if line]
    reading = read(pdfs.write(tmp_path / "plan.pdf", lines))
    assert reading.tables["plan"]["number"] == "118/KH-UBND"
    leads = [task.get("lead") for task in reading.tables["tasks"]]
    assert leads.count("Công an phường") == 2
    assert "Trung tâm Phục vụ hành chính công phường" in leads


def test_a_ruled_table_in_a_pdf_is_read(tmp_path: Path) -> None:
    heads = ("Stt", "Nhiệm vụ", "Đơn vị chủ trì", "Phối hợp", "Thời gian", "Sản phẩm")
    rows = [
        ("1", "Đăng tin trên Trang thông tin điện tử xã", "Phòng Văn hóa - Xã hội",
         "Các cơ quan, đơn vị", "Mỗi tuần 02 tin", "Tin"),
        ("2", "Phát thanh trên hệ thống loa xã", "Trung tâm Dịch vụ tổng hợp",
         "Công an xã", "Hằng quý", "Chương trình"),
    ]  # fmt: skip
    path = pdfs.write(tmp_path / "plan.pdf", papers.TABLE_BEFORE[:4], [heads, *rows])
    first, second = read(path).tables["tasks"]
    assert first["title"] == "Đăng tin trên Trang thông tin điện tử xã"
    assert first["lead"] == "Phòng Văn hóa - Xã hội"
    assert first["frequency"] == {"per_week": 2}
    assert second["lead"] == "Trung tâm Dịch vụ tổng hợp"
    assert second["frequency"]["every"] == "1 quarter"
