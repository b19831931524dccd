"""`loa run`: clock, workers and web in one process, until it is told to stop."""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import FrameType
from typing import Annotated

import structlog
import typer
import uvicorn

import app as loa
import config as settings
from app import App
from commands import logs, office
from commands.staff import ROLE_NAMES
from config import Config
from delivery import sweep
from delivery.notices import Tell
from errors import Refused
from models import Notice, Role
from scheduler import Clock
from web.site import site

commands = typer.Typer(add_completion=False)
log = structlog.get_logger(__name__)

PARTS = {"web": "web", "bot": "bot", "clock": "đồng hồ", "worker": "gửi bài"}
WEB_START_S, WEB_STOP_S = 10, 10


@commands.command("run")
def run(
    only: Annotated[
        str, typer.Option("--only", help="Some parts only: web, bot, clock, worker.")
    ] = ",".join(PARTS),
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of the web pages.")
    ] = None,
) -> None:
    """Carry out the plan: the clock, the workers and the web pages."""
    parts = _parts(only)
    if parts == ["bot"]:
        office.summary("Phần bot chưa có gì để chạy trong bản này.")
        return
    config = _at_port(settings.load(office.config_path()), port)
    logs.to_stderr(config, os.environ)
    with stopping() as stop, ExitStack() as ends:
        listener = None
        if "web" in parts:
            listener = ends.enter_context(_listen(config.web.host, config.web.port))
        app = loa.open_office(config, office.now, os.environ)
        ends.callback(app.store.close)
        _carry_out(app, parts, listener, stop)


def _carry_out(
    app: App, parts: list[str], listener: socket.socket | None, stop: threading.Event
) -> None:
    """Start the parts, wait, stop them: first the sending, whose pictures the web still serves."""
    roles = [part for part in parts if part in ("clock", "worker")]
    web = Web(app, listener) if listener else None
    with ExitStack() as ends:
        if web:
            ends.callback(web.stop)
            web.start()
        if roles:
            clock = Clock(app, teller(app.config), roles)
            _first_beat(app, clock, roles)
            clock.start()
            ends.callback(clock.stop)
        office.say(f"Loa đang chạy: {_shown(parts, web)}")
        while not stop.wait(1):
            if web and not web.lives():
                raise Refused("Phần web dừng đột ngột; xem nhật ký, rồi chạy lại: loa run")
    office.say("Loa đã dừng.")


def teller(config: Config) -> Tell:
    """Until people are reached by chat, what they must know stands in the log."""
    names = {unit.id: unit.name for unit in config.units}

    def tell(notice: Notice) -> bool:
        to = ROLE_NAMES[Role(notice.to)] if notice.to in set(Role) else notice.to
        log.warning(f"[{names.get(notice.unit, notice.unit)} → {to}] {notice.text}")
        return True

    return tell


class Web:
    """The site in a thread of its own, on a socket that is already bound."""

    def __init__(self, app: App, listener: socket.socket) -> None:
        # No access log: the address of an OAuth callback holds its code.
        told = uvicorn.Config(
            site(app, os.environ),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=WEB_STOP_S,
        )
        host, self.port = listener.getsockname()[:2]
        self.url = f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"
        self._listener, self._server = listener, uvicorn.Server(told)
        self._thread = threading.Thread(target=self._serve, name="web")

    def start(self) -> None:
        self._thread.start()
        waited = threading.Event()
        for _ in range(WEB_START_S * 100):
            if self._server.started or not self.lives():
                break
            waited.wait(0.01)
        if not self._server.started:
            raise Refused("Phần web không khởi động được; xem nhật ký.")

    def lives(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(WEB_STOP_S + 5)

    def _serve(self) -> None:
        self._server.run(sockets=[self._listener])


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Set by the first SIGTERM or SIGINT; the second ends the process at once."""
    stop = threading.Event()

    def told(number: int, _: FrameType | None) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    before = {each: signal.signal(each, told) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _first_beat(app: App, clock: Clock, roles: list[str]) -> None:
    """Written before anybody is told that it runs: who asks at once hears that it does."""
    with app.store.writing() as session:
        sweep.beat(session, clock.worker, ",".join(sorted(roles)), app.clock())


def _parts(only: str) -> list[str]:
    asked = {word.strip() for word in only.split(",") if word.strip()}
    if not asked or asked - PARTS.keys():
        raise typer.BadParameter(f"viết một hay nhiều trong: {', '.join(PARTS)}")
    return [part for part in PARTS if part in asked]


def _at_port(config: Config, port: int | None) -> Config:
    """With another port, an address that is only this machine's follows."""
    if port is None:
        return config
    web = replace(config.web, port=port)
    if web.public_url == f"http://127.0.0.1:{config.web.port}":
        web = replace(web, public_url=f"http://127.0.0.1:{port}")
    return replace(config, web=web)


def _listen(host: str, port: int) -> socket.socket:
    """Bound before anything starts: a port that is taken is one clear line."""
    try:
        return socket.create_server((host, port), family=_family(host), backlog=512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refused(
                f"Cổng {port} đang có chương trình khác dùng (hoặc Loa đang chạy rồi); hãy dừng nó,"
                " hoặc chọn cổng khác bằng --port."
            ) from error
        raise Refused(
            f"Không mở được {host}:{port} ({error.strerror}); xem lại [web] trong config.toml."
        ) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _shown(parts: list[str], web: Web | None) -> str:
    words = [PARTS[part] for part in parts if part in ("clock", "worker")]
    return ", ".join([*words, f"web {web.url}"] if web else words)
