"""`/healthz`: is the office at work? Counts and ages only: no names, no addresses, no texts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import anyio
import structlog
from anyio.to_thread import run_sync
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlmodel import Session, col, func, select

from app import App
from delivery import sweep
from delivery.lanes import Lanes
from delivery.sweep import SILENT_WORKER
from models import Heartbeat, Publication, SendState

log = structlog.get_logger(__name__)

STUCK = timedelta(minutes=15)
DAY = timedelta(days=1)
DOWN = {"ok": False, "database": False, "workers": [], "oldest_due_s": None}


def routes(app: App, patience_s: float = 5) -> APIRouter:
    router = APIRouter()
    limiter = anyio.CapacityLimiter(4)  # a database that hangs must not hold up the whole site

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    async def healthz() -> JSONResponse:
        told = DOWN
        with anyio.move_on_after(patience_s):
            told = await run_sync(_told, app, abandon_on_cancel=True, limiter=limiter)
        status = 200 if told["ok"] else 503
        return JSONResponse(told, status, headers={"Cache-Control": "no-store"})

    return router


def _told(app: App) -> dict[str, Any]:
    try:
        with app.store.reading() as session:
            return health(session, app.lanes, app.clock())
    except Exception:
        log.exception("healthz")
        return DOWN


def health(session: Session, lanes: Lanes, now: datetime) -> dict[str, Any]:
    """Healthy: some worker is alive, and nothing that could go has waited for 15 minutes."""
    known = session.exec(select(Heartbeat).where(col(Heartbeat.at) > now - DAY))
    beats = [(each.roles, now - each.at) for each in known]
    working = any("worker" in roles.split(",") and age < SILENT_WORKER for roles, age in beats)
    oldest = sweep.oldest_due(session, lanes, now)
    counted = dict(session.exec(_count_by_state()).all())
    return {
        "ok": working and oldest < STUCK,
        "database": True,
        "workers": [{"roles": roles, "age_s": _seconds(age)} for roles, age in beats],
        "oldest_due_s": _seconds(oldest),
        "unknown": counted.get(SendState.UNKNOWN, 0),
        "asked": counted.get(SendState.ASKED, 0),
        "held": len(set(sweep.held(session, lanes))),
    }


def _count_by_state() -> Any:
    state = col(Publication.state)
    return (
        select(state, func.count())
        .where(state.in_([SendState.UNKNOWN, SendState.ASKED]))
        .group_by(state)
    )


def _seconds(age: timedelta) -> float:
    return round(max(age.total_seconds(), 0.0), 1)
