"""Zalo articles: created asynchronously, verified by token, replaced whole, listed, counted.

Source: `api/zalo.md` §4, §13.4. Pictures are fetched when an article is processed, not when it is
accepted, so a picture that cannot be fetched shows only at verify.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.core import Core, PublicPost
from sandbox.followers import Counts
from sandbox.images import NoPictureError, fetch, look_at
from sandbox.timeline import VIETNAM, millis
from sandbox.wire import Request
from sandbox.zalo_accounts import OA
from sandbox.zalo_article_rules import check_article, number_of, pictures_of
from sandbox.zalo_errors import (
    ARTICLE_QUOTA,
    MEDIA_FAILED,
    PROCESSING,
    TOO_MANY_FAILURES,
    Pending,
    Refused,
    bad,
)

PICTURE_MAX = 1_048_576
FAILURES_MAX = 5
PATIENCE_S = 1.0
SLICE_MAX = 10


@dataclass(slots=True)
class Article:
    """An article that exists; `media` maps the URLs of its pictures to what was fetched."""

    id: str
    number: int
    payload: dict[str, Any]
    media: dict[str, str]
    created: datetime
    updated: datetime
    shown: datetime | None = None
    removed: bool = False
    announced_to: int = 0
    announced_at: datetime | None = None

    @property
    def public(self) -> bool:
        return not self.removed and self.payload["status"] == "show"


@dataclass(slots=True)
class Job:
    """A create or update on its way; `target` is the article to replace, or empty."""

    oa: OA
    token: str
    payload: dict[str, Any]
    target: str
    due: datetime
    spoiled: bool
    polls: int = 0
    busy: bool = False
    article_id: str = ""
    refusal: Refused | None = None


@dataclass(slots=True)
class Shelf:
    """One OA's articles."""

    articles: dict[str, Article] = field(default_factory=dict)
    created: list[datetime] = field(default_factory=list)


