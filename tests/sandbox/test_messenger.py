import json
from typing import Any

import pytest

from tests.sandbox.clients import Graph
from tests.sandbox.conftest import World


def receive(world: World, psid: str = "555", text: str = "Chào xã") -> None:
    world.admin("POST", "facebook/message", user_id=psid, text=text)


def send(world: World, message: Any, psid: str = "555", **more: Any) -> Any:
    body = {"recipient": json.dumps({"id": psid}), "messaging_type": "RESPONSE"} | more
    return Graph(world).post("messages", message=json.dumps(message), **body)


def test_an_answer_within_a_day(world: World) -> None:
    assert send(world, {"text": "Chào"})["error"]["error_subcode"] == 2018001
    receive(world)
    sent = send(world, {"text": "Chào bà con", "metadata": "số 7"})
    assert sent["recipient_id"] == "555"
    assert sent["message_id"].startswith("m_")
    [talk] = Graph(world).call("GET", "me/conversations", user_id="555")["data"]
    assert [m["message"] for m in talk["messages"]["data"]] == ["Chào bà con", "Chào xã"]


def test_after_a_day_only_a_human_answers_and_after_a_week_nobody(world: World) -> None:
    receive(world)
    world.later(hours=25)
    assert send(world, {"text": "x"})["error"]["error_subcode"] == 2018278
    human = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    assert "message_id" in send(world, {"text": "x"}, **human)
    world.later(days=7)
    assert "error" in send(world, {"text": "x"}, **human)


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"text": ""},
        {"text": "x" * 2001},
        {"text": "x", "quick_replies": [{"content_type": "text", "title": "x" * 21}]},
        {"text": "x", "quick_replies": [{"content_type": "text"}] * 14},
        {"attachment": {"type": "template", "payload": {"template_type": "button", "text": "x"}}},
        {"attachment": {"type": "image", "payload": {}}},
    ],
)
def test_a_wrong_message_is_refused(world: World, message: dict[str, Any]) -> None:
    receive(world)
    assert send(world, message)["error"]["code"] == 100


def test_buttons(world: World) -> None:
    receive(world)
    buttons = [{"type": "postback", "title": "Gặp cán bộ", "payload": "human"}]
    payload = {"template_type": "button", "text": "Cần gì ạ?", "buttons": buttons}
    assert "message_id" in send(world, {"attachment": {"type": "template", "payload": payload}})
    payload["buttons"] = buttons * 4
    assert "error" in send(world, {"attachment": {"type": "template", "payload": payload}})


def test_an_action_goes_alone(world: World) -> None:
    receive(world)
    graph, recipient = Graph(world), json.dumps({"id": "555"})
    assert graph.post("messages", recipient=recipient, sender_action="typing_on") == {
        "recipient_id": "555"
    }
    both = graph.post(
        "messages", recipient=recipient, sender_action="typing_on", message='{"text":"x"}'
    )
    assert both["error"]["error_subcode"] == 2018014


def test_a_comment_is_answered_privately_once(world: World) -> None:
    graph = Graph(world)
    post_id = graph.post("feed", message="Tin")["id"]
    said = world.admin("POST", "facebook/comment", post_id=post_id, user_id="77", text="Hỏi")
    to = {"recipient": json.dumps({"comment_id": said["id"]}), "messaging_type": "RESPONSE"}
    message = '{"text":"Xã trả lời"}'
    assert graph.post("messages", message=message, **to)["recipient_id"] == "77"
    assert "error" in graph.post("messages", message=message, **to)


def test_the_menu_needs_a_start_button(world: World) -> None:
    graph = Graph(world)
    assert "error" in graph.post("messenger_profile", persistent_menu="[]")
    graph.post("messenger_profile", get_started='{"payload":"start"}')
    assert graph.post("messenger_profile", persistent_menu="[]") == {"result": "success"}
