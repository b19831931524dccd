import time
from threading import Thread
from typing import Any

import pytest

from tests.sandbox.clients import Zalo
from tests.sandbox.conftest import World

DETAIL = "/v2.0/article/getdetail"


def test_an_article_appears_only_after_processing(world: World) -> None:
    zalo = Zalo(world)
    created = zalo.create()
    assert set(created["data"]) == {"token"}
    first, second = zalo.verify(created), zalo.verify(created)
    assert first["error"] == -214
    assert second["error"] == 0
    assert "id" not in second["data"]
    assert zalo.listed()["data"]["total"] == 0
    world.later(seconds=6)
    article_id = zalo.verify(created)["data"]["id"]
    assert len(article_id) == 20
    [listed] = zalo.listed()["data"]["medias"]
    assert (listed["id"], listed["title"], listed["status"]) == (
        article_id,
        "Khai sinh trực tuyến",
        "show",
    )
    [post] = world.sandbox.posts("zalo")
    assert (post.title, len(post.media)) == ("Khai sinh trực tuyến", 1)


def test_processing_can_be_immediate(world: World) -> None:
    world.sandbox.change(zalo_processing_s=0.0)
    zalo = Zalo(world)
    assert "id" in zalo.verify(zalo.create())["data"]


def test_an_article_is_hidden_unless_it_says_show(world: World) -> None:
    zalo = Zalo(world)
    article_id = zalo.published(status=None)
    assert zalo.listed()["data"]["medias"][0]["status"] == "hide"
    assert world.sandbox.posts() == []
    update = zalo.call("POST", "/v2.0/article/update", json=zalo.article(id=article_id))
    assert world.sandbox.posts() == []
    world.later(seconds=6)
    assert zalo.verify(update)["data"]["id"] == article_id
    assert [post.id for post in world.sandbox.posts()] == [article_id]


def test_an_update_replaces_the_whole_article(world: World) -> None:
    zalo = Zalo(world)
    article_id = zalo.published(tracking_link="https://xa.vn/t")
    zalo.call("POST", "/v2.0/article/update", json=zalo.article(id=article_id, title="Mới"))
    world.later(seconds=6)
    detail = zalo.call("GET", DETAIL, params={"id": article_id})["data"]
    assert detail["title"] == "Mới"
    assert "tracking_link" not in detail


def test_a_removed_article_is_gone(world: World) -> None:
    zalo = Zalo(world)
    article_id = zalo.published()
    assert zalo.call("POST", "/v2.0/article/remove", json={"id": article_id})["error"] == 0
    assert zalo.call("POST", "/v2.0/article/remove", json={"id": article_id})["error"] == -201
    assert zalo.listed()["data"]["total"] == 0
    assert world.sandbox.posts() == []
    assert [post.removed for post in world.sandbox.posts(removed=True)] == [True]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"type": "other"}, "type accept only 2 value normal and video."),
        ({"title": "x" * 150}, "title allow 1 to 150 characters"),
        ({"title": ""}, "title allow 1 to 150 characters"),
        ({"description": "x" * 300}, "description allow 1 to 300 characters"),
        ({"author": None}, "author allow 1 to 50 characters"),
        ({"cover": None}, "cover value is invalid"),
        (
            {"cover": {"cover_type": "photo", "photo_url": "http://127.0.0.1/a"}},
            "create media fail",
        ),
        (
            {"cover": {"cover_type": "photo", "photo_url": "http://x/ảnh.jpg", "status": "show"}},
            "photo_url of cover is invalid",
        ),
        ({"body": []}, "body value is invalid"),
        ({"body": [{"type": "text", "content": ""}]}, "body value is invalid"),
        ({"body": [{"type": "image", "attachment_id": "x"}]}, "body value is invalid"),
        ({"status": "public"}, "status value is invalid"),
    ],
)
def test_a_wrong_article_is_refused_at_once(
    world: World, changes: dict[str, Any], words: str
) -> None:
    answer = Zalo(world).create(**changes)
    assert (answer["error"], answer["message"]) == (-201, words)


def covered(url: str) -> dict[str, Any]:
    return {"cover": {"cover_type": "photo", "photo_url": url, "status": "show"}}


@pytest.mark.parametrize("path", ["/_sandbox/media/none", "/_sandbox/health", ""])
def test_a_picture_that_cannot_be_fetched_shows_at_verify(world: World, path: str) -> None:
    zalo = Zalo(world)
    url = f"{world.url}{path}" if path else "https://xa.gov.vn/anh.jpg"  # not this machine
    created = zalo.create(**covered(url))
    assert created["error"] == 0
    world.later(seconds=6)
    refused = zalo.verify(created)
    assert (refused["error"], refused["message"]) == (-200, "Upload media failed")
    assert zalo.listed()["data"]["total"] == 0


