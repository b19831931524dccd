"""What an operator may change: `config.toml` read once into frozen values, every mistake named.

Each key is declared once, as a field of the value that holds it, with the rule that reads it.
Secrets are named here and read by whoever opens their channel: loading never needs one.
Keys and defaults: `contracts.md` §2, `docs/config.md`.
"""

import json
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from datetime import time
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar
from urllib.parse import SplitResult, urlsplit

from errors import Refused

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

TEN_YEARS_S = 315_360_000
TEN_YEARS_D = 3_650
SAMPLE = Path(__file__).parent / "texts" / "config.toml.tmpl"


def load(path: Path) -> "Config":
    """The office that `path` describes. Raises ConfigError with every mistake of the file.

    Reads that one file and nothing else: no secret, no plan, no network.
    """
    document = _document(path)
    reading = _Reading(path.absolute().parent)
    reading.refuse_unknown(document, ("loa", "web", "delivery", "units"), "")
    config = Config(
        path=path.absolute(),
        loa=reading.table(LoaSettings, document.get("loa", {}), "loa"),
        web=reading.web(document.get("web", {})),
        delivery=reading.table(DeliverySettings, document.get("delivery", {}), "delivery"),
        units=reading.units(document.get("units", [])),
    )
    findings = (*reading.findings, *_contradictions(config))
    if findings:
        raise ConfigError(findings)
    return config


def known_keys() -> tuple[str, ...]:
    """Every key that `load` accepts: `web.port`, `units.channels.*.read_s` for every kind of
    channel, `units.channels.telegram.chat` for one kind."""
    common = _keys(ChannelSettings)
    shapes = {"loa": LoaSettings, "web": WebSettings, "delivery": DeliverySettings}
    shapes |= {"units": Unit, "units.routes": Route, "units.channels.*": ChannelSettings}
    keys = [f"{table}.{key}" for table, shape in shapes.items() for key in _keys(shape)]
    own = [
        f"units.channels.{kind}.{key}"
        for kind, shape in _KINDS.items()
        for key in _keys(shape)
        if key not in common
    ]
    return (*keys, "units.channels.*.kind", *own)


def sample(
    unit_id: str, unit_name: str, plan: str, public_url: str, port: int, responsible: str = ""
) -> str:
    """The text of a new office's config.toml: one unit, its loudspeaker, no secret needed."""
    return Template(SAMPLE.read_text(encoding="utf-8")).substitute(
        unit_id=_quoted(unit_id),
        unit_name=_quoted(unit_name),
        plan=_quoted(plan),
        public_url=_quoted(public_url),
        port=port,
        responsible=f"[{_quoted(responsible) if responsible else ''}]",
    )


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, which also forbids a bare DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


# ---- what can be wrong


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: where it stands (`units[0].channels.zalo.read_s`) and what to do, one line."""

    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.key}: {self.problem}"


class ConfigError(Refused):
    """The file cannot be used; `findings` holds every mistake, `str()` is the summary line."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        keys = ", ".join(finding.key for finding in findings[:3])
        more = ", …" if len(findings) > 3 else ""
        super().__init__(
            f"Cấu hình có {len(findings)} chỗ sai ({keys}{more}); sửa các chỗ đã nêu rồi chạy lại."
        )


class MissingSecret(Refused):
    """A named secret is not there; the message is one line for the person who runs the office."""


class UnknownName(Refused, LookupError):
    """No unit or channel of that name; the message lists those that exist."""


@dataclass(frozen=True, slots=True)
class Secret:
    """The name of a secret, `env:NAME` or `file:PATH` (relative to `folder`); never its value."""

    name: str
    key: str = ""
    channel: str = ""
    folder: Path = Path()

    def __str__(self) -> str:
        return self.name

    def read(self, environ: Mapping[str, str]) -> str:
        """The value without surrounding blanks. Raises MissingSecret when absent or empty."""
        source, _, target = self.name.partition(":")
        if source == "env":
            return self._found(environ.get(target, ""), f"đặt biến môi trường {target}")
        path = self.folder / target
        advice = f"ghi bí mật vào tệp {path} và cho Loa quyền đọc"
        try:
            return self._found(path.read_text(encoding="utf-8-sig"), advice)
        except (OSError, ValueError):
            raise MissingSecret(self._missing(advice)) from None

    def _found(self, text: str, advice: str) -> str:
        if not text.strip():
            raise MissingSecret(self._missing(advice))
        return text.strip()

    def _missing(self, advice: str) -> str:
        what = f"thiếu bí mật {self.key} ({self.name})"
        if not self.channel:
            return f"Cấu hình {what}; hãy {advice} rồi chạy lại."
        return f'Kênh "{self.channel}" {what}, riêng kênh này tạm dừng; hãy {advice} rồi chạy lại.'


