"""The grant of a Zalo Official Account: OAuth v4 with PKCE and single-use refresh tokens.

A refresh token works once, and its answer carries the next one (api/zalo.md §1.6): whoever loses
that answer may have lost the grant. So one process refreshes at a time, what it is given is
checked before it replaces the old pair, and it is saved before it is used.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from channels.base import Retry, TokenLost, TokenPair, Tokens, Unknown
from channels.http import Answer, Call, Caller

ACCESS_LIFE = timedelta(hours=25)  # when the answer does not tell (api/zalo.md §1.6)

GRANT_LOST = frozenset({-118, *range(-14999, -13999)})  # all of -14xxx needs a person (§1.7)
SETUP = {  # api/zalo.md §1.7
    -14002: "ứng dụng Zalo chưa được kích hoạt hoặc sai app_id",
    -14003: "địa chỉ callback chưa được khai báo đúng trên trang quản trị ứng dụng Zalo",
}


def new_verifier() -> str:
    """43 characters, kept by the caller until the code comes back (api/zalo.md §1.3)."""
    return secrets.token_urlsafe(32)


def challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def permission_url(
    *, oauth_url: str, app_id: str, redirect_uri: str, state: str, verifier: str
) -> str:
    """Where an admin of the OA says yes. `redirect_uri` must be the one saved in the console."""
    query = {
        "app_id": app_id,
        "redirect_uri": redirect_uri,
        "code_challenge": challenge(verifier),
        "state": state,
    }
    return f"{oauth_url.rstrip('/')}/v4/oa/permission?{urlencode(query)}"


@dataclass(kw_only=True, repr=False, eq=False)
class Grant:
    """Hands out access tokens of one OA. `early`: refreshed so long before they expire.

    `tokens.refreshing()` must hold its lock longer than two HTTP calls may take.
    """

    channel: str
    app_id: str
    app_secret: str
    oauth_url: str
    caller: Caller
    tokens: Tokens
    now: Callable[[], datetime]
    early: timedelta = timedelta(minutes=10)

    def access(self) -> str:
        """A token that is good for a while. Raises Retry or TokenLost."""
        pair = self.tokens.read()
        if pair and pair.access and not self._is_due(pair):
            return pair.access
        return self.renew(pair.access if pair else "")

    def renew(self, dead: str) -> str:
        """A token other than `dead`: another process's, or a fresh one. Raises Retry, TokenLost."""
        with self.tokens.refreshing() as pair:
            if pair is None:
                raise TokenLost(self.relink("chưa được liên kết"))
            if pair.access and pair.access != dead and not self._is_due(pair):
                return pair.access
            fresh = self._refreshed(pair.refresh)
            self.tokens.save(fresh)
            return fresh.access

    def link(self, *, code: str, verifier: str) -> TokenPair:
        """Change the code of the callback for a pair and save it. The code works once, 10 min."""
        with self.tokens.refreshing():
            try:
                pair = self._ask(grant_type="authorization_code", code=code, code_verifier=verifier)
            except Unknown as doubt:
                raise TokenLost(self.relink("chưa liên kết xong"), doubt.raw) from None
            self.tokens.save(pair)
            return pair

    def _is_due(self, pair: TokenPair) -> bool:
        return pair.expires_at is not None and pair.expires_at - self.now() <= self.early

    def _refreshed(self, refresh: str) -> TokenPair:
        """After a lost answer the old token is tried once more (api/zalo.md §1.9 rule 5)."""
        if not refresh:
            raise TokenLost(self.relink("đã hết hạn liên kết"))
        try:
            return self._ask(grant_type="refresh_token", refresh_token=refresh)
        except Unknown:
            pass
        try:
            return self._ask(grant_type="refresh_token", refresh_token=refresh)
        except Unknown as doubt:
            raise Retry(
                f"{self.caller.service} chưa trả lời khi gia hạn liên kết: "
                "hệ thống sẽ tự thử lại, bài chưa được gửi.",
                raw=doubt.raw,
            ) from None

    def _ask(self, **form: str) -> TokenPair:
        call = Call(
            "POST",
            f"{self.oauth_url.rstrip('/')}/v4/oa/access_token",
            form={"app_id": self.app_id, **form},
            headers={"secret_key": self.app_secret},
        )
        answer = self.caller.call(call)
        access, refresh = answer.text("access_token"), answer.text("refresh_token")
        if access and refresh:
            return TokenPair(access, refresh, self.now() + _life(answer))
        self._check(answer, call)
        raise self.caller.doubt(call, answer.raw)

    def _check(self, answer: Answer, call: Call) -> None:
        """An answer without tokens: refused for good, refused for now, or in doubt."""
        if answer.status == 429 or answer.status >= 500:
            self.caller.by_status(answer, call)
        code = answer.number("error") or 0
        if code in GRANT_LOST:
            raise TokenLost(self.relink(SETUP.get(code, "đã bị ngắt liên kết")), answer.raw)
        if code or answer.at("error"):
            raise self.caller.throttled(None, answer.raw)
        self.caller.by_status(answer, call)

    def relink(self, why: str) -> str:
        """One sentence with the one step that mends a lost grant."""
        return (
            f"Kênh {self.channel}: {self.caller.service} {why}, bài chưa được gửi và vẫn giữ trong "
            f"hàng đợi; đề nghị quản trị viên chạy “loa token link {self.channel}” để liên kết lại."
        )


def _life(answer: Answer) -> timedelta:
    """`expires_in` comes as text, as number, misspelt or not at all (api/zalo.md §1.5)."""
    stated = answer.number("expires_in") or answer.number("expire_in") or 0
    return timedelta(seconds=stated) if stated > 0 else ACCESS_LIFE
