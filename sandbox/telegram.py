"""Telegram's Bot API: the door, the bot's token, what can be asked of chats and files.

What lies behind the door: `telegram_send`, `telegram_updates`, `telegram_files`.
Source: `api/social.md` §5.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from sandbox.core import Core, PublicPost
from sandbox.images import content_type
from sandbox.telegram_chats import Bot, Chat, Chats, Message
from sandbox.telegram_errors import TelegramError, bad, too_many
from sandbox.telegram_files import DOWNLOAD_MAX, Files
from sandbox.telegram_send import Method, Sending
from sandbox.telegram_text import linked, read_text
from sandbox.telegram_updates import Updates
from sandbox.wire import BadRequestError, Form, Reply, Request, Upload, answer

CALL = re.compile(r"/bot(?P<token>[^/]+)/(?:test/)?(?P<method>\w+)")
DOWNLOAD = re.compile(r"/file/bot(?P<token>[^/]+)/(?P<path>.+)")
TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
ANSWER_MAX = 200
NEWEST_MAX = 20
ADMIN_RIGHTS = {"can_post_messages": True, "can_edit_messages": True, "can_delete_messages": True}


class Telegram:
    name = "telegram"

    def __init__(self, core: Core) -> None:
        self._core = core
        self.chats = Chats(core)
        self.files = Files(core)
        self.updates = Updates(core)
        self._methods: dict[str, Method] = {
            "getMe": lambda bot, _form, _request: bot.shown(),
            "getChat": self._get_chat,
            "getChatMember": self._member,
            "getChatMemberCount": self._member_count,
            "getChatAdministrators": self._administrators,
            "getUserPersonalChatMessages": self._newest,
            "answerCallbackQuery": self._answer_button,
            "getFile": self._get_file,
            "setMyCommands": self._set_commands,
            "getMyCommands": lambda bot, _form, _request: bot.commands,
            "sendChatAction": self._action,
            **Sending(core, self.chats, self.files).methods(),
            **self.updates.methods(),
        }
        self._names = {name.lower(): name for name in self._methods}

    def operation(self, request: Request) -> str:
        if DOWNLOAD.fullmatch(request.path):
            return "file"
        found = CALL.fullmatch(request.path)
        return self._names.get(found["method"].lower(), found["method"]) if found else request.path

    def handle(self, request: Request) -> Reply:
        try:
            with self._core.lock:
                self.advance()
                if found := DOWNLOAD.fullmatch(request.path):
                    return self._download(found["token"], found["path"])
                return answer({"ok": True, "result": self._call(request)})
        except TelegramError as error:
            wait = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
            return answer(error.body(), error.code, wait)
        except BadRequestError:
            return answer(bad("can't parse request parameters").body(), 400)

    def throttled(self, seconds: float) -> Reply:
        error = too_many(seconds)
        return answer(error.body(), 429, {"Retry-After": str(error.retry_after)})

    def failing(self, status: int) -> Reply:
        return answer(TelegramError(status, "Internal Server Error").body(), status)

    def expire(self, request: Request) -> None:
        """The token is revoked: 401 until `Sandbox.heal`."""
        with self._core.lock:
            found = CALL.fullmatch(request.path)
            if found and (bot := self.chats.bots.get(found["token"])):
                bot.revoked = True

    def advance(self) -> None:
        for bot in self.chats.bots.values():
            self.updates.advance(bot)

    def posts(self, removed: bool = False) -> list[PublicPost]:
        with self._core.lock:
            chats = [(b, c) for b in self.chats.bots.values() for c in b.chats.values()]
            channels = [(bot, chat) for bot, chat in chats if chat.kind == "channel"]
            return [post for _, chat in channels for post in self._posts(chat, removed)]

    def say(
        self,
        person: int,
        text: str = "",
        *,
        name: str = "Cán bộ",
        files: Sequence[tuple[str, str, bytes]] = (),
        token: str = "",
    ) -> list[int]:
        """A person writes to the bot; `files` are (kind, name, bytes). The messages' ids."""
        with self._core.lock:
            bot = self.chats.bots[token] if token else self.chats.bot
            chat = bot.chats.setdefault(person, Chat(person, "private", name, bot_is="member"))
            stored = [self.files.store(bot, kind, Upload(n, data)) for kind, n, data in files]
            group = str(self._core.count("telegram albums")) if len(stored) > 1 else ""
            sent = []
            for position, file in enumerate(stored or [None]):
                words = read_text(text if position == 0 else "", "")
                message = self.chats.add_message(chat, words, author=person)
                message.file, message.group = file, group
                self.updates.add(bot, "message", bot.shown_message(chat, message))
                sent.append(message.id)
            return sent

    def press(self, person: int, message_id: int, data: str, token: str = "") -> str:
        """A person presses a button under a message; the callback query's id."""
        with self._core.lock:
            bot = self.chats.bots[token] if token else self.chats.bot
            chat = bot.chats[person]
            message = bot.message(chat, message_id, "press")
            rows = (message.markup or {}).get("inline_keyboard", [])
            if data not in [button.get("callback_data") for row in rows for button in row]:
                raise ValueError(f"message {message_id} has no button {data!r}")
            query = str(self._core.count("telegram queries") + 4_000_000_000)
            bot.buttons[query] = person
            who = {"id": person, "is_bot": False, "first_name": chat.title}
            shown = bot.shown_message(chat, message)
            content = {
                "id": query,
                "from": who,
                "message": shown,
                "chat_instance": "1",
                "data": data,
            }
            self.updates.add(bot, "callback_query", content)
            return query

    def _call(self, request: Request) -> Any:
        found = CALL.fullmatch(request.path)
        if not found or not TOKEN.fullmatch(found["token"]):
            raise TelegramError(404, "Not Found")
        bot = self._bot(found["token"])
        method = self._methods.get(self.operation(request))
        if method is None or request.method not in {"GET", "POST"}:
            raise TelegramError(404, "Not Found")
        return method(bot, request.form(), request)

    def _bot(self, token: str) -> Bot:
        bot = self.chats.bots.get(token)
        if bot is None or bot.revoked:
            raise TelegramError(401, "Unauthorized")
        return bot

    def _get_chat(self, bot: Bot, form: Form, _request: Request) -> dict[str, Any]:
        chat = bot.chat(form.fields.get("chat_id"))
        return chat.shown() | {"accent_color_id": 0, "max_reaction_count": 11}

    def _member_count(self, bot: Bot, form: Form, _request: Request) -> int:
        return bot.chat(form.fields.get("chat_id")).members(self._core.now())

    def _member(self, bot: Bot, form: Form, _request: Request) -> dict[str, Any]:
        chat = bot.chat(form.fields.get("chat_id"))
        if str(form.fields.get("user_id", "")) != str(bot.id):
            raise bad("user not found")
        return _membership(bot, chat)

    def _administrators(self, bot: Bot, form: Form, _request: Request) -> list[dict[str, Any]]:
        chat = bot.chat(form.fields.get("chat_id"))
        return [_membership(bot, chat)] if chat.bot_is == "admin" else []

    def _newest(self, bot: Bot, form: Form, _request: Request) -> list[dict[str, Any]]:
        """The newest posts of the channel that a person shows on their profile (API 10.0)."""
        limit = str(form.fields.get("limit", NEWEST_MAX))
        if not limit.isdigit() or not 1 <= int(limit) <= NEWEST_MAX:
            raise bad("limit is invalid")
        if bot.chats.get(int(str(form.fields.get("user_id", "0")))) is None:
            raise bad("user not found")
        channel = next((chat for chat in bot.chats.values() if chat.kind == "channel"), None)
        posts = [m for m in reversed(channel.messages.values()) if not m.removed] if channel else []
        return [bot.shown_message(channel, m) for m in posts[: int(limit)]] if channel else []

    def _answer_button(self, bot: Bot, form: Form, _request: Request) -> bool:
        query, text = (
            str(form.fields.get("callback_query_id", "")),
            str(form.fields.get("text", "")),
        )
        if bot.buttons.pop(query, None) is None:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if len(text) > ANSWER_MAX:
            raise bad("MESSAGE_TOO_LONG")
        bot.answered.append({"id": query, "text": text})
        return True

    def _set_commands(self, bot: Bot, form: Form, _request: Request) -> bool:
        given = form.fields.get("commands", "[]")
        bot.commands = json.loads(given) if isinstance(given, str) else given
        return True

    def _action(self, bot: Bot, form: Form, _request: Request) -> bool:
        bot.chat(form.fields.get("chat_id")).check_rights()
        return True

    def _get_file(self, bot: Bot, form: Form, _request: Request) -> dict[str, Any]:
        stored = bot.files.get(str(form.fields.get("file_id", "")))
        if stored is None:
            raise bad("invalid file_id")
        if stored.size > DOWNLOAD_MAX:
            raise bad("file is too big")
        return {
            "file_id": stored.file_id,
            "file_unique_id": stored.unique_id,
            "file_size": stored.size,
            "file_path": stored.path,
        }

    def _download(self, token: str, path: str) -> Reply:
        stored = self.files.by_path(self._bot(token), path)
        if stored is None:
            raise TelegramError(404, "Not Found")
        data = self._core.media[stored.digest]
        return Reply(data, kind=content_type(data))

    def _posts(self, chat: Chat, removed: bool) -> list[PublicPost]:
        """A channel's posts, oldest first; an album is one post."""
        groups: dict[str, list[Message]] = {}
        for message in chat.messages.values():
            if removed or not message.removed:
                groups.setdefault(message.group or f"#{message.id}", []).append(message)
        return [self._post(chat, messages) for messages in groups.values()]

    def _post(self, chat: Chat, messages: list[Message]) -> PublicPost:
        first = messages[0]
        counts = chat.counts(first, self._core.now())
        files = [message.file for message in messages if message.file]
        return PublicPost(
            service="telegram",
            account=f"@{chat.username}" if chat.username else str(chat.id),
            id=str(first.id),
            title=", ".join(file.name for file in files if file.kind != "photo"),
            text="\n".join(m.text.plain for m in messages if m.text.plain),
            html="<br>".join(m.text.html or linked(m.text.plain) for m in messages if m.text.plain),
            at=first.at,
            url=f"{self._core.base_url}/wall/telegram/{chat.username or chat.id}#{first.id}",
            media=tuple(file.digest for file in files),
            views=counts.views,
            reactions=counts.reactions,
            removed=first.removed,
        )


def _membership(bot: Bot, chat: Chat) -> dict[str, Any]:
    status = {"admin": "administrator", "member": "member"}.get(chat.bot_is, chat.bot_is)
    rights = ADMIN_RIGHTS if chat.bot_is == "admin" else {}
    return {"status": status, "user": bot.shown(), **rights}
