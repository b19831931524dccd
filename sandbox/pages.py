"""The sandbox's HTML pages, from `templates/`; everything is escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from sandbox.telegram_text import linked


def render(name: str, **values: Any) -> str:
    return _environment().get_template(name).render(**values)


@cache
def _environment() -> Environment:
    folder = Path(__file__).parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["grouped"] = grouped
    environment.globals |= {"initials": initials, "linked": _linked, "safe": Markup}
    return environment


def grouped(number: int) -> str:
    """1234 → 1.234, as Vietnamese writes it."""
    return f"{number:,}".replace(",", ".")


def initials(name: str) -> str:
    """The initials of the last two words: "UBND xã Đắk Tô" → ĐT."""
    return "".join(word[0] for word in name.split()[-2:]).upper()


def _linked(text: str) -> Markup:
    return Markup(linked(text))
