"""`loa draft`: a draft from a file or a pipe, reviewed by a colleague, into the queue."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.loa import Office, Ran

SLOT = "DT-C.I.2.a@2025-09-10"
GOOD = {
    "kind": "tin",
    "title": "Ra quân",
    "body": "Sáng 13/9, thôn 3 ra quân.",
    "channels": ["loa"],
}

REFUSALS: list[tuple[list[str], str]] = [
    (["show", "9"], "Không có bản thảo số 9"),
    (["submit", "9", "--as", "Lan"], "Không có bản thảo số 9"),
    (["approve", "1", "--as", "Lan"], "tự duyệt"),
    (["approve", "1", "--as", "Ai đó"], "Không có cán bộ"),
    (["approve", "1", "--as", "Chị Hoa", "--at", "2020-01-01T09:00"], "đã qua"),
    (["approve", "1", "--as", "Chị Hoa", "--at", "mai"], "không phải giờ đăng"),
    (["return", "1", "--as", "Lan", "--note", "x"], "không có quyền"),
    (["return", "1", "--as", "Chị Hoa", "--note", " "], "Hãy ghi điều cần sửa"),
    (["submit", "1", "--as", "Lan"], "chờ duyệt, không gửi duyệt được"),
    (["add", "khong-co.json", "--as", "Lan"], "Không đọc được tệp bản thảo"),
]


@pytest.fixture
def lan(office: Office) -> Office:
    """The office with Lan, who writes, beside Chị Hoa, who approves."""
    assert office.loa("staff", "add", "Lan", "--role", "contributor").code == 0
    return office


def add(office: Office, by: str = "Lan", **told: Any) -> Ran:
    path = office.folder / "bai.json"
    path.write_text(json.dumps(GOOD | told, ensure_ascii=False), encoding="utf-8")
    return office.loa("draft", "add", str(path), "--as", by)


def submitted(office: Office, **told: Any) -> str:
    id = add(office, **told).out.split("\n")[0]
    assert office.loa("draft", "submit", id, "--as", "Lan").code == 0
    return id


def shown(office: Office, id: str) -> dict[str, Any]:
    draft: dict[str, Any] = office.loa("draft", "show", id, "--json").json
    return draft


def test_add_prints_the_number_alone_then_what_was_understood(lan: Office) -> None:
    ran = add(lan, kind="ban_tin", slot=SLOT, channels=None)
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "1",
        "Bản tin “Ra quân”, đơn vị dak-to.",
        "Nhiệm vụ DT-C.I.2.a: số 19/26, hạn 23/09/2025.",
        "Đăng trên: loa.",
        "Tiếp theo: loa draft submit 1 --as TÊN",
    ]


def test_a_draft_comes_through_a_pipe(lan: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.TextIOWrapper(io.BytesIO(json.dumps(GOOD).encode()))
    monkeypatch.setattr(sys, "stdin", piped)
    ran = lan.loa("draft", "add", "-", "--as", "Lan")
    assert ran.out.startswith("1\nTin “Ra quân”")


def test_media_lie_beside_the_draft_file_and_are_kept(lan: Office) -> None:
    (lan.folder / "anh.jpg").write_bytes(b"jpeg")
    assert add(lan, media=["anh.jpg"]).code == 0
    (name,) = shown(lan, "1")["media"]
    assert (lan.folder / "data" / "media" / name).read_bytes() == b"jpeg"


def test_the_way_of_a_draft(lan: Office) -> None:
    """Written, submitted, returned, submitted again, approved for the morning of New Year."""
    id = submitted(lan)
    ran = lan.loa("draft", "return", id, "--as", "Chị Hoa", "--note", "Thêm số người dự.")
    assert ran.out == "Bản thảo số 1 đã trả lại người viết: Thêm số người dự.\n"
    assert (shown(lan, id)["state"], shown(lan, id)["note"]) == ("writing", "Thêm số người dự.")
    assert lan.loa("draft", "submit", id, "--as", "Lan").out == "Bản thảo số 1 đã gửi duyệt.\n"
    told = lan.loa(
        "draft", "approve", id, "--as", "Chị Hoa", "--at", "2199-01-01T09:00", "--json"
    ).json
    assert told == {
        "item": 1,
        "hash": told["hash"],
        "publications": [{"id": 1, "channel": "loa", "due": "2199-01-01T09:00:00+07:00"}],
    }
    assert re.fullmatch("[0-9a-f]{64}", told["hash"])
    assert shown(lan, id)["state"] == "approved"


def test_approval_tells_what_waits_in_the_queue(lan: Office) -> None:
    id = submitted(lan)
    ran = lan.loa("draft", "approve", id, "--as", "Chị Hoa", "--at", "09:00 1/1/2199")
    assert ran.out.splitlines()[1] == "loa: 09:00 01/01/2199, lượt đăng số 1"


def test_the_drafts_are_listed_newest_first(lan: Office) -> None:
    add(lan)
    add(lan, title="Hội nghị", slot=SLOT)
    assert lan.loa("draft", "drop", "1", "--as", "Lan").out == "Đã bỏ bản thảo số 1.\n"
    assert lan.loa("draft", "list").out.splitlines() == [
        f"2 · đang soạn · tin · “Hội nghị” · {SLOT} · Lan",
        "1 · đã bỏ · tin · “Ra quân” · ngoài kế hoạch · Lan",
    ]
    listed = lan.loa("draft", "list", "--json").json
    assert [(each["id"], each["state"], each["author"]) for each in listed] == [
        (2, "writing", "Lan"),
        (1, "dropped", "Lan"),
    ]


def test_an_empty_list_says_how_to_begin(lan: Office) -> None:
    ran = lan.loa("draft", "list")
    assert (ran.code, ran.out) == (0, "")
    assert "loa draft add" in ran.err
    assert lan.loa("draft", "list", "--json").json == []


def test_a_draft_is_shown_whole(lan: Office) -> None:
    figure = {"label": "Hồ sơ", "value": 98.7, "unit": "%", "source": "HTTT", "date": "2025-08-14"}
    add(lan, figures=[figure], variants={"loa": "Lời đọc."}, at="2199-01-01T09:00")
    ran = lan.loa("draft", "show", "1")
    for words in (
        "Kênh: loa",
        "Giờ đăng: 09:00 01/01/2199",
        "Số liệu: Hồ sơ: 98.7 % (nguồn: HTTT, 2025-08-14)",
        "Sáng 13/9, thôn 3 ra quân.",
        "[loa]\nLời đọc.",
    ):
        assert words in ran.out
    told = shown(lan, "1")
    assert (told["figures"], told["at"]) == ([figure], "2199-01-01T09:00:00+07:00")


def test_what_is_refused_is_one_clear_line_and_changes_nothing(lan: Office) -> None:
    submitted(lan)
    before = lan.loa("draft", "list", "--json").json
    for args, words in REFUSALS:
        ran = lan.loa("draft", *args)
        assert (ran.code, ran.out) == (1, ""), args
        assert words in ran.err
        assert ran.err.count("\n") == 1
    assert lan.loa("draft", "list", "--json").json == before


def test_several_mistakes_are_listed_before_the_summary(lan: Office) -> None:
    ran = add(lan, kind="x", title="", at="mai")
    assert ran.code == 1
    assert [line.split(":")[0] for line in ran.out.splitlines()] == ["kind", "title", "at"]
    assert ran.err == "Bản thảo có 3 chỗ sai; sửa các chỗ đã nêu rồi gửi lại.\n"


def test_the_samples_go_in_as_they_are(lan: Office, shared: Path) -> None:
    lines = (shared / "domain" / "drafts.jsonl").read_text(encoding="utf-8").splitlines()
    codes = {line: add(lan, **json.loads(line)).code for line in lines}
    bare = [line for line, code in codes.items() if code]
    assert [json.loads(line)["kind"] for line in bare] == ["infographic"]  # figures, no source
    assert len(lan.loa("draft", "list").out.splitlines()) == 11
