# ruff: noqa: E501  (the papers keep their own lines)
"""Three plans written for the tests, each in another structure and other words; and their files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import docx

TASK_LIST = """\
ỦY BAN NHÂN DÂN                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
XÃ SUỐI NGÀN                            Độc lập - Tự do - Hạnh phúc
Số: 63/KH-UBND                  Suối Ngàn, ngày 09 tháng 02 năm 2026

KẾ HOẠCH
Tuyên truyền xây dựng nông thôn mới và bảo vệ môi trường xã Suối Ngàn năm 2026

Căn cứ Quyết định số 318/QĐ-UBND ngày 20/01/2026 của UBND tỉnh Lào Cai ban hành Kế hoạch tuyên truyền xây dựng nông thôn mới tỉnh Lào Cai năm 2026;
Căn cứ Nghị quyết số 05-NQ/ĐU ngày 06/01/2026 của Đảng ủy xã về nhiệm vụ năm 2026;
Ủy ban nhân dân xã Suối Ngàn ban hành Kế hoạch tuyên truyền năm 2026 như sau:

I. MỤC ĐÍCH, YÊU CẦU
1. Mục đích
a) Nâng cao nhận thức của cán bộ, đảng viên và Nhân dân về xây dựng nông thôn mới.
b) Phát huy vai trò chủ thể của người dân trong giữ gìn vệ sinh môi trường.
2. Yêu cầu
a) Nội dung tuyên truyền ngắn gọn, dễ hiểu, sát thực tế.

II. NỘI DUNG TUYÊN TRUYỀN
1. Tiêu chí nông thôn mới nâng cao, kết quả và mô hình hay.
2. Phân loại rác tại nguồn, hạn chế rác thải nhựa.

III. NHIỆM VỤ CỤ THỂ
1. Xây dựng bản tin nông thôn mới phát trên hệ thống truyền thanh cơ sở
- Chủ trì: Phòng Văn hóa - Xã hội.
- Phối hợp: Phòng Kinh tế; các thôn.
- Tần suất: Mỗi tuần 02 tin, phát lại 04 lần/tuần.
- Sản phẩm: Bản tin phát thanh.
2. Đăng bài giới thiệu mô hình hay trên Trang thông tin điện tử xã và Zalo OA của xã
- Chủ trì: Trung tâm Dịch vụ tổng hợp xã.
- Phối hợp: Các cơ quan, đơn vị liên quan.
- Tần suất: 03 bài/tháng.
- Thời gian thực hiện: Từ tháng 3 đến tháng 11/2026.
3. Thiết kế đồ họa thông tin về phân loại rác
- Chủ trì: Phòng Kinh tế.
- Phối hợp: Đoàn Thanh niên xã.
- Tần suất: Mỗi quý ít nhất 01 infographic.
4. Tổ chức ra quân làm sạch đường làng, ngõ xóm
- Chủ trì: Hội Liên hiệp Phụ nữ xã.
- Phối hợp: Hội Nông dân xã, Công an xã và các thôn.
- Thời gian thực hiện: Hai tuần một lần.
5. Treo băng rôn, khẩu hiệu tại các trục đường chính
- Chủ trì: Ban Chỉ huy Quân sự xã.
- Thời gian thực hiện: Trước ngày 15/11/2026.
6. Tổ chức hội thi tìm hiểu nông thôn mới
- Chủ trì: Ủy ban MTTQ Việt Nam xã.
- Thời gian thực hiện: Quý III/2026.

IV. KINH PHÍ
Từ ngân sách xã năm 2026 và nguồn xã hội hóa.

V. TỔ CHỨC THỰC HIỆN
1. Phòng Văn hóa - Xã hội: Theo dõi, đôn đốc các đơn vị thực hiện; tổng hợp kết quả, báo cáo Ủy ban nhân dân xã trước ngày 20 hằng tháng.
2. Phòng Kinh tế: Tham mưu bố trí kinh phí thực hiện Kế hoạch.
Trên đây là Kế hoạch tuyên truyền năm 2026 của xã Suối Ngàn, yêu cầu các cơ quan, đơn vị nghiêm túc thực hiện./.

