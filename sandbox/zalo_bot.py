"""The Zalo Bot Platform: a separate, Telegram-like service. Source: `api/zalo.md` §11."""

import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.core import Core
from sandbox.timeline import millis
from sandbox.webhooks import Event, call, is_loopback
from sandbox.wire import BadRequestError, Reply, Request, answer, compact

TEXT_MAX = 2000
POLL_MAX_S = 60.0
ACTIONS = {"typing", "upload_photo"}

Params = Mapping[str, Any]


class BotRefused(Exception):
    """`ok: false` with a code; the HTTP status is 200 for a poll that ran out, else the code."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description


@dataclass(slots=True)
class ZaloBotAccount:
    """A bot; it can write only to `chats`, the people who wrote first."""

    token: str
    id: str
    account_name: str
    revoked: bool = False
    chats: set[str] = field(default_factory=set)
    updates: deque[dict[str, Any]] = field(default_factory=deque)
    sent: list[dict[str, Any]] = field(default_factory=list)
    webhook_url: str = ""
    webhook_secret: str = ""
    webhook_at: int = 0


class ZaloBot:
    name = "zalo-bot"

    def __init__(self, core: Core) -> None:
        self._core = core
        self.bots: dict[str, ZaloBotAccount] = {}
        self.bot = self.add_bot("3141592653:sandbox-zalo-bot-token", "bot.dakto")
        self._methods: dict[str, Callable[[ZaloBotAccount, Params], Any]] = {
            "getMe": self._me,
            "getUpdates": self._updates,
            "setWebhook": self._set_webhook,
            "testWebhook": self._test_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "sendMessage": self._send_text,
            "sendPhoto": self._send_photo,
            "sendSticker": self._send_sticker,
            "sendVoice": self._send_voice,
            "sendChatAction": self._action,
        }

    def add_bot(self, token: str, account_name: str) -> ZaloBotAccount:
        self.bots[token] = ZaloBotAccount(token, token.partition(":")[0], account_name)
        return self.bots[token]

    def operation(self, request: Request) -> str:
        return request.path.rpartition("/")[2]

    def handle(self, request: Request) -> Reply:
        try:
            with self._core.lock:
                return answer({"ok": True, "result": self._call(request)})
        except BotRefused as refused:
            return _no(refused.code, refused.description)
        except BadRequestError:
            return _no(400, "Bad Request")

    def throttled(self, _seconds: float) -> Reply:
        return _no(429, "Too many requests")

    def failing(self, status: int) -> Reply:
        return _no(status, "Internal server error")

    def expire(self, request: Request) -> None:
        with self._core.lock:
            if bot := self.bots.get(_token(request)):
                bot.revoked = True

    def say(self, user_id: str, text: str, token: str = "") -> str:
        """A person writes to the bot; the message's id."""
        with self._core.lock:
            bot = self.bots[token] if token else self.bot
            bot.chats.add(user_id)
            message_id = self._core.hex_id("zalo bot message")
            self._notify(
                bot, "message.text.received", user_id, {"text": text, "message_id": message_id}
            )
            self._core.changed.notify_all()
            return message_id

    def _call(self, request: Request) -> Any:
        if request.method not in {"GET", "POST"}:
            raise BotRefused(404, "Not found")
        bot = self.bots.get(_token(request))
        if bot is None or bot.revoked:
            raise BotRefused(401, "Unauthorized")
        method = self._methods.get(self.operation(request))
        if method is None:
            raise BotRefused(404, "Not found")
        return method(bot, request.form().fields)

    def _me(self, bot: ZaloBotAccount, _params: Params) -> dict[str, Any]:
        return {
            "id": bot.id,
            "account_name": bot.account_name,
            "account_type": "BASIC",
            "can_join_groups": False,
        }

    def _updates(self, bot: ZaloBotAccount, params: Params) -> dict[str, Any]:
        """One update and not an array; nothing in time is error 408."""
        if bot.webhook_url:
            raise BotRefused(400, "Bad Request: getUpdates is not allowed while webhook is set")
        try:
            end = time.monotonic() + min(POLL_MAX_S, float(params.get("timeout", 30)))
        except ValueError as error:
            raise BotRefused(400, "Bad Request: timeout is invalid") from error
        while not bot.updates:
            left = end - time.monotonic()
            if left <= 0 or self._core.stopping.is_set():
                raise BotRefused(408, "Request timeout")
            self._core.changed.wait(left)
        return bot.updates.popleft()

    def _set_webhook(self, bot: ZaloBotAccount, params: Params) -> dict[str, Any]:
        url, secret = str(params.get("url", "")), str(params.get("secret_token", ""))
        if not is_loopback(url) or not 8 <= len(secret) <= 256:
            raise BotRefused(400, "Bad Request: url or secret_token is invalid")
        bot.webhook_url, bot.webhook_secret = url, secret
        bot.webhook_at = millis(self._core.now())
        return self._webhook_info(bot, params)

    def _webhook_info(self, bot: ZaloBotAccount, _params: Params) -> dict[str, Any]:
        return {"url": bot.webhook_url, "updated_at": bot.webhook_at}

    def _delete_webhook(self, bot: ZaloBotAccount, params: Params) -> dict[str, Any]:
        bot.webhook_url = ""
        return self._webhook_info(bot, params)

    def _test_webhook(self, bot: ZaloBotAccount, _params: Params) -> dict[str, Any]:
        if not bot.webhook_url:
            raise BotRefused(400, "Bad Request: no webhook")
        url, headers = bot.webhook_url, self._sign(bot, True)
        with self._core.unlocked():
            status = call(url, compact({"ok": True, "result": {}}), headers, 5.0)
        outcome = {0: "err.unreachable", 403: "http.403", 404: "http.404"}.get(status, "http.5xx")
        ok = 200 <= status < 300
        return {"verification": {"ok": ok, "outcome": "webhook.ok" if ok else outcome, "hint": ""}}

    def _send_text(self, bot: ZaloBotAccount, params: Params) -> dict[str, Any]:
        text = params.get("text")
        if not isinstance(text, str) or not 1 <= len(text) <= TEXT_MAX:
            raise BotRefused(400, "Bad Request: text is invalid")
        return self._send(bot, params, {"text": text})

    def _send_photo(self, bot: ZaloBotAccount, params: Params) -> dict[str, Any]:
        if len(str(params.get("caption", ""))) > TEXT_MAX:
            raise BotRefused(400, "Bad Request: caption is invalid")
        return self._send(bot, params, _given(params, "photo", "caption"))

    def _send_sticker(self, bot: ZaloBotAccount, params: Params) -> dict[str, Any]:
        return self._send(bot, params, _given(params, "sticker"))

    def _send_voice(self, bot: ZaloBotAccount, params: Params) -> dict[str, Any]:
        return self._send(bot, params, _given(params, "voice_url"))

    def _action(self, bot: ZaloBotAccount, params: Params) -> bool:
        if params.get("action") not in ACTIONS:
            raise BotRefused(400, "Bad Request: action is invalid")
        self._chat(bot, params)
        return True

    def _chat(self, bot: ZaloBotAccount, params: Params) -> str:
        chat_id = str(params.get("chat_id", ""))
        if chat_id not in bot.chats:
            raise BotRefused(404, "Not found: chat not found")
        return chat_id

    def _send(self, bot: ZaloBotAccount, params: Params, content: dict[str, Any]) -> dict[str, Any]:
        message_id = self._core.hex_id("zalo bot message")
        date = millis(self._core.now())
        chat_id = self._chat(bot, params)
        bot.sent.append({"chat_id": chat_id, "message_id": message_id, "date": date, **content})
        return {"message_id": message_id, "date": date}

    def _notify(
        self, bot: ZaloBotAccount, name: str, user_id: str, content: dict[str, Any]
    ) -> None:
        message = content | {
            "date": millis(self._core.now()),
            "from": {"id": user_id, "display_name": f"Người dân {user_id[-4:]}", "is_bot": False},
            "chat": {"id": user_id, "chat_type": "PRIVATE"},
            "message_type": "CHAT_MESSAGE",
        }
        update = {"event_name": name, "message": message}
        if not bot.webhook_url:
            bot.updates.append(update)
            return
        body = compact({"ok": True, "result": update})
        url = bot.webhook_url
        self._core.outbox.post(
            Event("zalo-bot", name, url, body, lambda honest, _tries: self._sign(bot, honest))
        )

    def _sign(self, bot: ZaloBotAccount, honest: bool) -> dict[str, str]:
        return {"X-Bot-Api-Secret-Token": bot.webhook_secret if honest else "wrong-secret"}


def _token(request: Request) -> str:
    found = re.match(r"/bot([^/]+)/", request.path)
    return found[1] if found else ""


def _given(params: Params, needed: str, *others: str) -> dict[str, Any]:
    if not isinstance(params.get(needed), str) or not params[needed]:
        raise BotRefused(400, f"Bad Request: {needed} is invalid")
    return {name: params[name] for name in (needed, *others) if name in params}


def _no(code: int, description: str) -> Reply:
    body = {"ok": False, "error_code": code, "description": description}
    return answer(body, 200 if code == 408 else code)