@dataclass(frozen=True, slots=True)
class Hours:
    """A span of the day in local time, start included, end not; may run over midnight."""

    start: time
    end: time

    def contains(self, moment: time) -> bool:
        clock = moment.replace(tzinfo=None)
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


# ---- how one value is read: TOML value in, typed value out, or `_Wrong` with what was expected


@dataclass(frozen=True, slots=True)
class _Place:
    folder: Path
    channel: str
    key: str


class _Wrong(Exception):
    def __init__(self, expected: str, *, bare: bool = False) -> None:
        """`bare`: say `expected` alone and never repeat the value, which may be a secret."""
        super().__init__(expected)
        self.expected = expected
        self.bare = bare

    def told(self, value: object) -> str:
        if self.bare:
            return self.expected
        found = "chưa ghi" if value is None else f"đang ghi {_shown(value)}"
        return f"{found}, cần {self.expected}"


def _shown(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            text = json.dumps(value if len(value) <= 60 else value[:57] + "…", ensure_ascii=False)
            return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)
        case int():
            return str(value) if abs(value) < 10**15 else "một số quá lớn"
        case list():
            return "một danh sách" if value else "danh sách rỗng"
        case dict():
            return "một bảng"
    return str(value)


def _named(key: str) -> str:
    return key if re.fullmatch(r"[\w-]{1,60}", key) else _shown(key)


def _suggest(word: str, known: Iterable[str]) -> str:
    """The known word nearest to `word`, else the first few."""
    words = sorted({_named(one) for one in known})
    near = get_close_matches(word, words, n=1)
    listed = ", ".join([*words[:20], "…"] if len(words) > 20 else words)
    return f'có phải "{near[0]}"?' if near else f"đang có: {listed or 'chưa có gì'}"


