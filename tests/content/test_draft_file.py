"""A draft file: read once, every mistake one clear line, nothing lost on the way."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from content import draft_file
from content.draft_file import DraftRefused, NewDraft
from errors import Refused
from models import Kind

GOOD = {"kind": "tin", "title": "Ra quân", "body": "Sáng 13/9, thôn 3 ra quân."}
FIGURE = {"label": "Hồ sơ", "value": 1846, "unit": "hồ sơ", "source": "HTTT", "date": "2025-08-14"}


def read(folder: Path = Path(), **told: Any) -> NewDraft:
    return draft_file.read(json.dumps(GOOD | told), folder)


def refused(told: str | dict[str, Any], folder: Path = Path()) -> list[str]:
    """The mistakes, a line each."""
    text = told if isinstance(told, str) else json.dumps(GOOD | told)
    with pytest.raises(DraftRefused) as refusal:
        draft_file.read(text, folder)
    lines = [str(each) for each in refusal.value.findings] or [str(refusal.value)]
    assert all("\n" not in line and line.strip() for line in lines)
    return lines


def test_three_keys_make_a_draft() -> None:
    draft = read()
    assert (draft.kind, draft.title, draft.body) == (Kind.TIN, GOOD["title"], GOOD["body"])
    assert (draft.at, draft.channels, draft.media, draft.language) == (None, (), (), "vi")


def test_every_key_is_read(tmp_path: Path) -> None:
    (tmp_path / "anh.jpg").write_bytes(b"jpeg")
    draft = read(
        tmp_path,
        unit="dak-to",
        task="DT-C.I.2.a",
        slot="DT-C.I.2.a@2025-09-01",
        at="2025-09-15T09:00",
        channels=["zalo", "facebook", "zalo"],
        variants={"zalo": "Ngắn gọn."},
        media=["anh.jpg"],
        figures=[FIGURE],
        topics=["CDS-4l"],
        language="vi",
    )
    assert draft.channels == ("zalo", "facebook")
    assert draft.at == datetime(2025, 9, 15, 2, 0, tzinfo=UTC)
    assert draft.media == (tmp_path / "anh.jpg",)
    assert (draft.figures, draft.variants) == ((FIGURE,), {"zalo": "Ngắn gọn."})
    assert (draft.unit, draft.task, draft.topics) == ("dak-to", "DT-C.I.2.a", ("CDS-4l",))


def test_null_and_empty_mean_left_out() -> None:
    draft = read(task=None, slot="", channels=[], variants={}, at=None)
    assert (draft.task, draft.slot, draft.channels, draft.at) == (None, None, (), None)


def test_the_sample_drafts_load(shared: Path) -> None:
    lines = (shared / "domain" / "drafts.jsonl").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    assert len(told) == 12
    for each in told:
        for figure in each.get("figures", []):  # what the sample says in its text
            figure |= {"source": "Hệ thống thông tin", "date": "2025-08-14"}
        draft = draft_file.read(json.dumps(each), shared)
        assert draft.title == each["title"]
        assert draft.body == each["body"]


def test_a_sample_with_bare_figures_is_refused_for_each(shared: Path) -> None:
    lines = (shared / "domain" / "drafts.jsonl").read_text(encoding="utf-8").splitlines()
    (bare,) = [line for line in lines if '"figures"' in line]
    assert len(refused(bare)) == 8  # four figures, without source and without date


def test_what_was_typed_in_nfd_is_kept_in_nfc() -> None:
    title = "Cải cách hành chính ở Đắk Tô"
    draft = read(title=unicodedata.normalize("NFD", title))
    assert draft.title == title


def test_unseen_characters_do_not_get_in() -> None:
    draft = read(title="Ra\u200b quân\u202e\x07", body="Dòng 1\r\n\ufeffDòng\u00ad 2\ud800")
    assert draft.title == "Ra quân"
    assert draft.body == "Dòng 1\nDòng 2"


@pytest.mark.parametrize("told", ["2025-09-15T09:00", "2025-09-15 09:00", "09:00 15/9/2025"])
@pytest.mark.parametrize("offset", [True, False])
def test_a_time_without_offset_is_hanoi(told: str, offset: bool) -> None:
    text = f"{told}:00+07:00" if offset and "/" not in told else told
    assert read(at=text).at == datetime(2025, 9, 15, 2, 0, tzinfo=UTC)


def test_a_time_in_utc_is_understood() -> None:
    assert read(at="2025-09-15T02:00:00Z").at == datetime(2025, 9, 15, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "told",
    ["2025-09-15", "sáng mai", "2025-13-45T09:00", "0001-01-01T00:00", "9999-12-31T23:59", 5],
)
def test_what_is_no_time_is_refused(told: Any) -> None:
    (line,) = refused({"at": told})
    assert line.startswith("at: ")
    assert "2025-09-15T09:00" in line


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"tittle": "x"}, ["tittle", "có phải “title”?"]),
        ({"kind": "báo"}, ["báo", "ban_tin", "thu_hoi"]),
        ({"kind": None}, ["chưa ghi", "tin"]),
        ({"kind": 5}, ["không có loại 5"]),
        ({"kind": []}, ["kind"]),
        ({"title": ""}, ["title", "chưa có tiêu đề"]),
        ({"title": " \u200b "}, ["title", "trống"]),
        ({"title": ["x"]}, ["title", "phải là chữ"]),
        ({"title": "Ra quân \ue000"}, ["title", "ký tự lạ"]),
        ({"title": "a" * 3000}, ["title", "dài 3000 ký tự", "tối đa 300"]),
        ({"body": "\n \n"}, ["body", "trống"]),
        ({"body": "…"}, ["body", "trống"]),
        ({"body": "a" * 100_001}, ["body", "tối đa 100000"]),
        ({"channels": "zalo"}, ["channels", "danh sách"]),
        ({"channels": [1]}, ["channels", "phải là chữ"]),
        ({"variants": ["zalo"]}, ["variants", "bảng"]),
        ({"variants": {"zalo": ""}}, ["variants.zalo"]),
        ({"media": "anh.jpg"}, ["media", "danh sách"]),
        ({"media": ["https://a.vn/b.jpg"]}, ["media", "liên kết"]),
        ({"media": ["a\0b"]}, ["media", "không thấy"]),
        ({"media": ["a" * 5000]}, ["media"]),
        ({"figures": "x"}, ["figures", "danh sách"]),
        ({"language": "tiếng Việt"}, ["language", "vi"]),
        ({"topics": {"a": 1}}, ["topics", "danh sách"]),
    ],
)
def test_a_mistake_is_one_line_with_its_key(told: dict[str, Any], words: list[str]) -> None:
    (line,) = refused(told)
    assert all(word in line for word in words), line


def test_all_mistakes_are_told_at_once() -> None:
    lines = refused({"kind": "x", "title": "", "body": "", "at": "mai", "lạ": 1})
    assert len(lines) == 5


def test_missing_keys_are_named() -> None:
    assert [line.split(":")[0] for line in refused("{}")] == ["kind", "title", "body"]


@pytest.mark.parametrize("missing", ["source", "date", "label", "value"])
def test_an_official_figure_carries_its_source_and_date(missing: str) -> None:
    (line,) = refused({"figures": [FIGURE, {k: v for k, v in FIGURE.items() if k != missing}]})
    assert "số liệu thứ 2" in line
    assert missing in line


@pytest.mark.parametrize("value", [True, None, [], "", 1e300])
def test_a_figure_is_a_number(value: Any) -> None:
    (line,) = refused({"figures": [FIGURE | {"value": value}]})
    assert "value" in line


def test_a_percentage_and_a_vietnamese_day_are_fine() -> None:
    (figure,) = read(figures=[FIGURE | {"value": 98.7, "unit": "%", "date": "14/8/2025"}]).figures
    assert (figure["value"], figure["unit"], figure["date"]) == (98.7, "%", "2025-08-14")


def test_every_missing_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "rong.jpg").write_bytes(b"")
    (tmp_path / "thu-muc").mkdir()
    lines = refused({"media": ["khong-co.jpg", "rong.jpg", "thu-muc"]}, tmp_path)
    assert len(lines) == 3
    assert "khong-co.jpg" in lines[0]
    assert "rỗng" in lines[1]
    assert "thu-muc" in lines[2]


def test_a_file_name_may_lie_in_the_other_form_of_unicode(tmp_path: Path) -> None:
    name = "ảnh.jpg"
    on_disk = tmp_path / unicodedata.normalize("NFD", name)
    on_disk.write_bytes(b"jpeg")
    assert read(tmp_path, media=[name]).media == (on_disk,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"kind": "tin",\n "title": "Ra', "dòng 2, cột 11"),
        ("", "dòng 1, cột 1"),
        ('{"kind": "tin"}\n{"kind": "bai"}', "mỗi tệp chỉ một bản thảo"),
        ("[1, 2]", "phải có dạng"),
        ('"chữ"', "phải có dạng"),
        ('{"title": "a", "title": "b"}', "“title” hai lần"),
        ('{"figures": [{"value": NaN}]}', "NaN"),
        ('{"figures": ' + "9" * 5000 + "}", "số quá dài"),
        ("[" * 100_000, "lồng quá sâu"),
    ],
)
def test_a_torn_file_is_told_where(text: str, words: str) -> None:
    (line,) = refused(text)
    assert words in line


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xd8\xff\xe0 a photo", "UTF-8"),
        (b" " * (5 * 1024 * 1024), "nhầm với tệp ảnh"),
        (None, "Không đọc được"),
    ],
)
def test_a_file_that_is_no_draft(tmp_path: Path, data: bytes | None, words: str) -> None:
    path = tmp_path / "bai.json"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(Refused, match=words):
        draft_file.load(path)


def test_a_file_saved_by_notepad_loads_and_its_media_lie_beside_it(tmp_path: Path) -> None:
    (tmp_path / "anh.jpg").write_bytes(b"jpeg")
    path = tmp_path / "bai.json"
    path.write_text(json.dumps(GOOD | {"media": ["anh.jpg"]}), encoding="utf-8-sig")
    assert draft_file.load(path).media == (tmp_path / "anh.jpg",)
