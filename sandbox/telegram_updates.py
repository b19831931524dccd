"""Updates to a bot: by long polling or webhook, each at least once.

Source: `api/social.md` §5.3, §5.5.
"""

import json
import re
import time
from datetime import timedelta
from typing import Any

from sandbox.core import Core
from sandbox.telegram_chats import Bot, Chat, Message
from sandbox.telegram_errors import TelegramError, bad
from sandbox.timeline import seconds
from sandbox.webhooks import Event, is_loopback
from sandbox.wire import Form, Request, compact

KEPT = timedelta(hours=24)
REACTED_TO_FOR = timedelta(days=30)
POLL_MAX_S = 50.0
LIMIT_MAX = 100
LADDER_S = tuple(min(2.0**step, 90.0) for step in range(20))
ONLY_IF_NAMED = {"chat_member", "message_reaction", "message_reaction_count"}
EMOJI = (("👍", 0.7), ("❤", 0.2), ("🔥", 0.1))


class Updates:
    def __init__(self, core: Core) -> None:
        self._core = core

    def methods(self) -> dict[str, Any]:
        return {
            "getUpdates": self._poll,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
        }

    def add(self, bot: Bot, kind: str, content: dict[str, Any]) -> None:
        """Queue an update, unless the bot does not want this kind."""
        if not _wants(bot, kind):
            return
        bot.last_update += 1
        bot.pending[bot.last_update] = {"update_id": bot.last_update, kind: content}
        bot.queued_at[bot.last_update] = self._core.now()
        self._core.changed.notify_all()
        if bot.webhook_url:
            self._push(bot, bot.last_update)

    def advance(self, bot: Bot) -> None:
        """Tell of reactions that have grown; forget what nobody fetched for a day."""
        now = self._core.now()
        for update_id in [i for i, at in bot.queued_at.items() if now - at > KEPT]:
            self._forget(bot, update_id)
        if not _wants(bot, "message_reaction_count"):
            return
        for chat in bot.chats.values():
            if chat.crowd is not None and (chat.reactions_due is None or chat.reactions_due <= now):
                wait = timedelta(seconds=self._core.settings.telegram_reactions_every_s)
                chat.reactions_due = now + wait
                self._tell_reactions(bot, chat)

    def _tell_reactions(self, bot: Bot, chat: Chat) -> None:
        now = self._core.now()
        for message in reversed(chat.messages.values()):
            if now - message.at > REACTED_TO_FOR:
                break
            total = 0 if message.removed else chat.counts(message, now).reactions
            if total != message.reactions_told and total:
                message.reactions_told = total
                self.add(bot, "message_reaction_count", self._reactions(chat, message, total))

    def _reactions(self, chat: Chat, message: Message, total: int) -> dict[str, Any]:
        parts = [(emoji, int(total * share)) for emoji, share in EMOJI]
        rest = total - sum(number for _, number in parts)
        parts[0] = (parts[0][0], parts[0][1] + rest)
        return {
            "chat": chat.shown(),
            "message_id": message.id,
            "date": seconds(self._core.now()),
            "reactions": [
                {"type": {"type": "emoji", "emoji": emoji}, "total_count": number}
                for emoji, number in parts
                if number
            ],
        }

    def _poll(self, bot: Bot, form: Form, _request: Request) -> list[dict[str, Any]]:
        if bot.webhook_url:
            raise TelegramError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self._set_allowed(bot, form)
        offset, limit = _number(form, "offset", 0), _number(form, "limit", LIMIT_MAX)
        if not 1 <= limit <= LIMIT_MAX:
            limit = LIMIT_MAX
        self._confirm(bot, offset)
        self._wait(bot, min(POLL_MAX_S, max(0, _number(form, "timeout", 0))))
        return list(bot.pending.values())[:limit]

    def _wait(self, bot: Bot, timeout: float) -> None:
        bot.polls += 1
        turn = bot.polls
        self._core.changed.notify_all()
        end = time.monotonic() + timeout
        while not bot.pending and not self._core.stopping.is_set():
            left = end - time.monotonic()
            if left <= 0:
                return
            self._core.changed.wait(min(left, 0.5))
            if bot.polls != turn:
                raise TelegramError(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )

    def _confirm(self, bot: Bot, offset: int) -> None:
        ids = list(bot.pending)
        gone = ids[:offset] if offset < 0 else [i for i in ids if i < offset]
        for update_id in gone:
            self._forget(bot, update_id)

    def _forget(self, bot: Bot, update_id: int) -> None:
        bot.pending.pop(update_id, None)
        bot.queued_at.pop(update_id, None)

    def _set_allowed(self, bot: Bot, form: Form) -> None:
        given = form.fields.get("allowed_updates")
        if given is None:
            return
        try:
            names = json.loads(given) if isinstance(given, str) else given
        except ValueError as error:
            raise bad("can't parse allowed_updates JSON object") from error
        bot.allowed = [str(name) for name in names]

    def _set_webhook(self, bot: Bot, form: Form, request: Request) -> bool:
        url, secret = str(form.fields.get("url", "")), str(form.fields.get("secret_token", ""))
        if not url:
            return self._delete_webhook(bot, form, request)
        if not is_loopback(url):
            raise bad("bad webhook: the sandbox calls only http addresses of this machine")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad("secret token contains unallowed characters")
        self._set_allowed(bot, form)
        self._stop_webhook(bot, form)
        bot.webhook_url, bot.webhook_secret = url, secret
        for update_id in list(bot.pending):
            self._push(bot, update_id)
        return True

    def _delete_webhook(self, bot: Bot, form: Form, _request: Request) -> bool:
        self._stop_webhook(bot, form)
        return True

    def _stop_webhook(self, bot: Bot, form: Form) -> None:
        if bot.webhook_url:
            self._core.outbox.withdraw("telegram", bot.webhook_url)
        bot.webhook_url = bot.webhook_secret = ""
        if str(form.fields.get("drop_pending_updates", "")).lower() in {"true", "1"}:
            bot.pending.clear()
            bot.queued_at.clear()

    def _webhook_info(self, bot: Bot, _form: Form, _request: Request) -> dict[str, Any]:
        return {
            "url": bot.webhook_url,
            "has_custom_certificate": False,
            "pending_update_count": len(bot.pending),
            "allowed_updates": bot.allowed,
        }

    def _push(self, bot: Bot, update_id: int) -> None:
        update = bot.pending[update_id]
        secret = bot.webhook_secret

        def sign(honest: bool, _tries: int) -> dict[str, str]:
            if not secret:
                return {}
            return {"X-Telegram-Bot-Api-Secret-Token": secret if honest else "wrong-secret"}

        def done(arrived: bool) -> None:
            if arrived:
                with self._core.lock:
                    self._forget(bot, update_id)

        name = next(key for key in update if key != "update_id")
        body, url = compact(update), bot.webhook_url
        self._core.outbox.post(
            Event("telegram", name, url, body, sign, ladder=LADDER_S, timeout=10.0, done=done)
        )


def _wants(bot: Bot, kind: str) -> bool:
    return kind in bot.allowed if bot.allowed else kind not in ONLY_IF_NAMED


def _number(form: Form, name: str, default: int) -> int:
    try:
        return int(form.fields.get(name, default))
    except (TypeError, ValueError) as error:
        raise bad(f"can't parse {name}") from error