def _line(value: object) -> str:
    """One line in NFC with single blanks, so that names typed on any keyboard compare equal."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or not text.isprintable():
        raise _Wrong("một dòng chữ không rỗng, không có ký tự ẩn")
    return unicodedata.normalize("NFC", text)


def _paragraphs(value: object) -> str:
    if not isinstance(value, str) or not "".join(value.split()).isprintable():
        raise _Wrong("một đoạn chữ không có ký tự ẩn")
    return unicodedata.normalize("NFC", value.strip())


def _slug(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", value):
        raise _Wrong('tên ngắn không dấu, chỉ gồm a-z, 0-9, "-" và "_"')
    return value


def _number_of_account(value: object) -> str:
    """An id that a service gave; written as text or as a number, it is not a secret."""
    text = str(value) if type(value) is int and abs(value) < 10**30 else value
    if not isinstance(text, str) or not re.fullmatch(r"[^\s\x00-\x1f]{1,100}", text):
        raise _Wrong("mã do dịch vụ cấp, viết liền")
    if text.startswith(("env:", "file:")):
        raise _Wrong("chính mã do dịch vụ cấp: mã này không phải bí mật, ghi thẳng vào đây")
    return text


def _version(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"v[0-9]{1,3}\.[0-9]{1,2}", value):
        raise _Wrong('số phiên bản dạng "v24.0"')
    return value


def _whole(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if type(value) is not int or not low <= value <= high:
            raise _Wrong(f"số nguyên từ {low} đến {high}")
        return value

    return read


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _positive(value: Any) -> float:
    if not _is_number(value) or not 0 < value <= TEN_YEARS_S:
        raise _Wrong(f"số lớn hơn 0, tối đa {TEN_YEARS_S}")
    return float(value)


def _not_negative(value: Any) -> float:
    if not _is_number(value) or not 0 <= value <= TEN_YEARS_S:
        raise _Wrong(f"số từ 0 đến {TEN_YEARS_S}")
    return float(value)


def _moments(value: object) -> tuple[float, ...]:
    expected = "danh sách không rỗng các số giây lớn hơn 0, tăng dần"
    if not isinstance(value, list) or not value:
        raise _Wrong(expected)
    before = 0.0
    for one in value:
        if not _is_number(one) or not before < one <= TEN_YEARS_S:
            raise _Wrong(f"{expected}; sai ở {_shown(one)}")
        before = one
    return tuple(float(one) for one in value)


def _lines(value: object) -> tuple[str, ...]:
    expected = 'danh sách chữ, ví dụ ["a", "b"]'
    if not isinstance(value, list):
        raise _Wrong(expected)
    try:
        return tuple(dict.fromkeys(_line(one) for one in value))
    except _Wrong as wrong:
        raise _Wrong(f"{expected}; mỗi mục là {wrong.expected}") from None


def _people(value: object) -> tuple[str, ...]:
    """One name may stand without brackets."""
    if value == "":
        return ()
    return (_line(value),) if isinstance(value, str) else _lines(value)


def _one_of(*words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise _Wrong("một trong " + ", ".join(f'"{word}"' for word in words))
        return value

    return read


def _hours(value: object) -> Hours:
    expected = 'khung giờ dạng "HH:MM-HH:MM", giờ đầu khác giờ cuối'
    found = isinstance(value, str) and re.fullmatch(
        r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])", value
    )
    if not found:
        raise _Wrong(expected)
    hour, minute, last_hour, last_minute = map(int, found.groups())
    hours = Hours(time(hour, minute), time(last_hour, last_minute))
    if hours.start == hours.end:
        raise _Wrong(expected)
    return hours


def _hours_of_a_day(value: object) -> Hours:
    hours = _hours(value)
    if hours.start > hours.end:
        raise _Wrong('khung giờ trong một ngày, giờ đầu trước giờ cuối, ví dụ "07:30-20:30"')
    return hours


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


def _url(value: object) -> str:
    """A base address without a trailing slash; http to this machine, https elsewhere."""
    parts = _split(value)
    if not isinstance(value, str) or parts is None or not parts.hostname:
        raise _Wrong("địa chỉ dạng https://…")
    if parts.scheme not in ("http", "https"):
        raise _Wrong("địa chỉ dạng https://…")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise _Wrong("cần địa chỉ không kèm mật khẩu, dấu ? hay dấu #", bare=True)
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise _Wrong("https://…; http chỉ dùng cho chính máy này (127.0.0.1, localhost)")
    return value.rstrip("/")


def _path(value: object, place: _Place) -> Path:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise _Wrong("đường dẫn tệp hoặc thư mục")
    if "://" in value:
        raise _Wrong("đường dẫn trên máy này, không phải địa chỉ mạng")
    return place.folder / value


def _database(value: object, place: _Place) -> str:
    """An SQLAlchemy URL, which may hold a password: what is wrong with it is never repeated."""
    parts = _split(value)
    if isinstance(value, str) and value.startswith("sqlite:///"):
        return _sqlite(value.removeprefix("sqlite:///"), place)
    names_one = parts and parts.scheme == "postgresql+psycopg" and len(parts.path) > 1
    if isinstance(value, str) and names_one:
        return value
    raise _Wrong('cần "sqlite:///ĐƯỜNG_DẪN" hoặc "postgresql+psycopg://…/TÊN_CSDL"', bare=True)


def _sqlite(target: str, place: _Place) -> str:
    url = f"sqlite:///{place.folder / target}"
    if not target.strip() or target.startswith(":") or "?" in url or not url.isprintable():
        raise _Wrong('một tệp: "sqlite:///ĐƯỜNG_DẪN", không có dấu ? trong đường dẫn')
    return url


def _secret(value: object, place: _Place) -> Secret:
    if value is None or value == "":
        raise _Wrong("env:TÊN hoặc file:ĐƯỜNG_DẪN")
    forms = r"env:[A-Za-z_][A-Za-z0-9_]*|file:[^\x00-\x1f]+"
    if not isinstance(value, str) or not re.fullmatch(forms, value):
        raise _Wrong("không ghi bí mật vào config.toml; ghi env:TÊN hoặc file:ĐƯỜNG_DẪN", bare=True)
    return Secret(value, place.key, place.channel, place.folder)


# ---- the values; a field with a rule is a key of the file

_Rule = Callable[[Any, _Place], Any]


def _at(rule: _Rule, absent: Any = None) -> dict[str, Any]:
    """Metadata of a key whose rule needs its place; `absent` is the TOML value taken instead."""
    return {"rule": rule, "absent": absent}


def _by(rule: Callable[[Any], Any]) -> dict[str, Any]:
    return _at(lambda value, _place: rule(value))


def _or_none(rule: _Rule) -> dict[str, Any]:
    return _at(lambda value, place: None if value == "" else rule(value, place))


_LINE, _URL, _POSITIVE, _MOMENTS = _by(_line), _by(_url), _by(_positive), _by(_moments)
_LINES, _PEOPLE, _SECRET = _by(_lines), _by(_people), _at(_secret)
_ACCOUNT_OR_NONE = _or_none(lambda value, _place: _number_of_account(value))
_FLOW = _by(_one_of("two_phase", "plain"))

Flow = Literal["two_phase", "plain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """What every channel has; None in a clock means "as in [delivery]"."""

    kind: ClassVar[str] = ""
    name: str
    unit: str
    serves: tuple[str, ...] = field(default=(), metadata=_LINES)
    connect_s: float = field(default=5.0, metadata=_POSITIVE)
    read_s: float = field(default=15.0, metadata=_POSITIVE)
    rate_per_min: float | None = field(default=None, metadata=_POSITIVE)
    quiet: Hours | None = field(default=None, metadata=_or_none(lambda value, _: _hours(value)))
    settle_s: tuple[float, ...] | None = field(default=None, metadata=_MOMENTS)
    measure_s: tuple[float, ...] | None = field(default=None, metadata=_MOMENTS)
    lease_s: float | None = field(default=None, metadata=_POSITIVE)
    spread_s: float | None = field(default=None, metadata=_by(_not_negative))


@dataclass(frozen=True, slots=True, kw_only=True)
class ZaloOASettings(ChannelSettings):
    kind: ClassVar[str] = "zalo_oa"
    serves: tuple[str, ...] = field(default=("zalo", "zalo.oa"), metadata=_LINES)
    app_id: str = field(metadata=_by(_number_of_account))
    app_secret: Secret = field(metadata=_SECRET)
    oa_secret: Secret | None = field(default=None, metadata=_or_none(_secret))
    oa_id: str | None = field(default=None, metadata=_ACCOUNT_OR_NONE)
    oauth_url: str = field(default="https://oauth.zaloapp.com", metadata=_URL)
    api_url: str = field(default="https://openapi.zalo.me", metadata=_URL)
    default_cover: Path | None = field(default=None, metadata=_or_none(_path))
    broadcast: Literal["never", "ask", "always"] = field(
        default="never", metadata=_by(_one_of("never", "ask", "always"))
    )
    flow: Flow = field(default="two_phase", metadata=_FLOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacebookPageSettings(ChannelSettings):
    kind: ClassVar[str] = "facebook_page"
    serves: tuple[str, ...] = field(default=("facebook", "fanpage"), metadata=_LINES)
    page_id: str = field(metadata=_by(_number_of_account))
    token: Secret = field(metadata=_SECRET)
    app_id: str | None = field(default=None, metadata=_ACCOUNT_OR_NONE)
    app_secret: Secret | None = field(default=None, metadata=_or_none(_secret))
    verify_token: Secret | None = field(default=None, metadata=_or_none(_secret))
    graph_url: str = field(default="https://graph.facebook.com", metadata=_URL)
    version: str = field(default="v24.0", metadata=_by(_version))
    flow: Flow = field(default="two_phase", metadata=_FLOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings(ChannelSettings):
    """Without `chat` the bot converses and carries no posts."""

    kind: ClassVar[str] = "telegram"
    serves: tuple[str, ...] = field(default=("social.other",), metadata=_LINES)
    token: Secret = field(metadata=_SECRET)
    chat: str | None = field(default=None, metadata=_ACCOUNT_OR_NONE)
    api_url: str = field(default="https://api.telegram.org", metadata=_URL)
    mode: Literal["polling", "webhook"] = field(
        default="polling", metadata=_by(_one_of("polling", "webhook"))
    )
    webhook_secret: Secret | None = field(default=None, metadata=_or_none(_secret))


@dataclass(frozen=True, slots=True, kw_only=True)
class ZaloBotSettings(ChannelSettings):
    """A front only: it converses and carries no posts."""

    kind: ClassVar[str] = "zalo_bot"
    token: Secret = field(metadata=_SECRET)
    webhook_secret: Secret | None = field(default=None, metadata=_or_none(_secret))
    api_url: str = field(default="https://bot-api.zaloplatforms.com", metadata=_URL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualSettings(ChannelSettings):
    """Done by a person, who gives evidence: a loudspeaker without an API, a banner, a meeting."""

    kind: ClassVar[str] = "manual"
    responsible: tuple[str, ...] = field(default=(), metadata=_PEOPLE)
    instructions: str = field(default="", metadata=_by(_paragraphs))


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySettings(ChannelSettings):
    kind: ClassVar[str] = "memory"


_KINDS: dict[str, type[ChannelSettings]] = {
    settings.kind: settings
    for settings in (
        ZaloOASettings,
        FacebookPageSettings,
        TelegramSettings,
        ZaloBotSettings,
        ManualSettings,
        MemorySettings,
    )
}


@dataclass(frozen=True, slots=True)
class Route:
    """How a task of the plan reaches channels (by name), and what makes its drafts."""

    task: str = field(metadata=_LINE)
    channels: tuple[str, ...] = field(default=(), metadata=_LINES)
    maker: Literal["bulletin", "radio", "infographic", "none"] = field(
        default="none", metadata=_by(_one_of("bulletin", "radio", "infographic", "none"))
    )


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune or a section of it; `parent` is a unit id, None at the top."""

    id: str = field(metadata=_by(_slug))
    name: str = field(metadata=_LINE)
    parent: str | None = field(default=None, metadata=_or_none(lambda value, _: _slug(value)))
    plan: Path | None = field(default=None, metadata=_or_none(_path))
    count_from: Literal["issued", "period"] = field(
        default="issued", metadata=_by(_one_of("issued", "period"))
    )
    silence_days: int = field(default=14, metadata=_by(_whole(1, TEN_YEARS_D)))
    posting_hours: Hours = field(
        default=Hours(time(7, 30), time(20, 30)), metadata=_by(_hours_of_a_day)
    )
    responsible: tuple[str, ...] = field(default=(), metadata=_PEOPLE)
    routes: tuple[Route, ...] = ()
    channels: tuple[ChannelSettings, ...] = ()


