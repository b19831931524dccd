"""Each fault as a client meets it: what it raises, and whether the post is public afterwards."""

import time
from threading import Timer
from typing import Any

import pytest
import requests

from sandbox.faults import CALL_FAULTS, WEBHOOK_FAULTS
from sandbox.server import serve
from sandbox.state import Sandbox
from tests.sandbox.clients import Bot, Graph, Zalo
from tests.sandbox.conftest import World
from tests.sandbox.test_admin import SANDBOX
from tests.sandbox.test_zalo_oauth import token


def send(world: World, timeout: float = 5) -> requests.Response:
    bot = Bot(world)
    url = f"{world.url}/telegram/bot{bot.token}/sendMessage"
    return world.http.post(url, json={"chat_id": bot.chat, "text": "Tin"}, timeout=timeout)


@pytest.mark.parametrize(
    ("kind", "raised", "public"),
    [
        ("timeout_after", requests.ReadTimeout, 1),
        ("timeout_before", requests.ReadTimeout, 0),
        ("reset_after", requests.ConnectionError, 1),
        ("reset_before", requests.ConnectionError, 0),
        ("cut_after", requests.exceptions.ChunkedEncodingError, 1),
    ],
)
def test_no_whole_answer(world: World, kind: str, raised: type[Exception], public: int) -> None:
    world.sandbox.fault(kind, "telegram", "sendMessage")
    with pytest.raises(raised) as caught:
        send(world, timeout=0.1)
    assert len(world.sandbox.posts()) == public
    if kind.startswith("reset"):
        assert "reset by peer" in str(caught.value)
    assert send(world).ok  # once only


@pytest.mark.parametrize(
    ("kind", "status", "public"),
    [
        ("error_after", 502, 1),
        ("error_before", 502, 0),
        ("html_after", 502, 1),
        ("html_before", 502, 0),
        ("empty_after", 200, 1),
        ("rate_limit", 429, 0),
        ("token_expired", 401, 0),
    ],
)
def test_a_wrong_answer(world: World, kind: str, status: int, public: int) -> None:
    world.sandbox.fault(kind, "telegram", seconds=7)
    answer = send(world)
    assert answer.status_code == status
    assert len(world.sandbox.posts()) == public
    if kind.startswith("html"):
        assert answer.headers["Content-Type"].startswith("text/html")
    if kind == "rate_limit":
        assert answer.json()["parameters"] == {"retry_after": 7}


def test_each_service_is_throttled_in_its_own_form(world: World) -> None:
    world.sandbox.fault("rate_limit", times=None, seconds=600)
    assert Zalo(world).call("GET", "/v2.0/oa/getoa")["error"] == -32
    graph = Graph(world)
    answer = world.http.get(f"{world.url}/graph/me?access_token={graph.page.token}")
    assert answer.json()["error"]["code"] == 80001
    assert '"estimated_time_to_regain_access": 10' in answer.headers["X-Business-Use-Case-Usage"]
    bot = world.sandbox.zalo_bot.bot
    assert world.http.get(f"{world.url}/zalo-bot/bot{bot.token}/getMe").status_code == 429


def test_facebooks_five_hundred_claims_to_be_transient(world: World) -> None:
    world.sandbox.fault("error_after", "facebook", "POST feed", status=500)
    error = Graph(world).post("feed", message="Tin")["error"]
    assert (error["code"], error["is_transient"]) == (2, True)
    assert len(world.sandbox.posts()) == 1


def test_tokens_die_and_heal(world: World) -> None:
    world.sandbox.fault("token_expired", "*", times=3)
    zalo, graph = Zalo(world), Graph(world)
    assert zalo.call("GET", "/v2.0/oa/getoa")["error"] == -220
    assert graph.call("GET", "me")["error"]["error_subcode"] == 463
    assert send(world).status_code == 401
    assert send(world).status_code == 401  # it stays dead
    world.sandbox.heal()
    assert send(world).ok
    assert graph.call("GET", "me")["id"]
    fresh = token(world, grant_type="refresh_token", refresh_token=zalo.refresh)
    assert zalo.call("GET", "/v2.0/oa/getoa", fresh["access_token"])["error"] == 0


