"""A service on loopback that answers as it is told to, also badly, and remembers what came in."""

from __future__ import annotations

import json
import socket
import struct
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed

    @property
    def form(self) -> dict[str, str]:
        """Fields of a form, sent either way; of a file, its bytes as text."""
        kind = self.headers.get("Content-Type", "")
        if not kind.startswith("multipart/"):
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        message = BytesParser(policy=HTTP).parsebytes(
            f"Content-Type: {kind}\r\n\r\n".encode() + self.body
        )
        found = {}
        for part in message.iter_parts():
            name = str(part.get_param("name", header="Content-Disposition"))
            content = part.get_payload(decode=True)
            found[name] = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
        return found


@dataclass(frozen=True)
class Reply:
    """An answer; `breaks` spoils it: silent, close, reset, cut, drip."""

    json: Mapping[str, Any] | None = None
    status: int = 200
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    breaks: str = ""

    @property
    def content(self) -> bytes:
        return json.dumps(self.json).encode() if self.json is not None else self.text.encode()


HTML = "<html><body>Bad gateway</body></html>"
SILENT = Reply(breaks="silent")
CLOSED = Reply(breaks="close")
RESET = Reply(breaks="reset")
CUT = Reply({"data": "x" * 100}, breaks="cut")
NOT_JSON = Reply(text='{"data": {')


class Peer:
    """Routes are "METHOD /path": a queue of replies, of which the last is given again and again."""

    def __init__(self, heard: Callable[[str], None] = lambda _: None) -> None:
        self.requests: list[Request] = []
        self.heard = heard
        self.released = Event()
        self._routes: dict[str, deque[Reply | Callable[[], Reply]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False  # joined on close: nothing outlives a test
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._server.serve_forever, args=(0.005,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def on(self, route: str, *replies: Reply | Callable[[], Reply]) -> None:
        self._routes[route] = deque(replies)

    def first(self, route: str, reply: Reply) -> None:
        """Before what the route answers otherwise."""
        self._routes.setdefault(route, deque()).appendleft(reply)

    def asked(self, route: str) -> list[Request]:
        return [each for each in self.requests if f"{each.method} {each.path}" == route]

    def reply_to(self, request: Request) -> Reply:
        route = f"{request.method} {request.path}"
        self.requests.append(request)
        self.heard(route)
        replies = self._routes.get(route)
        if not replies:
            return Reply({"unexpected": route}, status=404)
        reply = replies.popleft() if len(replies) > 1 else replies[0]
        return reply if isinstance(reply, Reply) else reply()


def _handler(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        def reply_to(self, request: Request) -> Reply:
            return peer.reply_to(request)

        def wait(self, seconds: float) -> bool:
            return peer.released.wait(seconds)

    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5

    def reply_to(self, request: Request) -> Reply:
        raise NotImplementedError

    def wait(self, seconds: float) -> bool:
        raise NotImplementedError

    def answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name: str(value) for name, value in self.headers.items()}
        body = self.rfile.read(size)
        self.close_connection = True
        self._write(self.reply_to(Request(self.command, parts.path, query, headers, body)))

    do_GET = do_POST = do_DELETE = answer  # noqa: N815  the names the base class calls

    def _write(self, reply: Reply) -> None:
        if reply.breaks == "silent":
            self.wait(5)
        elif reply.breaks == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
        elif reply.breaks != "close":
            self._head(reply)
            self._drip(reply.content) if reply.breaks == "drip" else self.wfile.write(reply.content)

    def _head(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        extra = 50 if reply.breaks == "cut" else 0
        self.send_header("Content-Length", str(len(reply.content) + extra))
        self.end_headers()

    def _drip(self, content: bytes) -> None:
        with suppress(OSError):  # the caller has hung up
            for byte in content:
                self.wfile.write(bytes((byte,)))
                if self.wait(0.03):
                    return

    def log_message(self, format: str, *args: object) -> None:
        pass
