"""An office served over HTTP on loopback, and what can be put into it."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
import uvicorn
from fastapi import FastAPI
from sqlmodel import select

import app as loa
import config
from app import App
from content.frozen import content_of, hash_of
from models import Draft, DraftState, Item, Kind, Publication, Role, Staff
from store import Store
from web.site import site

NOW = datetime(2025, 9, 8, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Watch:
    """A clock one can turn."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def later(self, wait: timedelta) -> None:
        self.now += wait


@dataclass(frozen=True, slots=True)
class Served:
    """A running site, and a client that follows nothing by itself."""

    app: App
    url: str
    http: requests.Session
    watch: Watch

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.http.get(f"{self.url}{path}", allow_redirects=False, timeout=10, **more)


@contextmanager
def served(path: Path, watch: Watch, environ: Mapping[str, str] = os.environ) -> Iterator[Served]:
    """The office of a config.toml; `$PORT` in it becomes the port of the site."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    path.write_text(path.read_text().replace("$PORT", str(port)))
    app = loa.open_office(config.load(path), watch, environ)
    with serving(site(app, environ), listener), requests.Session() as http:
        http.trust_env = False
        yield Served(app, f"http://127.0.0.1:{port}", http, watch)
    app.store.close()


@contextmanager
def serving(pages: FastAPI, listener: socket.socket) -> Iterator[None]:
    told = uvicorn.Config(pages, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(told)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def approved(store: Store, title: str, channel: str, due_at: datetime, **more: Any) -> int:
    """A publication of a draft that was really approved; `more` are columns of the row."""
    with store.writing() as session:
        author = session.exec(select(Staff)).first()
        if author is None:
            author = Staff(unit="dak-to", name="Chị Hoa", role=Role.APPROVER, added_at=due_at)
            session.add(author)
            session.flush()
        draft = Draft(
            unit="dak-to", kind=Kind.TIN, title=title, body="Thân bài.", channels=[channel],
            state=DraftState.APPROVED, author_id=author.id, created_at=due_at, changed_at=due_at,
        )  # fmt: skip
        content = content_of(draft, [channel])
        session.add(draft)
        session.flush()
        item = Item(
            draft_id=draft.id, unit="dak-to", hash=hash_of(content), content=content,
            approved_by=author.id, approved_at=due_at,
        )  # fmt: skip
        session.add(item)
        session.flush()
        values = {"occurrence": "once", "due_at": due_at, "next_at": due_at, **more}
        row = Publication(
            item_id=item.id, unit="dak-to", hash=item.hash, channel=channel, title=title, **values
        )
        session.add(row)
        session.flush()
        return row.id


def rows(store: Store) -> list[Publication]:
    with store.reading() as session:
        found = list(session.exec(select(Publication).order_by("id")))
        session.expunge_all()
        return found
