"""Pictures the sandbox is given: fetched from this machine, looked at, kept for the walls."""

import http.client
import warnings
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlsplit

from PIL import Image

from sandbox.webhooks import is_loopback

FETCH_TIMEOUT_S = 5.0


class NoPictureError(Exception):
    """The picture cannot be fetched, or is none."""


@dataclass(frozen=True, slots=True)
class Picture:
    """`kind` is Pillow's word: JPEG, PNG, GIF, BMP, TIFF."""

    data: bytes
    kind: str
    width: int
    height: int


def fetch(url: str, max_bytes: int) -> bytes:
    """The bytes at a URL on this machine; NoPictureError for anything but a prompt 200.

    No redirects are followed and no other host is ever called.
    """
    if not is_loopback(url):
        raise NoPictureError(f"{url} is not on this machine")
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port, timeout=FETCH_TIMEOUT_S
    )
    try:
        connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        response = connection.getresponse()
        data = response.read(max_bytes + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoPictureError(f"{url} does not answer") from error
    finally:
        connection.close()
    if response.status != 200 or not data:
        raise NoPictureError(f"{url} answers {response.status}")
    if len(data) > max_bytes:
        raise NoPictureError(f"{url} is larger than {max_bytes} bytes")
    return data


def look_at(data: bytes) -> Picture:
    """What kind of picture these bytes are; NoPictureError if none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data)) as image:
                return Picture(data, image.format or "", image.width, image.height)
    except (
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise NoPictureError("these bytes are not a picture") from error


def content_type(data: bytes) -> str:
    """A content type for what a wall shows."""
    for start, kind in _MAGIC:
        if data.startswith(start):
            return kind
    return "video/mp4" if data[4:8] == b"ftyp" else "application/octet-stream"


_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"%PDF", "application/pdf"),
    (b"OggS", "audio/ogg"),
)
