"""How Graph shows an object: the wanted fields of a post, video, photo or comment.

Source: `api/social.md` §1.4, §1.7, §13.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.core import Core, PublicPost
from sandbox.facebook_errors import unknown_field
from sandbox.facebook_fields import Wanted
from sandbox.facebook_insights import KINDS, Insights, by_kind
from sandbox.facebook_pages import FacebookPage, Film, Photo, Post, Said
from sandbox.facebook_posts import Posts
from sandbox.followers import Comment, Counts
from sandbox.timeline import seconds
from sandbox.wire import Form

Shown = dict[str, Any]


class Shapes:
    def __init__(self, core: Core, posts: Posts, insights: Insights) -> None:
        self._core = core
        self._posts = posts
        self._insights = insights

    def post(self, page: FacebookPage, post: Post, wanted: list[Wanted]) -> Shown:
        values = {each.shown_as: self._post_field(page, post, each) for each in wanted}
        return {name: value for name, value in values.items() if value is not None} | {
            "id": post.id
        }

    def film(self, page: FacebookPage, film: Film, wanted: list[Wanted]) -> Shown:
        data = {
            "id": film.id,
            "title": film.title or None,
            "description": film.description or None,
            "created_time": graph_time(film.created),
            "updated_time": graph_time(film.due or film.created),
            "published": film.published and bool(film.post_id),
            "post_id": film.post_id or None,
            "permalink_url": f"/{page.id}/videos/{film.id}/",
            "length": None,
            "status": _film_status(film),
        }
        return pick(data, wanted, "Video")

    def photo(self, photo: Photo, wanted: list[Wanted]) -> Shown:
        source = self._source(photo)
        data = {
            "id": photo.id,
            "name": photo.caption or None,
            "created_time": graph_time(photo.created),
            "link": source,
            "images": [{"source": source}],
            "page_story_id": photo.post_id or None,
        }
        return pick(data, wanted, "Photo")

    def _source(self, photo: Photo) -> str:
        return f"{self._core.base_url}/_sandbox/media/{photo.digest}"

    def comments(self, page: FacebookPage, post: Post) -> list[Shown]:
        """All comments, oldest first: the simulated followers' and those really written."""
        now, made = self._core.now(), []
        if post.published is not None:
            made = page.crowd.comments(crowd_key(page, post), post.published, now)
        listed = [_made_up(post, comment) for comment in made]
        listed += [_written(post, said) for said in post.said.values()]
        listed.sort(key=lambda comment: str(comment["created_time"]))
        return [comment for comment in listed if comment["id"] not in post.deleted_comments]

    def voices(self, page: FacebookPage, post: Post) -> list[Comment]:
        """The visible comments as values: author, words, time."""
        return [
            Comment(0, each["from"]["name"], each["from"]["id"], each["message"], post.created)
            for each in self.comments(page, post)
            if not each["is_hidden"]
        ]

    def counts(self, page: FacebookPage, post: Post) -> Counts | None:
        """The counters, or None in the first minute, when the service does not tell them."""
        counts = counts_of(page, post, self._core.now())
        wait = timedelta(seconds=self._core.settings.facebook_counters_after_s)
        early = post.published is None or self._core.now() - post.published < wait
        return None if early else counts

    def public(self, page: FacebookPage, removed: bool) -> list[PublicPost]:
        """What the public sees, oldest first; with `removed`, also what was taken away."""
        posts = [
            p for p in page.posts.values() if p.public or (removed and p.deleted and p.published)
        ]
        return [self._public(page, post) for post in posts]

    def _public(self, page: FacebookPage, post: Post) -> PublicPost:
        counts = counts_of(page, post, self._core.now())
        return PublicPost(
            service="facebook",
            account=page.id,
            id=post.id,
            title="",
            text="\n".join(filter(None, [post.message, post.link])),
            at=post.published or post.created,
            url=self._posts.permalink(page, post),
            media=tuple(page.photos[photo_id].digest for photo_id in post.photos),
            views=counts.views,
            reactions=counts.reactions,
            comments=len(self.comments(page, post)),
            shares=counts.shares,
            removed=post.deleted,
        )

    def _post_field(self, page: FacebookPage, post: Post, wanted: Wanted) -> Any:
        match wanted.name:
            case "reactions" | "likes":
                return self._reactions(page, post, wanted)
            case "comments":
                return self._comment_edge(page, post, wanted)
            case "shares":
                counts = self.counts(page, post)
                return {"count": counts.shares} if counts and counts.shares else None
            case "insights":
                asked = Form({"metric": wanted.modifiers.get("metric", "")}, {})
                return self._insights.of_post(page, post.id, asked)
            case "attachments":
                return self._attachments(page, post)
        return _known(self._plain(page, post), wanted.name, "PagePost")

    def _plain(self, page: FacebookPage, post: Post) -> Shown:
        picture = self._source(page.photos[post.photos[0]]) if post.photos else None
        return {
            "id": post.id,
            "message": post.message or None,
            "story": None,
            "created_time": graph_time(post.created),
            "updated_time": graph_time(post.updated),
            "permalink_url": self._posts.permalink(page, post),
            "is_published": post.published is not None,
            "is_hidden": post.hidden,
            "is_expired": False,
            "scheduled_publish_time": seconds(post.scheduled) if post.scheduled else None,
            "status_type": _status_type(post),
            "full_picture": picture,
            "application": {"id": page.app.app_id, "name": "Loa"},
            "admin_creator": {"id": page.app.app_id, "name": "Loa"},
            "from": {"id": page.id, "name": page.name},
            "parent_id": None,
            "promotable_id": post.id,
            "privacy": {"value": "EVERYONE", "description": "Public"},
        }

    def _reactions(self, page: FacebookPage, post: Post, wanted: Wanted) -> Shown | None:
        counts = self.counts(page, post)
        if counts is None:
            return None
        kind = wanted.modifiers.get("type", "LIKE" if wanted.name == "likes" else "").upper()
        if kind and kind not in KINDS:
            raise unknown_field(f"reactions.type({kind})", "PagePost")
        total = by_kind(counts.reactions)[kind] if kind else counts.reactions
        return _edge(wanted, [], {"total_count": total, "viewer_reaction": "NONE"})

    def _comment_edge(self, page: FacebookPage, post: Post, wanted: Wanted) -> Shown | None:
        if self.counts(page, post) is None:
            return None
        comments = self.comments(page, post)
        if wanted.modifiers.get("filter") != "stream":
            comments = [comment for comment in comments if not comment["parent_id"]]
        inner = wanted.inner or [Wanted(name) for name in ("created_time", "from", "message", "id")]
        limit = int(wanted.modifiers.get("limit", "25"))
        shown = [pick(comment, inner, "Comment") for comment in comments[:limit]]
        summary = {"order": "ranked", "total_count": len(comments), "can_comment": True}
        return _edge(wanted, shown, summary)

    def _attachments(self, page: FacebookPage, post: Post) -> Shown | None:
        if post.film:
            return {"data": [{"type": "video_inline", "target": {"id": post.film}}]}
        if post.link:
            return {"data": [{"type": "share", "url": post.link}]}
        photos = [
            {"type": "photo", "target": {"id": photo_id},
             "media": {"image": {"src": self._source(page.photos[photo_id])}}}
            for photo_id in post.photos
        ]  # fmt: skip
        if len(photos) > 1:
            return {"data": [{"type": "album", "subattachments": {"data": photos}}]}
        return {"data": photos} if photos else None


