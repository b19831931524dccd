import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.clients import Graph
from tests.sandbox.conftest import NOW, World

COUNTERS = "reactions.limit(0).summary(true),comments.limit(0).summary(true),shares"


def texts(world: World) -> list[str]:
    return [post.text for post in world.sandbox.posts("facebook")]


def test_a_post_is_public_at_once(world: World) -> None:
    graph = Graph(world)
    made = graph.post("feed", message="Chào bà con", fields="id,permalink_url")
    assert made["id"].startswith(f"{graph.page.id}_")
    assert made["permalink_url"].startswith(world.url)
    assert texts(world) == ["Chào bà con"]
    read = graph.read(made["id"], "message,is_published,created_time,application,shares")
    assert read == {
        "id": made["id"],
        "message": "Chào bà con",
        "is_published": True,
        "created_time": "2025-07-14T01:00:00+0000",
        "application": {"id": graph.page.app.app_id, "name": "Loa"},
    }


def test_an_unpublished_post_has_an_id_before_it_is_public(world: World) -> None:
    graph = Graph(world)
    made = graph.post("feed", message="Chưa vội", published="false")
    assert texts(world) == []
    assert graph.read(made["id"], "is_published")["is_published"] is False
    world.later(hours=1)
    assert graph.call("POST", made["id"], is_published="true") == {"success": True}
    assert graph.call("POST", made["id"], is_published="true") == {"success": True}
    assert texts(world) == ["Chưa vội"]
    [listed] = graph.call("GET", f"{graph.page.id}/published_posts")["data"]
    assert listed["created_time"] == "2025-07-14T02:00:00+0000"


def test_a_scheduled_post_appears_in_time(world: World) -> None:
    graph = Graph(world)
    due = int((NOW + timedelta(hours=1)).timestamp())
    made = graph.post("feed", message="Hẹn", published="false", scheduled_publish_time=due)
    assert [p["id"] for p in graph.call("GET", "me/scheduled_posts")["data"]] == [made["id"]]
    world.later(minutes=59)
    assert texts(world) == []
    world.later(minutes=1)
    assert texts(world) == ["Hẹn"]


def test_several_photos_in_order(world: World) -> None:
    graph = Graph(world)
    ids = [graph.photo(published="false")["id"] for _ in range(3)]
    assert texts(world) == []
    attached = {f"attached_media[{n}]": json.dumps({"media_fbid": i}) for n, i in enumerate(ids)}
    made = graph.post("feed", message="Ảnh", **attached)
    [post] = world.sandbox.posts("facebook")
    assert len(post.media) == 3
    assert graph.page.posts[made["id"]].photos == ids
    again = graph.post("feed", message="Ảnh", attached_media=json.dumps([{"media_fbid": ids[0]}]))
    assert again["error"]["error_subcode"] == 1366051


def test_one_photo_with_its_caption(world: World) -> None:
    graph = Graph(world)
    made = graph.photo(caption="Tuyên truyền")
    assert set(made) == {"id", "post_id"}
    by_url = graph.post("photos", url=world.hosted(), caption="Từ địa chỉ")
    assert texts(world) == ["Tuyên truyền", "Từ địa chỉ"]
    assert graph.read(by_url["post_id"], "status_type")["status_type"] == "added_photos"


@pytest.mark.parametrize(
    ("data", "subcode"), [(b"no picture", 2069019), (b"\xff\xd8\xff" + b"\0" * 10, 2069019)]
)
def test_a_broken_photo_is_refused(world: World, data: bytes, subcode: int) -> None:
    graph = Graph(world)
    answer = graph.call("POST", "me/photos", files={"source": ("a.jpg", data)})
    assert answer["error"]["error_subcode"] == subcode


def test_a_photo_over_four_megabytes_is_refused(world: World) -> None:
    files = {"source": ("a.jpg", world.picture() + b"\0" * 4_000_000)}
    answer = Graph(world).call("POST", "me/photos", files=files)
    assert answer["error"]["error_subcode"] == 1366046


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, 100),
        ({"message": "x" * 63_207}, 100),
        ({"link": "xa.gov.vn"}, 100),
        ({"link": "https://www.facebook.com/x"}, 1609008),
        ({"message": "x", "published": "maybe"}, 100),
        ({"message": "x", "scheduled_publish_time": "1752500000"}, 100),
        ({"message": "x", "published": "false", "scheduled_publish_time": "1"}, 100),
        ({"message": "x", "attached_media": '[{"media_fbid":"9"}]'}, 100),
        ({"message": "x", "access_token": "other"}, 190),
        ({"message": "x", "access_token": ""}, 104),
        ({"message": "x", "appsecret_proof": "wrong"}, 100),
    ],
)
def test_a_wrong_post_is_refused(world: World, fields: dict[str, str], code: int) -> None:
    answer = Graph(world).post("feed", **fields)
    assert answer["error"]["code"] == code
    assert {"message", "type", "fbtrace_id"} <= set(answer["error"])
    assert texts(world) == []


