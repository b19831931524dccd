from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from channels.base import (
    Decision,
    Engagement,
    Finds,
    Media,
    MediaKind,
    Pending,
    Post,
    Receipt,
    Rejected,
    Retry,
    TokenLost,
    Unknown,
)
from tests.channels.fakes import Notebook
from tests.channels.peer import SILENT, Peer, Reply
from tests.channels.services import SEND, all_well, telegram

PHOTO, ALBUM, AUDIO, DELETE = (
    f"POST /bot42:TOKEN/{method}"
    for method in ("sendPhoto", "sendMediaGroup", "sendAudio", "deleteMessage")
)


def ok(result: object) -> Reply:
    return Reply({"ok": True, "result": result})


def sent(id: int) -> Reply:
    return ok({"message_id": id, "chat": {"id": -1001, "type": "channel"}})


def refused(code: int, description: str = "", **parameters: int) -> Reply:
    body = {"ok": False, "error_code": code, "description": description}
    return Reply({**body, "parameters": parameters}, status=code)


def file(folder: Path, kind: MediaKind, name: str) -> Media:
    path = folder / name
    path.write_bytes(name.encode())
    return Media(path, kind, "application/octet-stream")


@pytest.fixture(autouse=True)
def all_goes_well(peer: Peer) -> None:
    all_well(peer)


def test_a_text_is_sent_as_it_is(peer: Peer, session: requests.Session) -> None:
    receipt = telegram(peer.url, session).publish(Post("", ("Giá < 5 & *không* đổi",)), Notebook())
    assert receipt == Receipt("7", "https://t.me/xadakto/7", {"m0": "7"})
    assert peer.requests[0].form == {"chat_id": "@xadakto", "text": "Giá < 5 & *không* đổi"}


@pytest.mark.parametrize(
    ("chat", "link"),
    [("@xa", "https://t.me/xa/7"), ("-1001234", "https://t.me/c/1234/7"), ("-55", "")],
)
def test_the_link_of_a_message(peer: Peer, session: requests.Session, chat: str, link: str) -> None:
    assert telegram(peer.url, session, chat=chat).publish(Post("", ("x",)), Notebook()).url == link


def test_parts_go_out_in_order_and_go_on_where_they_stopped(
    peer: Peer, session: requests.Session
) -> None:
    peer.on(SEND, sent(7), refused(429, retry_after=3), sent(8), sent(9))
    post, step, channel = Post("", ("một", "hai", "ba")), Notebook(), telegram(peer.url, session)
    with pytest.raises(Pending) as raised:  # no plain Retry: a part is public already
        channel.publish(post, step)
    assert raised.value.after.total_seconds() == 3
    assert channel.publish(post, step).ids == {"m0": "7", "m1": "8", "m2": "9"}
    assert [each.form["text"] for each in peer.asked(SEND)] == ["một", "hai", "hai", "ba"]


def test_a_part_refused_after_another_is_public_goes_to_a_person(
    peer: Peer, session: requests.Session
) -> None:
    peer.on(SEND, sent(7), refused(400, "Bad Request: message is too long"))
    step = Notebook()
    with pytest.raises(Unknown, match="mới đăng 1/2 phần"):
        telegram(peer.url, session).publish(Post("", ("một", "hai")), step)
    assert step.ids == {"m0": "7"}


def test_a_short_text_is_the_caption_and_a_long_one_follows(
    peer: Peer, session: requests.Session, picture: Media
) -> None:
    channel = telegram(peer.url, session)
    channel.publish(Post("", ("x" * 1024,), media=(picture,)), Notebook())
    assert not peer.asked(SEND)
    form = peer.asked(PHOTO)[0].form
    assert (form["caption"], form["photo"]) == ("x" * 1024, "JPEG")
    letters_of_two_units = "𝐀" * 513
    channel.publish(Post("", (letters_of_two_units,), media=(picture,)), Notebook())
    assert "caption" not in peer.asked(PHOTO)[1].form
    assert peer.asked(SEND)[0].form["text"] == letters_of_two_units


def test_an_album_is_one_call_with_a_caption_on_its_first(
    peer: Peer, session: requests.Session, picture: Media, tmp_path: Path
) -> None:
    peer.on(ALBUM, ok([{"message_id": 3}, {"message_id": 4}]))
    film = file(tmp_path, "video", "phim.mp4")
    receipt = telegram(peer.url, session).publish(
        Post("", ("Ngày hội",), media=(picture, film)), Notebook()
    )
    assert receipt == Receipt("3", "https://t.me/xadakto/3", {"m0": "3,4"})
    form = peer.asked(ALBUM)[0].form
    assert json.loads(form["media"]) == [
        {"type": "photo", "media": "attach://f0", "caption": "Ngày hội"},
        {"type": "video", "media": "attach://f1"},
    ]
    assert (form["f0"], form["f1"]) == ("JPEG", "phim.mp4")


def test_half_an_album_is_in_doubt(peer: Peer, session: requests.Session, picture: Media) -> None:
    peer.on(ALBUM, ok([{"message_id": 3}]))
    with pytest.raises(Unknown):
        telegram(peer.url, session).publish(Post("", ("x",), media=(picture,) * 2), Notebook())


