"""Words of time → the machine form of frequency."""

from datetime import date
from typing import Any

import pytest

from plan.reading import frequency, rhythm, timing

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
        ("tuần 02 bài", {"per_week": 2}),
        ("tuần 3 buổi", {"per_week": 3}),
        ("năm 02 lần", {"per_year": 2}),
        ("10 ngày/lần", {"every": "10 days"}),
        ("nửa năm một lần", {"every": "6 months"}),
        ("01 lần/nửa năm", {"every": "6 months"}),
        ("Nửa tháng một bài", {"per_month": 2}),
        ("nửa tháng/lần", {"per_month": 2}),
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


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("Thứ 3, thứ 5 hằng tuần", {"per_week": 2}),
        ("sáng thứ Hai, thứ Tư và thứ Sáu hằng tuần", {"per_week": 3}),
        ("tối thứ 7 và chủ nhật hằng tuần", {"per_week": 2}),
        ("ngày 01 và 15 hằng tháng", {"per_month": 2}),
        ("ngày 05, 15, 25 hằng tháng", {"per_month": 3}),
        ("từ thứ 2 đến thứ 6 hằng tuần", {"every": "1 week", "count": UNSPECIFIED}),
        ("từ ngày 01 đến ngày 15 hằng tháng", {"every": "1 month", "count": UNSPECIFIED}),
    ],
)
def test_days_that_are_named_are_counted(words: str, form: dict[str, Any]) -> None:
    (found,) = rhythm.read(words).rhythms
    assert found.form == {**form, "window_text": words}


def test_a_weekday_to_broadcast_on_is_each_week_with_a_doubt() -> None:
    told = rhythm.read("phát sóng vào sáng thứ Bảy", stated=False)
    (found,) = told.rhythms
    assert found.form["every"] == "1 week"
    assert found.form["window_text"] == "vào sáng thứ Bảy"
    assert "hiểu là mỗi tuần" in told.doubts[0]


@pytest.mark.parametrize(
    "words", ["phát sóng vào sáng thứ Bảy, ngày 14/3/2026", "Thứ hai, tăng cường phát thanh"]
)
def test_a_weekday_with_a_date_and_secondly_are_no_rhythm(words: str) -> None:
    assert rhythm.read(words, stated=False).rhythms == ()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("12 áp phích", "“12 áp phích”"),
        ("Hai tuần một số (13 số)", "“13 số”"),
        ("3 bài/tháng/đơn vị", "“/đơn vị”"),
        ("mỗi đơn vị 3 bài/tháng", "“mỗi đơn vị”"),
        ("xong trước 31/11/2025", "“31/11/2025”"),
        ("tháng 02 bài", "“tháng 02 bài”"),
        ("02 cuộc/6 tháng", "02 trong mỗi 6 tháng"),
        ("nửa tháng 03 bài", "03 trong mỗi nửa tháng"),
    ],
)
def test_what_cannot_be_kept_is_a_doubt(words: str, says: str) -> None:
    (why,) = frequency.told("", words, "", 2025).doubts
    assert says in why


def test_products_without_a_period_are_a_doubt_wherever_they_stand() -> None:
    for told in (
        frequency.told("Thiết kế 12 áp phích", "", "", 2026),
        frequency.told("Thiết kế áp phích", "", "", 2026, "12 áp phích"),
    ):
        assert "“12 áp phích”" in told.doubts[0]


@pytest.mark.parametrize(
    "words",
    ["mỗi tuần 02 tin", "2 tuần/1 số (26 số/năm)", "Mỗi tháng 01 chuyên đề, phát lại 02 lần"],
)
def test_a_number_that_is_kept_is_no_doubt(words: str) -> None:
    assert frequency.told("", words, "", 2026).doubts == ()


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("Sáu tháng 01 clip", {"every": "6 months"}),
        ("ba tháng 01 tin", {"every": "3 months"}),
        ("ba tháng 02 tin", {"every": "3 months", "count": UNSPECIFIED}),
        ("3 tháng 01 lần", {"every": "3 months"}),
        ("mỗi tháng 01 số", {"per_month": 1}),
        ("Mỗi quý 2 buổi", {"per_quarter": 2}),
        ("tháng 02 bài", {"per_month": 2}),
        ("quý 2 bài", {"per_quarter": 2}),
        ("nửa tháng 01 tin", {"per_month": 2}),
        ("Bốn tháng 03 văn nghệ", {}),
    ],
)
def test_a_number_in_a_rhythm_is_no_month(words: str, form: dict[str, Any]) -> None:
    assert frequency.told("", words, "", 2026).frequency == form
    assert frequency.told(f"Đăng bài, {words}", "", "", 2026).frequency == form


@pytest.mark.parametrize(
    "words",
    ["từ đầu năm 02 bài", "trong tháng 9 bài trừ hủ tục", "ngày 20 lần lượt", "Tuần 1 tháng 3"],
)
def test_a_number_after_a_word_of_time_may_be_no_rhythm(words: str) -> None:
    assert rhythm.read(words).rhythms == ()


def test_a_torn_cell_too_gives_no_month_for_a_number_in_a_rhythm() -> None:
    bare = frequency.without_counts("Sáu tháng 01 clip | Quý III/2026", stated=False)
    found = timing.window(bare, 2026)
    assert found is not None
    assert found.first == date(2026, 7, 1)


def test_a_window_beside_a_rhythm_stays() -> None:
    told = frequency.told("", "Mỗi tháng 02 bài, từ tháng 3 đến tháng 12/2026", "", 2026)
    assert told.frequency["per_month"] == 2
    assert (told.frequency["from"], told.frequency["to"]) == ("2026-03-01", "2026-12-31")


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
