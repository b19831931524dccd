"""The channels: is each there, allowed to post, and reachable from where it must be?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import fields

from app import App
from channels.base import Checks, Decision
from commands.checks.said import Said, broken, doubtful, fine
from config import ChannelSettings, Config, MissingSecret, Secret, ZaloOASettings
from content import people
from delivery.lanes import Lane
from models import ChannelState
from web.links import is_local


def channel(app: App, told: ChannelSettings) -> Iterator[Said]:
    what = f"kênh {told.name}"
    lane = app.lanes.get(told.name)
    if lane is not None and lane.problem:
        yield broken(what, lane.problem)
        return
    if lane is None:
        yield fine(what, "chỉ để trò chuyện, không đăng bài")
    elif lane.manual:
        yield from _by_hand(app, what, lane)
    else:
        yield from _by_itself(app, what, lane)
    yield from _other_secrets(what, told)


def reachable(config: Config) -> Iterator[Said]:
    """A service that fetches pictures from us cannot reach an address of this machine."""
    url = config.web.public_url
    for told in config.channels:
        # A stand-in on this machine can.
        if isinstance(told, ZaloOASettings) and is_local(url) and not is_local(told.api_url):
            yield doubtful(
                "public_url",
                f"{url} là địa chỉ của riêng máy này: kênh {told.name} không tải được ảnh của bài;"
                " đặt [web] public_url là địa chỉ https mà Internet mở được",
            )


def _by_itself(app: App, what: str, lane: Lane) -> Iterator[Said]:
    with app.store.reading() as session:
        gate = session.get(ChannelState, lane.name)
        held = gate.held if gate else None
    if held:
        yield broken(what, f"đang bị ngắt: {held}")
        return
    if not isinstance(lane.channel, Checks):
        yield fine(what, "đã mở")
        return
    try:
        yield fine(what, lane.channel.check())
    except Decision as decision:
        yield broken(what, decision.reason)
    except Exception as error:  # noqa: BLE001  an adapter's bug must not hide the other lines
        yield broken(what, f"không kiểm tra được ({type(error).__name__})")


def _by_hand(app: App, what: str, lane: Lane) -> Iterator[Said]:
    with app.store.reading() as session:
        staff = {person.name.casefold() for person in people.everyone(session)}
    strangers = [name for name in lane.responsible if name.casefold() not in staff]
    for name in strangers:
        yield doubtful(what, f"không có cán bộ tên “{name}” để hỏi; chạy: loa staff add “{name}”")
    if not strangers:
        asked = ", ".join(lane.responsible) or "người duyệt"
        yield fine(what, f"làm bằng tay, hỏi {asked}")


def _other_secrets(what: str, told: ChannelSettings) -> Iterator[Said]:
    """Those that sending does without: of webhooks."""
    for field in fields(told):
        secret = getattr(told, field.name)
        try:
            if isinstance(secret, Secret):
                secret.read(os.environ)
        except MissingSecret as missing:
            yield doubtful(what, str(missing))
