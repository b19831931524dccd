"""Whom a broadcast is for: Zalo's target codes, and which simulated follower has which.

Source: `api/zalo.md` §3.1. Ints, comma-separated strings and arrays are all accepted.
"""

from functools import lru_cache
from random import Random
from typing import Any

from sandbox.zalo_errors import bad

CODES = {
    "ages": range(8),
    "gender": range(3),
    "locations": range(3),
    "cities": range(64),
    "platform": range(1, 4),
}


def read_target(target: Any) -> dict[str, set[int]]:
    """The wanted codes of each field; `{}` is everybody. Refused (-201) for anything unknown."""
    if not isinstance(target, dict) or not set(target) <= set(CODES):
        raise bad("target is invalid")
    wanted = {name: _codes(name, value) for name, value in target.items()}
    if wanted.get("gender") == {0}:
        del wanted["gender"]
    if "cities" in wanted:
        wanted.pop("locations", None)
    return wanted


def matches(seed: int, user_id: str, wanted: dict[str, set[int]]) -> bool:
    if not wanted:
        return True
    traits = _traits(seed, user_id)
    return all(traits[name] in codes for name, codes in wanted.items())


def _codes(name: str, value: Any) -> set[int]:
    parts = value if isinstance(value, list) else str(value).split(",")
    try:
        codes = {int(part) for part in parts}
    except (TypeError, ValueError) as error:
        raise bad(f"{name} is invalid") from error
    if not codes <= set(CODES[name]):
        raise bad(f"{name} is invalid")
    return codes


@lru_cache(maxsize=65_536)
def _traits(seed: int, user_id: str) -> dict[str, int]:
    """A follower's traits; most people of a highland commune live in the Central region."""
    chance = Random(f"{seed}/traits/{user_id}")
    return {
        "ages": chance.choices(range(8), (0, 3, 18, 28, 24, 15, 8, 4))[0],
        "gender": chance.choice((1, 2)),
        "locations": chance.choices(range(3), (3, 92, 5))[0],
        "cities": chance.choices(range(64))[0],
        "platform": chance.choices((1, 2, 3), (22, 77, 1))[0],
    }
