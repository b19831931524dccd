"""A span of the day, such as the hours in which an office posts."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Hours:
    """A span of the day in local time, start included, end not; may run over midnight."""

    start: time
    end: time

    def contains(self, moment: time) -> bool:
        clock = moment.replace(tzinfo=None)
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end
