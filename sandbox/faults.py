"""Faults on request: which call goes wrong, how, and how often."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from random import Random
from threading import Lock
from typing import Any

CALL_FAULTS = {
    "timeout_after": "carried out, then no answer until the client gives up",
    "timeout_before": "not carried out, and no answer",
    "reset_after": "carried out, then the connection is reset",
    "reset_before": "not carried out, the connection is reset",
    "error_after": "carried out, then answered with a 5xx (`status`) in the service's form",
    "error_before": "not carried out, answered with a 5xx (`status`)",
    "html_after": "carried out, then answered with a proxy's HTML page (`status`)",
    "html_before": "not carried out, answered with a proxy's HTML page (`status`)",
    "cut_after": "carried out, the answer breaks off in the middle",
    "empty_after": "carried out, answered with 200 and no body",
    "refresh_lost": "the same as reset_after, and only for a token refresh",
    "rate_limit": "not carried out, throttled in the service's own form (`seconds`)",
    "token_expired": "the token of this call dies; the call is answered accordingly",
    "slow": "carried out at once, answered `seconds` later (real time)",
    "slow_processing": "processing takes `seconds` longer (sandbox time)",
    "image_failed": "the picture or film of this call cannot be fetched",
}
WEBHOOK_FAULTS = {
    "webhook_duplicate": "the event is delivered twice",
    "webhook_reorder": "the event is delivered after the next one",
    "webhook_lost": "the event is never delivered",
    "webhook_bad_signature": "the event is signed with a wrong secret",
}
KINDS = CALL_FAULTS | WEBHOOK_FAULTS


@dataclass(frozen=True, slots=True)
class Fault:
    """One order to go wrong.

    `service` and `operation` are fnmatch patterns; `operation` is compared with the operation's
    name, with the request's path and, for webhooks, with the event's name. The fault skips the
    first `after` calls that match and then hits `times` of them (None: all), each with `chance`.
    """

    kind: str
    service: str = "*"
    operation: str = "*"
    times: int | None = 1
    after: int = 0
    seconds: float = 30.0
    status: int = 502
    chance: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(KINDS)}")

    def concerns(self, service: str, names: Iterable[str]) -> bool:
        if self.kind == "refresh_lost":
            names = [name for name in names if name.endswith("refresh_token")]
        return fnmatchcase(service, self.service) and any(
            fnmatchcase(name, self.operation) for name in names
        )


@dataclass(slots=True)
class _Armed:
    fault: Fault
    seen: int = 0
    hits: int = 0

    @property
    def spent(self) -> bool:
        return self.fault.times is not None and self.hits >= self.fault.times


class Faults:
    """The faults that are armed; safe to use from several threads."""

    def __init__(self, seed: int) -> None:
        self._armed: list[_Armed] = []
        self._lock = Lock()
        self._chance = Random(seed)

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._armed.append(_Armed(fault))
        return fault

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def take(self, kinds: Collection[str], service: str, *names: str) -> Fault | None:
        """The fault that this call suffers, counted as used; None when it goes well."""
        if not self._armed:
            return None
        with self._lock:
            return next(
                (armed.fault for armed in self._armed if self._hits(armed, kinds, service, names)),
                None,
            )

    def _hits(
        self, armed: _Armed, kinds: Collection[str], service: str, names: Iterable[str]
    ) -> bool:
        fault = armed.fault
        if armed.spent or fault.kind not in kinds or not fault.concerns(service, names):
            return False
        armed.seen += 1
        if armed.seen <= fault.after or self._chance.random() >= fault.chance:
            return False
        armed.hits += 1
        return True

    def listed(self) -> list[dict[str, Any]]:
        """The armed faults with how often each was seen and has hit."""
        with self._lock:
            return [asdict(a.fault) | {"seen": a.seen, "hits": a.hits} for a in self._armed]
