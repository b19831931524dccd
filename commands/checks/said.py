"""One line of `loa check`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Said:
    """✓ fine, ⚠ to be looked at, ✗ broken: about what, and what to do."""

    mark: Literal["✓", "⚠", "✗"]
    what: str
    words: str

    def __str__(self) -> str:
        return " ".join(f"{self.mark} {self.what}: {self.words}".split())

    @property
    def is_broken(self) -> bool:
        return self.mark == "✗"

    @property
    def is_doubtful(self) -> bool:
        return self.mark == "⚠"


def fine(what: str, words: str) -> Said:
    return Said("✓", what, words)


def doubtful(what: str, words: str) -> Said:
    return Said("⚠", what, words)


def broken(what: str, words: str) -> Said:
    return Said("✗", what, words)
