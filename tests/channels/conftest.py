from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from channels.base import Media
from channels.http import new_session
from tests.channels.peer import Peer


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as peer:
        yield peer


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with new_session() as session:
        yield session


@pytest.fixture
def picture(tmp_path: Path) -> Media:
    path = tmp_path / "anh.jpg"
    path.write_bytes(b"JPEG")
    return Media(
        path, "image", "image/jpeg", "https://xa.example/media/ảnh 1.jpg", "Bộ phận Một cửa"
    )
