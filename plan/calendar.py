"""Days on which an office works and posts: public holidays, posting hours, days of mourning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

from zone import HANOI

CULTURE_DAY = (11, 24)  # NQ 80-NQ/TW; the Labour Code had not taken it in by 02/2026 (facts §4)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """`opens`-`closes` are the office's posting hours; `pauses` its days of mourning."""

    opens: time = time(7, 30)
    closes: time = time(20, 30)
    pauses: tuple[tuple[date, date], ...] = ()
    culture_day: bool = True

    def is_holiday(self, day: date) -> bool:
        if (day.month, day.day) == CULTURE_DAY and not self.culture_day:
            return False
        return day in public_holidays(day.year)

    def is_paused(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.pauses)

    def is_working(self, day: date) -> bool:
        return day.weekday() < 5 and not self.is_holiday(day) and not self.is_paused(day)

    def last_good_day(self, first: date, last: date) -> date:
        """The last working day of a window, else its last day without mourning, else its last."""
        days = [last - DAY * back for back in range((last - first).days + 1)]
        unpaused = (day for day in days if not self.is_paused(day))
        return next((day for day in days if self.is_working(day)), next(unpaused, last))

    def at(self, day: date, wanted: time) -> datetime:
        """That day at the wanted time, moved into the posting hours."""
        inside = min(max(wanted, self.opens), self.closes)
        return datetime.combine(day, inside, tzinfo=HANOI)


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """Paid days off by Bộ luật Lao động art. 112, lunar ones and substitute days included."""
    return frozenset(holidays.country_holidays("VN", years=year))
