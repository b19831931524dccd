"""`loa check`: is everything connected, allowed, routed, in time? One line each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import typer

import app as loa
import config as settings
from app import App
from commands import office
from commands.checks import channels, machine, units
from commands.checks.said import Said, broken, fine
from config import Config, ConfigError
from errors import Refused

commands = typer.Typer(add_completion=False)


@commands.command("check")
def check() -> None:
    """Is everything connected, allowed, routed, in time? One line each."""
    wrong = doubtful = 0
    for said in _everything():
        office.say(said)
        wrong, doubtful = wrong + said.is_broken, doubtful + said.is_doubtful
    if wrong:
        raise Refused(f"Có {wrong} chỗ hỏng (✗), {doubtful} chỗ cần xem (⚠); sửa các chỗ ✗ trước.")
    office.summary(f"Chạy được; {doubtful} chỗ cần xem (⚠)." if doubtful else "Mọi thứ đều tốt.")


def _everything() -> Iterator[Said]:
    path = office.config_path()
    try:
        config = settings.load(path)
    except ConfigError as error:
        yield from (broken("cấu hình", str(finding)) for finding in error.findings)
        return
    yield fine("cấu hình", f"{path}: {len(config.units)} đơn vị, {len(config.channels)} kênh")
    yield from machine.of_this_machine(config, os.environ, office.now())
    try:
        app = loa.open_office(config, office.now, os.environ)
    except Refused as refusal:
        yield broken("cơ sở dữ liệu", str(refusal))
        return
    try:
        yield from _of_the_office(app, config)
    finally:
        app.store.close()


def _of_the_office(app: App, config: Config) -> Iterator[Said]:
    yield machine.database(app)
    with ThreadPoolExecutor(8) as pool:  # each may wait for its service
        for said in pool.map(lambda told: list(channels.channel(app, told)), config.channels):
            yield from said
    yield from channels.reachable(config)
    for unit in config.units:
        yield from units.unit(app, unit)
    yield from machine.at_work(app)
