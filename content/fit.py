"""Fit an item to one channel: its lengths, its kinds of media; nothing is left out silently."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from channels.base import Limits, Media, MediaKind, Post
from content.cut import (
    CannotFit,
    Ruler,
    characters,
    first_sentences,
    shorten,
    split,
    utf16_units,
)
from content.links import is_web_link, with_utm
from content.plain import clean, one_line, plain

__all__ = ["CannotFit", "Content", "Fitted", "fit"]

KIND_WORDS: Mapping[MediaKind, str] = {
    "image": "ảnh",
    "video": "video",
    "audio": "tệp âm thanh",
    "document": "tệp văn bản",
}
WHOLE_POINT: Mapping[str, MediaKind] = {
    "phat_thanh": "audio",
    "infographic": "image",
    "ap_phich": "image",
}
_SOUND_CUE = re.compile(r"^\[[^\]\n]*\]$\n*", re.MULTILINE)  # "[NHẠC CẮT]" in a radio script


@dataclass(frozen=True, slots=True)
class Content:
    """What is to be published, before it meets a channel.

    `variant` is a text written for this very channel and replaces the body.
    `hashtags` are words or phrases, with or without “#”.
    `cover` is the picture of article channels; without it the first image becomes the cover.
    """

    kind: str  # contracts.md §3
    title: str
    body: str
    link: str = ""
    hashtags: tuple[str, ...] = ()
    variant: str | None = None
    utm: Mapping[str, str] = field(default_factory=dict)  # source, medium, campaign
    cover: Media | None = None


@dataclass(frozen=True, slots=True)
class Fitted:
    """The post, and in Vietnamese what had to be shortened, split or left out."""

    post: Post
    notes: tuple[str, ...] = ()


def fit(item: Content, limits: Limits, media: Sequence[Media] = ()) -> Fitted:
    """The item as a `Post` within `limits`. Pure. Raises `CannotFit`.

    `texts` holds all that is to be read, with the title first where the channel has no titles,
    and the link (with UTM) and hashtags last: an adapter appends nothing.
    Where media go with it and the channel has captions, `texts[0]` fits the caption.
    `link` is there too for channels that take it apart. `title` and `summary` are empty where
    the channel has none. A cover taken from the images is not among `media` again.
    """
    ruler: Ruler = utf16_units if limits.utf16 else characters
    body = plain(item.variant or "") or plain(item.body)
    if not any(each.isalnum() for each in body):
        raise CannotFit("Bài chưa có nội dung: viết nội dung rồi gửi lại.")
    link = _link(item)
    body, written = _tag_in_text(body, item.link.strip(), link)
    notes: list[str] = []
    cover, kept = _media(item, limits, media, notes)
    title = _title(item, limits, ruler, notes)
    heading = "" if limits.title else _heading(item, body)
    writer = _Writer(limits, _room(limits, kept), ruler, notes)
    closing = f"Chi tiết: {link}" if link and not written else ""
    texts = writer.texts(_joined(heading, body), closing, link, _hashtags(item, limits, body))
    summary = _summary(body, limits, ruler)
    return Fitted(Post(title, texts, summary, link, kept, cover), tuple(notes))


@dataclass(frozen=True, slots=True)
class _Writer:
    limits: Limits
    room: int  # of the first part
    ruler: Ruler
    notes: list[str]

    def texts(self, text: str, closing: str, link: str, tags: str) -> tuple[str, ...]:
        if not self.room:
            self.notes.append("Kênh này không nhận phần chữ: chỉ gửi ảnh hoặc tệp kèm theo.")
            return ()
        whole = _joined(text, closing, tags)
        if self.ruler(whole) <= self.room:
            return (whole,)
        bare = _joined(text, closing)
        if self.limits.splits:
            return self._split(bare, whole)
        self._without_tags(tags)
        return (bare if self.ruler(bare) <= self.room else self._shortened(text, link),)

    def _split(self, bare: str, whole: str) -> tuple[str, ...]:
        rest = self.limits.text or self.room
        parts = split(bare, self.room, rest, self.ruler)
        tagged = split(whole, self.room, rest, self.ruler)
        if len(tagged) == len(parts):
            parts = tagged
        else:
            self._without_tags(whole[len(bare) :])
        if len(parts) > 1:
            size = _number(self.ruler(bare))
            self.notes.append(f"Nội dung dài {size} ký tự, được gửi thành {len(parts)} phần.")
        return parts

    def _shortened(self, text: str, link: str) -> str:
        closing = f"\n\nXem tiếp: {link}" if link else ""
        left = self.room - self.ruler(closing)
        if left <= 0:
            raise CannotFit(
                f"Đường dẫn dài {self.ruler(link)} ký tự, kênh này nhận tối đa {self.room} ký tự: "
                "dùng đường dẫn ngắn hơn rồi gửi lại."
            )
        short = shorten(text, left, self.ruler)
        self.notes.append(
            f"Nội dung dài {_number(self.ruler(text))} ký tự, kênh này nhận tối đa "
            f"{_number(self.room)}: đã rút gọn còn {_number(self.ruler(short))} ký tự"
            + (", kèm đường dẫn xem tiếp." if link else ".")
        )
        return short + closing

    def _without_tags(self, tags: str) -> None:
        if tags.strip():
            self.notes.append(f"Không đủ chỗ cho thẻ chủ đề, không gửi {tags.strip()}.")


def _link(item: Content) -> str:
    link = item.link.strip()
    if link and not is_web_link(link):
        raise CannotFit(
            f"Đường dẫn “{link}” không hợp lệ: cần dạng https://… và không có dấu cách."
        )
    return with_utm(link, item.utm) if link else ""


def _room(limits: Limits, media: Sequence[Media]) -> int:
    rooms = (limits.text, limits.caption if media else 0)
    return min((room for room in rooms if room), default=0)


def _tag_in_text(body: str, link: str, tagged: str) -> tuple[str, bool]:
    """The item's own link, where the author already wrote it, gets its UTM in place."""
    if not link:
        return body, False
    either = f"(?:{re.escape(tagged)}|{re.escape(link)})"
    alone = rf"(?<![^\s(“\"\[]){either}(?=[.,;:!?)\]”\"…]*(?:\s|$))"
    body, count = re.subn(alone, lambda _: tagged, body)
    return body, count > 0


