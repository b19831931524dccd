"""`loa backup` and `loa restore`: everything, or nothing; and nothing goes out twice after it."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import stat
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig

import config
from delivery import sweep
from models import Ask, Heartbeat, SendState
from store import MIGRATIONS, Store
from tests.commands.test_check import newest
from tests.loa import Loa, Office, Ran
from tests.web.served import approved, rows

HOUR = timedelta(hours=1)
MEMORY = '\n[units.channels.thu]\nkind = "memory"\n'
PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 40


def now() -> datetime:
    return datetime.now(UTC)


def store_of(office: Office) -> Store:
    return Store(config.load(office.config).loa.database)


@pytest.fixture
def kept(office: Office) -> Office:
    """An office with a picture and a memory channel."""
    name = f"{hashlib.sha256(PICTURE).hexdigest()}.jpg"
    (office.folder / "data" / "media" / name).write_bytes(PICTURE)
    (office.folder / "data" / "media" / ".half-written.tmp").write_bytes(b"x")
    with office.config.open("a", encoding="utf-8") as file:
        file.write(MEMORY)
    return office


def back_up(office: Office, name: str = "loa.tar.gz") -> Path:
    target = office.folder.parent / name
    ran = office.loa("backup", str(target))
    assert ran.code == 0, ran.err
    return target


def restore(office: Office, source: Path, name: str = "again") -> tuple[Ran, Office]:
    folder = office.folder.parent / name
    return office.run("restore", str(source), str(folder)), Office(folder, office.run)


# ---- out and in


@pytest.mark.parametrize("name", ["loa.tar.gz", "loa.zip", "loa.bak"])
def test_a_restored_office_is_the_same_office(kept: Office, name: str) -> None:
    ran, again = restore(kept, back_up(kept, name))
    assert ran.code == 0, ran.err
    same = ["config.toml", "data/secret.key", "plans/dak-to-2025.toml"]
    for path in same:
        assert (again.folder / path).read_bytes() == (kept.folder / path).read_bytes()
    media = sorted((again.folder / "data" / "media").iterdir())
    assert [path.read_bytes() for path in media] == [PICTURE]
    assert again.loa("staff", "list").out == kept.loa("staff", "list").out
    assert again.loa("plan", "progress", "--json").out == kept.loa("plan", "progress", "--json").out
    assert again.loa("check").code == 0
    assert again.loa("staff", "add", "Anh Ba", "--role", "editor").code == 0
    assert "Anh Ba" not in kept.loa("staff", "list").out


def test_it_is_for_its_owner_only_and_says_why(kept: Office) -> None:
    target = kept.folder.parent / "loa.tar.gz"
    ran = kept.loa("backup", str(target))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "chứa khóa bí mật" in ran.err
    assert "file:data/secret.key" in ran.err
    assert {path.name for path in kept.folder.parent.iterdir()} == {"office", "loa.tar.gz"}


def test_secrets_of_the_environment_are_not_in_it_and_it_says_so(kept: Office) -> None:
    with kept.config.open("a", encoding="utf-8") as file:
        file.write('\n[units.channels.t]\nkind = "telegram"\ntoken = "env:BOT"\nchat = "@x"\n')
    ran = kept.loa("backup", str(kept.folder.parent / "loa.zip"))
    assert "phải giữ riêng: env:BOT" in ran.err


def test_the_manifest_tells_what_it_must_contain(kept: Office) -> None:
    with zipfile.ZipFile(back_up(kept, "loa.zip")) as file:
        manifest = json.loads(file.read("manifest.json"))
        names = set(file.namelist()) - {"manifest.json"}
        assert manifest["files"].keys() == names
        for name in names:
            data = file.read(name)
            told = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            assert manifest["files"][name] == told
    assert (manifest["format"], manifest["revision"]) == (1, newest())
    assert datetime.fromisoformat(manifest["made_at"]).utcoffset() == 7 * HOUR


def test_it_is_one_moment_of_an_office_at_work(kept: Office) -> None:
    """Two rows are always written together; no backup holds one without the other."""
    store, stop, written = store_of(kept), threading.Event(), threading.Event()

    def work() -> None:
        for number in range(10_000):
            if stop.is_set():
                return
            with store.writing() as session:
                for half in "ab":
                    session.add(Heartbeat(worker=f"{number}{half}", roles="", started_at=now(),
                                          at=now()))  # fmt: skip
                    session.flush()
            written.set()

    worker = threading.Thread(target=work)
    worker.start()
    written.wait(10)
    try:
        targets = [back_up(kept, f"{number}.zip") for number in range(3)]
    finally:
        stop.set()
        worker.join()
    counts = [pairs(target) for target in targets]
    assert all(left == right > 0 for left, right in counts)
    assert counts[0] < counts[2]  # it went on writing meanwhile
    store.close()


def pairs(target: Path) -> tuple[int, int]:
    with zipfile.ZipFile(target) as file:
        data = file.read("data/loa.db")
    copy = target.with_suffix(".db")
    copy.write_bytes(data)
    connection = sqlite3.connect(copy)
    query = "SELECT sum(worker LIKE '%a'), sum(worker LIKE '%b') FROM heartbeat"
    found: tuple[int, int] = connection.execute(query).fetchone()
    connection.close()
    return found


def test_what_lies_elsewhere_comes_along(kept: Office, tmp_path: Path) -> None:
    """Absolute paths of the old machine would lead the new office to the old one's data."""
    other = tmp_path / "other disk"
    other.mkdir()
    move_database(kept.folder / "data", other)
    for name in ("media", "secret.key"):
        shutil.move(kept.folder / "data" / name, other / name)
    shutil.move(kept.folder / "plans" / "dak-to-2025.toml", other / "plan.toml")
    text = kept.config.read_text(encoding="utf-8")
    for old, new in [
        ('"sqlite:///data/loa.db"', f'"sqlite:///{other}/loa.db"'),
        ('"data/media"', f"'{other}/media'"),
        ('"file:data/secret.key"', f'"file:{other}/secret.key"'),
        ('"plans/dak-to-2025.toml"', '"../other disk/plan.toml"'),
    ]:
        assert old in text
        text = text.replace(old, new)
    kept.config.write_text(text, encoding="utf-8")
    staff = kept.loa("staff", "list").out
    target = back_up(kept)
    shutil.rmtree(other)
    ran, again = restore(kept, target)
    assert ran.code == 0, ran.err
    assert str(other) not in again.config.read_text(encoding="utf-8")
    assert again.loa("staff", "list").out == staff
    assert again.loa("check").code == 0
    told = config.load(again.config)
    inside = [told.loa.media, Path(told.loa.database.removeprefix("sqlite:///"))]
    assert all(path.exists() and path.is_relative_to(again.folder) for path in inside)
    assert told.units[0].plan is not None
    assert told.units[0].plan.exists()


