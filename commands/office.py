"""Open the office that a command works in; what every command shares."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

import app as loa
import config
from commands import logs
from errors import Refused
from zone import HANOI

UnitOption = Annotated[
    str | None, typer.Option("--unit", help="Unit id; not needed where there is only one.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
AsOption = Annotated[str, typer.Option("--as", help="Who does it: the name of a member of staff.")]


def config_path() -> Path:
    return Path(os.environ.get("LOA_CONFIG") or "config.toml")


def open_office() -> loa.App:
    logs.set_up(sys.stderr, os.environ.get("LOA_LOG") or "critical")
    return loa.open_office(config.load(config_path()), now, os.environ)


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return now().astimezone(HANOI).date()


def day(text: str | None) -> date | None:
    """A day as people write it: 2025-08-25, 25/8/2025."""
    if text is None:
        return None
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day, no time
        except ValueError:
            continue
    raise Refused(f"“{text}” không phải ngày; hãy viết như 2025-08-25 hoặc 25/8/2025.")


def say(text: object = "") -> None:
    typer.echo(text)


def summary(text: str) -> None:
    """The closing line, on stderr: stdout is for what was asked."""
    typer.echo(text, err=True)


def say_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
