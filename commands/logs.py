"""The log of a running office: readable lines on a terminal, JSON elsewhere; secrets masked."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any, TextIO

import structlog

from config import Config, MissingSecret, Secret
from errors import Refused

LEVELS = ("debug", "info", "warning", "error", "critical")
# What libraries tell of their ordinary work; a tick that waits for the one before is ordinary.
CHATTY = {
    "alembic": logging.WARNING,
    "apscheduler": logging.ERROR,
    "urllib3": logging.WARNING,
    "uvicorn": logging.WARNING,
}
SHORTEST = 6  # a shorter secret would blank out ordinary words

_KEYS = (
    "access_token|refresh_token|fb_exchange_token|input_token|appsecret_proof|client_secret"
    "|app_secret|oa_secret|secret_key|code_verifier|verify_token|webhook_secret|password"
)
_MASKS = (
    (re.compile(r"/bot\d+:[^/\s\"']+"), "/bot***"),
    (re.compile(rf"\b({_KEYS})=[^&\s\"'\\]+"), r"\1=***"),
    (re.compile(rf"""((?:\\?["'])(?:{_KEYS})\\?["']\s*:\s*\\?["'])[^"'\\]*"""), r"\1***"),
    (re.compile(r"\b(code|state)=[\w~.-]{16,}"), r"\1=***"),
    (re.compile(r"\b(Bearer|OAuth)\s+[\w.~+/|-]{8,}=*"), r"\1 ***"),
    (re.compile(r"(\w+://[^\s:/@]+:)[^\s@/]+@"), r"\1***@"),
)


def set_up(stream: TextIO, level: str, secrets: Iterable[str] = ()) -> None:
    """Send every record, structlog's and the libraries' own, to one stream. Raises `Refused`."""
    name = (level or "info").lower()
    if name not in LEVELS:
        raise Refused(f"LOA_LOG={level!r} không phải mức nhật ký; hãy ghi: {', '.join(LEVELS)}.")
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, name.upper())),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Masked(secrets, foreign_pre_chain=shared, processors=_ends(stream)))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(name.upper())
    for chatty, least in CHATTY.items():
        logging.getLogger(chatty).setLevel(logging.DEBUG if name == "debug" else least)
    logging.captureWarnings(True)


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """Without the values of these secrets, and without whatever stands where secrets stand."""
    for secret in secrets:
        text = text.replace(secret, "***")
    for pattern, stars in _MASKS:
        text = pattern.sub(stars, text)
    return text


def secrets_of(config: Config, environ: Mapping[str, str]) -> Iterator[str]:
    """The values of every secret that the config names and that is there."""
    owners: list[Any] = [config.loa, *config.channels]
    for owner in owners:
        for field in fields(owner):
            told = getattr(owner, field.name)
            if isinstance(told, Secret):
                try:
                    yield told.read(environ)
                except MissingSecret:
                    continue


class _Masked(structlog.stdlib.ProcessorFormatter):
    def __init__(
        self,
        secrets: Iterable[str],
        foreign_pre_chain: list[structlog.types.Processor],
        processors: list[structlog.types.Processor],
    ) -> None:
        super().__init__(processors=processors, foreign_pre_chain=foreign_pre_chain)
        plain = {secret for secret in secrets if len(secret) >= SHORTEST}
        escaped = {json.dumps(secret)[1:-1] for secret in plain}
        self._secrets = sorted(plain | escaped, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record), self._secrets)


def _ends(stream: TextIO) -> list[structlog.types.Processor]:
    last: list[structlog.types.Processor]
    if stream.isatty():
        # A rich traceback would show the values of variables: tokens among them.
        plain = structlog.dev.plain_traceback
        last = [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    else:
        last = [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]


def to_stderr(config: Config, environ: Mapping[str, str]) -> None:
    set_up(sys.stderr, environ.get("LOA_LOG", ""), secrets_of(config, environ))