def move_database(old: Path, new: Path) -> None:
    connection = sqlite3.connect(old / "loa.db")
    connection.execute("VACUUM INTO ?", [f"{new}/loa.db"])
    connection.close()
    for path in old.glob("loa.db*"):
        path.unlink()


# ---- what may have gone out since


def test_what_was_due_is_asked_not_sent(kept: Office) -> None:
    store = store_of(kept)
    due = approved(store, "Có thể đã lên", "thu", now() - HOUR)
    later = approved(store, "Ngày mai", "thu", now() + 24 * HOUR)
    by_hand = approved(store, "Đọc loa", "loa", now() - HOUR)
    sent = approved(store, "Đã lên", "thu", now() - HOUR, state=SendState.SENT, sent_at=now())
    lost = approved(
        store, "Đang gửi", "thu", now() - HOUR, state=SendState.SENDING, lease_until=now()
    )
    ran, again = restore(kept, back_up(kept))
    assert "1 lượt đăng đã đến giờ được giữ lại để hỏi" in ran.out
    states = {row.id: (row.state, row.ask) for row in rows(store_of(again))}
    assert states == {
        due: (SendState.ASKED, Ask.LATE),
        later: (SendState.DUE, None),
        by_hand: (SendState.DUE, None),  # a person is asked anyway
        sent: (SendState.SENT, None),
        lost: (SendState.SENDING, None),  # the sweep will judge it
    }
    assert "có thể đã lên kênh" in rows(store_of(again))[0].reason
    with store_of(again).reading() as session:
        text = session.connection().exec_driver_sql("SELECT text FROM notice").scalar()
    assert f"settle {due} --sent" in str(text)
    assert "Dừng hẳn văn phòng cũ" in ran.err


def test_a_person_may_then_send_it(kept: Office) -> None:
    due = approved(store_of(kept), "Có thể đã lên", "thu", now() - HOUR)
    _, again = restore(kept, back_up(kept))
    assert again.loa("publications", "settle", str(due), "--absent", "--as", "Chị Hoa").code == 0
    assert [row.state for row in rows(store_of(again))] == [SendState.DUE]


