"""`/healthz`: who is alive, what is stuck; and nothing that is nobody's business."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from fastapi import FastAPI
from sqlmodel import Session

from delivery import outcome, sweep
from models import Ask, SendState
from store import Store
from tests.web.served import MINUTE, NOW, Served, Watch, approved, served, serving
from web import health


@pytest.fixture
def working(office: Served) -> Served:
    """With somebody at work."""
    beat(office, "xa-may-1:42:abc", "clock,worker")
    return office


def beat(office: Served, worker: str, roles: str) -> None:
    with office.app.store.writing() as session:
        sweep.beat(session, worker, roles, office.watch())


def test_an_office_at_work_is_healthy(working: Served) -> None:
    working.watch.later(timedelta(seconds=8))
    answer = working.get("/healthz")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json() == {
        "ok": True,
        "database": True,
        "workers": [{"roles": "clock,worker", "age_s": 8.0}],
        "oldest_due_s": 0.0,
        "unknown": 0,
        "asked": 0,
        "held": 0,
    }


@pytest.mark.parametrize("roles", [None, "clock"])
def test_without_anybody_to_send_it_is_not(office: Served, roles: str | None) -> None:
    if roles:
        beat(office, "xa-may-1:42:abc", roles)
    answer = office.get("/healthz")
    assert (answer.status_code, answer.json()["ok"]) == (503, False)


def test_a_worker_that_fell_silent_does_not_count(working: Served) -> None:
    working.watch.later(3 * MINUTE)
    assert working.get("/healthz").status_code == 503


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (16, 503)])
def test_what_waits_for_a_quarter_of_an_hour_is_stuck(
    working: Served, minutes: int, status: int
) -> None:
    approved(working.app.store, "Tin", "thu", NOW - minutes * MINUTE)
    answer = working.get("/healthz")
    assert answer.status_code == status
    assert answer.json()["oldest_due_s"] == minutes * 60


def test_what_waits_for_a_person_is_counted_and_not_stuck(working: Served) -> None:
    store = working.app.store
    approved(store, "Tin", "thu", NOW - 60 * MINUTE)
    approved(store, "Hỏi", "thu", NOW, state=SendState.ASKED, ask=Ask.LATE)
    approved(store, "Chưa rõ", "thu", NOW, state=SendState.UNKNOWN)
    with store.writing() as session:
        outcome.hold(session, working.app.lanes["thu"], "mất liên kết", NOW)
    answer = working.get("/healthz")
    told = answer.json()
    assert answer.status_code == 200
    assert (told["unknown"], told["asked"], told["held"], told["oldest_due_s"]) == (1, 1, 1, 0)


def test_the_night_of_a_quiet_channel_is_no_alarm(working: Served) -> None:
    working.watch.now = NOW.replace(hour=20)  # 3 o'clock in Vietnam
    beat(working, "xa-may-1:42:abc", "clock,worker")
    approved(working.app.store, "Tin", "thu", NOW)
    assert working.get("/healthz").status_code == 200


def test_a_rerun_waits_for_its_first_airing(working: Served) -> None:
    store = working.app.store
    first = approved(store, "Phát thanh", "thu", NOW + 60 * MINUTE)
    approved(store, "Phát lại", "thu", NOW - 60 * MINUTE, follows=first)
    assert working.get("/healthz").json()["oldest_due_s"] == 0


def test_a_database_that_is_gone(office: Served, tmp_path: Path) -> None:
    gone = Store(f"sqlite:///{tmp_path}/nowhere/loa.db")
    with told_of(office, gone) as answer:
        assert answer.status_code == 503
        assert (answer.json()["ok"], answer.json()["database"]) == (False, False)
    gone.close()


class Hanging(Store):
    """A database that takes the question and never answers."""

    released = threading.Event()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        self.released.wait(10)
        with super().reading() as session:
            yield session


def test_a_database_that_hangs_holds_nobody_up(office: Served) -> None:
    slow = Hanging(office.app.store.url)
    with told_of(office, slow) as answer:
        slow.released.set()
        assert (answer.status_code, answer.json()["database"]) == (503, False)
        assert answer.elapsed < timedelta(seconds=3)
    slow.close()


@contextmanager
def told_of(office: Served, store: Store) -> Iterator[requests.Response]:
    """What the same office says with another database."""
    pages = FastAPI()
    pages.include_router(health.routes(replace(office.app, store=store), patience_s=0.3))
    listener = socket.create_server(("127.0.0.1", 0))
    with serving(pages, listener):
        yield office.http.get(f"http://127.0.0.1:{listener.getsockname()[1]}/healthz", timeout=10)


def test_it_names_nobody_and_nothing(working: Served) -> None:
    approved(working.app.store, "Tin mật", "thu", NOW, state=SendState.ASKED, reason="lý do")
    text = working.get("/healthz").text
    for word in ("xa-may-1", "42", "Tin", "thu", "Hoa", "sqlite", str(working.app.config.path)):
        assert word not in text


def test_on_postgresql_it_is_the_same(folder: Path, postgres_url: str) -> None:
    path = folder / "config.toml"
    path.write_text(f'[loa]\ndatabase = "{postgres_url}"\n{path.read_text(encoding="utf-8")}')
    with served(path, Watch()) as office:
        beat(office, "xa-may-1:42:abc", "worker")
        approved(office.app.store, "Hỏi", "thu", NOW, state=SendState.ASKED, ask=Ask.LATE)
        first = approved(office.app.store, "Phát thanh", "thu", NOW - MINUTE)
        approved(office.app.store, "Phát lại", "thu", NOW - 60 * MINUTE, follows=first)
        answer = office.get("/healthz")
    assert (answer.status_code, answer.json()["asked"]) == (200, 1)
    assert answer.json()["oldest_due_s"] == 60
