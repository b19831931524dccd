"""The files of a post, looked at before the first call: too late is when half of it is public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO

from channels.base import Limits, Media, MediaKind, Rejected

WORDS: Mapping[MediaKind, str] = {
    "image": "ảnh",
    "video": "video",
    "audio": "tệp âm thanh",
    "document": "tệp văn bản",
}


def check(media: Sequence[Media], limits: Limits, service: str) -> None:
    """Raises Rejected for a kind, a number or a size that the channel does not take."""
    for each in media:
        if each.kind not in limits.kinds:
            raise Rejected(f"{service} không nhận {WORDS[each.kind]}: bài chưa được gửi.")
        largest = limits.image_bytes if each.kind == "image" else limits.file_bytes
        if largest and size(each) > largest:
            raise Rejected(
                f"Tệp “{each.path.name}” vượt quá {largest / 1_000_000:.0f} MB mà {service} nhận: "
                "bài chưa được gửi, đề nghị giảm dung lượng rồi gửi lại."
            )
    images = sum(each.kind == "image" for each in media)
    if images > limits.images:
        raise Rejected(
            f"{service} nhận tối đa {limits.images} ảnh một bài, bài này có {images}: "
            "bài chưa được gửi, đề nghị bớt ảnh rồi gửi lại."
        )


def size(media: Media) -> int:
    try:
        return media.path.stat().st_size
    except OSError:
        raise _unreadable(media) from None


def opened(media: Media) -> IO[bytes]:
    """For the caller to close. Raises Rejected where the file is not there any more."""
    try:
        return media.path.open("rb")
    except OSError:
        raise _unreadable(media) from None


def _unreadable(media: Media) -> Rejected:
    return Rejected(
        f"Không đọc được tệp “{media.path.name}” kèm theo: bài chưa được gửi, "
        "đề nghị đính kèm lại tệp."
    )
