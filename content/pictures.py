"""Prepare a picture for one channel: in its shape, within its limit, without its secrets."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast
from uuid import uuid4

from PIL import Image, ImageChops

from channels.base import Limits
from content.cover import default_cover
from content.picture_file import SOURCE_BYTES, PictureRefused, megabytes, open_picture
from content.sniff import media_kind, sniff
from errors import Refused

__all__ = [
    "PictureNotStored",
    "PictureRefused",
    "Prepared",
    "default_cover",
    "media_kind",
    "prepare",
    "sniff",
]

LONG_SIDE = 1920  # pixels; services show no more, and a 12-megapixel JPEG decodes at half size
DRAWING_SIDE = 4096  # infographics keep their pixels, their small print needs them
SMALLEST_SIDE = 240  # no picture is made smaller than this to save bytes
SAMPLE_SIDE = 1024
QUALITIES = (88, 82, 76, 70, 62)
DRAWING_QUALITIES = (94, 90, 85)
FLAT_SHARE = 0.4  # of neighbouring pixels that are exactly equal: a drawing, not a photo
SAME_SHAPE = 0.01


class PictureNotStored(Refused):
    """The prepared picture could not be written; the picture itself is good. One line too."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file named by its digest; `notes` tell in Vietnamese what was changed for people to see."""

    path: Path
    mime: str
    width: int
    height: int
    bytes: int
    digest: str  # SHA-256 of the file, hexadecimal
    notes: tuple[str, ...] = ()


def prepare(
    source: Path, limits: Limits, folder: Path, source_bytes: int = SOURCE_BYTES
) -> Prepared:
    """Write `{digest}.jpg` or `.png` into `folder`: sRGB, no metadata, within `image_bytes`.

    The same source and limits give the same digest. The picture is brought to `image_ratio`
    where the channel has one: a photo is cropped, a drawing gets margins, so that no word of it
    is lost. `image_ratio` is meant for covers; for pictures within a text pass the limits
    without it. An `image_bytes` of 0 means no limit.
    Raises `PictureRefused`, `PictureNotStored`.
    """
    opened = open_picture(source, LONG_SIDE, source_bytes)
    notes = list(opened.remarks)
    drawing = opened.mime != "image/jpeg" and _is_drawing(opened.image)
    image = _shaped(opened.image, drawing, limits.image_ratio, notes)
    data, extension, size = _encoded(image, drawing, limits.image_bytes)
    digest = hashlib.sha256(data).hexdigest()
    path = folder / f"{digest}.{extension}"
    _store(path, data)
    out = "image/png" if extension == "png" else "image/jpeg"
    return Prepared(path, out, *size, len(data), digest, tuple(notes))


def _is_drawing(image: Image.Image) -> bool:
    """Infographics and screenshots have wide areas of exactly one colour, photos have none."""
    sample = image
    if max(image.size) > SAMPLE_SIDE:
        share = SAMPLE_SIDE / max(image.size)
        size = (max(2, int(image.width * share)), max(2, int(image.height * share)))
        sample = image.resize(size, Image.Resampling.NEAREST)
    width, height = sample.size
    shifted = sample.crop((1, 0, width, height))
    steps = ImageChops.difference(sample.crop((0, 0, width - 1, height)), shifted)
    return steps.convert("L").histogram()[0] >= FLAT_SHARE * (width - 1) * height


def _shaped(
    image: Image.Image, drawing: bool, ratio: tuple[int, int] | None, notes: list[str]
) -> Image.Image:
    if ratio and abs(Fraction(*image.size) / Fraction(*ratio) - 1) > SAME_SHAPE:
        shape = f"{ratio[0]}:{ratio[1]}"
        if drawing:
            image = _with_margins(image, Fraction(*ratio))
            notes.append(f"Ảnh được thêm lề cho đúng khổ {shape}, không cắt mất chữ.")
        else:
            before = image.width * image.height
            image = _cropped(image, Fraction(*ratio))
            lost = 100 - 100 * image.width * image.height // before
            notes.append(f"Ảnh được cắt theo khổ {shape}, bỏ khoảng {lost}% diện tích.")
    return _within(image, DRAWING_SIDE if drawing else LONG_SIDE)


def _cropped(image: Image.Image, shape: Fraction) -> Image.Image:
    """The middle of the width; of the height a little above it, where faces are."""
    width = min(image.width, round(image.height * shape))
    height = min(image.height, round(image.width / shape))
    left, top = (image.width - width) // 2, (image.height - height) * 2 // 5
    return image.crop((left, top, left + width, top + height))


def _with_margins(image: Image.Image, shape: Fraction) -> Image.Image:
    width = max(image.width, round(image.height * shape))
    height = max(image.height, round(image.width / shape))
    ground = cast("tuple[int, int, int]", image.getpixel((0, 0)))
    wide = Image.new("RGB", (width, height), ground)
    wide.paste(image, ((width - image.width) // 2, (height - image.height) // 2))
    return wide


def _within(image: Image.Image, side: int) -> Image.Image:
    if max(image.size) <= side:
        return image
    share = Fraction(side, max(image.size))
    size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)


def _encoded(image: Image.Image, drawing: bool, most: int) -> tuple[bytes, str, tuple[int, int]]:
    for data, extension, size in _tries(image, drawing):
        if not most or len(data) <= most:
            return data, extension, size
    raise PictureRefused(
        f"Không nén được ảnh xuống dưới {megabytes(most)} mà vẫn xem rõ: gửi ảnh khác."
    )


def _tries(image: Image.Image, drawing: bool) -> Iterator[tuple[bytes, str, tuple[int, int]]]:
    """From the best to the smallest; whoever takes them stops at the first that is within."""
    if drawing:
        for side in (DRAWING_SIDE, LONG_SIDE):
            smaller = _within(image, side)
            yield _png(smaller), "png", smaller.size
    while max(image.size) >= SMALLEST_SIDE:
        for quality in DRAWING_QUALITIES if drawing else QUALITIES:
            yield _jpeg(image, quality, "4:4:4" if drawing else "4:2:0"), "jpg", image.size
        image = _within(image, max(image.size) * 3 // 4)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _jpeg(image: Image.Image, quality: int, subsampling: str) -> bytes:
    out = io.BytesIO()
    image.save(
        out, "JPEG", quality=quality, subsampling=subsampling, progressive=True, optimize=True
    )
    return out.getvalue()


def _store(path: Path, data: bytes) -> None:
    """Another worker may write the same digest at the same moment: each has its own temporary."""
    temporary = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_bytes() == data:
            return
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise _not_stored(error) from error


def _not_stored(error: OSError) -> PictureNotStored:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return PictureNotStored(
            "Ổ đĩa của máy chủ đã đầy, chưa lưu được ảnh: dọn bớt dung lượng rồi thử lại."
        )
    return PictureNotStored(
        f"Chưa lưu được ảnh vào kho ({error.strerror}): kiểm tra thư mục chứa ảnh rồi thử lại."
    )