@dataclass(frozen=True, slots=True)
class LoaSettings:
    """`database` is an SQLAlchemy URL, which may hold a password and so stays out of `repr`."""

    database: str = field(repr=False, metadata=_at(_database, "sqlite:///data/loa.db"))
    media: Path = field(metadata=_at(_path, "data/media"))
    secret_key: Secret = field(metadata=_at(_secret, "file:data/secret.key"))
    keep_questions_days: int = field(default=60, metadata=_by(_whole(1, TEN_YEARS_D)))


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`public_url` has no trailing slash; left out of the file it is this machine's `port`."""

    host: str = field(default="127.0.0.1", metadata=_LINE)
    port: int = field(default=8080, metadata=_by(_whole(0, 65535)))
    public_url: str = field(default="http://127.0.0.1:8080", metadata=_URL)


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """Every clock of the ledger, in seconds; `lead_days` in days."""

    tick_s: float = field(default=1.0, metadata=_POSITIVE)
    lease_s: float = field(default=30.0, metadata=_POSITIVE)
    settle_s: tuple[float, ...] = field(default=(15.0, 60.0, 300.0), metadata=_MOMENTS)
    measure_s: tuple[float, ...] = field(
        default=(3600.0, 21600.0, 86400.0, 259200.0, 604800.0, 2592000.0), metadata=_MOMENTS
    )
    late_after_s: float = field(default=86400.0, metadata=_POSITIVE)
    spread_overdue_s: float = field(default=600.0, metadata=_by(_not_negative))
    spread_s: float = field(default=5.0, metadata=_by(_not_negative))
    retry_max: int = field(default=8, metadata=_by(_whole(0, 1000)))
    lead_days: int = field(default=7, metadata=_by(_whole(0, 365)))

    def of(self, channel: ChannelSettings) -> "DeliverySettings":
        """These clocks with the channel's own in their place."""
        own = {key: getattr(channel, key) for key in _CHANNEL_CLOCKS}
        return replace(self, **{key: value for key, value in own.items() if value is not None})


