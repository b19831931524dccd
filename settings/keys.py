"""What makes a field a key of the file: the rule that reads it, carried in its metadata."""

from collections.abc import Callable
from dataclasses import Field, fields
from typing import TYPE_CHECKING, Any

from settings import addresses, rules
from settings.addresses import Place

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Rule = Callable[[Any, Place], Any]


def keys_of(shape: "type[DataclassInstance]") -> dict[str, Field[Any]]:
    """The fields of `shape` that are keys of the file, by name, in their order."""
    return {key.name: key for key in fields(shape) if "rule" in key.metadata}


def at(rule: Rule, absent: Any = None) -> dict[str, Any]:
    """Metadata of a key whose rule needs its place; `absent` is the TOML value taken instead."""
    return {"rule": rule, "absent": absent}


def by(rule: Callable[[Any], Any]) -> dict[str, Any]:
    """Metadata of a key whose rule needs the value alone."""
    return at(lambda value, _place: rule(value))


def or_none(rule: Rule) -> dict[str, Any]:
    """Metadata of a key that may be left empty: `""` is None."""
    return at(lambda value, place: None if value == "" else rule(value, place))


LINE, LINES, PEOPLE = by(rules.line), by(rules.lines), by(rules.people)
POSITIVE, MOMENTS, URL = by(rules.positive), by(rules.moments), by(addresses.url)
