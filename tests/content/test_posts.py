"""An approved item becomes the post of one channel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from channels.base import Limits, Post
from content import media, posts
from content.posts import House
from errors import Refused

PLAIN = Limits(text=1000, images=5, image_bytes=1_000_000, kinds=frozenset({"image"}))
ARTICLE = replace(PLAIN, title=100, summary=200, image_ratio=(16, 9))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House("UBND xã Đắk Tô", tmp_path / "media", "https://xa.example")


def picture(house: House, colour: str) -> str:
    path = house.media.parent / f"{colour}.png"
    Image.new("RGB", (900, 900), colour).save(path)
    return media.keep(house.media, path)


def post(house: House, limits: Limits = PLAIN, **more: Any) -> Post:
    told = {"kind": "tin", "title": "Ba việc", "body": "Một.", "variants": {}, "media": []}
    return posts.compose(told | more, "facebook", limits, house).post


def test_an_article_without_a_picture_gets_a_cover_of_the_unit(house: House) -> None:
    cover = post(house, ARTICLE).cover
    assert cover is not None
    with Image.open(cover.path) as drawn:
        assert drawn.width / drawn.height == pytest.approx(16 / 9, abs=0.02)
    assert cover.url == f"https://xa.example/media/{cover.path.name}"
    assert post(house, PLAIN).cover is None


def test_the_first_picture_is_the_cover_and_stands_once(house: House) -> None:
    made = post(house, ARTICLE, media=[picture(house, "red"), picture(house, "blue")])
    assert made.cover is not None
    with Image.open(made.cover.path) as cover:
        assert cover.convert("RGB").getpixel((5, 5))[0] > 200  # type: ignore[index]
    assert len(made.media) == 1


def test_pictures_keep_their_order(house: House) -> None:
    made = post(house, media=[picture(house, "red"), picture(house, "blue")])
    with Image.open(made.media[0].path) as first:
        assert first.convert("RGB").getpixel((5, 5)) == pytest.approx((255, 0, 0), abs=4)


def test_a_recording_that_a_channel_cannot_carry_is_a_link(house: House) -> None:
    sound = house.media.parent / "so-9.mp3"
    sound.write_bytes(b"ID3" + bytes(200))
    made = post(house, kind="phat_thanh", media=[media.keep(house.media, sound)])
    assert "Nghe: https://xa.example/media/" in made.text
    assert made.media == ()


def test_a_link_tells_where_it_was_read(house: House) -> None:
    text = post(house, body="Nộp tại https://dichvucong.example/khai-sinh?x=1.").text
    assert "x=1&utm_source=facebook&utm_medium=loa&utm_campaign=tin" in text
    assert text.count("https://") == 1


def test_hashtags_go_only_where_they_are_known(house: House) -> None:
    body = "Thôn 3 ra quân.\n\n#ChuyểnĐổiSố #ĐắkTô"
    assert "#ĐắkTô" in post(house, replace(PLAIN, hashtags=True), body=body).text
    assert "#" not in post(house, PLAIN, body=body).text
    assert "#1" in post(house, PLAIN, body="Việc #1 hôm nay").text


def test_a_variant_is_written_for_its_channel(house: House) -> None:
    assert "Riêng" in post(house, variants={"facebook": "Riêng cho trang."}).text


def test_a_picture_that_is_not_what_was_approved_is_refused(house: House) -> None:
    name = picture(house, "red")
    post(house, media=[name])
    Image.new("RGB", (900, 900), "black").save(house.media / name, "PNG")
    with pytest.raises(Refused, match="không còn nguyên"):
        post(house, media=[name])


def test_a_picture_that_is_gone_is_refused(house: House) -> None:
    with pytest.raises(Refused, match="không còn nguyên"):
        post(house, media=["0" * 64 + ".png"])
