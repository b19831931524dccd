"""The sandbox as one object: all stand-ins, what was posted on them, and how to disturb them."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sandbox.core import Call, Core, PublicPost, Settings
from sandbox.facebook import Facebook
from sandbox.faults import Fault, Faults
from sandbox.telegram import Telegram
from sandbox.timeline import Timeline, real_time
from sandbox.wire import Service
from sandbox.zalo_accounts import ZaloAccounts
from sandbox.zalo_bot import ZaloBot
from sandbox.zalo_oa import ZaloOA
from sandbox.zalo_oauth import ZaloOAuth


class Sandbox:
    """Stand-ins of Zalo OA, Zalo Bot, Facebook and Telegram, in memory.

    `clock` is the base of the sandbox's time; `time` can shift, freeze or speed it up.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = real_time,
        seed: int = 1,
        settings: Settings | None = None,
    ) -> None:
        self._clock = clock
        self._seed = seed
        self._settings = settings or Settings()
        self._begin(Core(clock, seed, self._settings))

    def _begin(self, core: Core) -> None:
        self.core = core
        accounts = ZaloAccounts(core)
        self.zalo_oauth = ZaloOAuth(core, accounts)
        self.zalo = ZaloOA(core, accounts, self.zalo_oauth)
        self.zalo_bot = ZaloBot(core)
        self.facebook = Facebook(core)
        self.telegram = Telegram(core)
        self.services: dict[str, Service] = {
            "zalo-oauth": self.zalo_oauth,
            "zalo": self.zalo,
            "zalo-bot": self.zalo_bot,
            "graph": self.facebook,
            "telegram": self.telegram,
        }

    @property
    def time(self) -> Timeline:
        return self.core.time

    @property
    def faults(self) -> Faults:
        return self.core.faults

    @property
    def settings(self) -> Settings:
        return self.core.settings

    def change(self, **settings: Any) -> Settings:
        """Change some settings; ValueError for one that does not exist or has another type."""
        current = asdict(self.core.settings)
        for name, value in settings.items():
            if name not in current:
                raise ValueError(f"unknown setting {name!r}; known: {', '.join(current)}")
            kind = type(current[name])
            right = isinstance(value, (int, float) if kind is float else kind)
            if not right or (kind is not bool and isinstance(value, bool)):
                raise ValueError(f"setting {name!r} takes a {kind.__name__}")
        self.core.settings = replace(self.core.settings, **settings)
        return self.core.settings

    def fault(self, kind: str, service: str = "*", operation: str = "*", **more: Any) -> Fault:
        """Arm a fault; see `faults.Fault` for the other fields."""
        return self.faults.add(Fault(kind, service, operation, **more))

    def posts(self, service: str = "", removed: bool = False) -> list[PublicPost]:
        """What the public sees, oldest first; with `removed`, also what was deleted since."""
        walls = {
            "zalo": self.zalo.posts,
            "facebook": self.facebook.posts,
            "telegram": self.telegram.posts,
        }
        shown = [walls[service]] if service else list(walls.values())
        posts = [post for posted in shown for post in posted(removed)]
        return sorted(posts, key=lambda post: post.at)

    def calls(self, service: str = "", operation: str = "") -> list[Call]:
        """The calls received, oldest first."""
        return [
            call
            for call in list(self.core.calls)
            if service in ("", call.service) and operation in ("", call.operation)
        ]

    def advance(self) -> None:
        """Let everything happen that is due by now: processing, scheduled posts, reactions."""
        with self.core.lock:
            self.zalo.articles.advance()
            self.facebook.advance()
            self.telegram.advance()

    def heal(self) -> None:
        """Undo what `token_expired` did, where the service has no refresh."""
        with self.core.lock:
            for page in self.facebook.pages.pages.values():
                page.trouble = 0
            for bot in self.telegram.chats.bots.values():
                bot.revoked = False
            for zalo_bot in self.zalo_bot.bots.values():
                zalo_bot.revoked = False

    def reset(self) -> None:
        """Begin anew: nothing posted, no faults, first accounts, first settings; time stays."""
        old = self.core
        core = Core(self._clock, self._seed, self._settings)
        core.time, core.base_url = old.time, old.base_url
        core.outbox.use(core.time.now)
        self._begin(core)
        old.stop()

    def record(self, service: str, operation: str, status: int, fault: str) -> None:
        self.core.calls.append(Call(service, operation, status, fault, self.core.now()))

    def open_at(self, url: str) -> None:
        """Called by the server: links lead here."""
        self.core.base_url = url
        self.core.stopping.clear()

    def close(self) -> None:
        self.core.stop()

    def accounts(self) -> dict[str, Any]:
        """What a config needs to reach each account: ids, secrets, tokens, addresses."""
        base, zalo, page = self.core.base_url, self.zalo.accounts, self.facebook.pages
        return {
            "zalo_oa": [
                {"app_id": oa.app.app_id, "app_secret": oa.app.secret, "oa_id": oa.oa_id,
                 "oa_secret": oa.secret, "name": oa.name, "oauth_url": f"{base}/zalo-oauth",
                 "api_url": f"{base}/zalo"}
                for oa in zalo.oas.values()
            ],
            "zalo_bot": [
                {"token": bot.token, "name": bot.account_name, "api_url": f"{base}/zalo-bot"}
                for bot in self.zalo_bot.bots.values()
            ],
            "facebook_page": [
                {"page_id": p.id, "token": p.token, "app_id": p.app.app_id, "name": p.name,
                 "app_secret": p.app.secret, "graph_url": f"{base}/graph"}
                for p in page.pages.values()
            ],
            "telegram": [
                {"token": bot.token, "chat": f"@{chat.username}", "name": chat.title,
                 "api_url": f"{base}/telegram"}
                for bot in self.telegram.chats.bots.values()
                for chat in bot.chats.values()
                if chat.kind == "channel"
            ],
        }  # fmt: skip

    def snapshot(self) -> dict[str, Any]:
        """Everything worth knowing, as JSON-ready values."""
        return {
            "now": self.core.now().isoformat(),
            "speed": self.time.speed,
            "settings": asdict(self.settings),
            "faults": self.faults.listed(),
            "posts": [
                asdict(post) | {"at": post.at.isoformat()} for post in self.posts(removed=True)
            ],
            "broadcasts": [b for oa in self.zalo.accounts.oas.values() for b in oa.broadcasts],
            "webhooks": {
                "waiting": self.core.outbox.waiting(),
                "delivered": self.core.outbox.delivered[-200:],
            },
            "calls": len(self.core.calls),
        }
