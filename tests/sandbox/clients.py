"""Bare clients of the four protocols, as short as can be: no adapter is tested here."""

import json
from typing import Any

from tests.sandbox.conftest import World


class Zalo:
    def __init__(self, world: World) -> None:
        self.world = world
        self.oa = world.sandbox.zalo.accounts.oa
        self.access, self.refresh = world.sandbox.zalo_oauth.issue(self.oa.oa_id)

    def call(self, method: str, path: str, token: str | None = None, **more: Any) -> Any:
        headers = {"access_token": self.access if token is None else token}
        answer = self.world.http.request(
            method,
            f"{self.world.url}/zalo{path}",
            headers=headers | more.pop("headers", {}),
            **more,
        )
        return answer.json()

    def article(self, **changes: Any) -> dict[str, Any]:
        cover = {"cover_type": "photo", "photo_url": self.world.hosted(), "status": "show"}
        article = {
            "type": "normal",
            "title": "Khai sinh trực tuyến",
            "author": "UBND xã",
            "description": "Không phải lên xã.",
            "cover": cover,
            "body": [{"type": "text", "content": "Nộp trên Cổng dịch vụ công."}],
            "status": "show",
        }
        return {k: v for k, v in (article | changes).items() if v is not None}

    def create(self, **changes: Any) -> Any:
        return self.call("POST", "/v2.0/article/create", json=self.article(**changes))

    def verify(self, created: Any) -> Any:
        return self.call("POST", "/v2.0/article/verify", json=created["data"])

    def published(self, **changes: Any) -> str:
        """The id of an article that is there."""
        created = self.create(**changes)
        self.world.later(seconds=10)
        article_id: str = self.verify(created)["data"]["id"]
        return article_id

    def listed(self, **query: Any) -> Any:
        query = {"offset": 0, "limit": 10, "type": "normal"} | query
        return self.call("GET", "/v2.0/article/getslice", params=query)

    def get(self, path: str, **data: Any) -> Any:
        return self.call("GET", path, params={"data": json.dumps(data)})

    def broadcast(self, article_id: str, target: Any = None) -> Any:
        element = {"media_type": "article", "attachment_id": article_id}
        payload = {"template_type": "media", "elements": [element]}
        body = {
            "recipient": {"target": target or {}},
            "message": {"attachment": {"type": "template", "payload": payload}},
        }
        return self.call("POST", "/v2.0/oa/message", json=body)

    def say(self, user_id: str, text: str = "Chào bà con", **message: Any) -> Any:
        body = {"recipient": {"user_id": user_id}, "message": {"text": text} | message}
        return self.call("POST", "/v3.0/oa/message/cs", json=body)


class Graph:
    def __init__(self, world: World) -> None:
        self.world = world
        self.page = world.sandbox.facebook.pages.page

    def call(self, method: str, path: str, files: Any = None, **fields: Any) -> Any:
        fields = {"access_token": self.page.token} | fields
        where: dict[str, Any] = {"data" if method == "POST" else "params": fields}
        answer = self.world.http.request(
            method, f"{self.world.url}/graph/v24.0/{path}", files=files, **where
        )
        return answer.json()

    def post(self, edge: str, **fields: Any) -> Any:
        return self.call("POST", f"{self.page.id}/{edge}", **fields)

    def photo(self, **fields: Any) -> Any:
        files = {"source": ("a.jpg", self.world.picture())}
        return self.call("POST", f"{self.page.id}/photos", files=files, **fields)

    def read(self, node: str, fields: str) -> Any:
        return self.call("GET", node, fields=fields)


class Bot:
    def __init__(self, world: World) -> None:
        self.world = world
        self.token = world.sandbox.telegram.chats.bot.token
        self.chat = "@" + world.sandbox.telegram.chats.channel.username

    def call(self, method: str, files: Any = None, **params: Any) -> Any:
        return self.raw(method, files, **params).json()

    def raw(self, method: str, files: Any = None, **params: Any) -> Any:
        url = f"{self.world.url}/telegram/bot{self.token}/{method}"
        if files:
            return self.world.http.post(url, data=params, files=files)
        return self.world.http.post(url, json=params)

    def send(self, text: str, **params: Any) -> Any:
        return self.call("sendMessage", chat_id=self.chat, text=text, **params)
