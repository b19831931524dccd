from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.zalo_oauth import challenge
from tests.sandbox.clients import Zalo
from tests.sandbox.conftest import World

VERIFIER = "wXyZ0123456789abcdefghijklmnopqrstuvwxyzABC"
CALLBACK = "http://127.0.0.1:8080/oauth/zalo/callback"


def token(world: World, secret: str | None = None, **form: str) -> dict[str, Any]:
    app = world.sandbox.zalo.accounts.app
    answer = world.http.post(
        f"{world.url}/zalo-oauth/v4/oa/access_token",
        headers={"secret_key": secret or app.secret},
        data={"app_id": app.app_id} | form,
    )
    assert answer.status_code == 200  # errors too
    body: dict[str, Any] = answer.json()
    return body


def consent(world: World, decision: str = "allow", **changes: str) -> dict[str, list[str]]:
    """Open the permission page, press a button, and read the callback's query."""
    accounts = world.sandbox.zalo.accounts
    asked = {
        "app_id": accounts.app.app_id,
        "redirect_uri": CALLBACK,
        "code_challenge": challenge(VERIFIER),
        "state": "s1",
    } | changes
    url = f"{world.url}/zalo-oauth/v4/oa/permission"
    assert "Cho phép" in world.http.get(url, params=asked).text
    form = asked | {"oa_id": accounts.oa.oa_id, "decision": decision}
    answer = world.http.post(url, data=form, allow_redirects=False)
    assert answer.headers["Location"].startswith(CALLBACK)
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def exchange(world: World, code: str, verifier: str = VERIFIER) -> dict[str, Any]:
    return token(world, grant_type="authorization_code", code=code, code_verifier=verifier)


def test_one_click_leads_to_tokens(world: World) -> None:
    back = consent(world)
    assert back["state"] == ["s1"]
    assert back["oa_id"] == [world.sandbox.zalo.accounts.oa.oa_id]
    tokens = exchange(world, back["code"][0])
    assert tokens["expires_in"] == "90000"
    assert (
        Zalo(world).call("GET", "/v2.0/oa/getoa", tokens["access_token"])["error"] != 0
    )  # rotated
    assert len(tokens["access_token"]) > 100


def test_a_refusal_comes_back_without_a_code(world: World) -> None:
    assert "code" not in consent(world, decision="refuse")


def test_a_code_works_once_and_for_ten_minutes(world: World) -> None:
    code = consent(world)["code"][0]
    exchange(world, code)
    assert "access_token" not in exchange(world, code)
    late = consent(world)["code"][0]
    world.later(minutes=10)
    assert "access_token" not in exchange(world, late)


def test_a_wrong_verifier_gets_no_token(world: World) -> None:
    answer = exchange(world, consent(world)["code"][0], verifier="x" * 43)
    assert "access_token" not in answer
    assert "message" not in answer


def test_a_wrong_secret_gets_no_token(world: World) -> None:
    refresh = Zalo(world).refresh
    answer = token(world, secret="wrong", grant_type="refresh_token", refresh_token=refresh)
    assert answer["error_name"] == "Invalid secret key"


@pytest.mark.parametrize(
    ("wrong", "code"), [({"app_id": "1"}, -14002), ({"redirect_uri": "https://x.vn/cb"}, -14003)]
)
def test_the_permission_page_checks_app_and_callback(
    world: World, wrong: dict[str, str], code: int
) -> None:
    app_id = world.sandbox.zalo.accounts.app.app_id
    asked = {"app_id": app_id, "redirect_uri": CALLBACK} | wrong
    answer = world.http.get(f"{world.url}/zalo-oauth/v4/oa/permission", params=asked)
    assert answer.json()["error"] == code


def test_a_registered_callback_must_match_to_the_byte(world: World) -> None:
    app = world.sandbox.zalo.accounts.app
    app.redirect_uris = {CALLBACK}
    asked = {"app_id": app.app_id, "redirect_uri": CALLBACK + "/"}
    answer = world.http.get(f"{world.url}/zalo-oauth/v4/oa/permission", params=asked)
    assert answer.json()["error"] == -14003


def test_a_refresh_token_works_once_and_ends_the_old_access_token(world: World) -> None:
    zalo = Zalo(world)
    fresh = token(world, grant_type="refresh_token", refresh_token=zalo.refresh)
    assert zalo.call("GET", "/v2.0/oa/getoa")["error"] == -220
    assert zalo.call("GET", "/v2.0/oa/getoa", fresh["access_token"])["error"] == 0
    again = token(world, grant_type="refresh_token", refresh_token=zalo.refresh)
    assert again["error"] == -14014
    assert "message" not in again


def test_tokens_grow_old(world: World) -> None:
    zalo = Zalo(world)
    world.later(hours=24.9)
    assert zalo.call("GET", "/v2.0/oa/getoa")["error"] == 0
    world.later(hours=0.2)
    assert zalo.call("GET", "/v2.0/oa/getoa")["error"] == -220
    world.later(days=90)
    assert token(world, grant_type="refresh_token", refresh_token=zalo.refresh)["error"] == -14014


def test_the_token_call_must_be_a_form(world: World) -> None:
    app = world.sandbox.zalo.accounts.app
    answer = world.http.post(
        f"{world.url}/zalo-oauth/v4/oa/access_token",
        headers={"secret_key": app.secret},
        json={"app_id": app.app_id, "grant_type": "refresh_token"},
    )
    assert "access_token" not in answer.json()
