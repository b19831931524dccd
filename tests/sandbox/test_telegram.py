import json
from typing import Any

import pytest

from tests.sandbox.clients import Bot
from tests.sandbox.conftest import World


def test_a_channel_post(world: World) -> None:
    bot = Bot(world)
    sent = bot.send("Chào bà con")["result"]
    assert (sent["message_id"], sent["chat"]["type"]) == (1, "channel")
    assert bot.send("Nữa")["result"]["message_id"] == 2
    posts = world.sandbox.posts("telegram")
    assert [(post.id, post.text) for post in posts] == [("1", "Chào bà con"), ("2", "Nữa")]


def test_html_is_understood(world: World) -> None:
    sent = Bot(world).send('<b>Tin</b> &amp; <a href="https://xa.vn">trang</a>', parse_mode="HTML")
    assert sent["result"]["text"] == "Tin & trang"
    assert sent["result"]["entities"] == [
        {"offset": 0, "length": 3, "type": "bold"},
        {"offset": 6, "length": 5, "type": "text_link", "url": "https://xa.vn"},
    ]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": "  \n"}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities: Can't find end tag"),
        ({"text": "<p>x", "parse_mode": "HTML"}, "can't parse entities: Unsupported start tag"),
        ({"text": "a < b", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "x", "chat_id": "@none"}, "chat not found"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[
                {"text": "x", "callback_data": "đ" * 33}]]}},
            "BUTTON_DATA_INVALID",
        ),
    ],
)  # fmt: skip
def test_a_wrong_message_is_refused(world: World, params: dict[str, Any], words: str) -> None:
    bot = Bot(world)
    answer = bot.raw("sendMessage", **({"chat_id": bot.chat} | params))
    assert answer.status_code == 400
    assert answer.json()["description"].startswith(f"Bad Request: {words}")
    assert world.sandbox.posts() == []


def test_length_is_counted_after_parsing_in_utf16(world: World) -> None:
    bot = Bot(world)
    assert bot.send("😀" * 2048)["ok"] is True
    assert bot.send("<b>" + "x" * 4096 + "</b>", parse_mode="HTML")["ok"] is True


def test_a_photo_with_its_caption(world: World) -> None:
    bot = Bot(world)
    photo = {"photo": ("a.jpg", world.picture())}
    sent = bot.call("sendPhoto", files=photo, chat_id=bot.chat, caption="Ảnh")["result"]
    again = bot.call("sendPhoto", chat_id=bot.chat, photo=sent["photo"][0]["file_id"])
    by_url = bot.call("sendPhoto", chat_id=bot.chat, photo=world.hosted())
    assert sent["caption"] == "Ảnh"
    assert again["ok"] is by_url["ok"] is True
    assert [len(post.media) for post in world.sandbox.posts()] == [1, 1, 1]


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        ("http://127.0.0.1:9/a.jpg", "failed to get HTTP URL content"),
        ("https://xa.gov.vn/a.jpg", "failed to get HTTP URL content"),
        ("nonsense", "wrong file identifier/HTTP URL specified"),
        ("", "there is no photo in the request"),
    ],
)
def test_a_photo_that_is_none(world: World, photo: str, words: str) -> None:
    bot = Bot(world)
    answer = bot.call("sendPhoto", chat_id=bot.chat, photo=photo)
    assert answer["description"] == f"Bad Request: {words}"


def test_photos_have_limits(world: World) -> None:
    bot = Bot(world)
    for data, words in [
        (world.picture(size=(2100, 100)), "PHOTO_INVALID_DIMENSIONS"),
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (world.picture() + b"\0" * 10_500_000, "file is too big"),
    ]:
        answer = bot.call("sendPhoto", files={"photo": ("a.jpg", data)}, chat_id=bot.chat)
        assert answer["description"] == f"Bad Request: {words}"
    long = {"files": {"photo": ("a.jpg", world.picture())}, "caption": "x" * 1025}
    assert "caption is too long" in bot.call("sendPhoto", chat_id=bot.chat, **long)["description"]


def album(bot: Bot, world: World, kinds: list[str]) -> Any:
    media = [{"type": kind, "media": f"attach://f{n}"} for n, kind in enumerate(kinds)]
    media[0]["caption"] = "Bộ ảnh"
    files = {f"f{n}": (f"f{n}.jpg", world.picture()) for n in range(len(kinds))}
    return bot.call("sendMediaGroup", files=files, chat_id=bot.chat, media=json.dumps(media))


