"""The Graph API: signed calls, what its errors mean for a post, and its usage headers.

Errors are judged by subcode and code, not by HTTP status (api/social.md §1.8, §1.9).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from channels import files
from channels.base import Decision, Media, Rejected, Retry, TokenLost
from channels.http import UPLOAD_PATIENCE, Answer, Call, Caller, number

HEADERS = ("X-App-Usage", "X-Page-Usage", "X-Business-Use-Case-Usage")
SLOW_FROM = 90  # percent
SLOW_DOWN = timedelta(minutes=5)
THROTTLED = timedelta(hours=1)  # where no header tells
LONG = timedelta(hours=3)  # "hours", says §1.8

THROTTLE = frozenset({4, 17, 32, 613, *range(80000, 80015)})
TOO_FAST, POSTING_LIMIT, DUPLICATE, BLOCKED = 1390008, 341, 506, 368
PHOTOS_TAKEN, UPLOAD_FAILED = 1366051, 6000
IN_DOUBT = frozenset({1, 2, 1609010, 1363047})  # 1 and 2 came with posts that did appear (§1.8)
NO_PERMISSION = frozenset({10, *range(200, 300)})
MISSING = (100, 33)
NOT_OFFERED = frozenset({3, 100})

TOKEN = {
    102: "phiên làm việc đã hết",
    190: "mã truy cập không còn hiệu lực",
    458: "ứng dụng đã bị gỡ khỏi Trang",
    459: "tài khoản cần xác minh bảo mật",
    460: "mật khẩu tài khoản đã đổi",
    463: "mã truy cập đã hết hạn",
    464: "tài khoản chưa được xác nhận",
    467: "mã truy cập đã bị hủy",
    490: "cần đăng nhập lại",
    492: "người kết nối không còn vai trò trên Trang",
    1404006: "tài khoản cần kiểm tra bảo mật",
    1404078: "Trang cần được cấp quyền đăng bài",
    1404112: "tài khoản đang bị hạn chế",
    4854002: "tài khoản cần xác nhận danh tính",
}
REFUSED = {
    368: "tạm chặn vì cho là vi phạm quy định hoặc trùng bài",
    382: "tệp quá nhỏ",
    389: "không tải được tệp",
    506: "cho là trùng với bài vừa đăng",
    6000: "tệp tải lên bị lỗi",
    6001: "định dạng tệp không được nhận",
    1346003: "nội dung bị đánh dấu là lạm dụng",
    1349125: "định dạng không được nhận",
    1366046: "ảnh quá lớn hoặc sai định dạng (cần JPG, PNG dưới 4 MB)",
    1404102: "nội dung bị cho là vi phạm tiêu chuẩn cộng đồng",
    1609005: "không đọc được đường dẫn kèm theo",
    1609008: "không nhận đường dẫn này",
    2061006: "đường dẫn không hợp lệ",
    2069019: "tệp không hợp lệ",
}


class Missing(Rejected):
    """No such object, or not visible to this token: code 100, subcode 33."""


class NotOffered(Rejected):
    """A field, a metric or a value that this Page does not take."""


class NoPermission(TokenLost):
    """The token is good but may not do this."""


class PhotosTaken(Retry):
    """The uploaded pictures belong to a post already: upload them anew for an unpublished one."""


class Graph:
    """Calls in the name of one Page. Raises decisions; rests when usage nears its limit."""

    def __init__(
        self, caller: Caller, root: str, token: str, app_secret: str, now: Callable[[], datetime]
    ) -> None:
        self.caller = caller
        self._root = root
        self._headers = {"Authorization": f"Bearer {token}"}
        self._proof = _proof(app_secret, token)
        self._now = now
        self._resting_until: datetime | None = None

    def call(
        self,
        method: Literal["GET", "POST", "DELETE"],
        path: str,
        values: Mapping[str, str] | None = None,
        *,
        repeatable: bool = False,
    ) -> Call:
        url, values = f"{self._root}/{path}", values or {}
        if method == "POST":
            return Call(method, url, repeatable, self._proof, form=values)
        return Call(method, url, repeatable, {**self._proof, **values})

    def read(self, id: str, fields: str) -> Answer:
        return self.ask(self.call("GET", id, {"fields": fields}, repeatable=True))

    def made(
        self, call: Call, media: Media | None = None, key: str = "id", *, tried: bool = False
    ) -> str:
        """The id of what the call made; a success without an id is in doubt."""
        answer = self._upload(call, media, tried) if media else self.ask(call, tried=tried)
        if id := answer.text(key) or answer.text("id"):
            return id
        raise self.caller.doubt(call, answer.raw)

    def ask(self, call: Call, *, tried: bool = False) -> Answer:
        """`tried`: an earlier try of the same post may have gone out."""
        self._check_rest()
        answer = self.caller.call(replace(call, headers=self._headers))
        if pause := rest(answer.headers):
            self._resting_until = self._now() + pause
        if answer.at("error") is not None:
            raise decide(answer, call, self.caller, tried=tried)
        self.caller.by_status(answer, call)
        return answer

    def _upload(self, call: Call, media: Media, tried: bool) -> Answer:
        with files.opened(media) as file:
            source = {"source": (f"file{media.path.suffix}", file, media.mime)}
            return self.ask(replace(call, files=source, patience=UPLOAD_PATIENCE), tried=tried)

    def _check_rest(self) -> None:
        """Calling on while usage is at its limit prolongs the block (§1.9)."""
        left = self._resting_until - self._now() if self._resting_until else timedelta()
        if left > timedelta():
            raise self.caller.throttled(left)


def decide(answer: Answer, call: Call, caller: Caller, *, tried: bool) -> Decision:
    """The decision for an answer that carries an `error`."""
    code = answer.number("error", "code") or 0
    sub = answer.number("error", "error_subcode") or 0
    raw = answer.raw
    if wait := _wait(code, sub, answer):
        return caller.throttled(wait, raw)
    if code == UPLOAD_FAILED and call.repeatable:
        return Retry(f"{caller.service} chưa nhận trọn tệp: hệ thống sẽ tải lại.", raw=raw)
    if sub == PHOTOS_TAKEN and call.repeatable:
        return PhotosTaken(f"{caller.service} đòi tải lại ảnh: hệ thống sẽ tự thử lại.", raw=raw)
    hints_it_is_out = tried and bool({code, sub} & {DUPLICATE, BLOCKED})
    if {code, sub} & IN_DOUBT or sub == PHOTOS_TAKEN or hints_it_is_out:
        return caller.doubt(call, raw)
    if why := TOKEN.get(sub) or TOKEN.get(code):
        return TokenLost(_reconnect(caller.service, why), raw)
    if code in NO_PERMISSION:
        return NoPermission(_reconnect(caller.service, f"thiếu quyền (mã {code})"), raw)
    if code in NOT_OFFERED or {code, sub} & REFUSED.keys():
        return _refused(code, sub, caller.service, raw)
    try:
        caller.by_status(answer, call)
    except Decision as decision:
        return decision
    return caller.doubt(call, raw)


def rest(headers: Mapping[str, str]) -> timedelta | None:
    """How long to leave the service alone, by what it says of our usage; None: go on."""
    usages = list(_usages(headers))
    if waits := [minutes for _, minutes in usages if minutes > 0]:
        return timedelta(minutes=max(waits))
    return SLOW_DOWN if any(percent > SLOW_FROM for percent, _ in usages) else None


def _wait(code: int, sub: int, answer: Answer) -> timedelta | None:
    if sub == TOO_FAST or code == POSTING_LIMIT:
        return LONG
    if code not in THROTTLE and answer.status != 429:
        return None
    stated = rest(answer.headers)
    return stated if stated and stated > SLOW_DOWN else THROTTLED


def _refused(code: int, sub: int, service: str, raw: str) -> Decision:
    if (code, sub) == MISSING:
        return Missing(f"{service} không còn bài này hoặc không cho xem bài này.", raw)
    why = REFUSED.get(sub) or REFUSED.get(code) or "yêu cầu không hợp lệ"
    reason = (
        f"{service} không nhận bài: {why} (mã {sub or code}). "
        "Bài chưa được đăng, đề nghị kiểm tra trên Trang và sửa rồi gửi lại."
    )
    return NotOffered(reason, raw) if code in NOT_OFFERED else Rejected(reason, raw)


def _reconnect(service: str, why: str) -> str:
    return (
        f"{service}: {why}; bài chưa được gửi và vẫn giữ trong hàng đợi, "
        "đề nghị quản trị viên kết nối lại Trang và cập nhật mã truy cập của kênh."
    )


def _usages(headers: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """(percent, minutes to regain access) of every usage that the headers tell."""
    for name in HEADERS:
        try:
            stated = json.loads(headers.get(name) or "{}")
        except ValueError:
            continue
        for usage in _flat(stated):
            parts = [
                number(usage.get(key)) for key in ("call_count", "total_cputime", "total_time")
            ]
            percent = max((part for part in parts if part is not None), default=0)
            yield percent, number(usage.get("estimated_time_to_regain_access")) or 0


def _flat(stated: object) -> Iterator[Mapping[str, object]]:
    """X-App-Usage is one usage; the business header keeps a list of them under each id."""
    if isinstance(stated, list):
        for each in stated:
            yield from _flat(each)
    elif isinstance(stated, dict) and any(isinstance(each, list) for each in stated.values()):
        yield from _flat([each for each in stated.values() if isinstance(each, list)])
    elif isinstance(stated, dict):
        yield stated


def _proof(app_secret: str, token: str) -> dict[str, str]:
    """HMAC of the token with the app's secret (§1.2)."""
    if not app_secret:
        return {}
    mac = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256)
    return {"appsecret_proof": mac.hexdigest()}
