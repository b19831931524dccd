"""Open a picture that somebody sent: refuse what is none, give the rest upright, in sRGB, bare."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from PIL import ExifTags, Image, ImageCms

from content.sniff import sniff
from errors import Refused

SOURCE_BYTES = 40_000_000  # larger files are refused before they are opened
SOURCE_PIXELS = 70_000_000  # a 64-megapixel phone passes; below Pillow's own alarm
LEAST_SIDE = 32
SMALL_SIDE = 480  # below this people are told that it may look poor
WIDEST = 20  # times as long as wide (api/social.md §5.2)

_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
}
_HELP = "chụp lại ở chế độ JPEG hoặc xuất ảnh sang JPG rồi gửi lại."
_REFUSALS = {
    "image/heic": f"Ảnh HEIC của iPhone chưa dùng được: {_HELP}",
    "image/avif": f"Ảnh AVIF chưa dùng được: {_HELP}",
    "image/svg+xml": "Ảnh vẽ SVG chưa dùng được: xuất ảnh sang PNG hoặc JPG rồi gửi lại.",
}
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    LookupError,
    OverflowError,
    struct.error,
    zlib.error,
)
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_TURNS = {  # EXIF orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PictureRefused(Refused):
    """The picture cannot be used. One clear Vietnamese line: what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An RGB image without metadata; `remarks` are Vietnamese lines for the person who sent it."""

    image: Image.Image
    mime: str
    remarks: tuple[str, ...]


def open_picture(source: Path, side: int, source_bytes: int = SOURCE_BYTES) -> Opened:
    """The first frame, upright, transparency on white, colours in sRGB, nothing else of the file.

    A JPEG much longer than `side` pixels is decoded at 1/2, 1/4 or 1/8, still at least `side`.
    Raises `PictureRefused`.
    """
    mime = _checked(source, source_bytes)
    try:
        with Image.open(source, formats=[_FORMATS[mime]]) as image:
            _check_size(image)
            remarks = tuple(_remarks(image, mime))
            share = side / max(image.size)
            image.draft(None, (int(image.width * share), int(image.height * share)))
            image.load()
            turn = _turn(image)
    except _BOMBS as bomb:
        raise _too_many_pixels() from bomb
    except _BROKEN as broken:
        raise PictureRefused(
            "Tệp ảnh bị hỏng hoặc chưa tải lên hết: mở thử ảnh trên máy rồi gửi lại ảnh gốc."
        ) from broken
    upright = _in_srgb(image)
    return Opened(upright if turn is None else upright.transpose(turn), mime, remarks)


def megabytes(size: int) -> str:
    """As people here write it: “1,2 MB”; below a million bytes “640 KB”."""
    if size < 1_000_000:
        return f"{max(1, size // 1000)} KB"
    return f"{size / 1_000_000:.1f} MB".replace(".0", "").replace(".", ",")


def _checked(source: Path, source_bytes: int) -> str:
    try:
        size = source.stat().st_size
        mime = sniff(source) if size <= source_bytes else None
    except OSError as error:
        raise PictureRefused("Không đọc được tệp ảnh: gửi lại ảnh.") from error
    if size == 0:
        raise PictureRefused("Tệp ảnh rỗng, có lẽ chưa tải lên được: gửi lại ảnh.")
    if size > source_bytes:
        raise PictureRefused(
            f"Ảnh nặng {megabytes(size)}, hệ thống nhận tối đa {megabytes(source_bytes)}: "
            "chụp lại ở độ phân giải thấp hơn rồi gửi lại."
        )
    if mime not in _FORMATS:
        raise PictureRefused(_REFUSALS.get(mime or "", f"Tệp này không phải là ảnh: {_HELP}"))
    return mime


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if width * height > SOURCE_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < LEAST_SIDE:
        raise PictureRefused(f"Ảnh quá nhỏ ({width}×{height} điểm ảnh): gửi ảnh gốc lớn hơn.")
    if max(width, height) > WIDEST * min(width, height):
        raise PictureRefused(
            f"Ảnh quá dài và hẹp ({width}×{height} điểm ảnh): cắt bớt rồi gửi lại."
        )


def _too_many_pixels() -> PictureRefused:
    most = SOURCE_PIXELS // 1_000_000
    return PictureRefused(
        f"Ảnh có quá nhiều điểm ảnh, hệ thống nhận tối đa {most} triệu: "
        "chụp lại ở độ phân giải thấp hơn rồi gửi lại."
    )


def _remarks(image: Image.Image, mime: str) -> Iterator[str]:
    if mime != "image/jpeg" and getattr(image, "is_animated", False):
        yield "Tệp có nhiều khung hình: chỉ dùng khung hình đầu tiên."
    if max(image.size) < SMALL_SIDE:
        yield f"Ảnh nhỏ ({image.width}×{image.height} điểm ảnh), có thể không rõ khi đăng."


def _in_srgb(image: Image.Image) -> Image.Image:
    """A copy in 8-bit RGB, transparency on white, colours brought from the image's profile."""
    flat = _on_white(image)
    profile = image.info.get("icc_profile")
    if profile:
        try:
            theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(theirs):
                ours = ImageCms.createProfile("sRGB")
                flat = ImageCms.profileToProfile(flat, theirs, ours, outputMode="RGB") or flat
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that cannot be read, or of another mode, is no profile
    copy = flat.convert("RGB")
    copy.info = {}
    return copy


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):  # 16 bits and more a pixel
        return _in_8_bits(image)
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image.convert("RGBA"))
        return white.convert("RGB")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _in_8_bits(image: Image.Image) -> Image.Image:
    grey = image.convert("F")
    _, highest = cast("tuple[float, float]", grey.getextrema())
    scales = (1.0, 255.0) if image.mode.startswith("F") else (65_535.0,)
    full = next((most for most in scales if highest <= most), highest)
    return grey.point(lambda value: value * (255 / full) + 0).convert("L")


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except (*_BROKEN, Warning):
        return None  # EXIF that cannot be read turns nothing
