"""`/media/{digest}.{ext}`: the file by its digest, and nothing beside it."""

from __future__ import annotations

import hashlib
import io
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.web.served import Served

Keep = Callable[[bytes, str], str]


@pytest.fixture
def keep(office: Served) -> Keep:
    """Puts bytes into the media folder; gives their name."""

    def keep(data: bytes, ext: str) -> str:
        name = f"{hashlib.sha256(data).hexdigest()}.{ext}"
        (office.app.config.loa.media / name).write_bytes(data)
        return name

    return keep


def picture(kind: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (32, 18), "teal").save(data, kind)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "ext", "mime"),
    [
        (picture("JPEG"), "jpg", "image/jpeg"),
        (picture("PNG"), "png", "image/png"),
        (picture("PNG"), "jpg", "image/png"),  # by its bytes, not by its name
        (b"ID3" + bytes(50), "mp3", "audio/mpeg"),
        (b"%PDF-1.7 ...", "pdf", "application/pdf"),
    ],
)
def test_a_file_comes_as_what_it_is_and_for_ever(
    office: Served, keep: Keep, data: bytes, ext: str, mime: str
) -> None:
    name = keep(data, ext)
    answer = office.get(f"/media/{name}")
    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["Content-Type"] == mime
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["ETag"] == f'"{name[:64]}"'
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize(
    "data", [b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", b"<html>", b"x"]
)
def test_what_could_carry_a_script_is_never_shown(office: Served, keep: Keep, data: bytes) -> None:
    answer = office.get(f"/media/{keep(data, 'html')}")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_part_of_a_file(office: Served, keep: Keep) -> None:
    data = picture("PNG")
    path = f"/media/{keep(data, 'png')}"
    part = office.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, data[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(data)}"
    beyond = office.get(path, headers={"Range": f"bytes={len(data)}-"})
    assert beyond.status_code == 416


def test_a_service_may_ask_before_it_fetches(office: Served, keep: Keep) -> None:
    data = picture("JPEG")
    name = keep(data, "jpg")
    head = office.http.head(f"{office.url}/media/{name}", timeout=10)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(data))
    known = office.get(f"/media/{name}", headers={"If-None-Match": f'"{name[:64]}"'})
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/media/",
        "/media",
        "/media/../secret.key",
        "/media/..%2fsecret.key",
        "/media/%2e%2e/secret.key",
        "/media/..%5csecret.key",
        "/media//etc/passwd",
        "/media/secret.key",
        f"/media/{'0' * 64}.jpg",
        f"/media/{'0' * 64}",
        f"/media/{'A' * 64}.jpg",
        f"/media/{'0' * 64}.jpg%00.png",
        f"/media/{'0' * 64}.jpg%0a",
    ],
)
def test_nothing_else_can_be_named(office: Served, path: str) -> None:
    """Written to the socket: a client would tidy the path."""
    (office.app.config.loa.media / "secret.key").write_text("bí mật")
    host, _, port = office.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    assert b" 404 " in answer.splitlines()[0]
    assert "bí mật".encode() not in answer


def test_a_link_in_the_folder_leads_nowhere(office: Served, tmp_path: Path) -> None:
    name = f"{'1' * 64}.jpg"
    (office.app.config.loa.media / name).symlink_to(tmp_path / "data" / "secret.key")
    assert office.get(f"/media/{name}").status_code == 404
