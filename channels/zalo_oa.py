"""Zalo Official Account: articles, their numbers, and the broadcast that tells followers.

Two-phase (the default): the article is created hidden, verified, then updated to show. Until that
update nothing is public, so a create whose answer is lost is simply done again; at worst a hidden
article stays behind, which nobody sees and which is never adopted (it could be another's).
A lost answer to the update is `Unknown`; the article's id then tells what happened.
Plain: one create that shows at once; a lost answer is `Unknown`, and titles are compared.

Saved ids: `flow`, `token` and `taken` (what was accepted last, and when), `id`, `show` (the token
of the update), `images` (pictures were refused once), `broadcast`. Facts: api/zalo.md §3, §4, §6.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import requests
from requests.utils import requote_uri

from channels import files, zalo_api
from channels.base import (
    Decision,
    Engagement,
    Limits,
    Media,
    Pending,
    Post,
    Receipt,
    Rejected,
    Retry,
    Sight,
    Step,
    Tokens,
    Unknown,
)
from channels.http import Answer, Caller, number
from channels.text import cut_to, fold, one_line
from channels.zalo_api import Api
from channels.zalo_oauth import Grant

SERVICE = "Zalo OA"
LOOK_BACK = timedelta(minutes=2)  # their clock is not ours (api/social.md §0.2)
GIVE_UP = timedelta(hours=1)  # an article that is still being processed then (§4.4)
UNREAD_GIVE_UP = timedelta(days=1)
IMAGES_AGAIN = timedelta(minutes=5)
PAGE, PAGES = 10, 5  # getslice gives ten at most (§4.5)

UNTOLD = "Bài đã đăng, nhưng chưa gửi được thông báo tới người quan tâm."
MAYBE_TOLD = (
    "Bài đã đăng; chưa rõ thông báo tới người quan tâm đã gửi hay chưa: "
    "đề nghị xem trên trang quản trị OA, không tự gửi lại."
)


class ZaloOA:
    """One OA. `default_cover` is a public URL; `poll` is the first wait for an article."""

    limits = Limits(  # titles of 150 and summaries of 300 were refused in production (§4.1)
        text=20_000,
        title=140,
        summary=250,
        images=20,
        image_bytes=1_000_000,
        image_ratio=(16, 9),
        kinds=frozenset({"image"}),
    )

    def __init__(  # noqa: PLR0913  the keys of its table, each by name
        self,
        *,
        name: str,
        app_id: str,
        app_secret: str,
        oa_id: str,
        author: str,
        session: requests.Session,
        tokens: Tokens,
        now: Callable[[], datetime],
        oauth_url: str = "https://oauth.zaloapp.com",
        api_url: str = "https://openapi.zalo.me",
        flow: Literal["two_phase", "plain"] = "two_phase",
        default_cover: str = "",
        timeouts: tuple[float, float] = (5.0, 15.0),
        poll: timedelta = timedelta(seconds=3),
    ) -> None:
        self.name = name
        self._oa_id = oa_id
        self._author = cut_to(one_line(author), 50)
        self._now = now
        self._flow = flow
        self._default_cover = default_cover
        self._poll = poll
        caller = Caller(SERVICE, session, timeouts, secrets=(app_secret,))
        self.grant = Grant(
            channel=name,
            app_id=app_id,
            app_secret=app_secret,
            oauth_url=oauth_url,
            caller=caller,
            tokens=tokens,
            now=now,
        )
        self._api = Api(caller, api_url.rstrip("/"), self.grant, now)

    def publish(self, post: Post, step: Step) -> Receipt:
        two_phase = self._is_two_phase(step.ids)
        known = step.ids.get("id", "")
        id = known or self._created(post, step, two_phase)
        if two_phase and not self._was_shown(known, step.ids):
            self._show(post, id, step)
        return self._receipt(id)

    def find(self, post: Post, ids: Mapping[str, str], since: datetime) -> Receipt | Sight:
        """By id; without an id, a hidden article proves absence and a shown one is in the list."""
        two_phase = self._is_two_phase(ids)
        if id := ids.get("id"):
            return self._seen(id, ids.get("show", ""), two_phase)
        if two_phase:
            return Sight.ABSENT
        if token := ids.get("token"):
            return self._processed(token)
        return self._listed(post, since)

    def metrics(self, receipt: Receipt) -> Engagement:
        """Views and shares; likes and comments are told by no API (§7)."""
        facts = self._facts(receipt.id, "total_view")
        return Engagement(number(facts.get("total_view")), shares=number(facts.get("total_share")))

    def withdraw(self, receipt: Receipt) -> None:
        """Remove for good. A broadcast already sent stays in people's chats."""
        try:
            self._api.ask(
                self._api.post("v2.0/article/remove", {"id": receipt.id}, repeatable=True)
            )
        except (Rejected, Retry):
            if self._status(receipt.id):
                raise

    def followers(self) -> int | None:
        return self._account().number("data", "num_follower")

    def check(self) -> str:
        account = self._account()
        oa_id = account.text("data", "oa_id") or account.text("data", "oaid")
        if oa_id and self._oa_id and oa_id != self._oa_id:
            raise Rejected(
                f"Kênh {self.name}: liên kết thuộc OA {oa_id}, không phải {self._oa_id}; "
                f"đề nghị sửa oa_id hoặc chạy “loa token link {self.name}”.",
                account.raw,
            )
        self._slice(0, 1)  # may it use articles at all?
        return f"Đã nối {SERVICE} “{account.text('data', 'name')}”."

    def announce(self, receipt: Receipt, step: Step) -> Receipt:
        """Send the article to all followers: one call, and a lost answer stays Unknown (§3)."""
        message = step.ids.get("broadcast", "")
        if not message:
            self._check_window()
            message = self._broadcast(receipt.id)
            step.save(broadcast=message)
        return Receipt(receipt.id, receipt.url, {**receipt.ids, "broadcast": message})

    # The steps of a publication.

    def _is_two_phase(self, ids: Mapping[str, str]) -> bool:
        """As it was begun, whatever the setting says by now."""
        return (ids.get("flow") or self._flow) == "two_phase"

    def _was_shown(self, known: str, ids: Mapping[str, str]) -> bool:
        """An update whose answer was lost may have been carried out."""
        return bool(known) and not ids.get("show") and self._status(known) == "show"

    def _created(self, post: Post, step: Step, two_phase: bool) -> str:
        token = step.ids.get("token") or self._submitted(post, step, two_phase)
        id = self._confirmed(token, step, public=not two_phase)
        step.save(id=id)
        return id

    def _submitted(self, post: Post, step: Step, two_phase: bool) -> str:
        files.check(post.media, self.limits, SERVICE)
        status, flow = ("hide", "two_phase") if two_phase else ("show", "plain")
        article = {**self._article(post), "status": status}
        if not two_phase:
            step.save(flow=flow)  # before the call: without it, nothing public can exist
        token = self._api.token(self._api.post("v2.0/article/create", article, two_phase))
        step.save(token=token, taken=self._now().isoformat(), flow=flow)
        return token

    def _show(self, post: Post, id: str, step: Step) -> None:
        """Update to show: a full replacement, and asynchronous again (§4.5)."""
        token = step.ids.get("show", "")
        if not token:
            article = {**self._article(post), "id": id, "status": "show"}
            token = self._api.token(self._api.post("v2.0/article/update", article))
            step.save(show=token, taken=self._now().isoformat())
        self._confirmed(token, step, public=True)

    def _confirmed(self, token: str, step: Step, *, public: bool) -> str:
        """The article's id. `public`: what was accepted may show at any moment."""
        try:
            id = self._verify(token)
        except zalo_api.ImagesRefused as refusal:
            raise self._images_again(refusal, step) from None
        except Rejected as refusal:
            if public:
                raise self._doubt(refusal.raw) from None
            step.save(token="")  # it came to nothing: whoever sends it again creates anew
            raise
        except Retry as unread:
            raise self._wait(step, unread, public=public) from None
        if not id:
            raise self._wait(step, None, public=public)
        return id

    def _verify(self, token: str) -> str:
        """The article's id, or "" while Zalo is at work: told by -214, or by 0 without an id."""
        try:
            answer = self._api.ask(
                self._api.post("v2.0/article/verify", {"token": token}, repeatable=True)
            )
        except Pending:
            return ""
        return answer.text("data", "id")

    def _wait(self, step: Step, unread: Retry | None, *, public: bool) -> Decision:
        """Ever less often; given up where Zalo has told for an hour, or not told for a day."""
        taken = step.ids.get("taken", "")
        age = self._now() - datetime.fromisoformat(taken) if taken else timedelta()
        if age < (UNREAD_GIVE_UP if unread else GIVE_UP):
            wait = self._poll if age < 8 * self._poll else max(self._poll, timedelta(minutes=1))
            reason = unread.reason if unread else f"{SERVICE} đang xử lý bài, hệ thống sẽ xem lại."
            return Pending(reason, max(wait, unread.after) if unread else wait)
        if public:
            return self._doubt("still being processed")
        step.save(token="")
        return Rejected(f"{SERVICE} không xử lý xong bài: bài chưa được đăng, đề nghị gửi lại.")

    def _images_again(self, refusal: Rejected, step: Step) -> Decision:
        """The pictures' host may have been slow: once more, but do not hammer it (§4.4)."""
        again = not step.ids.get("images")
        step.save(token="", show="", images="refused")
        return Retry(refusal.reason, IMAGES_AGAIN, refusal.raw) if again else refusal

    def _doubt(self, raw: str) -> Decision:
        return self._api.caller.doubt(self._api.post("v2.0/article/verify", {}), raw)

    # The article.

    def _article(self, post: Post) -> dict[str, Any]:
        pictures = [each for each in post.media if each.kind == "image"]
        cover = self._address(post.cover) if post.cover else self._default_cover
        if not cover and pictures:
            cover = self._address(pictures.pop(0))
        if not cover:
            raise Rejected(
                f"{SERVICE} bắt buộc mỗi bài có ảnh bìa: bài chưa được gửi, đề nghị thêm một ảnh."
            )
        text = post.text or post.summary or post.title
        title = one_line(post.title) or cut_to(one_line(text), self.limits.title)
        summary = one_line(post.summary) or cut_to(one_line(text), self.limits.summary)
        return {
            "type": "normal",
            "title": title,
            "author": self._author,
            "description": summary,
            "cover": {"cover_type": "photo", "photo_url": requote_uri(cover), "status": "show"},
            "body": [*_paragraphs(text), *map(self._picture, pictures)],
            "comment": "show",
        }

    def _picture(self, media: Media) -> dict[str, str]:
        caption = {"caption": one_line(media.alt)} if media.alt else {}
        return {"type": "image", "url": requote_uri(self._address(media)), **caption}

    def _address(self, media: Media) -> str:
        if not media.url:
            raise Rejected(
                f"{SERVICE} chỉ nhận ảnh có địa chỉ công khai: bài chưa được gửi, "
                "đề nghị quản trị viên khai báo public_url.",
                str(media.path.name),
            )
        return media.url

    # What can be read.

    def _seen(self, id: str, show: str, two_phase: bool) -> Receipt | Sight:
        status = self._status(id)
        if status == "show":
            return self._receipt(id)
        if not status or not two_phase:
            return Sight.NOT_SHOWN
        return self._processed(show) if show else Sight.ABSENT

    def _processed(self, token: str) -> Receipt | Sight:
        """What became of a create or update that was to show."""
        try:
            id = self._verify(token)
        except zalo_api.ImagesRefused:
            return Sight.ABSENT
        except Rejected:
            return Sight.NOT_SHOWN
        return self._receipt(id) if id else Sight.NOT_SHOWN

    def _listed(self, post: Post, since: datetime) -> Receipt | Sight:
        title, start = fold(self._article(post)["title"]), since - LOOK_BACK
        for row in self._newest():
            made = _moment(row.get("create_date"))
            if made and made < start:
                break
            is_ours = fold(str(row.get("title"))) == title and row.get("status") == "show"
            if made and is_ours:
                return Receipt(str(row.get("id")), str(row.get("link_view") or ""))
        return Sight.NOT_SHOWN

    def _receipt(self, id: str) -> Receipt:
        """The link is good to have; without it the article is public all the same."""
        try:
            link = self._facts(id, "link_view").get("link_view")
        except Decision:
            link = ""
        return Receipt(id, str(link or ""))

    def _status(self, id: str) -> str:
        """Either show or hide; "" where the article cannot be seen."""
        try:
            return str(self._facts(id, "status").get("status") or "")
        except Rejected:
            return ""

    def _facts(self, id: str, wanted: str) -> Mapping[str, Any]:
        """The article's own page, or its row in the list where the page lacks what is wanted."""
        detail = self._api.ask(self._api.get("v2.0/article/getdetail", {"id": id})).at("data")
        if isinstance(detail, dict) and detail.get(wanted) is not None:
            return detail
        return next((row for row in self._newest() if str(row.get("id")) == id), {})

    def _newest(self) -> Iterator[Mapping[str, Any]]:
        for page in range(PAGES):
            rows = self._slice(page * PAGE, PAGE).rows("data", "medias")
            yield from rows
            if len(rows) < PAGE:
                return

    def _slice(self, offset: int, limit: int) -> Answer:
        place = {"offset": str(offset), "limit": str(limit), "type": "normal"}
        return self._api.ask(self._api.get("v2.0/article/getslice", place))

    def _account(self) -> Answer:
        return self._api.ask(self._api.get("v2.0/oa/getoa", {}))

    # The broadcast.

    def _check_window(self) -> None:
        """Hours and quotas of one follower stand for all: the same broadcast goes to each."""
        now = self._now()
        if zalo_api.is_night(now):
            raise zalo_api.at_night(SERVICE, now)
        today, month = self._quota()
        if month is not None and month <= 0:
            raise Rejected(
                "Bài đã đăng, nhưng OA đã hết hạn mức thông báo của tháng: "
                "không gửi thông báo tới người quan tâm."
            )
        if today is not None and today <= 0:
            raise zalo_api.out_of_quota(SERVICE, now)

    def _quota(self) -> tuple[int | None, int | None]:
        """What is left today and this month; None where it is not told (§3.3, §6.4)."""
        first = {"offset": 0, "count": 1, "is_follower": True}
        try:
            users = self._api.ask(
                self._api.get("v3.0/oa/user/getlist", {"data": json.dumps(first)})
            )
            user = users.text("data", "users", 0, "user_id")
            if not user:
                return None, None
            quota = self._api.ask(self._api.post("v3.0/oa/quota/message", {"user_id": user}, True))
        except (Rejected, zalo_api.NotEntitled):
            return None, None
        left = ("data", "promotion")
        return quota.number(*left, "daily_remain"), quota.number(*left, "monthly_remain")

    def _broadcast(self, article_id: str) -> str:
        element = {"media_type": "article", "attachment_id": article_id}
        payload = {"template_type": "media", "elements": [element]}
        message = {"attachment": {"type": "template", "payload": payload}}
        body = {"recipient": {"target": {}}, "message": message}
        try:
            answer = self._api.ask(self._api.post("v2.0/oa/message", body))
        except (Rejected, zalo_api.NotEntitled) as refusal:
            raise Rejected(f"{UNTOLD} {refusal.reason}", refusal.raw) from None
        except Unknown as doubt:
            raise Unknown(MAYBE_TOLD, doubt.raw) from None
        id = answer.text("data", "message_id")
        if not id:
            raise Unknown(MAYBE_TOLD, answer.raw)
        return id


def _paragraphs(text: str) -> list[dict[str, str]]:
    """One paragraph a block, plain (§4.3)."""
    lines = (one_line(line) for line in text.splitlines())
    return [{"type": "text", "content": line} for line in lines if line]


def _moment(value: object) -> datetime | None:
    """Milliseconds since 1970, as text or number (§0.5)."""
    stated = number(value)
    return datetime.fromtimestamp(stated / 1000, UTC) if stated else None
