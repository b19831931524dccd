"""Two processes of `loa run` on one database: nothing goes out twice, and both stop cleanly."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlmodel import select

import app as loa
import config
from channels.base import TokenPair
from content import drafts, people, review
from content.draft_file import NewDraft
from models import Attempt, Heartbeat, Kind, Publication, Role
from sandbox.core import Settings
from sandbox.server import serve
from sandbox.state import Sandbox
from web import links

ROOT = Path(__file__).parents[2]
CHANNELS = ("zalo", "facebook", "telegram")
PATIENCE_S = 40
CONFIG = """
[loa]
database = "sqlite:///data/loa.db"
media = "data/media"
secret_key = "file:data/key"
[web]
port = {port}
[delivery]
tick_s = 0.1
[[units]]
id = "xa"
name = "UBND xã"
[units.channels.zalo]
kind = "zalo_oa"
app_id = "{zalo[app_id]}"
app_secret = "file:data/zalo"
oa_id = "{zalo[oa_id]}"
oauth_url = "{zalo[oauth_url]}"
api_url = "{zalo[api_url]}"
[units.channels.facebook]
kind = "facebook_page"
page_id = "{page[page_id]}"
token = "file:data/facebook"
graph_url = "{page[graph_url]}"
[units.channels.telegram]
kind = "telegram"
token = "file:data/telegram"
chat = "{bot[chat]}"
api_url = "{bot[api_url]}"
"""


@dataclass
class Town:
    """An office in a folder, the services outside, and the processes at work."""

    folder: Path
    app: loa.App
    sandbox: Sandbox
    port: int

    def approve(self, title: str, channels: tuple[str, ...] = CHANNELS) -> None:
        now = datetime.now(UTC)
        with self.app.store.writing() as session:
            office = self.app.office(session, self.app.config.units[0])
            lan, minh = (people.named(session, name) for name in ("Chị Lan", "Anh Minh"))
            new = NewDraft(Kind.TIN, title, f"{title}: bà con chú ý.", channels=channels)
            draft = drafts.add(session, office, new, lan, now).draft
            review.submit(session, office, draft, lan, now, self.app.limits())
            review.approve(session, office, draft, minh, now)

    def start(self, *more: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"log-{len(more)}").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "cli", "--config", "config.toml", "run", *more],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), "LOA_CONFIG": ""},
                stdout=log,
                stderr=log,
            )

    def states(self) -> Counter[str]:
        with self.app.store.reading() as session:
            return Counter(str(state) for state in session.exec(select(Publication.state)))

    def outcomes(self) -> set[str | None]:
        with self.app.store.reading() as session:
            return set(session.exec(select(Attempt.outcome)))

    def on_walls(self, title: str) -> list[str]:
        """The services on whose walls it stands, one for each time."""
        posts = self.sandbox.posts()
        return sorted(post.service for post in posts if title in post.title + post.text)

    def health(self) -> Any:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).json()
        except (requests.RequestException, ValueError):
            return {"workers": []}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    sandbox = Sandbox(settings=Settings(zalo_processing_s=0.0))
    with serve(sandbox):
        port = free_port()
        lay_out(tmp_path, sandbox.accounts(), port)
        app = loa.open_office(config.load(tmp_path / "config.toml"), lambda: datetime.now(UTC), {})
        with app.store.writing() as session:
            people.add(session, "xa", "Chị Lan", Role.EDITOR, app.clock())
            people.add(session, "xa", "Anh Minh", Role.APPROVER, app.clock())
        access, refresh = sandbox.zalo_oauth.issue(sandbox.zalo.accounts.oa.oa_id)
        pair = TokenPair(access, refresh, app.clock() + timedelta(hours=20))
        links.keep(app, {}, "zalo", pair)
        yield Town(tmp_path, app, sandbox, port)
        app.store.close()


def lay_out(folder: Path, accounts: dict[str, Any], port: int) -> None:
    zalo, page, bot = (accounts[kind][0] for kind in ("zalo_oa", "facebook_page", "telegram"))
    (folder / "data").mkdir()
    for name, secret in (
        ("key", base64.urlsafe_b64encode(os.urandom(32)).decode()),
        ("zalo", zalo["app_secret"]),
        ("facebook", page["token"]),
        ("telegram", bot["token"]),
    ):
        (folder / "data" / name).write_text(secret)
    text = CONFIG.format(port=port, zalo=zalo, page=page, bot=bot)
    (folder / "config.toml").write_text(text, encoding="utf-8")


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return int(taken.getsockname()[1])


def until(done: Callable[[], bool], what: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < end, what()
        time.sleep(0.05)


@pytest.fixture
def running(town: Town) -> Iterator[list[subprocess.Popen[bytes]]]:
    both = [town.start(), town.start("--only", "clock,worker")]
    yield both
    for each in both:
        if each.poll() is None:
            each.kill()
        each.wait()


def test_two_processes_send_each_once_and_stop_when_they_are_done(
    town: Town, running: list[subprocess.Popen[bytes]]
) -> None:
    titles = [f"Thông báo số {number:02d}" for number in range(1, 7)]
    until(lambda: len(town.health()["workers"]) == 2, town.health)  # the web serves the pictures
    for title in titles:
        town.approve(title)

    until(lambda: town.states() == {"sent": 18}, town.states)
    assert town.health()["ok"]
    assert {title: town.on_walls(title) for title in titles} == dict.fromkeys(
        titles, sorted(CHANNELS)
    )

    town.sandbox.fault("slow", "telegram", "sendMessage", seconds=2)
    town.approve("Tin cuối ngày", ("telegram",))
    until(lambda: town.states()["sending"] == 1, town.states)
    for each in running:
        each.send_signal(signal.SIGTERM)
    assert [each.wait(PATIENCE_S) for each in running] == [0, 0]

    assert town.states() == {"sent": 19}
    assert town.on_walls("Tin cuối ngày") == ["telegram"]
    assert town.outcomes() <= {"sent", "pending"}
    with town.app.store.reading() as session:
        assert session.exec(select(Heartbeat)).all() == []
