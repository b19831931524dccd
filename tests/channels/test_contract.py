"""What the ledger may rely on, held against every adapter."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from channels.base import (
    Channel,
    Decision,
    Finds,
    Media,
    Pending,
    Rejected,
    Retry,
    Sight,
    TokenLost,
    Unknown,
)
from tests.channels.fakes import Crash, Notebook
from tests.channels.peer import CLOSED, CUT, HTML, NOT_JSON, RESET, SILENT, Peer, Reply
from tests.channels.services import CASES, NOW, Case, all_well, post_with

IN_DOUBT = {
    "silent": SILENT,
    "closed": CLOSED,
    "reset": RESET,
    "cut": CUT,
    "unreadable": NOT_JSON,
    "html": Reply(text=HTML),
    "502": Reply(status=502, text=HTML),
    "500 with json": Reply({"whatever": 1}, status=500),
    "no id": Reply({"error": 0, "ok": True, "data": {}}),
    "redirect": Reply(status=307, headers={"Location": "/elsewhere"}),
}


@pytest.fixture(params=list(CASES.values()), ids=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def channel(case: Case, peer: Peer, session: requests.Session) -> Channel:
    all_well(peer)
    return case.make(peer.url, session)


def test_publishes(case: Case, channel: Channel, peer: Peer, picture: Media) -> None:
    receipt = channel.publish(post_with(picture), Notebook())
    assert receipt.id == case.receipt
    assert len(peer.asked(case.public)) == 1


def test_each_id_is_saved_before_the_next_call(
    case: Case, session: requests.Session, picture: Media
) -> None:
    events: list[str] = []
    with Peer(heard=events.append) as peer:
        all_well(peer)
        case.make(peer.url, session).publish(post_with(picture), Notebook(saved=events.append))
    assert tuple(events) == case.saved


@pytest.mark.parametrize(
    ("answer", "decision"),
    [("throttled", Retry), ("refused", Rejected), ("cut_off", TokenLost)],
)
def test_what_the_service_refused_was_not_published(
    case: Case, channel: Channel, peer: Peer, picture: Media, answer: str, decision: type[Decision]
) -> None:
    peer.on(case.public, case.refusals[answer])
    with pytest.raises(decision) as raised:
        channel.publish(post_with(picture), Notebook())
    assert not isinstance(raised.value, Pending)
    assert_is_a_clean_sentence(raised.value)


@pytest.mark.parametrize("answer", IN_DOUBT.values(), ids=IN_DOUBT)
def test_a_lost_answer_to_the_public_call_is_unknown(
    case: Case, channel: Channel, peer: Peer, picture: Media, answer: Reply
) -> None:
    peer.on(case.public, answer)
    with pytest.raises(Unknown) as raised:
        channel.publish(post_with(picture), Notebook())
    assert len(peer.asked(case.public)) == 1
    assert_is_a_clean_sentence(raised.value)


@pytest.mark.parametrize("answer", IN_DOUBT.values(), ids=IN_DOUBT)
def test_a_lost_answer_to_an_invisible_call_is_asked_again(
    case: Case, channel: Channel, peer: Peer, picture: Media, answer: Reply
) -> None:
    for route in case.prepare:
        all_well(peer)
        peer.first(route, answer)
        step = Notebook()
        with pytest.raises(Retry):
            channel.publish(post_with(picture), step)
        assert not peer.asked(case.public)
        assert channel.publish(post_with(picture), step).id == case.receipt
        assert len(peer.asked(case.public)) == 1
        peer.requests.clear()


@pytest.mark.parametrize("answer", IN_DOUBT.values(), ids=IN_DOUBT)
def test_a_confirmation_that_is_lost_never_repeats_the_public_call(
    case: Case, channel: Channel, peer: Peer, picture: Media, answer: Reply
) -> None:
    for route in case.confirm:
        peer.first(route, answer)
        step = Notebook()
        with pytest.raises(Pending):
            channel.publish(post_with(picture), step)
        assert channel.publish(post_with(picture), step).id == case.receipt
        assert len(peer.asked(case.public)) == 1


def test_without_a_connection_nothing_was_sent(
    case: Case, session: requests.Session, picture: Media
) -> None:
    with pytest.raises(Retry) as raised:
        case.make("http://127.0.0.1:1", session).publish(post_with(picture), Notebook())
    assert_is_a_clean_sentence(raised.value)


def test_after_a_crash_it_goes_on_from_what_was_saved(
    case: Case, channel: Channel, peer: Peer, picture: Media
) -> None:
    """Die after each save in turn: whatever was saved is never made again."""
    saves = [event for event in case.saved if " " not in event]
    for dies_after in range(1, len(saves) + 1):
        peer.requests.clear()
        step = Notebook(dies_after=dies_after)
        with pytest.raises(Crash):
            channel.publish(post_with(picture), step)
        assert channel.publish(post_with(picture), step).id == case.receipt
        made = [event for event in case.saved if event.startswith("POST") and "verify" not in event]
        assert [len(peer.asked(route)) for route in made] == [1] * len(made)


@pytest.mark.parametrize("name", ["zalo", "facebook"])
def test_a_crash_before_anything_public_is_absent(
    name: str, session: requests.Session, picture: Media
) -> None:
    """Proved without a call: in two-phase nothing can be public without a saved id."""
    channel = CASES[name].make("http://127.0.0.1:1", session)
    assert isinstance(channel, Finds)
    found = channel.find(post_with(picture), {}, NOW - timedelta(minutes=1))
    assert found is Sight.ABSENT


def test_a_picture_that_is_gone_is_refused_before_anything_is_public(
    case: Case, channel: Channel, peer: Peer, picture: Media
) -> None:
    picture.path.unlink()
    with pytest.raises(Rejected, match=r"anh\.jpg"):
        channel.publish(post_with(picture), Notebook())
    assert not peer.asked(case.public)


def test_what_is_public_stays_sent_though_its_picture_is_gone(
    channel: Channel, peer: Peer, picture: Media
) -> None:
    """A second look at a post that is out asks nothing of its files."""
    step = Notebook()
    receipt = channel.publish(post_with(picture), step)
    made = len([each for each in peer.requests if each.method == "POST"])
    picture.path.unlink()
    assert channel.publish(post_with(picture), step).id == receipt.id
    again = [each for each in peer.requests if each.method == "POST"][made:]
    assert not [each.path for each in again if not each.path.endswith("/verify")]


def assert_is_a_clean_sentence(decision: Decision) -> None:
    reason = decision.reason
    assert reason == " ".join(reason.split())
    assert reason[0].isupper()
    assert reason[-1] in ".:"
    assert not [word for word in ("{", "http", "Error", "None") if word in reason]
