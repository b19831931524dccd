"""What chaos is let loose on: an office whose channels are a sandbox, and its worker processes.

Three kinds of processes, none of which shares anything with another but the database file and
HTTP: the sandbox, the workers, and a nursery of one thread with everything imported, which forks
the workers, kills them and buries them.
"""

from __future__ import annotations

import base64
import os
import secrets
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import app as loa
import config
from commands import logs
from commands.run import stopping
from sandbox.core import Settings
from sandbox.faults import CALL_FAULTS
from sandbox.server import serve
from sandbox.state import Sandbox
from scheduler import Clock

SETTINGS = Settings(
    telegram_per_chat_per_min=0,
    facebook_calls_per_day=0,
    zalo_processing_s=0.15,
    facebook_processing_s=0.15,
)
TELEGRAMS = 4
SECONDS = {"rate_limit": 2.0, "slow": 0.3, "slow_processing": 0.5}
STATUSES = (500, 502, 503)

HEAD = """[loa]
database = "sqlite:///data/loa.db"
media = "data/media"
secret_key = "file:data/key"
[web]
public_url = "{public_url}"
[delivery]
tick_s = 0.05
lease_s = {lease}
settle_s = [0.3, 0.6, 1.2]
measure_s = [86400]
late_after_s = 864000
spread_s = 0
retry_max = 1000
[[units]]
id = "xa"
name = "UBND xã"
"""
CHANNEL = """[units.channels.{name}]
kind = "{kind}"
connect_s = 0.5
read_s = 0.6
"""


@dataclass(frozen=True, slots=True)
class Account:
    """One channel of the office and the account behind it; `token` is what an admin holds."""

    channel: str
    service: str  # zalo, facebook, telegram
    id: str  # as the wall names it
    token: str = ""


def now() -> datetime:
    return datetime.now(UTC)


# -- the sandbox, in a process of its own


@dataclass(frozen=True, slots=True)
class Outside:
    """The running sandbox as other processes reach it."""

    url: str
    public_url: str
    accounts: dict[str, Any]
    life: Connection  # the process ends when this is closed
    pid: int

    def stop(self) -> None:
        self.life.close()
        os.waitpid(self.pid, 0)


def open_outside(folder: Path, not_mine: Connection) -> Outside:
    """Fork a sandbox, and beside it a host for the office's pictures."""
    ours, its = Pipe()
    if pid := os.fork():
        its.close()
        url, public_url, accounts = ours.recv()
        return Outside(url, public_url, accounts, ours, pid)
    ours.close()
    not_mine.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _be_outside(folder, its)
    os._exit(0)


def _be_outside(folder: Path, life: Connection) -> None:
    sandbox = Sandbox(settings=SETTINGS)
    sandbox.zalo.accounts.add_oa("2938475610293847562", "OA hai", "oa-secret-2")
    sandbox.facebook.pages.add("100088776655444", "Trang hai", "EAAsecondPageToken")
    for i in range(2, TELEGRAMS + 1):
        token = f"701234567{i}:AAsandboxTelegramBotToken0000000000{i}"
        sandbox.telegram.chats.add_bot(token, f"loa_{i}_bot")
        sandbox.telegram.chats.add_channel(f"kenh_{i}", f"Kênh {i}", token)
    host = partial(_Pictures, directory=str(folder / "data"))
    with serve(sandbox) as server, ThreadingHTTPServer(("127.0.0.1", 0), host) as pictures:
        threading.Thread(target=pictures.serve_forever, daemon=True).start()
        life.send(
            (server.url, f"http://127.0.0.1:{pictures.server_address[1]}", sandbox.accounts())
        )
        while life.poll(None):
            try:
                life.recv()
            except EOFError:
                break
        pictures.shutdown()


