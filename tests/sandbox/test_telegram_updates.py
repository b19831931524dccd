from threading import Thread, Timer
from typing import Any

import pytest

from tests.sandbox.clients import Bot
from tests.sandbox.conftest import Receiver, World, until

OFFICER = 900


def test_an_officer_writes_and_gets_an_answer(world: World) -> None:
    bot = Bot(world)
    refused = bot.call("sendMessage", chat_id=OFFICER, text="Chào")
    assert refused["description"] == "Bad Request: chat not found"  # a bot cannot begin
    world.sandbox.telegram.say(OFFICER, "/start", name="Lan")
    [update] = bot.call("getUpdates")["result"]
    assert update["message"]["from"]["first_name"] == "Lan"
    assert bot.call("getUpdates")["result"] == [update]  # not confirmed yet
    assert bot.call("getUpdates", offset=update["update_id"] + 1)["result"] == []
    assert bot.call("sendMessage", chat_id=OFFICER, text="Chào chị Lan")["ok"] is True


def test_officers_send_albums_and_documents(world: World) -> None:
    bot = Bot(world)
    photos = [("photo", "a.jpg", world.picture())] * 2
    world.sandbox.telegram.say(OFFICER, "Ảnh hội nghị", files=photos)
    world.sandbox.telegram.say(OFFICER, files=[("document", "bai.docx", b"PK")])
    first, second, third = (u["message"] for u in bot.call("getUpdates")["result"])
    assert first["media_group_id"] == second["media_group_id"]
    assert (first["caption"], "caption" in second) == ("Ảnh hội nghị", False)
    assert third["document"]["file_name"] == "bai.docx"


def test_a_poll_waits_for_news(world: World) -> None:
    timer = Timer(0.05, world.sandbox.telegram.say, (OFFICER, "Chào"))
    timer.start()
    [update] = Bot(world).call("getUpdates", timeout=10)["result"]
    timer.join()
    assert update["message"]["text"] == "Chào"


def test_two_pollers_are_in_conflict(world: World) -> None:
    answers: list[Any] = []
    first = Thread(target=lambda: answers.append(Bot(world).raw("getUpdates", timeout=5)))
    first.start()
    until(lambda: world.sandbox.telegram.chats.bot.polls)
    Bot(world).call("getUpdates", timeout=0)
    first.join()
    assert answers[0].status_code == 409


def test_a_pressed_button(world: World) -> None:
    bot = Bot(world)
    world.sandbox.telegram.say(OFFICER, "/start")
    keyboard = {"inline_keyboard": [[{"text": "Duyệt", "callback_data": "ok:1"}]]}
    sent = bot.call("sendMessage", chat_id=OFFICER, text="Duyệt?", reply_markup=keyboard)
    message_id = sent["result"]["message_id"]
    with pytest.raises(ValueError, match="has no button"):
        world.sandbox.telegram.press(OFFICER, message_id, "other")
    query = world.sandbox.telegram.press(OFFICER, message_id, "ok:1")
    update = bot.call("getUpdates")["result"][-1]["callback_query"]
    assert (update["id"], update["data"]) == (query, "ok:1")
    assert bot.call("answerCallbackQuery", callback_query_id=query)["result"] is True
    assert bot.call("answerCallbackQuery", callback_query_id=query)["error_code"] == 400


def test_reactions_are_told_only_if_asked_for(world: World) -> None:
    bot = Bot(world)
    bot.send("Tin")
    world.later(days=2)
    assert bot.call("getUpdates")["result"] == []
    world.later(minutes=10)
    [update] = (
        bot.call("getUpdates", allowed_updates=["message_reaction_count"])["result"]
        or (bot.call("getUpdates")["result"])
    )
    told = update["message_reaction_count"]
    total = sum(each["total_count"] for each in told["reactions"])
    assert (told["message_id"], total) == (1, world.sandbox.posts()[0].reactions)


def test_a_webhook_with_its_secret(world: World, receiver: Receiver) -> None:
    bot = Bot(world)
    world.sandbox.telegram.say(OFFICER, "trước")
    assert bot.call("setWebhook", url=receiver.url, secret_token="s_1-A")["result"] is True
    world.sandbox.telegram.say(OFFICER, "sau")
    texts = [update["message"]["text"] for update in receiver.wait(2)]
    assert texts == ["trước", "sau"]
    assert receiver.got[0][0]["x-telegram-bot-api-secret-token"] == "s_1-A"
    assert bot.call("getUpdates")["error_code"] == 409
    assert bot.call("deleteWebhook")["result"] is True
    assert bot.call("getUpdates")["ok"] is True


def test_a_webhook_is_tried_again(world: World, receiver: Receiver) -> None:
    receiver.status = 500
    bot = Bot(world)
    bot.call("setWebhook", url=receiver.url)
    world.sandbox.telegram.say(OFFICER, "Chào")
    receiver.wait(1)
    receiver.status = 200
    until(world.sandbox.core.outbox.waiting)
    world.later(seconds=2)
    first, second = receiver.wait(2)
    assert first == second


@pytest.mark.parametrize("url", ["https://xa.gov.vn/hook", "http://10.0.0.1/hook"])
def test_only_this_machine_is_called(world: World, url: str) -> None:
    assert Bot(world).call("setWebhook", url=url)["error_code"] == 400
