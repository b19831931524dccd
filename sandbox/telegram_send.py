"""What a bot does in a chat: send, edit, delete. Source: `api/social.md` §5.2, §5.3."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.core import Core
from sandbox.telegram_chats import Bot, Chat, Chats, Message, StoredFile
from sandbox.telegram_errors import bad
from sandbox.telegram_files import Files
from sandbox.telegram_text import Text, read_text
from sandbox.wire import Form, Request

TEXT_MAX, CAPTION_MAX = 4096, 1024
ALBUM_MIN, ALBUM_MAX = 2, 10
BUTTONS_MAX, DATA_MAX = 100, 64
DELETE_WITHIN = timedelta(hours=48)
ALONE = {"document", "audio"}  # these kinds make albums only among themselves

Method = Callable[[Bot, Form, Request], Any]


class Sending:
    def __init__(self, core: Core, chats: Chats, files: Files) -> None:
        self._core = core
        self._chats = chats
        self._files = files

    def methods(self) -> dict[str, Method]:
        return {
            "sendMessage": self._send_text,
            "sendPhoto": lambda *call: self._send_file("photo", *call),
            "sendDocument": lambda *call: self._send_file("document", *call),
            "sendAudio": lambda *call: self._send_file("audio", *call),
            "sendVideo": lambda *call: self._send_file("video", *call),
            "sendVoice": lambda *call: self._send_file("voice", *call),
            "sendMediaGroup": self._send_album,
            "editMessageText": self._edit_text,
            "editMessageCaption": self._edit_caption,
            "editMessageReplyMarkup": self._edit_markup,
            "deleteMessage": self._delete,
            "forwardMessage": self._forward,
            "copyMessage": self._copy,
        }

    def _send_text(self, bot: Bot, form: Form, _request: Request) -> dict[str, Any]:
        chat = bot.chat(form.fields.get("chat_id"))
        text = _text_of(form.fields)
        markup = _markup(form.fields.get("reply_markup"))
        return self._sent(bot, chat, self._add(chat, text, markup=markup))

    def _send_file(self, kind: str, bot: Bot, form: Form, request: Request) -> dict[str, Any]:
        chat = bot.chat(form.fields.get("chat_id"))
        chat.check_rights()
        caption = _caption_of(form.fields)
        markup = _markup(form.fields.get("reply_markup"))
        file = self._files.take(bot, form, request, kind, form.fields.get(kind))
        return self._sent(bot, chat, self._add(chat, caption, file=file, markup=markup))

    def _send_album(self, bot: Bot, form: Form, request: Request) -> list[dict[str, Any]]:
        chat = bot.chat(form.fields.get("chat_id"))
        chat.check_rights()
        items = _album(form.fields.get("media"))
        captions = [_caption_of(item) for item in items]
        files = [
            self._files.take(bot, form, request, item["type"], item.get("media")) for item in items
        ]
        self._check_flood(chat, len(items))
        group = str(13_000_000_000 + self._core.count("telegram albums"))
        sent = []
        for caption, file in zip(captions, files, strict=True):
            message = self._chats.add_message(chat, caption)
            message.file, message.group = file, group
            sent.append(self._sent(bot, chat, message))
        return sent

    def _add(
        self,
        chat: Chat,
        text: Text,
        *,
        file: StoredFile | None = None,
        markup: dict[str, Any] | None = None,
    ) -> Message:
        chat.check_rights()
        self._check_flood(chat, 1)
        message = self._chats.add_message(chat, text)
        message.file, message.markup = file, markup
        return message

    def _check_flood(self, chat: Chat, items: int) -> None:
        chat.check_flood(self._core.now(), self._core.settings.telegram_per_chat_per_min, items)

    def _sent(self, bot: Bot, chat: Chat, message: Message) -> dict[str, Any]:
        return bot.shown_message(chat, message)

    def _edit_text(self, bot: Bot, form: Form, _request: Request) -> dict[str, Any]:
        chat, message = self._own(bot, form, "edit")
        if message.file:
            raise bad("there is no text in the message to edit")
        return self._edit(bot, chat, message, _text_of(form.fields), form)

    def _edit_caption(self, bot: Bot, form: Form, _request: Request) -> dict[str, Any]:
        chat, message = self._own(bot, form, "edit")
        if not message.file:
            raise bad("there is no caption in the message to edit")
        return self._edit(bot, chat, message, _caption_of(form.fields), form)

    def _edit_markup(self, bot: Bot, form: Form, _request: Request) -> dict[str, Any]:
        chat, message = self._own(bot, form, "edit")
        return self._edit(bot, chat, message, message.text, form)

    def _own(self, bot: Bot, form: Form, what: str) -> tuple[Chat, Message]:
        chat = bot.chat(form.fields.get("chat_id"))
        message = bot.message(chat, form.fields.get("message_id"), what)
        if message.author:
            raise bad(f"message can't be {what}ed")
        chat.check_rights()
        return chat, message

    def _edit(
        self, bot: Bot, chat: Chat, message: Message, text: Text, form: Form
    ) -> dict[str, Any]:
        markup = _markup(form.fields.get("reply_markup"))
        if text == message.text and markup == message.markup:
            raise bad(
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        message.text, message.markup, message.edited = text, markup, self._core.now()
        return bot.shown_message(chat, message)

    def _delete(self, bot: Bot, form: Form, _request: Request) -> bool:
        chat = bot.chat(form.fields.get("chat_id"))
        message = bot.message(chat, form.fields.get("message_id"), "delete")
        chat.check_rights()
        if chat.kind == "private" and self._core.now() - message.at > DELETE_WITHIN:
            raise bad("message can't be deleted for everyone")
        message.removed = True
        return True

    def _forward(self, bot: Bot, form: Form, _request: Request) -> dict[str, Any]:
        source = bot.chat(form.fields.get("from_chat_id"))
        return self._again(bot, form, "forward") | {
            "forward_origin": {"type": source.kind, "chat": source.shown()}
        }

    def _copy(self, bot: Bot, form: Form, _request: Request) -> dict[str, Any]:
        return {"message_id": self._again(bot, form, "copy")["message_id"]}

    def _again(self, bot: Bot, form: Form, what: str) -> dict[str, Any]:
        source = bot.chat(form.fields.get("from_chat_id"))
        original = bot.message(source, form.fields.get("message_id"), what)
        chat = bot.chat(form.fields.get("chat_id"))
        return self._sent(bot, chat, self._add(chat, original.text, file=original.file))


def _text_of(fields: dict[str, Any]) -> Text:
    text = read_text(fields.get("text"), fields.get("parse_mode"), fields.get("entities"))
    if not text.plain:
        raise bad("message text is empty")
    if text.units > TEXT_MAX:
        raise bad("message is too long")
    return text


def _caption_of(fields: dict[str, Any]) -> Text:
    entities = fields.get("caption_entities")
    text = read_text(fields.get("caption"), fields.get("parse_mode"), entities)
    if text.units > CAPTION_MAX:
        raise bad("message caption is too long")
    return text


def _album(given: Any) -> list[dict[str, Any]]:
    try:
        items = json.loads(given) if isinstance(given, str) else given
    except ValueError as error:
        raise bad("can't parse media JSON object") from error
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise bad("can't parse media JSON object")
    if not ALBUM_MIN <= len(items) <= ALBUM_MAX:
        raise bad("media group must include 2-10 items")
    kinds = {item.get("type") for item in items}
    if not kinds <= {"photo", "video", "document", "audio"}:
        raise bad("can't parse InputMedia: type is invalid")
    if len(kinds) > 1 and kinds & ALONE:
        raise bad("document and audio can't be mixed with other media types")
    return items


def _markup(given: Any) -> dict[str, Any] | None:
    if not given:
        return None
    try:
        markup = json.loads(given) if isinstance(given, str) else given
    except ValueError as error:
        raise bad("can't parse reply keyboard markup JSON object") from error
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    buttons = [button for row in rows for button in row]
    if len(buttons) > BUTTONS_MAX:
        raise bad("reply markup is too long")
    for button in buttons:
        _check_button(button)
    return markup


def _check_button(button: Any) -> None:
    if not isinstance(button, dict) or not button.get("text"):
        raise bad("text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    if data is None and not button.get("url"):
        raise bad("text buttons are unallowed in the inline keyboard")
    if data is not None and not 1 <= len(str(data).encode()) <= DATA_MAX:
        raise bad("BUTTON_DATA_INVALID")
