"""What a reader of a plan is not sure of, and why a file cannot be read at all."""

from dataclasses import dataclass

from errors import Refused


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place for an officer to settle: `lines` is "a-b" (or ""), `why` is in Vietnamese."""

    lines: str
    text: str
    why: str


class NotAPlan(Refused):
    """The file cannot be read as a plan; the message is one Vietnamese line for the officer."""


def span(first: int, last: int) -> str:
    """1-based lines as the plan schema writes them: "7-7", "12-15"."""
    return f"{first}-{max(first, last)}"
