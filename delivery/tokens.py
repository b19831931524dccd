"""A channel's tokens, encrypted in the database; one refresher at a time across processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import or_, update
from sqlmodel import col

from channels.base import Retry, TokenLost, TokenPair
from models import Token
from store import Store, insert_or_ignore

POLL_S = 0.05


class KeptTokens:
    """`key` is the office's secret key (Fernet); `lock_for` must be longer than any HTTP call."""

    def __init__(
        self,
        store: Store,
        channel: str,
        key: str,
        clock: Callable[[], datetime],
        lock_for: timedelta = timedelta(seconds=60),
    ) -> None:
        self._store, self._channel, self._clock = store, channel, clock
        self._fernet = Fernet(key.encode())
        self._lock_for = lock_for

    def read(self) -> TokenPair | None:
        """Raises `TokenLost` where the key has changed since."""
        with self._store.reading() as session:
            row = session.get(Token, self._channel)
            if row is None or not row.access:
                return None
            return TokenPair(self._open(row.access), self._open(row.refresh), row.expires_at)

    def save(self, pair: TokenPair) -> None:
        with self._store.writing() as session:
            row = session.get(Token, self._channel) or Token(channel=self._channel)
            row.access, row.refresh = self._close(pair.access), self._close(pair.refresh)
            row.expires_at, row.changed_at = pair.expires_at, self._clock()
            session.add(row)

    @contextmanager
    def refreshing(self) -> Iterator[TokenPair | None]:
        """Raises `Retry` where another process holds the lock for too long."""
        holder = uuid4().hex
        deadline = time.monotonic() + self._lock_for.total_seconds()
        while not self._lock(holder):
            if time.monotonic() > deadline:
                raise Retry("Tiến trình khác đang làm mới mã truy cập.")
            time.sleep(POLL_S)
        try:
            yield self.read()
        finally:
            self._unlock(holder)

    def _lock(self, holder: str) -> bool:
        now = self._clock()
        with self._store.writing() as session:
            insert_or_ignore(session, Token, channel=self._channel, access="", refresh="")
            locked = session.connection().execute(
                update(Token)
                .where(
                    col(Token.channel) == self._channel,
                    or_(col(Token.locked_until).is_(None), col(Token.locked_until) <= now),
                )
                .values(locked_by=holder, locked_until=now + self._lock_for)
            )
        return locked.rowcount == 1

    def _unlock(self, holder: str) -> None:
        with self._store.writing() as session:
            session.connection().execute(
                update(Token)
                .where(col(Token.channel) == self._channel, col(Token.locked_by) == holder)
                .values(locked_by=None, locked_until=None)
            )

    def _close(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode() if text else ""

    def _open(self, sealed: str) -> str:
        if not sealed:
            return ""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise TokenLost(
                "Khóa bí mật của văn phòng đã đổi, không đọc được mã truy cập."
            ) from error
