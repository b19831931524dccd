"""Facebook's Graph API for a Page: the door, the token, the usage, the routes.

What lies behind the door: `facebook_posts`, `facebook_media`, `facebook_reads`,
`facebook_insights`, `facebook_events`, `messenger`. Source: `api/social.md` §1, §2.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.core import Core, PublicPost
from sandbox.facebook_errors import GraphError, forbidden, invalid, missing
from sandbox.facebook_events import FacebookEvents
from sandbox.facebook_insights import Insights
from sandbox.facebook_media import Media
from sandbox.facebook_pages import FacebookPage, Pages
from sandbox.facebook_posts import Posts
from sandbox.facebook_reads import Reads
from sandbox.facebook_shapes import Shapes
from sandbox.followers import Comment
from sandbox.messenger import Messenger
from sandbox.timeline import seconds
from sandbox.wire import BadRequestError, Form, Reply, Request, answer

NEWEST_VERSION = 26
DAY = timedelta(days=1)

PageHandler = Callable[[FacebookPage, Form, Request], Any]
NodeHandler = Callable[[FacebookPage, str, Form], Any]


class Facebook:
    name = "facebook"

    def __init__(self, core: Core) -> None:
        self._core = core
        self.pages = Pages(core)
        self.events = FacebookEvents(core)
        self.posts_made = Posts(core, self.events)
        self.media = Media(core, self.posts_made)
        self.insights = Insights(core)
        self.shapes = Shapes(core, self.posts_made, self.insights)
        self.reads = Reads(core, self.posts_made, self.shapes)
        self.messenger = Messenger(core, self.events)
        self._page_edges: dict[tuple[str, str], tuple[str, PageHandler]] = {
            **self.posts_made.edges(),
            **self.media.edges(),
            **self.reads.edges(),
            **self.insights.edges(),
            **self.events.edges(),
            **self.messenger.edges(),
        }

    def operation(self, request: Request) -> str:
        """`POST feed`, `GET published_posts`, … ; `POST post`, `GET post` for an object itself."""
        parts = _parts(request.path)
        if len(parts) >= 2:
            return f"{request.method} {parts[1]}"
        node = parts[0] if parts else ""
        kind = "page" if node == "me" or node in self.pages.pages else "post"
        return f"{request.method} {node if node == 'debug_token' else kind}"

    def handle(self, request: Request) -> Reply:
        with self._core.lock:
            self.advance()
            headers: dict[str, str] = {}
            try:
                return answer(self._answer(request, headers), headers=headers)
            except GraphError as error:
                return answer(error.body(self._trace()), error.status, headers)
            except (BadRequestError, UnicodeDecodeError):
                return answer(invalid("Invalid request body").body(self._trace()), 400, headers)

    def throttled(self, seconds: float) -> Reply:
        minutes = max(1, round(seconds / 60))
        page_id = self.pages.page.id
        usage = [{"type": "pages", "call_count": 100, "total_cputime": 25, "total_time": 30,
                  "estimated_time_to_regain_access": minutes}]  # fmt: skip
        error = GraphError(80001, "There have been too many calls to this Page account.")
        headers = {
            "X-App-Usage": json.dumps({"call_count": 100, "total_cputime": 25, "total_time": 30}),
            "X-Business-Use-Case-Usage": json.dumps({page_id: usage}),
        }
        return answer(error.body(self._trace()), 400, headers)

    def failing(self, status: int) -> Reply:
        words = "An unexpected error has occurred. Please retry your request later."
        return answer(GraphError(2, words).body(self._trace()), status)

    def expire(self, request: Request) -> None:
        """The token is dead until `page.trouble` is cleared: 190/463."""
        with self._core.lock:
            page = self.pages.by_token(_token(request, request.form()))
            if page is not None:
                page.trouble = 463

    def advance(self) -> None:
        """Publish what was scheduled, finish what was processed; called with the lock held."""
        for page in self.pages.pages.values():
            self.media.advance(page)
            self.posts_made.advance(page)

    def posts(self, removed: bool = False) -> list[PublicPost]:
        with self._core.lock:
            self.advance()
            pages = self.pages.pages.values()
            return [post for page in pages for post in self.shapes.public(page, removed)]

    def voices(self, post_id: str) -> list[Comment]:
        """The comments under a post, oldest first, for its wall."""
        with self._core.lock:
            page = self.pages.pages[post_id.partition("_")[0]]
            return self.shapes.voices(page, page.posts[post_id])

    def _answer(self, request: Request, headers: dict[str, str]) -> Any:
        parts, form = _parts(request.path), request.form()
        if not 1 <= len(parts) <= 2:
            raise GraphError(2500, f"Unknown path components: {request.path}")
        if parts[0] == "debug_token":
            return self._debug(form)
        if parts[0] in self.pages.apps:
            return self.events.subscribe_app(self.pages.apps[parts[0]], form)
        page = self._admit(form, request)
        self._count_call(page, headers)
        node = page.id if parts[0] == "me" else parts[0]
        edge = parts[1] if len(parts) == 2 else ""
        if node == page.id:
            return self._on_page(page, edge, form, request)
        return self._on_node(page, node, edge, form, request.method)

    def _on_page(self, page: FacebookPage, edge: str, form: Form, request: Request) -> Any:
        route = self._page_edges.get((request.method, edge))
        if route is None:
            raise GraphError(2500, f"Unknown path components: /{edge}")
        permission, handler = route
        if permission not in page.permissions:
            raise forbidden(permission)
        return handler(page, form, request)

    def _on_node(self, page: FacebookPage, node: str, edge: str, form: Form, method: str) -> Any:
        handlers: dict[tuple[str, str], tuple[str, NodeHandler]] = {
            ("GET", ""): ("pages_read_engagement", self.reads.node),
            ("POST", ""): ("pages_manage_posts", self._update),
            ("DELETE", ""): ("pages_manage_posts", self._delete),
            ("GET", "comments"): ("pages_read_user_content", self.reads.comments),
            ("POST", "comments"): ("pages_manage_engagement", self.posts_made.comment),
            ("GET", "insights"): ("read_insights", self.insights.of_post),
            ("GET", "video_insights"): ("read_insights", self.insights.of_film),
        }
        route = handlers.get((method, edge))
        if route is None:
            raise missing(node, method)
        permission, handler = route
        if permission not in page.permissions:
            raise forbidden(permission)
        return handler(page, node, form)

    def _update(self, page: FacebookPage, node: str, form: Form) -> Any:
        change = self.media.update if node in page.films else self.posts_made.update
        return change(page, node, form)

    def _delete(self, page: FacebookPage, node: str, form: Form) -> Any:
        remove = self.media.delete if node in page.films else self.posts_made.delete
        return remove(page, node, form)

    def _admit(self, form: Form, request: Request) -> FacebookPage:
        token = _token(request, form)
        if not token:
            raise GraphError(104, "An access token is required to request this resource.")
        page = self.pages.by_token(token)
        if page is None:
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
        if page.trouble:
            message = "Error validating access token: Session has expired or was invalidated."
            raise GraphError(190, message, page.trouble)
        self._check_proof(page, token, form)
        return page

    def _check_proof(self, page: FacebookPage, token: str, form: Form) -> None:
        given = str(form.fields.get("appsecret_proof", ""))
        if not given:
            if self._core.settings.require_appsecret_proof:
                raise invalid("API calls from the server require an appsecret_proof argument")
            return
        right = hmac.new(page.app.secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(given, right):
            raise invalid("Invalid appsecret_proof provided in the API argument")

    def _count_call(self, page: FacebookPage, headers: dict[str, str]) -> None:
        now, limit = self._core.now(), self._core.settings.facebook_calls_per_day
        page.calls.append(now)
        while page.calls[0] <= now - DAY:
            page.calls.pop(0)
        percent = min(100, 100 * len(page.calls) // limit) if limit else 0
        use = {"call_count": percent, "total_cputime": percent // 4, "total_time": percent // 3}
        wait = 60 if percent >= 100 else 0
        business = {"type": "pages", **use, "estimated_time_to_regain_access": wait}
        headers["X-App-Usage"] = json.dumps(use)
        headers["X-Business-Use-Case-Usage"] = json.dumps({page.id: [business]})
        if percent >= 100:
            raise GraphError(80001, "There have been too many calls to this Page account.")

    def _debug(self, form: Form) -> Any:
        asked, asking = (
            str(form.fields.get("input_token", "")),
            str(form.fields.get("access_token")),
        )
        app = next(
            (a for a in self.pages.apps.values() if asking == f"{a.app_id}|{a.secret}"), None
        )
        page = self.pages.by_token(asked)
        if app is None and (page is None or asking != asked):
            raise GraphError(190, "Invalid OAuth access token.")
        if page is None:
            error = {"code": 190, "message": "Invalid OAuth access token"}
            return {"data": {"is_valid": False, "scopes": [], "error": error}}
        return {"data": {"type": "PAGE", "app_id": page.app.app_id, "application": "Loa",
                         "is_valid": not page.trouble, "expires_at": 0, "profile_id": page.id,
                         "data_access_expires_at": seconds(self._core.now() + 90 * DAY),
                         "scopes": sorted(page.permissions), "granular_scopes": []}}  # fmt: skip

    def _trace(self) -> str:
        return "A" + self._core.token("facebook trace", 22)


def _parts(path: str) -> list[str]:
    """The path without its version; GraphError for a version that does not exist."""
    parts = [part for part in path.split("/") if part]
    if parts and (version := re.fullmatch(r"v(\d+)\.\d", parts[0])):
        if int(version[1]) > NEWEST_VERSION:
            return []
        return parts[1:]
    return parts


def _token(request: Request, form: Form) -> str:
    bearer = request.headers.get("authorization", "")
    if bearer.startswith("Bearer "):
        return bearer.removeprefix("Bearer ").strip()
    return str(form.fields.get("access_token", ""))
