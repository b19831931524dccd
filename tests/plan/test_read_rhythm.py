"""Words of time → the machine form of frequency."""

from datetime import date
from typing import Any

import pytest

from plan.reading import rhythm, timing

UNSPECIFIED = "unspecified"


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("mỗi tuần 02 tin", {"per_week": 2}),
        ("03 bài/tuần", {"per_week": 3}),
        ("02 (hai) tin/tuần", {"per_week": 2}),
        ("hai tin mỗi tuần", {"per_week": 2}),
        ("ba bài một tuần", {"per_week": 3}),
        ("mỗi tuần năm tin", {"per_week": 5}),
        ("mỗi tuần phát sóng ít nhất 03 chương trình", {"per_week": 3}),
        ("số lượng 04 số/tháng", {"per_month": 4}),
        ("Mỗi tháng ít nhất một phóng sự", {"per_month": 1}),
        ("tháng/lần", {"per_month": 1}),
        ("1 tháng 2 lần", {"per_month": 2}),
        ("tối thiểu 04 tin, bài/tháng/đơn vị", {"per_month": 4}),
        ("mỗi quý ít nhất 01 infographic", {"per_quarter": 1}),
        ("mỗi quý tổ chức 01 buổi đối thoại", {"per_quarter": 1}),
        ("định kỳ 2 lần/năm", {"per_year": 2}),
        ("02 hội nghị trong năm 2026", {"per_year": 2}),
        ("mười hai số mỗi năm", {"per_year": 12}),
        ("2 tuần/1 số (26 số/năm)", {"every": "2 weeks", "per_year": 26}),
        ("hai tuần một lần", {"every": "2 weeks"}),
        ("mỗi 2 tuần phát hành 01 số", {"every": "2 weeks"}),
        ("15 ngày một lần", {"every": "15 days"}),
        ("01 chuyên đề/02 tháng", {"every": "2 months"}),
        ("6 tháng/lần", {"every": "6 months"}),
        ("01 bài/ngày", {"every": "1 day"}),
        ("Hằng tháng, đăng tin, bài", {"every": "1 month", "count": UNSPECIFIED}),
        ("hàng quý", {"every": "1 quarter", "count": UNSPECIFIED}),
    ],
)
def test_a_rhythm_is_read(words: str, form: dict[str, Any]) -> None:
    (found,) = rhythm.read(words).rhythms
    assert found.form == form


@pytest.mark.parametrize(
    ("mangled", "form"),
    [
        ("2 tuan/1 s (26 s6/nam)", {"every": "2 weeks", "per_year": 26}),
        ("Mdi thang 01 chuy@n muc", {"per_month": 1}),
        ("dinh ky 2 lan/nam", {"per_year": 2}),
        ("voi sb luong 04 sd/thang", {"per_month": 4}),
        ("m6i tudn it nh4t 03 b2i", {"per_week": 3}),
        ("02 1an/thang", {"per_month": 2}),
        ("M6t qu¥ hai k¥", {"per_quarter": 2}),
        ("hdng thing", {"every": "1 month", "count": UNSPECIFIED}),
    ],
)
def test_a_mangled_rhythm_is_read(mangled: str, form: dict[str, Any]) -> None:
    (found,) = rhythm.read(mangled).rhythms
    assert found.form == form


@pytest.mark.parametrize("words", ["m6i tuan 0l tin", "0l tin/tuan", "mỗi tuần l tin"])
def test_a_spoilt_number_is_left_open_with_a_doubt(words: str) -> None:
    told = rhythm.read(words)
    assert [each.form for each in told.rhythms] == [{"every": "1 week", "count": UNSPECIFIED}]
    assert "không chắc là số nào" in told.doubts[0]


@pytest.mark.parametrize(
    ("words", "first", "reruns"),
    [
        ("Mỗi tháng 01 chuyên mục và phát lại 03 lần/tháng", {"per_month": 1}, {"per_month": 3}),
        ("mỗi tháng 01 chương trình, phát lại 02 lần", {"per_month": 1}, {"per_month": 2}),
        ("2 tuần/1 số, phát lại 02 lần", {"every": "2 weeks"}, {"per_issue": 2}),
        ("phát lại mỗi tuần 2 lần, mỗi tuần 01 bản tin mới", {"per_week": 1}, {"per_week": 2}),
        ("mỗi tháng 02 kỳ, 03 lần phát lại mỗi kỳ", {"per_month": 2}, {"per_issue": 3}),
    ],
)
def test_reruns_are_not_issues(words: str, first: dict[str, Any], reruns: dict[str, Any]) -> None:
    told = rhythm.read(words)
    assert [each.form for each in told.rhythms] == [first]
    assert told.reruns == reruns


