"""A commune at its desk on 10 September 2025: the Đắk Tô plan, channels, people of each role."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

import config as settings
from config import Config
from content import drafts, people, review
from content.draft_file import NewDraft
from content.drafts import Added
from content.review import Approved
from content.routing import Office
from models import Draft, Kind, Publication, Role, Staff
from plan import file
from plan.calendar import Calendar
from plan.slots import Schedule, slots
from plan.values import Plan
from store import Store
from zone import HANOI

NOW = datetime(2025, 9, 10, 9, 0, tzinfo=HANOI)
DAK_TO = Path(__file__).parents[2] / "plans" / "dak-to-2025.toml"
BULLETIN, SEGMENT = "DT-C.I.2.a", "DT-C.I.2.c"
CONFIG = """
[[units]]
id = "dak-to"
name = "UBND xã Đắk Tô"
parent = "tinh"

[[units.routes]]
task = "DT-C.I.2.a"
channels = ["zalo", "facebook", "loa"]
maker = "bulletin"

[[units.routes]]
task = "DT-C.I.2.c"
channels = ["zalo", "loa"]
maker = "radio"

[units.channels.zalo]
kind = "memory"
serves = ["zalo", "zalo.oa"]

[units.channels.facebook]
kind = "memory"
serves = ["facebook"]

[units.channels.loa]
kind = "manual"
serves = ["radio.commune", "radio.grassroots"]

[units.channels.hoi_dap]
kind = "zalo_bot"
token = "env:BOT"
serves = ["zalo", "meeting"]

[[units]]
id = "tinh"
name = "UBND tỉnh"

[units.channels.bao_tinh]
kind = "memory"

[[units]]
id = "xa-ben"
name = "UBND xã bên"

[units.channels.zalo_ben]
kind = "memory"
serves = ["zalo"]
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a rule asks for; `people` are by role, `lan` writes in the tests."""

    store: Store
    config: Config
    office: Office
    people: dict[Role, Staff]

    @property
    def lan(self) -> Staff:
        return self.people[Role.CONTRIBUTOR]

    @property
    def hoa(self) -> Staff:
        return self.people[Role.APPROVER]

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.store.writing() as session:
            yield session

    def add(self, by: Staff | None = None, now: datetime = NOW, **told: Any) -> Added:
        with self.writing() as session:
            return drafts.add(session, self.office, new(**told), by or self.lan, now)

    def submit(self, id: int, by: Staff | None = None, now: datetime = NOW) -> tuple[str, ...]:
        with self.writing() as session:
            draft = drafts.named(session, id, lock=True)
            return review.submit(session, self.office, draft, by or self.lan, now, {})

    def approve(
        self, id: int, by: Staff | None = None, now: datetime = NOW, at: datetime | None = None
    ) -> Approved:
        with self.writing() as session:
            draft = drafts.named(session, id, lock=True)
            return review.approve(session, self.office, draft, by or self.hoa, now, at)

    def approved(self, now: datetime = NOW, **told: Any) -> Approved:
        """A draft of Lan's that Hoa approved."""
        id = self.add(now=now, **told).draft.id
        self.submit(id, now=now)
        return self.approve(id, now=now)

    def change(self, id: int, by: Staff | None = None, **fields: Any) -> tuple[str, ...]:
        with self.writing() as session:
            draft = drafts.named(session, id, lock=True)
            taken = review.change(session, self.office, draft, by or self.lan, NOW, **fields)
            return taken.notes

    def draft(self, id: int) -> Draft:
        with self.store.reading() as session:
            return drafts.named(session, id)

    def publications(self) -> list[Publication]:
        with self.store.reading() as session:
            return list(session.exec(select(Publication).order_by(Publication.id)))  # type: ignore[arg-type]

    def set(self, publication: int, **values: Any) -> None:
        """What the ledger would have written."""
        with self.writing() as session:
            row = session.get_one(Publication, publication)
            for key, value in values.items():
                setattr(row, key, value)
            session.add(row)


def new(**told: Any) -> NewDraft:
    """A draft that nothing is wrong with, but for what is told."""
    values: dict[str, Any] = {
        "kind": Kind.TIN,
        "title": "Thôn 3 ra quân hướng dẫn bà con dùng dịch vụ số",
        "body": "Sáng 13/9, Tổ công nghệ số cộng đồng thôn 3 hướng dẫn bà con.",
    }
    if told.keys().isdisjoint(("task", "slot", "channels")):
        values["channels"] = ("zalo",)
    return NewDraft(**values | told)


@pytest.fixture(scope="session")
def plan() -> Plan:
    return file.load(DAK_TO)


@pytest.fixture(scope="session")
def schedule(plan: Plan) -> Schedule:
    return slots(plan, Calendar())


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "loa.db"
    made = Store(f"sqlite:///{path}")
    made.migrate()
    made.close()
    return path


@pytest.fixture
def desk(tmp_path: Path, empty_database: Path, plan: Plan, schedule: Schedule) -> Iterator[Desk]:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    shutil.copyfile(empty_database, tmp_path / "loa.db")
    told = settings.load(tmp_path / "config.toml")
    store = Store(f"sqlite:///{tmp_path / 'loa.db'}")
    with store.writing() as session:
        staff = {role: people.add(session, "dak-to", f"Cán bộ {role}", role, NOW) for role in Role}
    unit = told.unit("dak-to")
    yield Desk(store, told, Office(told, unit, plan.tasks, schedule.slots), staff)
    store.close()
