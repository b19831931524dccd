"""What an operator may change: `config.toml` read once into frozen values, every mistake named.

Each key is declared once, as a field of the value that holds it, with the rule that reads it.
Secrets are named here and read by whoever opens their channel: loading never needs one.
Keys and defaults: `contracts.md` §2, `docs/config.md`.
"""

import json
from pathlib import Path
from string import Template

from settings.channels import (
    KINDS,
    ChannelSettings,
    FacebookPageSettings,
    Flow,
    ManualSettings,
    MemorySettings,
    TelegramSettings,
    ZaloBotSettings,
    ZaloOASettings,
)
from settings.contradictions import contradictions
from settings.hours import Hours
from settings.keys import keys_of
from settings.mistakes import ConfigError, Finding, UnknownName
from settings.reading import Reading, read_toml
from settings.secrets import MissingSecret, Secret
from settings.values import Config, DeliverySettings, LoaSettings, Route, Unit, WebSettings

SAMPLE = Path(__file__).parent / "texts" / "config.toml.tmpl"

__all__ = [
    "ChannelSettings",
    "Config",
    "ConfigError",
    "DeliverySettings",
    "FacebookPageSettings",
    "Finding",
    "Flow",
    "Hours",
    "LoaSettings",
    "ManualSettings",
    "MemorySettings",
    "MissingSecret",
    "Route",
    "Secret",
    "TelegramSettings",
    "Unit",
    "UnknownName",
    "WebSettings",
    "ZaloBotSettings",
    "ZaloOASettings",
    "known_keys",
    "load",
    "sample",
]


def load(path: Path) -> Config:
    """The office that `path` describes. Raises ConfigError with every mistake of the file.

    Reads that one file and nothing else: no secret, no plan, no network.
    """
    document = read_toml(path)
    reading = Reading(path.absolute().parent)
    reading.refuse_unknown(document, ("loa", "web", "delivery", "units"), "")
    config = Config(
        path=path.absolute(),
        loa=reading.table(LoaSettings, document.get("loa", {}), "loa"),
        web=reading.web(document.get("web", {})),
        delivery=reading.table(DeliverySettings, document.get("delivery", {}), "delivery"),
        units=reading.units(document.get("units", [])),
    )
    findings = (*reading.findings, *contradictions(config))
    if findings:
        raise ConfigError(findings)
    return config


def known_keys() -> tuple[str, ...]:
    """Every key that `load` accepts: `web.port`, `units.channels.*.read_s` for every kind of
    channel, `units.channels.telegram.chat` for one kind."""
    common = keys_of(ChannelSettings)
    shapes = {"loa": LoaSettings, "web": WebSettings, "delivery": DeliverySettings}
    shapes |= {"units": Unit, "units.routes": Route, "units.channels.*": ChannelSettings}
    keys = [f"{table}.{key}" for table, shape in shapes.items() for key in keys_of(shape)]
    own = [
        f"units.channels.{kind}.{key}"
        for kind, shape in KINDS.items()
        for key in keys_of(shape)
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
