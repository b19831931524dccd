"""A real PostgreSQL for tests: a throw-away server, a fresh database each time.

PostgreSQL refuses to run as root: then it runs as the user `postgres`, else as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

START_S = 60
NO_DURABILITY = [f"-c{name}=off" for name in ("fsync", "synchronous_commit", "full_page_writes")]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. `new_database` gives the URL of an empty one."""

    port: int
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_database(self) -> str:
        name = f"loa_{next(self.numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name).replace("postgresql:", "postgresql+psycopg:")

    def url(self, database: str) -> str:
        return f"postgresql://loa@127.0.0.1:{self.port}/{database}"


def programs() -> Path | None:
    """The folder with `pg_ctl`; Debian keeps it off the PATH. None where it is not installed."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    newest = max(installed, key=lambda path: float(path.parts[-3]), default=None)
    return newest.parent if newest else None


@contextmanager
def server(bin_folder: Path) -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="loa-pg-"))
    owner = _owner()
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    try:
        _as(owner, folder, bin_folder / "initdb", *_initdb(folder)).check_returncode()
        with _running(owner, folder, bin_folder) as port:
            yield Server(port)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(owner: pwd.struct_passwd, folder: Path, bin_folder: Path) -> Iterator[int]:
    port = _free_port()
    listens = ["-h", "127.0.0.1", "-p", str(port), "-k", str(folder)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [bin_folder / "postgres", "-D", folder / "data", *listens, *NO_DURABILITY],
            **_identity(owner),
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        _wait(process, port, folder / "log")
        yield port
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(START_S)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < end:
        try:
            psycopg.connect(Server(port).url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


def _initdb(folder: Path) -> list[str]:
    return ["-D", str(folder / "data"), *"-U loa -A trust -E UTF8 --locale=C --no-sync".split()]


def _as(
    owner: pwd.struct_passwd, folder: Path, program: Path, *args: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [program, *args], **_identity(owner), cwd=folder, capture_output=True, check=False
    )


def _identity(owner: pwd.struct_passwd) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _owner() -> pwd.struct_passwd:
    """Who the server runs as: ourselves, unless we are root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
