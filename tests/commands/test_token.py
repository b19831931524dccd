"""`loa token`: tokens go in, never out."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

import config
from channels.base import TokenPair
from channels.zalo_oauth import challenge
from delivery.lanes import Lane
from delivery.outcome import hold
from delivery.tokens import KeptTokens
from models import ChannelState, PendingLink
from store import Store
from tests.loa import Office

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
ACCESS, REFRESH = "a-" + "x7" * 40, "r-" + "y8" * 40
ZALO = """
[units.channels.zalo]
kind = "zalo_oa"
app_id = "123"
app_secret = "env:ZALO_APP_SECRET"

[units.channels.telegram]
kind = "telegram"
token = "env:TELEGRAM_TOKEN"
chat = "@dakto"
"""


@pytest.fixture
def zalo(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office with a Zalo channel whose app secret this shell does not know."""
    monkeypatch.delenv("ZALO_APP_SECRET", raising=False)
    monkeypatch.setenv("TELEGRAM_TOKEN", "7012345678:AAsandboxTelegramBotToken")
    with office.config.open("a", encoding="utf-8") as file:
        file.write(ZALO)
    return office


def store_of(office: Office) -> Store:
    return Store(config.load(office.config).loa.database)


def keeper(office: Office) -> KeptTokens:
    key = (office.folder / "data" / "secret.key").read_text().strip()
    return KeptTokens(store_of(office), "zalo", key, lambda: NOW)


def test_tokens_are_kept_encrypted(zalo: Office) -> None:
    ran = zalo.loa("token", "set", "zalo", "--access", ACCESS, "--refresh", REFRESH)
    assert (ran.code, ACCESS in ran.out + ran.err) == (0, False)
    assert keeper(zalo).read() == TokenPair(ACCESS, REFRESH)
    data = b"".join(path.read_bytes() for path in (zalo.folder / "data").glob("loa.db*"))
    assert ACCESS.encode() not in data
    assert REFRESH.encode() not in data


def test_a_channel_that_was_cut_off_goes_on(zalo: Office) -> None:
    store = store_of(zalo)
    with store.writing() as session:
        hold(session, Lane("zalo", "dak-to"), "hết hạn liên kết", NOW)
    assert "bị ngắt từ 12:00 02/03/2026" in zalo.loa("token", "show").out
    zalo.loa("token", "set", "zalo", "--access", ACCESS, "--refresh", REFRESH)
    with store.reading() as session:
        assert session.get_one(ChannelState, "zalo").held is None


def test_a_shell_need_not_remember_them(zalo: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{ACCESS}\n  {REFRESH} \n"))
    assert zalo.loa("token", "set", "zalo", "--access", "-", "--refresh", "-").code == 0
    assert keeper(zalo).read() == TokenPair(ACCESS, REFRESH)


@pytest.mark.parametrize("token", ["", "hai từ", "mã-có-dấu", "a b", "a\x00b"])
def test_what_is_no_token_is_refused(zalo: Office, token: str) -> None:
    ran = zalo.loa("token", "set", "zalo", "--access", token, "--refresh", REFRESH)
    assert ran.code == 1
    assert ran.err.startswith("--access: đây không phải một mã truy cập")
    assert keeper(zalo).read() is None


@pytest.mark.parametrize("command", ["set", "link"])
def test_a_channel_whose_token_is_in_the_config_has_none_here(zalo: Office, command: str) -> None:
    more = ("--access", ACCESS, "--refresh", REFRESH) if command == "set" else ()
    ran = zalo.loa("token", command, "telegram", *more)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "config.toml" in ran.err


def test_an_unknown_channel_is_one_clear_line(zalo: Office) -> None:
    ran = zalo.loa("token", "link", "zalô")
    assert ran.code == 1
    assert 'Không có kênh "zalô"' in ran.err


def test_tokens_under_a_lost_key_are_replaced(zalo: Office) -> None:
    foreign = Fernet.generate_key().decode()
    KeptTokens(store_of(zalo), "zalo", foreign, lambda: NOW).save(TokenPair("cũ", "cũ"))
    assert zalo.loa("token", "set", "zalo", "--access", ACCESS, "--refresh", REFRESH).code == 0
    assert keeper(zalo).read() == TokenPair(ACCESS, REFRESH)


@pytest.mark.parametrize("key", ["", "không phải khóa"])
def test_without_the_key_of_the_office_nothing_is_kept(zalo: Office, key: str) -> None:
    (zalo.folder / "data" / "secret.key").write_text(key)
    ran = zalo.loa("token", "set", "zalo", "--access", ACCESS, "--refresh", REFRESH)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "secret_key" in ran.err


# ---- link


def test_the_address_to_open_stands_alone_on_stdout(zalo: Office) -> None:
    ran = zalo.loa("token", "link", "zalo")
    assert ran.code == 0
    assert ran.out.count("\n") == 1
    url = urlsplit(ran.out.strip())
    assert url.hostname == "oauth.zaloapp.com"
    asked = parse_qs(url.query)
    assert asked["app_id"] == ["123"]
    assert asked["redirect_uri"] == ["http://127.0.0.1:8080/oauth/zalo/callback"]
    assert "http://127.0.0.1:8080/oauth/zalo/callback" in ran.err
    assert "public_url" in ran.err  # only this machine can open it


def test_the_challenge_is_that_of_the_verifier_kept(zalo: Office) -> None:
    asked = parse_qs(urlsplit(zalo.loa("token", "link", "zalo").out.strip()).query)
    key = (zalo.folder / "data" / "secret.key").read_bytes()
    with store_of(zalo).reading() as session:
        row = session.exec(select(PendingLink)).one()
    verifier = Fernet(key).decrypt(row.verifier.encode()).decode()
    assert asked["code_challenge"] == [challenge(verifier)]
    assert asked["state"] == [row.state]


# ---- show


def test_show_tells_what_is_there_and_until_when_and_no_secret(zalo: Office) -> None:
    zalo.loa("token", "set", "zalo", "--access", ACCESS, "--refresh", REFRESH)
    until = NOW + timedelta(hours=25)
    keeper(zalo).save(TokenPair(ACCESS, REFRESH, until))
    ran = zalo.loa("token", "show")
    lines = dict(line.split(": ", 1) for line in ran.out.splitlines())
    assert lines["zalo"] == (
        "có mã truy cập, có mã làm mới, hết hạn 13:00 03/03/2026, đổi lúc 12:00 02/03/2026"
    )
    assert lines["telegram"] == "token (env:TELEGRAM_TOKEN): có"
    assert lines["loa"] == "không cần mã truy cập"
    for secret in (ACCESS, REFRESH, "7012345678"):
        assert secret not in ran.out + ran.err


def test_show_says_what_is_missing(zalo: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELEGRAM_TOKEN")
    out = zalo.loa("token", "show").out
    assert "zalo: chưa liên kết; chạy: loa token link zalo" in out
    assert "telegram: token (env:TELEGRAM_TOKEN): thiếu" in out


def test_a_lone_access_token_is_said_to_be_alone(zalo: Office) -> None:
    keeper(zalo).save(TokenPair(ACCESS))
    assert "không có mã làm mới, không rõ hạn" in zalo.loa("token", "show").out
