from __future__ import annotations

import base64
import hashlib
import threading
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from channels.base import Retry, TokenLost, TokenPair
from channels.http import Caller
from channels.zalo_oauth import Grant, challenge, new_verifier, permission_url
from tests.channels.fakes import Keeper
from tests.channels.peer import HTML, SILENT, Peer, Reply
from tests.channels.services import FAST, NOW, REFRESH

FRESH = Reply({"access_token": "A2", "refresh_token": "R2", "expires_in": "90000"})
USED_UP = Reply({"error": -14014, "error_name": "Invalid refresh token"})


def grant(peer: Peer, session: requests.Session, keeper: Keeper) -> Grant:
    return Grant(
        channel="zalo",
        app_id="777",
        app_secret="app-secret",
        oauth_url=peer.url,
        caller=Caller("Zalo OA", session, FAST),
        tokens=keeper,
        now=lambda: NOW,
    )


def due(refresh: str = "R1") -> Keeper:
    return Keeper(TokenPair("A1", refresh, NOW + timedelta(minutes=9)))


def test_the_permission_url_carries_state_and_challenge() -> None:
    verifier = new_verifier()
    url = permission_url(
        oauth_url="https://oauth.example/",
        app_id="777",
        redirect_uri="https://xa.example/oauth/zalo/callback",
        state="abc",
        verifier=verifier,
    )
    query = parse_qs(urlsplit(url).query)
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    assert urlsplit(url).path == "/v4/oa/permission"
    assert len(verifier) == 43
    assert query["code_challenge"] == [challenge(verifier)] == [digest.decode().rstrip("=")]
    assert query["state"] == ["abc"]


def test_a_code_is_changed_for_a_pair(peer: Peer, session: requests.Session) -> None:
    peer.on(REFRESH, FRESH)
    keeper = Keeper(None)
    grant(peer, session, keeper).link(code="CODE", verifier="V" * 43)
    assert keeper.pair == TokenPair("A2", "R2", NOW + timedelta(hours=25))
    asked = peer.requests[0]
    assert asked.headers["secret_key"] == "app-secret"
    assert asked.form == {
        "app_id": "777",
        "grant_type": "authorization_code",
        "code": "CODE",
        "code_verifier": "V" * 43,
    }


def test_a_token_that_is_good_for_long_is_used_as_it_is(
    peer: Peer, session: requests.Session
) -> None:
    keeper = Keeper(TokenPair("A1", "R1", NOW + timedelta(minutes=11)))
    assert grant(peer, session, keeper).access() == "A1"
    assert not peer.requests


def test_a_token_is_refreshed_before_it_expires(peer: Peer, session: requests.Session) -> None:
    peer.on(REFRESH, FRESH)
    keeper = due()
    assert grant(peer, session, keeper).access() == "A2"
    assert keeper.pair == TokenPair("A2", "R2", NOW + timedelta(hours=25))
    assert peer.requests[0].form["refresh_token"] == "R1"


def test_many_at_once_refresh_once(peer: Peer, session: requests.Session) -> None:
    peer.on(REFRESH, FRESH, USED_UP)
    keeper = due()
    one = grant(peer, session, keeper)
    threads = [threading.Thread(target=one.access) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(peer.requests), keeper.saves) == (1, 1)


def test_what_another_process_refreshed_is_used(peer: Peer, session: requests.Session) -> None:
    keeper = Keeper(TokenPair("A-newer", "R-newer", NOW + timedelta(hours=20)))
    assert grant(peer, session, keeper).renew(dead="A1") == "A-newer"
    assert not peer.requests


@pytest.mark.parametrize(
    "answer",
    [
        Reply({"access_token": "A2"}),
        Reply({"access_token": "", "refresh_token": "R2"}),
        Reply({}),
        Reply(),
        Reply(status=502, text=HTML),
        SILENT,
    ],
)
def test_half_an_answer_never_replaces_the_pair(
    peer: Peer, session: requests.Session, answer: Reply
) -> None:
    peer.on(REFRESH, answer)
    keeper = due()
    with pytest.raises(Retry):
        grant(peer, session, keeper).access()
    assert keeper.pair
    assert (keeper.pair.refresh, keeper.saves) == ("R1", 0)
    assert len(peer.requests) == 2  # the old token is tried once more, and no more


def test_a_lost_answer_whose_token_was_not_used_yet(peer: Peer, session: requests.Session) -> None:
    peer.on(REFRESH, SILENT, FRESH)
    assert grant(peer, session, due()).access() == "A2"


def test_a_lost_answer_that_cost_the_grant_asks_for_a_new_link(
    peer: Peer, session: requests.Session
) -> None:
    peer.on(REFRESH, SILENT, USED_UP)
    keeper = due()
    with pytest.raises(TokenLost, match="loa token link zalo"):
        grant(peer, session, keeper).access()
    assert len(peer.requests) == 2
    assert keeper.pair == TokenPair("A1", "R1", NOW + timedelta(minutes=9))


@pytest.mark.parametrize("keeper", [Keeper(None), due(refresh="")])
def test_without_a_grant_the_channel_is_cut_off(
    peer: Peer, session: requests.Session, keeper: Keeper
) -> None:
    with pytest.raises(TokenLost, match="loa token link zalo"):
        grant(peer, session, keeper).access()
    assert not peer.requests


def test_a_refusal_for_now_does_not_cost_the_grant(peer: Peer, session: requests.Session) -> None:
    peer.on(REFRESH, Reply({"error": -32, "error_name": "Too many requests"}), FRESH)
    one = grant(peer, session, due())
    with pytest.raises(Retry):
        one.access()
    assert one.access() == "A2"


def test_a_wrong_app_is_named(peer: Peer, session: requests.Session) -> None:
    peer.on(REFRESH, Reply({"error": "-14002", "error_name": "Invalid appId"}))
    with pytest.raises(TokenLost, match="app_id"):
        grant(peer, session, due()).access()
