"""The sandbox's own door, /_sandbox/…: reset, faults, time, settings, people, state as JSON."""

import base64
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sandbox.faults import KINDS, Fault
from sandbox.images import content_type
from sandbox.state import Sandbox
from sandbox.wire import BadRequestError, Reply, Request, answer

Body = dict[str, Any]
Route = Callable[[Body], Any]


class Admin:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._routes: dict[tuple[str, str], Route] = {
            ("GET", "/health"): lambda _body: {"ok": True},
            ("GET", "/state"): lambda _body: sandbox.snapshot(),
            ("GET", "/accounts"): lambda _body: sandbox.accounts(),
            ("POST", "/accounts"): self._add_account,
            ("GET", "/posts"): self._posts,
            ("GET", "/calls"): self._calls,
            ("POST", "/reset"): self._reset,
            ("POST", "/heal"): self._heal,
            ("GET", "/faults"): lambda _body: {"armed": sandbox.faults.listed(), "kinds": KINDS},
            ("POST", "/faults"): self._add_fault,
            ("DELETE", "/faults"): self._clear_faults,
            ("GET", "/clock"): lambda _body: self._clock(),
            ("POST", "/clock"): self._set_clock,
            ("GET", "/settings"): lambda _body: asdict(sandbox.settings),
            ("POST", "/settings"): lambda body: asdict(sandbox.change(**body)),
            ("POST", "/zalo/token"): self._zalo_token,
            ("POST", "/zalo/revoke"): self._zalo_revoke,
            ("POST", "/zalo/webhook"): self._zalo_webhook,
            ("POST", "/zalo/message"): self._zalo_message,
            ("POST", "/zalo/follow"): self._zalo_follow,
            ("GET", "/zalo/chat"): self._zalo_chat,
            ("POST", "/zalo-bot/message"): self._bot_message,
            ("GET", "/zalo-bot/chat"): self._bot_chat,
            ("POST", "/facebook/webhook"): self._facebook_webhook,
            ("POST", "/facebook/message"): self._facebook_message,
            ("POST", "/facebook/comment"): self._facebook_comment,
            ("GET", "/facebook/chat"): self._facebook_chat,
            ("POST", "/telegram/message"): self._telegram_message,
            ("POST", "/telegram/press"): self._telegram_press,
            ("GET", "/telegram/chat"): self._telegram_chat,
        }

    def handle(self, request: Request) -> Reply:
        """JSON in, JSON out; 400 with one line for what cannot be done, 404 for an unknown door."""
        if request.path.startswith("/media/"):
            return self._media(request.path.removeprefix("/media/"))
        route = self._routes.get((request.method, request.path))
        if route is None:
            return answer({"error": f"no such door: {request.method} {request.path}"}, 404)
        try:
            body = dict(request.query) | (request.json() if request.body else {})
            return answer(route(body))
        except (BadRequestError, ValueError, TypeError, KeyError) as error:
            return answer({"error": f"{type(error).__name__}: {error}"}, 400)

    def _media(self, digest: str) -> Reply:
        data = self._sandbox.core.media.get(digest)
        if data is None:
            return answer({"error": "no such picture"}, 404)
        return Reply(data, kind=content_type(data), headers={"Cache-Control": "max-age=86400"})

    def _posts(self, body: Body) -> Any:
        posts = self._sandbox.posts(body.get("service", ""), _yes(body.get("removed", False)))
        return [asdict(post) | {"at": post.at.isoformat()} for post in posts]

    def _calls(self, body: Body) -> Any:
        calls = self._sandbox.calls(body.get("service", ""), body.get("operation", ""))
        return [asdict(call) | {"at": call.at.isoformat()} for call in calls]

    def _reset(self, _body: Body) -> Any:
        self._sandbox.reset()
        return {"ok": True}

    def _heal(self, _body: Body) -> Any:
        self._sandbox.heal()
        return {"ok": True}

    def _add_fault(self, body: Body) -> Any:
        return asdict(self._sandbox.faults.add(Fault(**body)))

    def _clear_faults(self, _body: Body) -> Any:
        self._sandbox.faults.clear()
        return {"ok": True}

    def _clock(self) -> Any:
        return {"now": self._sandbox.core.now().isoformat(), "speed": self._sandbox.time.speed}

    def _set_clock(self, body: Body) -> Any:
        """`{"at", "speed"}`, `{"shift_s"}` or `{"follow": true}`; stands still by default."""
        time = self._sandbox.time
        if body.get("follow"):
            time.follow()
        elif "shift_s" in body:
            time.shift(timedelta(seconds=float(body["shift_s"])))
        else:
            at = datetime.fromisoformat(body["at"]) if "at" in body else None
            time.set(at, float(body.get("speed", 0.0)))
        self._sandbox.advance()
        return self._clock()

    def _add_account(self, body: Body) -> Any:
        kind, sandbox = body.pop("kind"), self._sandbox
        with sandbox.core.lock:
            match kind:
                case "zalo_oa":
                    sandbox.zalo.accounts.add_oa(**body)
                case "zalo_bot":
                    sandbox.zalo_bot.add_bot(**body)
                case "facebook_page":
                    sandbox.facebook.pages.add(**body)
                case "telegram":
                    sandbox.telegram.chats.add_channel(**body)
                case _:
                    raise ValueError(f"unknown kind {kind!r}")
        return sandbox.accounts()

    def _zalo_token(self, body: Body) -> Any:
        oa_id = body.get("oa_id") or self._sandbox.zalo.accounts.oa.oa_id
        access, refresh = self._sandbox.zalo_oauth.issue(oa_id)
        return {"access_token": access, "refresh_token": refresh, "expires_in": "90000"}

    def _zalo_revoke(self, body: Body) -> Any:
        oa_id = body.get("oa_id") or self._sandbox.zalo.accounts.oa.oa_id
        self._sandbox.zalo_oauth.revoke(oa_id)
        return {"ok": True}

    def _zalo_webhook(self, body: Body) -> Any:
        zalo = self._sandbox.zalo
        app = zalo.accounts.apps[body["app_id"]] if "app_id" in body else zalo.accounts.app
        return {"ok": zalo.events.register(app, body["url"])}

    def _zalo_message(self, body: Body) -> Any:
        zalo = self._sandbox.zalo
        user = body.get("user_id") or zalo.accounts.oa.user_id(0)
        message_id = zalo.say(user, body["text"], body.get("oa_id", ""))
        return {"message_id": message_id, "user_id": user}

    def _zalo_follow(self, body: Body) -> Any:
        follows = _yes(body.get("follows", True))
        self._sandbox.zalo.follow(body["user_id"], body.get("oa_id", ""), follows)
        return {"ok": True}

    def _zalo_chat(self, body: Body) -> Any:
        return self._sandbox.zalo.chat(body["user_id"], body.get("oa_id", ""))

    def _bot_message(self, body: Body) -> Any:
        message_id = self._sandbox.zalo_bot.say(
            body["user_id"], body["text"], body.get("token", "")
        )
        return {"message_id": message_id}

    def _bot_chat(self, body: Body) -> Any:
        bots = self._sandbox.zalo_bot.bots.values()
        return [m for bot in bots for m in bot.sent if m["chat_id"] == body["user_id"]]

    def _facebook_webhook(self, body: Body) -> Any:
        """Register without the verification GET; the Page is subscribed to the same fields."""
        facebook = self._sandbox.facebook
        with self._sandbox.core.lock:
            fields = set(body["fields"])
            app = facebook.pages.app
            facebook.events.register(app, body["url"], body.get("verify_token", ""), fields)
            for page in facebook.pages.pages.values():
                page.subscribed = set(fields)
        return {"ok": True}

    def _facebook_message(self, body: Body) -> Any:
        facebook, page = self._sandbox.facebook, self._page(body)
        with self._sandbox.core.lock:
            text, payload = body.get("text", ""), body.get("payload", "")
            message_id = facebook.messenger.receive(page, body["user_id"], text, payload)
        return {"message_id": message_id}

    def _facebook_comment(self, body: Body) -> Any:
        facebook, page = self._sandbox.facebook, self._page(body)
        with self._sandbox.core.lock:
            name = body.get("name", "Người dân")
            post = page.posts[body["post_id"]]
            said = facebook.posts_made.say(page, post, body["user_id"], name, body["text"])
        return {"id": said.id}

    def _facebook_chat(self, body: Body) -> Any:
        return [m for m in self._page(body).chat if m["psid"] == body["user_id"]]

    def _page(self, body: Body) -> Any:
        pages = self._sandbox.facebook.pages
        return pages.pages[body["page_id"]] if "page_id" in body else pages.page

    def _telegram_message(self, body: Body) -> Any:
        """`files` are `{"kind", "name", "data": base64}`."""
        files = [
            (each["kind"], each["name"], base64.b64decode(each["data"]))
            for each in body.get("files", [])
        ]
        ids = self._sandbox.telegram.say(
            int(body["user_id"]), body.get("text", ""),
            name=body.get("name", "Cán bộ"), files=files, token=body.get("token", ""),
        )  # fmt: skip
        return {"message_ids": ids}

    def _telegram_press(self, body: Body) -> Any:
        who, message = int(body["user_id"]), int(body["message_id"])
        query = self._sandbox.telegram.press(who, message, body["data"], body.get("token", ""))
        return {"callback_query_id": query}

    def _telegram_chat(self, body: Body) -> Any:
        telegram = self._sandbox.telegram
        with self._sandbox.core.lock:
            return [
                bot.shown_message(chat, message)
                for bot in telegram.chats.bots.values()
                for chat in bot.chats.values()
                for message in chat.messages.values()
                if chat.id == int(body["user_id"]) and not message.removed
            ]


def _yes(value: Any) -> bool:
    return str(value).lower() in {"true", "1"}
