from threading import Timer
from typing import Any

from tests.sandbox.conftest import Receiver, World


def call(world: World, method: str, token: str = "", **params: Any) -> Any:
    token = token or world.sandbox.zalo_bot.bot.token
    return world.http.post(f"{world.url}/zalo-bot/bot{token}/{method}", json=params).json()


def test_a_bot_answers_who_wrote_first(world: World) -> None:
    stranger = call(world, "sendMessage", chat_id="u1", text="Chào")
    assert (stranger["ok"], stranger["error_code"]) == (False, 404)
    world.sandbox.zalo_bot.say("u1", "Giấy khai sinh?")
    update = call(world, "getUpdates", timeout=1)["result"]  # one, not a list
    assert update["event_name"] == "message.text.received"
    assert update["message"]["text"] == "Giấy khai sinh?"
    assert call(world, "sendMessage", chat_id="u1", text="Chào bà con")["ok"] is True
    assert world.sandbox.zalo_bot.bot.sent[0]["text"] == "Chào bà con"


def test_a_poll_without_news_ends_as_408(world: World) -> None:
    assert call(world, "getUpdates", timeout="0")["error_code"] == 408


def test_a_poll_wakes_up_for_a_message(world: World) -> None:
    timer = Timer(0.05, world.sandbox.zalo_bot.say, ("u1", "Chào"))
    timer.start()
    assert call(world, "getUpdates", timeout=5)["result"]["message"]["text"] == "Chào"
    timer.join()


def test_a_wrong_token_method_or_text(world: World) -> None:
    assert call(world, "getMe", token="1:x")["error_code"] == 401
    assert call(world, "getme")["error_code"] == 404  # case matters here
    world.sandbox.zalo_bot.say("u1", "Chào")
    assert call(world, "sendMessage", chat_id="u1", text="x" * 2001)["error_code"] == 400


def test_a_webhook_with_its_secret(world: World, receiver: Receiver) -> None:
    assert call(world, "setWebhook", url=receiver.url, secret_token="short")["ok"] is False
    assert call(world, "setWebhook", url=receiver.url, secret_token="long-enough")["ok"] is True
    assert call(world, "getUpdates", timeout=0)["error_code"] == 400
    world.sandbox.zalo_bot.say("u1", "Chào")
    [event] = receiver.wait(1)
    assert event["result"]["event_name"] == "message.text.received"
    assert receiver.got[0][0]["x-bot-api-secret-token"] == "long-enough"
