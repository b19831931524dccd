"""Simulated followers: how many there are, and how what is posted to them grows.

Everything here is a pure function of the seed, the post's key and the time since publication, so a
rehearsal gives the same figures every time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import exp, log
from random import Random

from sandbox.voices import COMMENTS, FAMILY_NAMES, GIVEN_NAMES

ORIGIN = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Counts:
    """What the public did with a post so far."""

    views: int = 0
    reactions: int = 0
    comments: int = 0
    shares: int = 0


@dataclass(frozen=True, slots=True)
class Comment:
    """A follower's comment under a post; `number` counts from 1 within the post."""

    number: int
    author: str
    author_id: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Interest:
    reach: float  # share of the followers who will have seen it in the end
    hours: float  # how fast the interest fades
    liking: float
    talking: float
    passing_on: float


@dataclass(frozen=True, slots=True)
class Crowd:
    """The followers of one account."""

    seed: int
    start: int
    per_day: float = 1.5

    def size(self, now: datetime) -> int:
        days = (now - ORIGIN) / timedelta(days=1)
        return self.start + int(max(0.0, days) * self.per_day)

    def counts(self, key: str, published: datetime, now: datetime, notified: int = 0) -> Counts:
        """Counters of the post `key`; `notified` people were told of it by a broadcast."""
        interest = _interest(self.seed, key)
        grown = _grown(interest, published, now)
        people = self.size(published) * interest.reach + notified * 0.3
        most = people * (0.8 + interest.reach)
        return Counts(
            views=int(most * grown),
            reactions=int(most * interest.liking * grown),
            comments=int(most * interest.talking * grown),
            shares=int(most * interest.passing_on * grown),
        )

    def comments(self, key: str, published: datetime, now: datetime) -> list[Comment]:
        """The comments made so far, oldest first; as many as `counts` says."""
        interest = _interest(self.seed, key)
        most = self.size(published) * interest.reach * (0.8 + interest.reach) * interest.talking
        said = self.counts(key, published, now).comments
        return [
            _comment(self.seed, key, published, number, number / most, interest)
            for number in range(1, said + 1)
        ]


def name_of(seed: int, key: str) -> str:
    """A Vietnamese name, always the same for the same key."""
    chance = Random(f"{seed}/name/{key}")
    return f"{chance.choice(FAMILY_NAMES)} {chance.choice(GIVEN_NAMES)}"


@lru_cache(maxsize=4096)
def _interest(seed: int, key: str) -> _Interest:
    chance = Random(f"{seed}/{key}")
    return _Interest(
        reach=chance.uniform(0.14, 0.45),
        hours=chance.uniform(10, 34),
        liking=chance.uniform(0.03, 0.12),
        talking=chance.uniform(0.004, 0.02),
        passing_on=chance.uniform(0.006, 0.03),
    )


def _grown(interest: _Interest, published: datetime, now: datetime) -> float:
    hours = max(0.0, (now - published) / timedelta(hours=1))
    return 1.0 - exp(-hours / interest.hours)


def _comment(
    seed: int, key: str, published: datetime, number: int, share: float, interest: _Interest
) -> Comment:
    chance = Random(f"{seed}/{key}/comment/{number}")
    hours = -log(max(1e-9, 1.0 - share)) * interest.hours
    return Comment(
        number=number,
        author=name_of(seed, f"{key}/{number}"),
        author_id=str(chance.randrange(10**15, 10**16)),
        text=chance.choice(COMMENTS),
        at=published + timedelta(hours=hours),
    )
