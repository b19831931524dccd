"""A Facebook Page: text, link, photos and video through the Graph API; facts: api/social.md §1.

Two-phase (the default): pictures go up unpublished, the post is created unpublished, its id is
saved, then `is_published` is set. Until then nothing is public, so a create whose answer is lost is
done again; an orphan draft does no harm. A lost answer to the last call is `Unknown`, settled by
reading the post. A video has its id from the start of its upload and is public from `finish` on.
Plain: one call that publishes; a lost answer is `Unknown`, sought by text and time.

Saved ids: `flow`, `photo_0` …, `post`, `video`, `uploaded`, `finishing`, `finished`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import IO, Any, Literal

import requests

from channels import files
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
)
from channels.facebook_graph import Graph, Missing, NoPermission, NotOffered, PhotosTaken
from channels.http import UPLOAD_PATIENCE, Answer, Call, Caller, number
from channels.text import fold

SERVICE = "Facebook"
SITE = "https://www.facebook.com"  # a video's link comes without it (§1.4)
LOOK_BACK = timedelta(minutes=2)  # their clock is not ours (§0.2)
WORKING = timedelta(seconds=30)
COUNTERS = {
    "reactions": "reactions.limit(0).summary(true)",
    "comments": "comments.filter(stream).limit(0).summary(true)",
    "shares": "shares",
}
POST_LIST = ("published_posts", "message", "application")  # edge, text, what tells whose it is
VIDEO_LIST = ("videos", "description", "post_id")
VIEWS = {  # asked one after the other: one unknown name fails a whole call (§1.10)
    "insights": ("post_media_view", "post_impressions"),
    "video_insights": ("total_video_views",),
}


class FacebookPage:
    """One Page. `app_id` narrows a look-up to our own posts; `app_secret` signs each call."""

    limits = Limits(
        text=63_206,
        images=10,
        image_bytes=4_000_000,
        file_bytes=1_000_000_000,
        kinds=frozenset({"image", "video"}),
        hashtags=True,
    )

    def __init__(  # noqa: PLR0913  the keys of its table, each by name
        self,
        *,
        name: str,
        page_id: str,
        token: str,
        session: requests.Session,
        now: Callable[[], datetime],
        app_id: str = "",
        app_secret: str = "",
        graph_url: str = "https://graph.facebook.com",
        version: str = "v24.0",
        flow: Literal["two_phase", "plain"] = "two_phase",
        timeouts: tuple[float, float] = (5.0, 15.0),
    ) -> None:
        self.name = name
        self._page_id = page_id
        self._app_id = app_id
        self._flow = flow
        caller = Caller(SERVICE, session, timeouts, secrets=(token, app_secret))
        self._graph = Graph(caller, f"{graph_url.rstrip('/')}/{version}", token, app_secret, now)
        self._refused: set[str] = set()  # metrics that this Page does not tell

    def publish(self, post: Post, step: Step) -> Receipt:
        if not step.ids.keys() & {"post", "finishing", "finished"}:
            _check_media(post.media, self.limits)
        two_phase = self._is_two_phase(step.ids)
        if video := next((each for each in post.media if each.kind == "video"), None):
            return self._publish_video(post, video, step, two_phase=two_phase)
        known = step.ids.get("post", "")
        if not two_phase:
            return self._receipt(known or self._posted(post, step))
        id = known or self._drafted(post, step)
        if not (known and self._is_published(known)):
            self._show(id)
        return self._receipt(id)

    def find(self, post: Post, ids: Mapping[str, str], since: datetime) -> Receipt | Sight:
        """By id; without one, two-phase proves absence, and plain posts are in a list."""
        two_phase = self._is_two_phase(ids)
        if video := ids.get("video"):
            begun = not two_phase or ids.get("finishing")
            return self._find_video(video, ids) if begun else Sight.ABSENT
        if id := ids.get("post"):
            return self._see(id, two_phase=two_phase)
        return Sight.ABSENT if two_phase else self._listed(post, since)

    def metrics(self, receipt: Receipt) -> Engagement:
        edge = "insights" if "_" in receipt.id else "video_insights"
        told = self._gather(COUNTERS, edge, lambda names: self._counters(receipt.id, names))
        reactions = _total(told.get("reactions"))
        comments = _total(told.get("comments"))
        shares = number((told.get("shares") or {}).get("count"))
        if shares is None and "shares" in told and (reactions, comments) != (None, None):
            shares = 0  # the key is missing when there are none (§1.7)
        return Engagement(self._views(receipt.id, edge), reactions, comments, shares)

    def withdraw(self, receipt: Receipt) -> None:
        try:
            self._graph.ask(self._graph.call("DELETE", receipt.id, repeatable=True))
        except Missing:
            return  # gone already

    def followers(self) -> int | None:
        page = self._graph.read(self._page_id, "followers_count,fan_count")
        followers = page.number("followers_count")
        return page.number("fan_count") if followers is None else followers

    def check(self) -> str:
        """A person's token gives empty lists instead of errors: it must be the Page's (§1.2)."""
        owner = self._graph.read("me", "id,name")
        if owner.text("id") != self._page_id:
            raise Rejected(
                f"Kênh {self.name}: mã truy cập không phải của Trang {self._page_id}; "
                "đề nghị lấy mã truy cập của chính Trang này.",
                owner.raw,
            )
        return f"Đã nối Trang {SERVICE} “{owner.text('name')}”."

    # Posts.

    def _is_two_phase(self, ids: Mapping[str, str]) -> bool:
        """As it was begun, whatever the setting says by now."""
        return (ids.get("flow") or self._flow) == "two_phase"

    def _drafted(self, post: Post, step: Step) -> str:
        hidden = {"published": "false", "unpublished_content_type": "DRAFT"}
        form = {**self._feed_form(post, step), **hidden}
        try:
            id = self._graph.made(
                self._graph.call("POST", f"{self._page_id}/feed", form, repeatable=True)
            )
        except PhotosTaken:
            step.save(**{key: "" for key in step.ids if key.startswith("photo_")})
            raise
        step.save(post=id, flow="two_phase")
        return id

    def _show(self, id: str) -> None:
        call = self._graph.call("POST", id, {"is_published": "true"})
        answer = self._graph.ask(call)
        if answer.at("success") is not True:
            raise self._graph.caller.doubt(call, answer.raw)

    def _posted(self, post: Post, step: Step) -> str:
        """One call that is public at once."""
        tried = step.ids.get("flow") == "plain"
        only = post.media[0] if len(post.media) == 1 else None
        if only:
            form = {"caption": post.text, "published": "true"}
            call = self._graph.call("POST", f"{self._page_id}/photos", form)
        else:
            call = self._graph.call("POST", f"{self._page_id}/feed", self._feed_form(post, step))
        step.save(flow="plain")  # before the call: without it, nothing public can exist
        id = self._graph.made(call, only, "post_id", tried=tried)
        step.save(post=id)
        return id

    def _feed_form(self, post: Post, step: Step) -> dict[str, str]:
        form = {"message": post.text, "fields": "id,permalink_url"}
        photos = [self._photo(place, each, step) for place, each in enumerate(post.media)]
        if photos:
            form["attached_media"] = json.dumps([{"media_fbid": photo} for photo in photos])
        elif post.link:
            form["link"] = post.link
        return form

    def _photo(self, place: int, media: Media, step: Step) -> str:
        """Uploaded unpublished: invisible, and harmless to repeat."""
        key = f"photo_{place}"
        if known := step.ids.get(key):
            return known
        form = {"published": "false", **({"alt_text_custom": media.alt} if media.alt else {})}
        id = self._graph.made(
            self._graph.call("POST", f"{self._page_id}/photos", form, repeatable=True), media
        )
        step.save(**{key: id})
        return id

    def _is_published(self, id: str) -> bool:
        return self._graph.read(id, "is_published").at("is_published") is True

    def _receipt(self, id: str) -> Receipt:
        """The link is good to have; without it the post is public all the same."""
        try:
            link = self._graph.read(id, "permalink_url").text("permalink_url")
        except Decision:
            link = ""
        return Receipt(id, link)

    def _see(self, id: str, *, two_phase: bool) -> Receipt | Sight:
        try:
            seen = self._graph.read(id, "id,is_published,permalink_url")
        except Missing:
            return Sight.NOT_SHOWN  # removed, or not shown to us
        if seen.at("is_published") is True:
            return Receipt(id, seen.text("permalink_url"))
        hidden = two_phase and seen.at("is_published") is False
        return Sight.ABSENT if hidden else Sight.NOT_SHOWN

    def _listed(self, post: Post, since: datetime) -> Receipt | Sight:
        """Our own text, posted since then. Videos stand in a list of their own (§1.7)."""
        is_video = any(each.kind == "video" for each in post.media)
        edge, words, own = VIDEO_LIST if is_video else POST_LIST
        start, text = since - LOOK_BACK, fold(post.text)
        window = {
            "fields": f"id,{words},created_time,permalink_url,{own}",
            "limit": "100",
            "since": str(int(start.timestamp())),
        }
        call = self._graph.call("GET", f"{self._page_id}/{edge}", window, repeatable=True)
        for row in self._graph.ask(call).rows("data"):
            is_same = bool(text) and fold(str(row.get(words) or "")) == text
            if is_same and self._is_ours(row) and _moment(row.get("created_time")) >= start:
                return _listed_receipt(row, is_video=is_video)
        return Sight.NOT_SHOWN

    def _is_ours(self, row: Mapping[str, Any]) -> bool:
        app = row.get("application")
        told = str(app.get("id") or "") if isinstance(app, dict) else ""
        return not (told and self._app_id) or told == self._app_id

    # Video.

    def _publish_video(self, post: Post, video: Media, step: Step, *, two_phase: bool) -> Receipt:
        if not step.ids.get("finished"):
            seen = self._finish_video(post, video, step, two_phase=two_phase)
            if isinstance(seen, Receipt):
                return seen
        try:
            seen = self._see_video(step.ids["video"])
        except Retry as unread:
            raise Pending(unread.reason, unread.after, unread.raw) from None
        if isinstance(seen, Receipt):
            return seen
        raise Pending(f"{SERVICE} đang xử lý video, hệ thống sẽ xem lại.", WORKING)

    def _finish_video(
        self, post: Post, video: Media, step: Step, *, two_phase: bool
    ) -> Receipt | Sight:
        """Bring it to where it is public, unless it already is."""
        words = {"title": post.title, "description": post.text, "published": "true"}
        if not two_phase:
            tried = step.ids.get("flow") == "plain"
            step.save(flow="plain")
            id = self._graph.made(self._videos(words), video, tried=tried)
            step.save(video=id, finished="yes")
            return Sight.NOT_SHOWN
        if step.ids.get("finishing"):
            seen = self._see_video(step.ids["video"])
            if seen is not Sight.ABSENT:
                return seen
        session = step.ids.get("uploaded") or self._upload(video, step)
        step.save(finishing="yes", flow="two_phase")
        call = self._videos({"upload_phase": "finish", "upload_session_id": session, **words})
        answer = self._graph.ask(call)
        if answer.at("success") is not True:
            raise self._graph.caller.doubt(call, answer.raw)
        step.save(finished="yes")
        return Sight.NOT_SHOWN

    def _upload(self, video: Media, step: Step) -> str:
        """Start and transfer: nothing is public, and a broken session is simply begun anew."""
        size = files.size(video)
        call = self._videos({"upload_phase": "start", "file_size": str(size)}, repeatable=True)
        start = self._graph.ask(call)
        session, id = start.text("upload_session_id"), start.text("video_id")
        if not (session and id):
            raise self._graph.caller.doubt(call, start.raw)
        step.save(video=id)
        with files.opened(video) as file:
            self._transfer(file, size, session, start)
        step.save(uploaded=session)
        return session

    def _transfer(self, file: IO[bytes], size: int, session: str, place: Answer) -> None:
        """The pieces that the service asks for, each of them once and in order."""
        done, here, end = 0, place.number("start_offset"), place.number("end_offset")
        while not here == end == size:
            asked = {"upload_phase": "transfer", "upload_session_id": session}
            call = self._videos({**asked, "start_offset": str(here)}, repeatable=True)
            if here is None or end is None or not done <= here < end <= size:
                raise self._graph.caller.doubt(call, place.raw)
            file.seek(here)
            chunk = {"video_file_chunk": ("chunk", file.read(end - here), "video/mp4")}
            place = self._graph.ask(replace(call, files=chunk, patience=UPLOAD_PATIENCE))
            done, here, end = end, place.number("start_offset"), place.number("end_offset")

    def _videos(self, form: Mapping[str, str], *, repeatable: bool = False) -> Call:
        return self._graph.call("POST", f"{self._page_id}/videos", form, repeatable=repeatable)

    def _find_video(self, id: str, ids: Mapping[str, str]) -> Receipt | Sight:
        try:
            seen = self._see_video(id)
        except Missing:
            return Sight.NOT_SHOWN
        except Rejected:
            return Sight.ABSENT
        accepted = seen is Sight.ABSENT and ids.get("finished")
        return Sight.NOT_SHOWN if accepted else seen

    def _see_video(self, id: str) -> Receipt | Sight:
        """ABSENT while its upload is not finished; raises Rejected where it came to nothing."""
        seen = self._graph.read(id, "status,published,permalink_url,post_id")
        state = seen.text("status", "video_status")
        if state in ("error", "upload_failed", "expired"):
            raise Rejected(
                f"{SERVICE} không xử lý được video: video chưa được đăng, đề nghị kiểm tra tệp.",
                seen.raw,
            )
        if state in ("uploading", "upload_complete"):
            return Sight.ABSENT
        if seen.at("published") is not True or state == "processing":
            return Sight.NOT_SHOWN
        link = _link(seen.text("permalink_url"))
        return Receipt(seen.text("post_id") or id, link, {"video": id})

    # Numbers.

    def _gather(
        self, names: Iterable[str], edge: str, ask: Callable[[list[str]], Mapping[str, Any]]
    ) -> dict[str, Any]:
        """One call for all; where one is refused, each alone, and the refused never again."""
        wanted = [name for name in names if f"{edge}/{name}" not in self._refused]
        if not wanted:
            return {}
        try:
            return dict(ask(wanted))
        except (NotOffered, NoPermission):
            if len(wanted) == 1:
                self._refused.add(f"{edge}/{wanted[0]}")
                return {}
        told: dict[str, Any] = {}
        for name in wanted:
            told |= self._gather([name], edge, ask)
        return told

    def _counters(self, id: str, names: list[str]) -> dict[str, Any]:
        body = self._graph.read(id, ",".join(COUNTERS[name] for name in names)).body
        return {name: body.get(name) for name in names}

    def _views(self, id: str, edge: str) -> int | None:
        for metric in VIEWS[edge]:
            told = self._gather([metric], edge, lambda names: self._insights(id, edge, names))
            if (views := _value(told.get(metric))) is not None:
                return views
        return None

    def _insights(self, id: str, edge: str, names: list[str]) -> dict[str, Any]:
        asked = {"metric": ",".join(names)}
        answer = self._graph.ask(self._graph.call("GET", f"{id}/{edge}", asked, repeatable=True))
        return {str(row.get("name")): row.get("values") for row in answer.rows("data")}


def _check_media(media: Sequence[Media], limits: Limits) -> None:
    files.check(media, limits, SERVICE)
    if len(media) > 1 and any(each.kind == "video" for each in media):
        raise Rejected(
            f"{SERVICE} chỉ nhận một video cho mỗi bài và không kèm ảnh: bài chưa được gửi, "
            "đề nghị bớt tệp rồi gửi lại."
        )


def _listed_receipt(row: Mapping[str, Any], *, is_video: bool) -> Receipt:
    id, link = str(row.get("id")), _link(str(row.get("permalink_url") or ""))
    return Receipt(str(row.get("post_id") or id), link, {"video": id} if is_video else {})


def _total(summary: Any) -> int | None:
    found = summary.get("summary") if isinstance(summary, dict) else None
    return number(found.get("total_count")) if isinstance(found, dict) else None


def _value(values: Any) -> int | None:
    """The last value; one that is split (paid, organic) is added up."""
    last = values[-1] if isinstance(values, list) and values else None
    told = last.get("value") if isinstance(last, dict) else None
    if isinstance(told, dict):
        parts = [part for part in map(number, told.values()) if part is not None]
        return sum(parts) if parts else None
    return number(told)


def _moment(stated: object) -> datetime:
    """Of 2026-01-31T02:03:04+0000; the beginning of time where it cannot be read."""
    try:
        return datetime.strptime(str(stated), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _link(stated: str) -> str:
    return f"{SITE}{stated}" if stated.startswith("/") else stated
