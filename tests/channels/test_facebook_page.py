from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
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
    Unknown,
)
from tests.channels.fakes import Notebook
from tests.channels.peer import SILENT, Peer, Reply
from tests.channels.services import (
    FEED,
    FLIP,
    NOW,
    PAGE,
    PHOTOS,
    READ,
    VIDEOS,
    all_well,
    facebook,
    post_with,
)

LIST = f"GET {PAGE}/published_posts"
INSIGHTS = "GET /v24.0/100_1/insights"
VIDEO = "GET /v24.0/601"
TEXT = Post(
    "", ("Lịch tiếp công dân tháng 12.",), link="https://xa.example/lich?utm_source=facebook"
)
PUBLIC = Receipt("100_1", "https://facebook.example/100_1")


def error(code: int, sub: int = 0, status: int = 400, **headers: str) -> Reply:
    body = {"message": "raw words", "type": "OAuthException", "code": code, "error_subcode": sub}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply({"error": body}, status=status, headers=named)


@pytest.fixture(autouse=True)
def all_goes_well(peer: Peer) -> None:
    all_well(peer)


def test_a_post_is_a_draft_until_its_id_is_known(peer: Peer, session: requests.Session) -> None:
    assert facebook(peer.url, session).publish(TEXT, Notebook()) == PUBLIC
    draft, flip = peer.asked(FEED)[0], peer.asked(FLIP)[0]
    assert draft.form == {
        "message": TEXT.text,
        "fields": "id,permalink_url",
        "link": TEXT.link,
        "published": "false",
        "unpublished_content_type": "DRAFT",
    }
    assert flip.form == {"is_published": "true"}
    assert draft.headers["Authorization"] == "Bearer PAGE-TOKEN"


