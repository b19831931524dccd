"""The only file that opens the database: two doors, aware datetimes, migrations."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, DateTime, Dialect, Engine, TypeDecorator, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel, create_engine

from errors import Refused

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 15_000
MIGRATION_LOCK = 0x4C6F61  # any number that is ours


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in and out, UTC inside; a naive one is refused at the door."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a datetime needs a time zone: {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Store:
    """Hands out sessions through two doors: `reading()` and `writing()`.

    On SQLite a writer takes its lock at the start (BEGIN IMMEDIATE): a read-then-write in a
    deferred transaction fails at once whatever the busy timeout.
    """

    def __init__(self, url: str, durable: bool = True) -> None:
        """`durable=False` is for what may be lost with the machine, such as a rehearsal."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _engine(url, self.is_sqlite, durable)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.engine.connect() as connection, Session(connection) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Commits at the end, unless an exception leaves the block."""
        with self.engine.connect() as connection:
            writer = connection.execution_options(writing=True)
            with Session(writer, expire_on_commit=False) as session:
                yield session
                session.commit()

    def migrate(self) -> None:
        """Bring the tables to the newest version; nothing to do is quick."""
        config = AlembicConfig()
        config.set_main_option("script_location", MIGRATIONS.as_posix())
        try:
            with self.engine.connect() as connection:
                head = ScriptDirectory.from_config(config).get_current_head()
                if MigrationContext.configure(connection).get_current_revision() == head:
                    return
            # One transaction around all steps: processes that start together take turns.
            writer = self.engine.connect().execution_options(writing=True)
            with writer as connection, connection.begin():
                if not self.is_sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except OperationalError as error:
            raise Refused(
                f"Không mở được cơ sở dữ liệu {_shown(self.url)}: {error.orig}"
            ) from error

    def close(self) -> None:
        self.engine.dispose()


def insert_or_ignore(session: Session, model: type[SQLModel], **values: Any) -> None:
    """Insert a row by its column names, unless one with the same unique key is there."""
    postgres = session.get_bind().dialect.name == "postgresql"
    table = model.__table__  # type: ignore[attr-defined]
    insert = postgresql.insert(table) if postgres else sqlite.insert(table)
    session.connection().execute(insert.values(values).on_conflict_do_nothing())


def _engine(url: str, is_sqlite: bool, durable: bool) -> Engine:
    if not is_sqlite:
        return create_engine(url, pool_size=10, pool_pre_ping=True, json_serializer=_json)
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000},
        json_serializer=_json,
    )
    event.listen(engine, "connect", partial(_open_sqlite, durable))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_sqlite(durable: bool, connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    _switch_to_wal(connection)
    synchronous = "FULL" if durable else "OFF"
    for pragma in (f"synchronous={synchronous}", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _switch_to_wal(connection: Any) -> None:
    """SQLite does not wait its turn here, whatever the busy timeout: so we do."""
    end = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _shown(url: str) -> str:
    """The address without its password."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
