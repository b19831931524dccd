from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from channels.base import (
    Decision,
    Engagement,
    Media,
    Pending,
    Post,
    Receipt,
    Rejected,
    Retry,
    Sight,
    TokenLost,
    TokenPair,
    Unknown,
)
from tests.channels.fakes import Crash, Keeper, Notebook
from tests.channels.peer import RESET, SILENT, Peer, Reply
from tests.channels.services import (
    CREATE,
    DETAIL,
    NOW,
    REFRESH,
    SLICE,
    UPDATE,
    VERIFY,
    all_well,
    post_with,
    zalo,
)

BROADCAST = "POST /v2.0/oa/message"
QUOTA = "POST /v3.0/oa/quota/message"
USERS = "GET /v3.0/oa/user/getlist"
WORKING = Reply({"error": 0, "message": "Media is being processed", "data": {}})
FAILED = Reply({"error": -200, "message": "Upload media failed"})
PUBLIC = Receipt("abc1", "https://oa.example/abc1")


def error(code: int | str, message: str = "") -> Reply:
    return Reply({"error": code, "message": message})


@pytest.fixture(autouse=True)
def all_goes_well(peer: Peer) -> None:
    all_well(peer)


def test_an_article_is_made_hidden_and_then_shown_whole(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    second = replace(picture, url="https://xa.example/media/2.jpg", alt="")
    post = replace(post_with(picture), media=(picture, second))
    receipt = zalo(peer.url, session).publish(post, Notebook())
    hidden, shown = peer.asked(CREATE)[0].json, peer.asked(UPDATE)[0].json
    assert receipt == PUBLIC
    assert hidden == {
        "type": "normal",
        "title": "Khai sinh tại nhà",
        "author": "UBND xã Đắk Tô",
        "description": "Nộp hồ sơ trực tuyến. Không phải đi lại.",
        "cover": {
            "cover_type": "photo",
            "photo_url": "https://xa.example/media/%E1%BA%A3nh%201.jpg",
            "status": "show",
        },
        "body": [
            {"type": "text", "content": "Nộp hồ sơ trực tuyến."},
            {"type": "text", "content": "Không phải đi lại."},
            {"type": "image", "url": "https://xa.example/media/2.jpg"},
        ],
        "comment": "show",
        "status": "hide",
    }
    assert shown == {**hidden, "id": "abc1", "status": "show"}
    assert peer.asked(CREATE)[0].headers["access_token"] == "access-1"


def test_a_post_without_a_picture_takes_the_units_cover(
    peer: Peer, session: requests.Session
) -> None:
    post = Post("Nghỉ lễ", ("Nghỉ ngày 2/9.",))
    with pytest.raises(Rejected, match="ảnh bìa"):
        zalo(peer.url, session).publish(post, Notebook())
    cover = "https://xa.example/bia.jpg"
    zalo(peer.url, session, default_cover=cover).publish(post, Notebook())
    assert peer.asked(CREATE)[0].json["cover"]["photo_url"] == cover


def test_a_picture_that_the_service_cannot_fetch_is_refused(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    with pytest.raises(Rejected, match="public_url"):
        zalo(peer.url, session).publish(post_with(replace(picture, url="")), Notebook())
    assert not peer.requests


@pytest.mark.parametrize("working", [WORKING, error(-214, "being processed")])
def test_an_article_in_the_works_is_looked_at_again(
    peer: Peer, session: requests.Session, picture: Media, working: Reply
) -> None:
    peer.first(VERIFY, working)
    step, channel = Notebook(), zalo(peer.url, session)
    with pytest.raises(Pending) as raised:
        channel.publish(post_with(picture), step)
    assert raised.value.after == timedelta(seconds=3)
    assert channel.publish(post_with(picture), step) == PUBLIC
    assert len(peer.asked(CREATE)) == 1


@pytest.mark.parametrize(
    ("age", "flow", "decision", "wait"),
    [
        (timedelta(seconds=20), "two_phase", Pending, 3),
        (timedelta(minutes=5), "two_phase", Pending, 60),
        (timedelta(hours=2), "two_phase", Rejected, None),
        (timedelta(hours=2), "plain", Unknown, None),
    ],
)
def test_it_looks_ever_less_often_and_then_gives_up(
    peer: Peer,
    session: requests.Session,
    picture: Media,
    age: timedelta,
    flow: str,
    decision: type[Decision],
    wait: int | None,
) -> None:
    peer.on(VERIFY, WORKING)
    ids = {"token": "t", "taken": (NOW - age).isoformat(), "flow": flow}
    with pytest.raises(decision) as raised:
        zalo(peer.url, session).publish(post_with(picture), Notebook(ids))
    assert wait is None or getattr(raised.value, "after", None) == timedelta(seconds=wait)


def test_an_hour_without_any_answer_is_not_an_hour_of_processing(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    peer.on(VERIFY, RESET)
    taken = (NOW - timedelta(hours=2)).isoformat()
    step = Notebook({"token": "t", "taken": taken, "flow": "two_phase"})
    with pytest.raises(Pending):
        zalo(peer.url, session).publish(post_with(picture), step)


def test_pictures_that_could_not_be_fetched_are_offered_once_more(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    peer.on(VERIFY, FAILED)
    step, channel = Notebook(), zalo(peer.url, session)
    with pytest.raises(Retry, match="không tải được ảnh") as raised:
        channel.publish(post_with(picture), step)
    assert raised.value.after == timedelta(minutes=5)
    with pytest.raises(Rejected, match="không tải được ảnh"):
        channel.publish(post_with(picture), step)
    assert len(peer.asked(CREATE)) == 2
    assert not peer.asked(UPDATE)


def test_an_update_that_lost_its_answer_is_settled_by_the_article(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    peer.first(UPDATE, SILENT)
    step, channel, post = Notebook(), zalo(peer.url, session), post_with(picture)
    with pytest.raises(Unknown):
        channel.publish(post, step)
    assert channel.find(post, step.ids, NOW) == PUBLIC  # the peer shows it once it was asked to
    assert channel.publish(post, step) == PUBLIC
    assert len(peer.asked(UPDATE)) == 1


def test_an_update_that_never_arrived_is_absent_and_done_again(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    hidden = Reply({"error": 0, "data": {"id": "abc1", "status": "hide"}})
    peer.on(DETAIL, hidden)
    step, channel, post = Notebook({"id": "abc1"}), zalo(peer.url, session), post_with(picture)
    assert channel.find(post, step.ids, NOW) is Sight.ABSENT
    channel.publish(post, step)
    assert len(peer.asked(UPDATE)) == 1
    assert not peer.asked(CREATE)


def test_an_update_that_was_taken_may_show_at_any_moment(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    peer.on(DETAIL, Reply({"error": 0, "data": {"id": "abc1", "status": "hide"}}))
    peer.on(VERIFY, WORKING)
    found = zalo(peer.url, session).find(post_with(picture), {"id": "abc1", "show": "t"}, NOW)
    assert found is Sight.NOT_SHOWN


@pytest.mark.parametrize(("flow", "decision"), [("two_phase", Rejected), ("plain", Unknown)])
def test_a_token_that_is_not_known_any_more_proves_nothing_once_it_may_show(
    peer: Peer, session: requests.Session, picture: Media, flow: str, decision: type[Decision]
) -> None:
    peer.on(VERIFY, error(-201, "token is invalid"))
    step = Notebook({"token": "t", "taken": NOW.isoformat(), "flow": flow})
    with pytest.raises(decision):
        zalo(peer.url, session).publish(post_with(picture), step)


@pytest.mark.parametrize(
    ("answer", "found"), [(None, PUBLIC), (WORKING, Sight.NOT_SHOWN), (FAILED, Sight.ABSENT)]
)
def test_a_plain_article_with_a_token_is_settled_by_it(
    peer: Peer,
    session: requests.Session,
    picture: Media,
    answer: Reply | None,
    found: Receipt | Sight,
) -> None:
    channel, step = zalo(peer.url, session, "plain"), Notebook(dies_after=2)
    with pytest.raises(Crash):
        channel.publish(post_with(picture), step)
    if answer:
        peer.on(VERIFY, answer)
    assert channel.find(post_with(picture), step.ids, NOW) == found


def ms(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({}, Receipt("r9", "https://oa.example/r9")),
        ({"title": "khai  sinh TẠI nhà"}, Receipt("r9", "https://oa.example/r9")),
        ({"title": "Khai tử"}, Sight.NOT_SHOWN),
        ({"status": "hide"}, Sight.NOT_SHOWN),
        ({"create_date": ms(NOW - timedelta(minutes=3))}, Sight.NOT_SHOWN),
        (
            {"create_date": int(ms(NOW - timedelta(minutes=1)))},
            Receipt("r9", "https://oa.example/r9"),
        ),
        ({"create_date": None}, Sight.NOT_SHOWN),
    ],
)
def test_a_plain_create_in_doubt_is_sought_by_title_and_time(
    peer: Peer,
    session: requests.Session,
    picture: Media,
    row: dict[str, Any],
    found: Receipt | Sight,
) -> None:
    ours = {
        "id": "r9",
        "title": "Khai sinh tại nhà",
        "status": "show",
        "create_date": ms(NOW),
        "link_view": "https://oa.example/r9",
    }
    peer.on(SLICE, Reply({"error": 0, "data": {"total": 1, "medias": [{**ours, **row}]}}))
    channel = zalo(peer.url, session, "plain")
    assert channel.find(post_with(picture), {"flow": "plain"}, NOW) == found


def test_a_flow_changed_in_the_settings_does_not_change_what_was_begun(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    channel = zalo(peer.url, session, "two_phase")
    assert channel.find(post_with(picture), {"flow": "plain"}, NOW) is Sight.NOT_SHOWN


@pytest.mark.parametrize("code", [-216, -220, 216, 401, "-216"])
def test_a_refused_token_is_renewed_once(
    peer: Peer, session: requests.Session, picture: Media, code: int | str
) -> None:
    peer.first(CREATE, error(code, "Access token is invalid"))
    keeper = Keeper(TokenPair("access-1", "refresh-1"))
    zalo(peer.url, session, tokens=keeper).publish(post_with(picture), Notebook())
    used = [each.headers["access_token"] for each in peer.asked(CREATE)]
    assert used == ["access-1", "access-2"]
    assert keeper.pair
    assert keeper.pair.refresh == "refresh-2"


def test_a_token_refused_after_its_renewal_cuts_the_channel_off(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    peer.on(CREATE, error(-216))
    with pytest.raises(TokenLost, match="loa token link"):
        zalo(peer.url, session).publish(post_with(picture), Notebook())
    assert len(peer.asked(REFRESH)) == 1


@pytest.mark.parametrize(
    ("code", "message", "decision"),
    [
        (-32, "rate limit", Retry),
        (-200, "Send failed", Retry),
        (-201, "title allow 1 to 150 characters", Rejected),
        (-210, "over limit", Rejected),
        (-211, "out of quota", Retry),
        (-212, "not registered", TokenLost),
        (-221, "OA not verified", TokenLost),
        (-223, "OA has not authorised this API", TokenLost),
        (-223, "Your OA has reach the limit quota create article", Retry),
        (-224, "upgrade package", TokenLost),
        (-248, "violates", Rejected),
        (-9999, "never heard of", Rejected),
    ],
)
def test_every_error_has_its_class(
    peer: Peer,
    session: requests.Session,
    picture: Media,
    code: int,
    message: str,
    decision: type[Decision],
) -> None:
    peer.on(CREATE, error(code, message))
    with pytest.raises(decision) as raised:
        zalo(peer.url, session).publish(post_with(picture), Notebook())
    assert message in raised.value.raw
    assert message not in raised.value.reason


def test_a_failure_without_a_cause_is_in_doubt_where_it_would_show(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    peer.on(CREATE, error(-200, "Send failed"))
    with pytest.raises(Unknown):
        zalo(peer.url, session, "plain").publish(post_with(picture), Notebook())


def test_a_used_up_quota_waits_for_the_morning(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    peer.on(CREATE, error(-211))
    with pytest.raises(Retry) as raised:
        zalo(peer.url, session).publish(post_with(picture), Notebook())
    assert NOW + raised.value.after == datetime(2026, 11, 20, 23, 5, tzinfo=UTC)


def test_the_wrong_field_is_named(peer: Peer, session: requests.Session, picture: Media) -> None:
    peer.on(CREATE, error(-201, "Ảnh đại diện không hợp lệ"))
    with pytest.raises(Rejected, match="ảnh bìa"):
        zalo(peer.url, session).publish(post_with(picture), Notebook())


def test_views_and_shares_are_told_and_the_rest_is_not(
    peer: Peer, session: requests.Session
) -> None:
    channel = zalo(peer.url, session)
    peer.on(DETAIL, Reply({"error": 0, "data": {"total_view": "12", "total_share": 0}}))
    assert channel.metrics(PUBLIC) == Engagement(views=12, shares=0)
    peer.on(DETAIL, Reply({"error": 0, "data": {"id": "abc1"}}))
    assert channel.metrics(PUBLIC) == Engagement()
    row = {"id": "abc1", "total_view": 15, "total_share": 2}
    peer.on(SLICE, Reply({"error": 0, "data": {"medias": [row]}}))
    assert channel.metrics(PUBLIC) == Engagement(views=15, shares=2)


def test_followers_and_check_read_the_account(peer: Peer, session: requests.Session) -> None:
    account = {"oa_id": "888", "name": "UBND xã Đắk Tô", "num_follower": "321"}
    peer.on("GET /v2.0/oa/getoa", Reply({"error": 0, "data": account}))
    channel = zalo(peer.url, session)
    assert channel.followers() == 321
    assert channel.check() == "Đã nối Zalo OA “UBND xã Đắk Tô”."
    assert zalo(peer.url, session, oa_id="").check()
    with pytest.raises(Rejected, match="888"):
        zalo(peer.url, session, oa_id="999").check()


def test_withdrawing_twice_is_the_same_as_once(peer: Peer, session: requests.Session) -> None:
    channel = zalo(peer.url, session)
    peer.on("POST /v2.0/article/remove", Reply({"error": 0}), error(-201, "article not found"))
    peer.on(DETAIL, error(-201, "article not found"))
    channel.withdraw(PUBLIC)
    channel.withdraw(PUBLIC)
    peer.on(DETAIL, Reply({"error": 0, "data": {"id": "abc1", "status": "show"}}))
    with pytest.raises(Rejected):
        channel.withdraw(PUBLIC)


# The broadcast.


@pytest.fixture
def quota(peer: Peer) -> None:
    peer.on(USERS, Reply({"error": 0, "data": {"users": [{"user_id": "u1"}]}}))
    left = {"daily_remain": 1, "monthly_remain": 3}
    peer.on(QUOTA, Reply({"error": 0, "data": {"promotion": left}}))
    peer.on(BROADCAST, Reply({"error": 0, "data": {"message_id": "m1"}}))


@pytest.mark.usefixtures("quota")
def test_followers_are_told_once(peer: Peer, session: requests.Session) -> None:
    channel, step = zalo(peer.url, session), Notebook()
    told = channel.announce(PUBLIC, step)
    assert told == Receipt(PUBLIC.id, PUBLIC.url, {"broadcast": "m1"})
    assert channel.announce(PUBLIC, step) == told
    (asked,) = peer.asked(BROADCAST)
    assert asked.json["recipient"] == {"target": {}}
    element = {"media_type": "article", "attachment_id": "abc1"}
    assert asked.json["message"]["attachment"]["payload"]["elements"] == [element]


@pytest.mark.usefixtures("quota")
@pytest.mark.parametrize("answer", [SILENT, RESET, error(-200, "Send failed"), Reply({"error": 0})])
def test_a_broadcast_in_doubt_stays_unknown(
    peer: Peer, session: requests.Session, answer: Reply
) -> None:
    peer.on(BROADCAST, answer)
    with pytest.raises(Unknown, match="không tự gửi lại"):
        zalo(peer.url, session).announce(PUBLIC, Notebook())
    assert len(peer.asked(BROADCAST)) == 1


@pytest.mark.usefixtures("quota")
@pytest.mark.parametrize(
    ("hour", "minute", "wait"),
    [
        (22, 0, timedelta(hours=8, minutes=5)),
        (23, 30, timedelta(hours=6, minutes=35)),
        (5, 59, timedelta(minutes=6)),
    ],
)
def test_nobody_is_woken_at_night(
    peer: Peer, session: requests.Session, hour: int, minute: int, wait: timedelta
) -> None:
    here = datetime(2026, 11, 20, hour, minute, tzinfo=UTC) - timedelta(hours=7)
    channel = zalo(peer.url, session, now=lambda: here)
    with pytest.raises(Retry, match="22 giờ") as raised:
        channel.announce(PUBLIC, Notebook())
    assert raised.value.after == wait
    assert not peer.requests


@pytest.mark.usefixtures("quota")
@pytest.mark.parametrize(
    ("left", "decision"),
    [({"daily_remain": 0, "monthly_remain": 3}, Retry), ({"monthly_remain": "0"}, Rejected)],
)
def test_without_quota_nothing_is_sent(
    peer: Peer, session: requests.Session, left: dict[str, Any], decision: type[Decision]
) -> None:
    peer.on(QUOTA, Reply({"error": 0, "data": {"promotion": left}}))
    with pytest.raises(decision):
        zalo(peer.url, session).announce(PUBLIC, Notebook())
    assert not peer.asked(BROADCAST)


@pytest.mark.usefixtures("quota")
def test_a_quota_that_is_not_told_is_left_to_the_service(
    peer: Peer, session: requests.Session
) -> None:
    peer.on(QUOTA, error(-212))
    assert zalo(peer.url, session).announce(PUBLIC, Notebook()).ids["broadcast"] == "m1"


@pytest.mark.usefixtures("quota")
def test_an_oa_that_may_not_broadcast_still_publishes(
    peer: Peer, session: requests.Session
) -> None:
    """Rejected, not TokenLost: the queue of articles must not be held for it."""
    peer.on(BROADCAST, error(-224))
    with pytest.raises(Rejected, match="Bài đã đăng"):
        zalo(peer.url, session).announce(PUBLIC, Notebook())