def test_an_album_is_one_post(world: World) -> None:
    messages = album(Bot(world), world, ["photo"] * 3)["result"]
    assert len({m["media_group_id"] for m in messages}) == 1
    [post] = world.sandbox.posts()
    assert (post.text, len(post.media)) == ("Bộ ảnh", 3)


@pytest.mark.parametrize("kinds", [["photo"], ["photo"] * 11, ["photo", "document"]])
def test_an_album_has_rules(world: World, kinds: list[str]) -> None:
    assert album(Bot(world), world, kinds)["error_code"] == 400


@pytest.mark.parametrize("kind", ["document", "audio", "video", "voice"])
def test_other_files(world: World, kind: str) -> None:
    bot = Bot(world)
    method = "send" + kind.capitalize()
    sent = bot.call(method, files={kind: ("f.bin", b"abc")}, chat_id=bot.chat)["result"]
    file = bot.call("getFile", file_id=sent[kind]["file_id"])["result"]
    url = f"{world.url}/telegram/file/bot{bot.token}/{file['file_path']}"
    assert world.http.get(url).content == b"abc"


def test_edit_and_delete(world: World) -> None:
    bot = Bot(world)
    message = {"chat_id": bot.chat, "message_id": bot.send("Một")["result"]["message_id"]}
    assert bot.call("editMessageText", text="Hai", **message)["result"]["edit_date"]
    same = bot.call("editMessageText", text="Hai", **message)
    assert same["description"].startswith("Bad Request: message is not modified")
    assert bot.call("deleteMessage", **message)["result"] is True
    assert bot.call("deleteMessage", **message)["description"] == (
        "Bad Request: message to delete not found"
    )
    assert world.sandbox.posts() == []


@pytest.mark.parametrize(
    ("standing", "code", "words"),
    [
        ("left", 403, "Forbidden: bot is not a member of the channel chat"),
        ("kicked", 403, "Forbidden: bot was kicked from the channel chat"),
        ("member", 400, "Bad Request: need administrator rights in the channel chat"),
    ],
)
def test_a_bot_without_rights(world: World, standing: str, code: int, words: str) -> None:
    world.sandbox.telegram.chats.channel.bot_is = standing
    answer = Bot(world).send("x")
    assert (answer["error_code"], answer["description"]) == (code, words)


def test_the_channel_is_told_about(world: World) -> None:
    bot = Bot(world)
    assert bot.call("getMe")["result"]["is_bot"] is True
    assert bot.call("GETME")["ok"] is True  # case does not matter
    assert bot.call("getChat", chat_id=bot.chat)["result"]["title"] == "UBND xã Đắk Tô"
    before = bot.call("getChatMemberCount", chat_id=bot.chat)["result"]
    world.later(days=30)
    assert bot.call("getChatMemberCount", chat_id=bot.chat)["result"] > before > 400


def test_a_wrong_token_or_method(world: World) -> None:
    bot = Bot(world)
    assert bot.raw("nonsense").status_code == 404
    bot.token = "123456:unknown"
    assert bot.raw("getMe").status_code == 401
    bot.token = "nonsense"
    assert bot.raw("getMe").status_code == 404


def test_the_flood_limit_tells_how_long_to_wait(world: World) -> None:
    world.sandbox.change(telegram_per_chat_per_min=2)
    bot = Bot(world)
    assert bot.send("1")["ok"] is bot.send("2")["ok"] is True
    answer = bot.raw("sendMessage", chat_id=bot.chat, text="3")
    assert answer.status_code == 429
    wait = answer.json()["parameters"]["retry_after"]
    assert answer.headers["Retry-After"] == str(wait)
    world.later(seconds=wait)
    assert bot.send("3")["ok"] is True


def test_the_newest_posts_of_a_profile_channel(world: World) -> None:
    bot = Bot(world)
    bot.send("Một")
    bot.send("Hai")
    world.sandbox.telegram.say(900, "/start")
    newest = bot.call("getUserPersonalChatMessages", user_id=900, limit=20)["result"]
    assert [m["text"] for m in newest] == ["Hai", "Một"]
