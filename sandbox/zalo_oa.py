"""Zalo's OpenAPI for Official Accounts: the door, the tokens, the envelope.

What lies behind the door: `zalo_articles`, `zalo_messages`, `zalo_people`, `zalo_uploads`.
Source: `api/zalo.md` §0.5, §9, §13.2.
"""

import hashlib
import hmac
import re
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sandbox.core import Core, PublicPost
from sandbox.wire import BadRequestError, Reply, Request, answer
from sandbox.zalo_accounts import OA, ZaloAccounts
from sandbox.zalo_articles import Articles
from sandbox.zalo_errors import (
    BAD_PARAMETER,
    BAD_PROOF,
    BAD_TOKEN,
    NOT_SUPPORTED,
    OLD_TOKEN,
    TOO_MANY,
    Pending,
    Refused,
)
from sandbox.zalo_events import ZaloEvents
from sandbox.zalo_messages import Messages
from sandbox.zalo_oauth import ZaloOAuth
from sandbox.zalo_people import People
from sandbox.zalo_uploads import Uploads

Handler = Callable[[OA, Request], Any]


class ZaloOA:
    name = "zalo"

    def __init__(self, core: Core, accounts: ZaloAccounts, oauth: ZaloOAuth) -> None:
        self._core = core
        self.accounts = accounts
        self.oauth = oauth
        self.events = ZaloEvents(core)
        self.articles = Articles(core)
        self.uploads = Uploads(core)
        self.messages = Messages(core, self.articles, self.uploads, self.events)
        self.people = People(core)
        self._recent: deque[datetime] = deque()
        self._routes: dict[tuple[str, str], tuple[str, Handler]] = {
            **self.articles.routes(),
            **self.uploads.routes(),
            **self.messages.routes(),
            **self.people.routes(),
        }

    def operation(self, request: Request) -> str:
        if request.path == "/v2.0/oa/message" and b'"target"' in request.body:
            return "oa/message/broadcast"
        return re.sub(r"^/v\d\.\d/", "", request.path)

    def handle(self, request: Request) -> Reply:
        with self._core.lock:
            self.articles.advance()
            route = self._routes.get((request.method, request.path))
            if route is None:
                return self._envelope(NOT_SUPPORTED.code, NOT_SUPPORTED.message, status=404)
            try:
                family, handler = route
                data = handler(self._admit(request, family), request)
            except Refused as refused:
                return self._envelope(refused.code, refused.message, refused.data)
            except BadRequestError:
                return self._envelope(BAD_PARAMETER, "Invalid parameter")
            if isinstance(data, Pending):
                return self._envelope(0, "Media is being processed", {})
            return self._envelope(0, "Success", data)

    def throttled(self, _seconds: float) -> Reply:
        return self._envelope(TOO_MANY.code, TOO_MANY.message)

    def failing(self, status: int) -> Reply:
        return answer({"error": status, "message": "Internal server error"}, status)

    def expire(self, request: Request) -> None:
        with self._core.lock:
            self.oauth.expire_access(token_of(request))

    def posts(self, removed: bool = False) -> list[PublicPost]:
        with self._core.lock:
            self.articles.advance()
            return [
                p for oa in self.accounts.oas.values() for p in self.articles.posts(oa, removed)
            ]

    def say(self, user_id: str, text: str, oa_id: str = "") -> str:
        """A person writes to the OA; the message's id."""
        with self._core.lock:
            return self.messages.receive(self._oa(oa_id), user_id, text)

    def follow(self, user_id: str, oa_id: str = "", follows: bool = True) -> None:
        with self._core.lock:
            self.messages.follow(self._oa(oa_id), user_id, follows)

    def chat(self, user_id: str, oa_id: str = "") -> list[dict[str, Any]]:
        """The conversation with one person, oldest first."""
        with self._core.lock:
            return [m for m in self._oa(oa_id).chat if user_id in (m["from_id"], m["to_id"])]

    def _oa(self, oa_id: str) -> OA:
        return self.accounts.oas[oa_id] if oa_id else self.accounts.oa

    def _admit(self, request: Request, family: str) -> OA:
        token = token_of(request)
        oa, alive = self.oauth.holder(token)
        if oa is None:
            raise BAD_TOKEN
        if not alive:
            raise OLD_TOKEN
        self._check_proof(request, oa, token)
        if family in oa.refusals:
            raise Refused(*oa.refusals[family])
        self._check_rate()
        return oa

    def _check_proof(self, request: Request, oa: OA, token: str) -> None:
        given = request.headers.get("appsecret_proof", "")
        if not given and not self._core.settings.require_appsecret_proof:
            return
        right = hmac.new(oa.app.secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(given, right):
            raise BAD_PROOF

    def _check_rate(self) -> None:
        now, limit = self._core.now(), self._core.settings.zalo_calls_per_min
        while self._recent and self._recent[0] <= now - timedelta(minutes=1):
            self._recent.popleft()
        if limit and len(self._recent) >= limit:
            raise TOO_MANY
        self._recent.append(now)

    def _envelope(self, code: int, message: str, data: Any = None, status: int = 200) -> Reply:
        body = {"error": code, "message": message}
        if data is not None:
            body["data"] = data
        limit = self._core.settings.zalo_calls_per_min
        rate = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remain": str(max(0, limit - len(self._recent))),
        }
        return answer(body, status, rate)


def token_of(request: Request) -> str:
    return request.headers.get("access_token") or request.query.get("access_token", "")
