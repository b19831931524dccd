"""Walking the file: tables into values, every mistake on the way noted with its key."""

import re
import tomllib
from dataclasses import MISSING, Field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from settings.addresses import Place
from settings.channels import KINDS, ChannelSettings
from settings.keys import keys_of
from settings.mistakes import ConfigError, Finding, Wrong, named, suggest
from settings.rules import one_of, slug
from settings.values import Route, Unit, WebSettings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of the file. Raises ConfigError with one finding: missing, unreadable, no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        problem = "không có tệp này; chạy `loa init THƯ_MỤC` hoặc chỉ đúng tệp bằng --config"
    except OSError:
        problem = "không đọc được tệp; kiểm tra đó là một tệp và Loa có quyền đọc"
    except UnicodeDecodeError:
        problem = "tệp không phải UTF-8; mở bằng trình soạn thảo và lưu lại với mã UTF-8"
    except (ValueError, RecursionError) as error:
        problem = f"sai cú pháp TOML {_where(str(error))}; kiểm tra dấu ngoặc, dấu nháy, khóa lặp"
    raise ConfigError((Finding(str(path), problem),)) from None


def _where(message: str) -> str:
    """tomllib ends its message with "(at line 3, column 9)" or "(at end of document)"."""
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    if found:
        return f"ở dòng {found[1]}, cột {found[2]}"
    return "ở cuối tệp" if "end of document" in message else "(số quá dài hoặc lồng quá sâu)"


T = TypeVar("T", bound="DataclassInstance")


class Reading:
    """Tables into values, going on after a mistake; a wrong value is replaced and never leaves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[Finding] = []

    def blame(self, key: str, problem: str) -> None:
        self.findings.append(Finding(key, problem))

    def refuse_unknown(self, rows: dict[str, Any], known: tuple[str, ...], at: str) -> None:
        for key in rows:
            if key not in known:
                problem = f"không có khóa này; {suggest(key, known)}"
                self.blame(f"{at}.{named(key)}".lstrip("."), problem)

    def rows(self, found: object, at: str, expected: str) -> dict[str, Any]:
        if isinstance(found, dict):
            return found
        self.blame(at, Wrong(expected).told(found))
        return {}

    def table(
        self, shape: type[T], found: object, at: str, beside: tuple[str, ...] = (), **given: Any
    ) -> T:
        """`beside`: keys of the table that the caller reads; `given`: fields it fills."""
        rows = self.rows(found, at, f"một bảng [{at}]")
        keys = keys_of(shape)
        self.refuse_unknown(rows, (*keys, *beside), at)
        channel = str(given.get("name", ""))
        values = {
            name: self.value(key, rows.get(name), at, Place(self.folder, channel, name))
            for name, key in keys.items()
        }
        return shape(**given, **values)

    def value(self, key: Field[Any], found: object, at: str, place: Place) -> Any:
        default = None if key.default is MISSING else key.default
        if found is None and key.default is not MISSING:
            return default
        try:
            return key.metadata["rule"](key.metadata["absent"] if found is None else found, place)
        except Wrong as wrong:
            self.blame(f"{at}.{key.name}", wrong.told(found))
            return default

    def tables(self, found: object, at: str) -> list[dict[str, Any]]:
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            name = re.sub(r"\[\d+\]", "", at)
            self.blame(at, Wrong(f"[[{name}]], hai dấu ngoặc vuông").told(found))
            return []
        return found

    def web(self, found: object) -> WebSettings:
        web = self.table(WebSettings, found, "web")
        told = isinstance(found, dict) and "public_url" in found
        return web if told else replace(web, public_url=f"http://127.0.0.1:{web.port}")

    def units(self, found: object) -> tuple[Unit, ...]:
        if found == []:
            self.blame("units", "chưa có đơn vị nào, cần ít nhất một bảng [[units]]")
        rows = self.tables(found, "units")
        return tuple(self.unit(one, f"units[{number}]") for number, one in enumerate(rows))

    def unit(self, found: dict[str, Any], at: str) -> Unit:
        unit = self.table(Unit, found, at, ("routes", "channels"))
        routes = self.tables(found.get("routes", []), f"{at}.routes")
        channels = self.rows(
            found.get("channels", {}), f"{at}.channels", "các bảng [units.channels.TÊN]"
        )
        return replace(
            unit,
            routes=tuple(
                self.table(Route, one, f"{at}.routes[{number}]")
                for number, one in enumerate(routes)
            ),
            channels=tuple(
                self.channel(name, one, f"{at}.channels.{named(name)}", unit.id)
                for name, one in channels.items()
            ),
        )

    def channel(self, name: str, found: object, at: str, unit: str) -> ChannelSettings:
        try:
            slug(name)
        except Wrong as wrong:
            self.blame(at, f"tên kênh: {wrong.told(name)}")
        if not isinstance(found, dict):
            self.blame(at, Wrong("một bảng [units.channels.TÊN]").told(found))
            return ChannelSettings(name=name, unit=unit)
        try:
            shape, beside = KINDS[one_of(*KINDS)(found.get("kind"))], ("kind",)
        except Wrong as wrong:
            self.blame(f"{at}.kind", wrong.told(found.get("kind")))
            shape, beside = ChannelSettings, tuple(found)
        return self.table(shape, found, at, beside, name=name, unit=unit)
