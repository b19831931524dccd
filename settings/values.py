"""What one file tells about an office: its units, routes, database, web address and clocks."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path
from typing import Literal

from settings import addresses, rules
from settings.channels import ChannelSettings
from settings.hours import Hours
from settings.keys import LINE, LINES, MOMENTS, PEOPLE, POSITIVE, URL, at, by, or_none
from settings.mistakes import UnknownName, shown, suggest
from settings.secrets import Secret


@dataclass(frozen=True, slots=True)
class Route:
    """How a task of the plan reaches channels (by name), and what makes its drafts."""

    task: str = field(metadata=LINE)
    channels: tuple[str, ...] = field(default=(), metadata=LINES)
    maker: Literal["bulletin", "radio", "infographic", "none"] = field(
        default="none", metadata=by(rules.one_of("bulletin", "radio", "infographic", "none"))
    )


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune or a section of it; `parent` is a unit id, None at the top."""

    id: str = field(metadata=by(rules.slug))
    name: str = field(metadata=LINE)
    parent: str | None = field(default=None, metadata=or_none(lambda value, _: rules.slug(value)))
    plan: Path | None = field(default=None, metadata=or_none(addresses.path))
    count_from: Literal["issued", "period"] = field(
        default="issued", metadata=by(rules.one_of("issued", "period"))
    )
    silence_days: int = field(default=14, metadata=by(rules.whole(1, rules.TEN_YEARS_D)))
    posting_hours: Hours = field(
        default=Hours(time(7, 30), time(20, 30)), metadata=by(rules.hours_of_a_day)
    )
    responsible: tuple[str, ...] = field(default=(), metadata=PEOPLE)
    routes: tuple[Route, ...] = ()
    channels: tuple[ChannelSettings, ...] = ()


@dataclass(frozen=True, slots=True)
class LoaSettings:
    """`database` is an SQLAlchemy URL, which may hold a password and so stays out of `repr`."""

    database: str = field(repr=False, metadata=at(addresses.database, "sqlite:///data/loa.db"))
    media: Path = field(metadata=at(addresses.path, "data/media"))
    secret_key: Secret = field(metadata=at(addresses.secret, "file:data/secret.key"))
    keep_questions_days: int = field(default=60, metadata=by(rules.whole(1, rules.TEN_YEARS_D)))


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`public_url` has no trailing slash; left out of the file it is this machine's `port`."""

    host: str = field(default="127.0.0.1", metadata=LINE)
    port: int = field(default=8080, metadata=by(rules.whole(0, 65535)))
    public_url: str = field(default="http://127.0.0.1:8080", metadata=URL)


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """Every clock of the ledger, in seconds; `lead_days` in days."""

    tick_s: float = field(default=1.0, metadata=POSITIVE)
    lease_s: float = field(default=30.0, metadata=POSITIVE)
    settle_s: tuple[float, ...] = field(default=(15.0, 60.0, 300.0), metadata=MOMENTS)
    measure_s: tuple[float, ...] = field(
        default=(3600.0, 21600.0, 86400.0, 259200.0, 604800.0, 2592000.0), metadata=MOMENTS
    )
    late_after_s: float = field(default=86400.0, metadata=POSITIVE)
    spread_overdue_s: float = field(default=600.0, metadata=by(rules.not_negative))
    spread_s: float = field(default=5.0, metadata=by(rules.not_negative))
    retry_max: int = field(default=8, metadata=by(rules.whole(0, 1000)))
    lead_days: int = field(default=7, metadata=by(rules.whole(0, 365)))

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
    return f"Không có {noun} {shown(name)} trong cấu hình; {suggest(name, known)}"
