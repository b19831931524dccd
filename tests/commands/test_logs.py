"""The log: JSON for machines, lines for people, and no secret in either."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog

from commands import logs
from config import Config, load
from errors import Refused
from tests.loa import Office

TOKEN = "7012345678:AAsandboxTelegramBotToken"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is the process's own: put it back."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    chatty = {name: logging.getLogger(name).level for name in logs.CHATTY}
    yield
    logging.captureWarnings(False)
    structlog.reset_defaults()
    root.handlers = handlers
    root.setLevel(level)
    for name, before in chatty.items():
        logging.getLogger(name).setLevel(before)


def told(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_elsewhere_than_on_a_terminal_each_line_is_json() -> None:
    stream = io.StringIO()
    logs.set_up(stream, "info")
    structlog.get_logger("delivery").info("decision", channel="zalo", reason="hết hạn")
    (line,) = told(stream)
    assert line.pop("timestamp")
    assert line == {
        "event": "decision",
        "level": "info",
        "logger": "delivery",
        "channel": "zalo",
        "reason": "hết hạn",
    }


def test_on_a_terminal_people_can_read_it() -> None:
    stream = Terminal()
    logs.set_up(stream, "info")
    structlog.get_logger("delivery").warning("[UBND xã → người duyệt] Đến giờ.")
    assert "[UBND xã → người duyệt] Đến giờ." in stream.getvalue()
    assert not stream.getvalue().startswith("{")


@pytest.mark.parametrize(("level", "count"), [("debug", 2), ("INFO", 1), ("", 1), ("error", 0)])
def test_the_level_is_loa_log(level: str, count: int) -> None:
    stream = io.StringIO()
    logs.set_up(stream, level)
    structlog.get_logger("x").debug("a")
    structlog.get_logger("x").info("b")
    assert len(told(stream)) == count


def test_an_unknown_level_is_one_clear_line() -> None:
    with pytest.raises(Refused, match="LOA_LOG='lots'"):
        logs.set_up(io.StringIO(), "lots")


def test_libraries_speak_through_the_same_door() -> None:
    stream = io.StringIO()
    logs.set_up(stream, "info")
    logging.getLogger("apscheduler.executors").warning("Execution of job skipped")
    logging.getLogger("uvicorn.error").warning("slow")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("old thing", DeprecationWarning, stacklevel=1)
    lines = told(stream)
    assert [line["logger"] for line in lines] == ["uvicorn.error", "py.warnings"]
    assert "old thing" in str(lines[1]["event"])


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["json", "terminal"])
def test_a_known_secret_is_masked_wherever_it_stands(stream: io.StringIO) -> None:
    secret = 'k"ey-0123456789'
    logs.set_up(stream, "info", [secret, "abc"])
    log = structlog.get_logger("x")
    log.info(f"opened with {secret}", raw=f"<{secret}>", abc="abc is too short to be masked")
    try:
        raise ValueError(secret)
    except ValueError:
        log.exception("failed")
    written = stream.getvalue()
    assert "0123456789" not in written
    assert "ValueError" in written
    assert "abc is too short" in written


def test_a_traceback_shows_no_variables() -> None:
    stream = Terminal()
    logs.set_up(stream, "info")
    access = "local-" + "value"
    try:
        raise ValueError(len(access))
    except ValueError:
        structlog.get_logger("x").exception("failed")
    assert "Traceback" in stream.getvalue()
    assert "local-value" not in stream.getvalue()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"POST /bot{TOKEN}/sendMessage", "POST /bot***/sendMessage"),
        ("?access_token=EAAB123&x=1", "?access_token=***&x=1"),
        ('{"refresh_token": "r-1"}', '{"refresh_token": "***"}'),
        (r"{\"refresh_token\": \"r-1\"}", r"{\"refresh_token\": \"***\"}"),
        ("{'app_secret': 's-1', 'a': 1}", "{'app_secret': '***', 'a': 1}"),
        ("Authorization: Bearer abcdefghijk", "Authorization: Bearer ***"),
        ("/callback?code=abcdefghijklmnop12&state=1", "/callback?code=***&state=1"),
        ("postgresql://loa:bimat@db/loa", "postgresql://loa:***@db/loa"),
        ("code=502 state=sent", "code=502 state=sent"),
        ("http://127.0.0.1:8080/media", "http://127.0.0.1:8080/media"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, masked: str) -> None:
    assert logs.mask(text) == masked


def test_the_secrets_of_an_office(office: Office) -> None:
    with office.config.open("a", encoding="utf-8") as file:
        file.write('\n[units.channels.t]\nkind = "telegram"\ntoken = "env:BOT"\nchat = "@x"\n')
    config: Config = load(office.config)
    key = (office.folder / "data" / "secret.key").read_text().strip()
    assert set(logs.secrets_of(config, {"BOT": TOKEN})) == {key, TOKEN}
    assert set(logs.secrets_of(config, {})) == {key}