class _Pictures(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def fault_orders(chance: float) -> list[dict[str, Any]]:
    """Every kind of fault on every service, each call at risk of each."""
    orders: list[dict[str, Any]] = []
    for kind in CALL_FAULTS:
        for service, operation, risk in (
            ("zalo", "*", 0.6),
            ("facebook", "*", 0.6),
            ("telegram", "send*", 1.0),  # what the officer deletes by hand goes well
            ("zalo-oauth", "*", 4.0),
        ):
            rare = 0.5 if kind == "token_expired" else 1.0
            order: dict[str, Any] = {
                "kind": kind,
                "service": service,
                "operation": operation,
                "times": None,
            }
            order["chance"] = min(chance * risk * rare, 0.5)
            order["seconds"] = SECONDS.get(kind, 1.0)
            order["status"] = STATUSES[len(orders) % len(STATUSES)]
            orders.append(order)
    return orders


# -- the office


def lay_out(folder: Path, outside: Outside, lease: float) -> list[Account]:
    """Write config and secrets; the office's channels, half of which can look up."""
    data = folder / "data"
    (data / "media").mkdir(parents=True)
    (data / "key").write_text(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    text, accounts = [HEAD.format(public_url=outside.public_url, lease=lease)], []
    told = outside.accounts
    for flow, oa in zip(("two_phase", "plain"), told["zalo_oa"], strict=True):
        name = f"zalo-{flow.replace('_', '-')}"
        keys = {key: oa[key] for key in ("app_id", "oa_id", "oauth_url", "api_url")}
        secret = {"app_secret": oa["app_secret"]}
        text.append(_channel(data, name, "zalo_oa", keys | {"flow": flow}, secret))
        accounts.append(Account(name, "zalo", oa["oa_id"]))
    for flow, page in zip(("two_phase", "plain"), told["facebook_page"], strict=True):
        name = f"facebook-{flow.replace('_', '-')}"
        keys = {key: page[key] for key in ("page_id", "graph_url")} | {"flow": flow}
        text.append(_channel(data, name, "facebook_page", keys, {"token": page["token"]}))
        accounts.append(Account(name, "facebook", page["page_id"]))
    for number, bot in enumerate(told["telegram"], start=1):
        name = f"telegram-{number}"
        keys = {key: bot[key] for key in ("chat", "api_url")}
        text.append(_channel(data, name, "telegram", keys, {"token": bot["token"]}))
        accounts.append(Account(name, "telegram", bot["chat"], bot["token"]))
    (folder / "config.toml").write_text("".join(text), encoding="utf-8")
    return accounts


def _channel(data: Path, name: str, kind: str, keys: dict[str, str], hidden: dict[str, str]) -> str:
    lines = [f'{key} = "{value}"\n' for key, value in keys.items()]
    for key, secret in hidden.items():
        (data / f"{name}.{key}").write_text(secret)
        lines.append(f'{key} = "file:data/{name}.{key}"\n')
    return CHANNEL.format(name=name, kind=kind) + "".join(lines)


def open_office(folder: Path) -> loa.App:
    return loa.open_office(config.load(folder / "config.toml"), now, {})


# -- the workers


def work(folder: Path) -> None:
    """What `loa run --only clock,worker` does, until SIGTERM."""
    with (folder / "log").open("a") as log, stopping() as stop:
        logs.set_up(log, "info")
        app = open_office(folder)
        clock = Clock(app, lambda _: True, ("clock", "worker"))
        clock.start()
        stop.wait()
        clock.stop()
        app.store.close()


class Nursery:
    """Forks workers from a warm process. Every worker is its child, so no pid is ever reused."""

    def __init__(self, child: Callable[[], None]) -> None:
        self.line, its = Pipe()
        self._pid = os.fork()
        if not self._pid:
            self.line.close()
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            _nurse(its, child)
            os._exit(0)
        its.close()

    def start(self) -> int:
        return self._ask("start", 0)

    def kill(self, pid: int) -> bool:
        """SIGKILL. False where it had ended by itself, which no worker should."""
        return self._ask("kill", pid) == -signal.SIGKILL

    def stop(self, pid: int) -> int:
        """SIGTERM, and its exit code."""
        return self._ask("stop", pid)

    def close(self) -> None:
        self.line.close()
        os.waitpid(self._pid, 0)

    def _ask(self, what: str, pid: int) -> int:
        self.line.send((what, pid))
        return int(self.line.recv())


def _nurse(line: Connection, child: Callable[[], None]) -> None:
    alive: set[int] = set()
    while True:
        try:
            what, pid = line.recv()
        except EOFError:
            break
        if what == "start":
            alive.add(born := _bear(line, child))
            line.send(born)
            continue
        alive.discard(pid)
        line.send(_end(pid, signal.SIGKILL if what == "kill" else signal.SIGTERM))
    for pid in alive:
        _end(pid, signal.SIGKILL)


def _bear(line: Connection, child: Callable[[], None]) -> int:
    if pid := os.fork():
        return pid
    code = 1
    try:
        line.close()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        child()
        code = 0
    finally:
        if sys.exception():
            traceback.print_exc()
        os._exit(code)


def _end(pid: int, how: signal.Signals) -> int:
    os.kill(pid, how)  # a zombie takes it too
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
