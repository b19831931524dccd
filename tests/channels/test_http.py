from __future__ import annotations

import logging
from datetime import timedelta

import pytest
import requests

from channels.base import Decision, Rejected, Retry, TokenLost, Unknown
from channels.http import MAX_ANSWER, MAX_LOGGED, Answer, Call, Caller
from tests.channels.peer import CLOSED, CUT, HTML, NOT_JSON, RESET, SILENT, Peer, Reply

SECRET = "9876:SECRET-token"
IN_DOUBT = {
    "silent": SILENT,
    "closed": CLOSED,
    "reset": RESET,
    "cut": CUT,
    "not json": NOT_JSON,
    "a list": Reply(text="[1]"),
    "nested too deep": Reply(text="[" * 100_000),
    "empty": Reply(),
    "html": Reply(text=HTML),
    "html 502": Reply(status=502, text=HTML),
    "too long": Reply(text='{"x":"' + "y" * MAX_ANSWER + '"}'),
    "redirect": Reply(status=307, headers={"Location": "/again"}),
    "request timeout": Reply(status=408, text=HTML),
}


@pytest.fixture
def caller(session: requests.Session) -> Caller:
    return Caller("Dịch vụ", session, (0.3, 0.3), secrets=(SECRET,))


@pytest.mark.parametrize("reply", IN_DOUBT.values(), ids=IN_DOUBT)
def test_what_may_have_been_carried_out_is_unknown(
    caller: Caller, peer: Peer, reply: Reply
) -> None:
    peer.on("POST /send", reply)
    with pytest.raises(Unknown):
        caller.call(Call("POST", f"{peer.url}/send", json={"text": "x"}))
    assert len(peer.requests) == 1


@pytest.mark.parametrize("reply", IN_DOUBT.values(), ids=IN_DOUBT)
def test_what_is_harmless_to_repeat_is_repeated(caller: Caller, peer: Peer, reply: Reply) -> None:
    peer.on("POST /upload", reply)
    with pytest.raises(Retry):
        caller.call(Call("POST", f"{peer.url}/upload", repeatable=True))


@pytest.mark.parametrize(
    ("reply", "decision"),
    [
        (Reply(status=429, text=HTML), Retry),
        (Reply(status=401, text=HTML), TokenLost),
        (Reply(status=403, text=HTML), Rejected),
        (Reply(status=400, text="no"), Rejected),
    ],
)
def test_a_page_instead_of_an_answer_is_judged_by_its_status(
    caller: Caller, peer: Peer, reply: Reply, decision: type[Decision]
) -> None:
    peer.on("POST /send", reply)
    with pytest.raises(decision):
        caller.call(Call("POST", f"{peer.url}/send"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/send", "http://no-such-host.invalid/send"])
def test_without_a_connection_nothing_was_sent(caller: Caller, url: str) -> None:
    with pytest.raises(Retry, match="Không kết nối được tới Dịch vụ"):
        caller.call(Call("POST", url))


@pytest.mark.parametrize(
    "call",
    [
        Call("POST", "xa.gov.vn/send"),
        Call("POST", "ftp://xa.gov.vn"),
        Call("POST", "http://127.0.0.1:1/", headers={"access_token": "two\nlines"}),
    ],
)
def test_a_wrong_setting_is_refused_before_anything_is_sent(caller: Caller, call: Call) -> None:
    with pytest.raises(Rejected, match="cấu hình"):
        caller.call(call)


def test_a_secret_that_no_header_can_carry_is_a_wrong_setting(caller: Caller, peer: Peer) -> None:
    with pytest.raises(Rejected, match="cấu hình"):
        caller.call(Call("POST", peer.url, headers={"access_token": "mật"}))
    assert not peer.requests


def test_the_stated_wait_is_kept_and_bounded(caller: Caller, peer: Peer) -> None:
    waits = []
    for stated in ("30", "9999999", "Wed, 21 Oct 2026 07:28:00 GMT", ""):
        peer.on("POST /send", Reply(status=429, headers={"Retry-After": stated}))
        with pytest.raises(Retry) as raised:
            caller.call(Call("POST", f"{peer.url}/send"))
        waits.append(raised.value.after)
    assert waits == [timedelta(seconds=30), timedelta(days=1), *[timedelta(minutes=1)] * 2]


def test_a_trickle_is_not_waited_for(caller: Caller, peer: Peer) -> None:
    """Each byte comes within the read timeout, the answer never does."""
    peer.on("POST /send", Reply({"note": "x" * 1_000}, breaks="drip"))
    with pytest.raises(Unknown) as raised:
        caller.call(Call("POST", f"{peer.url}/send"))
    assert "too slow" in raised.value.raw


def test_no_secret_reaches_the_log(
    caller: Caller, peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    echo = {"access_token": "AAA-fresh", "refresh_token": "RRR-fresh", "note": SECRET}
    peer.on("POST /bot1:hidden/send", Reply(echo, status=200))
    peer.on("POST /broken", RESET)
    with caplog.at_level(logging.DEBUG, logger="channels.http"):
        answer = caller.call(Call("POST", f"{peer.url}/bot1:hidden/send"))
        with pytest.raises(Unknown) as raised:
            caller.call(Call("POST", f"{peer.url}/broken", params={"access_token": "QQQ"}))
    seen = caplog.text + answer.raw + raised.value.raw
    assert "/bot***/send" in seen
    assert not [each for each in (SECRET, "hidden", "AAA-", "RRR-", "QQQ") if each in seen]
    assert raised.value.__suppress_context__  # a traceback would show the address


def test_a_secret_at_the_edge_of_what_is_logged_is_not_cut_in_two(
    caller: Caller, peer: Peer
) -> None:
    peer.on("POST /send", Reply({"x": "y" * (MAX_LOGGED - 12) + SECRET}))
    assert SECRET[:4] not in caller.call(Call("POST", f"{peer.url}/send")).raw


def test_a_refused_connection_hides_the_token_in_its_address(caller: Caller) -> None:
    with pytest.raises(Retry) as raised:
        caller.call(Call("GET", f"http://127.0.0.1:1/bot{SECRET}/getMe"))
    assert SECRET not in raised.value.raw


def test_reads_ids_and_counts_however_they_are_written() -> None:
    answer = Answer(200, {"id": 12, "data": [{"n": "7"}], "no": None, "yes": True}, {}, "")
    assert (answer.text("id"), answer.text("no"), answer.text("yes")) == ("12", "", "")
    assert answer.number("data", 0, "n") == 7
    assert answer.number("data", 1, "n") is None
    assert answer.rows("data") == [{"n": "7"}]
    assert answer.rows("id") == []


def test_the_environment_has_no_say(
    monkeypatch: pytest.MonkeyPatch, caller: Caller, peer: Peer
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    peer.on("GET /read", Reply({"ok": True}))
    assert caller.call(Call("GET", f"{peer.url}/read")).status == 200
