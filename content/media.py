"""The media folder: every file under the digest of its bytes, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from errors import Refused, why

MAX_BYTES = 500 * 1024 * 1024
SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")


def evidence(folder: Path, told: str) -> str:
    """A link as it is, a file as `media/{name}`. Raises `Refused` for neither."""
    if re.match(r"https?://\S+\.\S+$", told):
        return told
    if "://" in told:
        raise Refused(f"“{told}” không phải liên kết http(s).")
    if not Path(told).is_file():
        raise Refused(f"Không thấy tệp minh chứng “{told}”; hãy ghi liên kết hoặc đường dẫn tệp.")
    return f"media/{keep(folder, Path(told))}"


def keep(folder: Path, source: Path) -> str:
    """Copy a file in; returns its name `{sha256}.{ext}`. Raises `Refused`."""
    try:
        if source.stat().st_size > MAX_BYTES:
            raise Refused(f"Tệp {source.name} quá lớn (hơn {MAX_BYTES >> 20} MB).")
        data = source.read_bytes()
    except OSError as error:
        raise Refused(f"Không đọc được tệp {source}: {why(error)}") from error
    if not data:
        raise Refused(f"Tệp {source.name} rỗng.")
    suffix = source.suffix.lower()
    return keep_bytes(folder, data, suffix if SUFFIX.fullmatch(suffix) else "")


def keep_bytes(folder: Path, data: bytes, suffix: str) -> str:
    name = hashlib.sha256(data).hexdigest() + suffix
    target = folder / name
    if target.exists():
        return name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as part:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        Path(part.name).replace(target)
    except OSError as error:
        raise Refused(f"Không ghi được vào kho ảnh, tệp {folder}: {why(error)}") from error
    return name
