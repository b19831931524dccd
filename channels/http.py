"""One HTTP call over requests, with its failures told apart for whoever must decide.

Certainly not sent (`Retry`): no address, no connection, 429. Certainly refused: 4xx. All else that
is not a readable answer is in doubt: `Unknown`, or `Retry` where the call is harmless to repeat.
"""

from __future__ import annotations

import json
import logging
import re
import ssl
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO, Any, Literal

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NewConnectionError

from channels.base import Decision, Rejected, Retry, Throttled, TokenLost, Unknown

MAX_ANSWER = 4_000_000  # bytes; the services' real answers are a few kilobytes
MAX_LOGGED = 2_000  # characters
MAX_WAIT = timedelta(days=1)
UPLOAD_PATIENCE = 4.0  # uploads 60 s where reads have 15 s (api/zalo.md §14)

# Raised while the request is put together, before any connection.
BAD_REQUEST = (
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidHeader,
    UnicodeError,  # a secret with letters that no header can carry
)

_SECRET_KEYS = (
    "access_token|refresh_token|fb_exchange_token|input_token|appsecret_proof|client_secret"
    "|app_secret|secret_key|code_verifier|code"
)
_MASKS = (
    (re.compile(r"/bot[^/\s]+/"), "/bot***/"),
    (re.compile(rf"\b({_SECRET_KEYS})=[^&\s\"']+"), r"\1=***"),
    (re.compile(rf'"({_SECRET_KEYS})"\s*:\s*"[^"]*"'), r'"\1":"***"'),
    (re.compile(r"\b(Bearer|OAuth)\s+[\w.~+/|-]{8,}=*"), r"\1 ***"),
)

log = logging.getLogger(__name__)


