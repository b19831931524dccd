"""Days and times as people write them; without an offset they are Asia/Ho_Chi_Minh."""

from __future__ import annotations

import re
from datetime import date, datetime

from errors import Refused
from zone import HANOI

_DAY_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")
_TIME_FORMS = ("%d/%m/%Y %H:%M", "%H:%M %d/%m/%Y")
_ISO_WITH_CLOCK = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d.*")


def moment(told: str) -> datetime:
    """“2025-09-15T09:00”, with an offset or without; “09:00 15/9/2025”. Raises `Refused`.

    A day without an hour is refused: nobody wants a post at midnight.
    """
    text = " ".join(told.split())
    try:
        found = datetime.fromisoformat(text) if _ISO_WITH_CLOCK.fullmatch(text) else _written(text)
        if not 2000 <= found.year < 3000:
            raise ValueError(text)
        return (found if found.tzinfo else found.replace(tzinfo=HANOI)).astimezone(HANOI)
    except ValueError:
        raise Refused(
            f"“{text[:40]}” không phải giờ đăng; hãy viết như 2025-09-15T09:00"
            " hoặc 09:00 15/9/2025."
        ) from None


def day(told: str) -> date:
    """“2025-08-14”, “14/8/2025”. Raises `Refused`."""
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(told.strip(), form).date()  # noqa: DTZ007 - a day, no time
        except ValueError:
            continue
    raise Refused(f"“{told[:40]}” không phải ngày; hãy viết như 2025-08-14 hoặc 14/8/2025.")


def iso(when: datetime) -> str:
    """As in every JSON of Loa: with +07:00."""
    return when.astimezone(HANOI).isoformat()


def shown(when: datetime) -> str:
    return f"{when.astimezone(HANOI):%H:%M %d/%m/%Y}"


def _written(text: str) -> datetime:
    for form in _TIME_FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the caller adds the zone
        except ValueError:
            continue
    raise ValueError(text)
