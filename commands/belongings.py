"""What belongs to an office: the files that its config names, wherever they lie."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from commands.archive import Part
from config import Config, Secret
from errors import Refused

DATABASE, FILE = "sqlite:///", "file:"
PATHS = {"database", "media", "secret_key", "plan", "default_cover"}
DIGEST = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]{1,5})?")


def of(config: Config, database: Path, new_config: Path) -> tuple[str, Iterator[Part]]:
    """The config's text for another folder, and every file under its name there.

    `database` is a copy at rest; the config's text is to be written to `new_config`. What lies
    outside the office's folder comes inside, and the text says so. Raises `Refused`.
    """
    text = config.path.read_text(encoding="utf-8-sig")
    moved = _moved(tomllib.loads(text), _tidy(config.path.parent))
    return _rewritten(text, moved), _parts(config, moved, database, new_config)


def secrets(config: Config) -> tuple[list[str], list[str]]:
    """Names of the secrets that a backup holds (files), and of those that it cannot (env)."""
    every = {secret.name: _file(secret) for secret in _secrets(config)}
    inside = sorted(name for name, path in every.items() if path and path.is_file())
    return inside, sorted(name for name, path in every.items() if path is None)


def _parts(config: Config, moved: dict[str, str], database: Path, text: Path) -> Iterator[Part]:
    home = _tidy(config.path.parent)
    yield Part("config.toml", text)
    yield Part(_name(home, Path(config.loa.database.removeprefix(DATABASE)), moved), database)
    named = [path for secret in _secrets(config) if (path := _file(secret))]
    named += [unit.plan for unit in config.units if unit.plan]
    covers = (getattr(channel, "default_cover", None) for channel in config.channels)
    named += [cover for cover in covers if cover]
    for path in sorted(set(named)):
        yield Part(_name(home, path, moved), path)
    media = _name(home, config.loa.media, moved)
    for path in sorted(config.loa.media.glob("*")):
        if DIGEST.fullmatch(path.name) and path.is_file():
            yield Part(f"{media}/{path.name}", path)


def _secrets(config: Config) -> Iterator[Secret]:
    owners: list[Any] = [config.loa, *config.channels]
    for owner in owners:
        told = (getattr(owner, field.name) for field in fields(owner))
        yield from (each for each in told if isinstance(each, Secret))


def _file(secret: Secret) -> Path | None:
    told = secret.name
    return secret.folder / told.removeprefix(FILE) if told.startswith(FILE) else None


def _moved(document: dict[str, Any], home: Path) -> dict[str, str]:
    """Each value of the config that names a path outside its folder, and its new value."""
    found: dict[str, str] = {}
    for key, value in _texts(document):
        prefix = next((each for each in (DATABASE, FILE) if value.startswith(each)), "")
        rest = value.removeprefix(prefix)
        if (prefix == FILE or key in PATHS) and "://" not in rest and rest and value not in found:
            path = _tidy(home / rest)
            if not path.is_relative_to(home):
                found[value] = f"{prefix}data/moved/{len(found) + 1}/{path.name}"
    return found


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, key)


def _rewritten(text: str, moved: dict[str, str]) -> str:
    """The same text, comments and all, with the moved values in place."""
    new = text
    for old, value in moved.items():
        for quote in "\"'":
            new = new.replace(f"{quote}{old}{quote}", f"{quote}{value}{quote}")
    if tomllib.loads(new) != _mapped(tomllib.loads(text), moved):
        raise Refused(
            f"Không chuyển được đường dẫn ngoài thư mục văn phòng ({', '.join(moved)}); hãy ghi"
            " đường dẫn trong config.toml bằng dấu nháy thường, không có ký tự đặc biệt."
        )
    return new


def _mapped(value: Any, moved: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _mapped(each, moved) for name, each in value.items()}
    if isinstance(value, list):
        return [_mapped(each, moved) for each in value]
    return moved.get(value, value) if isinstance(value, str) else value


def _name(home: Path, path: Path, moved: dict[str, str]) -> str:
    """Where a file of the office stands in the archive."""
    tidy = _tidy(path)
    if tidy.is_relative_to(home):
        return tidy.relative_to(home).as_posix()
    for old, new in moved.items():
        prefix = next((each for each in (DATABASE, FILE) if old.startswith(each)), "")
        if _tidy(home / old.removeprefix(prefix)) == tidy:
            return new.removeprefix(prefix)
    raise Refused(f"Không rõ {path} được nêu ở đâu trong config.toml.")


def _tidy(path: Path) -> Path:
    return Path(os.path.normpath(path))
