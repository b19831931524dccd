import ast
import base64
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.core import Settings
from sandbox.state import Sandbox
from tests.sandbox.clients import Bot, Graph, Zalo
from tests.sandbox.conftest import World

SANDBOX = Path(__file__).parents[2] / "sandbox"
INSTALLED = {"PIL", "jinja2", "markupsafe", "python_multipart"}


def test_the_sandbox_imports_nothing_of_ours() -> None:
    allowed = set(sys.stdlib_module_names) | INSTALLED | {"sandbox"}
    for path in SANDBOX.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            assert {name.partition(".")[0] for name in names} <= allowed, (path.name, names)


def test_a_reset_begins_anew_and_keeps_the_time(world: World) -> None:
    Bot(world).send("Tin")
    world.sandbox.fault("error_before")
    world.sandbox.change(list_lag_s=9.0)
    now = world.admin("GET", "clock")
    assert world.admin("POST", "reset") == {"ok": True}
    state = world.admin("GET", "state")
    assert (state["posts"], state["faults"], state["settings"]["list_lag_s"]) == ([], [], 0.0)
    assert world.admin("GET", "clock") == now


def test_posts_and_calls_as_json(world: World) -> None:
    Bot(world).send("Tin")
    Graph(world).post("feed")
    [post] = world.admin("GET", "posts?service=telegram")
    assert (post["text"], post["at"]) == ("Tin", "2025-07-14T08:00:00+07:00")
    calls = world.admin("GET", "calls")
    assert [(c["service"], c["operation"], c["status"]) for c in calls] == [
        ("telegram", "sendMessage", 200),
        ("facebook", "POST feed", 400),
    ]
    assert len(world.admin("GET", "calls?service=facebook")) == 1


def test_the_clock_is_set_from_outside(world: World) -> None:
    at = "2026-03-02T07:30:00+07:00"
    assert world.admin("POST", "clock", at=at) == {"now": at, "speed": 0.0}
    assert world.admin("POST", "clock", shift_s=60)["now"] == "2026-03-02T07:31:00+07:00"
    assert world.admin("POST", "clock", speed=3600)["speed"] == 3600
    assert world.admin("POST", "clock", follow=True)["speed"] == 1.0


def test_moving_the_clock_lets_things_happen(world: World) -> None:
    Zalo(world).create()
    assert world.admin("GET", "posts") == []
    world.admin("POST", "clock", shift_s=10)
    assert len(world.sandbox.zalo.posts()) == 1


def test_settings_from_outside(world: World) -> None:
    assert world.admin("POST", "settings", zalo_processing_s=0)["zalo_processing_s"] == 0
    for wrong in ({"nonsense": 1}, {"zalo_processing_s": "x"}, {"require_appsecret_proof": 1}):
        answer = world.http.post(f"{world.url}/_sandbox/settings", json=wrong)
        assert answer.status_code == 400
        assert next(iter(wrong)) in answer.json()["error"]


def test_more_accounts(world: World) -> None:
    added: list[dict[str, Any]] = [
        {"kind": "zalo_oa", "oa_id": "42", "name": "Công an xã", "secret": "s"},
        {"kind": "facebook_page", "page_id": "43", "name": "Đoàn xã", "token": "EAA2"},
        {"kind": "telegram", "username": "doan_xa", "title": "Đoàn xã"},
        {"kind": "zalo_bot", "token": "9:abcdefgh", "account_name": "bot.2"},
    ]
    for account in added:
        accounts = world.admin("POST", "accounts", **account)
    assert {kind: len(each) for kind, each in accounts.items()} == {
        "zalo_oa": 2, "zalo_bot": 2, "facebook_page": 2, "telegram": 2,
    }  # fmt: skip
    bot = Bot(world)
    bot.chat = "@doan_xa"
    bot.send("Tin của Đoàn")
    [post] = world.sandbox.posts()
    assert post.account == "@doan_xa"
    assert len(world.admin("POST", "zalo/token", oa_id="42")["access_token"]) > 100


def test_people_are_moved_from_outside(world: World) -> None:
    world.admin("POST", "zalo/message", user_id="7", text="Chào OA")
    assert world.admin("GET", "zalo/chat?user_id=7")[0]["message"] == "Chào OA"
    world.admin("POST", "zalo-bot/message", user_id="7", text="Chào bot")
    assert world.sandbox.zalo_bot.bot.updates[0]["message"]["text"] == "Chào bot"
    data = base64.b64encode(b"PK").decode()
    files = [{"kind": "document", "name": "a.docx", "data": data}]
    world.admin("POST", "telegram/message", user_id=9, text="Bài", files=files)
    bot = Bot(world)
    keyboard = {"inline_keyboard": [[{"text": "Có", "callback_data": "y"}]]}
    sent = bot.call("sendMessage", chat_id=9, text="Đúng không?", reply_markup=keyboard)["result"]
    world.admin("POST", "telegram/press", user_id=9, message_id=sent["message_id"], data="y")
    talk = world.admin("GET", "telegram/chat?user_id=9")
    assert [m.get("text", m.get("caption")) for m in talk] == ["Bài", "Đúng không?"]
    updates = bot.call("getUpdates")["result"]
    assert updates[-1]["callback_query"]["data"] == "y"


def test_a_wrong_door_and_a_wrong_body(world: World) -> None:
    assert world.http.get(f"{world.url}/_sandbox/none").status_code == 404
    for body in ({}, {"text": "x", "user_id": None, "oa_id": "none"}):
        answer = world.http.post(f"{world.url}/_sandbox/zalo/message", json=body)
        assert answer.status_code == 400


def test_two_runs_with_one_seed_are_alike() -> None:
    def run() -> list[str]:
        sandbox = Sandbox(seed=5, settings=Settings())
        oa = sandbox.zalo.accounts.oa
        return [*sandbox.zalo_oauth.issue(oa.oa_id), sandbox.core.hex_id("zalo article")]

    assert run() == run()


@pytest.mark.parametrize("name", ["app_id", "app_secret", "oa_id", "oa_secret", "api_url"])
def test_an_account_has_what_a_config_needs(world: World, name: str) -> None:
    assert world.admin("GET", "accounts")["zalo_oa"][0][name]
