"""An article without a picture still gets a cover that can be read."""

import unicodedata
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFont

from content.cover import GROUND, INK, default_cover

LETTERS = sorted(
    {
        unicodedata.normalize("NFC", vowel + tone)
        for vowel in "aăâeêioôơuưy"
        for tone in ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    }
    | set("đ")
)
ROBOTO = Path(str(resources.files("font_roboto"))) / "files"


def ink_box(cover: Image.Image) -> tuple[int, int, int, int]:
    ink = ImageChops.difference(cover, Image.new("RGB", cover.size, INK)).convert("L")
    box = ink.point([255 * (level < 20) for level in range(256)]).getbbox()
    assert box is not None
    return box


def test_the_font_draws_every_vietnamese_letter() -> None:
    font = ImageFont.truetype(str(ROBOTO / "Roboto-Bold.ttf"), 40)
    unknown = bytes(font.getmask("\U0010fffd"))
    letters = [*LETTERS, *(letter.upper() for letter in LETTERS)]
    assert len(letters) == 146
    drawn = {bytes(font.getmask(letter)) for letter in letters}
    assert unknown not in drawn
    assert len(drawn) == len(letters)


@pytest.mark.parametrize(
    "title", ["Tin", "Hướng dẫn đăng ký khai sinh trực tuyến tại nhà", "Ễ " * 300]
)
def test_whatever_the_title_its_letters_stay_within_the_picture(title: str) -> None:
    cover = default_cover(title, "Ủy ban nhân dân xã Đắk Tô")
    assert (cover.size, cover.mode, cover.getpixel((0, 0))) == ((1200, 675), "RGB", GROUND)
    left, top, right, bottom = ink_box(cover)
    assert left >= 60
    assert top >= 10
    assert right <= 1140
    assert bottom <= 665


def inked_bands(title: str) -> int:
    """How many bands of rows hold letters: one line has three, for marks above and below."""
    grey = default_cover(title, "").crop((60, 0, 1140, 530)).convert("L")
    rows = [max(grey.crop((0, row, 1080, row + 1)).tobytes()) > 200 for row in range(530)]
    return sum(now and not before for before, now in pairwise(rows))


def test_marks_above_and_below_do_not_run_into_the_next_line() -> None:
    assert inked_bands("Ễg Ựy " * 12) == 3 * inked_bands("Ễg Ựy")


def test_the_same_words_give_the_same_cover_in_nfc_and_nfd() -> None:
    title = "Đi từng ngõ, cài từng máy"
    again = default_cover(unicodedata.normalize("NFD", title), "Xã")
    assert default_cover(title, "Xã").tobytes() == again.tobytes()


def test_another_title_another_size_another_font() -> None:
    cover = default_cover("Số 14", "Xã", size=(600, 600))
    assert cover.size == (600, 600)
    assert cover.tobytes() != default_cover("Số 15", "Xã", size=(600, 600)).tobytes()
    thin = default_cover("Số 14", "Xã", size=(600, 600), font=ROBOTO / "Roboto-Thin.ttf")
    assert thin.tobytes() != cover.tobytes()
