"""The kinds of channel and their keys: a new kind is its value here and its line in `KINDS`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from settings import addresses, rules
from settings.hours import Hours
from settings.keys import LINES, MOMENTS, PEOPLE, POSITIVE, URL, at, by, or_none
from settings.secrets import Secret

Flow = Literal["two_phase", "plain"]

_SECRET = at(addresses.secret)
_ACCOUNT_OR_NONE = or_none(lambda value, _place: rules.number_of_account(value))
_FLOW = by(rules.one_of("two_phase", "plain"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """What every channel has; None in a clock means "as in [delivery]"."""

    kind: ClassVar[str] = ""
    name: str
    unit: str
    serves: tuple[str, ...] = field(default=(), metadata=LINES)
    connect_s: float = field(default=5.0, metadata=POSITIVE)
    read_s: float = field(default=15.0, metadata=POSITIVE)
    rate_per_min: float | None = field(default=None, metadata=POSITIVE)
    quiet: Hours | None = field(default=None, metadata=or_none(lambda value, _: rules.hours(value)))
    settle_s: tuple[float, ...] | None = field(default=None, metadata=MOMENTS)
    measure_s: tuple[float, ...] | None = field(default=None, metadata=MOMENTS)
    lease_s: float | None = field(default=None, metadata=POSITIVE)
    spread_s: float | None = field(default=None, metadata=by(rules.not_negative))


@dataclass(frozen=True, slots=True, kw_only=True)
class ZaloOASettings(ChannelSettings):
    kind: ClassVar[str] = "zalo_oa"
    serves: tuple[str, ...] = field(default=("zalo", "zalo.oa"), metadata=LINES)
    app_id: str = field(metadata=by(rules.number_of_account))
    app_secret: Secret = field(metadata=_SECRET)
    oa_secret: Secret | None = field(default=None, metadata=or_none(addresses.secret))
    oa_id: str | None = field(default=None, metadata=_ACCOUNT_OR_NONE)
    oauth_url: str = field(default="https://oauth.zaloapp.com", metadata=URL)
    api_url: str = field(default="https://openapi.zalo.me", metadata=URL)
    default_cover: Path | None = field(default=None, metadata=or_none(addresses.path))
    broadcast: Literal["never", "ask", "always"] = field(
        default="never", metadata=by(rules.one_of("never", "ask", "always"))
    )
    flow: Flow = field(default="two_phase", metadata=_FLOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacebookPageSettings(ChannelSettings):
    kind: ClassVar[str] = "facebook_page"
    serves: tuple[str, ...] = field(default=("facebook", "fanpage"), metadata=LINES)
    page_id: str = field(metadata=by(rules.number_of_account))
    token: Secret = field(metadata=_SECRET)
    app_id: str | None = field(default=None, metadata=_ACCOUNT_OR_NONE)
    app_secret: Secret | None = field(default=None, metadata=or_none(addresses.secret))
    verify_token: Secret | None = field(default=None, metadata=or_none(addresses.secret))
    graph_url: str = field(default="https://graph.facebook.com", metadata=URL)
    version: str = field(default="v24.0", metadata=by(rules.version))
    flow: Flow = field(default="two_phase", metadata=_FLOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings(ChannelSettings):
    """Without `chat` the bot converses and carries no posts."""

    kind: ClassVar[str] = "telegram"
    serves: tuple[str, ...] = field(default=("social.other",), metadata=LINES)
    token: Secret = field(metadata=_SECRET)
    chat: str | None = field(default=None, metadata=_ACCOUNT_OR_NONE)
    api_url: str = field(default="https://api.telegram.org", metadata=URL)
    mode: Literal["polling", "webhook"] = field(
        default="polling", metadata=by(rules.one_of("polling", "webhook"))
    )
    webhook_secret: Secret | None = field(default=None, metadata=or_none(addresses.secret))


@dataclass(frozen=True, slots=True, kw_only=True)
class ZaloBotSettings(ChannelSettings):
    """A front only: it converses and carries no posts."""

    kind: ClassVar[str] = "zalo_bot"
    token: Secret = field(metadata=_SECRET)
    webhook_secret: Secret | None = field(default=None, metadata=or_none(addresses.secret))
    api_url: str = field(default="https://bot-api.zaloplatforms.com", metadata=URL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualSettings(ChannelSettings):
    """Done by a person, who gives evidence: a loudspeaker without an API, a banner, a meeting."""

    kind: ClassVar[str] = "manual"
    responsible: tuple[str, ...] = field(default=(), metadata=PEOPLE)
    instructions: str = field(default="", metadata=by(rules.paragraphs))


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySettings(ChannelSettings):
    kind: ClassVar[str] = "memory"


KINDS: dict[str, type[ChannelSettings]] = {
    shape.kind: shape
    for shape in (
        ZaloOASettings,
        FacebookPageSettings,
        TelegramSettings,
        ZaloBotSettings,
        ManualSettings,
        MemorySettings,
    )
}
