"""What can be read of a Page: itself, and its lists, page by page.

Source: `api/social.md` §1.7, §13.
"""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sandbox.core import Core
from sandbox.facebook_errors import invalid, missing
from sandbox.facebook_fields import read_fields
from sandbox.facebook_pages import FacebookPage, Post
from sandbox.facebook_posts import Posts
from sandbox.facebook_shapes import Shapes, Shown, pick
from sandbox.wire import Form, Request

PAGE_LIMIT, PAGE_LIMIT_MAX = 25, 100
T = TypeVar("T")


class Reads:
    def __init__(self, core: Core, posts: Posts, shapes: Shapes) -> None:
        self._core = core
        self._posts = posts
        self._shapes = shapes

    def edges(self) -> dict[tuple[str, str], Any]:
        read = "pages_read_engagement"
        return {
            ("GET", ""): (read, self._page),
            ("GET", "published_posts"): (read, self._published),
            ("GET", "posts"): (read, self._published),
            ("GET", "feed"): (read, self._published),
            ("GET", "scheduled_posts"): (read, self._scheduled),
            ("GET", "photos"): (read, self._photos),
            ("GET", "videos"): (read, self._films),
        }

    def node(self, page: FacebookPage, node: str, form: Form) -> Shown:
        """A post, video, photo or comment by its id; 100/33 for anything else."""
        fields = str(form.fields.get("fields", ""))
        if (post := self._posts.find(page, node)) is not None:
            return self._shapes.post(page, post, read_fields(fields or "created_time,message,id"))
        if (film := page.films.get(node)) is not None and not film.deleted:
            return self._shapes.film(page, film, read_fields(fields or "updated_time,id"))
        if (photo := page.photos.get(node)) is not None:
            return self._shapes.photo(photo, read_fields(fields or "created_time,id"))
        for comment in self._shapes.comments(page, self._owner(page, node)):
            if comment["id"] == node:
                return pick(
                    comment, read_fields(fields or "created_time,from,message,id"), "Comment"
                )
        raise missing(node)

    def comments(self, page: FacebookPage, node: str, form: Form) -> Shown:
        """Comments of a post, or answers to a comment; `filter=stream` gives all levels."""
        given = form.fields
        post = self._posts.find(page, node)
        parent = "" if post else node
        listed = self._shapes.comments(page, post or self._owner(page, node))
        if parent or given.get("filter", "toplevel") != "stream":
            listed = [each for each in listed if each["parent_id"] == parent]
        if given.get("order", "chronological") == "reverse_chronological":
            listed.reverse()
        wanted = read_fields(str(given.get("fields", "created_time,from,message,id")))
        shown = [pick(each, wanted, "Comment") for each in listed]
        return self._paged(shown, form, f"{node}/comments")

    def _page(self, page: FacebookPage, form: Form, _request: Request) -> Shown:
        fans = page.crowd.size(self._core.now())
        data = {
            "id": page.id,
            "name": page.name,
            "fan_count": fans,
            "followers_count": fans,
            "access_token": page.token,
            "category": "Government organization",
            "link": f"{self._core.base_url}/wall/facebook/{page.id}",
            "about": "Trang diễn tập của Loa",
            "is_published": True,
        }
        return pick(data, read_fields(str(form.fields.get("fields", "name,id"))), "Page")

    def _published(self, page: FacebookPage, form: Form, _request: Request) -> Shown:
        until = self._core.now() - timedelta(seconds=self._core.settings.list_lag_s)
        posts = [p for p in page.posts.values() if p.public and p.created <= until]
        return self._listed(page, posts, form, "published_posts")

    def _scheduled(self, page: FacebookPage, form: Form, _request: Request) -> Shown:
        posts = [p for p in page.posts.values() if p.scheduled and not p.deleted]
        return self._listed(page, posts, form, "scheduled_posts")

    def _listed(self, page: FacebookPage, posts: list[Post], form: Form, edge: str) -> Shown:
        since, until = _moment(form, "since"), _moment(form, "until")
        posts = [p for p in posts if not since or p.created >= since]
        posts = [p for p in posts if not until or p.created <= until]
        posts.sort(key=lambda post: (post.created, post.number), reverse=True)
        wanted = read_fields(str(form.fields.get("fields", "created_time,message,id")))
        window, paging = self._window(posts, form, f"{page.id}/{edge}")
        return {"data": [self._shapes.post(page, post, wanted) for post in window]} | paging

    def _photos(self, page: FacebookPage, form: Form, _request: Request) -> Shown:
        wanted = read_fields(str(form.fields.get("fields", "created_time,id")))
        photos = [photo for photo in reversed(page.photos.values()) if photo.published]
        shown = [self._shapes.photo(photo, wanted) for photo in photos]
        return self._paged(shown, form, f"{page.id}/photos")

    def _films(self, page: FacebookPage, form: Form, _request: Request) -> Shown:
        wanted = read_fields(str(form.fields.get("fields", "updated_time,id")))
        films = [film for film in reversed(page.films.values()) if film.due and not film.deleted]
        shown = [self._shapes.film(page, film, wanted) for film in films]
        return self._paged(shown, form, f"{page.id}/videos")

    def _owner(self, page: FacebookPage, comment_id: str) -> Post:
        post = self._posts.find(page, f"{page.id}_{comment_id.partition('_')[0]}")
        if post is None or comment_id in post.deleted_comments:
            raise missing(comment_id)
        return post

    def _paged(self, shown: list[Shown], form: Form, path: str) -> Shown:
        window, paging = self._window(shown, form, path)
        return {"data": list(window)} | paging

    def _window(self, every: Sequence[T], form: Form, path: str) -> tuple[Sequence[T], Shown]:
        text = str(form.fields.get("limit", PAGE_LIMIT))
        if not text.isdigit():
            raise invalid("Param limit must be an integer")
        limit, start = min(int(text), PAGE_LIMIT_MAX), _cursor(form)
        window = every[start : start + limit]
        if not window:
            return window, {}
        before, after = _cursor_text(start), _cursor_text(start + len(window))
        paging: Shown = {"cursors": {"before": before, "after": after}}
        if start + len(window) < len(every):
            paging["next"] = f"{self._core.base_url}/graph/{path}?limit={limit}&after={after}"
        return window, {"paging": paging}


def _moment(form: Form, name: str) -> datetime | None:
    text = str(form.fields.get(name, ""))
    if not text:
        return None
    try:
        at = (
            datetime.fromtimestamp(int(text), UTC)
            if text.isdigit()
            else datetime.fromisoformat(text)
        )
    except (ValueError, OverflowError) as error:
        raise invalid(f"Param {name} must be a timestamp") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _cursor_text(position: int) -> str:
    return base64.urlsafe_b64encode(f"at:{position}".encode()).decode()


def _cursor(form: Form) -> int:
    text = str(form.fields.get("after", ""))
    if not text:
        return 0
    try:
        return int(base64.urlsafe_b64decode(text).decode().removeprefix("at:"))
    except ValueError as error:
        raise invalid("Invalid cursor") from error
