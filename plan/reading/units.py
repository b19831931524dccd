"""Bodies that carry duties: "Phòng Văn hóa - Xã hội", "Các cơ quan, đơn vị liên quan"."""

from __future__ import annotations

import re

from plan.reading.ocr import plain

NAMES = (
    r"ph[a-z]ng (?!su|chong|ngua|trao|hop|benh|van va)|trung t[a-z]{1,3}m"
    r"|v[a-z]{1,3}n ph[a-z]{1,2}ng|uy ban|ubnd|hdnd|hoi dong|dai (?:truyen|phat)"
    r"|tram (?:y te|truyen|phat)|mat tran|mttq|cong an|quan su|buu dien|ngan hang|chi cuc|bo phan"
    r"|ban (?:chi|bien|van|quan|tuyen|dan|cong tac|thuong|chap|to chuc|phap|kinh|giam|lanh|dai|bau)"
    r"|hoi (?:lien hiep|phu nu|nong dan|cuu|chu thap|nguoi|khuyen|sinh vien|nha|luat|van hoc)"
    r"|doan (?:thanh|xa|phuong|tncs|truong|dac khu|huyen)|lien doan|cong doan"
    r"|truong (?:mam|tieu|trung|thpt|thcs)|vien kiem|hat kiem|kho bac|quy tin dung"
    r"|so (?:noi vu|khoa hoc|thong tin|van hoa|tai chinh|tu phap|giao duc|y te|nong|cong thuong)"
    r"|to (?:cong nghe|chuyen doi|dan pho|nhan dan|tuyen truyen|giup viec|cong tac|bien tap)"
    r"|doi (?:quan ly|trat tu|thanh nien)|cong chuc (?:van|tu|phu)|can bo (?:van|phu)"
    r"|c[a-z]{1,2}c (?:c[a-z] quan|don |phong|ban|nganh|thon|ap|khu|to|truong|xa|doan|hoi|tieu khu"
    r"|co so|bo phan|thanh vien|dia phuong|chi |phuong|buon|lang|xom)"
    r"|cong (?:thong tin|ttdt)|ttdt|pvhcc"
)
PEOPLE = (
    r"truong (?:phong|ban|thon|ap|khu)|thu truong|bi thu|chu tich|lanh dao|nguoi dung dau|don vi"
)
HEADS = rf"(?:{NAMES}|{PEOPLE})"
HEAD = re.compile(rf"^{HEADS}")
ASKED = re.compile(
    r"^(?:[a-z]{1,3}\s+)?(?:[dpb]?e )?(?:de|pe|be|b[eo]) nghi\s+(?:cac )?|^(?:giao|doi voi"
    r"|trach nhiem c[a-z]{1,2}a|phan cong)\s+"
)
SPLIT = re.compile(
    rf"\s*;\s*|\s*,\s*(?=(?:{NAMES}))"
    rf"|\s*,?\s+(?:va|cung)\s+(?!(?:ubnd|uy ban nhan dan)\b(?! cac)|hdnd)(?=(?:{NAMES}))"
)
VERBS = (
    "tổ chức|tham mưu|triển khai|thực hiện|tuyên truyền|truyền thông|hướng dẫn|xây dựng|cập"
    " nhật|đăng|rà soát"
    "|thẩm định|tiếp tục|đẩy mạnh|trong|để|nhằm|theo dõi|theo|về|đảm bảo|bảo đảm|nâng cao|thông"
    " tin|duy trì"
    "|sản xuất|biên tập|biên soạn|biên dịch|phát|cung cấp|quản lý|bố trí|kiểm tra|đôn đốc|tăng"
    " cường|chuẩn bị"
    "|lồng ghép|phổ biến|thường xuyên|giải quyết|mở|hoàn thiện|công khai|vận động|chỉ đạo|báo"
    " cáo|nghiên cứu"
    "|tổng hợp(?! (?:xã|phường|huyện|đặc khu|thị trấn|và Truyền)|[,;.]|$)|chủ động|lựa chọn|niêm"
    " yết|viết|quay|dựng"
    "|soạn|cùng|khi|trên(?! địa bàn)|lập|tập huấn|đưa|phản ánh|xử lý|trình|hỗ trợ|trao đổi|có"
    " trách nhiệm|tại|gửi"
    "|cử|cir|ctr|căn cứ|can c[a-z]{1,2}|in ấn|in|treo|vận hành|mời|chụp|thu âm|thu thập|khảo"
    " sát|đánh giá|bảo vệ"
    "|giám sát|tập trung|kịp thời|tiến hành|nắm|tiếp nhận|tư vấn|chia sẻ|giới thiệu|khuyến"
    " khích|tạo|thành lập"
    "|quán triệt|phân công|bám sát|lắp đặt|khai thác|livestream|thiết kế|dàn dựng|ghi hình|ghi"
    " âm|trao|biểu dương"
    "|khen thưởng|ra quân|hưởng ứng|chạy|nhắc|rải|dán|kẻ vẽ|vẽ"
)
STOP = re.compile(
    r"[.;:(]|,\s+(?=(?:"
    + VERBS
    + r")\b)|(?<![Cc]ác)\s+(?=(?:"
    + VERBS
    + r")\b(?! (?:cơ sở|tin và|văn hóa|thông văn|thanh|hình)))",
)
WITH = re.compile(
    r"ph[a-z]{1,3}i h[a-z]{1,2}p(?:\s+chat che|\s+chat ch[a-z])?,?\s+(?:v[a-z0-9]{1,3}i"
    r"|c[a-z]{1,2}ng|vai)\s+"
    rf"|ph[a-z]{{1,3}}i h[a-z]{{1,2}}p\s+(?={NAMES})"
)
LED = (
    re.compile(
        r"\b(?:giao|phan cong)\s+(?P<unit>[^.;:]{4,90}?)\s*,?\s+(?:la (?:co quan|don vi"
        r"|dau moi)\s+)?"
        r"(?:chu tri|thuc hien|phu trach|tham muu|lam dau moi)"
    ),
    re.compile(r"chu tri\s*:\s*(?P<unit>[^.;()]{4,90})"),
    re.compile(
        r"(?:^|[.;(]\s*)(?P<unit>[^.;:(]{4,90}?)\s+(?:chu tri|chiu trach nhiem|lam dau moi"
        r"|phu trach)\b"
    ),
)
GENERAL = re.compile(
    r"[Cc]ác (?:cơ quan|phòng|đơn vị|ban)(?:,? (?:ban|ngành|đơn vị|địa phương"
    r"|đoàn thể))*(?: có)?(?: liên quan)?"
)
LONGEST = 170


