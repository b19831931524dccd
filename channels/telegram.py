"""A Telegram channel through the Bot API; facts: api/social.md §5.

A post is one or more messages, sent in order; each message's id is saved before the next is sent,
so that a later try goes on where the last one stopped. There is no look-up: what is in doubt goes
to a person. Once a first message is out, a refusal of a later one is `Unknown` too, because the
post is public in part; a person looks, and sending again goes on with the missing message.

Saved ids: `m0`, `m1`, … : the id of each message, several with commas for an album.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import IO

import requests

from channels import files
from channels.base import (
    Decision,
    Engagement,
    Heard,
    Limits,
    Media,
    MediaKind,
    Pending,
    Post,
    Receipt,
    Rejected,
    Retry,
    Step,
    TokenLost,
    Unknown,
)
from channels.http import UPLOAD_PATIENCE, Answer, Call, Caller

SERVICE = "Telegram"
ALBUM = 10  # pictures and videos together (§5.2)
PHOTO_BYTES, FILE_BYTES = 10_000_000, 50_000_000
CAPTION = 1024  # UTF-16 units

METHODS: Mapping[MediaKind, tuple[str, str]] = {  # the method, and its field for the file
    "image": ("sendPhoto", "photo"),
    "video": ("sendVideo", "video"),
    "audio": ("sendAudio", "audio"),
    "document": ("sendDocument", "document"),
}
REFUSED = (  # exact words of the server, compared in lower case (§5.6)
    ("chat not found", "không tìm thấy kênh, đề nghị kiểm tra tên kênh trong cấu hình"),
    ("not enough rights", "bot chưa có quyền đăng bài trong kênh, đề nghị cấp quyền quản trị"),
    ("administrator rights", "bot chưa có quyền đăng bài trong kênh, đề nghị cấp quyền quản trị"),
    ("text is empty", "bài không có nội dung"),
    ("message is too long", "nội dung quá dài"),
    ("caption is too long", "lời kèm ảnh quá dài"),
    ("too big", "tệp quá lớn"),
    ("too large", "tệp quá lớn"),
    ("photo_invalid_dimensions", "kích thước ảnh không được nhận"),
)
GONE = "message to delete not found"


@dataclass(frozen=True, slots=True)
class Message:
    """One call: a text, a file with its caption, or an album whose caption is on its first."""

    text: str = ""
    media: tuple[Media, ...] = ()


class Telegram:
    """One channel. `chat` is “@name” or “-100…”. `reactions` tells the count of a message id.

    Views and forwards are told by no bot method; reaction counts come as updates (§5.3).
    """

    limits = Limits(
        text=4096,
        caption=CAPTION,
        images=ALBUM,
        image_bytes=PHOTO_BYTES,
        file_bytes=FILE_BYTES,
        kinds=frozenset(METHODS),
        utf16=True,
        hashtags=True,
        splits=True,
    )

    def __init__(  # noqa: PLR0913  the keys of its table, each by name
        self,
        *,
        name: str,
        token: str,
        chat: str,
        session: requests.Session,
        api_url: str = "https://api.telegram.org",
        link_url: str = "https://t.me",
        reactions: Callable[[str], int | None] = lambda _: None,
        polls: bool = True,
        timeouts: tuple[float, float] = (5.0, 15.0),
    ) -> None:
        self.name = name
        self._chat = chat
        self._root = f"{api_url.rstrip('/')}/bot{token}"
        self._link_url = link_url.rstrip("/")
        self._reactions = reactions
        self._polls = polls
        self._caller = Caller(SERVICE, session, timeouts, secrets=(token,))

    def publish(self, post: Post, step: Step) -> Receipt:
        messages = _messages(post)
        if not messages:
            raise Rejected(f"{SERVICE} không nhận bài trống: đề nghị thêm nội dung rồi gửi lại.")
        if not step.ids.get("m0"):
            files.check(post.media, self.limits, SERVICE)
        for place, message in enumerate(messages):
            key = f"m{place}"
            if not step.ids.get(key):
                step.save(**{key: self._sent(message, place, len(messages))})
        ids = {f"m{place}": step.ids[f"m{place}"] for place in range(len(messages))}
        first = ids["m0"].partition(",")[0]
        return Receipt(first, self._link(first), ids)

    def metrics(self, receipt: Receipt) -> Engagement:
        told = [self._reactions(id) for id in _message_ids(receipt)]
        counts = [count for count in told if count is not None]
        return Engagement(reactions=sum(counts) if counts else None)

    def withdraw(self, receipt: Receipt) -> None:
        for id in _message_ids(receipt):
            call = self._call("deleteMessage", {"chat_id": self._chat, "message_id": id}, True)
            try:
                self._ask(call)
            except Rejected as refusal:
                if GONE not in refusal.raw.lower():
                    raise

    def followers(self) -> int | None:
        return self._about_chat("getChatMemberCount").number("result")

    def listen(self, mark: str) -> Heard:
        """Reaction counts since `mark`; asking with it tells the service that those are taken.

        Where updates come to a webhook (`polls` is false) there is nothing to ask.
        """
        if not self._polls:
            return Heard(mark, {})
        form = {"allowed_updates": '["message_reaction_count"]', "timeout": "0"}
        form |= {"offset": mark} if mark else {}
        counts: dict[str, int] = {}
        for update in self._ask(self._call("getUpdates", form, True)).rows("result"):
            mark = str(int(update["update_id"]) + 1)
            told = update.get("message_reaction_count")
            if isinstance(told, dict) and self._is_own(told.get("chat")):
                counts[str(told.get("message_id"))] = sum(
                    int(each.get("total_count", 0)) for each in told.get("reactions", ())
                )
        return Heard(mark, counts)

    def check(self) -> str:
        bot = self._ask(self._call("getMe", {}, True)).text("result", "username")
        title = self._about_chat("getChat").text("result", "title")
        return f"Đã nối kênh {SERVICE} “{title or self._chat}” bằng bot @{bot}."

    def _is_own(self, chat: object) -> bool:
        if not isinstance(chat, dict):
            return False
        return self._chat in (f"@{chat.get('username')}", str(chat.get("id")))

    # The messages of a post.

    def _sent(self, message: Message, place: int, count: int) -> str:
        """The message's id, or an album's ids. What a refusal means depends on what is out."""
        try:
            answer = self._send(message)
        except (Unknown, TokenLost):
            raise
        except Retry as wait:
            raise Pending(wait.reason, wait.after, wait.raw) if place else wait from None
        except Rejected as refusal:
            raise _in_part(refusal, place, count) if place else refusal from None
        rows = answer.rows("result") or [answer.at("result")]
        ids = [
            str(row["message_id"]) for row in rows if isinstance(row, dict) and "message_id" in row
        ]
        if len(ids) < max(len(message.media), 1):
            raise self._caller.doubt(self._call("sendMessage", {}), answer.raw)
        return ",".join(ids)

    def _send(self, message: Message) -> Answer:
        if not message.media:
            return self._ask(self._call("sendMessage", {"text": message.text}))
        if len(message.media) > 1:
            return self._send_album(message)
        only = message.media[0]
        method, field = METHODS[only.kind]
        with files.opened(only) as file:
            form = {"caption": message.text} if message.text else {}
            return self._ask(self._upload(method, form, {field: _part(only, file)}))

    def _send_album(self, message: Message) -> Answer:
        items: list[dict[str, str]] = []
        parts: dict[str, tuple[str, IO[bytes], str]] = {}
        with ExitStack() as stack:
            for place, each in enumerate(message.media):
                kind = "photo" if each.kind == "image" else each.kind
                items.append({"type": kind, "media": f"attach://f{place}"})
                parts[f"f{place}"] = _part(each, stack.enter_context(files.opened(each)))
            if message.text:
                items[0]["caption"] = message.text
            return self._ask(self._upload("sendMediaGroup", {"media": json.dumps(items)}, parts))

    def _link(self, id: str) -> str:
        if self._chat.startswith("@"):
            return f"{self._link_url}/{self._chat[1:]}/{id}"
        inner = self._chat.removeprefix("-100")
        return f"{self._link_url}/c/{inner}/{id}" if inner != self._chat else ""

    # The calls.

    def _about_chat(self, method: str) -> Answer:
        return self._ask(self._call(method, {"chat_id": self._chat}, True))

    def _upload(
        self, method: str, form: Mapping[str, str], parts: Mapping[str, tuple[str, IO[bytes], str]]
    ) -> Call:
        return replace(self._call(method, form), files=parts, patience=UPLOAD_PATIENCE)

    def _call(self, method: str, form: Mapping[str, str], repeatable: bool = False) -> Call:
        chat = {"chat_id": self._chat} if method.startswith("send") else {}
        return Call("POST", f"{self._root}/{method}", repeatable, form={**chat, **form})

    def _ask(self, call: Call) -> Answer:
        answer = self._caller.call(call)
        moved = answer.text("parameters", "migrate_to_chat_id")
        if moved and call.form:  # refused, so sending it to where the group went is safe
            answer = self._caller.call(replace(call, form={**call.form, "chat_id": moved}))
        if answer.at("ok") is not True:
            raise self._decide(answer, call)
        self._caller.by_status(answer, call)
        return answer

    def _decide(self, answer: Answer, call: Call) -> Decision:
        code = answer.number("error_code") or answer.status
        said, raw = answer.text("description").lower(), answer.raw
        if code == 429:
            seconds = answer.number("parameters", "retry_after")
            return self._caller.throttled(timedelta(seconds=seconds) if seconds else None, raw)
        if code in (401, 403, 404):
            why = "bot không còn trong kênh" if code == 403 else "mã truy cập của bot không đúng"
            return TokenLost(
                f"{SERVICE}: {why}; bài chưa được gửi và vẫn giữ trong hàng đợi, "
                "đề nghị quản trị viên kiểm tra bot và quyền trong kênh.",
                raw,
            )
        if not 400 <= code < 500:
            return self._caller.doubt(call, raw)
        why = next((why for words, why in REFUSED if words in said), "yêu cầu không hợp lệ")
        return Rejected(f"{SERVICE} không nhận bài: {why}. Bài chưa được đăng.", raw)


def _messages(post: Post) -> list[Message]:
    """Pictures and videos first, as one album; then each file; then the rest of the text.

    The first text is the caption of the first message where it is short enough for one.
    """
    groups = list(_groups(post.media))
    texts = list(post.texts)
    captioned = bool(groups and texts) and _utf16(texts[0]) <= CAPTION
    caption = texts.pop(0) if captioned else ""
    files_first = [Message(caption if not place else "", each) for place, each in enumerate(groups)]
    return [*files_first, *(Message(text) for text in texts)]


def _groups(media: Sequence[Media]) -> Iterator[tuple[Media, ...]]:
    """Sound and documents cannot be mixed with pictures, so each goes by itself (§5.2)."""
    seen = [each for each in media if each.kind in ("image", "video")]
    for start in range(0, len(seen), ALBUM):
        yield tuple(seen[start : start + ALBUM])
    for each in media:
        if each.kind not in ("image", "video"):
            yield (each,)


def _in_part(refusal: Rejected, place: int, count: int) -> Unknown:
    return Unknown(
        f"{SERVICE} mới đăng {place}/{count} phần của bài: {refusal.reason} "
        "Đề nghị xem trên kênh rồi quyết định.",
        refusal.raw,
    )


def _part(media: Media, file: IO[bytes]) -> tuple[str, IO[bytes], str]:
    return (f"file{media.path.suffix}", file, media.mime)


def _message_ids(receipt: Receipt) -> list[str]:
    parts = [ids for key, ids in receipt.ids.items() if key[:1] == "m" and key[1:].isdigit()]
    return ",".join(parts).split(",") if parts else [receipt.id]


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
