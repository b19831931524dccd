"""What a file is stands in its first bytes, whatever it is called."""

import io
import wave
import zipfile
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from content.sniff import DOCX, XLSX, media_kind, sniff


def picture(format: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 40)).save(out, format)
    return out.getvalue()


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        for name in names:
            parts.writestr(name, "x")
    return out.getvalue()


def box(brand: bytes, *also: bytes) -> bytes:
    content = b"ftyp" + brand + bytes(4) + b"".join(also)
    return (len(content) + 4).to_bytes(4, "big") + content + b"\x00\x00\x00\x08moov"


@pytest.mark.parametrize(
    ("format", "mime"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("BMP", "image/bmp"),
        ("TIFF", "image/tiff"),
        ("AVIF", "image/avif"),
        ("PDF", "application/pdf"),
    ],
)
def test_real_files(format: str, mime: str) -> None:
    assert sniff(picture(format)) == mime


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (box(b"isom", b"mp42"), "video/mp4"),
        (box(b"qt  "), "video/quicktime"),
        (bytes(4) + b"moov", "video/quicktime"),
        (box(b"M4A ", b"isom"), "audio/mp4"),
        (box(b"3gp4"), "video/3gpp"),
        (box(b"heic", b"mif1"), "image/heic"),
        (box(b"mif1", b"heic"), "image/heic"),
        (box(b"mif1", b"avif"), "image/avif"),
        (b"ID3\x04rest", "audio/mpeg"),
        (b"\xff\xfb\x90\x00rest", "audio/mpeg"),
        (b"\xff\xf1\x50\x80rest", "audio/aac"),
        (b"OggS\x00", "audio/ogg"),
        (b"RIFF\x00\x00\x00\x00AVI ", "video/x-msvideo"),
        (b"\x1a\x45\xdf\xa3", "video/webm"),
        (b'<?xml version="1.0"?>\n<!-- a --><svg xmlns="x">', "image/svg+xml"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), XLSX),
        (zipped("a.txt"), "application/zip"),
        (zipped("[Content_Types].xml", "word/document.xml")[:120], DOCX),
        (b"", None),
        (b"Kinh gui", None),
        (b"BM la gi", None),
        (b"\xff\xff\xff\xff", None),
        (b"RIFFxxxxXXXX", None),
    ],
)
def test_first_bytes(head: bytes, mime: str | None) -> None:
    assert sniff(head) == mime


def test_a_recording_and_a_word_file_by_path_whatever_their_names(tmp_path: Path) -> None:
    sound, letter = tmp_path / "a.jpg", tmp_path / "b.mp4"
    with wave.open(str(sound), "wb") as recording:
        recording.setparams((1, 2, 8000, 0, "NONE", ""))
        recording.writeframes(bytes(100))
    Document().save(str(letter))
    assert sniff(sound) == "audio/wav"
    assert sniff(letter) == DOCX


@pytest.mark.parametrize(
    ("mime", "kind"),
    [
        ("image/heic", "image"),
        ("video/mp4", "video"),
        ("audio/ogg", "audio"),
        ("application/pdf", "document"),
        (DOCX, "document"),
    ],
)
def test_the_kind_of_media_that_channels_ask_for(mime: str, kind: str) -> None:
    assert media_kind(mime) == kind


@given(
    st.binary(max_size=64),
    st.sampled_from([b"", b"PK\x03\x04", b"RIFF", b"\x00\x00\x00\x18ftyp", b"<?xml "]),
)
def test_no_bytes_break_it(rest: bytes, start: bytes) -> None:
    mime = sniff(start + rest)
    assert mime is None or "/" in mime