def test_nobody_is_at_work_in_a_restored_office(kept: Office) -> None:
    with store_of(kept).writing() as session:
        sweep.beat(session, "may-cu:1:ab", "worker", now())
    _, again = restore(kept, back_up(kept))
    with store_of(again).reading() as session:
        assert session.get(Heartbeat, "may-cu:1:ab") is None


# ---- refusals


def test_nothing_is_written_over(kept: Office, tmp_path: Path) -> None:
    target = back_up(kept)
    before = target.read_bytes()
    ran = kept.loa("backup", str(target))
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert target.read_bytes() == before
    ran, _ = restore(kept, target, "office")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "đã có dữ liệu" in ran.err


def test_an_empty_folder_will_do(kept: Office) -> None:
    (kept.folder.parent / "again").mkdir()
    assert restore(kept, back_up(kept))[0].code == 0


def test_without_an_office_there_is_nothing_to_keep(loa: Loa, tmp_path: Path) -> None:
    assert loa("backup", "x.zip").code == 1
    assert list(tmp_path.iterdir()) == []


def test_without_a_database_there_is_nothing_to_keep(office: Office, tmp_path: Path) -> None:
    for path in (office.folder / "data").glob("loa.db*"):
        path.unlink()
    ran = office.loa("backup", str(tmp_path / "x.zip"))
    assert ran.code == 1
    assert not (office.folder / "data" / "loa.db").exists()


def test_a_folder_that_is_not_there(kept: Office, tmp_path: Path) -> None:
    ran = kept.loa("backup", str(tmp_path / "nowhere" / "x.zip"))
    assert (ran.code, ran.err.count("\n")) == (1, 1)


def test_postgresql_has_its_own_tools(kept: Office, tmp_path: Path) -> None:
    text = kept.config.read_text(encoding="utf-8")
    url = "postgresql+psycopg://loa:bimat@127.0.0.1:1/loa"
    kept.config.write_text(text.replace("sqlite:///data/loa.db", url), encoding="utf-8")
    ran = kept.loa("backup", str(tmp_path / "x.zip"))
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "pg_dump" in ran.err
    assert "pg_restore" in ran.err
    assert "bimat" not in ran.err


def test_a_torn_file_restores_nothing(kept: Office) -> None:
    target = back_up(kept)
    target.write_bytes(target.read_bytes()[:-100])
    refused(kept, target)


def test_another_kind_of_file_restores_nothing(kept: Office, tmp_path: Path) -> None:
    refused(kept, tmp_path / "nowhere.zip")
    (tmp_path / "text").write_text("Không phải bản sao lưu.")
    refused(kept, tmp_path / "text")


def refused(office: Office, target: Path) -> str:
    """One clear line, and nothing left behind."""
    ran, _ = restore(office, target)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1), ran
    assert "Lỗi của chương trình" not in ran.err
    left = {path.name for path in office.folder.parent.iterdir()} - {target.name}
    assert left == {"office"}
    return ran.err


@pytest.mark.parametrize(
    "newer", [{"format": 2}, {"loa": "99.1"}, {"revision": "9999"}, {"revision": None}]
)
def test_a_newer_loa_s_backup_waits_for_a_newer_loa(kept: Office, newer: dict[str, Any]) -> None:
    target = back_up(kept, "loa.zip")
    with zipfile.ZipFile(target) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts["manifest.json"] = json.dumps({**json.loads(parts["manifest.json"]), **newer}).encode()
    with zipfile.ZipFile(target, "w") as file:
        for name, data in parts.items():
            file.writestr(name, data)
    assert "nâng cấp Loa" in refused(kept, target)


def test_an_older_office_is_brought_up_to_date(kept: Office) -> None:
    told = AlembicConfig()
    told.set_main_option("script_location", MIGRATIONS.as_posix())
    with store_of(kept).engine.connect().execution_options(writing=True) as connection:
        told.attributes["connection"] = connection
        command.downgrade(told, "0002")
        connection.commit()
    target = kept.folder.parent / "old.zip"
    assert kept.loa("backup", str(target)).code == 0
    with zipfile.ZipFile(target) as file:
        assert json.loads(file.read("manifest.json"))["revision"] == "0002"
    ran, again = restore(kept, target)
    assert ran.code == 0, ran.err
    assert f"phiên bản {newest()}" in again.loa("check").out