def test_the_proof_of_the_app_secret(world: World) -> None:
    world.sandbox.change(require_appsecret_proof=True)
    graph = Graph(world)
    secret, token = graph.page.app.secret.encode(), graph.page.token.encode()
    proof = hmac.new(secret, token, hashlib.sha256).hexdigest()
    assert "error" in graph.post("feed", message="x")
    assert "id" in graph.post("feed", message="x", appsecret_proof=proof)


def test_the_same_text_again_is_refused_when_asked_for(world: World) -> None:
    graph = Graph(world)
    graph.post("feed", message="Một")
    assert "id" in graph.post("feed", message="Một")  # a duplicate shows on the wall
    world.sandbox.change(facebook_refuse_same_text_s=600.0)
    assert graph.post("feed", message="Một")["error"]["code"] == 506
    world.later(minutes=11)
    assert "id" in graph.post("feed", message="Một")


def test_deleting_twice(world: World) -> None:
    graph = Graph(world)
    made = graph.post("feed", message="Nhầm")
    assert graph.call("DELETE", made["id"]) == {"success": True}
    error = graph.call("DELETE", made["id"])["error"]
    assert (error["code"], error["error_subcode"]) == (100, 33)
    assert texts(world) == []


def test_counters_come_late_and_grow(world: World) -> None:
    graph = Graph(world)
    made = graph.post("feed", message="Tin")
    assert graph.read(made["id"], COUNTERS) == {"id": made["id"]}
    world.later(days=3)
    read = graph.read(made["id"], COUNTERS)
    likes = graph.read(made["id"], "reactions.type(LIKE).limit(0).summary(true).as(like)")["like"]
    total = read["reactions"]["summary"]["total_count"]
    assert 0 < likes["summary"]["total_count"] <= total
    comments = graph.call("GET", f"{made['id']}/comments", filter="stream", limit=100)["data"]
    assert len(comments) == read["comments"]["summary"]["total_count"] > 0
    assert comments[0]["from"]["name"]


def test_an_unknown_field_is_refused(world: World) -> None:
    graph = Graph(world)
    made = graph.post("feed", message="Tin")
    assert "nonexisting field (views)" in graph.read(made["id"], "views")["error"]["message"]
    assert graph.read(made["id"], "id,,message")["error"]["code"] == 2500


def test_the_list_is_paged_newest_first(world: World) -> None:
    graph = Graph(world)
    for number in range(5):
        graph.post("feed", message=f"Tin {number}")
        world.later(minutes=1)
    first = graph.call("GET", "me/published_posts", limit=2, fields="message")
    assert [p["message"] for p in first["data"]] == ["Tin 4", "Tin 3"]
    after = first["paging"]["cursors"]["after"]
    last = graph.call("GET", "me/published_posts", limit=3, fields="message", after=after)
    assert [p["message"] for p in last["data"]] == ["Tin 2", "Tin 1", "Tin 0"]
    assert "next" not in last["paging"]
    since = int((NOW + timedelta(minutes=3)).timestamp())
    assert len(graph.call("GET", "me/published_posts", since=since)["data"]) == 2


def test_the_list_may_lag(world: World) -> None:
    world.sandbox.change(list_lag_s=30.0)
    graph = Graph(world)
    graph.post("feed", message="Tin")
    assert graph.call("GET", "me/published_posts")["data"] == []
    world.later(seconds=30)
    assert len(graph.call("GET", "me/published_posts")["data"]) == 1


def test_a_film_is_processed_first(world: World) -> None:
    graph = Graph(world)
    film = {"source": ("a.mp4", b"\0\0\0\x18ftypmp42" + b"\0" * 100)}
    made = graph.call("POST", "me/videos", files=film, description="Phim")
    status = "status,post_id,published,permalink_url"
    assert graph.read(made["id"], status)["status"]["video_status"] == "processing"
    world.later(seconds=6)
    read = graph.read(made["id"], status)
    assert read["status"]["video_status"] == "ready"
    assert read["permalink_url"].startswith("/")
    assert read["post_id"] in graph.page.posts
    assert texts(world) == ["Phim"]


