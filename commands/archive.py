"""One file that holds an office: a zip or a tar.gz with a manifest of what it must contain."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol, cast

from errors import Refused

MANIFEST = "manifest.json"
MAX_MANIFEST = 100_000_000
CHUNK = 1 << 20
TORN = "Tệp sao lưu bị hỏng hoặc không trọn vẹn ({}); hãy dùng một bản sao lưu khác."
# Whatever a reader of a damaged or hostile archive raises.
UNREADABLE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    gzip.BadGzipFile,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    KeyError,
)


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the office under its name in the archive, a relative path with `/`."""

    name: str
    path: Path


class _Writer(Protocol):
    def add(self, name: str, content: IO[bytes], size: int) -> tuple[str, int]:
        """Returns the digest and size of what was in fact written."""
        ...


def pack(target: Path, parts: Iterable[Part], about: Mapping[str, Any]) -> int:
    """Write the archive, whole or not at all, readable by its owner only. Returns its size.

    `.zip` by its name, else tar.gz. The manifest is `about` and each file's digest and size.
    A part that has gone by the time it is read is left out. Raises `Refused`, `OSError`.
    """
    if target.exists():
        raise Refused(f"{target} đã có; hãy chọn tên khác, Loa không ghi đè lên tệp nào.")
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            with _writing(out, target.suffix.lower()) as writer:
                _write(writer, parts, about)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
        return target.stat().st_size
    finally:
        draft.unlink(missing_ok=True)


def unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Write the files into an empty folder; returns the manifest. Raises `Refused`.

    Nothing is written outside, and nothing counts unless all of it is there, byte for byte.
    """
    told: dict[str, tuple[str, int]] = {}
    manifest: dict[str, Any] = {}
    try:
        for name, content in _entries(source):
            if name == MANIFEST:
                manifest = json.loads(content.read(MAX_MANIFEST))
            elif _safe(name) in told:
                raise Refused(TORN.format(f"có hai tệp {name}"))
            else:
                told[name] = _copy(content, folder / name)
    except UNREADABLE as error:
        raise Refused(TORN.format(type(error).__name__)) from error
    except OSError as error:
        raise Refused(f"Không mở được {source} vào {folder}: {error.strerror}.") from error
    _verify(manifest, told)
    return manifest


def _write(writer: _Writer, parts: Iterable[Part], about: Mapping[str, Any]) -> None:
    files = {}
    for part in parts:
        if not is_safe(part.name):
            raise Refused(f"Không sao lưu được tệp tên {part.name!r}; hãy đổi tên tệp này.")
        try:
            file = part.path.open("rb")
        except FileNotFoundError:
            continue
        with file:
            told, size = writer.add(part.name, file, os.fstat(file.fileno()).st_size)
        files[part.name] = {"sha256": told, "size": size}
    manifest = json.dumps({**about, "files": files}, indent=1).encode()
    writer.add(MANIFEST, io.BytesIO(manifest), len(manifest))


@contextmanager
def _writing(out: IO[bytes], suffix: str) -> Iterator[_Writer]:
    if suffix == ".zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped:
            yield _Zip(zipped)
    else:
        with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tarred:
            yield _Tar(tarred)


@dataclass(frozen=True, slots=True)
class _Zip:
    file: zipfile.ZipFile

    def add(self, name: str, content: IO[bytes], size: int) -> tuple[str, int]:
        with self.file.open(name, "w", force_zip64=size > CHUNK << 10) as out:
            return _digest(content, out)


@dataclass(frozen=True, slots=True)
class _Tar:
    file: tarfile.TarFile

    def add(self, name: str, content: IO[bytes], size: int) -> tuple[str, int]:
        told, seen = tarfile.TarInfo(name), _Seen(content)
        told.size, told.mode = size, 0o600
        self.file.addfile(told, cast(IO[bytes], seen))
        return seen.digest.hexdigest(), size


class _Seen:
    """Digests what is read through it."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content, self.digest = content, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._content.read(size)
        self.digest.update(chunk)
        return chunk


def _entries(source: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Every regular file; a link, a device or a name that leads outside is refused."""
    if zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as zipped:
            for told in zipped.infolist():
                with zipped.open(told) as content:
                    yield _safe(told.filename), content
        return
    with tarfile.open(source, "r:gz") as tarred:
        for entry in tarred:
            found = tarred.extractfile(entry) if entry.isreg() else None
            if found is None:
                raise Refused(TORN.format(f"{entry.name[:80]!r} không phải tệp thường"))
            yield _safe(entry.name), found
        while tarred.fileobj and tarred.fileobj.read(CHUNK):
            pass  # to its very end, where gzip tells whether it was whole


def is_safe(name: str) -> bool:
    """A relative path that stays inside, on any system."""
    outside = name.startswith("/") or {"..", ".", ""} & set(name.split("/"))
    return not outside and not re.search(r"[\\\x00-\x1f]|^[A-Za-z]:", name)


def _safe(name: str) -> str:
    if not is_safe(name):
        raise Refused(TORN.format(f"tên tệp {name[:80]!r} không được phép"))
    return name


def _copy(content: IO[bytes], target: Path) -> tuple[str, int]:
    target.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        told = _digest(content, out)
        out.flush()
        os.fsync(out.fileno())
    return told


def _digest(content: IO[bytes], out: IO[bytes] | None) -> tuple[str, int]:
    told, size = hashlib.sha256(), 0
    while chunk := content.read(CHUNK):
        told.update(chunk)
        size += len(chunk)
        if out is not None:
            out.write(chunk)
    return told.hexdigest(), size


def _verify(manifest: dict[str, Any], told: Mapping[str, tuple[str, int]]) -> None:
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise Refused("Tệp này không phải bản sao lưu của Loa (không có manifest).")
    wanted = manifest["files"]
    for name in sorted({*wanted, *told}):
        found = told.get(name)
        if found is None:
            raise Refused(TORN.format(f"thiếu {name}"))
        if name not in wanted:
            raise Refused(TORN.format(f"thừa {name}"))
        if wanted[name] != {"sha256": found[0], "size": found[1]}:
            raise Refused(TORN.format(f"{name} đã bị thay đổi"))
