"""Every adapter against a peer that answers as its fact sheet says when all goes well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import requests

from channels.base import Channel, Media, Post, TokenPair
from channels.facebook_page import FacebookPage
from channels.telegram import Telegram
from channels.zalo_oa import ZaloOA
from tests.channels.fakes import Keeper
from tests.channels.peer import Peer, Reply

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # nine in the morning in Đắk Tô
FAST = (0.3, 0.2)
Flow = Literal["two_phase", "plain"]

PAGE = "/v24.0/100"
CREATE, VERIFY, UPDATE = (f"POST /v2.0/article/{verb}" for verb in ("create", "verify", "update"))
DETAIL, SLICE = (f"GET /v2.0/article/{verb}" for verb in ("getdetail", "getslice"))
REFRESH = "POST /v4/oa/access_token"
FEED, PHOTOS, VIDEOS = (f"POST {PAGE}/{edge}" for edge in ("feed", "photos", "videos"))
FLIP, READ = "POST /v24.0/100_1", "GET /v24.0/100_1"
SEND = "POST /bot42:TOKEN/sendMessage"


def zalo(url: str, session: requests.Session, flow: Flow = "two_phase", **changed: Any) -> ZaloOA:
    values: dict[str, Any] = {
        "name": "zalo",
        "app_id": "777",
        "app_secret": "app-secret",
        "oa_id": "888",
        "author": "UBND xã Đắk Tô",
        "session": session,
        "tokens": Keeper(TokenPair("access-1", "refresh-1")),
        "now": lambda: NOW,
        "oauth_url": url,
        "api_url": url,
        "flow": flow,
        "timeouts": FAST,
    }
    return ZaloOA(**{**values, **changed})


def facebook(
    url: str, session: requests.Session, flow: Flow = "two_phase", **changed: Any
) -> FacebookPage:
    values: dict[str, Any] = {
        "name": "facebook",
        "page_id": "100",
        "token": "PAGE-TOKEN",
        "session": session,
        "now": lambda: NOW,
        "graph_url": url,
        "flow": flow,
        "timeouts": FAST,
    }
    return FacebookPage(**{**values, **changed})


def telegram(url: str, session: requests.Session, **changed: Any) -> Telegram:
    values: dict[str, Any] = {
        "name": "telegram",
        "token": "42:TOKEN",
        "chat": "@xadakto",
        "session": session,
        "api_url": url,
        "timeouts": FAST,
    }
    return Telegram(**{**values, **changed})


def all_well(peer: Peer) -> None:
    peer.on(CREATE, Reply({"error": 0, "data": {"token": "created"}}))
    peer.on(UPDATE, Reply({"error": 0, "data": {"token": "updated"}}))
    peer.on(VERIFY, Reply({"error": 0, "data": {"id": "abc1"}}))
    peer.on(DETAIL, lambda: _article(peer))
    peer.on(SLICE, Reply({"error": 0, "data": {"total": 0, "medias": []}}))
    fresh = {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": "90000"}
    peer.on(REFRESH, Reply(fresh))
    peer.on(PHOTOS, Reply({"id": "501"}))
    peer.on(FEED, Reply({"id": "100_1"}))
    peer.on(FLIP, Reply({"success": True}))
    peer.on(READ, lambda: _page_post(peer))
    peer.on(SEND, Reply({"ok": True, "result": {"message_id": 7}}))
    peer.on("POST /bot42:TOKEN/sendPhoto", Reply({"ok": True, "result": {"message_id": 6}}))


def _article(peer: Peer) -> Reply:
    status = "show" if peer.asked(UPDATE) else peer.asked(CREATE)[-1].json["status"]
    link = "https://oa.example/abc1"
    return Reply({"error": 0, "data": {"id": "abc1", "status": status, "link_view": link}})


def _page_post(peer: Peer) -> Reply:
    link = "https://facebook.example/100_1"
    return Reply({"id": "100_1", "is_published": bool(peer.asked(FLIP)), "permalink_url": link})


@dataclass(frozen=True)
class Case:
    """`public` is the route of the one call that must not be repeated; the rest is invisible."""

    make: Callable[[str, requests.Session], Channel]
    public: str
    refusals: Mapping[str, Reply]  # documented ones: throttled, refused, cut_off
    prepare: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()
    saved: tuple[str, ...] = ()  # what a publication with a picture says and hears, in order
    receipt: str = ""


ZALO = {
    "refused": Reply({"error": -201, "message": "title allow 1 to 150 characters"}, status=400),
    "cut_off": Reply({"error": -216, "message": "Access token is invalid"}, status=401),
    "throttled": Reply({"error": -32, "message": "rate limit"}, status=429),
}
GRAPH = {
    "refused": Reply({"error": {"code": 100, "message": "Invalid parameter"}}, status=400),
    "cut_off": Reply({"error": {"code": 190, "error_subcode": 463}}, status=401),
    "throttled": Reply({"error": {"code": 32, "message": "Page limit"}}, status=429),
}
BOT = {
    "refused": Reply(
        {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}, status=400
    ),
    "cut_off": Reply({"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401),
    "throttled": Reply(
        {"ok": False, "error_code": 429, "parameters": {"retry_after": 7}}, status=429
    ),
}

CASES = {
    "zalo": Case(
        zalo,
        public=UPDATE,
        prepare=(CREATE,),
        confirm=(VERIFY,),
        saved=(CREATE, "flow,taken,token", VERIFY, "id", UPDATE, "show,taken", VERIFY, DETAIL),
        receipt="abc1",
        refusals=ZALO,
    ),
    "zalo plain": Case(
        lambda url, session: zalo(url, session, "plain"),
        public=CREATE,
        confirm=(VERIFY,),
        saved=("flow", CREATE, "flow,taken,token", VERIFY, "id", DETAIL),
        receipt="abc1",
        refusals=ZALO,
    ),
    "facebook": Case(
        facebook,
        public=FLIP,
        prepare=(PHOTOS, FEED),
        saved=(PHOTOS, "photo_0", FEED, "flow,post", FLIP, READ),
        receipt="100_1",
        refusals=GRAPH,
    ),
    "facebook plain": Case(
        lambda url, session: facebook(url, session, "plain"),
        public=PHOTOS,
        saved=("flow", PHOTOS, "post", "GET /v24.0/501"),
        receipt="501",
        refusals=GRAPH,
    ),
    "telegram": Case(
        telegram,
        public="POST /bot42:TOKEN/sendPhoto",
        saved=("POST /bot42:TOKEN/sendPhoto", "m0"),
        receipt="6",
        refusals=BOT,
    ),
}


def post_with(picture: Media) -> Post:
    return Post(
        "Khai sinh tại nhà", ("Nộp hồ sơ trực tuyến.\n\nKhông phải đi lại.",), media=(picture,)
    )
