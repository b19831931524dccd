"""`loa run`, as real processes: ready, at work, stopped; two on one database."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import structlog
from sqlmodel import select
from structlog.testing import capture_logs

import config
from commands.run import teller
from models import Attempt, Heartbeat, Notice, SendState
from sandbox.server import Server, serve
from sandbox.state import Sandbox
from store import Store
from tests.loa import Office
from tests.web.served import approved, rows

ROOT = Path(__file__).parents[2]
MEMORY = '\n[units.channels.{name}]\nkind = "memory"\n'


@dataclass
class Running:
    """A `loa run` that said that it is ready."""

    process: subprocess.Popen[str]
    ready: str

    @property
    def url(self) -> str:
        return self.ready.rpartition("web ")[2].strip()

    def cpu_s(self) -> float:
        """How long it has computed."""
        told = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def health(self) -> tuple[int, dict[str, Any]]:
        with requests.Session() as http:
            http.trust_env = False
            answer = http.get(f"{self.url}/healthz", timeout=10)
        return answer.status_code, answer.json()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@contextmanager
def running(office: Office, *args: str, **environ: str) -> Iterator[Running]:
    process = start(office, *args, **environ)
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        if not ready:
            raise AssertionError(process.communicate()[1])
        yield Running(process, ready)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def start(office: Office, *args: str, **environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, ROOT / "cli.py", "--config", office.config, "run", *args],
        env={**os.environ, "LOA_CONFIG": "", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def office(office: Office) -> Office:
    """With three channels in memory, and a short tick."""
    text = office.config.read_text(encoding="utf-8")
    text = text.replace("tick_s = 1 ", "tick_s = 0.1 ")
    text += "".join(MEMORY.format(name=name) for name in ("m1", "m2", "m3"))
    office.config.write_text(text, encoding="utf-8")
    return office


def store_of(office: Office) -> Store:
    return Store(config.load(office.config).loa.database)


def now() -> datetime:
    return datetime.now(UTC)


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def states(office: Office) -> Counter[str]:
    return Counter(str(row.state) for row in rows(store_of(office)))


def attempts(office: Office) -> Counter[int]:
    with store_of(office).reading() as session:
        return Counter(session.exec(select(Attempt.publication_id)).all())


# ---- from ready to stopped


def test_it_gets_ready_works_and_stops(office: Office) -> None:
    sent = approved(store_of(office), "Đến giờ", "m1", now())
    with running(office, "--port", "0") as loa:
        assert loa.ready.startswith("Loa đang chạy: đồng hồ, gửi bài, web http://127.0.0.1:")
        assert loa.cpu_s() <= 5  # of work: the machine may have other things to do
        status, told = loa.health()
        assert (status, told["ok"]) == (200, True)
        assert [each["roles"] for each in told["workers"]] == ["clock,worker"]
        wait_for(lambda: states(office) == {"sent": 1})
        code, out, err = loa.stop()
    assert (code, out) == (0, "Loa đã dừng.\n")
    assert "Traceback" not in err
    assert attempts(office) == {sent: 1}
    with store_of(office).reading() as session:
        assert session.exec(select(Heartbeat)).all() == []


def test_ctrl_c_is_the_same(office: Office) -> None:
    with running(office, "--port", "0") as loa:
        assert loa.stop(signal.SIGINT)[:2] == (0, "Loa đã dừng.\n")


def test_two_processes_on_one_database(office: Office) -> None:
    """Nothing double, nothing lost, and both alive."""
    store = store_of(office)
    ids = [approved(store, f"Tin {n}", f"m{n % 3 + 1}", now()) for n in range(60)]
    with (
        running(office, "--port", "0") as first,
        running(office, "--only", "clock,worker") as second,
    ):
        ids += [approved(store, f"Tin sau {n}", f"m{n % 3 + 1}", now()) for n in range(60)]
        wait_for(lambda: states(office) == {"sent": 120})
        wait_for(lambda: len(first.health()[1]["workers"]) == 2)
        assert second.process.poll() is None
        ends = [second.stop(), first.stop()]
    assert [(code, "Traceback" in err) for code, _, err in ends] == [(0, False), (0, False)]
    assert attempts(office) == dict.fromkeys(ids, 1)


def test_without_web_no_port_is_opened(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with running(office, "--only", "worker,clock", "--port", str(port)) as loa:
        assert loa.ready == "Loa đang chạy: đồng hồ, gửi bài\n"
        socket.create_server(("127.0.0.1", port)).close()
        opened = Path(f"/proc/{loa.process.pid}/fd").iterdir()
        sockets = [str(each.readlink()) for each in opened]
        inodes = {each[8:-1] for each in sockets if each.startswith("socket:")}
        assert not inodes & listening()
        assert loa.stop()[0] == 0


def listening() -> set[str]:
    """Inodes of the TCP sockets on which this machine listens."""
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    lines = [line.split() for table in tables if table.exists() for line in
             table.read_text().splitlines()[1:]]  # fmt: skip
    return {line[9] for line in lines if line[3] == "0A"}


def test_the_web_alone_sends_nothing(office: Office) -> None:
    approved(store_of(office), "Đến giờ", "m1", now())
    with running(office, "--only", "web", "--port", "0") as loa:
        assert loa.ready.startswith("Loa đang chạy: web http://")
        assert loa.health()[0] == 503  # nobody sends
        assert states(office) == {"due": 1}
        assert loa.stop()[0] == 0


# ---- stopped in the middle of a send


TELEGRAM = """
[units.channels.telegram]
kind = "telegram"
token = "env:BOT"
chat = "{chat}"
api_url = "{url}/telegram"
"""


@pytest.fixture
def telegram() -> Iterator[Server]:
    with serve(Sandbox()) as made:
        yield made


@pytest.fixture
def bot(telegram: Server) -> str:
    return telegram.sandbox.telegram.chats.bot.token


@pytest.fixture
def slow(office: Office, telegram: Server) -> Office:
    """An office with a channel on the sandbox."""
    chat = telegram.sandbox.telegram.chats.channel
    with office.config.open("a", encoding="utf-8") as file:
        file.write(TELEGRAM.format(chat=chat.id, url=telegram.url))
    return office


def test_what_is_being_sent_is_finished_and_written(
    slow: Office, telegram: Server, bot: str
) -> None:
    telegram.sandbox.fault("slow", "telegram", "sendMessage", seconds=1.5)
    id = approved(store_of(slow), "Đang gửi", "telegram", now())
    with running(slow, "--port", "0", BOT=bot) as loa:
        wait_for(lambda: len(telegram.sandbox.posts()) == 1)
        assert states(slow) == {"sending": 1}
        later = approved(store_of(slow), "Sau lệnh dừng", "telegram", now())
        code, _, err = loa.stop()
    assert code == 0
    assert {row.id: row.state for row in rows(store_of(slow))} == {
        id: SendState.SENT,
        later: SendState.DUE,
    }
    assert len(telegram.sandbox.posts()) == 1
    assert bot not in err


def test_a_second_signal_ends_it_at_once(slow: Office, telegram: Server, bot: str) -> None:
    telegram.sandbox.fault("slow", "telegram", "sendMessage", seconds=20)
    approved(store_of(slow), "Đang gửi", "telegram", now())
    with running(slow, "--port", "0", BOT=bot) as loa:
        wait_for(lambda: len(telegram.sandbox.posts()) == 1)
        loa.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert loa.process.poll() is None
        begun = time.monotonic()
        assert loa.stop()[0] == 128 + signal.SIGTERM
        assert time.monotonic() - begun < 2
    assert states(slow) == {"sending": 1}  # for the sweep of whoever comes next


# ---- refusals


def refused(office: Office, *args: str, **environ: str) -> tuple[int, str]:
    process = start(office, *args, **environ)
    out, err = process.communicate(timeout=60)
    assert out == ""
    return process.returncode, err


def test_a_port_that_is_taken_is_one_clear_line(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, err = refused(office, "--port", port)
    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith(f"Cổng {port} đang có chương trình khác dùng")


def test_an_address_that_is_not_this_machine_s_is_one_clear_line(office: Office) -> None:
    text = office.config.read_text(encoding="utf-8")
    office.config.write_text(text.replace('host = "127.0.0.1"', 'host = "192.0.2.1"'))
    code, err = refused(office)
    assert (code, err.count("\n")) == (1, 1)
    assert "192.0.2.1:8080" in err


@pytest.mark.parametrize("only", ["fax", "", "web,fax", ","])
def test_an_unknown_part_is_wrong_usage(office: Office, only: str) -> None:
    assert office.loa("run", "--only", only).code == 2


def test_the_bot_alone_has_nothing_to_do_yet(office: Office) -> None:
    ran = office.loa("run", "--only", "bot")
    assert (ran.code, ran.out) == (0, "")
    assert "chưa có gì" in ran.err


def test_an_unknown_level_of_log_is_one_clear_line(office: Office) -> None:
    code, err = refused(office, LOA_LOG="lots")
    assert (code, err.count("\n")) == (1, 1)


# ---- who must be told


def test_what_people_must_know_stands_in_the_log(office: Office) -> None:
    approved(store_of(office), "Đọc loa", "loa", now())
    with running(office, "--only", "clock") as loa:
        wait_for(lambda: states(office) == {"asked": 1})
        time.sleep(0.3)
        _, _, err = loa.stop()
    lines = [json.loads(line) for line in err.splitlines()]
    told = [line["event"] for line in lines if line["logger"] == "commands.run"]
    assert len(told) == 1, told
    assert [line["level"] for line in lines if line["event"] in told] == ["warning"]
    assert told[0].startswith("[UBND xã Đắk Tô → người duyệt] Đến giờ: “Đọc loa”")


@pytest.mark.parametrize(
    ("unit", "to", "line"),
    [
        ("dak-to", "approver", "[UBND xã Đắk Tô → người duyệt] Đến giờ."),
        ("dak-to", "Chị Hoa", "[UBND xã Đắk Tô → Chị Hoa] Đến giờ."),
        ("khac", "admin", "[khac → quản trị] Đến giờ."),
    ],
)
def test_a_notice_is_one_line(office: Office, unit: str, to: str, line: str) -> None:
    structlog.reset_defaults()
    with capture_logs() as logged:
        tell = teller(config.load(office.config))
        assert tell(Notice(key="k", unit=unit, to=to, text="Đến giờ.", at=now())) is True
    assert logged == [{"event": line, "log_level": "warning"}]
