"""Publish lag, due to first byte: a thousand items that fall due at one moment."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlmodel import col, func, select

from app import App
from benchmarks.office import approve, memory_office, now, table
from models import Attempt, Publication, SendState
from scheduler import Clock

COUNT, CHANNELS = 1_000, 10
BUDGET = 5.0  # seconds, p95 (design §13)
PATIENCE_S = 60


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        app = memory_office(Path(name), CHANNELS)
        # Approving takes a while: the moment must lie behind it.
        due = now() + timedelta(seconds=COUNT / 100 + 2)
        approve(app, COUNT, due)
        clock = Clock(app, lambda _: True, ("clock", "worker"))
        clock.start()
        _wait_until_sent(app)
        clock.stop()
        lags = _lags(app)
        app.store.close()
    p50, p95, most = lags[len(lags) // 2], lags[int(len(lags) * 0.95)], lags[-1]
    table(
        f"lag: {COUNT} items due at one moment on {CHANNELS} memory channels, tick 1 s",
        ("p50", f"{p50:.2f} s", "", ""),
        ("p95", f"{p95:.2f} s", f"≤ {BUDGET:.0f} s", f"{p95 / BUDGET:.2f}"),
        ("max", f"{most:.2f} s", "", ""),
    )
    return 0 if len(lags) == COUNT and p95 <= BUDGET else 1


def _wait_until_sent(app: App) -> None:
    sent = select(func.count()).where(Publication.state == SendState.SENT)
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        time.sleep(0.25)
        with app.store.reading() as session:
            if session.exec(sent).one() == COUNT:
                return


def _lags(app: App) -> list[float]:
    with app.store.reading() as session:
        pairs = session.exec(
            select(Attempt.at, Publication.due_at).join(
                Publication, col(Publication.id) == Attempt.publication_id
            )
        )
        return sorted((at - due).total_seconds() for at, due in pairs)


if __name__ == "__main__":
    sys.exit(main())
