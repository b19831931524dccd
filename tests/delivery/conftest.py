"""A ledger over a real database, a clock one can turn, and channels that do as they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from channels.base import Engagement, Limits, Post, Receipt, Sight, Step
from delivery import queue, send, settle, sweep
from delivery.lanes import Clocks, Lane
from delivery.send import Sender
from models import Attempt, Draft, Item, Kind, Notice, Publication, Role, Staff
from store import Store

NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Obedient:
    """Publishes, or does what `then` says; keeps what the public sees."""

    limits = Limits(text=1000)

    def __init__(self, name: str = "kenh") -> None:
        self.name = name
        self.public: list[str] = []
        self.then: Callable[[Post, Step], Receipt] | None = None
        self.told = Engagement(views=7)
        self.asked = 0

    def publish(self, post: Post, step: Step) -> Receipt:
        if self.then is not None:
            return self.then(post, step)
        self.public.append(post.title)
        return Receipt(str(len(self.public)), f"https://kenh.example/{len(self.public)}")

    def metrics(self, receipt: Receipt) -> Engagement:
        self.asked += 1
        return self.told


class Findable(Obedient):
    """One that can look up; `sees` is what it will answer."""

    sees: Receipt | Sight | Exception = Sight.NOT_SHOWN

    def find(self, post: Post, ids: Mapping[str, str], since: datetime) -> Receipt | Sight:
        self.asked += 1
        if isinstance(self.sees, Exception):
            raise self.sees
        return self.sees


@dataclass
class Ledger:
    store: Store
    now: datetime = NOON
    approved: bool = True
    lanes: dict[str, Lane] = field(default_factory=dict)

    def sender(self, worker: str = "w1") -> Sender:
        return Sender(
            self.store,
            lambda content, _: Post(str(content["title"]), (str(content["body"]),)),
            lambda _, items: items if self.approved else (),
            lambda: self.now,
            worker,
        )

    def lane(self, channel: Obedient, **changes: object) -> Lane:
        made = replace(Lane(channel.name, "xa", channel), **changes)  # type: ignore[arg-type]
        self.lanes[made.name] = made
        return made

    def later(self, wait: timedelta) -> None:
        self.now += wait

    def drain(self, lane: Lane, worker: str = "w1") -> int:
        return send.drain(self.sender(worker), lane, lambda: False)

    def settle(self, lane: Lane) -> int:
        return settle.settle_due(self.sender(), lane)

    def sweep(self) -> None:
        with self.store.writing() as session:
            sweep.sweep(session, self.lanes, self.now)

    def claim(self, lane: Lane, worker: str) -> queue.Claim | None:
        with self.store.writing() as session:
            found = queue.claim(session, lane, worker, self.now, lambda _, items: items)
        return found[0] if found else None

    def add(self, title: str = "Tin", channel: str = "kenh", **more: object) -> int:
        with self.store.writing() as session:
            author = session.exec(select(Staff)).one()
            draft = Draft(
                unit="xa", kind=Kind.TIN, title=title, body="Thân", author_id=author.id,
                created_at=NOON, changed_at=NOON,
            )  # fmt: skip
            session.add(draft)
            session.flush()
            item = Item(
                draft_id=draft.id, unit="xa", hash=title, approved_by=author.id,
                content={"title": title, "body": "Thân"}, approved_at=NOON,
            )  # fmt: skip
            session.add(item)
            session.flush()
            values: dict[str, Any] = {"due_at": NOON, "next_at": NOON, "occurrence": "once", **more}
            row = Publication(
                item_id=item.id, unit="xa", hash=title, channel=channel, title=title, **values
            )
            session.add(row)
            session.flush()
            return row.id

    def row(self, id: int) -> Publication:
        with self.store.reading() as session:
            found = session.get_one(Publication, id)
            session.expunge(found)
            return found

    def attempts(self, id: int) -> list[str | None]:
        with self.store.reading() as session:
            query = select(Attempt).where(Attempt.publication_id == id).order_by(Attempt.id)  # type: ignore[arg-type]
            return [each.outcome for each in session.exec(query)]

    def notices(self) -> list[str]:
        with self.store.reading() as session:
            return [f"{each.to}: {each.text}" for each in session.exec(select(Notice))]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    store = Store(f"sqlite:///{tmp_path}/loa.db")
    store.migrate()
    with store.writing() as session:
        session.add(Staff(unit="xa", name="Lan", role=Role.EDITOR, added_at=NOON))
    yield Ledger(store)
    store.close()


@pytest.fixture
def channel() -> Obedient:
    return Obedient()


@pytest.fixture
def findable() -> Findable:
    return Findable()


@pytest.fixture
def quick() -> Clocks:
    return Clocks(measure=(timedelta(hours=1), timedelta(hours=6)))
