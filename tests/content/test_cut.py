"""A text is cut between paragraphs, lines, sentences or words, and nowhere else."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.cut import (
    CannotFit,
    Ruler,
    characters,
    first_sentences,
    sentence_ends,
    shorten,
    split,
    utf16_units,
    words,
)
from content.plain import clean

WORD = st.sampled_from(
    ["Ủy", "ban", "xã", "số", "18.", "TP.", "🇻🇳", "👨‍👩‍👧", "kỳ!", "“Vâng”,", "a\u0323\u0301"]
)
GAP = st.sampled_from([" ", " ", " ", ". ", "\n", "\n\n"])
TEXT = st.lists(st.tuples(WORD, GAP), min_size=1, max_size=60).map(
    lambda pairs: clean("".join(word + gap for word, gap in pairs))
)
RULER = st.sampled_from([characters, utf16_units])


def sentences(text: str) -> list[str]:
    starts = [0, *sentence_ends(text)]
    return [text[a:b].strip() for a, b in pairwise(starts)]


@given(TEXT, st.integers(12, 40), st.integers(12, 80), RULER)
def test_every_part_is_within_its_limit_and_every_word_is_there(
    text: str, first: int, rest: int, ruler: Ruler
) -> None:
    parts = split(text, first, rest, ruler)
    assert ruler(parts[0]) <= first
    assert all(ruler(part) <= rest for part in parts[1:])
    assert all(parts)
    assert [word for part in parts for word in part.split()] == text.split()


@given(TEXT, st.integers(12, 80), RULER)
def test_a_shortened_text_is_its_beginning_in_whole_words(
    text: str, room: int, ruler: Ruler
) -> None:
    short = shorten(text, room, ruler)
    assert ruler(short) <= room
    if short != text:
        kept = short.removesuffix("…").split()
        bare = [re.sub(r"[.,;:–—…-]+$", "", word) for word in text.split()]
        assert [re.sub(r"[.,;:–—…-]+$", "", word) for word in kept] == bare[: len(kept)]
        assert short.endswith("…")
        assert kept


def test_whole_paragraphs_stay_together() -> None:
    text = f"{'a ' * 30}hết.\n\n{'b ' * 30}hết."
    first, second = split(text, 100, 100, characters)
    assert first.endswith("a hết.")
    assert second.startswith("b b")


def test_a_paragraph_too_long_is_cut_between_sentences() -> None:
    text = "Một câu ngắn. Câu thứ hai cũng ngắn. Câu thứ ba."
    assert split(text, 40, 40, characters) == (
        "Một câu ngắn. Câu thứ hai cũng ngắn.",
        "Câu thứ ba.",
    )


def test_a_paragraph_longer_than_any_part_does_not_leave_the_title_alone() -> None:
    text = "Tiêu đề\n\nMột câu ngắn. Câu thứ hai cũng ngắn. Câu thứ ba dài hơn."
    assert split(text, 40, 40, characters) == (
        "Tiêu đề\n\nMột câu ngắn.",
        "Câu thứ hai cũng ngắn.",
        "Câu thứ ba dài hơn.",
    )


def test_the_first_part_may_have_less_room_as_a_caption_has() -> None:
    text = "Tiêu đề\n\n" + "chữ " * 20 + "hết"
    first, second = split(text, 30, 100, characters)
    assert first == "Tiêu đề"
    assert second.endswith("hết")


def test_a_word_longer_than_a_part_is_refused_and_named() -> None:
    with pytest.raises(CannotFit, match=r"“https://x.vn/a+…” dài 53 ký tự .* chỗ cho 30"):
        split("Xem https://x.vn/" + "a" * 40, 30, 30, characters)


def test_a_telegram_part_counts_an_emoji_as_two() -> None:
    assert split("🙂🙂 🙂🙂", 5, 5, utf16_units) == ("🙂🙂", "🙂🙂")
    assert split("🙂🙂 🙂🙂", 5, 5, characters) == ("🙂🙂 🙂🙂",)


def test_a_mark_typed_after_a_space_is_not_cut_from_it() -> None:
    assert words("tie \u0302ng Việt") == ["tie \u0302ng", "Việt"]


def test_a_text_is_shortened_after_a_sentence() -> None:
    text = "Sáng 13/9, thôn 3 ra quân. Hơn 60 người đến dự. Buổi sau vào tối thứ Sáu."
    assert shorten(text, 60, characters) == "Sáng 13/9, thôn 3 ra quân. Hơn 60 người đến dự. …"


def test_and_after_a_word_where_the_sentence_would_cost_too_much() -> None:
    text = "Kính mời. Bà con trong xã đến nhà văn hóa thôn, mang theo căn cước."
    assert shorten(text, 50, characters) == "Kính mời. Bà con trong xã đến nhà văn hóa thôn…"


def test_not_even_one_word_fits() -> None:
    with pytest.raises(CannotFit, match="“Nghiêng” dài 7 ký tự"):
        shorten("Nghiêng nghiêng", 5, characters)


def test_a_number_or_an_abbreviation_ends_no_sentence() -> None:
    text = "Bước 2. Gõ vào ô. TP. Đà Nẵng có Điều 5. Quy định mới. Năm 2025. Hết"
    assert sentences(text) == [
        "Bước 2. Gõ vào ô.",
        "TP. Đà Nẵng có Điều 5. Quy định mới.",
        "Năm 2025.",
        "Hết",
    ]


def test_a_stop_before_a_small_letter_ends_no_sentence() -> None:
    assert sentences("Tre, nứa, v.v. đều được. Hết") == ["Tre, nứa, v.v. đều được.", "Hết"]


def test_a_quote_is_closed_before_the_cut() -> None:
    assert sentences("Bà nói: “Tôi làm được rồi.” Mọi người vui.")[0].endswith("rồi.”")


def test_a_summary_is_made_of_whole_sentences() -> None:
    text = "Câu đầu.\nCâu hai khá là dài dòng."
    assert first_sentences(text, 20, characters) == "Câu đầu."
    assert first_sentences(text, 5, characters) == "Câu…"
