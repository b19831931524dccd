"""The Page's webhook: subscribed, verified, signed. Source: `api/social.md` §1.11, §2.4."""

import hashlib
import hmac
import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox.core import Core
from sandbox.facebook_errors import GraphError, invalid
from sandbox.facebook_pages import FacebookApp, FacebookPage, Post, Said
from sandbox.timeline import millis, seconds
from sandbox.webhooks import Event, is_loopback
from sandbox.wire import Form, Request

LADDER_S = (0.0, 60.0, 300.0, 900.0, 3600.0)


class FacebookEvents:
    def __init__(self, core: Core) -> None:
        self._core = core

    def edges(self) -> dict[tuple[str, str], Any]:
        manage = "pages_manage_metadata"
        return {
            ("POST", "subscribed_apps"): (manage, self._subscribe_page),
            ("GET", "subscribed_apps"): (manage, self._subscriptions),
            ("DELETE", "subscribed_apps"): (manage, self._unsubscribe_page),
        }

    def subscribe_app(self, app: FacebookApp, form: Form) -> dict[str, bool]:
        """POST /{app}/subscriptions with the app's token; called with the lock held."""
        given = {name: str(value) for name, value in form.fields.items()}
        if given.get("access_token") != f"{app.app_id}|{app.secret}":
            raise GraphError(190, "Invalid OAuth access token.")
        if given.get("object") != "page":
            raise invalid("Param object must be one of {page}")
        url, word = given.get("callback_url", ""), given.get("verify_token", "")
        with self._core.unlocked():
            verified = _verifies(url, word)
        if not verified:
            raise GraphError(2200, "(#2200) Callback verification failed")
        self.register(app, url, word, set(given.get("fields", "").split(",")))
        return {"success": True}

    def register(self, app: FacebookApp, url: str, verify_token: str, fields: set[str]) -> None:
        app.callback_url, app.verify_token, app.fields = url, verify_token, fields - {""}

    def feed(self, page: FacebookPage, post: Post, verb: str) -> None:
        """The Page's own post appeared or went."""
        item = (
            "photo" if post.photos else "video" if post.film else "share" if post.link else "status"
        )
        value = {
            "item": item,
            "verb": verb,
            "post_id": post.id,
            "from": {"id": page.id, "name": page.name},
            "created_time": seconds(post.created),
            "published": 1,
        }
        if post.message and verb == "add":
            value["message"] = post.message
        self._change(page, value)

    def comment(self, page: FacebookPage, post: Post, said: Said) -> None:
        value = {
            "item": "comment",
            "verb": "add",
            "post_id": post.id,
            "comment_id": said.id,
            "parent_id": said.parent or post.id,
            "from": {"id": said.author_id, "name": said.author},
            "message": said.text,
            "created_time": seconds(said.at),
        }
        self._change(page, value)

    def messaging(
        self, page: FacebookPage, field: str, message: dict[str, Any], delay: float = 0
    ) -> None:
        """A Messenger event, if the Page is subscribed to its field."""
        if field in page.subscribed & page.app.fields:
            entry = {"id": page.id, "time": millis(self._core.now()), "messaging": [message]}
            self._post(page, field, entry, delay)

    def _change(self, page: FacebookPage, value: dict[str, Any]) -> None:
        if "feed" in page.subscribed & page.app.fields:
            change = {"field": "feed", "value": value}
            entry = {"id": page.id, "time": seconds(self._core.now()), "changes": [change]}
            self._post(page, "feed", entry, 0)

    def _post(self, page: FacebookPage, name: str, entry: dict[str, Any], delay: float) -> None:
        app = page.app
        if not app.callback_url:
            return
        body = json.dumps({"object": "page", "entry": [entry]}, separators=(",", ":")).encode()

        def sign(honest: bool, _tries: int) -> dict[str, str]:
            return {"X-Hub-Signature-256": signature(app.secret if honest else "wrong", body)}

        def done(arrived: bool) -> None:
            if not arrived:
                page.subscribed.clear()

        url = app.callback_url
        event = Event("facebook", name, url, body, sign, ladder=LADDER_S, timeout=5.0, done=done)
        self._core.outbox.post(event, delay)

    def _subscribe_page(self, page: FacebookPage, form: Form, _request: Request) -> dict[str, bool]:
        fields = {name for name in str(form.fields.get("subscribed_fields", "")).split(",") if name}
        if not fields:
            raise invalid("Param subscribed_fields is required")
        page.subscribed = fields
        return {"success": True}

    def _subscriptions(self, page: FacebookPage, _form: Form, _request: Request) -> dict[str, Any]:
        if not page.subscribed:
            return {"data": []}
        fields = sorted(page.subscribed)
        return {"data": [{"id": page.app.app_id, "name": "Loa", "subscribed_fields": fields}]}

    def _unsubscribe_page(
        self, page: FacebookPage, _form: Form, _request: Request
    ) -> dict[str, bool]:
        page.subscribed.clear()
        return {"success": True}


def signature(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature-256`: HMAC-SHA256 over the raw bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _verifies(url: str, word: str) -> bool:
    """Whether the callback answers the verification GET with the challenge."""
    if not is_loopback(url):
        return False
    parts = urlsplit(url)
    challenge = "1158201444"
    query = urlencode(
        {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": challenge}
    )
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("GET", f"{parts.path or '/'}?{query}")
        response = connection.getresponse()
        return response.status == 200 and response.read().decode("utf-8", "replace") == challenge
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