def test_a_picture_over_one_megabyte_is_too_big(world: World) -> None:
    zalo = Zalo(world)
    created = zalo.create(**covered(world.hosted(world.picture() + b"\0" * 1_048_576)))
    world.later(seconds=6)
    assert zalo.verify(created)["error"] == -200


def test_hammering_one_bad_picture_is_noticed(world: World) -> None:
    zalo = Zalo(world)
    for _ in range(6):
        created = zalo.create(**covered(f"{world.url}/_sandbox/media/none"))
        world.later(seconds=6)
    assert zalo.verify(created)["message"] == "Too many failed attempts"


def test_the_list_needs_a_type_and_gives_ten_at_most(world: World) -> None:
    zalo = Zalo(world)
    for number in range(12):
        zalo.published(title=f"Bài {number}")
    assert zalo.listed(type="")["message"] == "type accept only 2 value normal and video."
    assert zalo.listed(limit=11)["message"] == "maximum limit is 10"
    listed = zalo.listed()["data"]
    assert (listed["total"], listed["medias"][0]["title"]) == (12, "Bài 11")
    assert [m["title"] for m in zalo.listed(offset=10)["data"]["medias"]] == ["Bài 1", "Bài 0"]


def test_views_grow_with_time(world: World) -> None:
    zalo = Zalo(world)
    zalo.published()
    seen = []
    for _ in range(3):
        world.later(hours=8)
        seen.append(zalo.listed()["data"]["medias"][0]["total_view"])
    assert 0 < seen[0] < seen[1] < seen[2]


def test_the_same_title_twice_makes_two_articles(world: World) -> None:
    zalo = Zalo(world)
    assert zalo.published() != zalo.published()
    assert len(world.sandbox.posts("zalo")) == 2


def test_the_months_articles_run_out(world: World) -> None:
    world.sandbox.change(zalo_articles_per_month=1)
    zalo = Zalo(world)
    zalo.published()
    answer = zalo.create()
    assert (answer["error"], answer["message"]) == (
        -223,
        "Your OA has reach the limit quota create article",
    )
    world.later(days=31)
    assert Zalo(world).create()["error"] == 0


def test_a_film_article(world: World) -> None:
    zalo = Zalo(world)
    film = {"file": ("phim.mp4", b"\0\0\0\x18ftypmp42" + b"\0" * 100)}
    upload = zalo.call("POST", "/v2.0/article/upload_video/preparevideo", files=film)["data"]
    state = "/v2.0/article/upload_video/verify"
    assert zalo.call("GET", state, headers=upload)["data"]["status"] == 3
    world.later(seconds=6)
    ready = zalo.call("GET", state, headers=upload)["data"]
    assert ready["status"] == 1
    zalo.published(
        type="video", video_id=ready["video_id"], avatar=world.hosted(),
        author=None, cover=None, body=None,
    )  # fmt: skip
    assert zalo.listed(type="video")["data"]["total"] == 1


@pytest.mark.parametrize(("token", "code"), [("", -216), ("nonsense", -216)])
def test_a_token_is_needed(world: World, token: str, code: int) -> None:
    assert Zalo(world).call("GET", "/v2.0/oa/getoa", token)["error"] == code


@pytest.mark.parametrize("path", ["/v3.0/article/create", "/v2.0/oa/article/create", "/x"])
def test_an_unknown_path_answers_404(world: World, path: str) -> None:
    answer = world.http.post(f"{world.url}/zalo{path}", json={})
    assert (answer.status_code, answer.json()["error"]) == (404, -209)


def test_a_family_of_calls_can_be_refused(world: World) -> None:
    zalo = Zalo(world)
    zalo.oa.refusals["article"] = (-224, "Your OA needs to upgrade the package")
    assert zalo.create()["error"] == -224
    assert zalo.call("GET", "/v2.0/oa/getoa")["error"] == 0


def test_too_many_calls_a_minute(world: World) -> None:
    world.sandbox.change(zalo_calls_per_min=2)
    zalo = Zalo(world)
    assert [zalo.call("GET", "/v2.0/oa/getoa")["error"] for _ in range(3)] == [0, 0, -32]
    world.later(minutes=1)
    assert zalo.call("GET", "/v2.0/oa/getoa")["error"] == 0


def test_many_at_once_make_one_article_each(world: World) -> None:
    world.sandbox.change(zalo_processing_s=0.01)
    world.sandbox.time.follow()
    zalo = Zalo(world)
    threads = [
        Thread(target=lambda n=n: [zalo.create(title=f"Bài {n}/{each}") for each in range(10)])
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(0.02)
    titles = [post.title for post in world.sandbox.posts("zalo")]
    assert len(titles) == len(set(titles)) == 60
    assert {call.status for call in world.sandbox.calls("zalo")} == {200}
