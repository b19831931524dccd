"""The one kind of error that a person brings about and can mend."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """What was asked cannot be done. The message is one clear line: what is wrong, what to do.

    `findings` are further lines, where several things are wrong at once.
    """

    findings: tuple[Any, ...] = ()
