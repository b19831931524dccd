"""HTTP/1.1 on a stream: the next request in, a reply out."""

from http import HTTPStatus
from io import BufferedIOBase
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.wire import Reply, Request

LINE_MAX = 65_536
BODY_MAX = 128 * 1024 * 1024


def read_request(rfile: BufferedIOBase, wfile: BufferedIOBase) -> tuple[str, Request] | None:
    """The next request and the prefix of its path; None when the client has gone."""
    first = rfile.readline(LINE_MAX).split()
    if len(first) != 3:
        return None
    headers: dict[str, str] = {}
    while (line := rfile.readline(LINE_MAX)) not in (b"\r\n", b"\n"):
        if not line:
            return None
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    if headers.get("expect", "").lower() == "100-continue":
        wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = _read_body(rfile, headers)
    if body is None:
        return None
    parts = urlsplit(first[1].decode("latin-1"))
    prefix, _, rest = parts.path.removeprefix("/").partition("/")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return prefix, Request(first[0].decode("latin-1"), "/" + unquote(rest), query, headers, body)


def _read_body(rfile: BufferedIOBase, headers: dict[str, str]) -> bytes | None:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _read_chunks(rfile)
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > BODY_MAX:
        return None
    body = rfile.read(int(length))
    return body if len(body) == int(length) else None


def _read_chunks(rfile: BufferedIOBase) -> bytes | None:
    body = bytearray()
    while True:
        try:
            size = int(rfile.readline(LINE_MAX).partition(b";")[0], 16)
        except ValueError:
            return None
        body += rfile.read(size)
        rfile.readline(LINE_MAX)
        if size == 0 or len(body) > BODY_MAX:
            return bytes(body) if size == 0 else None


def head_of(reply: Reply, keep: bool) -> bytes:
    phrase = HTTPStatus(reply.status).phrase
    lines = [
        f"HTTP/1.1 {reply.status} {phrase}",
        f"Content-Type: {reply.kind}",
        f"Content-Length: {len(reply.body)}",
        f"Connection: {'keep-alive' if keep else 'close'}",
        *(f"{name}: {value}" for name, value in reply.headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def body_of(request: Request, reply: Reply) -> bytes:
    if request.method == "HEAD":
        return b""
    return reply.body[: len(reply.body) // 2] if reply.cut else reply.body
