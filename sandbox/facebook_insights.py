"""Insights: one unknown metric fails the whole call. Source: `api/social.md` §1.10."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.core import Core
from sandbox.facebook_errors import GraphError, invalid, missing
from sandbox.facebook_pages import FacebookPage, Post
from sandbox.followers import Counts
from sandbox.timeline import VIETNAM
from sandbox.wire import Form, Request

LIKES_NEEDED = 100
LONGEST = timedelta(days=90)
DAY = timedelta(days=1)
KINDS = ("LIKE", "LOVE", "CARE", "WOW", "HAHA", "SAD", "ANGRY")
WEIGHTS = (0.0, 0.2, 0.05, 0.02, 0.01, 0.0, 0.0)  # what is left is LIKE

POST_METRICS = {
    "post_media_view", "post_total_media_view_unique", "post_clicks", "post_clicks_by_type",
    "post_reactions_by_type_total", "post_reactions_like_total", "post_reactions_love_total",
    "post_activity_by_action_type", "post_video_views",
}  # fmt: skip
PAGE_METRICS = {
    "page_follows", "page_daily_follows", "page_daily_follows_unique",
    "page_daily_unfollows_unique", "page_total_media_view_unique", "page_media_view",
    "page_post_engagements", "page_views_total", "page_total_actions",
}  # fmt: skip
FILM_METRICS = {"blue_reels_play_count", "total_video_views"}


class Insights:
    """`page.refused_metrics` names metrics that this Page refuses besides the removed ones."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def edges(self) -> dict[tuple[str, str], Any]:
        return {("GET", "insights"): ("read_insights", self._of_page)}

    def of_post(self, page: FacebookPage, node: str, form: Form) -> dict[str, Any]:
        if node in page.films:
            message = "(#100) Tried accessing nonexisting field (insights) on node type (Video)"
            raise GraphError(100, message)
        post = page.posts.get(node)
        if post is None or post.deleted:
            raise missing(node)
        names = self._asked(page, form, POST_METRICS)
        _check_period(form, {"lifetime"})
        counts = self._counts(page, post)
        if counts is None or page.crowd.size(self._core.now()) < LIKES_NEEDED:
            return {"data": []}
        data = [
            _metric(node, name, "lifetime", [{"value": _value(name, counts)}]) for name in names
        ]
        return {"data": data, "paging": {}}

    def of_film(self, page: FacebookPage, node: str, form: Form) -> dict[str, Any]:
        film = page.films.get(node)
        if film is None or film.deleted:
            raise missing(node)
        names = self._asked(page, form, FILM_METRICS)
        counts = self._counts(page, page.posts[film.post_id]) if film.post_id else None
        if counts is None:
            return {"data": []}
        data = [_metric(node, name, "lifetime", [{"value": counts.views}]) for name in names]
        return {"data": data, "paging": {}}

    def _of_page(self, page: FacebookPage, form: Form, _request: Request) -> dict[str, Any]:
        names = self._asked(page, form, PAGE_METRICS)
        period = _check_period(form, {"day", "week", "days_28"})
        since, until = self._span(form)
        if page.crowd.size(self._core.now()) < LIKES_NEEDED:
            return {"data": []}
        ends = []
        while since < until:
            since += DAY
            ends.append(since)
        data = [
            _metric(page.id, name, period, [
                {"value": self._day(page, name, end), "end_time": f"{end:%Y-%m-%dT%H:%M:%S%z}"}
                for end in ends
            ])
            for name in names
        ]  # fmt: skip
        return {"data": data, "paging": {}}

    def _asked(self, page: FacebookPage, form: Form, known: set[str]) -> list[str]:
        names = [name for name in str(form.fields.get("metric", "")).split(",") if name]
        if not names:
            raise GraphError(3001, "(#3001) No metric was specified to be fetched", 1504028)
        if not set(names) <= known - page.refused_metrics:
            allowed = ", ".join(sorted(known))
            raise invalid(f"The value must be a valid insights metric: {allowed}")
        return names

    def _span(self, form: Form) -> tuple[datetime, datetime]:
        today = (
            self._core.now().astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
        )
        since = _day_of(form, "since") or today - 2 * DAY
        until = min(_day_of(form, "until") or today, today)
        if until - since > LONGEST:
            raise invalid("There cannot be more than 90 days between since and until")
        return since, until

    def _counts(self, page: FacebookPage, post: Post) -> Counts | None:
        wait = timedelta(seconds=self._core.settings.facebook_counters_after_s)
        if post.published is None or self._core.now() - post.published < wait:
            return None
        return page.crowd.counts(
            f"facebook/{page.id}/{post.number}", post.published, self._core.now()
        )

    def _day(self, page: FacebookPage, name: str, end: datetime) -> int:
        """A metric's value for the day that ends at `end`."""
        if name == "page_follows":
            return page.crowd.size(end)
        gained = page.crowd.size(end) - page.crowd.size(end - DAY)
        if name.startswith("page_daily_follows"):
            return gained
        if name == "page_daily_unfollows_unique":
            return 0
        views = engaged = 0
        for post in page.posts.values():
            if post.published and post.published < end:
                key = f"facebook/{page.id}/{post.number}"
                today = page.crowd.counts(key, post.published, end)
                before = page.crowd.counts(key, post.published, end - DAY)
                views += today.views - before.views
                engaged += today.reactions + today.comments + today.shares
                engaged -= before.reactions + before.comments + before.shares
        return engaged if name in {"page_post_engagements", "page_total_actions"} else views


def by_kind(total: int) -> dict[str, int]:
    """A number of reactions split into kinds; the parts add up."""
    parts = {kind: int(total * weight) for kind, weight in zip(KINDS, WEIGHTS, strict=True)}
    parts["LIKE"] = total - sum(parts.values())
    return parts


def _value(name: str, counts: Counts) -> Any:
    kinds = {kind.lower(): number for kind, number in by_kind(counts.reactions).items() if number}
    clicks = counts.views // 9
    return {
        "post_media_view": counts.views,
        "post_total_media_view_unique": counts.views * 4 // 5,
        "post_clicks": clicks,
        "post_clicks_by_type": {"link clicks": clicks // 3, "other clicks": clicks - clicks // 3},
        "post_reactions_by_type_total": kinds,
        "post_reactions_like_total": kinds.get("like", 0),
        "post_reactions_love_total": kinds.get("love", 0),
        "post_activity_by_action_type": {
            "like": counts.reactions, "comment": counts.comments, "share": counts.shares
        },
        "post_video_views": counts.views // 2,
    }[name]  # fmt: skip


def _metric(node: str, name: str, period: str, values: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "period": period,
        "values": values,
        "title": name.replace("_", " ").capitalize(),
        "description": "",
        "id": f"{node}/insights/{name}/{period}",
    }


def _check_period(form: Form, known: set[str]) -> str:
    period = str(form.fields.get("period", ""))
    if period and period not in known:
        raise invalid(f"Param period must be one of {{{', '.join(sorted(known))}}}")
    return period or sorted(known)[0]


def _day_of(form: Form, name: str) -> datetime | None:
    text = str(form.fields.get(name, ""))
    if not text:
        return None
    try:
        at = (
            datetime.fromtimestamp(int(text), VIETNAM)
            if text.isdigit()
            else datetime.fromisoformat(text)
        )
    except (ValueError, OverflowError) as error:
        raise invalid(f"Param {name} must be a date") from error
    return at.astimezone(VIETNAM) if at.tzinfo else at.replace(tzinfo=VIETNAM)
