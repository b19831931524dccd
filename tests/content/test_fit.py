"""One draft, cut to Zalo, Facebook, Telegram: all that is left out or changed is told."""

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Limits, Media, MediaKind
from content.cut import utf16_units
from content.fit import CannotFit, Content, fit

ARTICLE = Limits(text=20_000, title=140, summary=250, images=10, kinds=frozenset({"image"}))
PAGE = Limits(text=63_206, images=10, kinds=frozenset({"image", "video"}), hashtags=True)
CHAT = Limits(
    text=4096,
    caption=1024,
    images=10,
    kinds=frozenset({"image", "video", "audio", "document"}),
    utf16=True,
    hashtags=True,
    splits=True,
)
SHORT = Limits(text=160)
UTM = {"source": "zalo", "medium": "social", "campaign": "dak-to"}

NEWS = Content(
    kind="tin",
    title="Thôn 3 ra quân “đi từng ngõ, cài từng máy”",
    body="Sáng 13/9, Tổ công nghệ số cộng đồng ra quân. Hơn 60 người dân đã đến dự.\n\n"
    "Buổi sau: tối thứ Sáu, tại nhà văn hóa thôn.",
)
WORDS = st.lists(
    st.sampled_from(["Ủy", "ban", "nhân", "dân", "xã,", "số.", "🇻🇳", "👨‍👩‍👧", "\n", "\n\n"]),
    min_size=1,
    max_size=150,
)


def media(kind: MediaKind, name: str) -> Media:
    return Media(Path(name), kind, f"{kind}/x")


IMAGES = [media("image", f"anh-{number}.jpg") for number in range(1, 13)]


def test_an_article_has_its_title_apart_and_a_summary() -> None:
    post = fit(NEWS, ARTICLE).post
    assert post.title == NEWS.title
    assert post.texts == (NEWS.body,)
    assert post.summary == NEWS.body.replace("\n\n", " ")


def test_a_channel_without_titles_gets_the_title_first() -> None:
    post = fit(NEWS, PAGE).post
    assert post.title == ""
    assert post.text == f"{NEWS.title}\n\n{NEWS.body}"


def test_a_text_that_opens_with_the_title_does_not_say_it_twice() -> None:
    variant = f"{NEWS.title}\nMời bà con đến dự."
    assert fit(replace(NEWS, variant=variant), PAGE).post.text == variant


def test_a_text_written_for_the_channel_replaces_the_body() -> None:
    assert (
        fit(replace(NEWS, variant="Mời bà con đến dự."), ARTICLE).post.text == "Mời bà con đến dự."
    )


def test_a_draft_in_nfd_with_markdown_goes_out_as_plain_nfc() -> None:
    body = unicodedata.normalize("NFD", "**Lưu ý:** xem [hướng dẫn](https://x.vn/a)\u200b.")
    assert (
        fit(replace(NEWS, body=body), ARTICLE).post.text == "Lưu ý: xem hướng dẫn (https://x.vn/a)."
    )


@pytest.mark.parametrize("body", ["", " \n\t", "\u200b\u200b", "# ", "…"])
def test_an_empty_body_is_refused(body: str) -> None:
    with pytest.raises(CannotFit, match="chưa có nội dung"):
        fit(replace(NEWS, body=body), PAGE)


class TestLink:
    item = replace(NEWS, link="https://x.vn/a?id=1#m", utm=UTM)
    tagged = "https://x.vn/a?id=1&utm_source=zalo&utm_medium=social&utm_campaign=dak-to#m"

    def test_it_stands_last_and_apart(self) -> None:
        post = fit(self.item, ARTICLE).post
        assert post.link == self.tagged
        assert post.text == f"{NEWS.body}\n\nChi tiết: {self.tagged}"

    def test_where_the_author_wrote_it_it_stays_there(self) -> None:
        item = replace(self.item, body="Xem (https://x.vn/a?id=1#m). Và https://x.vn/a?id=1#m2")
        text = fit(item, ARTICLE).post.text
        assert text == f"Xem ({self.tagged}). Và https://x.vn/a?id=1#m2"

    @pytest.mark.parametrize("link", ["x.vn/a", "https://x.vn/a b", "javascript:x"])
    def test_what_is_no_link_is_refused(self, link: str) -> None:
        with pytest.raises(CannotFit, match="không hợp lệ"):
            fit(replace(NEWS, link=link), PAGE)

    def test_longer_than_the_channel_it_is_refused(self) -> None:
        with pytest.raises(CannotFit, match="dùng đường dẫn ngắn hơn"):
            fit(replace(NEWS, link="https://x.vn/" + "a" * 200), SHORT)


