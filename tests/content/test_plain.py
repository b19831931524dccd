"""Drafts arrive typed on a phone, pasted from Word, read out of a PDF: all become plain text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.plain import clean, one_line, plain

TYPED = st.text(st.sampled_from("ab đ*#_[]()\n\r\t.!–\u0301\u200b\u200d\ufe0f👨👩\U000e0041\ud800"))


def test_a_draft_in_nfd_becomes_nfc() -> None:
    assert clean(unicodedata.normalize("NFD", "Ủy ban nhân dân xã")) == "Ủy ban nhân dân xã"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("xin\u200b chào", "xin chào"),
        ("\u202edcba\u202c", "dcba"),
        ("\ufeffBản tin\x00", "Bản tin"),
        ("tiếng\u00ad Việt", "tiếng Việt"),
        ("10\u00a0000\tđồng", "10 000 đồng"),
        ("một\r\nhai\rba\u2028bốn", "một\nhai\nba\nbốn"),
        ("một\n \n\n\t\nhai\n", "một\n\nhai"),
        ("  lùi   đầu dòng ", "lùi đầu dòng"),
        ("nửa \ud83d cặp", "nửa cặp"),
        ("chữ\u200d nối", "chữ nối"),
    ],
)
def test_unseen_characters_and_odd_spaces_go(typed: str, shown: str) -> None:
    assert clean(typed) == shown


@pytest.mark.parametrize("emoji", ["👨‍👩‍👧", "❤️‍🔥", "👩🏽‍⚕️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇻🇳"])
def test_an_emoji_of_several_characters_stays_whole(emoji: str) -> None:
    assert clean(f"Chúc mừng {emoji}!") == f"Chúc mừng {emoji}!"


@pytest.mark.parametrize(
    ("draft", "shown"),
    [
        ("# Thông báo\n\n## Lịch cắt điện", "Thông báo\n\nLịch cắt điện"),
        ("**Lưu ý:** mang *bản chính*.", "Lưu ý: mang bản chính."),
        ("**rất *quan trọng* nhé**", "rất quan trọng nhé"),
        ("- Căn cước\n- Giấy chứng sinh", "- Căn cước\n- Giấy chứng sinh"),
        ("[Nộp hồ sơ](https://x.vn/a_(b)?c=1) ngay", "Nộp hồ sơ (https://x.vn/a_(b)?c=1) ngay"),
        ("[https://x.vn](https://x.vn)", "https://x.vn"),
        ("![Sơ đồ](https://x.vn/a.png)", "Sơ đồ (https://x.vn/a.png)"),
    ],
)
def test_light_markdown_reads_well_without_markdown(draft: str, shown: str) -> None:
    assert plain(draft) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Giá 2*3*4 nghìn",
        "5 * 3 * 2 = 30",
        "Danh sách (*) kèm theo\n(*) Cập nhật 18/8/2025",
        "Số thẻ **** **** 1234",
        "[NHẠC CẮT]",
        "Tệp mau_don_01.docx",
        "#CCHC #ChuyểnĐổiSố",
    ],
)
def test_what_only_looks_like_markdown_stays(text: str) -> None:
    assert plain(text) == text


def test_a_title_is_one_line() -> None:
    assert one_line("**Số 14:**\n ba việc  cần làm") == "Số 14: ba việc cần làm"


@given(TYPED)
def test_plain_text_is_already_plain(typed: str) -> None:
    assert plain(plain(typed)) == plain(typed)


@given(TYPED)
def test_plain_text_holds_no_half_characters_and_no_double_blank_lines(typed: str) -> None:
    shown = plain(typed)
    assert unicodedata.is_normalized("NFC", shown)
    assert not any(unicodedata.category(each) in ("Cs", "Cc") for each in shown.replace("\n", ""))
    assert "\n\n\n" not in shown
    assert "  " not in shown
    shown.encode("utf-8")
