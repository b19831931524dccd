"""The sandbox's time: the real one, shifted, standing still or running fast."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))


def real_time() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Course:
    since: datetime  # on the base clock
    at: datetime  # in the sandbox at that moment
    speed: float


class Timeline:
    """`now()` of the sandbox, over a base clock that is given."""

    def __init__(self, base: Callable[[], datetime] = real_time) -> None:
        self._base = base
        self._course: _Course | None = None

    def now(self) -> datetime:
        course = self._course
        if course is None:
            return self._base()
        return course.at + (self._base() - course.since) * course.speed

    def set(self, at: datetime | None = None, speed: float = 1.0) -> None:
        """Go on from `at` (default: from now) at this speed; 0 stands still."""
        if at is not None and at.tzinfo is None:
            at = at.replace(tzinfo=VIETNAM)
        if speed < 0:
            raise ValueError("time does not run backwards")
        self._course = _Course(self._base(), at or self.now(), speed)

    def freeze(self, at: datetime) -> None:
        self.set(at, speed=0.0)

    def shift(self, offset: timedelta) -> None:
        """Jump by `offset` and go on at the speed of before."""
        self.set(self.now() + offset, self._course.speed if self._course else 1.0)

    def follow(self) -> None:
        """Back to the base clock."""
        self._course = None

    @property
    def speed(self) -> float:
        return self._course.speed if self._course else 1.0


def millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def seconds(at: datetime) -> int:
    return int(at.timestamp())
