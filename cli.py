"""`loa`: the table of commands. A command's file is imported when it is called, not before."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from errors import Refused

# name: (the file that has it, is it a group, what it does)
COMMANDS = {
    "init": ("start", False, "Make a new office in a folder."),
    "demo": ("rehearse", False, "See the whole of Loa at work, without any account."),
    "plan": ("plan", True, "The communication plan: check, read, use, slots, progress, done."),
    "draft": ("draft", True, "Drafts: add, list, show, submit, approve, return, drop."),
    "publications": ("publications", True, "What goes out: list, settle, cancel, measure."),
    "rehearse": ("rehearse", False, "Carry out a plan in simulated time, over the sandbox."),
    "sandbox": ("rehearse", False, "Run the stand-ins of Zalo, Facebook and Telegram."),
    "staff": ("staff", True, "Members of staff and their roles."),
    "token": ("token", True, "Connections of channels: set, link, show."),
    "check": ("check", False, "Is everything connected, allowed, routed, in time?"),
    "run": ("run", False, "Carry out the plan: clock, workers and web."),
    "backup": ("keep", False, "Copy the whole office into one file, also while it runs."),
    "restore": ("keep", False, "Put an office back from its backup, into a new folder."),
}


class Table(TyperGroup):
    """Lists the commands from the table; imports one only to carry it out."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, name: str) -> Any:  # type: ignore[override]  # noqa: ARG002
        return TyperCommand(name, help=COMMANDS[name][2]) if name in COMMANDS else None

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]
        name, stub, rest = super().resolve_command(ctx, args)
        return name, load(name) if name and stub else stub, rest


def load(name: str) -> Any:
    """The real command of that name: a Typer command or group."""
    module, is_group, _ = COMMANDS[name]
    found: Any = typer.main.get_command(importlib.import_module(f"commands.{module}").commands)
    return found if is_group or not hasattr(found, "commands") else found.commands[name]


app = typer.Typer(
    name="loa",
    cls=Table,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def root(
    config: Path | None = typer.Option(None, "--config", help="The office's config.toml."),
) -> None:
    """Loa carries out a commune's communication plan.

    The office is found by --config, else LOA_CONFIG, else ./config.toml.
    """
    if config is not None:
        os.environ["LOA_CONFIG"] = str(config)


def main() -> None:
    """Exit 0 done, 1 refused (one clear line on stderr), 2 wrong usage."""
    try:
        app()
    except Refused as refusal:
        for finding in refusal.findings:
            typer.echo(str(finding))
        sys.exit(_refuse(str(refusal)))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - a bug: a line for the person, the rest for us
        if os.environ.get("LOA_DEBUG"):
            traceback.print_exc()
        sys.exit(_refuse(f"Lỗi của chương trình ({error!r}); chạy lại với LOA_DEBUG=1 để báo lỗi."))


def _refuse(line: str) -> int:
    typer.echo(" ".join(line.split()), err=True)
    return 1


if __name__ == "__main__":
    main()
