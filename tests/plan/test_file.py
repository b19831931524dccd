"""A plan file is read whole, and everything wrong with it is told at once."""

from pathlib import Path

import pytest

from errors import Refused
from plan import file

PLANS = sorted((Path(__file__).parent.parent.parent / "plans").glob("*.toml"))

GOOD = """
schema = 1
slug = "xa-2025"
[plan]
title = "Kế hoạch"
date = "2025-03-01"
period = { from = "2025-01-01", to = "2025-12-31" }
[[topics]]
id = "T1"
title = "Chuyển đổi số"
[[tasks]]
id = "A"
title = "Bản tin"
lead = "Phòng Văn hóa - Xã hội"
channels = ["zalo"]
topics = ["T1"]
frequency = { every = "2 weeks", per_year = 26 }
lines = "10-12"
"""


def findings(text: str) -> list[str]:
    return [str(each) for each in file.parse(text)[1]]


def broken(old: str, new: str) -> list[str]:
    assert old in GOOD
    plan, found = file.parse(GOOD.replace(old, new))
    assert plan is None
    return [str(each) for each in found]


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_the_five_plans_are_usable(path: Path) -> None:
    plan, found = file.check(path)
    assert plan is not None
    assert plan.tasks
    assert [str(each) for each in found if each.severity == "lỗi"] == []


def test_a_good_plan_has_nothing_to_say() -> None:
    assert findings(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('topics = ["T1"]', 'topics = ["T9"]', "A [dòng 10-12]: lỗi: nội dung “T9”"),
        ('every = "2 weeks"', 'every = "fortnight"', "A [dòng 10-12]: lỗi: every"),
        ('every = "2 weeks"', 'every = "0 weeks"', "every"),
        ("per_year = 26", "per_year = 0", "per_year = 0"),
        ("per_year = 26", "per_year = true", "per_year = True"),
        ("per_year = 26", "per_yaer = 26", "khóa lạ “per_yaer” (có phải “per_year”?)"),
        ('from = "2025-01-01"', 'from = "2025-02-30"', "phải là ngày có thật"),
        ('to = "2025-12-31"', 'to = "2024-12-31"', "trước khi bắt đầu"),
        ('date = "2025-03-01"', 'date = "1/3/2025"', "phải là ngày có thật"),
        ('lead = "Phòng Văn hóa - Xã hội"', "lead = 5", "lead phải là chữ"),
        ('channels = ["zalo"]', 'channels = "zalo"', "channels phải là danh sách chữ"),
        ('title = "Bản tin"', 'title = ""', "thiếu title"),
        ("schema = 1", "schema = 2", "schema = 1"),
        ('lines = "10-12"', 'lines = "mười"', "lines"),
        ('slug = "xa-2025"', 'slog = "xa-2025"', "khóa lạ “slog” (có phải “slug”?)"),
        (
            'frequency = { every = "2 weeks", per_year = 26 }',
            "reruns = { per_month = 3 }",
            "reruns",
        ),
        ('period = { from = "2025-01-01", to = "2025-12-31" }', "", "thiếu period"),
    ],
)
def test_each_mistake_is_one_clear_line(old: str, new: str, told: str) -> None:
    lines = broken(old, new)
    assert any(told in line for line in lines), lines


def test_every_mistake_is_told_together() -> None:
    plan, found = file.parse(
        GOOD.replace('"T1"]', '"T9"]').replace("per_year = 26", "per_year = 0")
    )
    assert plan is None
    assert len(found) == 2


def test_twin_ids_are_refused() -> None:
    twin = GOOD + '\n[[tasks]]\nid = "A"\ntitle = "Bản tin khác"\nlead = "X"\n'
    assert any("mã trùng" in line for line in findings(twin))


def test_broken_toml_says_line_and_column() -> None:
    (line,) = findings("schema = 1\nslug = \n")
    assert "dòng 2, cột 8" in line
    (end,) = findings('slug = "')
    assert "TOML hỏng" in end


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("per_year = 26", "per_year = 40", "26 kỳ, theo số lượng thì 40 kỳ"),
        (
            'channels = ["zalo"]',
            'channels = ["facebok"]',
            "kênh lạ “facebok” (có phải “facebook”?)",
        ),
        ('date = "2025-03-01"', "", "không có ngày ban hành"),
        ('date = "2025-03-01"', 'date = "2026-03-01"', "sau khi kỳ"),
        (
            'every = "2 weeks", per_year = 26',
            'by = "2025-09-30", event = "Ngày Chuyển đổi số 10/10"',
            "trái với sự kiện",
        ),
        ('every = "2 weeks", per_year = 26', "periodic = true", "định kỳ"),
        ('every = "2 weeks", per_year = 26', 'by = "2026-09-30"', "ngoài kỳ"),
        ('lead = "Phòng Văn hóa - Xã hội"\n', "", "chủ trì"),
    ],
)
def test_a_doubt_is_a_warning_and_the_plan_is_usable(old: str, new: str, told: str) -> None:
    plan, found = file.parse(GOOD.replace(old, new))
    assert plan is not None
    assert any(told in str(each) and each.severity == "cảnh báo" for each in found), found


def test_dak_to_tells_that_10_10_is_not_in_the_third_quarter() -> None:
    _, found = file.check(next(path for path in PLANS if path.stem == "dak-to-2025"))
    told = [each for each in found if each.where == "DT-C.I.3.a"]
    assert any("trái với sự kiện" in each.message and each.lines == "402-405" for each in told)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x80abc"])
def test_a_file_that_is_not_text_is_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(data)
    with pytest.raises(Refused, match="UTF-8"):
        file.check(path)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Không mở được"):
        file.check(tmp_path / "none.toml")
