"""The walls: what the public sees of each service, unmistakably a training copy."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.core import PublicPost
from sandbox.followers import Comment
from sandbox.images import content_type
from sandbox.pages import render
from sandbox.state import Sandbox
from sandbox.telegram_text import linked
from sandbox.timeline import VIETNAM
from sandbox.wire import Reply, Request, page

ON_INDEX = 6
ON_WALL = 200
COMMENTS_SHOWN = 2
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
SAFE = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; media-src 'self'; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Account:
    """The head of a wall."""

    service: str
    id: str
    name: str
    handle: str
    followers: int
    followers_are: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A post as a wall shows it; `html` is safe, the pictures and files are (digest, kind)."""

    post: PublicPost
    when: str
    ago: str
    html: str
    files: list[tuple[str, str]]
    comments: list[Comment]

    @property
    def pictures(self) -> list[str]:
        return [digest for digest, kind in self.files if kind.startswith("image/")]

    @property
    def others(self) -> list[tuple[str, str]]:
        return [(digest, kind) for digest, kind in self.files if not kind.startswith("image/")]


class Walls:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def handle(self, prefix: str, request: Request) -> Reply:
        if request.method not in {"GET", "HEAD"}:
            return page("<h1>405</h1>", 405)
        parts = [part for part in request.path.split("/") if part]
        part = "part" in request.query
        if prefix == "":
            return self._show("index.html", self._columns(), part)
        if prefix == "wall" and parts and parts[0] in {"zalo", "facebook", "telegram"}:
            return self._wall(parts[0], parts[1] if len(parts) > 1 else "", part)
        return Reply(render("missing.html").encode(), 404, "text/html; charset=utf-8", SAFE)

    def _wall(self, service: str, account_id: str, part: bool) -> Reply:
        accounts = [each for each in self._accounts() if each.service == service]
        chosen = [each for each in accounts if account_id in {each.id, each.handle}] or accounts
        columns = [(account, self._posts(account, ON_WALL)) for account in chosen]
        return self._show("wall.html", columns, part)

    def _show(self, template: str, columns: list[tuple[Account, list[Shown]]], part: bool) -> Reply:
        now = self._sandbox.core.now()
        html = render(
            "columns.html" if part else template,
            template=template,
            columns=columns,
            single=template == "wall.html",
            clock=_clock(now),
            speed=self._sandbox.time.speed,
        )
        return Reply(html.encode(), kind="text/html; charset=utf-8", headers=SAFE)

    def _columns(self) -> list[tuple[Account, list[Shown]]]:
        return [(account, self._posts(account, ON_INDEX)) for account in self._accounts()]

    def _accounts(self) -> Iterable[Account]:
        sandbox, now = self._sandbox, self._sandbox.core.now()
        with sandbox.core.lock:
            for oa in sandbox.zalo.accounts.oas.values():
                people = oa.follower_count(now)
                yield Account("zalo", oa.oa_id, oa.name, oa.oa_id, people, "người quan tâm")
            for its in sandbox.facebook.pages.pages.values():
                people = its.crowd.size(now)
                yield Account("facebook", its.id, its.name, its.id, people, "người theo dõi")
            for bot in sandbox.telegram.chats.bots.values():
                for chat in bot.chats.values():
                    if chat.kind == "channel":
                        handle, people = f"@{chat.username}", chat.members(now)
                        yield Account(
                            "telegram", chat.username, chat.title, handle, people, "người đăng ký"
                        )

    def _posts(self, account: Account, limit: int) -> list[Shown]:
        posts = self._sandbox.posts(account.service)
        own = [post for post in posts if post.account in {account.id, account.handle}]
        return [self._shown(post) for post in reversed(own[-limit:])]

    def _shown(self, post: PublicPost) -> Shown:
        now = self._sandbox.core.now()
        media = self._sandbox.core.media
        comments = self._sandbox.facebook.voices(post.id) if post.service == "facebook" else []
        return Shown(
            post=post,
            when=_clock(post.at),
            ago=ago(post.at, now),
            html=post.html or linked(post.text),
            files=[
                (digest, content_type(media[digest])) for digest in post.media if digest in media
            ],
            comments=comments[-COMMENTS_SHOWN:],
        )


def ago(at: datetime, now: datetime) -> str:
    """How long ago, as people say it; the date once it is more than a week."""
    passed = now - at
    if passed < timedelta(minutes=1):
        return "Vừa xong"
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)} phút trước"
    if passed < timedelta(days=1):
        return f"{passed // timedelta(hours=1)} giờ trước"
    if passed < timedelta(days=7):
        return f"{passed // timedelta(days=1)} ngày trước"
    return f"{at.astimezone(VIETNAM):%d/%m/%Y}"


def _clock(at: datetime) -> str:
    local = at.astimezone(VIETNAM)
    return f"{WEEKDAYS[local.weekday()]}, {local:%d/%m/%Y %H:%M}"