Nơi nhận:                                   TM. ỦY BAN NHÂN DÂN
- UBND tỉnh Lào Cai;                              CHỦ TỊCH
- Đảng ủy, HĐND xã;
- Lưu: VT, VHXH.
                                               Trần Thị Bích Ngọc
"""

UNIT_HEADINGS = """\
ỦY BAN NHÂN DÂN                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
PHƯỜNG BẾN GỖ                            Độc lập - Tự do - Hạnh phúc
Số: 118/KH-UBND                  Bến Gỗ, ngày 22 tháng 7 năm 2026

KẾ HOẠCH
Truyền thông phòng, chống lừa đảo trên không gian mạng
trên địa bàn phường Bến Gỗ 6 tháng cuối năm 2026

Thực hiện Công văn số 2207/UBND-NC ngày 02/7/2026 của UBND thành phố Đà Nẵng về tăng cường
phòng ngừa lừa đảo; UBND phường Bến Gỗ xây dựng Kế hoạch truyền thông như sau:

I. MỤC ĐÍCH

- Giúp người dân nhận biết thủ đoạn lừa đảo, tự bảo vệ tài khoản và dữ liệu cá nhân.

II. HÌNH THỨC TRUYỀN THÔNG

- Phát trên hệ thống loa truyền thanh của phường mỗi ngày.
- Tuyên truyền miệng tại các buổi sinh hoạt khu phố.

III. PHÂN CÔNG TRÁCH NHIỆM

1. Công an phường

a) Chủ trì, phối hợp với Phòng Văn hóa - Xã hội biên soạn cẩm nang nhận biết lừa đảo, đăng
trên Fanpage Công an phường mỗi tuần một bài.

b) Tổ chức 02 buổi đối thoại mỗi quý với người cao tuổi tại các khu phố.

2. Phòng Văn hóa - Xã hội

a) Phối hợp với Công an phường xây dựng chuyên mục cảnh báo trên Cổng thông tin điện tử phường
với số lượng 08 tin/tháng.

b) Thường xuyên cập nhật, chia sẻ cảnh báo trên trang Zalo của phường.

3. Trung tâm Phục vụ hành chính công phường

Niêm yết áp phích cảnh báo lừa đảo tại trụ sở, hoàn thành trước ngày 30/8/2026.

4. Đề nghị Ủy ban MTTQ Việt Nam phường và các đoàn thể

Tuyên truyền, vận động đoàn viên, hội viên không chia sẻ mã OTP, không truy cập liên kết lạ.

5. Các khu phố

- Mở các buổi sinh hoạt chuyên đề, mỗi quý 01 buổi.
- Phát tờ rơi đến từng hộ gia đình.

IV. CHẾ ĐỘ BÁO CÁO

Định kỳ hằng quý, các đơn vị báo cáo kết quả thực hiện gửi về UBND phường (qua Công an phường)
để tổng hợp.