def test_a_film_in_parts_has_its_id_from_the_start(world: World) -> None:
    graph = Graph(world)
    data = b"\0\0\0\x18ftypmp42" + b"\0" * 100
    start = graph.post("videos", upload_phase="start", file_size=len(data))
    session = {"upload_session_id": start["upload_session_id"]}
    wrong = graph.call(
        "POST", "me/videos", files={"video_file_chunk": ("c", data)},
        upload_phase="transfer", start_offset="5", **session,
    )  # fmt: skip
    assert wrong["error"]["code"] == 6000
    moved = graph.call(
        "POST", "me/videos", files={"video_file_chunk": ("c", data)},
        upload_phase="transfer", start_offset="0", **session,
    )  # fmt: skip
    assert moved["start_offset"] == moved["end_offset"] == str(len(data))
    assert graph.post("videos", upload_phase="finish", **session) == {"success": True}
    assert graph.post("videos", upload_phase="finish", **session) == {"success": True}
    world.later(seconds=6)
    assert graph.read(start["video_id"], "published")["published"] is True
    assert len(world.sandbox.posts("facebook")) == 1


@pytest.mark.parametrize("name", ["post_impressions", "post_media_view,nonsense"])
def test_one_wrong_metric_fails_the_call(world: World, name: str) -> None:
    graph = Graph(world)
    made = graph.post("feed", message="Tin")
    error = graph.call("GET", f"{made['id']}/insights", metric=name)["error"]
    assert "must be a valid insights metric" in error["message"]


def test_insights_of_post_and_page(world: World) -> None:
    graph = Graph(world)
    made = graph.post("feed", message="Tin")
    world.later(days=2)
    asked = "post_media_view,post_reactions_by_type_total"
    views, reactions = graph.call("GET", f"{made['id']}/insights", metric=asked)["data"]
    assert views["values"][0]["value"] > 0
    assert views["id"] == f"{made['id']}/insights/post_media_view/lifetime"
    assert reactions["values"][0]["value"]["like"] > 0
    graph.page.refused_metrics = {"post_media_view"}
    assert "error" in graph.call("GET", f"{made['id']}/insights", metric=asked)
    [day] = graph.call("GET", "me/insights", metric="page_follows", period="day")["data"]
    assert day["values"][-1]["value"] > 1000
    assert graph.call("GET", "me/insights")["error"]["code"] == 3001


def test_usage_is_told_and_limits_hold(world: World) -> None:
    world.sandbox.change(facebook_calls_per_day=10)
    graph = Graph(world)
    url = f"{world.url}/graph/me?access_token={graph.page.token}"
    usage = [json.loads(world.http.get(url).headers["X-App-Usage"]) for _ in range(9)]
    assert usage[8]["call_count"] == 90
    answer = world.http.get(url)
    assert answer.json()["error"]["code"] == 80001
    business = json.loads(answer.headers["X-Business-Use-Case-Usage"])[graph.page.id][0]
    assert business["estimated_time_to_regain_access"] == 60


def test_the_token_is_looked_at(world: World) -> None:
    graph = Graph(world)
    app = f"{graph.page.app.app_id}|{graph.page.app.secret}"
    asked: dict[str, Any] = {"access_token": app, "input_token": graph.page.token}
    data = graph.call("GET", "debug_token", **asked)["data"]
    assert (data["type"], data["is_valid"], data["expires_at"]) == ("PAGE", True, 0)
    graph.page.trouble = 460
    assert graph.call("GET", "debug_token", **asked)["data"]["is_valid"] is False
    error = graph.call("GET", "me")["error"]
    assert (error["code"], error["error_subcode"]) == (190, 460)


def test_a_missing_permission(world: World) -> None:
    graph = Graph(world)
    graph.page.permissions.discard("pages_manage_posts")
    assert graph.post("feed", message="x")["error"]["code"] == 200


def test_unknown_things_answer_as_the_service_does(world: World) -> None:
    graph = Graph(world)
    assert graph.call("GET", "123456")["error"]["error_subcode"] == 33
    assert graph.call("GET", "me/nonsense")["error"]["code"] == 2500
    url = f"{world.url}/graph/v99.0/me?access_token={graph.page.token}"
    assert world.http.get(url).json()["error"]["code"] == 2500


def test_the_page_comments_and_hides(world: World) -> None:
    graph = Graph(world)
    made = graph.post("feed", message="Tin")
    said = graph.call("POST", f"{made['id']}/comments", message="Hỏi thêm: 0260 3 831 000")
    answer = graph.call("POST", f"{said['id']}/comments", message="Vâng")
    assert graph.read(answer["id"], "message,parent")["parent"] == {"id": said["id"]}
    assert graph.call("POST", said["id"], is_hidden="true") == {"success": True}
    assert graph.read(said["id"], "is_hidden")["is_hidden"] is True
    assert graph.call("DELETE", said["id"]) == {"success": True}
    assert graph.read(said["id"], "message")["error"]["error_subcode"] == 33
