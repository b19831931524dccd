"""`loa backup` and `loa restore`: the whole office in one file, and out of it again."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import sqlite3
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from sqlmodel import Session, col, delete, select, update

import config as settings
from commands import archive, belongings, office
from config import Config, ManualSettings
from content.moments import iso, shown
from delivery.notices import APPROVER, notice
from errors import Refused
from models import Ask, Heartbeat, Publication, SendState, Token
from store import MIGRATIONS, Store

commands = typer.Typer(add_completion=False)

FORMAT = 1
MAYBE_OUT = (
    "Khôi phục từ bản sao lưu: bài có thể đã lên kênh sau lúc sao lưu; hãy mở kênh xem trước."
)


@commands.command("backup")
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, .tar.gz or .zip.")],
) -> None:
    """Copy the whole office into one file, also while Loa runs."""
    config = settings.load(office.config_path())
    try:
        size = _back_up(config, target.absolute(), office.now())
    except OSError as error:
        raise Refused(f"Không sao lưu được vào {target}: {error.strerror or error}") from error
    office.say(f"Đã sao lưu văn phòng vào {target} ({size / 1_000_000:.1f} MB).")
    inside, outside = belongings.secrets(config)
    if inside:
        office.summary(
            f"⚠ Tệp này chứa khóa bí mật và mã truy cập ({', '.join(inside)}): ai có tệp là đăng"
            " được bài thay đơn vị. Cất nơi an toàn, không gửi qua thư hay Zalo."
        )
    if outside:
        office.summary(f"Không có trong tệp, phải giữ riêng: {', '.join(outside)}.")


@commands.command("restore")
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="Made by loa backup.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
) -> None:
    """Put an office back from its backup, into a new folder."""
    target = folder.absolute()
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise Refused(f"{folder} đã có dữ liệu; hãy chọn thư mục mới hoặc trống.")
    try:
        made_at, asked = _restore(source, target, office.now())
    except OSError as error:
        raise Refused(f"Không khôi phục được vào {folder}: {error.strerror or error}") from error
    path = folder / "config.toml"
    office.say(f"Đã khôi phục vào {folder} bản sao lưu lúc {shown(made_at)}.")
    if asked:
        office.say(
            f"{asked} lượt đăng đã đến giờ được giữ lại để hỏi, vì có thể đã lên kênh sau lúc sao"
            f" lưu; xem: loa --config {path} publications list --state asked"
        )
    office.summary(
        "⚠ Việc làm sau lúc sao lưu không có ở đây. Dừng hẳn văn phòng cũ trước khi chạy bản này:"
        " hai bản cùng chạy sẽ đăng hai lần. Kênh nào báo bị ngắt thì liên kết lại:"
        " loa token link KÊNH."
    )
    office.summary(f"Kiểm tra: loa --config {path} check")


def _back_up(config: Config, target: Path, now: datetime) -> int:
    """The database first: what it names is in the media folder by then, and stays there."""
    url = config.loa.database
    if not url.startswith("sqlite:///"):
        raise Refused(
            "Cơ sở dữ liệu là PostgreSQL: hãy sao lưu bằng pg_dump (khôi phục bằng pg_restore), và"
            f" chép riêng {config.path}, tệp khóa bí mật và thư mục {config.loa.media}."
        )
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".loa-backup-") as beside:
        copy = Path(beside) / "copy.db"
        revision = _snapshot(url, copy)
        text, parts = belongings.of(config, copy, Path(beside) / "config.toml")
        (Path(beside) / "config.toml").write_text(text, encoding="utf-8")
        about = {"format": FORMAT, "loa": _version(), "revision": revision, "made_at": iso(now)}
        return archive.pack(target, parts, about)


def _snapshot(url: str, copy: Path) -> str:
    """One consistent moment of the database, while others write. Returns its version."""
    if not Path(url.removeprefix("sqlite:///")).is_file():
        raise Refused("Chưa có cơ sở dữ liệu để sao lưu; chỉ đúng văn phòng bằng --config.")
    store = Store(url)
    source, target = store.engine.raw_connection(), sqlite3.connect(copy)
    try:
        source.driver_connection.backup(target)  # type: ignore[union-attr]
        target.execute("PRAGMA journal_mode=DELETE").close()  # one file, no companions
        problem = target.execute("PRAGMA quick_check").fetchone()[0]
        if problem != "ok":
            raise Refused(f"Cơ sở dữ liệu có lỗi ({problem}); hãy khôi phục từ bản sao lưu cũ.")
        return str(target.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except sqlite3.Error as error:
        raise Refused(f"Không đọc được cơ sở dữ liệu ({error}).") from error
    finally:
        target.close()
        source.close()
        store.close()


def _restore(source: Path, target: Path, now: datetime) -> tuple[datetime, int]:
    """All of it or nothing: the folder appears when everything in it has been checked."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        manifest = archive.unpack(source, beside)
        made_at = _made_at(manifest)
        config = settings.load(beside / "config.toml")
        store = Store(config.loa.database)
        try:
            store.migrate()
            with store.writing() as session:
                asked = ask_before_sending(session, config, now)
        finally:
            store.close()
        if target.exists():
            target.rmdir()
        beside.rename(target)
        return made_at, asked
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def ask_before_sending(session: Session, config: Config, now: datetime) -> int:
    """What was due may have gone out since the backup: nothing of it is sent without a person.

    What a person does by hand is asked for anyway; what was being sent the sweep will judge.
    """
    by_hand = [told.name for told in config.channels if isinstance(told, ManualSettings)]
    rows = session.exec(
        select(Publication).where(
            Publication.state == SendState.DUE,
            col(Publication.due_at) <= now,
            col(Publication.channel).not_in(by_hand),
        )
    ).all()
    for row in rows:
        row.state, row.ask, row.reason = SendState.ASKED, Ask.LATE, MAYBE_OUT
        session.add(row)
        text = (
            f"“{row.title}” có thể đã lên {row.channel} trước khi khôi phục. Đã lên:"
            f" loa publications settle {row.id} --sent LIÊN_KẾT; chưa lên, vẫn đăng:"
            f" loa publications settle {row.id} --absent; thôi: loa publications cancel {row.id}"
        )
        key = f"restored:{row.id}:{now.isoformat()}"
        notice(session, key, row.unit, APPROVER, text, now, publication=row.id)
    session.exec(delete(Heartbeat))
    session.exec(update(Token).values(locked_by=None, locked_until=None))
    return len(rows)


def _made_at(manifest: dict[str, Any]) -> datetime:
    """Raises `Refused` for a backup that this program does not understand."""
    known = manifest.get("format") == FORMAT and manifest.get("revision") in _revisions()
    if not known or _numbers(manifest.get("loa")) > _numbers(_version()):
        raise Refused(
            f"Bản sao lưu do Loa {manifest.get('loa')} tạo, mới hơn Loa đang dùng ({_version()});"
            " hãy nâng cấp Loa rồi khôi phục."
        )
    try:
        return datetime.fromisoformat(str(manifest.get("made_at")))
    except ValueError:
        raise Refused("Tệp này không phải bản sao lưu của Loa (manifest không có giờ).") from None


def _revisions() -> set[str]:
    """The versions of the database that this program can bring up to date."""
    told = AlembicConfig()
    told.set_main_option("script_location", MIGRATIONS.as_posix())
    return {step.revision for step in ScriptDirectory.from_config(told).walk_revisions()}


def _version() -> str:
    return importlib.metadata.version("loa")


def _numbers(version: object) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(version))[:3])