_CHANNEL_CLOCKS = ("lease_s", "settle_s", "measure_s", "spread_s")


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file; every path inside is absolute."""

    path: Path
    loa: LoaSettings
    web: WebSettings
    delivery: DeliverySettings
    units: tuple[Unit, ...]

    @property
    def channels(self) -> tuple[ChannelSettings, ...]:
        return tuple(channel for unit in self.units for channel in unit.channels)

    def unit(self, unit_id: str) -> Unit:
        """Raises UnknownName."""
        for unit in self.units:
            if unit.id == unit_id:
                return unit
        raise UnknownName(_no_such("đơn vị", unit_id, (unit.id for unit in self.units)))

    def channel(self, name: str) -> ChannelSettings:
        """Raises UnknownName."""
        for channel in self.channels:
            if channel.name == name:
                return channel
        raise UnknownName(_no_such("kênh", name, (one.name for one in self.channels)))

    def children(self, unit_id: str) -> tuple[Unit, ...]:
        """The units directly below. Raises UnknownName."""
        parent = self.unit(unit_id)
        return tuple(unit for unit in self.units if unit.parent == parent.id)


def _no_such(noun: str, name: str, known: Iterable[str]) -> str:
    return f"Không có {noun} {_shown(name)} trong cấu hình; {_suggest(name, known)}"


# ---- reading the file


def _document(path: Path) -> dict[str, Any]:
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


class _Reading:
    """Tables into values, going on after a mistake; a wrong value is replaced and never leaves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[Finding] = []

    def blame(self, key: str, problem: str) -> None:
        self.findings.append(Finding(key, problem))

    def refuse_unknown(self, rows: dict[str, Any], known: tuple[str, ...], at: str) -> None:
        for key in rows:
            if key not in known:
                problem = f"không có khóa này; {_suggest(key, known)}"
                self.blame(f"{at}.{_named(key)}".lstrip("."), problem)

    def rows(self, found: object, at: str, expected: str) -> dict[str, Any]:
        if isinstance(found, dict):
            return found
        self.blame(at, _Wrong(expected).told(found))
        return {}

    def table(
        self, shape: type[T], found: object, at: str, beside: tuple[str, ...] = (), **given: Any
    ) -> T:
        """`beside`: keys of the table that the caller reads; `given`: fields it fills."""
        rows = self.rows(found, at, f"một bảng [{at}]")
        keys = _keys(shape)
        self.refuse_unknown(rows, (*keys, *beside), at)
        channel = str(given.get("name", ""))
        values = {
            name: self.value(key, rows.get(name), at, _Place(self.folder, channel, name))
            for name, key in keys.items()
        }
        return shape(**given, **values)

    def value(self, key: Field[Any], found: object, at: str, place: _Place) -> Any:
        default = None if key.default is MISSING else key.default
        if found is None and key.default is not MISSING:
            return default
        try:
            return key.metadata["rule"](key.metadata["absent"] if found is None else found, place)
        except _Wrong as wrong:
            self.blame(f"{at}.{key.name}", wrong.told(found))
            return default

    def tables(self, found: object, at: str) -> list[dict[str, Any]]:
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            name = re.sub(r"\[\d+\]", "", at)
            self.blame(at, _Wrong(f"[[{name}]], hai dấu ngoặc vuông").told(found))
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
        named = self.rows(
            found.get("channels", {}), f"{at}.channels", "các bảng [units.channels.TÊN]"
        )
        return replace(
            unit,
            routes=tuple(
                self.table(Route, one, f"{at}.routes[{number}]")
                for number, one in enumerate(routes)
            ),
            channels=tuple(
                self.channel(name, one, f"{at}.channels.{_named(name)}", unit.id)
                for name, one in named.items()
            ),
        )

    def channel(self, name: str, found: object, at: str, unit: str) -> ChannelSettings:
        try:
            _slug(name)
        except _Wrong as wrong:
            self.blame(at, f"tên kênh: {wrong.told(name)}")
        if not isinstance(found, dict):
            self.blame(at, _Wrong("một bảng [units.channels.TÊN]").told(found))
            return ChannelSettings(name=name, unit=unit)
        try:
            shape, beside = _KINDS[_one_of(*_KINDS)(found.get("kind"))], ("kind",)
        except _Wrong as wrong:
            self.blame(f"{at}.kind", wrong.told(found.get("kind")))
            shape, beside = ChannelSettings, tuple(found)
        return self.table(shape, found, at, beside, name=name, unit=unit)


