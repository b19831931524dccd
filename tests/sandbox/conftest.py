import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from threading import Thread
from typing import Any

import pytest
import requests
from PIL import Image

from sandbox.core import Settings
from sandbox.server import Server, serve
from sandbox.state import Sandbox

VIETNAM = timezone(timedelta(hours=7))
NOW = datetime(2025, 7, 14, 8, 0, tzinfo=VIETNAM)


def until(true: Callable[[], object], seconds: float = 2.0) -> None:
    """Wait for something that another thread brings about, but not for ever."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.002)


@dataclass
class World:
    """A running sandbox whose time stands still, and a client."""

    sandbox: Sandbox
    url: str
    http: requests.Session

    def later(self, **delta: float) -> None:
        self.sandbox.time.shift(timedelta(**delta))

    def picture(self, kind: str = "JPEG", size: tuple[int, int] = (64, 36)) -> bytes:
        data = BytesIO()
        Image.new("RGB", size, "teal").save(data, kind)
        return data.getvalue()

    def hosted(self, data: bytes | None = None) -> str:
        """The address of a picture on this machine."""
        return f"{self.url}/_sandbox/media/{self.sandbox.core.keep(data or self.picture())}"

    def admin(self, method: str, path: str, **body: Any) -> Any:
        answer = self.http.request(method, f"{self.url}/_sandbox/{path}", json=body or None)
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class Receiver:
    """A webhook's address: what arrived, and what it answers."""

    url: str
    status: int = 200
    echo_challenge: bool = True
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def wait(self, count: int, seconds: float = 2.0) -> list[dict[str, Any]]:
        """The events that arrived, once there are so many."""
        until(lambda: len(self.got) >= count, seconds)
        return [json.loads(body) for _, body in self.got]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serve(Sandbox(settings=Settings(telegram_per_chat_per_min=0))) as running:
        yield running


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    server.sandbox.reset()
    server.sandbox.time.freeze(NOW)
    with requests.Session() as http:
        http.trust_env = False
        yield World(server.sandbox, server.url, http)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            there.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self._answer(there.status, b"ok")

        def do_GET(self) -> None:
            challenge = self.path.partition("hub.challenge=")[2].encode()
            self._answer(200, challenge if there.echo_challenge else b"?")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        there = Receiver(f"http://127.0.0.1:{listening.server_port}/hook")
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield there
        listening.shutdown()
        thread.join()