class TestTitle:
    def test_too_long_it_is_shortened_after_a_word_and_told(self) -> None:
        title = "Tuyên truyền cải cách " * 9
        fitted = fit(replace(NEWS, title=title), ARTICLE)
        assert len(fitted.post.title) <= 140
        assert fitted.post.title.endswith("cải cách Tuyên…")
        assert fitted.notes == (
            "Tiêu đề dài 197 ký tự, kênh này nhận tối đa 140: đã rút gọn còn 138 ký tự.",
        )

    def test_one_endless_word_is_refused(self) -> None:
        with pytest.raises(CannotFit, match="dài 150 ký tự viết liền"):
            fit(replace(NEWS, title="A" * 150), ARTICLE)

    def test_missing_where_the_channel_needs_one(self) -> None:
        with pytest.raises(CannotFit, match="chưa có tiêu đề"):
            fit(replace(NEWS, title=" "), ARTICLE)
        assert fit(replace(NEWS, title=" "), PAGE).post.text == NEWS.body


class TestLongText:
    long = "\n\n".join(
        f"Đoạn {number}. " + "Bà con lưu ý việc này. " * 20 for number in range(1, 13)
    )

    def test_it_goes_out_in_parts_where_the_channel_splits(self) -> None:
        fitted = fit(replace(NEWS, body=self.long), CHAT)
        assert len(fitted.post.texts) == 2
        assert all(part.endswith("việc này.") for part in fitted.post.texts)
        assert fitted.notes == ("Nội dung dài 5.673 ký tự, được gửi thành 2 phần.",)

    def test_with_a_picture_the_first_part_fits_the_caption(self) -> None:
        post = fit(replace(NEWS, body=self.long), CHAT, IMAGES[:1]).post
        assert utf16_units(post.texts[0]) <= 1024 < utf16_units(post.texts[1]) <= 4096

    def test_elsewhere_it_is_shortened_and_leads_on(self) -> None:
        item = replace(NEWS, body=self.long, link="https://x.vn/a")
        fitted = fit(item, replace(PAGE, text=500))
        assert len(fitted.post.text) <= 500
        assert fitted.post.text.endswith("việc này. …\n\nXem tiếp: https://x.vn/a")
        assert fitted.notes == (
            "Nội dung dài 5.673 ký tự, kênh này nhận tối đa 500: đã rút gọn còn 467 ký tự, "
            "kèm đường dẫn xem tiếp.",
        )

    def test_a_channel_without_text_says_so(self) -> None:
        fitted = fit(NEWS, Limits(text=0, images=1), IMAGES[:1])
        assert fitted.post.texts == ()
        assert fitted.notes == ("Kênh này không nhận phần chữ: chỉ gửi ảnh hoặc tệp kèm theo.",)

    def test_a_channel_of_captions_only_takes_the_text_as_a_caption(self) -> None:
        limits = Limits(text=0, caption=300, images=1, splits=True)
        texts = fit(replace(NEWS, body=self.long), limits, IMAGES[:1]).post.texts
        assert len(texts) > 10
        assert max(map(len, texts)) <= 300


class TestSummary:
    def test_it_is_whole_sentences(self) -> None:
        post = fit(NEWS, replace(ARTICLE, summary=60)).post
        assert post.summary == "Sáng 13/9, Tổ công nghệ số cộng đồng ra quân."

    def test_it_leaves_out_the_sound_cues_of_a_script(self) -> None:
        script = "[NHẠC HIỆU 8 GIÂY]\n\nKính thưa quý vị!\n\n[NHẠC CẮT]\n\nHẹn gặp lại."
        post = fit(replace(NEWS, kind="phat_thanh", body=script), ARTICLE).post
        assert post.summary == "Kính thưa quý vị! Hẹn gặp lại."
        assert post.text == script


class TestHashtags:
    item = replace(NEWS, hashtags=("chuyển đổi số", "#CCHC", "cchc", "2025", "CDS-4l"))

    def test_they_stand_last_where_the_channel_knows_them(self) -> None:
        assert fit(self.item, PAGE).post.text.endswith("\n\n#ChuyểnĐổiSố #CCHC #CDS4l")
        assert "#" not in fit(self.item, ARTICLE).post.text

    def test_one_that_is_in_the_text_is_not_repeated(self) -> None:
        item = replace(self.item, body="Thực hiện #CCHC, bà con lưu ý.")
        assert fit(item, PAGE).post.text.endswith("\n\n#ChuyểnĐổiSố #CDS4l")

    def test_they_give_way_to_the_text(self) -> None:
        room = len(fit(NEWS, PAGE).post.text)
        fitted = fit(self.item, replace(PAGE, text=room))
        assert fitted.post == fit(NEWS, PAGE).post
        assert fitted.notes == (
            "Không đủ chỗ cho thẻ chủ đề, không gửi #ChuyểnĐổiSố #CCHC #CDS4l.",
        )

    def test_they_never_make_a_message_of_their_own(self) -> None:
        room = utf16_units(fit(NEWS, CHAT).post.text)
        fitted = fit(self.item, replace(CHAT, text=room))
        assert len(fitted.post.texts) == 1
        assert len(fitted.notes) == 1


