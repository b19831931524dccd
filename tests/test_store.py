"""The store: durable, two doors, aware datetimes, and one history of tables on two databases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlmodel import Session, SQLModel, select

from errors import Refused
from models import Deed, PlanVersion, Role, Staff
from store import Store

ROOT = Path(__file__).parents[1]
NOW = datetime(2025, 8, 25, 1, 0, tzinfo=UTC)
HANOI = timezone(timedelta(hours=7))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/loa.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    made = Store(url)
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path}/loa.db")
    made.migrate()
    yield made
    made.close()


def hoa(added_at: datetime = NOW) -> Staff:
    return Staff(unit="dak-to", name="Chị Hoa", role=Role.APPROVER, added_at=added_at)


def names(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.exec(select(Staff.name)))


# ---- what SQLite is told


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 15_000)],
)
def test_sqlite_is_durable_and_strict(sqlite: Store, pragma: str, value: object) -> None:
    with sqlite.reading() as session:
        assert session.connection().execute(text(f"PRAGMA {pragma}")).scalar() == value


# ---- the two doors


def test_what_was_written_is_there_for_the_next_reader(store: Store) -> None:
    with store.writing() as session:
        session.add(hoa())
    assert names(store) == ["Chị Hoa"]


def test_an_exception_leaves_nothing_behind(store: Store) -> None:
    def change_of_mind() -> None:
        with store.writing() as session:
            session.add(hoa())
            session.flush()
            raise Refused("thôi")

    with pytest.raises(Refused):
        change_of_mind()
    assert names(store) == []


def test_the_reading_door_keeps_nothing(store: Store) -> None:
    with store.reading() as session:
        session.add(hoa())
        session.flush()
    assert names(store) == []


def test_a_reader_is_not_held_up_by_a_writer(store: Store) -> None:
    with store.writing() as session:
        session.add(hoa())
        session.flush()
        assert names(store) == []


def test_a_writer_takes_its_lock_at_the_start(sqlite: Store) -> None:
    def write_from_elsewhere(session: Session) -> None:
        session.connection().exec_driver_sql("PRAGMA busy_timeout=0")
        session.add(hoa())
        session.flush()

    with sqlite.writing() as first, sqlite.reading() as second:
        first.exec(select(Staff)).all()  # only reads so far, yet nobody else may write
        with pytest.raises(OperationalError, match="locked"):
            write_from_elsewhere(second)


def test_what_another_row_needs_cannot_be_missing(store: Store) -> None:
    deed = Deed(
        unit="dak-to", task="DT-E.3", on=NOW.date(), evidence="", staff_id=404, entered_at=NOW
    )
    with pytest.raises(IntegrityError), store.writing() as session:
        session.add(deed)


def test_a_unit_has_one_current_plan(store: Store) -> None:
    two = [
        PlanVersion(unit="xa", slug="xa-1", digest=digest, toml="", used_at=NOW)
        for digest in ("one", "two")
    ]
    with pytest.raises(IntegrityError), store.writing() as session:
        session.add_all(two)


# ---- times


def test_a_naive_datetime_is_refused_at_the_door(store: Store) -> None:
    with pytest.raises(StatementError, match="time zone"), store.writing() as session:
        session.add(hoa(added_at=NOW.replace(tzinfo=None)))


def test_a_time_comes_back_as_the_same_moment(store: Store) -> None:
    with store.writing() as session:
        session.add(hoa(added_at=datetime(2025, 8, 25, 8, 0, tzinfo=HANOI)))
    with store.reading() as session:
        found = session.exec(select(Staff.added_at)).one()
    assert found == NOW
    assert found.tzinfo is UTC


# ---- migrations


def test_the_migrations_make_the_tables_of_the_models(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_to_migrate_again_changes_nothing(store: Store) -> None:
    with store.writing() as session:
        session.add(hoa())
    store.migrate()
    assert names(store) == ["Chị Hoa"]


def test_processes_that_migrate_at_once_agree(url: str) -> None:
    started = [Migrating(url) for _ in range(3)]
    for process in started:
        process.wait_until_ready()
    for process in started:
        process.go()
    assert [process.error() for process in started] == ["", "", ""]
    made = Store(url)
    assert names(made) == []
    made.close()


def test_a_database_that_cannot_be_opened_is_one_clear_line(tmp_path: Path) -> None:
    missing = Store(f"sqlite:///{tmp_path}/nowhere/loa.db")
    with pytest.raises(Refused, match="Không mở được cơ sở dữ liệu"):
        missing.migrate()


def test_the_password_is_not_shown() -> None:
    store = Store("postgresql+psycopg://loa:bimat@127.0.0.1:1/loa")
    with pytest.raises(Refused) as caught:
        store.migrate()
    assert "bimat" not in str(caught.value)


class Migrating:
    """Another process, ready to migrate at a word."""

    def __init__(self, url: str) -> None:
        code = f"from store import Store; s = Store({url!r}); print('ready'); input(); s.migrate()"
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-c", code],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def error(self) -> str:
        """The last line of what went wrong, or nothing."""
        told = self.process.communicate(timeout=60)[1].strip()
        return told.splitlines()[-1] if told else ""
