"""Zalo's OA API: calls with the grant's token, and what its error codes mean for a post.

Errors come with HTTP 200 and `error` not 0 (api/zalo.md §0.5, §9.2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from channels.base import Decision, Pending, Rejected, Retry, TokenLost
from channels.http import Answer, Call, Caller
from channels.zalo_oauth import Grant

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
NIGHT_FROM, NIGHT_TO = time(22, 0), time(6, 0)
MORNING = time(6, 5)  # not at six sharp (api/zalo.md §2.9)

TOKEN_REFUSED = frozenset({-216, -220, 216, 401, -401})
TOO_MANY_CALLS, FAILED, PROCESSING, NIGHT = -32, -200, -214, -234
QUOTA = frozenset({-211, -218})
NO_RIGHT_OR_QUOTA = -223  # the text tells which

ACCOUNT = {  # the channel is cut off until somebody mends the account
    -204: "OA đã bị khóa hoặc xóa",
    -205: "OA không tồn tại",
    -207: "ứng dụng chưa được OA cho phép",
    -208: "ứng dụng chưa có khóa bí mật",
    -209: "ứng dụng chưa được kích hoạt hoặc không có chức năng này",
    -212: "ứng dụng chưa đăng ký chức năng này",
    -215: "mã ứng dụng (app_id) không đúng",
    -219: "ứng dụng đã bị gỡ hoặc vô hiệu hóa",
    -221: "OA chưa được xác thực",
    -223: "OA chưa cấp quyền này cho ứng dụng",
    -224: "gói dịch vụ của OA không có chức năng này",
    -235: "loại OA này không được dùng chức năng này",
    -237: "nhóm đã hết hạn",
    -242: "chữ ký appsecret_proof không đúng",
    -320: "ứng dụng chưa nối với tài khoản Zalo Cloud",
    -321: "tài khoản Zalo Cloud không đủ tiền",
    3001: "tài khoản không có quyền gửi",
}
CONTENT = {
    -210: "nội dung vượt quá giới hạn cho phép",
    -233: "loại nội dung này không được nhận",
    -248: "nội dung bị cho là vi phạm quy định của nền tảng",
}
FIELDS = (  # fragments of the many texts of -201
    ("title", "tiêu đề không hợp lệ (tối đa khoảng 140 ký tự)"),
    ("description", "đoạn tóm tắt không hợp lệ (tối đa khoảng 250 ký tự)"),
    ("author", "tên tác giả không hợp lệ"),
    ("cover", "ảnh bìa không hợp lệ"),
    ("photo", "ảnh bìa không hợp lệ"),
    ("ảnh đại diện", "ảnh bìa không hợp lệ"),
    ("url", "đường dẫn ảnh không hợp lệ"),
)


class ImagesRefused(Rejected):
    """Zalo could not fetch a picture: the article came to nothing."""


class NotEntitled(TokenLost):
    """The account lacks a right; the token itself is good."""


class Api:
    """Calls in the name of one OA. Raises decisions."""

    def __init__(self, caller: Caller, url: str, grant: Grant, now: Callable[[], datetime]) -> None:
        self.caller = caller
        self._url = url
        self._grant = grant
        self._now = now

    def get(self, path: str, params: Mapping[str, str]) -> Call:
        return Call("GET", f"{self._url}/{path}", repeatable=True, params=params)

    def post(self, path: str, body: Mapping[str, Any], repeatable: bool = False) -> Call:
        return Call("POST", f"{self._url}/{path}", repeatable, json=body)

    def token(self, call: Call) -> str:
        """What a create or update gives: not an id yet (§4)."""
        answer = self.ask(call)
        if token := answer.text("data", "token"):
            return token
        raise self.caller.doubt(call, answer.raw)

    def ask(self, call: Call) -> Answer:
        """The answer where `error` is 0; else a decision. A refused token is renewed once."""
        token = self._grant.access()
        answer = self._send(call, token)
        if is_token_refused(answer):
            answer = self._send(call, self._grant.renew(token))
        if is_token_refused(answer):
            raise TokenLost(self._grant.relink("không chấp nhận mã truy cập mới"), answer.raw)
        if answer.status == 429 or answer.status >= 500:
            self.caller.by_status(answer, call)
        if answer.number("error"):
            raise decide(answer, call, self.caller, self._now())
        self.caller.by_status(answer, call)
        return answer

    def _send(self, call: Call, token: str) -> Answer:
        return self.caller.call(replace(call, headers={"access_token": token}))


def is_token_refused(answer: Answer) -> bool:
    return answer.status == 401 or answer.number("error") in TOKEN_REFUSED


def decide(answer: Answer, call: Call, caller: Caller, now: datetime) -> Decision:
    """The decision for an answer whose `error` is not 0 and not about the token."""
    code, said = answer.number("error") or 0, answer.text("message").lower()
    raw = answer.raw
    if code == PROCESSING:
        return Pending(f"{caller.service} đang xử lý bài.", timedelta(minutes=1), raw)
    if code == TOO_MANY_CALLS:
        return caller.throttled(None, raw)
    if code == NIGHT:
        return at_night(caller.service, now, raw)
    if code in QUOTA or (code == NO_RIGHT_OR_QUOTA and "quota" in said):
        return out_of_quota(caller.service, now, raw)
    if code == FAILED:
        return _failed(answer, call, caller, said)
    if code in ACCOUNT:
        return _cut_off(caller.service, ACCOUNT[code], raw)
    why = CONTENT.get(code) or _field(said)
    return Rejected(
        f"{caller.service} không nhận bài: {why} (mã {code}). "
        "Bài chưa được đăng, đề nghị sửa rồi gửi lại.",
        raw,
    )


def is_night(now: datetime) -> bool:
    clock = now.astimezone(HERE).time()
    return clock >= NIGHT_FROM or clock < NIGHT_TO


def at_night(service: str, now: datetime, raw: str = "") -> Retry:
    reason = f"{service} không gửi thông báo từ 22 giờ đến 6 giờ: hệ thống sẽ gửi sau 6 giờ sáng."
    return Retry(reason, until_morning(now), raw)


def out_of_quota(service: str, now: datetime, raw: str = "") -> Retry:
    reason = f"{service} đã hết hạn mức hôm nay hoặc tháng này: hệ thống sẽ thử lại vào sáng mai."
    return Retry(reason, until_morning(now), raw)


def until_morning(now: datetime) -> timedelta:
    """To the next 06:05 in Vietnam."""
    local = now.astimezone(HERE)
    morning = datetime.combine(local.date(), MORNING, HERE)
    return (morning if morning > local else morning + timedelta(days=1)) - local


def _failed(answer: Answer, call: Call, caller: Caller, said: str) -> Decision:
    """-200: a picture that could not be fetched, or a failure of which nothing more is told."""
    if any(word in said for word in ("media", "upload", "photo", "cover", "ảnh", "attempts")):
        return ImagesRefused(
            f"{caller.service} không tải được ảnh của bài: bài chưa được đăng. Đề nghị kiểm tra "
            "địa chỉ public_url mở được từ Internet và ảnh dưới 1 MB, rồi gửi lại.",
            answer.raw,
        )
    return caller.doubt(call, answer.raw)


def _cut_off(service: str, why: str, raw: str) -> NotEntitled:
    return NotEntitled(
        f"{service}: {why}; bài chưa được gửi và vẫn giữ trong hàng đợi, "
        "đề nghị quản trị viên xử lý trên trang quản trị OA rồi nối lại kênh.",
        raw,
    )


def _field(said: str) -> str:
    return next((why for word, why in FIELDS if word in said), "nội dung không hợp lệ")
