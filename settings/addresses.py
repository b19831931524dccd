"""How a value that points elsewhere is read: a web address, a path, a database, a secret's name."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from settings.mistakes import Wrong
from settings.secrets import Secret


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: the folder of the file, its channel ("" elsewhere), its key."""

    folder: Path
    channel: str
    key: str


def _split(value: object) -> SplitResult | None:
    """The parts of an address, or None where it is not one (also a port that is no number)."""
    if not isinstance(value, str) or not value.isprintable() or re.search(r"\s", value):
        return None
    try:
        parts = urlsplit(value)
        return parts if parts.port is None or parts.port >= 0 else None
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def url(value: object) -> str:
    """A base address without a trailing slash; http to this machine, https elsewhere."""
    parts = _split(value)
    if not isinstance(value, str) or parts is None or not parts.hostname:
        raise Wrong("địa chỉ dạng https://…")
    if parts.scheme not in ("http", "https"):
        raise Wrong("địa chỉ dạng https://…")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise Wrong("cần địa chỉ không kèm mật khẩu, dấu ? hay dấu #", bare=True)
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise Wrong("https://…; http chỉ dùng cho chính máy này (127.0.0.1, localhost)")
    return value.rstrip("/")


def path(value: object, place: Place) -> Path:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise Wrong("đường dẫn tệp hoặc thư mục")
    if "://" in value:
        raise Wrong("đường dẫn trên máy này, không phải địa chỉ mạng")
    return place.folder / value


def database(value: object, place: Place) -> str:
    """An SQLAlchemy URL, which may hold a password: what is wrong with it is never repeated."""
    parts = _split(value)
    if isinstance(value, str) and value.startswith("sqlite:///"):
        return _sqlite(value.removeprefix("sqlite:///"), place)
    names_one = parts and parts.scheme == "postgresql+psycopg" and len(parts.path) > 1
    if isinstance(value, str) and names_one:
        return value
    raise Wrong('cần "sqlite:///ĐƯỜNG_DẪN" hoặc "postgresql+psycopg://…/TÊN_CSDL"', bare=True)


def _sqlite(target: str, place: Place) -> str:
    full = f"sqlite:///{place.folder / target}"
    if not target.strip() or target.startswith(":") or "?" in full or not full.isprintable():
        raise Wrong('một tệp: "sqlite:///ĐƯỜNG_DẪN", không có dấu ? trong đường dẫn')
    return full


def secret(value: object, place: Place) -> Secret:
    if value is None or value == "":
        raise Wrong("env:TÊN hoặc file:ĐƯỜNG_DẪN")
    forms = r"env:[A-Za-z_][A-Za-z0-9_]*|file:[^\x00-\x1f]+"
    if not isinstance(value, str) or not re.fullmatch(forms, value):
        raise Wrong("không ghi bí mật vào config.toml; ghi env:TÊN hoặc file:ĐƯỜNG_DẪN", bare=True)
    return Secret(value, place.key, place.channel, place.folder)
