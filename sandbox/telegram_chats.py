"""Telegram's bots, chats, messages and files, as the sandbox keeps them.

Source: `api/social.md` §5.3, §13.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.core import Core
from sandbox.followers import Counts, Crowd
from sandbox.telegram_errors import TelegramError, bad, too_many
from sandbox.telegram_text import Text
from sandbox.timeline import seconds

PRIVATE_PER_MIN = 60
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on Telegram's side."""

    file_id: str
    unique_id: str
    kind: str  # photo, document, audio, video, voice
    name: str
    digest: str
    size: int
    width: int = 0
    height: int = 0

    @property
    def path(self) -> str:
        ending = self.name.rpartition(".")[2] if "." in self.name else "bin"
        return f"{self.kind}s/{self.unique_id}.{ending}"

    def shown(self) -> Any:
        ids = {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size}
        if self.kind == "photo":
            return [ids | {"width": self.width, "height": self.height}]
        more: dict[str, Any] = {"file_name": self.name}
        if self.kind in {"audio", "video", "voice"}:
            more["duration"] = 0
        return ids | more | ({"width": 0, "height": 0} if self.kind == "video" else {})


@dataclass(slots=True)
class Message:
    """One message of one chat; `author` is a person's id, or 0 for the bot or the channel."""

    id: int
    number: int
    at: datetime
    text: Text
    author: int = 0
    file: StoredFile | None = None
    group: str = ""
    markup: dict[str, Any] | None = None
    edited: datetime | None = None
    removed: bool = False
    reactions_told: int = 0


@dataclass(slots=True)
class Chat:
    """`bot_is` is the bot's standing: admin, member, left, kicked; `blocked` by the person."""

    id: int
    kind: str  # channel, supergroup, private
    title: str
    username: str = ""
    bot_is: str = "admin"
    crowd: Crowd | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    last_id: int = 0
    sent_at: list[datetime] = field(default_factory=list)
    reactions_due: datetime | None = None

    def shown(self) -> dict[str, Any]:
        name = {"first_name": self.title} if self.kind == "private" else {"title": self.title}
        username = {"username": self.username} if self.username else {}
        return {"id": self.id, "type": self.kind, **name, **username}

    def members(self, now: datetime) -> int:
        return self.crowd.size(now) if self.crowd else 2

    def counts(self, message: Message, now: datetime) -> Counts:
        if self.crowd is None:
            return Counts()
        return self.crowd.counts(f"telegram/{self.id}/{message.number}", message.at, now)

    def check_rights(self) -> None:
        """TelegramError unless the bot may write here."""
        if self.bot_is == "blocked":
            raise TelegramError(403, "Forbidden: bot was blocked by the user")
        if self.bot_is == "kicked":
            raise TelegramError(403, f"Forbidden: bot was kicked from the {self.kind} chat")
        if self.bot_is == "left":
            raise TelegramError(403, f"Forbidden: bot is not a member of the {self.kind} chat")
        if self.kind == "channel" and self.bot_is != "admin":
            raise bad("need administrator rights in the channel chat")

    def check_flood(self, now: datetime, per_min: int, items: int) -> None:
        """TelegramError 429 when the chat has had too much in the last minute."""
        limit = PRIVATE_PER_MIN if self.kind == "private" and per_min else per_min
        self.sent_at = [at for at in self.sent_at if at > now - MINUTE]
        if limit and len(self.sent_at) + items > max(limit, items):
            raise too_many((self.sent_at[0] + MINUTE - now).total_seconds() + 1)
        self.sent_at += [now] * items


@dataclass(slots=True)
class Bot:
    token: str
    id: int
    username: str
    revoked: bool = False
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    pending: dict[int, dict[str, Any]] = field(default_factory=dict)  # updates not yet confirmed
    queued_at: dict[int, datetime] = field(default_factory=dict)
    allowed: list[str] = field(default_factory=list)
    last_update: int = 0
    polls: int = 0
    webhook_url: str = ""
    webhook_secret: str = ""
    buttons: dict[str, int] = field(default_factory=dict)  # open callback queries → person
    answered: list[dict[str, Any]] = field(default_factory=list)
    commands: list[dict[str, Any]] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": "Loa",
            "username": self.username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def chat(self, wanted: Any) -> Chat:
        """A chat by number or @name; TelegramError 400 if there is none."""
        text = str(wanted if wanted is not None else "").strip()
        if not text:
            raise bad("chat_id is empty")
        for chat in self.chats.values():
            named = text.startswith("@") and chat.username.lower() == text[1:].lower()
            if named or str(chat.id) == text:
                return chat
        raise bad("chat not found")

    def message(self, chat: Chat, wanted: Any, what: str) -> Message:
        text = str(wanted if wanted is not None else "")
        message = chat.messages.get(int(text)) if text.isdigit() else None
        if message is None or message.removed:
            raise bad(f"message to {what} not found")
        return message

    def shown_message(self, chat: Chat, message: Message) -> dict[str, Any]:
        """A message as the Bot API shows it."""
        shown: dict[str, Any] = {"message_id": message.id, "date": seconds(message.at)}
        shown["chat"] = chat.shown()
        if chat.kind == "channel":
            shown["sender_chat"] = chat.shown()
        else:
            person = {"id": message.author, "is_bot": False, "first_name": chat.title}
            me = {key: self.shown()[key] for key in ("id", "is_bot", "first_name", "username")}
            shown["from"] = person if message.author else me
        shown |= _content(message)
        if message.edited:
            shown["edit_date"] = seconds(message.edited)
        if message.group:
            shown["media_group_id"] = message.group
        if message.markup and "inline_keyboard" in message.markup:
            shown["reply_markup"] = message.markup
        return shown


def _content(message: Message) -> dict[str, Any]:
    name, entities = ("caption", "caption_entities") if message.file else ("text", "entities")
    content: dict[str, Any] = {message.file.kind: message.file.shown()} if message.file else {}
    if message.text.plain:
        content[name] = message.text.plain
    if message.text.entities:
        content[entities] = list(message.text.entities)
    return content


class Chats:
    """All bots; one stands ready, as administrator of one channel."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.bots: dict[str, Bot] = {}
        self.bot = self.add_bot("7012345678:AAsandboxTelegramBotToken00000000000", "loa_dakto_bot")
        self.channel = self.add_channel("dakto_cds", "UBND xã Đắk Tô")

    def add_bot(self, token: str, username: str) -> Bot:
        self.bots[token] = Bot(token, int(token.partition(":")[0]), username)
        return self.bots[token]

    def add_channel(self, username: str, title: str, token: str = "", followers: int = 420) -> Chat:
        """A channel with the bot (default: the first) as its administrator."""
        bot = self.bots[token] if token else self.bot
        number = sum(len(each.chats) for each in self.bots.values())
        crowd = Crowd(self._core.seed + 200 + number, followers, per_day=0.7)
        chat = Chat(-1_001_800_000_000 - number, "channel", title, username, crowd=crowd)
        bot.chats[chat.id] = chat
        return chat

    def add_message(self, chat: Chat, text: Text, author: int = 0) -> Message:
        chat.last_id += 1
        number = self._core.count(f"telegram messages {chat.id}")
        message = Message(chat.last_id, number, self._core.now(), text, author)
        chat.messages[message.id] = message
        return message
