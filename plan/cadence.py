"""A rhythm laid over a period: the windows in which something is due. Pure dates, no clock."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from plan.values import Cadence, Interval, Period, Rate

DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Window:
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def windows(cadence: Cadence, period: Period) -> tuple[Window, ...]:
    """The windows of a rhythm or of a one-off, in order: no gap and no overlap between them.

    Where a plan gives both an interval and a number ("2 tuần/1 số (26 số/năm)") and they agree
    to within one, the interval cuts the windows; else the number does, as reports count by it.
    """
    span = Window(cadence.first or period.first, cadence.by or cadence.last or period.last)
    if span.days < 1 or not (cadence.repeats or cadence.one_off):
        return ()
    if not cadence.repeats:
        return (span,)
    by_number = tuple(_by_rate(cadence.rates[0], span)) if cadence.rates else ()
    if cadence.every is None:
        return by_number
    by_interval = tuple(_by_interval(cadence.every, span))
    agree = not by_number or abs(len(by_interval) - len(by_number)) <= 1
    return by_interval if agree else even(span, len(by_number))


def disagreement(cadence: Cadence, period: Period) -> tuple[int, int] | None:
    """(by the interval, by the number), where a plan gives both and they differ by over one."""
    if cadence.every is None or not cadence.rates:
        return None
    span = Window(cadence.first or period.first, cadence.last or period.last)
    by_interval = len(tuple(_by_interval(cadence.every, span)))
    by_number = len(tuple(_by_rate(cadence.rates[0], span)))
    return (by_interval, by_number) if abs(by_interval - by_number) > 1 else None


def even(span: Window, n: int) -> tuple[Window, ...]:
    """`n` windows of nearly equal length; more windows than days share days."""
    starts = [span.first + DAY * (span.days * i // n) for i in range(n)]
    ends = [max(start - DAY, begun) for begun, start in pairwise(starts)]
    return tuple(Window(*pair) for pair in zip(starts, [*ends, span.last], strict=True))


def months_of(first: date, last: date, step: int) -> Iterator[Window]:
    """Whole calendar blocks of `step` months that touch the days first-last, from January on."""
    aligned = step if 12 % step == 0 else 1
    year, month = first.year, (first.month - 1) // aligned * aligned + 1
    while (begin := date(year, month, 1)) <= last:
        year, month = year + (month + step - 1) // 12, (month + step - 1) % 12 + 1
        yield Window(begin, date(year, month, 1) - DAY)


def _by_interval(every: Interval, span: Window) -> Iterator[Window]:
    if every.unit in MONTHS:
        step = MONTHS[every.unit] * every.n
        yield from _shared(months_of(span.first, span.last, step), 1, span)
        return
    size = every.n * (7 if every.unit == "week" else 1)
    number, rest = divmod(span.days, size)
    number = max(1, number + (2 * rest >= size))
    for i in range(number):
        end = span.first + DAY * (size * (i + 1) - 1)
        yield Window(span.first + DAY * (size * i), span.last if i == number - 1 else end)


def _by_rate(rate: Rate, span: Window) -> Iterator[Window]:
    if rate.unit == "week":
        monday = span.first - DAY * span.first.weekday()
        weeks = range(0, (span.last - monday).days + 1, 7)
        blocks = (Window(monday + DAY * day, monday + DAY * (day + 6)) for day in weeks)
        yield from _shared(blocks, rate.n, span)
    else:
        step = MONTHS.get(rate.unit, 12)
        yield from _shared(months_of(span.first, span.last, step), rate.n, span)


def _shared(blocks: Iterator[Window], n: int, span: Window) -> Iterator[Window]:
    """`n` windows in each whole block, and in a block cut short its share, rounded.

    A piece too short for a window of its own joins the one before it, or the one after.
    """
    begin, held = span.first, None
    for block in blocks:
        last = min(block.last, span.last)
        piece = Window(max(block.first, span.first), last)
        share = int(n * piece.days / block.days + 0.5)
        if share == 0:
            if held is not None:
                held = Window(held.first, last)
            continue
        for window in _cut(Window(begin, last), piece, block, share):
            if held is not None:
                yield held
            held = window
        begin = last + DAY
    if held is None:
        yield span
    else:
        yield Window(held.first, span.last)


def _cut(joined: Window, piece: Window, block: Window, n: int) -> tuple[Window, ...]:
    """Cut a block into `n`, on month bounds where that is even; `joined` may begin earlier."""
    length = (block.last.year - block.first.year) * 12 + block.last.month - block.first.month + 1
    whole_months = piece == block and block.first.day == 1 and length % n == 0 and length > 1
    parts = list(_month_parts(block, length // n) if whole_months else even(piece, n))
    parts[0] = Window(joined.first, parts[0].last)
    return tuple(parts)


def _month_parts(block: Window, step: int) -> Iterator[Window]:
    first = block.first
    while first <= block.last:
        month = first.month + step - 1
        year, month = first.year + (month - 1) // 12, (month - 1) % 12 + 1
        last = date(year, month, calendar.monthrange(year, month)[1])
        yield Window(first, last)
        first = last + DAY
