"""The sample texts: enough of them, unlike each other, fit to be shown to any office."""

from __future__ import annotations

import itertools
import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FILE = ROOT / "texts" / "samples.toml"
SAMPLES: dict[str, list[dict[str, str]]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
PLAN: dict[str, Any] = tomllib.loads(
    (ROOT / "plans" / "dak-to-2025.toml").read_text(encoding="utf-8")
)
COUNTS = {"bulletins": 10, "segments": 8, "news": 10, "guides": 5}
WORDS = {"bulletins": (120, 220), "segments": (150, 250), "news": (60, 120), "guides": (100, 220)}
TEXTS = [pytest.param(s, id=s["title"]) for kind in COUNTS for s in SAMPLES[kind]]
SEGMENTS = [pytest.param(s, id=s["title"]) for s in SAMPLES["segments"]]

OLD_TIER = re.compile(r"\b(huyện|quận|thị xã|thị trấn|mức độ (3|4|ba|bốn))\b", re.I)
LONG_NUMBER = re.compile(r"(?:\d[ .-]?){9,}")
MARKDOWN = re.compile(r"^\s*(#|[*+>-] |\d+\. )|\*\*|__|`|\]\(", re.M)
OLD_TONE = re.compile(r"(?:o[áàảãạéèẻẽẹ]|(?<!q)u[ýỳỷỹỵ])(?!\w)", re.I)
COUNTED = "người|hộ|hồ sơ|lượt|phút|tiết mục|sạp"
FIGURE = re.compile(rf"%|phần trăm|\d+ (?:{COUNTED})\b|cứ \w+ (?:{COUNTED})\b", re.I)
SOURCE = re.compile(r"nguồn(:| là) số liệu diễn tập, ngày (31/7/2025|ba mươi mốt tháng bảy)", re.I)


def all_samples() -> list[dict[str, str]]:
    return [sample for kind in COUNTS for sample in SAMPLES[kind]]


def text_of(sample: dict[str, str]) -> str:
    return f"{sample['title']}\n\n{sample['body']}"


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"[.!?]\s+|\n+", text) if part.strip()]


def test_each_kind_has_its_number_of_samples() -> None:
    assert {kind: len(samples) for kind, samples in SAMPLES.items()} == COUNTS


def test_no_two_samples_share_a_title_or_a_sentence() -> None:
    titles = [sample["title"].casefold() for sample in all_samples()]
    assert len(set(titles)) == len(titles)
    told = [
        sentence.casefold().strip(".!? ")
        for sample in all_samples()
        for sentence in sentences(sample["body"])
        if not SOURCE.search(sentence)
    ]
    again = {
        sentence for sentence in told if len(sentence.split()) > 6 and told.count(sentence) > 1
    }
    assert not again


def test_no_two_samples_say_much_the_same() -> None:
    def phrases(sample: dict[str, str]) -> set[tuple[str, str, str]]:
        words = re.findall(r"\w+", sample["body"].casefold())
        return set(zip(words, words[1:], words[2:], strict=False))

    for one, other in itertools.combinations(all_samples(), 2):
        mine, theirs = phrases(one), phrases(other)
        assert len(mine & theirs) < 0.2 * min(len(mine), len(theirs)), (
            one["title"],
            other["title"],
        )


@pytest.mark.parametrize("sample", TEXTS)
def test_a_sample_has_a_title_a_topic_of_the_plan_and_a_body(sample: dict[str, str]) -> None:
    assert set(sample) == {"title", "topic", "body"}
    assert sample["topic"] in {topic["id"] for topic in PLAN["topics"]}
    assert len(sample["title"]) <= 80


@pytest.mark.parametrize("kind", COUNTS)
def test_a_body_is_as_long_as_its_kind_wants(kind: str) -> None:
    low, high = WORDS[kind]
    lengths = {s["title"]: len(s["body"].split()) for s in SAMPLES[kind]}
    assert {t: n for t, n in lengths.items() if not low <= n <= high} == {}


@pytest.mark.parametrize("sample", TEXTS)
def test_a_sample_is_plain_composed_text_in_paragraphs(sample: dict[str, str]) -> None:
    text = text_of(sample)
    assert unicodedata.is_normalized("NFC", text)
    assert not MARKDOWN.search(text)
    assert not [letter for letter in text if unicodedata.category(letter) in {"So", "Cs", "Co"}]
    assert not OLD_TONE.search(text)
    paragraphs = sample["body"].split("\n\n")
    assert len(paragraphs) >= 3
    assert all(part == part.strip() and part and "\n" not in part for part in paragraphs)


@pytest.mark.parametrize("sample", TEXTS)
def test_a_sample_names_no_old_tier_and_no_telephone(sample: dict[str, str]) -> None:
    assert not OLD_TIER.search(text_of(sample))
    assert not LONG_NUMBER.search(text_of(sample))


@pytest.mark.parametrize("sample", TEXTS)
def test_a_figure_says_that_it_is_of_the_exercise(sample: dict[str, str]) -> None:
    unsourced = [
        part
        for part in sample["body"].split("\n\n")
        if FIGURE.search(part) and not SOURCE.search(part)
    ]
    assert unsourced == []


@pytest.mark.parametrize("sample", SEGMENTS)
def test_a_segment_can_be_read_aloud(sample: dict[str, str]) -> None:
    assert not re.search(r"\d|%", text_of(sample))
    assert [s for s in sentences(sample["body"]) if len(s.split()) > 24] == []
    first, *_, last = sample["body"].split("\n\n")
    assert "chào" in first
    assert re.search(r"chào|hẹn gặp lại|chúc|cảm ơn", last, re.I)


def test_the_rules_above_can_fail() -> None:
    assert OLD_TIER.search("UBND huyện")
    assert OLD_TIER.search("dịch vụ công mức độ 4")
    assert LONG_NUMBER.search("gọi 0000 000 001")
    assert MARKDOWN.search("Tin\n- một")
    assert OLD_TONE.search("văn hoá")
    assert OLD_TONE.search("thuỷ lợi")
    assert not OLD_TONE.search("quý vị, hóa đơn, thủy lợi, hoàn thành, loại, quỹ")
    assert FIGURE.search("đã có 12 hồ sơ")