def _title(item: Content, limits: Limits, ruler: Ruler, notes: list[str]) -> str:
    if not limits.title:
        return ""
    title = one_line(item.title)
    if not title:
        raise CannotFit("Bài chưa có tiêu đề mà kênh này bắt buộc: thêm tiêu đề rồi gửi lại.")
    if ruler(title) <= limits.title:
        return title
    short = shorten(title, limits.title, ruler)
    notes.append(
        f"Tiêu đề dài {ruler(title)} ký tự, kênh này nhận tối đa {limits.title}: "
        f"đã rút gọn còn {ruler(short)} ký tự."
    )
    return short


def _heading(item: Content, body: str) -> str:
    title = one_line(item.title)
    return "" if body.split("\n", 1)[0].casefold() == title.casefold() else title


def _summary(body: str, limits: Limits, ruler: Ruler) -> str:
    if not limits.summary:
        return ""
    spoken = _SOUND_CUE.sub("", body).strip("\n") or body
    return " ".join(first_sentences(spoken, limits.summary, ruler).split())


def _hashtags(item: Content, limits: Limits, body: str) -> str:
    if not limits.hashtags:
        return ""
    written = {word.casefold().rstrip(".,;:!?)") for word in body.split()}
    fresh: list[str] = []
    for tag in map(_hashtag, item.hashtags):
        if tag and tag.casefold() not in written:
            written.add(tag.casefold())
            fresh.append(tag)
    return " ".join(fresh)


def _hashtag(phrase: str) -> str:
    """“chuyển đổi số” → “#ChuyểnĐổiSố”; one word stays as typed; no letters, no tag."""
    letters = "".join(each if _in_hashtag(each) else " " for each in clean(phrase)).split()
    if len(letters) > 1:
        letters = [word[:1].upper() + word[1:] for word in letters]
    joined = "".join(letters)
    return f"#{joined}" if any(each.isalpha() for each in joined) else ""


def _in_hashtag(letter: str) -> bool:
    return letter.isalnum() or letter == "_" or unicodedata.category(letter)[0] == "M"


def _media(
    item: Content, limits: Limits, media: Sequence[Media], notes: list[str]
) -> tuple[Media | None, tuple[Media, ...]]:
    taken = limits.kinds - {"image"} | ({"image"} if limits.images else set())
    refused = [each for each in media if each.kind not in taken]
    _check_whole_point(item, refused)
    for each in refused:
        name = each.path.name
        notes.append(f"Kênh này không nhận {KIND_WORDS[each.kind]}: không gửi “{name}”.")
    images = [place for place, each in enumerate(media) if each.kind == "image" and limits.images]
    cover = item.cover if limits.title else None
    as_cover = images[:1] if limits.title and cover is None else []
    extra = images[len(as_cover) :][limits.images :]
    if extra:
        notes.append(f"Kênh này nhận tối đa {limits.images} ảnh: không gửi {len(extra)} ảnh cuối.")
    kept = tuple(
        each
        for place, each in enumerate(media)
        if each.kind in taken and place not in (*as_cover, *extra)
    )
    return (media[as_cover[0]] if as_cover else cover), kept


def _check_whole_point(item: Content, refused: Sequence[Media]) -> None:
    """A radio segment without its sound must at least lead there, or be written anew."""
    point = WHOLE_POINT.get(item.kind)
    if any(each.kind == point for each in refused) and not (item.link or item.variant):
        raise CannotFit(
            f"Kênh này không nhận {KIND_WORDS[point or 'audio']}, là phần chính của bài: "
            "viết nội dung riêng cho kênh này, thêm đường dẫn, hoặc bỏ kênh này."
        )


def _joined(*paragraphs: str) -> str:
    return "\n\n".join(each for each in paragraphs if each)


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")