class Articles:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._shelves: dict[str, Shelf] = {}
        self._jobs: dict[str, Job] = {}
        self._open: list[Job] = []
        self._failures: dict[str, int] = {}

    def routes(self) -> dict[tuple[str, str], Any]:
        base = "/v2.0/article"
        return {
            ("POST", f"{base}/create"): ("article", self._create),
            ("POST", f"{base}/update"): ("article", self._update),
            ("POST", f"{base}/video/update"): ("article", self._update),
            ("POST", f"{base}/verify"): ("article", self._verify),
            ("POST", f"{base}/remove"): ("article", self._remove),
            ("GET", f"{base}/getdetail"): ("article", self._detail),
            ("GET", f"{base}/getslice"): ("article", self._slice),
        }

    def find(self, oa: OA, article_id: str) -> Article | None:
        article = self._shelf(oa).articles.get(article_id)
        return article if article and not article.removed else None

    def advance(self) -> None:
        """Process what is due; called with the lock held, which it leaves to fetch pictures."""
        if not self._open:
            return
        now = self._core.now()
        while (job := self._next(now)) is not None:
            job.busy = True
            self._process(job)
        # Another thread may be fetching: what is due by now shall be there when this returns,
        # unless the fetch itself leads here.
        end = time.monotonic() + PATIENCE_S
        while any(job.due <= now for job in self._open) and time.monotonic() < end:
            self._core.changed.wait(0.05)

    def _next(self, now: datetime) -> Job | None:
        """A due job that nobody works on; looked up afresh, for the lock was left in between."""
        return next((job for job in self._open if job.due <= now and not job.busy), None)

    def _process(self, job: Job) -> None:
        try:
            with self._core.unlocked():
                fetched = self._fetch(job)
        except Refused as refusal:
            job.refusal = refusal
        else:
            self._finish(job, {url: self._core.keep(data) for url, data in fetched.items()})
        finally:
            self._open.remove(job)
            self._core.changed.notify_all()

    def posts(self, oa: OA, removed: bool) -> list[PublicPost]:
        """What the public sees, oldest first; with `removed`, also what was taken away."""
        articles = self._shelf(oa).articles.values()
        seen = [a for a in articles if a.shown and (a.public or (removed and a.removed))]
        return [self._post(oa, article) for article in seen]

    def counts(self, oa: OA, article: Article) -> Counts:
        if article.shown is None:
            return Counts()
        now = self._core.now()
        told = article.announced_at is not None and article.announced_at <= now
        notified = article.announced_to if told else 0
        return oa.crowd.counts(f"zalo/{oa.oa_id}/{article.number}", article.shown, now, notified)

    def link(self, oa: OA, article_id: str) -> str:
        return f"{self._core.base_url}/wall/zalo/{oa.oa_id}#{article_id}"

    def _shelf(self, oa: OA) -> Shelf:
        return self._shelves.setdefault(oa.oa_id, Shelf())

    def _create(self, oa: OA, request: Request) -> dict[str, str]:
        payload = check_article(request.json(), self._core.settings)
        self._check_quota(oa)
        return {"token": self._accept(oa, request, payload, "")}

    def _check_quota(self, oa: OA) -> None:
        limit, now = self._core.settings.zalo_articles_per_month, self._core.now()
        month = now.astimezone(VIETNAM).strftime("%Y-%m")
        made = self._shelf(oa).created
        used = sum(at.astimezone(VIETNAM).strftime("%Y-%m") == month for at in made)
        if limit and used >= limit:
            raise ARTICLE_QUOTA
        made.append(now)

    def _update(self, oa: OA, request: Request) -> dict[str, str]:
        given = request.json()
        article = self.find(oa, str(given.get("id", "")))
        if article is None:
            raise bad("id is invalid")
        payload = check_article(given, self._core.settings)
        if payload["type"] != article.payload["type"]:
            raise bad("type is invalid")
        return {"token": self._accept(oa, request, payload, article.id)}

    def _accept(self, oa: OA, request: Request, payload: dict[str, Any], target: str) -> str:
        wait = self._core.settings.zalo_processing_s + request.extra_seconds()
        job = Job(
            oa=oa,
            token=self._core.token("zalo article", 160),
            payload=payload,
            target=target,
            due=self._core.now() + timedelta(seconds=wait),
            spoiled=request.suffers("image_failed"),
        )
        self._jobs[job.token] = job
        self._open.append(job)
        self.advance()
        return job.token

    def _fetch(self, job: Job) -> dict[str, bytes]:
        return {url: self._fetch_one(url, job.spoiled) for url in pictures_of(job.payload)}

    def _fetch_one(self, url: str, spoiled: bool) -> bytes:
        if self._failures.get(url, 0) >= FAILURES_MAX:
            raise TOO_MANY_FAILURES
        try:
            if spoiled:
                raise NoPictureError(url)
            data = fetch(url, PICTURE_MAX)
            if look_at(data).kind not in {"JPEG", "PNG"}:
                raise NoPictureError(url)
        except NoPictureError as error:
            self._failures[url] = self._failures.get(url, 0) + 1
            raise MEDIA_FAILED from error
        return data

    def _finish(self, job: Job, media: dict[str, str]) -> None:
        articles, now = self._shelf(job.oa).articles, job.due
        article = articles.get(job.target)
        if article is None:
            new_id, number = self._core.hex_id("zalo article"), self._core.count("zalo articles")
            article = Article(new_id, number, job.payload, media, created=now, updated=now)
            articles[new_id] = article
        article.payload, article.media, article.updated = job.payload, media, now
        if article.public and article.shown is None:
            article.shown = now
        job.article_id = article.id

    def _verify(self, oa: OA, request: Request) -> Any:
        job = self._jobs.get(str(request.json().get("token", "")))
        if job is None or job.oa is not oa:
            raise bad("token is invalid")
        if job.refusal is not None:
            raise job.refusal
        if job.article_id:
            return {"id": job.article_id}
        job.polls += 1
        style = self._core.settings.zalo_verify_while_processing
        if style == "code" or (style == "mixed" and job.polls % 2):
            raise PROCESSING
        return Pending()

    def _remove(self, oa: OA, request: Request) -> None:
        self._existing(oa, request.json().get("id")).removed = True

    def _existing(self, oa: OA, article_id: Any) -> Article:
        article = self.find(oa, str(article_id or ""))
        if article is None:
            raise bad("id is invalid")
        return article

    def _detail(self, oa: OA, request: Request) -> dict[str, Any]:
        article = self._existing(oa, request.query.get("id"))
        return article.payload | self._item(oa, article)

    def _slice(self, oa: OA, request: Request) -> dict[str, Any]:
        kind = request.query.get("type", "")
        if kind not in {"normal", "video"}:
            raise bad("type accept only 2 value normal and video.")
        offset, limit = number_of(request.query, "offset"), number_of(request.query, "limit")
        if limit > SLICE_MAX:
            raise bad("maximum limit is 10")
        until = self._core.now() - timedelta(seconds=self._core.settings.list_lag_s)
        listed = [
            article
            for article in reversed(self._shelf(oa).articles.values())
            if article.payload["type"] == kind and not article.removed and article.created <= until
        ]
        items = [self._item(oa, article) for article in listed[offset : offset + limit]]
        return {"total": len(listed), "medias": items}

    def _item(self, oa: OA, article: Article) -> dict[str, Any]:
        counts, payload = self.counts(oa, article), article.payload
        cover = payload.get("cover", {}).get("photo_url", "")
        return {
            "id": article.id,
            "type": payload["type"],
            "title": payload["title"],
            "status": payload["status"],
            "total_view": counts.views,
            "total_share": counts.shares,
            "create_date": millis(article.created),
            "update_date": millis(article.updated),
            "thumb": payload.get("avatar", cover),
            "link_view": self.link(oa, article.id),
        }

    def _post(self, oa: OA, article: Article) -> PublicPost:
        counts, payload = self.counts(oa, article), article.payload
        blocks = [str(b.get("content", "")) for b in payload.get("body", []) if b["type"] == "text"]
        return PublicPost(
            service="zalo",
            account=oa.oa_id,
            id=article.id,
            title=payload["title"],
            text="\n".join([payload["description"], *blocks]),
            at=article.shown or article.created,
            url=self.link(oa, article.id),
            media=tuple(article.media.values()),
            views=counts.views,
            shares=counts.shares,
            announced_to=article.announced_to,
            removed=article.removed,
        )