def test_several_photos_keep_their_order(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    peer.on(PHOTOS, Reply({"id": "501"}), Reply({"id": "502"}), Reply({"id": "503"}))
    post = replace(TEXT, media=(picture,) * 3)
    facebook(peer.url, session).publish(post, Notebook())
    uploads, (feed,) = peer.asked(PHOTOS), peer.asked(FEED)
    assert [each.form["published"] for each in uploads] == ["false"] * 3
    assert uploads[0].form["source"] == "JPEG"
    attached = [each["media_fbid"] for each in json.loads(feed.form["attached_media"])]
    assert attached == ["501", "502", "503"]
    assert "link" not in feed.form


def test_a_photo_that_is_up_is_not_sent_again(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    peer.on(PHOTOS, Reply({"id": "501"}), SILENT, Reply({"id": "502"}))
    post, step = replace(TEXT, media=(picture,) * 2), Notebook()
    with pytest.raises(Retry):
        facebook(peer.url, session).publish(post, step)
    assert step.ids == {"photo_0": "501"}
    facebook(peer.url, session).publish(post, step)
    assert len(peer.asked(PHOTOS)) == 3


def test_photos_that_a_lost_draft_took_are_uploaded_anew(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    peer.first(FEED, error(100, 1366051))
    step = Notebook()
    with pytest.raises(Retry):
        facebook(peer.url, session).publish(post_with(picture), step)
    facebook(peer.url, session).publish(post_with(picture), step)
    assert len(peer.asked(PHOTOS)) == 2


def test_the_plain_flow_posts_one_photo_with_its_caption(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    peer.on(PHOTOS, Reply({"id": "501", "post_id": "100_1"}))
    receipt = facebook(peer.url, session, "plain").publish(post_with(picture), Notebook())
    assert receipt.id == "100_1"
    form = peer.asked(PHOTOS)[0].form
    assert (form["published"], form["caption"]) == ("true", post_with(picture).text)
    assert not peer.asked(FEED)


def test_each_call_is_signed_where_there_is_a_secret(peer: Peer, session: requests.Session) -> None:
    facebook(peer.url, session, app_secret="SECRET").publish(TEXT, Notebook())
    proof = hmac.new(b"SECRET", b"PAGE-TOKEN", hashlib.sha256).hexdigest()
    assert {each.query["appsecret_proof"] for each in peer.requests} == {proof}


@pytest.mark.parametrize(
    ("reply", "decision"),
    [
        (error(1), Unknown),
        (error(2, status=500), Unknown),
        (error(368, 1609010), Unknown),
        (error(4), Retry),
        (error(17), Retry),
        (error(32), Retry),
        (error(341), Retry),
        (error(613), Retry),
        (error(80001), Retry),
        (error(368, 1390008), Retry),
        (error(10), TokenLost),
        (error(102), TokenLost),
        (error(190, 460), TokenLost),
        (error(200), TokenLost),
        (error(368, 1404078), TokenLost),
        (error(3), Rejected),
        (error(100), Rejected),
        (error(100, 33), Rejected),
        (error(368), Rejected),
        (error(506), Rejected),
        (error(1609005), Rejected),
        (error(99999), Rejected),
        (error(99999, status=500), Unknown),
        (error(99999, status=401), TokenLost),
        (Reply({"error": "odd"}), Unknown),
        (Reply({"success": False}), Unknown),
    ],
)
def test_every_error_has_its_class(
    peer: Peer, session: requests.Session, reply: Reply, decision: type[Decision]
) -> None:
    peer.on(FLIP, reply)
    with pytest.raises(decision) as raised:
        facebook(peer.url, session).publish(TEXT, Notebook())
    assert "raw words" not in raised.value.reason


def test_a_flip_that_lost_its_answer_is_settled_by_the_post_and_never_done_twice(
    peer: Peer, session: requests.Session
) -> None:
    peer.first(FLIP, SILENT)
    step, channel = Notebook(), facebook(peer.url, session)
    with pytest.raises(Unknown):
        channel.publish(TEXT, step)
    assert channel.find(TEXT, step.ids, NOW) == PUBLIC
    assert channel.publish(TEXT, step) == PUBLIC
    assert len(peer.asked(FLIP)) == len(peer.asked(FEED)) == 1


def test_a_duplicate_after_doubt_hints_that_the_first_went_out(
    peer: Peer, session: requests.Session
) -> None:
    peer.on(FEED, SILENT, error(506))
    step, channel = Notebook(), facebook(peer.url, session, "plain")
    for _ in range(2):
        with pytest.raises(Unknown):
            channel.publish(TEXT, step)


BUSY = json.dumps(
    {"100": [{"type": "pages", "call_count": 99, "estimated_time_to_regain_access": 12}]}
)


@pytest.mark.parametrize(
    ("reply", "wait"),
    [
        (error(80001, X_Business_Use_Case_Usage=BUSY), timedelta(minutes=12)),
        (error(4), timedelta(hours=1)),
        (error(4, X_App_Usage="not json"), timedelta(hours=1)),
    ],
)
def test_the_stated_wait_is_kept(
    peer: Peer, session: requests.Session, reply: Reply, wait: timedelta
) -> None:
    peer.on(FEED, reply)
    with pytest.raises(Retry) as raised:
        facebook(peer.url, session).publish(TEXT, Notebook())
    assert raised.value.after == wait


def test_it_rests_when_usage_nears_the_limit(peer: Peer, session: requests.Session) -> None:
    clock = [NOW]
    nearly = {"X-App-Usage": '{"call_count":20,"total_cputime":91,"total_time":30}'}
    peer.on(READ, Reply({"is_published": True}, headers=nearly))
    channel = facebook(peer.url, session, now=lambda: clock[0])
    channel.publish(TEXT, Notebook())
    calls = len(peer.requests)
    with pytest.raises(Retry) as raised:
        channel.publish(TEXT, Notebook())
    assert raised.value.after == timedelta(minutes=5)
    assert len(peer.requests) == calls
    clock[0] += timedelta(minutes=5)
    channel.publish(TEXT, Notebook())


# Look-up.


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        ({"is_published": True, "permalink_url": PUBLIC.url}, PUBLIC),
        ({"is_published": False}, Sight.ABSENT),
        ({}, Sight.NOT_SHOWN),
        ({"error": {"code": 100, "error_subcode": 33}}, Sight.NOT_SHOWN),
    ],
)
def test_a_known_id_tells(
    peer: Peer, session: requests.Session, seen: dict[str, Any], found: Receipt | Sight
) -> None:
    peer.on(READ, Reply(seen))
    assert facebook(peer.url, session).find(TEXT, {"post": "100_1"}, NOW) == found


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({}, PUBLIC),
        ({"message": "lịch tiếp\n\ncông dân tháng 12."}, PUBLIC),
        ({"message": "Lịch khác"}, Sight.NOT_SHOWN),
        ({"message": None}, Sight.NOT_SHOWN),
        ({"created_time": "2026-11-20T01:57:59+0000"}, Sight.NOT_SHOWN),
        ({"created_time": "2026-11-20T01:58:01+0000"}, PUBLIC),
        ({"created_time": "yesterday"}, Sight.NOT_SHOWN),
        ({"application": {"id": "9"}}, Sight.NOT_SHOWN),
        ({"application": None}, PUBLIC),
    ],
)
def test_a_plain_post_in_doubt_is_sought_by_text_and_time(
    peer: Peer, session: requests.Session, row: dict[str, Any], found: Receipt | Sight
) -> None:
    ours = {
        "id": "100_1",
        "message": TEXT.text,
        "created_time": "2026-11-20T02:00:00+0000",
        "permalink_url": PUBLIC.url,
        "application": {"id": "5", "name": "Loa"},
    }
    peer.on(LIST, Reply({"data": [{**ours, **row}], "paging": {}}))
    channel = facebook(peer.url, session, "plain", app_id="5")
    assert channel.find(TEXT, {"flow": "plain"}, NOW) == found
    assert peer.asked(LIST)[0].query["since"] == str(int(NOW.timestamp()) - 120)