def crowd_key(page: FacebookPage, post: Post) -> str:
    return f"facebook/{page.id}/{post.number}"


def counts_of(page: FacebookPage, post: Post, now: datetime) -> Counts:
    if post.published is None:
        return Counts()
    return page.crowd.counts(crowd_key(page, post), post.published, now)


def graph_time(at: datetime) -> str:
    """`2026-01-31T02:03:04+0000`: no colon in the offset."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S%z}"


def pick(data: Shown, wanted: list[Wanted], node: str) -> Shown:
    """The wanted fields of an object, without those that are empty; always with its id."""
    values = {each.shown_as: _known(data, each.name, node) for each in wanted}
    return {name: value for name, value in values.items() if value is not None} | {"id": data["id"]}


def _known(data: Shown, name: str, node: str) -> Any:
    if name not in data:
        raise unknown_field(name, node)
    return data[name]


def _edge(wanted: Wanted, data: list[Shown], summary: Shown) -> Shown:
    with_summary = wanted.modifiers.get("summary", "") in {"true", "1", "total_count"}
    return {"data": data} | ({"summary": summary} if with_summary else {})


def _status_type(post: Post) -> str:
    if post.photos:
        return "added_photos"
    if post.film:
        return "added_video"
    return "shared_story" if post.link else "mobile_status_update"


def _film_status(film: Film) -> Shown:
    complete = film.due is not None
    processing = "error" if film.failed else "complete" if film.post_id else "in_progress"
    published = bool(film.post_id) and film.published
    overall = {"error": "error", "complete": "ready", "in_progress": "processing"}[processing]
    return {
        "video_status": overall if complete else "uploading",
        "uploading_phase": {"status": "complete" if complete else "in_progress"},
        "processing_phase": {"status": processing if complete else "not_started"},
        "publishing_phase": {
            "status": "complete" if published else "not_started",
            "publish_status": "published"
            if published
            else "scheduled"
            if film.scheduled
            else "draft",
        },
    }


def _made_up(post: Post, comment: Comment) -> Shown:
    comment_id = f"{post.tail}_{100_000 + comment.number}"
    author = {"id": comment.author_id, "name": comment.author}
    return _comment(post, comment_id, author, comment.text, comment.at, "")


def _written(post: Post, said: Said) -> Shown:
    author = {"id": said.author_id, "name": said.author}
    return _comment(post, said.id, author, said.text, said.at, said.parent)


def _comment(
    post: Post, comment_id: str, author: Shown, text: str, at: datetime, parent: str
) -> Shown:
    return {
        "id": comment_id,
        "message": text,
        "from": author,
        "created_time": graph_time(at),
        "parent": {"id": parent} if parent else None,
        "parent_id": parent,
        "like_count": 0,
        "comment_count": sum(said.parent == comment_id for said in post.said.values()),
        "is_hidden": comment_id in post.hidden_comments,
        "can_hide": True,
        "can_remove": True,
        "can_reply_privately": comment_id not in post.answered_privately,
        "permalink_url": None,
        "attachment": None,
    }
