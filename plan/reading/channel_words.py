"""The plan's words for where things go out → channels of the schema."""

from __future__ import annotations

import re

from plan.reading.ocr import Phrasebook, plain

LEVELLED = {
    "trang thông tin điện tử": "web",
    "cổng thông tin điện tử": "web",
    "thông tin điện tử": "web",
    "trang TTĐT": "web",
    "cổng TTĐT": "web",
    "trang điện tử": "web",
    "website": "web",
    "trang web": "web",
    "hệ thống phát thanh": "radio",
    "hệ thống truyền thanh": "radio",
    "hệ thống đài truyền thanh": "radio",
    "hệ thống loa": "radio",
    "loa truyền thanh": "radio",
    "loa phát thanh": "radio",
    "đài truyền thanh": "radio",
    "đài phát thanh": "radio",
    "trạm truyền thanh": "radio",
    "phát thanh": "radio",
    "sóng phát thanh": "radio",
    "truyền thanh": "radio",
    "phát sóng": "radio",
    "truyền hình": "tv",
}
PLAIN = {
    "truyền thanh cơ sở": ("radio.grassroots",),
    "hệ thống truyền thanh cơ sở": ("radio.grassroots",),
    "loa truyền thanh cơ sở": ("radio.grassroots",),
    "đài truyền thanh cơ sở": ("radio.grassroots",),
    "zalo": ("zalo",),
    "zalo OA": ("zalo.oa",),
    "OA zalo": ("zalo.oa",),
    "zalo official account": ("zalo.oa",),
    "zalo chính danh": ("zalo.oa",),
    "facebook": ("facebook",),
    "fanpage": ("fanpage",),
    "fanpage facebook": ("fanpage", "facebook"),
    "tiktok": ("tiktok",),
    "tik tok": ("tiktok",),
    "youtube": ("social.other",),
    "telegram": ("social.other",),
    "viber": ("social.other",),
    "lotus": ("social.other",),
    "mạng xã hội": ("social.other",),
    "nền tảng xã hội": ("social.other",),
    "nền tảng khác": ("social.other",),
    "các nền tảng số": ("social.other",),
    "email": ("email",),
    "thư điện tử": ("email",),
    "báo chí": ("press",),
    "cơ quan truyền thông": ("press",),
    "thông tin đại chúng": ("press",),
    "báo đài": ("press",),
    "băng rôn": ("banner.street",),
    "bandrole": ("banner.street",),
    "băng zôn": ("banner.street",),
    "khẩu hiệu": ("slogan",),
    "pano": ("poster",),
    "pa nô": ("poster",),
    "áp phích": ("poster",),
    "banner": ("web.banner",),
    "tuyên truyền miệng": ("oral",),
    "phổ biến, giáo dục pháp luật": ("oral", "meeting"),
    "tuyên truyền, phổ biến pháp luật": ("oral", "meeting"),
    "hội nghị": ("meeting",),
    "hội thảo": ("meeting",),
    "cuộc họp": ("meeting",),
    "giao ban": ("meeting",),
    "họp giao ban": ("meeting",),
    "tập huấn": ("training",),
    "bồi dưỡng": ("training",),
    "bình dân học vụ số": ("event",),
    "đối thoại": ("dialogue",),
    "tọa đàm": ("dialogue",),
    "gặp gỡ": ("dialogue",),
    "cuộc thi": ("contest",),
    "hội thi": ("contest",),
    "hoạt động tìm hiểu": ("contest",),
    "hưởng ứng": ("event",),
    "tổ chức sự kiện": ("event",),
    "tổ chức các sự kiện": ("event",),
    "chương trình phát động": ("event",),
    "lễ phát động": ("event",),
    "phát động phong trào": ("event",),
    "ngày hội": ("event",),
    "mít tinh": ("event",),
    "ra quân": ("event",),
    "văn nghệ": ("arts",),
    "sân khấu hóa": ("arts",),
    "niêm yết": ("noticeboard",),
    "bảng tin": ("noticeboard",),
    "bộ phận một cửa": ("noticeboard",),
    "bản tin điện tử": ("ebulletin",),
    "giảng dạy": ("classroom",),
    "ngoại khóa": ("classroom",),
    "sinh hoạt": ("community",),
    "đoàn viên, hội viên": ("community",),
    "hội viên, đoàn viên": ("community",),
    "họp thôn": ("community", "meeting"),
    "họp dân": ("community", "meeting"),
    "phản hồi ý kiến": ("feedback",),
    "trợ lý ảo": ("ai",),
    "trí tuệ nhân tạo": ("ai",),
    "chatbot": ("ai",),
}
BARE = ("phát thanh", "truyền thanh", "phát sóng", "sóng phát thanh")
NOT_A_CHANNEL = (
    "thông tin điện tử công cộng",
    "hội nghị truyền hình",
    "tuyên truyền hình ảnh",
    "biểu dương",
    "địa bàn tỉnh",
    "địa bàn",
)
BOOK = Phrasebook([*LEVELLED, *PLAIN, *NOT_A_CHANNEL], least_fuzzy=10)
COMMUNE = re.compile(r"\b(?:xa|x[a-z]?|phuong|dac khu|d[a-z]c khu|thi tran|thon|dia phuong)\b")
DISTRICT = re.compile(r"\b(?:huyen|cap quan|thi xa)\b")
UNIT = re.compile(
    r"(?:^\W*|c[a-z]{1,2}a (?:cac |tung |moi )?|;\s*)(?:co quan|don vi|phong,? ban)\b"
)
NETWORKS = {"zalo", "zalo.oa", "facebook", "fanpage", "tiktok"}
AHEAD = 70


def channels(text: str, district: bool = False) -> list[str]:
    """In the order of the text. `district`: what is said without a level is the district's own."""
    found, bare = list[str](), list[str]()
    for hit in BOOK.search(text):
        if hit.phrase in PLAIN:
            found += PLAIN[hit.phrase]
        elif hit.phrase in LEVELLED:
            after = text[hit.end : hit.end + AHEAD]
            into = bare if hit.phrase in BARE else found
            into += _levelled(LEVELLED[hit.phrase], after, district)
    if not any(each.startswith("radio") for each in found):
        found += bare
    return _without_shadows(list(dict.fromkeys(found)), plain(text))


def _levelled(kind: str, after: str, district: bool) -> list[str]:
    """Whose website or station it is, by the words after it: up to the next one or a full stop."""
    nearest = BOOK.search(after, fuzzy=False)
    said = plain(after[: nearest[0].start] if nearest else after).split(".")[0]
    found = list[str]()
    if DISTRICT.search(said):
        found.append("district")
    if COMMUNE.search(said):
        found.append("commune")
    if kind == "web" and UNIT.search(said):
        found.append("unit")
    return [f"{kind}.{level}" for level in found or ["district" if district else "commune"]]


def _without_shadows(found: list[str], letters: str) -> list[str]:
    """ "Zalo" of "Zalo OA", and "mạng xã hội" of "mạng xã hội như Facebook", are no second"
    " channel."""
    doubled = set[str]()
    if "zalo.oa" in found:
        doubled.add("zalo")
    if re.search(r"mang xa hoi\s*(?:nhu|:|\()", letters) and NETWORKS & set(found):
        doubled.add("social.other")
    return [each for each in found if each not in doubled]
