"""Tell what a file is by its first bytes; its name and its sender's word count for nothing."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from channels.base import MediaKind

HEAD_BYTES = 4096

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"fLaC", "audio/flac"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = {
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "image/heic"),
    **dict.fromkeys((b"mif1", b"msf1"), "image/heic"),
}
_OFFICE = {"word/": DOCX, "xl/": XLSX, "ppt/": PPTX}
_SVG = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg\b", re.S
)


def sniff(source: Path | bytes) -> str | None:
    """The mime type of a picture, a video, a sound, a PDF or an Office file; None for the rest.

    Raises `OSError` where the file cannot be read.
    """
    head = source[:HEAD_BYTES] if isinstance(source, bytes) else _head(source)
    for start, mime in _STARTS:
        if head.startswith(start):
            return mime
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head.startswith(b"PK\x03\x04"):
        return _office(source, head)
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    if _SVG.match(head):
        return "image/svg+xml"
    return _iso_media(head) or _bitmap(head) or _bare_mpeg_audio(head)


def media_kind(mime: str) -> MediaKind:
    family = mime.partition("/")[0]
    if family == "image":
        return "image"
    if family == "video":
        return "video"
    return "audio" if family == "audio" else "document"


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _iso_media(head: bytes) -> str | None:
    """MP4, MOV, M4A, HEIC, AVIF share one container and differ by its brands."""
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "video/quicktime"  # before 2001 a MOV file named no brand
    if head[4:8] != b"ftyp":
        return None
    box = head[8 : min(int.from_bytes(head[:4], "big"), 256)]
    brands = [box[:4], *(box[at : at + 4] for at in range(8, len(box), 4))]
    if brands[0] in (b"mif1", b"msf1") and b"avif" in brands:
        return "image/avif"
    if brands[0][:2] == b"3g":
        return "video/3gpp"
    return _BRANDS.get(brands[0], "video/mp4")


def _bitmap(head: bytes) -> str | None:
    header = int.from_bytes(head[14:18], "little")
    known = head.startswith(b"BM") and header in (12, 40, 52, 56, 64, 108, 124)
    return "image/bmp" if known else None


def _bare_mpeg_audio(head: bytes) -> str | None:
    """MP3 without tags, or AAC, begins at once with a frame: eleven set bits, then its layer."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    layer_3 = head[1] & 0x06 == 0x02 and head[1] & 0x18 != 0x08
    return "audio/mpeg" if layer_3 and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C else None


def _office(source: Path | bytes, head: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as parts:
            names: Iterable[str] = parts.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        names = (folder for folder in _OFFICE if folder.encode() in head)  # only its beginning
    for name in names:
        for folder, mime in _OFFICE.items():
            if name.startswith(folder):
                return mime
    return "application/zip"
