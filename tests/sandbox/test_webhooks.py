import hashlib
import hmac
import json

import pytest

from sandbox.zalo_events import mac
from tests.sandbox.clients import Graph, Zalo
from tests.sandbox.conftest import Receiver, World, until


def names(receiver: Receiver, count: int) -> list[str]:
    return [event["event_name"] for event in receiver.wait(count)]


@pytest.fixture
def zalo(world: World, receiver: Receiver) -> Zalo:
    """A client whose app has a webhook; the probe is forgotten."""
    zalo = Zalo(world)
    assert world.admin("POST", "zalo/webhook", url=receiver.url) == {"ok": True}
    [(headers, body)] = receiver.got
    assert body == b"{}"
    assert "x-zevent-signature" not in headers
    receiver.got.clear()
    return zalo


def test_saving_needs_a_200(world: World, receiver: Receiver) -> None:
    receiver.status = 401
    assert world.admin("POST", "zalo/webhook", url=receiver.url) == {"ok": False}
    assert world.admin("POST", "zalo/webhook", url="https://xa.gov.vn/hook") == {"ok": False}


def test_zalo_signs_a_persons_message(world: World, receiver: Receiver, zalo: Zalo) -> None:
    user = zalo.oa.user_id(0)
    world.admin("POST", "zalo/message", user_id=user, text="Làm khai sinh thế nào ạ?")
    [event] = receiver.wait(1)
    assert (event["event_name"], event["sender"]["id"]) == ("user_send_text", user)
    assert event["message"]["text"] == "Làm khai sinh thế nào ạ?"
    headers, body = receiver.got[0]
    app, secret = zalo.oa.app.app_id, zalo.oa.secret
    plain = app.encode() + body + event["timestamp"].encode() + secret.encode()
    assert headers["x-zevent-signature"] == f"mac={hashlib.sha256(plain).hexdigest()}"
    assert "ế".encode() in body  # not escaped


def test_what_the_oa_sends_is_echoed_received_and_seen(
    world: World, receiver: Receiver, zalo: Zalo
) -> None:
    user = zalo.oa.user_id(0)
    world.sandbox.zalo.say(user, "Chào")
    zalo.say(user, "Chào bà con")
    assert names(receiver, 2) == ["user_send_text", "oa_send_text"]
    world.later(seconds=30)
    assert names(receiver, 4)[2:] == ["user_received_message", "user_seen_message"]


def test_follow_has_its_own_shape(world: World, receiver: Receiver, zalo: Zalo) -> None:
    world.admin("POST", "zalo/follow", user_id="77", follows=False)
    [event] = receiver.wait(1)
    assert (event["event_name"], event["follower"], event["oa_id"]) == (
        "unfollow",
        {"id": "77"},
        zalo.oa.oa_id,
    )
    assert "sender" not in event


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("webhook_duplicate", ["1", "1", "2"]),
        ("webhook_reorder", ["2", "1"]),
        ("webhook_lost", ["2"]),
        ("webhook_bad_signature", ["1", "2"]),
    ],
)
def test_events_go_astray(
    world: World, receiver: Receiver, zalo: Zalo, kind: str, expected: list[str]
) -> None:
    world.sandbox.fault(kind, "zalo", "user_send_*")
    for text in ("1", "2"):
        world.sandbox.zalo.say(zalo.oa.user_id(0), text)
    events = receiver.wait(len(expected))
    assert [event["message"]["text"] for event in events] == expected
    right = [
        headers["x-zevent-signature"]
        == "mac=" + mac(zalo.oa.app.app_id, body, json.loads(body)["timestamp"], zalo.oa.secret)
        for headers, body in receiver.got
    ]
    assert right == [kind != "webhook_bad_signature"] + [True] * (len(expected) - 1)


def test_zalo_tries_again_and_then_gives_up(world: World, receiver: Receiver, zalo: Zalo) -> None:
    receiver.status = 503
    world.sandbox.zalo.say(zalo.oa.user_id(0), "Chào")
    for count, wait in enumerate((30, 300, 900, 1800, 3600), start=1):
        receiver.wait(count)
        until(world.sandbox.core.outbox.waiting)
        world.later(seconds=wait)
    receiver.wait(6)
    assert [headers.get("num_retry") for headers, _ in receiver.got] == [None, *"12345"]
    until(lambda: not zalo.oa.app.webhook_on)
    world.sandbox.zalo.say(zalo.oa.user_id(0), "Còn đó không?")
    assert world.sandbox.core.outbox.waiting() == 0


def test_facebook_verifies_signs_and_escapes(world: World, receiver: Receiver) -> None:
    graph = Graph(world)
    app = graph.page.app
    asked = {
        "access_token": f"{app.app_id}|{app.secret}",
        "object": "page",
        "callback_url": receiver.url,
        "verify_token": "abc",
        "fields": "feed,messages",
    }
    assert graph.call("POST", f"{app.app_id}/subscriptions", **asked) == {"success": True}
    assert graph.post("subscribed_apps", subscribed_fields="feed") == {"success": True}
    made = graph.post("feed", message="Đắk Tô")
    [event] = receiver.wait(1)
    value = event["entry"][0]["changes"][0]["value"]
    assert (value["item"], value["verb"], value["post_id"]) == ("status", "add", made["id"])
    headers, body = receiver.got[0]
    assert b"\\u0110" in body
    digest = hmac.new(app.secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature-256"] == f"sha256={digest}"


def test_facebook_needs_the_challenge_back(world: World, receiver: Receiver) -> None:
    receiver.echo_challenge = False
    graph = Graph(world)
    app = graph.page.app
    answer = graph.call(
        "POST", f"{app.app_id}/subscriptions", access_token=f"{app.app_id}|{app.secret}",
        object="page", callback_url=receiver.url, verify_token="abc", fields="feed",
    )  # fmt: skip
    assert answer["error"]["code"] == 2200


def test_messenger_events(world: World, receiver: Receiver) -> None:
    fields = ["messages", "messaging_postbacks", "message_echoes"]
    world.admin("POST", "facebook/webhook", url=receiver.url, fields=fields)
    world.admin("POST", "facebook/message", user_id="5", text="Chào")
    world.admin("POST", "facebook/message", user_id="5", text="Gặp cán bộ", payload="human")
    Graph(world).post(
        "messages", recipient='{"id":"5"}', messaging_type="RESPONSE",
        message='{"text":"Vâng","metadata":"7"}',
    )  # fmt: skip
    said, pressed, echo = (e["entry"][0]["messaging"][0] for e in receiver.wait(3))
    assert said["message"]["text"] == "Chào"
    assert pressed["postback"]["payload"] == "human"
    assert (echo["message"]["is_echo"], echo["message"]["metadata"]) == (True, "7")
