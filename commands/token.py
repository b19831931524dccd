"""`loa token`: the connection of a channel that keeps its tokens here."""

from __future__ import annotations

import getpass
import os
import re
import sys
from dataclasses import fields
from typing import Annotated

import typer
from sqlmodel import Session

from channels.base import TokenPair
from commands import office
from config import ChannelSettings, MissingSecret, Secret, ZaloOASettings
from content.moments import shown
from errors import Refused
from models import ChannelState, Token
from web import links

commands = typer.Typer(no_args_is_help=True, add_completion=False)

ChannelArgument = Annotated[str, typer.Argument(metavar="CHANNEL", help="As in config.toml.")]


@commands.command("set")
def set_(
    channel: ChannelArgument,
    access: Annotated[str, typer.Option("--access", help="Access token; - reads it from stdin.")],
    refresh: Annotated[
        str, typer.Option("--refresh", help="Refresh token; - reads it from stdin.")
    ],
) -> None:
    """Keep tokens brought from the service's console; a channel that was cut off goes on."""
    app = office.open_office()
    links.linked(app, channel)
    pair = TokenPair(_token("--access", access), _token("--refresh", refresh))
    links.keep(app, os.environ, channel, pair)
    office.say(f"Đã giữ mã truy cập của kênh {channel} (mã hóa); bài đang chờ sẽ được gửi tiếp.")
    office.summary("Mã làm mới chỉ dùng được một lần: đừng dùng ở nơi khác. Kiểm tra: loa check")


@commands.command("link")
def link(channel: ChannelArgument) -> None:
    """Print the address at which an admin of the account allows Loa to post."""
    app = office.open_office()
    office.say(links.ask(app, os.environ, channel))
    office.summary(
        "Trong 10 phút, khi Loa đang chạy (loa run), mở liên kết trên bằng tài khoản quản trị của"
        " kênh. Địa chỉ sau phải khai báo đúng từng chữ trên trang của dịch vụ, mục Callback Url:"
        f" {links.callback_url(app, channel)}"
    )
    told = links.linked(app, channel)
    if links.is_local(app.config.web.public_url) and not links.is_local(told.oauth_url):
        office.summary(
            "⚠ public_url là địa chỉ của riêng máy này: chỉ mở được liên kết trên chính máy này."
        )


@commands.command("show")
def show() -> None:
    """Tell what each channel holds, and until when; never a secret."""
    app = office.open_office()
    with app.store.reading() as session:
        for told in app.config.channels:
            held = session.get(ChannelState, told.name)
            words = _kept(session, told) if isinstance(told, ZaloOASettings) else _named(told)
            cut = f"; bị ngắt từ {shown(held.held_at)}" if held and held.held_at else ""
            office.say(f"{told.name}: {words}{cut}")


def _kept(session: Session, told: ZaloOASettings) -> str:
    row = session.get(Token, told.name)
    if row is None or not row.access:
        return f"chưa liên kết; chạy: loa token link {told.name}"
    words = ["có mã truy cập", "có mã làm mới" if row.refresh else "không có mã làm mới"]
    words.append(f"hết hạn {shown(row.expires_at)}" if row.expires_at else "không rõ hạn")
    if row.changed_at:
        words.append(f"đổi lúc {shown(row.changed_at)}")
    return ", ".join(words)


def _named(told: ChannelSettings) -> str:
    """A channel whose secrets are only named in config.toml: which of them are there."""
    words = []
    for field in fields(told):
        secret = getattr(told, field.name)
        if isinstance(secret, Secret):
            words.append(f"{field.name} ({secret}): {'có' if _is_there(secret) else 'thiếu'}")
    return ", ".join(words) or "không cần mã truy cập"


def _is_there(secret: Secret) -> bool:
    try:
        return bool(secret.read(os.environ))
    except MissingSecret:
        return False


def _token(option: str, told: str) -> str:
    """A shell keeps its history: `-` takes the token from stdin, one a line. Raises `Refused`."""
    if told == "-":
        asks = f"{option[2:]}: "
        told = getpass.getpass(asks) if sys.stdin.isatty() else sys.stdin.readline()
    token = told.strip()
    if not re.fullmatch(r"[!-~]+", token):
        raise Refused(
            f"{option}: đây không phải một mã truy cập; hãy chép lại nguyên vẹn, một dòng."
        )
    return token