def test_one_period_for_two_products_is_two_rhythms() -> None:
    assert [each.form for each in rhythm.read("mỗi tuần 02 tin, 01 bài").rhythms] == [
        {"per_week": 2},
        {"per_week": 1},
    ]


def test_a_day_of_the_month_is_kept_in_words() -> None:
    (found,) = rhythm.read("ngày 10 hằng tháng").rhythms
    assert found.form["every"] == "1 month"
    assert found.form["window_text"] == "ngày 10 hằng tháng"


def test_a_range_takes_its_lower_end_and_says_so() -> None:
    told = rhythm.read("từ 02 đến 03 tin/tuần")
    assert told.rhythms[0].form == {"per_week": 2}
    assert "lấy số nhỏ" in told.doubts[0]


@pytest.mark.parametrize(
    "prose",
    [
        "Nghị quyết số 57-NQ/TW ngày 22/12/2024 của Bộ Chính trị",
        "đưa tin tại hội nghị giao ban hằng tháng",
        "kế hoạch cải cách hành chính hằng năm của xã",
        "dự toán kinh phí chi thường xuyên cho các đơn vị",
        "giai đoạn 2021-2025, định hướng đến năm 2030",
    ],
)
def test_no_rhythm_is_seen_where_there_is_none(prose: str) -> None:
    told = rhythm.read(prose, stated=False)
    assert told.rhythms == ()
    assert told.loose == {}


@pytest.mark.parametrize(
    ("words", "loose"),
    [
        ("Thường xuyên trong năm", {"continuous": True}),
        ("Duy trì hoạt động chuyên mục", {"continuous": True}),
        ("định kỳ", {"periodic": True}),
        ("Theo yêu cầu của thành phố", {"on_demand": True}),
        ("của tỉnh (nếu có)", {"if_any": True}),
    ],
)
def test_loose_words_keep_their_own_form(words: str, loose: dict[str, bool]) -> None:
    assert rhythm.read(words).loose == loose


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("Quý III/2026", date(2026, 7, 1), date(2026, 9, 30)),
        ("quý 3 năm 2026", date(2026, 7, 1), date(2026, 9, 30)),
        ("Quý II, III năm 2026", date(2026, 4, 1), date(2026, 9, 30)),
        ("quý IV", date(2026, 10, 1), date(2026, 12, 31)),
        ("trước ngày 15/11/2026", None, date(2026, 11, 15)),
        ("Trước 30/9", None, date(2026, 9, 30)),
        ("ngày 10 tháng 10 năm 2026", date(2026, 10, 10), date(2026, 10, 10)),
        ("từ ngày 01/10/2026 đến hết ngày 31/10/2026", date(2026, 10, 1), date(2026, 10, 31)),
        ("Tháng 9, 10/2026", date(2026, 9, 1), date(2026, 10, 31)),
        ("từ tháng 3 đến tháng 12/2026", date(2026, 3, 1), date(2026, 12, 31)),
        ("6 tháng cuối năm 2026", date(2026, 7, 1), date(2026, 12, 31)),
        ("6 tháng đầu năm 2026", date(2026, 1, 1), date(2026, 6, 30)),
        ("Năm 2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("giai đoạn 2026 - 2030", date(2026, 1, 1), date(2030, 12, 31)),
    ],
)
def test_a_window_is_read(words: str, first: date | None, last: date) -> None:
    found = timing.window(words, 2026)
    assert found is not None
    assert (found.first, found.last) == (first, last)


def test_each_month_is_no_month() -> None:
    assert timing.window("Mỗi tháng 01 chuyên đề", 2026) is None


def test_a_day_that_does_not_exist_is_no_window() -> None:
    assert timing.window("trước ngày 31/02/2026", 2026) is None


@pytest.mark.parametrize(("raw", "n"), [("111", 3), ("1V", 4), ("III", 3), ("2", 2), ("VI", None)])
def test_a_smeared_numeral_of_a_quarter(raw: str, n: int | None) -> None:
    assert timing.quarter(raw.lower()) == n
