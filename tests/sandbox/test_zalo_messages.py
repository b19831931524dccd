from typing import Any

import pytest

from tests.sandbox.clients import Zalo
from tests.sandbox.conftest import World


def test_a_broadcast_reaches_the_followers_and_raises_views(world: World) -> None:
    zalo = Zalo(world)
    told, quiet = zalo.published(), zalo.published()
    sent = zalo.broadcast(told)
    assert sent["error"] == 0
    world.later(hours=20)
    announced = {post.id: post.announced_to for post in world.sandbox.posts("zalo")}
    assert announced[told] > 900
    assert announced[quiet] == 0


def test_one_broadcast_a_day_and_four_a_month(world: World) -> None:
    zalo = Zalo(world)
    article_id = zalo.published()
    assert zalo.broadcast(article_id)["error"] == 0
    assert zalo.broadcast(article_id)["error"] == -218
    for _ in range(3):
        world.later(days=1)
        zalo = Zalo(world)
        assert zalo.broadcast(article_id)["error"] == 0
    world.later(days=1)
    Zalo(world).broadcast(article_id)  # only those who came since the first one are left
    receivers = [each["receivers"] for each in world.sandbox.zalo.accounts.oa.broadcasts]
    assert min(receivers[:4]) > 900
    assert receivers[4] < 10


def test_no_broadcast_at_night(world: World) -> None:
    zalo = Zalo(world)
    article_id = zalo.published()
    world.later(hours=14)  # 22:00
    assert zalo.broadcast(article_id)["error"] == -234
    world.later(hours=8)  # 06:00
    assert zalo.broadcast(article_id)["error"] == 0


@pytest.mark.parametrize("target", [{"ages": 3}, {"ages": "3,4"}, {"ages": [3, 4], "gender": "0"}])
def test_a_target_in_any_of_its_shapes(world: World, target: dict[str, Any]) -> None:
    zalo = Zalo(world)
    assert zalo.broadcast(zalo.published(), target)["error"] == 0
    assert 0 < world.sandbox.posts("zalo")[0].announced_to < 900


@pytest.mark.parametrize("target", [{"ages": 9}, {"age": 1}, {"cities": "x"}])
def test_a_wrong_target_is_refused(world: World, target: dict[str, Any]) -> None:
    zalo = Zalo(world)
    assert zalo.broadcast(zalo.published(), target)["error"] == -201


def test_a_hidden_or_unknown_article_cannot_be_broadcast(world: World) -> None:
    zalo = Zalo(world)
    assert zalo.broadcast(zalo.published(status="hide"))["error"] == -201
    assert zalo.broadcast("0" * 20)["error"] == -201


def test_the_windows_of_consultation(world: World) -> None:
    zalo = Zalo(world)
    user = zalo.oa.user_id(3)
    assert zalo.say(user)["error"] == -232
    world.sandbox.zalo.say(user, "Xã làm việc thứ Bảy không ạ?")
    assert zalo.say(user)["data"]["quota"]["quota_type"] == "reply"
    world.later(hours=49)
    zalo = Zalo(world)
    assert zalo.say(user)["error"] == -320
    zalo.oa.cs_quota = 1
    assert zalo.say(user)["data"]["quota"]["quota_type"] == "sub_quota"
    world.later(days=6)
    assert Zalo(world).say(user)["error"] == -230


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"text": ""}, -201),
        ({"text": "x" * 2001}, -210),
        ({"text": "ă" * 2000}, 0),
        ({"text": "", "attachment": {"type": "file", "payload": {"token": "none"}}}, -201),
        (
            {"attachment": {"type": "template", "payload": {"buttons": [
                {"title": "Mở", "type": "oa.open.url", "payload": {"url": "https://xa.vn"}}]}}},
            0,
        ),
        (
            {"attachment": {"type": "template", "payload": {"buttons": [
                {"title": "Hỏi", "type": "oa.query.hide", "payload": "#hoi"}] * 6}}},
            -201,
        ),
    ],
)  # fmt: skip
def test_what_a_message_may_be(world: World, message: dict[str, Any], code: int) -> None:
    zalo = Zalo(world)
    user = zalo.oa.user_id(0)
    world.sandbox.zalo.say(user, "chào")
    assert zalo.say(user, **message)["error"] == code


