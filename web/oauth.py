"""`/oauth/{channel}/callback`: an account's admin said yes; its tokens are fetched and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog
from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader

from app import App
from channels.base import Checks, Decision, Rejected, TokenLost
from delivery import outcome
from web import links

log = structlog.get_logger(__name__)

TEMPLATES = Path(__file__).parent / "templates"
STATUS = {"linked": 200, "unchecked": 200, "unfit": 200, "failed": 502}  # all others: 400


@dataclass(frozen=True, slots=True)
class Came:
    """What came back with the browser; `account` is the one that the admin said yes for."""

    state: str = ""
    code: str = ""
    account: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended, and the adapter's own sentence about it."""

    how: Literal["linked", "unchecked", "unfit", "stale", "declined", "other_account", "failed"]
    told: str = ""


def routes(app: App, environ: Mapping[str, str]) -> APIRouter:
    router = APIRouter()
    loader = FileSystemLoader(TEMPLATES)
    page = Environment(loader=loader, autoescape=True).get_template("link.html")

    @router.get("/oauth/{channel}/callback")
    def callback(
        channel: str, state: str = "", code: str = "", oa_id: str = "", error: str = ""
    ) -> HTMLResponse:
        ended = finish(app, environ, channel, Came(state, code, oa_id, error))
        log.info("oauth callback", channel=channel[:60], how=ended.how, told=ended.told)
        html = page.render(channel=channel, ended=ended)
        return HTMLResponse(html, STATUS.get(ended.how, 400), {"Cache-Control": "no-store"})

    return router


def finish(app: App, environ: Mapping[str, str], channel: str, came: Came) -> Ended:
    """A state is used up by whatever comes with it: one question, one answer."""
    verifier = links.take(app, environ, channel, came.state)
    if verifier is None:
        return Ended("stale")
    if came.error or not came.code:
        return Ended("declined")
    wanted = links.linked(app, channel).oa_id
    if wanted and came.account and came.account != wanted:
        return Ended("other_account", came.account)
    grant = links.grant_of(app, channel)
    if grant is None:
        return Ended("failed", app.lanes[channel].problem)
    links.forget_unreadable(app, environ, channel)
    try:
        grant.link(code=came.code, verifier=verifier)
    except Decision as decision:
        log.warning("oauth exchange", channel=channel, raw=decision.raw[:2000])
        return Ended("failed", decision.reason)
    return _checked(app, channel)


def _checked(app: App, channel: str) -> Ended:
    """The tokens are kept; the queue goes on unless the account turns out to be the wrong one."""
    lane = app.lanes[channel]
    try:
        told = lane.channel.check() if isinstance(lane.channel, Checks) else ""
    except (Rejected, TokenLost) as decision:
        with app.store.writing() as session:
            outcome.hold(session, lane, decision.reason, app.clock())
        return Ended("unfit", decision.reason)
    except Decision as decision:
        links.release(app, channel)
        return Ended("unchecked", decision.reason)
    links.release(app, channel)
    return Ended("linked", told)