def test_sound_goes_by_itself_after_the_pictures(
    peer: Peer, session: requests.Session, picture: Media, tmp_path: Path
) -> None:
    peer.on(AUDIO, sent(5))
    sound = file(tmp_path, "audio", "ban-tin.mp3")
    receipt = telegram(peer.url, session).publish(
        Post("", ("Bản tin",), media=(sound, picture)), Notebook()
    )
    assert receipt.ids == {"m0": "6", "m1": "5"}
    assert peer.asked(AUDIO)[0].form["audio"] == "ban-tin.mp3"


@pytest.mark.parametrize(
    ("count", "kind", "size", "words"),
    [
        (11, "image", 1, "tối đa 10 ảnh"),
        (1, "image", 10_000_001, "10 MB"),
        (1, "audio", 50_000_001, "50 MB"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_sent(
    peer: Peer,
    session: requests.Session,
    tmp_path: Path,
    count: int,
    kind: MediaKind,
    size: int,
    words: str,
) -> None:
    media = file(tmp_path, kind, "to.bin")
    with media.path.open("wb") as sparse:
        sparse.truncate(size)
    with pytest.raises(Rejected, match=words):
        telegram(peer.url, session).publish(Post("", ("x",), media=(media,) * count), Notebook())
    assert not peer.requests


def test_an_empty_post_is_refused(peer: Peer, session: requests.Session) -> None:
    with pytest.raises(Rejected, match="trống"):
        telegram(peer.url, session).publish(Post("", ()), Notebook())


@pytest.mark.parametrize(
    ("reply", "decision", "words"),
    [
        (refused(400, "Bad Request: chat not found"), Rejected, "không tìm thấy kênh"),
        (refused(400, "Bad Request: not enough rights to send"), Rejected, "quyền quản trị"),
        (refused(401, "Unauthorized"), TokenLost, "mã truy cập của bot"),
        (refused(403, "Forbidden: bot was kicked"), TokenLost, "bot không còn trong kênh"),
        (refused(404, "Not Found"), TokenLost, "mã truy cập của bot"),
        (refused(413, "Request Entity Too Large"), Rejected, "tệp quá lớn"),
        (refused(429, "Too Many Requests", retry_after=7), Retry, "giới hạn"),
        (refused(500, "Internal"), Unknown, "Chưa rõ"),
        (Reply({"ok": False}), Unknown, "Chưa rõ"),
    ],
)
def test_every_error_has_its_class(
    peer: Peer, session: requests.Session, reply: Reply, decision: type[Decision], words: str
) -> None:
    peer.on(SEND, reply)
    with pytest.raises(decision, match=words):
        telegram(peer.url, session).publish(Post("", ("x",)), Notebook())


def test_a_group_that_moved_is_followed_once(peer: Peer, session: requests.Session) -> None:
    peer.on(SEND, refused(400, "group chat was upgraded", migrate_to_chat_id=-1009), sent(7))
    telegram(peer.url, session, chat="-55").publish(Post("", ("x",)), Notebook())
    assert [each.form["chat_id"] for each in peer.requests] == ["-55", "-1009"]


def test_it_cannot_look_up_and_does_not_pretend_to(session: requests.Session) -> None:
    assert not isinstance(telegram("http://127.0.0.1:1", session), Finds)


def test_reactions_are_what_the_updates_told(peer: Peer, session: requests.Session) -> None:
    told = {"3": 4, "4": 1}
    channel = telegram(peer.url, session, reactions=told.get)
    assert channel.metrics(Receipt("3", ids={"m0": "3,4"})) == Engagement(reactions=5)
    assert channel.metrics(Receipt("9", ids={"m0": "9"})) == Engagement()
    assert channel.metrics(Receipt("4")) == Engagement(reactions=1)


def test_withdraws_every_message_even_twice(peer: Peer, session: requests.Session) -> None:
    gone = refused(400, "Bad Request: message to delete not found")
    peer.on(DELETE, ok(True), gone)
    channel = telegram(peer.url, session)
    channel.withdraw(Receipt("3", ids={"m0": "3,4", "m1": "5"}))
    assert [each.form["message_id"] for each in peer.asked(DELETE)] == ["3", "4", "5"]
    peer.on(DELETE, refused(400, "Bad Request: message can't be deleted"))
    with pytest.raises(Rejected):
        channel.withdraw(Receipt("3"))
    peer.on(DELETE, SILENT)
    with pytest.raises(Retry):
        channel.withdraw(Receipt("3"))


def test_followers_and_check(peer: Peer, session: requests.Session) -> None:
    peer.on("POST /bot42:TOKEN/getChatMemberCount", ok(512))
    peer.on("POST /bot42:TOKEN/getMe", ok({"id": 42, "username": "loa_bot"}))
    peer.on("POST /bot42:TOKEN/getChat", ok({"id": -1001, "title": "Xã Đắk Tô"}))
    channel = telegram(peer.url, session)
    assert channel.followers() == 512
    assert channel.check() == "Đã nối kênh Telegram “Xã Đắk Tô” bằng bot @loa_bot."
    assert replace(Receipt("7"), url="x").id == "7"