def test_the_old_message_door_is_shut_for_users(world: World) -> None:
    zalo = Zalo(world)
    body = {"recipient": {"user_id": zalo.oa.user_id(0)}, "message": {"text": "x"}}
    assert zalo.call("POST", "/v2.0/oa/message", json=body)["error"] == -240


def test_an_upload_lives_seven_days(world: World) -> None:
    zalo = Zalo(world)
    user = zalo.oa.user_id(0)
    picture = {"file": ("a.jpg", world.picture())}
    upload = zalo.call("POST", "/v2.0/oa/upload/image", files=picture)["data"]
    media = {"template_type": "media", "elements": [{"media_type": "image", **upload}]}
    attachment = {"type": "template", "payload": media}
    world.sandbox.zalo.say(user, "chào")
    assert zalo.say(user, attachment=attachment)["error"] == 0
    world.later(days=7)
    assert Zalo(world).say(user, attachment=attachment)["error"] == -100


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.jpg", b"no picture", -201),
        ("a.gif", b"GIF89a", -201),
        ("a.jpg", b"\0" * 1_100_000, -210),
    ],
)
def test_a_wrong_upload_is_refused(world: World, name: str, data: bytes, code: int) -> None:
    answer = Zalo(world).call("POST", "/v2.0/oa/upload/image", files={"file": (name, data)})
    assert answer["error"] == code


def test_an_upload_without_an_ending_succeeds_with_nothing(world: World) -> None:
    answer = Zalo(world).call("POST", "/v2.0/oa/upload/image", files={"file": ("a", b"x")})
    assert (answer["error"], answer["data"]) == (0, {})


def test_followers_are_counted_and_listed(world: World) -> None:
    zalo = Zalo(world)
    count = zalo.call("GET", "/v2.0/oa/getoa")["data"]["num_follower"]
    world.sandbox.zalo.follow("khách", follows=True)
    assert zalo.call("GET", "/v2.0/oa/getoa")["data"]["num_follower"] == count + 1
    listed = zalo.get("/v3.0/oa/user/getlist", offset=0, count=50, is_follower=True)["data"]
    assert (listed["total"], listed["count"]) == (count + 1, 50)
    one = listed["users"][0]["user_id"]
    detail = zalo.get("/v3.0/oa/user/detail", user_id=one)["data"]
    assert detail["user_is_follower"] is True
    assert detail["display_name"]
    world.later(days=30)
    assert Zalo(world).call("GET", "/v2.0/oa/getoa")["data"]["num_follower"] > count + 1


def test_a_list_of_users_keeps_its_limits(world: World) -> None:
    zalo = Zalo(world)
    assert zalo.get("/v3.0/oa/user/getlist", offset=0, count=51)["error"] == -201
    assert zalo.call("GET", "/v3.0/oa/user/getlist", params={"offset": 0})["error"] == -201
    recent = zalo.get("/v3.0/oa/user/getlist", offset=0, count=5, last_interaction_period="L7D")
    assert recent["data"]["total"] == 0


def test_a_conversation_newest_first(world: World) -> None:
    zalo = Zalo(world)
    user = zalo.oa.user_id(5)
    world.sandbox.zalo.say(user, "Cho hỏi")
    world.later(minutes=1)
    zalo.say(user, "Dạ xã nghe")
    talk = zalo.get("/v2.0/oa/conversation", user_id=user, offset=0, count=10)["data"]
    assert [(m["src"], m["message"]) for m in talk] == [(0, "Dạ xã nghe"), (1, "Cho hỏi")]
    [last] = zalo.get("/v2.0/oa/listrecentchat", offset=0, count=10)["data"]
    assert last["message"] == "Dạ xã nghe"


def test_tags_and_quota(world: World) -> None:
    zalo = Zalo(world)
    user = {"user_id": zalo.oa.user_id(1)}
    zalo.call("POST", "/v2.0/oa/tag/tagfollower", json=user | {"tag_name": "thôn 1"})
    assert zalo.get("/v2.0/oa/tag/gettagsofoa")["data"] == ["thôn 1"]
    tagged = zalo.get("/v3.0/oa/user/getlist", offset=0, count=5, tag_name="thôn 1")["data"]
    assert tagged["users"] == [user]
    zalo.broadcast(zalo.published())
    quota = zalo.call("POST", "/v3.0/oa/quota/message", json=user)["data"]["promotion"]
    assert (quota["daily_remain"], quota["monthly_remain"]) == (0, 3)
