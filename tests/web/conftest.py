"""An office with one channel in memory, served on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.web.served import Served, Watch, served

OFFICE = """
[web]
public_url = "http://127.0.0.1:$PORT"

[[units]]
id = "dak-to"
name = "UBND xã Đắk Tô"

[units.channels.thu]
kind = "memory"
quiet = "22:00-06:00"

[units.channels.loa]
kind = "manual"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an office's config and key, not opened yet."""
    (tmp_path / "data" / "media").mkdir(parents=True)
    (tmp_path / "data" / "secret.key").write_bytes(Fernet.generate_key())
    (tmp_path / "config.toml").write_text(OFFICE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def office(folder: Path) -> Iterator[Served]:
    with served(folder / "config.toml", Watch()) as running:
        yield running