def _keys(shape: "type[DataclassInstance]") -> dict[str, Field[Any]]:
    return {key.name: key for key in fields(shape) if "rule" in key.metadata}


# ---- what no single key can tell


def _contradictions(config: Config) -> Iterator[Finding]:
    yield from _repeated_units(config.units)
    yield from _lost_parents(config.units)
    yield from _circles(config.units)
    yield from _repeated_channels(config.units)
    yield from _lost_routes(config)
    yield from _open_webhooks(config.units)


def _repeated_units(units: tuple[Unit, ...]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for number, unit in enumerate(units):
        if unit.id and first.setdefault(unit.id, number) != number:
            yield Finding(
                f"units[{number}].id",
                f'mã "{unit.id}" đã dùng ở units[{first[unit.id]}]; mỗi đơn vị cần một mã riêng',
            )


def _lost_parents(units: tuple[Unit, ...]) -> Iterator[Finding]:
    known = [unit.id for unit in units if unit.id]
    for number, unit in enumerate(units):
        if unit.parent and unit.parent not in known:
            hint = f"để trống hoặc mã một đơn vị của tệp này; {_suggest(unit.parent, known)}"
            yield Finding(f"units[{number}].parent", _Wrong(hint).told(unit.parent))


def _circles(units: tuple[Unit, ...]) -> Iterator[Finding]:
    """One finding a circle, at its first unit."""
    parents = {unit.id: unit.parent for unit in reversed(units)}
    seen: set[str] = set()
    for number, unit in enumerate(units):
        line = [unit.id]
        while (above := parents.get(line[-1])) and above not in line:
            line.append(above)
        if above and above == unit.id and above not in seen:
            seen.update(line)
            circle = " → ".join([*line, above])
            yield Finding(
                f"units[{number}].parent",
                f"các đơn vị nối thành vòng: {circle}; để trống parent ở một nơi",
            )


def _repeated_channels(units: tuple[Unit, ...]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for number, unit in enumerate(units):
        for channel in unit.channels:
            if first.setdefault(channel.name, number) != number:
                yield Finding(
                    f"units[{number}].channels.{_named(channel.name)}",
                    f"tên kênh đã dùng ở units[{first[channel.name]}]; "
                    "tên kênh là duy nhất trong toàn hệ thống, đặt tên khác",
                )


def _lost_routes(config: Config) -> Iterator[Finding]:
    known = {channel.name: channel for channel in config.channels}
    for number, unit in enumerate(config.units):
        for position, route in enumerate(unit.routes):
            key = f"units[{number}].routes[{position}].channels"
            for name in route.channels:
                if name not in known:
                    hint = f"tên một kênh đã khai báo; {_suggest(name, known)}"
                    yield Finding(key, _Wrong(hint).told(name))
                elif isinstance(known[name], ZaloBotSettings):
                    yield Finding(key, f'kênh "{name}" chỉ để trò chuyện, không đăng bài được')


def _open_webhooks(units: tuple[Unit, ...]) -> Iterator[Finding]:
    for number, unit in enumerate(units):
        for one in unit.channels:
            if not isinstance(one, TelegramSettings) or one.webhook_secret:
                continue
            if one.mode == "webhook":
                yield Finding(
                    f"units[{number}].channels.{_named(one.name)}.webhook_secret",
                    'chưa ghi, cần env:TÊN hoặc file:ĐƯỜNG_DẪN khi mode = "webhook"',
                )
