"""Posts of a Page: made, published later, changed, deleted, commented on.

Source: `api/social.md` §1.3, §1.6, §1.7, §1.12.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sandbox.core import Core
from sandbox.facebook_errors import GraphError, invalid, missing
from sandbox.facebook_events import FacebookEvents
from sandbox.facebook_pages import FacebookPage, Post, Said
from sandbox.wire import Form, Request

MESSAGE_MAX = 63_206
SOONEST, LATEST = timedelta(minutes=10), timedelta(days=75)
UNPUBLISHED_KINDS = {
    "ADS_POST", "DRAFT", "INLINE_CREATED", "PUBLISHED", "PUBLISH_PENDING",
    "REVIEWABLE_BRANDED_CONTENT", "SCHEDULED", "SCHEDULED_RECURRING",
}  # fmt: skip


class Posts:
    def __init__(self, core: Core, events: FacebookEvents) -> None:
        self._core = core
        self._events = events

    def edges(self) -> dict[tuple[str, str], Any]:
        return {("POST", "feed"): ("pages_manage_posts", self._feed)}

    def advance(self, page: FacebookPage) -> None:
        now = self._core.now()
        for post in page.posts.values():
            if post.scheduled and post.scheduled <= now and not post.deleted:
                due, post.scheduled = post.scheduled, None
                self._publish(page, post, due)

    def add(
        self,
        page: FacebookPage,
        message: str,
        *,
        published: bool,
        scheduled: datetime | None = None,
        link: str = "",
        photos: list[str] | None = None,
        film: str = "",
        at: datetime | None = None,
    ) -> Post:
        """A new post, public at once if `published`. GraphError 506 for the same text again."""
        now = at or self._core.now()
        if published:
            self._refuse_same(page, message)
        number = self._core.count("facebook posts")
        post_id = f"{page.id}_{122_000_000_000 + number}"
        post = Post(post_id, number, message, now, now, link, photos or [], film)
        post.scheduled = scheduled
        page.posts[post_id] = post
        for photo_id in post.photos:
            page.photos[photo_id].post_id = post_id
        if published:
            self._publish(page, post, now)
        return post

    def permalink(self, page: FacebookPage, post: Post) -> str:
        return f"{self._core.base_url}/wall/facebook/{page.id}#{post.id}"

    def update(self, page: FacebookPage, node: str, form: Form) -> dict[str, bool]:
        post = self.find(page, node)
        if post is None:
            return self._update_comment(page, node, form)
        given = form.fields
        if "message" in given:
            post.message = check_message(given)
        if "is_hidden" in given:
            post.hidden = flag(given["is_hidden"])
        if "scheduled_publish_time" in given and post.published is None:
            post.scheduled = self.when(given["scheduled_publish_time"])
        if flag(given.get("is_published", "false")) and post.published is None:
            self._refuse_same(page, post.message)
            post.scheduled = None
            self._publish(page, post, self._core.now())
        post.updated = self._core.now()
        return {"success": True}

    def delete(self, page: FacebookPage, node: str, _form: Form) -> dict[str, bool]:
        post = self.find(page, node)
        if post is not None:
            post.deleted = True
            self._events.feed(page, post, "remove")
            return {"success": True}
        owner, comment_id = self._comment_owner(page, node)
        owner.deleted_comments.add(comment_id)
        return {"success": True}

    def comment(self, page: FacebookPage, node: str, form: Form) -> dict[str, str]:
        """The Page comments on a post, or answers a comment."""
        text = str(form.fields.get("message", ""))
        if not text and not form.fields.get("attachment_url"):
            raise invalid("The parameter message is required")
        post = self.find(page, node)
        parent = ""
        if post is None:
            post, parent = self._comment_owner(page, node)
        said = self.say(page, post, page.id, page.name, text, parent)
        return {"id": said.id}

    def say(
        self,
        page: FacebookPage,
        post: Post,
        author_id: str,
        author: str,
        text: str,
        parent: str = "",
    ) -> Said:
        """Somebody comments; the Page's webhook hears of it."""
        comment_id = f"{post.tail}_{900_000 + self._core.count('facebook comments')}"
        said = Said(comment_id, author_id, author, text, self._core.now(), parent)
        post.said[comment_id] = said
        self._events.comment(page, post, said)
        return said

    def find(self, page: FacebookPage, node: str) -> Post | None:
        post = page.posts.get(node)
        return post if post and not post.deleted else None

    def when(self, value: Any) -> datetime:
        """A scheduled time: Unix seconds or ISO 8601, 10 minutes to 75 days ahead."""
        try:
            text = str(value)
            at = datetime.fromtimestamp(int(text), UTC) if text.isdigit() else _iso(text)
        except (ValueError, OverflowError) as error:
            raise invalid("The specified scheduled publish time is invalid.") from error
        if not SOONEST <= at - self._core.now() <= LATEST:
            raise invalid("The specified scheduled publish time is invalid.", 1363129)
        return at

    def timing(self, given: dict[str, Any]) -> tuple[bool, datetime | None]:
        """Whether to publish now, and when to publish later."""
        published = flag(given.get("published", "true"))
        if "scheduled_publish_time" not in given:
            return published, None
        if published:
            raise invalid("You cannot specify a scheduled publish time on a published post")
        return False, self.when(given["scheduled_publish_time"])

    def _feed(self, page: FacebookPage, form: Form, _request: Request) -> dict[str, str]:
        given = form.fields
        message, link = check_message(given), _check_link(given)
        photos = _check_attached(page, given)
        if not message and not link and not photos:
            raise invalid("Missing message or attachment")
        kind = given.get("unpublished_content_type")
        if kind is not None and kind not in UNPUBLISHED_KINDS:
            raise invalid("Param unpublished_content_type must be one of the allowed values")
        published, scheduled = self.timing(given)
        post = self.add(
            page, message, published=published, scheduled=scheduled, link=link, photos=photos
        )
        shown = {"id": post.id}
        if "permalink_url" in str(given.get("fields", "")):
            shown["permalink_url"] = self.permalink(page, post)
        return shown

    def _publish(self, page: FacebookPage, post: Post, at: datetime) -> None:
        post.published = post.created = post.updated = at
        for photo_id in post.photos:
            page.photos[photo_id].published = True
        self._events.feed(page, post, "add")

    def _refuse_same(self, page: FacebookPage, message: str) -> None:
        within = timedelta(seconds=self._core.settings.facebook_refuse_same_text_s)
        now = self._core.now()
        recent = (p for p in page.posts.values() if p.public and p.published and message)
        if within and any(p.message == message and now - p.created < within for p in recent):
            raise GraphError(506, "(#506) Duplicate status message")

    def _comment_owner(self, page: FacebookPage, node: str) -> tuple[Post, str]:
        tail = node.partition("_")[0]
        post = self.find(page, f"{page.id}_{tail}")
        if post is None or node in post.deleted_comments or "_" not in node:
            raise missing(node, "post")
        return post, node

    def _update_comment(self, page: FacebookPage, node: str, form: Form) -> dict[str, bool]:
        post, comment_id = self._comment_owner(page, node)
        if "is_hidden" in form.fields:
            hide = flag(form.fields["is_hidden"])
            (post.hidden_comments.add if hide else post.hidden_comments.discard)(comment_id)
        if "message" in form.fields and comment_id in post.said:
            post.said[comment_id].text = str(form.fields["message"])
        return {"success": True}