def test_a_refresh_whose_answer_is_lost(world: World) -> None:
    zalo = Zalo(world)
    world.sandbox.fault("refresh_lost")
    form = {"grant_type": "refresh_token", "refresh_token": zalo.refresh}
    assert zalo.call("GET", "/v2.0/oa/getoa")["error"] == 0  # nothing but a refresh is hit
    with pytest.raises(requests.ConnectionError):
        token(world, **form)
    assert token(world, **form)["error"] == -14014  # it was rotated


def test_slow_processing_and_a_spoiled_picture(world: World) -> None:
    zalo = Zalo(world)
    world.sandbox.fault("slow_processing", "zalo", "article/create", seconds=60)
    slow = zalo.create()
    world.later(seconds=60)
    assert "id" not in zalo.verify(slow).get("data", {})
    world.later(seconds=6)
    assert "id" in zalo.verify(slow)["data"]
    world.sandbox.fault("image_failed", "zalo", "article/create")
    spoiled = zalo.create()
    world.later(seconds=6)
    assert zalo.verify(spoiled)["error"] == -200


def test_a_spoiled_picture_elsewhere(world: World) -> None:
    world.sandbox.fault("image_failed", times=2)
    graph, bot = Graph(world), Bot(world)
    assert graph.post("photos", url=world.hosted())["error"]["code"] == 389
    answer = bot.call("sendPhoto", chat_id=bot.chat, photo=world.hosted())
    assert answer["description"] == "Bad Request: failed to get HTTP URL content"


def test_a_slow_answer(world: World) -> None:
    world.sandbox.fault("slow", "telegram", seconds=0.15)
    start = time.monotonic()
    assert send(world).ok
    assert time.monotonic() - start >= 0.15


def test_which_calls_are_hit(world: World) -> None:
    world.sandbox.fault("error_before", "telegram", "send*", after=1, times=2)
    assert [send(world).ok for _ in range(4)] == [True, False, False, True]
    [armed] = world.sandbox.faults.listed()
    assert (armed["seen"], armed["hits"]) == (3, 2)
    world.sandbox.fault("error_before", "facebook", "/v24.0/*/feed")
    assert Graph(world).call("GET", "me")["id"]
    assert "error" in Graph(world).post("feed", message="x")


def test_a_fault_by_chance_is_the_same_each_time() -> None:
    def hits() -> list[bool]:
        sandbox = Sandbox(seed=7)
        sandbox.fault("error_before", times=None, chance=0.3)
        faults = sandbox.faults
        return [faults.take(CALL_FAULTS, "zalo", "x") is not None for _ in range(100)]

    assert hits() == hits()
    assert 15 < sum(hits()) < 45


@pytest.mark.parametrize("wrong", [{"kind": "earthquake"}])
def test_an_unknown_fault_is_refused_by_name(world: World, wrong: dict[str, Any]) -> None:
    answer = world.http.post(f"{world.url}/_sandbox/faults", json=wrong)
    assert answer.status_code == 400
    assert "earthquake" in answer.json()["error"]


def test_every_fault_is_told_in_the_readme() -> None:
    text = (SANDBOX / "README.md").read_text(encoding="utf-8")
    assert [kind for kind in CALL_FAULTS | WEBHOOK_FAULTS if f"`{kind}`" not in text] == []


def test_a_hanging_call_does_not_hold_up_the_stop() -> None:
    sandbox = Sandbox()
    sandbox.fault("timeout_after", "telegram")
    with serve(sandbox) as server, requests.Session() as http:
        url = f"{server.url}/telegram/bot{sandbox.telegram.chats.bot.token}/getMe"
        stop = Timer(0.1, server.stop)
        stop.start()
        start = time.monotonic()
        with pytest.raises(requests.ConnectionError):
            http.get(url, timeout=20)
        stop.join()
        assert time.monotonic() - start < 1
