"""The stage of a rehearsal: an office in a temporary folder whose channels are the sandbox."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any

import app as loa
import config
from channels.base import TokenPair
from commands.run import Web
from delivery.tokens import KeptTokens
from plan.values import Plan
from plan.vocabulary import CHANNELS
from sandbox.core import Settings
from sandbox.server import serve
from sandbox.state import Sandbox

TEMPLATE = Path(__file__).parent.parent / "texts" / "rehearsal.toml.tmpl"
SETTINGS = Settings(telegram_per_chat_per_min=0, zalo_processing_s=2.0)
SERVED = {"zalo", "zalo.oa", "facebook", "fanpage", "social.other"}
KEY = base64.urlsafe_b64encode(hashlib.sha256(b"rehearsal").digest()).decode()


class SimulatedTime:
    """A clock that stands still until it is set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def set(self, at: datetime) -> None:
        self.at = max(self.at, at)


@dataclass(frozen=True, slots=True)
class Stage:
    app: loa.App
    sandbox: Sandbox
    time: SimulatedTime
    url: str


@contextmanager
def stage(
    plan: Plan, plan_text: str, folder: Path, start: datetime, port: int = 0
) -> Iterator[Stage]:
    """An open office for a plan, over a running sandbox; all of it in simulated time."""
    time = SimulatedTime(start)
    sandbox = Sandbox(clock=time.now, settings=SETTINGS)
    with serve(sandbox, port) as server:
        accounts = sandbox.accounts()
        listener = socket.create_server(("127.0.0.1", 0))
        public_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        (folder / "plan.toml").write_text(plan_text, encoding="utf-8")
        told = folder / "config.toml"
        count_from = "period" if start.date() <= plan.period.first else "issued"
        text = _config(plan, accounts, public_url, count_from)
        told.write_text(text, encoding="utf-8")
        app = loa.open_office(config.load(told), time.now, _secrets(accounts), durable=False)
        _link_zalo(app, sandbox, time)
        web = Web(app, listener)
        web.start()
        try:
            yield Stage(app, sandbox, time, server.url)
        finally:
            web.stop()
            app.store.close()


def _config(plan: Plan, accounts: dict[str, Any], public_url: str, count_from: str) -> str:
    zalo, page = accounts["zalo_oa"][0], accounts["facebook_page"][0]
    bot = accounts["telegram"][0]
    others = sorted(CHANNELS - SERVED - {"radio.commune", "radio.grassroots", "radio.district"})
    values = {
        "public_url": public_url,
        "count_from": count_from,
        "unit_name": plan.issuer or "UBND xã",
        "plan": "plan.toml",
        "zalo_app_id": zalo["app_id"],
        "zalo_oa_id": zalo["oa_id"],
        "zalo_oauth_url": zalo["oauth_url"],
        "zalo_api_url": zalo["api_url"],
        "facebook_page_id": page["page_id"],
        "facebook_url": page["graph_url"],
        "telegram_chat": bot["chat"],
        "telegram_url": bot["api_url"],
    }
    quoted = {key: json.dumps(value, ensure_ascii=False) for key, value in values.items()}
    words = ", ".join(json.dumps(word) for word in others)
    template = Template(TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(quoted, routes=_routes(plan), other_words=words)


def _routes(plan: Plan) -> str:
    """What has a rhythm goes to every channel; with re-runs it is a segment, else a bulletin."""
    lines = []
    for task in plan.tasks:
        on_air = any(word.startswith("radio.") for word in task.channels)
        if task.cadence and task.cadence.repeats and (on_air or "ebulletin" in task.channels):
            maker = "radio" if task.reruns else "bulletin"
            names = ["zalo", "facebook", "telegram", *(["loa"] if on_air else [])]
            lines.append(
                f"[[units.routes]]\ntask = {json.dumps(task.id)}\n"
                f"channels = {json.dumps(names)}\nmaker = {json.dumps(maker)}\n"
            )
    return "\n".join(lines)


def _secrets(accounts: dict[str, Any]) -> dict[str, str]:
    return {
        "REHEARSAL_KEY": KEY,
        "ZALO_APP_SECRET": accounts["zalo_oa"][0]["app_secret"],
        "FACEBOOK_TOKEN": accounts["facebook_page"][0]["token"],
        "TELEGRAM_TOKEN": accounts["telegram"][0]["token"],
    }


def _link_zalo(app: loa.App, sandbox: Sandbox, time: SimulatedTime) -> None:
    access, refresh = sandbox.zalo_oauth.issue(sandbox.zalo.accounts.oa.oa_id)
    tokens = KeptTokens(app.store, "zalo", KEY, time.now)
    tokens.save(TokenPair(access, refresh, time.now() + timedelta(hours=20)))
