"""Events on their way out: queued, signed by their service, delivered, tried again.

Only addresses on this machine are called. A delivery is due on the sandbox's clock, so the waits
between two tries pass quickly in a rehearsal.
"""

import http.client
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Condition
from urllib.parse import urlsplit

from sandbox.faults import WEBHOOK_FAULTS, Fault, Faults

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def is_loopback(url: str) -> bool:
    """Whether the sandbox may call this address: plain http to this machine."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and parts.hostname in LOOPBACK and parts.port != 0
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Event:
    """One delivery.

    `sign` makes the headers from whether they shall be right and the number of the try;
    `ladder` are the waits in seconds after each failure; `done` hears whether it arrived and the
    answer's body, and a False after the last step of the ladder.
    """

    service: str
    name: str
    url: str
    body: bytes
    sign: Callable[[bool, int], dict[str, str]]
    ladder: Sequence[float] = ()
    timeout: float = 2.0
    done: Callable[[bool], None] = field(default=lambda _: None)
    tries: int = 0
    honest: bool = True


@dataclass(slots=True)
class _Queued:
    due: datetime
    event: Event


class Outbox:
    """The queue of events; `deliver_due` is called by the server's courier thread."""

    def __init__(self, clock: Callable[[], datetime], faults: Faults) -> None:
        self._clock = clock
        self._faults = faults
        self._queue: list[_Queued] = []
        self._held: _Queued | None = None
        self._news = Condition()
        self.delivered: list[tuple[str, str, int]] = []  # service, event, HTTP status (0: none)

    def use(self, clock: Callable[[], datetime]) -> None:
        """Take the time from this clock from now on."""
        self._clock = clock

    def post(self, event: Event, delay: float = 0.0) -> None:
        """Queue an event, `delay` seconds from now on the sandbox's clock."""
        kind = fault.kind if (fault := self._fault(event)) else ""
        if kind == "webhook_lost":
            return
        if kind == "webhook_bad_signature":
            event = replace(event, honest=False)
        queued = _Queued(self._clock() + timedelta(seconds=delay), event)
        with self._news:
            if kind == "webhook_reorder" and self._held is None:
                self._held = queued
                return
            self._queue += [queued] * (2 if kind == "webhook_duplicate" else 1)
            if self._held is not None:
                self._queue.append(self._held)
                self._held = None
            self._news.notify_all()

    def _fault(self, event: Event) -> Fault | None:
        return self._faults.take(WEBHOOK_FAULTS, event.service, event.name)

    def wait(self, seconds: float) -> None:
        """Wait for something new, at most so long (what is not yet due is looked at again)."""
        with self._news:
            self._news.wait(seconds)

    def wake(self) -> None:
        with self._news:
            self._news.notify_all()

    def deliver_due(self) -> int:
        """Send what is due, in order; returns how many were sent."""
        sent = 0
        while (queued := self._next()) is not None:
            self._deliver(queued.event)
            sent += 1
        return sent

    def withdraw(self, service: str, url: str) -> None:
        """Take back what has not been delivered to this address."""
        with self._news:
            self._queue = [
                queued
                for queued in self._queue
                if (queued.event.service, queued.event.url) != (service, url)
            ]

    def waiting(self) -> int:
        with self._news:
            return len(self._queue)

    def _next(self) -> _Queued | None:
        now = self._clock()
        with self._news:
            for index, queued in enumerate(self._queue):
                if queued.due <= now:
                    return self._queue.pop(index)
        return None

    def _deliver(self, event: Event) -> None:
        status = call(event.url, event.body, event.sign(event.honest, event.tries), event.timeout)
        self.delivered.append((event.service, event.name, status))
        if 200 <= status < 300:
            event.done(True)
        elif event.tries >= len(event.ladder):
            event.done(False)
        else:
            self._again(event)

    def _again(self, event: Event) -> None:
        due = self._clock() + timedelta(seconds=event.ladder[event.tries])
        with self._news:
            self._queue.append(_Queued(due, replace(event, tries=event.tries + 1)))


def call(url: str, body: bytes, headers: dict[str, str], timeout: float) -> int:
    """POST to this machine; the HTTP status, or 0 when there was no answer in time."""
    if not is_loopback(url):
        return 0
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, {"Content-Type": "application/json"} | headers)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return 0
    else:
        return response.status
    finally:
        connection.close()
