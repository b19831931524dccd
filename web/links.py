"""A channel's connection: asked for on the command line, allowed in a browser, kept here.

The two ends are two processes; between them stands one row, good for ten minutes and once.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken
from sqlmodel import Session, col, delete

from app import App
from channels.base import TokenLost, TokenPair
from channels.zalo_oauth import Grant, new_verifier, permission_url
from config import ZaloOASettings
from delivery import outcome
from delivery.tokens import KeptTokens
from errors import Refused
from models import PendingLink, Token

STATE = re.compile(r"[A-Za-z0-9_-]{43}")  # what `token_urlsafe(32)` makes
LIFE = timedelta(minutes=10)  # as long as the service's own code lives (api/zalo.md §1.6)


def ask(app: App, environ: Mapping[str, str], channel: str) -> str:
    """The address at which an admin of the account says yes. Raises `Refused`."""
    told, verifier, state = linked(app, channel), new_verifier(), secrets.token_urlsafe(32)
    sealed = _fernet(app, environ).encrypt(verifier.encode()).decode()
    now = app.clock()
    with app.store.writing() as session:
        session.exec(delete(PendingLink).where(col(PendingLink.at) < now - LIFE))
        session.add(PendingLink(state=state, channel=channel, verifier=sealed, at=now))
    return permission_url(
        oauth_url=told.oauth_url,
        app_id=told.app_id,
        redirect_uri=callback_url(app, channel),
        state=state,
        verifier=verifier,
    )


def take(app: App, environ: Mapping[str, str], channel: str, state: str) -> str | None:
    """The verifier that belongs to a state, once; None where it was never asked, used or old."""
    with app.store.reading() as session:
        if not STATE.fullmatch(state) or _fresh(session, channel, state, app.clock()) is None:
            return None
    with app.store.writing() as session:
        found = _fresh(session, channel, state, app.clock())
        if found is None:
            return None
        gone = session.exec(delete(PendingLink).where(col(PendingLink.state) == state))
        sealed = found.verifier if gone.rowcount == 1 else ""
    try:
        return _fernet(app, environ).decrypt(sealed.encode()).decode()
    except (InvalidToken, Refused):
        return None


def keep(app: App, environ: Mapping[str, str], channel: str, pair: TokenPair) -> None:
    """Tokens that an admin brings by hand; the channel goes on with them. Raises `Refused`."""
    linked(app, channel)
    forget_unreadable(app, environ, channel)
    kept = keeper(app, environ, channel)
    with kept.refreshing():  # nobody's refresh may overwrite them
        kept.save(pair)
    release(app, channel)


def release(app: App, channel: str) -> None:
    with app.store.writing() as session:
        outcome.release(session, channel)


def forget_unreadable(app: App, environ: Mapping[str, str], channel: str) -> None:
    """A pair that the office's key no longer opens is worth nothing, and in the way."""
    try:
        keeper(app, environ, channel).read()
    except TokenLost:
        with app.store.writing() as session:
            session.exec(delete(Token).where(col(Token.channel) == channel))


def keeper(app: App, environ: Mapping[str, str], channel: str) -> KeptTokens:
    """Raises `Refused` without a usable key."""
    return KeptTokens(app.store, channel, _key(app, environ), app.clock)


def linked(app: App, channel: str) -> ZaloOASettings:
    """The settings of a channel that keeps tokens here. Raises `Refused` for any other."""
    told = app.config.channel(channel)
    if not isinstance(told, ZaloOASettings):
        raise Refused(
            f"Kênh “{channel}” (kind = {told.kind}) không dùng liên kết; mã truy cập của kênh này,"
            " nếu có, đặt theo tên bí mật trong config.toml."
        )
    return told


def grant_of(app: App, channel: str) -> Grant | None:
    """Who exchanges codes for tokens; None where the channel cannot be opened."""
    lane = app.lanes.get(channel)
    grant = getattr(lane.channel, "grant", None) if lane else None
    return grant if isinstance(grant, Grant) else None


def callback_url(app: App, channel: str) -> str:
    return f"{app.config.web.public_url}/oauth/{channel}/callback"


def is_local(url: str) -> bool:
    """Does an address lead nowhere but to this machine?"""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _fresh(session: Session, channel: str, state: str, now: datetime) -> PendingLink | None:
    found = session.get(PendingLink, state)
    if found is None or found.channel != channel or not now - LIFE < found.at <= now:
        return None
    return found


def _fernet(app: App, environ: Mapping[str, str]) -> Fernet:
    return Fernet(_key(app, environ).encode())


def _key(app: App, environ: Mapping[str, str]) -> str:
    """Raises `Refused` where the office's key is missing or is none."""
    key = app.config.loa.secret_key.read(environ)
    try:
        Fernet(key.encode())
    except ValueError:
        raise Refused(
            "Khóa bí mật của văn phòng (secret_key) không đúng dạng Fernet; hãy lấy lại từ bản"
            " sao lưu."
        ) from None
    return key
