"""`loa` as tests call it: in this process, through the real entry point."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cli


@dataclass(frozen=True, slots=True)
class Ran:
    """What a call gave back."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Loa = Callable[..., Ran]


@dataclass(frozen=True, slots=True)
class Office:
    """An office in `folder`; `loa` works in it."""

    folder: Path
    run: Loa

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def loa(self, *args: str) -> Ran:
        return self.run("--config", str(self.config), *args)


def run(*args: str) -> Ran:
    """Call `loa ARGS`. Changes `sys.argv` and `LOA_CONFIG`: the fixture `loa` puts them back."""
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["loa", *args]
    code: Any = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            cli.main()
        except SystemExit as end:
            code = end.code or 0
    return Ran(code, out.getvalue(), err.getvalue())