def test_a_post_without_text_is_never_found_by_text(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    row = {"id": "100_9", "message": "", "created_time": "2026-11-20T02:00:00+0000"}
    peer.on(LIST, Reply({"data": [row]}))
    post = Post("", (), media=(picture,))
    assert facebook(peer.url, session, "plain").find(post, {}, NOW) is Sight.NOT_SHOWN


# Video.


@pytest.fixture
def film(tmp_path: Path) -> Media:
    path = tmp_path / "phim.mp4"
    path.write_bytes(b"0123456789")
    return Media(path, "video", "video/mp4")


def offsets(start: int, end: int) -> Reply:
    return Reply({"start_offset": str(start), "end_offset": str(end)})


STARTED = Reply(
    {"upload_session_id": "s1", "video_id": "601", "start_offset": "0", "end_offset": "6"}
)
READY = {"published": True, "permalink_url": "/xadakto/videos/601", "post_id": "100_601"}
SHOWN = Receipt("100_601", "https://www.facebook.com/xadakto/videos/601", {"video": "601"})


def status(word: str, **more: Any) -> Reply:
    return Reply({"status": {"video_status": word}, **more})


def test_a_video_goes_up_in_pieces_and_has_its_id_before_it_is_public(
    peer: Peer, session: requests.Session, film: Media
) -> None:
    peer.on(VIDEOS, STARTED, offsets(6, 10), offsets(10, 10), Reply({"success": True}))
    peer.on(VIDEO, status("processing"), status("ready", **READY))
    post, step = replace(TEXT, title="Phóng sự", media=(film,)), Notebook()
    channel = facebook(peer.url, session)
    with pytest.raises(Pending):
        channel.publish(post, step)
    assert channel.publish(post, step) == SHOWN
    start, one, two, finish = (each.form for each in peer.asked(VIDEOS))
    assert start == {"upload_phase": "start", "file_size": "10"}
    assert (one["video_file_chunk"], two["video_file_chunk"]) == ("012345", "6789")
    assert (finish["upload_phase"], finish["title"]) == ("finish", "Phóng sự")


def test_a_video_whose_last_answer_is_lost_is_settled_by_its_id(
    peer: Peer, session: requests.Session, film: Media
) -> None:
    peer.on(VIDEOS, STARTED, offsets(10, 10), SILENT)
    post, step, channel = replace(TEXT, media=(film,)), Notebook(), facebook(peer.url, session)
    with pytest.raises(Unknown):
        channel.publish(post, step)
    for answer, found in (
        (status("ready", **READY), SHOWN),
        (status("processing", published=False), Sight.NOT_SHOWN),
        (status("upload_complete", published=False), Sight.ABSENT),
        (status("error"), Sight.ABSENT),
        (error(100, 33), Sight.NOT_SHOWN),
    ):
        peer.on(VIDEO, answer)
        assert channel.find(post, step.ids, NOW) == found


def test_a_video_that_was_accepted_is_not_absent_for_being_slow(
    peer: Peer, session: requests.Session, film: Media
) -> None:
    ids = {"flow": "plain", "video": "601", "finished": "yes"}
    peer.on(VIDEO, status("upload_complete", published=False))
    found = facebook(peer.url, session).find(replace(TEXT, media=(film,)), ids, NOW)
    assert found is Sight.NOT_SHOWN


def test_a_video_that_is_absent_is_finished_again_and_one_in_the_works_is_not(
    peer: Peer, session: requests.Session, film: Media
) -> None:
    ids = {"video": "601", "uploaded": "s1", "finishing": "yes"}
    post, channel = replace(TEXT, media=(film,)), facebook(peer.url, session)
    peer.on(VIDEO, status("processing"))
    with pytest.raises(Pending):
        channel.publish(post, Notebook(ids))
    assert not peer.asked(VIDEOS)
    peer.on(VIDEO, status("upload_complete"), status("ready", **READY))
    peer.on(VIDEOS, Reply({"success": True}))
    assert channel.publish(post, Notebook(ids)) == SHOWN
    assert [each.form["upload_phase"] for each in peer.asked(VIDEOS)] == ["finish"]


def test_a_broken_upload_is_begun_anew(peer: Peer, session: requests.Session, film: Media) -> None:
    peer.on(VIDEOS, STARTED, SILENT, STARTED, offsets(10, 10), Reply({"success": True}))
    peer.on(VIDEO, status("ready", **READY))
    post, step, channel = replace(TEXT, media=(film,)), Notebook(), facebook(peer.url, session)
    with pytest.raises(Retry):
        channel.publish(post, step)
    assert channel.find(post, step.ids, NOW) is Sight.ABSENT
    assert channel.publish(post, step) == SHOWN


def test_a_piece_that_did_not_fit_is_an_upload_begun_anew(
    peer: Peer, session: requests.Session, film: Media
) -> None:
    """The last piece had arrived, only its answer had not."""
    peer.on(VIDEOS, STARTED, error(6000, 1363037))
    with pytest.raises(Retry):
        facebook(peer.url, session).publish(replace(TEXT, media=(film,)), Notebook())


@pytest.mark.parametrize("odd", [offsets(0, 6), offsets(3, 6), offsets(9, 8), Reply({})])
def test_an_upload_that_does_not_get_on_ends(
    peer: Peer, session: requests.Session, film: Media, odd: Reply
) -> None:
    peer.on(VIDEOS, STARTED, odd)
    with pytest.raises(Retry):
        facebook(peer.url, session).publish(replace(TEXT, media=(film,)), Notebook())
    assert len(peer.asked(VIDEOS)) == 2


def test_a_video_that_cannot_be_processed_is_rejected(
    peer: Peer, session: requests.Session, film: Media
) -> None:
    peer.on(VIDEO, status("error"))
    step = Notebook({"video": "601", "finishing": "yes", "finished": "yes"})
    with pytest.raises(Rejected, match="video"):
        facebook(peer.url, session).publish(replace(TEXT, media=(film,)), step)


def test_photos_beside_a_video_are_not_dropped_in_silence(
    peer: Peer, session: requests.Session, film: Media, picture: Media
) -> None:
    with pytest.raises(Rejected, match="một video"):
        facebook(peer.url, session).publish(replace(TEXT, media=(film, picture)), Notebook())
    assert not peer.requests


def test_a_plain_video_is_one_call(peer: Peer, session: requests.Session, film: Media) -> None:
    peer.on(VIDEOS, Reply({"id": "601"}))
    peer.on(VIDEO, status("ready", **READY))
    channel = facebook(peer.url, session, "plain")
    assert channel.publish(replace(TEXT, media=(film,)), Notebook()) == SHOWN
    (asked,) = peer.asked(VIDEOS)
    assert (asked.form["source"], asked.form["description"]) == ("0123456789", TEXT.text)


# Numbers.

TOLD = {
    "reactions": {"data": [], "summary": {"total_count": 5}},
    "comments": {"data": [], "summary": {"total_count": 2}},
    "shares": {"count": 3},
}


def metric(name: str, value: Any) -> Reply:
    return Reply({"data": [{"name": name, "period": "lifetime", "values": [{"value": value}]}]})


@pytest.mark.parametrize(("value", "views"), [(70, 70), ({"paid": 0, "organic": 41}, 41)])
def test_what_came_back(peer: Peer, session: requests.Session, value: Any, views: int) -> None:
    peer.on(READ, Reply(TOLD))
    peer.on(INSIGHTS, metric("post_media_view", value))
    assert facebook(peer.url, session).metrics(PUBLIC) == Engagement(views, 5, 2, 3)


def test_shares_are_none_told_only_where_the_rest_is_not_told_either(
    peer: Peer, session: requests.Session
) -> None:
    peer.on(INSIGHTS, Reply({"data": []}))
    peer.on(READ, Reply({key: TOLD[key] for key in ("reactions", "comments")}))
    channel = facebook(peer.url, session)
    assert channel.metrics(PUBLIC) == Engagement(None, 5, 2, 0)
    peer.on(READ, Reply({"id": "100_1"}))
    assert channel.metrics(PUBLIC) == Engagement()


def test_a_metric_that_is_refused_is_not_asked_again(peer: Peer, session: requests.Session) -> None:
    peer.on(READ, Reply(TOLD))
    peer.on(INSIGHTS, error(100), metric("post_impressions", 9))
    channel = facebook(peer.url, session)
    for _ in range(2):
        assert channel.metrics(PUBLIC).views == 9
    asked = [each.query["metric"] for each in peer.asked(INSIGHTS)]
    assert asked == ["post_media_view", "post_impressions", "post_impressions"]


def test_one_counter_without_permission_does_not_hide_the_others(
    peer: Peer, session: requests.Session
) -> None:
    """Asked together they fail together; asked alone, one stays untold and is not asked again."""
    peer.on(INSIGHTS, Reply({"data": []}))
    no = error(10)
    told = [Reply({key: TOLD[key]}) for key in TOLD]
    peer.on(READ, no, no, told[1], told[2], Reply(TOLD))
    channel = facebook(peer.url, session)
    assert channel.metrics(PUBLIC) == Engagement(None, None, 2, 3)
    channel.metrics(PUBLIC)
    assert "reactions" not in peer.asked(READ)[-1].query["fields"]


def test_a_dead_token_is_told_by_the_numbers_too(peer: Peer, session: requests.Session) -> None:
    peer.on(READ, error(190, 463))
    with pytest.raises(TokenLost, match="hết hạn"):
        facebook(peer.url, session).metrics(PUBLIC)


def test_followers_withdraw_and_check(peer: Peer, session: requests.Session) -> None:
    channel = facebook(peer.url, session)
    peer.on(f"GET {PAGE}", Reply({"fan_count": 90}), Reply({"followers_count": 0, "fan_count": 90}))
    assert (channel.followers(), channel.followers()) == (90, 0)
    peer.on("DELETE /v24.0/100_1", Reply({"success": True}), error(100, 33))
    channel.withdraw(PUBLIC)
    channel.withdraw(PUBLIC)
    peer.on("GET /v24.0/me", Reply({"id": "100", "name": "Xã Đắk Tô"}), Reply({"id": "9"}))
    assert channel.check() == "Đã nối Trang Facebook “Xã Đắk Tô”."
    with pytest.raises(Rejected, match="không phải của Trang"):
        channel.check()
