"""Zalo's OAuth v4 for Official Accounts, with PKCE. Source: `api/zalo.md` §1, §13.1."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from urllib.parse import urlencode

from sandbox.core import Core
from sandbox.pages import render
from sandbox.webhooks import is_loopback
from sandbox.wire import BadRequestError, Reply, Request, answer, page
from sandbox.zalo_accounts import OA, ZaloAccounts, ZaloApp

CODE_TTL = timedelta(minutes=10)
ACCESS_TTL = timedelta(seconds=90_000)
REFRESH_TTL = timedelta(days=90)

# Only -14002, -14003 and -14014 are known from the field; the other numbers are the sandbox's own.
BAD_APP = (-14002, "Invalid appId")
BAD_REDIRECT = (-14003, "Invalid redirect uri")
BAD_SECRET = (-14004, "Invalid secret key")
BAD_GRANT_TYPE = (-14005, "Invalid grant type")
BAD_CODE = (-14012, "Invalid authorization code")
BAD_VERIFIER = (-14013, "Invalid code verifier")
BAD_REFRESH = (-14014, "Invalid refresh token")


@dataclass(slots=True)
class Code:
    """An authorization code: ten minutes, once."""

    app_id: str
    oa_id: str
    challenge: str
    until: datetime


@dataclass(slots=True)
class Grant:
    """The tokens that are alive for one OA; a refresh token is dead once it was used."""

    app_id: str
    oa_id: str
    access: dict[str, datetime] = field(default_factory=dict)
    refresh: str = ""
    refresh_until: datetime | None = None


class ZaloOAuth:
    name = "zalo-oauth"

    def __init__(self, core: Core, accounts: ZaloAccounts) -> None:
        self._core = core
        self._accounts = accounts
        self._codes: dict[str, Code] = {}
        self._grants: dict[str, Grant] = {}  # by OA

    def operation(self, request: Request) -> str:
        path = request.path.removeprefix("/v4/oa/")
        if path != "access_token":
            return path
        try:
            return f"access_token/{request.form().fields.get('grant_type', '')}"
        except BadRequestError:
            return path

    def handle(self, request: Request) -> Reply:
        with self._core.lock:
            match request.method, request.path:
                case "GET", "/v4/oa/permission":
                    return self._ask(request)
                case "POST", "/v4/oa/permission":
                    return self._decide(request)
                case "POST", "/v4/oa/access_token":
                    return self._token(request)
        return page("<h1>404 Not Found</h1>", 404)

    def throttled(self, seconds: float) -> Reply:
        return error(-32, "Too many requests", f"Try again after {seconds:.0f} seconds")

    def failing(self, status: int) -> Reply:
        return answer({"error": -1, "error_name": "System error"}, status)

    def expire(self, _request: Request) -> None:
        """The refresh token dies, whoever asks: the grant is lost."""
        with self._core.lock:
            for grant in self._grants.values():
                grant.refresh_until = self._core.now()

    def issue(self, oa_id: str) -> tuple[str, str]:
        """A fresh access and refresh token for an OA, as the console's API Explorer gives."""
        with self._core.lock:
            oa = self._accounts.oas[oa_id]
            grant = self._grants.setdefault(oa_id, Grant(oa.app.app_id, oa_id))
            return self._rotate(grant)

    def holder(self, access: str) -> tuple[OA | None, bool]:
        """Whose access token this is, and whether it is still valid."""
        for grant in self._grants.values():
            if access in grant.access:
                alive = self._core.now() < grant.access[access]
                return self._accounts.oas[grant.oa_id], alive
        return None, False

    def expire_access(self, access: str) -> None:
        for grant in self._grants.values():
            if access in grant.access:
                grant.access[access] = self._core.now()

    def revoke(self, oa_id: str) -> None:
        """The OA takes its permission back."""
        with self._core.lock:
            self._grants.pop(oa_id, None)

    def _ask(self, request: Request) -> Reply:
        app, problem = self._app_and_redirect(request.query)
        if app is None or problem:
            return problem or error(*BAD_APP)
        oas = [oa for oa in self._accounts.oas.values() if oa.app is app]
        html = render("permission.html", app=app, oas=oas, asked=dict(request.query))
        return page(html)

    def _app_and_redirect(self, asked: object) -> tuple[ZaloApp | None, Reply | None]:
        fields: dict[str, str] = dict(asked)  # type: ignore[call-overload]
        app = self._accounts.apps.get(fields.get("app_id", ""))
        if app is None or not app.active:
            return None, error(*BAD_APP)
        redirect = fields.get("redirect_uri", "")
        known = redirect in app.redirect_uris if app.redirect_uris else is_loopback(redirect)
        return app, None if known else error(*BAD_REDIRECT)

    def _decide(self, request: Request) -> Reply:
        """The administrator's answer on the training page; `oa_id` says for which OA."""
        fields = request.form().fields
        app, problem = self._app_and_redirect(fields)
        if app is None or problem:
            return problem or error(*BAD_APP)
        oa = self._accounts.oas.get(fields.get("oa_id", ""))
        if fields.get("decision") != "allow" or oa is None:
            return _back(fields, {"error": "access_denied", "error_reason": "Admin refused"})
        code = self._core.token("zalo code", 64)
        until = self._core.now() + CODE_TTL
        self._codes[code] = Code(app.app_id, oa.oa_id, fields.get("code_challenge", ""), until)
        return _back(fields, {"code": code, "oa_id": oa.oa_id})

    def _token(self, request: Request) -> Reply:
        if request.kind != "application/x-www-form-urlencoded":
            return error(*BAD_GRANT_TYPE, "The body must be form-urlencoded")
        fields = request.form().fields
        app = self._accounts.apps.get(fields.get("app_id", ""))
        if app is None or not app.active:
            return error(*BAD_APP)
        if not hmac.compare_digest(request.headers.get("secret_key", ""), app.secret):
            return error(*BAD_SECRET)
        match fields.get("grant_type"):
            case "authorization_code":
                return self._exchange(app, fields)
            case "refresh_token":
                return self._refresh(app, fields)
        return error(*BAD_GRANT_TYPE)

    def _exchange(self, app: ZaloApp, fields: dict[str, str]) -> Reply:
        code = self._codes.pop(fields.get("code", ""), None)
        if code is None or code.app_id != app.app_id or self._core.now() >= code.until:
            return error(*BAD_CODE)
        if code.challenge and challenge(fields.get("code_verifier", "")) != code.challenge:
            return error(*BAD_VERIFIER)
        grant = self._grants.setdefault(code.oa_id, Grant(app.app_id, code.oa_id))
        return self._tokens(grant)

    def _refresh(self, app: ZaloApp, fields: dict[str, str]) -> Reply:
        offered, now = fields.get("refresh_token", ""), self._core.now()
        for grant in self._grants.values():
            current = bool(offered) and grant.refresh == offered and grant.app_id == app.app_id
            if current and grant.refresh_until and now < grant.refresh_until:
                return self._tokens(grant)
        return error(*BAD_REFRESH, "Refresh token is invalid, expired or already used")

    def _tokens(self, grant: Grant) -> Reply:
        access, refresh = self._rotate(grant)
        lifetime = str(int(ACCESS_TTL.total_seconds()))
        return answer({"access_token": access, "refresh_token": refresh, "expires_in": lifetime})

    def _rotate(self, grant: Grant) -> tuple[str, str]:
        now = self._core.now()
        if self._core.settings.zalo_old_token_dies:
            grant.access = dict.fromkeys(grant.access, now)
        access = self._core.token("zalo access", 320)
        grant.access[access] = now + ACCESS_TTL
        grant.refresh = self._core.token("zalo refresh", 320)
        grant.refresh_until = now + REFRESH_TTL
        return access, grant.refresh


def challenge(verifier: str) -> str:
    """The code challenge of a verifier: base64url of the raw SHA-256, without padding."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def error(code: int, name: str, description: str = "") -> Reply:
    """An OAuth error: HTTP 200, and no `message`."""
    body = {"error": code, "error_name": name, "error_reason": "", "error_description": description}
    return answer(body | {"ref_doc": "https://developers.zalo.me/docs/social-api/tai-lieu"})


def _back(fields: dict[str, str], result: dict[str, str]) -> Reply:
    redirect = fields["redirect_uri"]
    echoed = {key: fields[key] for key in ("state", "code_challenge") if fields.get(key)}
    url = redirect + ("&" if "?" in redirect else "?") + urlencode(result | echoed)
    link = f'<a href="{escape(url, quote=True)}">Tiếp tục</a>'
    return Reply(link.encode(), 302, "text/html; charset=utf-8", {"Location": url})