def is_unit(text: str) -> bool:
    """Whether a heading names a body: "2. Phòng Nội vụ", "5. Đề nghị Trung tâm Chính trị xã"."""
    name, _ = asked(text)
    letters = plain(name)
    return bool(HEAD.match(letters)) and len(name) <= LONGEST and not _acts(letters)


def _acts(letters: str) -> bool:
    """A sentence about a body is no name of it."""
    return bool(
        re.search(
            r"\b(?:chu tri|co trach nhiem|chiu trach nhiem|chu dong|can cu|phoi hop|xay dung"
            r"|tham muu|yeu cau"
            r"|bam sat|long ghep|to chuc trien khai|to chuc thuc hien|to chuc cac)\b",
            letters,
        )
    )


def asked(text: str) -> tuple[str, bool]:
    """The name without "Đề nghị", and whether it was asked rather than ordered."""
    letters = plain(text)
    match = ASKED.match(letters)
    if not match:
        return tidy(text), False
    at = match.end() - (4 if match[0].endswith("cac ") else 0)
    return tidy(text[at:]), "nghi" in match[0]


def tidy(name: str) -> str:
    """One body's name: no stray marks, a capital first, "-" for the dashes of scans."""
    name = re.sub(r"\s+[—–-]\s+", " - ", " ".join(name.split()))
    name = name.strip(" .,;:-–—*_~’'“”\"|/")
    name = re.sub(r"[\s,]+(?:và|cùng|các|với)$", "", name)
    return name[:1].upper() + name[1:]


def split(text: str) -> list[str]:
    """The bodies in a list: "Phòng A, Phòng B và các cơ quan, đơn vị" is three."""
    parts, at = list[str](), 0
    for gap in SPLIT.finditer(plain(text)):
        parts.append(text[at : gap.start()])
        at = gap.end()
    names = map(tidy, [*parts, text[at:]])
    return [name for name in names if sum(map(str.isalpha, name)) >= 3]


def partners(text: str) -> list[str]:
    """Those with whom a sentence says to cooperate."""
    found = list[str]()
    letters = plain(text)
    for match in WITH.finditer(letters):
        rest = text[match.end() : match.end() + 220]
        stop = STOP.search(rest, 3)
        phrase = rest[: stop.start()] if stop else rest
        found += [_short(name) for name in split(phrase) if HEAD.match(plain(name))]
    return list(dict.fromkeys(found))


def _short(name: str) -> str:
    """A general name that ran on into the sentence is cut back to itself."""
    general = GENERAL.match(name) if len(name) > 60 else None
    return tidy(general[0]) if general else name


def leader(text: str) -> str:
    """The body that a sentence makes responsible: "giao Phòng X chủ trì"; "" if none."""
    letters = plain(text)
    for pattern in LED:
        for match in pattern.finditer(letters):
            name = tidy(text[match.start("unit") : match.end("unit")])
            if HEAD.match(plain(name)):
                return name
    return ""


def doer(text: str) -> tuple[str, str]:
    """(body, what it does) of "Phòng Văn hóa - Xã hội đăng tải lên Trang…"; ("", "") if unclear."""
    stop = STOP.search(text, 6)
    work = text[stop.start() :].split() if stop else []
    if stop and len(work) > 2 and HEAD.match(plain(text)) and text[stop.start()] not in ".;:(":
        return tidy(text[: stop.start()]), text[stop.start() :].strip(" ,")
    return tidy(text), ""