class TestMedia:
    def test_more_pictures_than_the_channel_takes(self) -> None:
        fitted = fit(NEWS, PAGE, IMAGES)
        assert fitted.post.media == tuple(IMAGES[:10])
        assert fitted.notes == ("Kênh này nhận tối đa 10 ảnh: không gửi 2 ảnh cuối.",)

    def test_a_kind_the_channel_does_not_take_is_named(self) -> None:
        fitted = fit(NEWS, PAGE, [media("audio", "so-18.mp3"), *IMAGES[:1]])
        assert fitted.post.media == (IMAGES[0],)
        assert fitted.notes == ("Kênh này không nhận tệp âm thanh: không gửi “so-18.mp3”.",)

    def test_no_pictures_where_the_channel_takes_none(self) -> None:
        fitted = fit(NEWS, SHORT, IMAGES[:1])
        assert fitted.post.media == ()
        assert fitted.notes[0] == "Kênh này không nhận ảnh: không gửi “anh-1.jpg”."

    def test_the_first_picture_of_an_article_is_its_cover(self) -> None:
        post = fit(NEWS, ARTICLE, IMAGES[:3]).post
        assert (post.cover, post.media) == (IMAGES[0], tuple(IMAGES[1:3]))

    def test_a_cover_of_its_own_leaves_the_pictures_in_the_text(self) -> None:
        cover = media("image", "bia.jpg")
        post = fit(replace(NEWS, cover=cover), ARTICLE, IMAGES[:2]).post
        assert (post.cover, post.media) == (cover, tuple(IMAGES[:2]))
        assert fit(replace(NEWS, cover=cover), PAGE).post.cover is None

    def test_a_radio_segment_does_not_go_silently_to_a_channel_without_sound(self) -> None:
        segment = replace(NEWS, kind="phat_thanh")
        sound = [media("audio", "so-18.mp3")]
        assert fit(segment, CHAT, sound).post.media == tuple(sound)
        with pytest.raises(CannotFit, match="tệp âm thanh, là phần chính"):
            fit(segment, PAGE, sound)

    def test_but_it_may_lead_to_its_sound_or_be_written_anew(self) -> None:
        segment = replace(NEWS, kind="phat_thanh", link="https://x.vn/podcast")
        assert fit(segment, PAGE, [media("audio", "so-18.mp3")]).notes
        segment = replace(NEWS, kind="phat_thanh", variant="Mời bà con nghe đài.")
        assert fit(segment, PAGE, [media("audio", "so-18.mp3")]).notes


@given(WORDS, st.integers(60, 400), st.booleans(), st.booleans(), st.booleans())
def test_whatever_is_written_every_part_is_within_the_limit(
    body: list[str], room: int, utf16: bool, splits: bool, pictured: bool
) -> None:
    limits = Limits(
        text=room, caption=room // 2, images=1, utf16=utf16, splits=splits, hashtags=True
    )
    item = Content("tin", "Tin xã", "Tin " + " ".join(body), "https://x.vn", hashtags=("xã hội",))
    fitted = fit(item, limits, IMAGES[:pictured])
    sizes = [(utf16_units if utf16 else len)(part) for part in fitted.post.texts]
    assert sizes[0] <= (room // 2 if pictured else room)
    assert max(sizes) <= room
    if splits:
        assert [w for w in fitted.post.text.split() if w != "#XãHội"] == [
            *"Tin xã Tin".split(),
            *" ".join(body).split(),
            *"Chi tiết: https://x.vn".split(),
        ]
    if len(fitted.post.texts) > 1 or "…" in fitted.post.text:
        assert fitted.notes


@given(WORDS, st.booleans())
def test_what_fits_is_not_touched_again(body: list[str], titled: bool) -> None:
    item = Content("tin", "Tin xã", "Tin " + " ".join(body), "https://x.vn", ("số",), utm=UTM)
    limits = replace(PAGE, title=140 * titled)
    once = fit(item, limits).post
    assert fit(replace(item, body=once.text), limits).post == once