def new_session() -> requests.Session:
    """A session that takes no proxy, no .netrc and no certificates from the environment."""
    session = requests.Session()
    session.trust_env = False
    return session


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `repeatable`: doing it twice shows nothing twice (upload, poll, read)."""

    method: Literal["GET", "POST", "DELETE"]
    url: str
    repeatable: bool = False
    params: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    json: Mapping[str, Any] | None = None
    files: Mapping[str, tuple[str, IO[bytes] | bytes, str]] | None = None  # name, bytes, mime
    headers: Mapping[str, str] = field(default_factory=dict)
    patience: float = 1.0  # times the read timeout


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON object that the service sent, whatever its status; `raw` is masked, for the log."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    raw: str

    def at(self, *path: str | int) -> Any:
        """The value at a path, or None where the answer has no such place."""
        value: Any = self.body
        for key in path:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def text(self, *path: str | int) -> str:
        """An id or word as text; "" where it is missing. Ids arrive as strings and as numbers."""
        value = self.at(*path)
        known = isinstance(value, str | int) and not isinstance(value, bool)
        return str(value).strip() if known else ""

    def number(self, *path: str | int) -> int | None:
        return number(self.at(*path))

    def rows(self, *path: str | int) -> list[Mapping[str, Any]]:
        """The objects of a list; [] where there is none."""
        found = self.at(*path)
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def number(value: Any) -> int | None:
    """A count that a service wrote as number or as digits; None where it told none."""
    if isinstance(value, bool):
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


class Caller:
    """Speaks to one service. `timeouts` are (connect, read) in seconds.

    Of the session it takes headers, certificates and proxies; connections are never shared.
    Raises decisions whose reason names the service and is fit for an officer to read.
    """

    def __init__(
        self,
        service: str,
        session: requests.Session,
        timeouts: tuple[float, float] = (5.0, 15.0),
        secrets: Iterable[str] = (),
    ) -> None:
        session.trust_env = False
        self.service = service
        self._session = session
        self._timeouts = timeouts
        self._secrets = tuple(secret for secret in secrets if secret)

    def call(self, call: Call) -> Answer:
        """The service's JSON object, of any status: read its own error first, then `by_status`.

        Raises a decision where there is no such answer.
        """
        try:
            status, headers, content = self._exchange(call)
        except BAD_REQUEST as error:
            raise Rejected(
                f"Địa chỉ hoặc mã truy cập {self.service} trong cấu hình không dùng được: "
                "bài chưa được gửi, đề nghị quản trị viên sửa cấu hình kênh.",
                self._mask(repr(error)),
            ) from None
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._broken(call, error) from None
        text = content.decode("utf-8", "replace")
        raw = f"{status} {self._mask(text)[:MAX_LOGGED]}"
        log.info("%s %s -> %s", call.method, self._mask(call.url), raw)
        body = _object(text)
        answer = Answer(status, body or {}, headers, raw)
        if body is None:
            self.by_status(answer, call)
            raise self.doubt(call, raw)
        return answer

    def by_status(self, answer: Answer, call: Call) -> None:
        """Raise what the HTTP status alone tells; pass where it is a success."""
        status = answer.status
        if status == 429:
            raise self.throttled(_stated_wait(answer.headers), answer.raw)
        if status == 401:
            raise TokenLost(
                f"{self.service} không còn chấp nhận mã truy cập của kênh: bài chưa được gửi, "
                "đề nghị quản trị viên kết nối lại kênh.",
                answer.raw,
            )
        if 400 <= status < 500 and status != 408:
            raise Rejected(
                f"{self.service} từ chối yêu cầu (mã {status}): bài chưa được gửi, "
                "đề nghị kiểm tra nội dung và cấu hình kênh.",
                answer.raw,
            )
        if not 200 <= status < 300:
            raise self.doubt(call, answer.raw)

    def throttled(self, after: timedelta | None, raw: str = "") -> Retry:
        return Throttled(
            f"{self.service} đang giới hạn số lần gọi: hệ thống sẽ tự thử lại sau.",
            min(after or timedelta(minutes=1), MAX_WAIT),
            raw,
        )

    def doubt(self, call: Call, raw: str = "") -> Decision:
        """What to make of a call that may or may not have been carried out."""
        if call.repeatable:
            return Retry(
                f"{self.service} chưa trả lời rõ ở một bước lặp lại được: "
                "hệ thống sẽ tự thử lại, bài không bị đăng hai lần.",
                raw=raw,
            )
        return Unknown(
            f"Chưa rõ {self.service} đã đăng bài hay chưa: "
            "hệ thống sẽ tra lại, đề nghị không đăng lại khi chưa kiểm tra trên kênh.",
            raw,
        )

    def _exchange(self, call: Call) -> tuple[int, Mapping[str, str], bytes]:
        """On a connection of its own: a kept one that died unnoticed looks like a lost answer.

        Nothing is followed either: a 307 would post again.
        """
        connect, read = self._timeouts
        read *= call.patience
        request = requests.Request(
            call.method,
            call.url,
            params=dict(call.params),
            data=call.form,
            json=call.json,
            files=call.files,
            headers={**call.headers, "Connection": "close"},
        )
        session = self._session
        prepared = session.prepare_request(request)
        verify = True if session.verify is None else session.verify
        with closing(HTTPAdapter()) as once:
            response = once.send(
                prepared, True, (connect, read), verify, session.cert, session.proxies
            )
            with response:
                content = _body(response, time.monotonic() + read)
                return response.status_code, response.headers, content

    def _broken(self, call: Call, error: Exception) -> Decision:
        raw = self._mask(repr(error))
        log.warning("%s %s -> %s", call.method, self._mask(call.url), raw)
        if _never_left(error):
            return Throttled(
                f"Không kết nối được tới {self.service}: hệ thống sẽ tự thử lại.", raw=raw
            )
        return self.doubt(call, raw)

    def _mask(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        for pattern, masked in _MASKS:
            text = pattern.sub(masked, text)
        return text


def _never_left(error: Exception) -> bool:
    """Only where no connection came to be: refused, unresolved, untrusted, timed out."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    untrusted = any(isinstance(each, ssl.SSLCertVerificationError) for each in _args(reason))
    return isinstance(reason, NewConnectionError) or untrusted


def _args(error: object) -> tuple[object, ...]:
    return error.args if isinstance(error, Exception) else ()


def _body(response: requests.Response, deadline: float) -> bytes:
    """The whole body; raises where it is too long or comes too slowly to be an answer."""
    content = bytearray()
    while part := response.raw.read1(65_536, decode_content=True):
        content += part
        if len(content) > MAX_ANSWER:
            raise HTTPError("answer too long")
        if time.monotonic() > deadline:
            raise HTTPError("answer too slow")
    return bytes(content)


def _object(text: str) -> Mapping[str, Any] | None:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _stated_wait(headers: Mapping[str, str]) -> timedelta | None:
    stated = headers.get("Retry-After", "")
    return timedelta(seconds=int(stated)) if stated.isdecimal() and len(stated) < 8 else None