def flag(value: Any) -> bool:
    """A Graph boolean: true/false, 1/0, as JSON or text."""
    text = str(value).lower()
    if text not in {"true", "false", "1", "0"}:
        raise invalid("Param must be a boolean")
    return text in {"true", "1"}


def check_message(given: dict[str, Any], name: str = "message") -> str:
    message = given.get(name, "")
    if not isinstance(message, str):
        raise invalid(f"Param {name} must be a string")
    if len(message) > MESSAGE_MAX:
        raise invalid(f"Param {name} must be at most {MESSAGE_MAX} characters")
    return message


def _check_link(given: dict[str, Any]) -> str:
    link = str(given.get("link", ""))
    if not link:
        return ""
    parts = urlsplit(link)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host:
        raise invalid("link URL is not properly formatted", 2061006)
    if host.endswith("facebook.com"):
        raise GraphError(1609008, "(#1609008) This link can't be shared")
    if "." not in host and host != "localhost":
        raise GraphError(1609005, "(#1609005) We couldn't scrape the link")
    return link


def _check_attached(page: FacebookPage, given: dict[str, Any]) -> list[str]:
    """The ids of the attached photos, in order; each unpublished, of this Page, used once."""
    attached = [value for _, value in _attached(given)]
    ids = []
    for each in attached:
        media = json_of(each, "attached_media")
        photo_id = str(media.get("media_fbid", "")) if isinstance(media, dict) else ""
        photo = page.photos.get(photo_id)
        if photo is None:
            raise invalid("Param attached_media must contain valid media_fbid")
        if photo.post_id or photo_id in ids:
            raise invalid("These photos were already posted.", 1366051)
        ids.append(photo_id)
    return ids


def _attached(given: dict[str, Any]) -> list[tuple[int, Any]]:
    if "attached_media" in given:
        listed = json_of(given["attached_media"], "attached_media")
        if not isinstance(listed, list):
            raise invalid("Param attached_media must be an array.")
        return list(enumerate(listed))
    prefix = "attached_media["
    found = [
        (name[len(prefix) : -1], value) for name, value in given.items() if name.startswith(prefix)
    ]
    if not all(index.isdigit() for index, _ in found):
        raise invalid("Param attached_media must be an array.")
    return sorted((int(index), value) for index, value in found)


def json_of(value: Any, name: str) -> Any:
    """A nested value, which forms carry as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise invalid(f"Param {name} must be valid JSON") from error


def _iso(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
