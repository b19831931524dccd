"""The file that holds an office: whole, unchanged and harmless, or refused."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commands import archive
from commands.archive import Part
from errors import Refused

TARGETS = pytest.mark.parametrize("name", ["loa.tar.gz", "loa.zip"])
FILES = {
    "config.toml": b"[loa]",
    "data/loa.db": os.urandom(70_000),
    "plans/k\u1ebf ho\u1ea1ch.toml": b"",
}

Change = Callable[[dict[str, bytes], dict[str, Any]], Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty one to unpack into, alone in its parent."""
    made = tmp_path / "out" / "again"
    made.mkdir(parents=True)
    return made


def packed(tmp_path: Path, name: str) -> Path:
    parts = []
    for number, (part, data) in enumerate(FILES.items()):
        path = tmp_path / f"part{number}"
        path.write_bytes(data)
        parts.append(Part(part, path))
    archive.pack(tmp_path / name, parts, {"format": 1})
    return tmp_path / name


def refused(source: Path, folder: Path) -> str:
    with pytest.raises(Refused) as caught:
        archive.unpack(source, folder)
    outside = {path for path in folder.parents[1].rglob("*") if path.is_file()}
    inside = set(folder.rglob("*"))
    assert {path.name for path in outside - inside} <= {"loa.zip", "loa.tar.gz", *PARTS}
    return str(caught.value)


PARTS = [f"part{number}" for number in range(len(FILES))]


@TARGETS
def test_what_goes_in_comes_out(tmp_path: Path, folder: Path, name: str) -> None:
    manifest = archive.unpack(packed(tmp_path, name), folder)
    found = {path.relative_to(folder).as_posix(): path.read_bytes()
             for path in folder.rglob("*") if path.is_file()}  # fmt: skip
    assert found == FILES
    assert manifest["format"] == 1
    assert manifest["files"].keys() == FILES.keys()


def test_what_went_away_meanwhile_is_not_missed(tmp_path: Path, folder: Path) -> None:
    archive.pack(tmp_path / "loa.zip", [Part("gone", tmp_path / "gone")], {})
    assert archive.unpack(tmp_path / "loa.zip", folder)["files"] == {}


def test_a_failed_pack_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b"x")
    with pytest.raises(Refused, match="đổi tên"):
        archive.pack(tmp_path / "loa.zip", [Part("a\\b", tmp_path / "part")], {})
    assert [path.name for path in tmp_path.iterdir()] == ["part"]


# ---- torn, changed, forged


@TARGETS
@pytest.mark.parametrize("part", [0.0, 0.01, 0.3, 0.7, 0.99, 0.9999])
def test_a_torn_file(tmp_path: Path, folder: Path, name: str, part: float) -> None:
    source = packed(tmp_path, name)
    data = source.read_bytes()
    source.write_bytes(data[: int(len(data) * part)])
    assert refused(source, folder).startswith("Tệp sao lưu bị hỏng")


@TARGETS
@pytest.mark.parametrize("part", [0.01, 0.3, 0.5, 0.9])
def test_a_changed_byte(tmp_path: Path, folder: Path, name: str, part: float) -> None:
    source = packed(tmp_path, name)
    data = bytearray(source.read_bytes())
    data[int(len(data) * part)] ^= 0xFF
    source.write_bytes(data)
    refused(source, folder)


@pytest.mark.parametrize(
    "name",
    ["../outside", "data/../../outside", "/outside", "a\\..\\outside", "C:outside", "a//b", "./a"],
)
def test_no_file_gets_outside(tmp_path: Path, folder: Path, name: str) -> None:
    source = packed(tmp_path, "loa.zip")
    forge(source, lambda parts, manifest: add(parts, manifest, name))
    assert "không được phép" in refused(source, folder)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_link_or_a_device_is_no_file(tmp_path: Path, folder: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "loa.tar.gz", "w:gz") as file:
        link = tarfile.TarInfo("data")
        link.type, link.linkname = kind, "/etc"
        file.addfile(link)
        file.addfile(tarfile.TarInfo("data/loa.db"), io.BytesIO())
    assert "không phải tệp thường" in refused(tmp_path / "loa.tar.gz", folder)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda parts, manifest: parts.update(extra=b"x"), "thừa extra"),
        (lambda parts, manifest: parts.pop("config.toml"), "thiếu config.toml"),
        (lambda parts, manifest: parts.update({"config.toml": b"[web]"}), "đã bị thay đổi"),
        (lambda parts, manifest: manifest.pop("files"), "không có manifest"),
        (lambda parts, manifest: manifest.update(files=[]), "không có manifest"),
        (lambda parts, manifest: manifest["files"].update(x=None), "thiếu x"),
    ],
)
def test_what_the_manifest_does_not_vouch_for(
    tmp_path: Path, folder: Path, change: Change, why: str
) -> None:
    source = packed(tmp_path, "loa.zip")
    forge(source, change)
    assert why in refused(source, folder)


def forge(target: Path, change: Change) -> None:
    """The same file with other contents."""
    with zipfile.ZipFile(target) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    change(parts, manifest)
    with zipfile.ZipFile(target, "w") as file:
        for name, data in [*parts.items(), ("manifest.json", json.dumps(manifest).encode())]:
            file.writestr(name, data)


def add(parts: dict[str, bytes], manifest: dict[str, Any], name: str) -> None:
    parts[name] = b"x"
    manifest["files"][name] = {"sha256": hashlib.sha256(b"x").hexdigest(), "size": 1}
