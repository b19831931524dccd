"""The HTTP server: one port for all stand-ins, one thread a connection, real resets on request.

A plain threaded socket server rather than ASGI: it can leave a connection hanging or reset it at
any byte, it stops at once, and a call costs well under a millisecond.
"""

import logging
import os
import socket
import socketserver
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from select import select
from threading import Event, Lock, Thread

from sandbox.admin import Admin
from sandbox.faults import CALL_FAULTS, Fault
from sandbox.http11 import body_of, head_of, read_request
from sandbox.state import Sandbox
from sandbox.walls import Walls
from sandbox.wire import BadRequestError, Broken, Reply, Request, Service, answer, page

LONGEST_SILENCE_S = 120.0
PULSE_S = 0.05
LINGER_ZERO = struct.pack("ii", 1, 0)
LOG = logging.getLogger("sandbox")
PROXY_PAGE = """<html>
<head><title>{status} {words}</title></head>
<body><center><h1>{status} {words}</h1></center><hr><center>nginx</center></body>
</html>"""


@contextmanager
def serve(sandbox: Sandbox, port: int = 0, host: str = "127.0.0.1") -> Iterator["Server"]:
    """Run the sandbox in threads of this process; stops within a second."""
    server = Server(sandbox, host, port)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def run(host: str = "127.0.0.1", port: int = 8090) -> None:
    """Run a fresh sandbox until interrupted, for `loa sandbox`."""
    with serve(Sandbox(), port, host) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return


class Server:
    """A running sandbox; `url` is its root."""

    def __init__(self, sandbox: Sandbox, host: str, port: int) -> None:
        self.sandbox = sandbox
        self._stopped = Event()
        self._threads: list[Thread] = []
        self._http = _Threaded((host, port), _Connection, sandbox)
        self.port: int = self._http.server_address[1]
        self.url = f"http://{host}:{self.port}"

    def start(self) -> None:
        self.sandbox.open_at(self.url)
        loops = (self._accept, self._pulse, self._courier)
        self._threads = [Thread(target=loop, daemon=True) for loop in loops]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self.sandbox.close()
        self._http.shutdown()
        self._http.hang_up()
        for thread in self._threads:
            thread.join(timeout=3)
        self._http.server_close()

    def _accept(self) -> None:
        self._http.serve_forever(poll_interval=0.05)

    def _pulse(self) -> None:
        while not self._stopped.wait(PULSE_S):
            try:
                self.sandbox.advance()
            except Exception:
                LOG.exception("the sandbox failed to move on")

    def _courier(self) -> None:
        while not self._stopped.is_set():
            outbox = self.sandbox.core.outbox
            if not outbox.deliver_due():
                outbox.wait(PULSE_S)


class _Threaded(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        handler: Callable[..., socketserver.BaseRequestHandler],
        sandbox: Sandbox,
    ) -> None:
        self.sandbox = sandbox
        self.walls = Walls(sandbox)
        self.admin = Admin(sandbox)
        self._open: set[socket.socket] = set()
        self._busy = Lock()
        super().__init__(address, handler)

    def opened(self, connection: socket.socket) -> None:
        with self._busy:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._busy:
            self._open.discard(connection)

    def hang_up(self) -> None:
        """End the kept-alive connections, so that their threads end."""
        with self._busy:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):  # a client that left is no error
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Connection(socketserver.StreamRequestHandler):
    server: _Threaded
    disable_nagle_algorithm = True
    rbufsize = 65_536

    def handle(self) -> None:
        self.server.opened(self.connection)
        try:
            while self._one_call():
                pass
        finally:
            self.server.closed(self.connection)

    def _one_call(self) -> bool:
        """Serve one request; whether the connection stays open."""
        read = read_request(self.rfile, self.wfile)
        if read is None:
            return False
        prefix, request = read
        outcome = self._outcome(prefix, request)
        if outcome is Broken.SILENCE:
            self._stay_silent()
        if isinstance(outcome, Broken):
            self._reset()
            return False
        keep = request.headers.get("connection", "").lower() != "close" and not outcome.cut
        self.connection.sendall(head_of(outcome, keep) + body_of(request, outcome))
        return keep

    def _outcome(self, prefix: str, request: Request) -> Reply | Broken:
        try:
            sandbox = self.server.sandbox
            if (service := sandbox.services.get(prefix)) is not None:
                return self._serve(service, request)
            if prefix == "_sandbox":
                return self.server.admin.handle(request)
            return self.server.walls.handle(prefix, request)
        except BadRequestError as error:
            return answer({"error": str(error)}, 400)

    def _serve(self, service: Service, request: Request) -> Reply | Broken:
        sandbox = self.server.sandbox
        operation = service.operation(request)
        fault = sandbox.core.faults.take(CALL_FAULTS, service.name, operation, request.path)
        outcome: Reply | Broken
        try:
            outcome = self._carry_out(service, replace(request, fault=fault))
        except Exception:
            LOG.exception("the sandbox failed at %s %s", service.name, operation)
            outcome = service.failing(500)
        status = outcome.status if isinstance(outcome, Reply) else 0
        sandbox.record(service.name, operation, status, fault.kind if fault else "")
        return outcome

    def _carry_out(self, service: Service, request: Request) -> Reply | Broken:
        fault = request.fault
        if fault is None:
            return service.handle(request)
        if (early := before(fault, service, request)) is not None:
            return early
        reply = service.handle(request)
        if fault.kind == "slow":
            self.server.sandbox.core.stopping.wait(fault.seconds)
        return after(fault, service, reply)

    def _stay_silent(self) -> None:
        """Wait until the client gives up, the sandbox stops, or a very long time has passed."""
        end = time.monotonic() + LONGEST_SILENCE_S
        while time.monotonic() < end and not self.server.sandbox.core.stopping.wait(0.02):
            readable, _, _ = select([self.connection], [], [], 0)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        os.close(self.connection.detach())


def before(fault: Fault, service: Service, request: Request) -> Reply | Broken | None:
    """What the fault does before the call is carried out; None: go on."""
    match fault.kind:
        case "timeout_before":
            return Broken.SILENCE
        case "reset_before":
            return Broken.RESET
        case "error_before":
            return service.failing(fault.status)
        case "html_before":
            return proxy_page(fault.status)
        case "rate_limit":
            return service.throttled(fault.seconds)
        case "token_expired":
            service.expire(request)
    return None


def after(fault: Fault, service: Service, reply: Reply) -> Reply | Broken:
    """What becomes of the answer once the call has been carried out."""
    match fault.kind:
        case "timeout_after":
            return Broken.SILENCE
        case "reset_after" | "refresh_lost":
            return Broken.RESET
        case "error_after":
            return service.failing(fault.status)
        case "html_after":
            return proxy_page(fault.status)
        case "cut_after":
            return replace(reply, cut=True)
        case "empty_after":
            return replace(reply, body=b"", status=200)
    return reply


def proxy_page(status: int) -> Reply:
    return page(PROXY_PAGE.format(status=status, words=HTTPStatus(status).phrase), status)