Nơi nhận:
- UBND thành phố Đà Nẵng;
- Lưu: VT.
"""

TABLE_HEADS = (
    "STT",
    "Nội dung công việc",
    "Cơ quan chủ trì",
    "Cơ quan phối hợp",
    "Thời hạn, tần suất",
    "Kết quả",
)
TABLE_ROWS: tuple[tuple[str, ...], ...] = (
    ("A. Truyền thông số",),
    (
        "1",
        "Đăng tin về dịch vụ công trực tuyến trên Trang thông tin điện tử phường",
        "Văn phòng HĐND và UBND phường",
        "Trung tâm Phục vụ hành chính công",
        "Mỗi tuần 03 tin",
        "Tin",
    ),
    (
        "2",
        "Sản xuất video ngắn hướng dẫn VNeID đăng TikTok, Facebook",
        "Phòng Văn hóa - Xã hội, Đoàn Thanh niên phường",
        "Công an phường",
        "02 video/quý",
        "Video",
    ),
    ("B. Truyền thông cơ sở",),
    (
        "1",
        "Phát thanh chuyên đề chính quyền hai cấp trên loa truyền thanh cơ sở",
        "Phòng Văn hóa - Xã hội",
        "Các khu phố",
        "Mỗi tháng 01 chuyên đề, phát lại 02 lần",
        "Chuyên đề",
    ),
    (
        "2",
        "Tổ chức tọa đàm với doanh nghiệp",
        "Phòng Kinh tế, Hạ tầng và Đô thị",
        "",
        "Quý II/2026",
        "",
    ),
    (
        "3",
        "Niêm yết danh mục thủ tục hành chính",
        "Trung tâm Phục vụ hành chính công",
        "",
        "Thường xuyên",
        "",
    ),
)
TABLE_BEFORE = (
    "KẾ HOẠCH",
    "Truyền thông chính sách trên địa bàn phường Đông Sơn Thượng năm 2026",
    "Căn cứ Kế hoạch số 12/KH-UBND ngày 15/01/2026 của UBND tỉnh Khánh Hòa về truyền thông chính"
    " sách năm 2026;",
    "Ủy ban nhân dân phường Đông Sơn Thượng ban hành Kế hoạch như sau:",
    "I. MỤC TIÊU",
    "Người dân được thông tin đầy đủ, kịp thời về chính sách mới.",
    "II. NỘI DUNG",
    "1. Chính quyền địa phương hai cấp.",
    "2. Dịch vụ công trực tuyến và định danh điện tử.",
    "III. NHIỆM VỤ",
    "Chi tiết tại Phụ lục kèm theo Kế hoạch này.",
    "IV. TỔ CHỨC THỰC HIỆN",
    "1. Văn phòng HĐND và UBND phường: Là đầu mối theo dõi, đôn đốc việc thực hiện Kế hoạch.",
)


def write_table_plan(path: Path) -> Path:
    """A Word file: head in two columns, text, signature in two columns, appendix with a table."""
    paper = docx.Document()
    _side_by_side(
        paper,
        ("ỦY BAN NHÂN DÂN", "PHƯỜNG ĐÔNG SƠN THƯỢNG", "Số: 29/KH-UBND"),
        (
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "Đông Sơn Thượng, ngày 03 tháng 02 năm 2026",
        ),
    )
    for line in TABLE_BEFORE:
        paper.add_paragraph(line)
    _side_by_side(
        paper,
        ("Nơi nhận:", "- UBND tỉnh Khánh Hòa;", "- Lưu: VT."),
        ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Lê Hoàng Minh"),
    )
    paper.add_paragraph("PHỤ LỤC")
    paper.add_paragraph("DANH MỤC NHIỆM VỤ TRUYỀN THÔNG NĂM 2026")
    add_table(paper, TABLE_HEADS, TABLE_ROWS)
    paper.save(str(path))
    return path


def _side_by_side(paper: docx.document.Document, left: Sequence[str], right: Sequence[str]) -> None:
    cells = paper.add_table(rows=1, cols=2).rows[0].cells
    for cell, lines in zip(cells, (left, right), strict=True):
        cell.text = "\n".join(lines)


def add_table(
    paper: docx.document.Document, heads: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """A row of one text is merged over all columns; the heads come again after it, as on a new"
    " page."""
    table = paper.add_table(rows=0, cols=len(heads))
    for row in (heads, *rows):
        cells = table.add_row().cells
        if len(row) == 1:
            cells[0].merge(cells[-1]).text = row[0]
        else:
            for cell, text in zip(cells, row, strict=True):
                cell.text = text


def write_text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
