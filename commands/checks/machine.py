"""The machine: disk, key, clock, database, and whether anybody is at work on it."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from cryptography.fernet import Fernet
from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from app import App
from commands.checks.said import Said, broken, doubtful, fine
from config import Config, MissingSecret
from delivery import sweep
from models import Attempt, Heartbeat, Publication, SendState
from web.health import STUCK
from zone import HANOI

MB = 1_000_000
LITTLE, TOO_LITTLE = 1_000 * MB, 100 * MB
BUILT = datetime(2025, 1, 1, tzinfo=HANOI)  # no clock of an office shows an earlier day
AHEAD = timedelta(minutes=5)


def of_this_machine(config: Config, environ: Mapping[str, str], now: datetime) -> Iterator[Said]:
    yield _secret_key(config, environ)
    yield _media(config.loa.media)
    yield _clock(now)


def database(app: App) -> Said:
    """Migrated by having been opened; writable is only what has been written."""
    worker = f"check:{os.getpid()}"
    try:
        with app.store.engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
        with app.store.writing() as session:
            sweep.beat(session, worker, "check", app.clock())
        with app.store.writing() as session:
            sweep.rest(session, worker)
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", error))
        return broken("cơ sở dữ liệu", f"không ghi được ({why}); kiểm tra quyền ghi và ổ đĩa")
    kind = "SQLite" if app.store.is_sqlite else "PostgreSQL"
    return fine("cơ sở dữ liệu", f"{kind}, phiên bản {revision}, ghi được")


def at_work(app: App) -> Iterator[Said]:
    """Who is at work, what has waited for too long, what waits for an answer."""
    now = app.clock()
    with app.store.reading() as session:
        newest = session.exec(select(func.max(Attempt.at))).one()
        if newest and newest > now + AHEAD:
            yield broken("đồng hồ", "chậm hơn giờ đã ghi trong sổ gửi; chỉnh lại giờ của máy này")
        alive = _alive(session, now)
        yield from _workers(session, alive, now)
        age = sweep.oldest_due(session, app.lanes, now)
        if age >= STUCK:
            minutes = int(age.total_seconds() // 60)
            words = f"có bài quá giờ {minutes} phút chưa gửi"
            said = broken if any("worker" in each.roles for each in alive) else doubtful
            yield said("hàng chờ", words if alive else f"{words}; chạy: loa run")
        yield from _answers(session)


def _secret_key(config: Config, environ: Mapping[str, str]) -> Said:
    try:
        Fernet(config.loa.secret_key.read(environ).encode())
    except MissingSecret as missing:
        return broken("khóa bí mật", str(missing))
    except ValueError:
        return broken("khóa bí mật", "không đúng dạng Fernet; lấy lại tệp khóa từ bản sao lưu")
    name = config.loa.secret_key.name
    if name.startswith("file:"):
        path = config.path.parent / name.removeprefix("file:")
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            return doubtful("khóa bí mật", f"người khác đọc được; chạy: chmod 600 {path}")
    return fine("khóa bí mật", f"có ({name})")


def _media(folder: Path) -> Said:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".check-") as probe:
            probe.write(b"loa")
            probe.flush()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return broken("kho ảnh", f"không ghi được vào {folder} ({error.strerror})")
    room = f"{free // MB:,}".replace(",", ".")
    words = f"{folder} ghi được, còn trống {room} MB"
    if free < TOO_LITTLE:
        return broken("kho ảnh", f"{words}; dọn bớt ổ đĩa")
    return doubtful("kho ảnh", f"{words}, sắp hết") if free < LITTLE else fine("kho ảnh", words)


def _clock(now: datetime) -> Said:
    local = now.astimezone(HANOI)
    shown = f"{local:%H:%M %d/%m/%Y} giờ Việt Nam"
    if local < BUILT or local.utcoffset() != timedelta(hours=7):
        return broken("đồng hồ", f"{shown} là sai; chỉnh lại giờ và múi giờ của máy này")
    return fine("đồng hồ", shown)


def _alive(session: Session, now: datetime) -> list[Heartbeat]:
    query = select(Heartbeat).where(col(Heartbeat.at) >= now - sweep.SILENT_WORKER)
    return list(session.exec(query.order_by(col(Heartbeat.worker))))


def _workers(session: Session, alive: list[Heartbeat], now: datetime) -> Iterator[Said]:
    for beat in alive:
        seconds = max(int((now - beat.at).total_seconds()), 0)
        yield fine("tiến trình", f"{beat.worker} ({beat.roles}) còn sống {seconds} giây trước")
    for name in sweep.silent_workers(session, now):
        yield doubtful("tiến trình", f"{name} im lặng hơn 2 phút; nếu đã dừng thì bỏ qua")
    for role, words in (("worker", "gửi bài"), ("clock", "giữ đồng hồ")):
        if not any(role in beat.roles.split(",") for beat in alive):
            yield doubtful("tiến trình", f"chưa có tiến trình nào {words}; chạy: loa run")


def _answers(session: Session) -> Iterator[Said]:
    query = select(func.count()).where(
        col(Publication.state).in_([SendState.ASKED, SendState.UNKNOWN])
    )
    if count := session.exec(query).one():
        yield doubtful(
            "chờ trả lời", f"{count} lượt đăng; xem: loa publications list --state asked"
        )
