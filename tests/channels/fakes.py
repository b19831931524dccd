"""The ledger's side of the port, as small as it can be."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from channels.base import TokenPair


class Crash(BaseException):
    """The process died here."""


class Notebook:
    """Keeps saved ids like the ledger does; `dies_after` saves it raises Crash, once."""

    def __init__(
        self,
        ids: Mapping[str, str] | None = None,
        saved: Callable[[str], None] = lambda _: None,
        dies_after: int = 0,
    ) -> None:
        self._ids = dict(ids or {})
        self._saved = saved
        self._left = dies_after

    @property
    def ids(self) -> Mapping[str, str]:
        return dict(self._ids)

    def save(self, **ids: str) -> None:
        self._ids.update(ids)
        self._saved(",".join(sorted(ids)))
        self._left -= 1
        if self._left == 0:
            raise Crash


class Keeper:
    """Tokens of one channel in memory, with a lock."""

    def __init__(self, pair: TokenPair | None) -> None:
        self.pair = pair
        self.saves = 0
        self._lock = threading.Lock()

    def read(self) -> TokenPair | None:
        return self.pair

    @contextmanager
    def refreshing(self) -> Iterator[TokenPair | None]:
        with self._lock:
            yield self.pair

    def save(self, pair: TokenPair) -> None:
        self.pair = pair
        self.saves += 1
