"""What part of a plan a heading opens: purposes, topics, forms, tasks …"""

from __future__ import annotations

import re

from plan.reading.labels import labelled
from plan.reading.ocr import Phrasebook, plain
from plan.reading.outline import Node

ROLES = {
    "kinh phí": "funding",
    "kinh phí thực hiện": "funding",
    "nguồn kinh phí": "funding",
    "mục đích": "purposes",
    "mục tiêu": "purposes",
    "yêu cầu": "requirements",
    "mục đích, yêu cầu": "purposes",
    "nội dung": "topics",
    "nội dung tuyên truyền": "topics",
    "nội dung truyền thông": "topics",
    "nội dung trọng tâm": "topics",
    "chủ đề": "topics",
    "hình thức": "forms",
    "hình thức tuyên truyền": "forms",
    "phương thức": "forms",
    "kênh truyền thông": "forms",
    "đối tượng": "audience",
    "đối tượng tuyên truyền": "audience",
    "thời gian thực hiện": "time",
    "thời gian": "time",
    "nhiệm vụ": "tasks",
    "giải pháp": "tasks",
    "nhiệm vụ, giải pháp": "tasks",
    "tổ chức thực hiện": "tasks",
    "phân công": "tasks",
    "phân công nhiệm vụ": "tasks",
    "phân công thực hiện": "tasks",
    "trách nhiệm": "tasks",
    "hoạt động": "tasks",
    "hoạt động cụ thể": "tasks",
    "biện pháp": "tasks",
    "nội dung thực hiện": "tasks",
    "nội dung công việc": "tasks",
    "nội dung, nhiệm vụ": "tasks",
    "tiến độ thực hiện": "tasks",
    "chế độ báo cáo": "tasks",
    "báo cáo": "tasks",
    "chỉ tiêu": "tasks",
}
BOOK = Phrasebook(ROLES)
STARTS = re.compile(
    r"^(?:v[a-z]\s+|cac\s+|mot so\s+|nhung\s+|cong tac\s+)*(?:noi dung|hinh th|phuong thuc"
    r"|doi tuong|muc dich"
    r"|yeu c|y[a-z]{1,2} c[a-z]{1,2}u|thoi gian|kinh phi|to chuc thuc hien|nhiem vu|giai phap"
    r"|phan cong|trach nhiem|muc tieu"
    r"|kenh|n[a-z]{1,2}i dung|h[a-z]{1,3}nh th[a-z]{1,4}|[dpb][a-z]{1,2}i t[a-z]{1,5}ng"
    r"|m[a-z]{1,2}c d[a-z]{1,3}h|hoat dong|che do bao cao|bien phap)"
)
SHAPES = (  # short headings, of which a scan leaves little
    ("forms", re.compile(r"h[a-z]{1,3}nh th[a-z]{1,4}\b")),
    ("topics", re.compile(r"n[a-z]{1,2}i dung")),
    ("requirements", re.compile(r"y[a-z]{1,3} c[a-z]{1,3}u\b")),
    ("purposes", re.compile(r"m[a-z]{1,3}c [a-z]{1,4}ch\b")),
    ("audience", re.compile(r"[dpb][a-z]{1,2}i t[a-z]{1,5}ng\b")),
    ("funding", re.compile(r"k[a-z]{1,2}nh ph[a-z]{1,2}\b")),
)


def role_of(node: Node, top: bool) -> str:
    """The part that a heading opens; "" if it opens none."""
    text = labelled(node.text).own or node.text
    if len(text) > 110 or not (node.children or top):
        return ""
    letters = plain(text)
    if not top and not STARTS.match(letters):
        return ""
    roles = [ROLES[hit.phrase] for hit in BOOK.search(text)]
    roles += [role for role, shape in SHAPES if not roles and shape.match(letters)]
    if "funding" in roles:
        return "funding"
    if "tasks" in roles and not letters.startswith(("noi dung tuyen", "noi dung truyen")):
        return "tasks"
    return roles[0] if roles else ""
