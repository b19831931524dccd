"""Deliveries a second through the ledger into memory, against SQLite's own commits a second."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from sqlmodel import func, select

from app import App
from benchmarks.office import approve, memory_office, table
from delivery.send import drain
from models import Publication, SendState

COUNT = 2_000
BUDGET = 500  # deliveries/s (design §13)
COMMITS = 1_000


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = memory_office(folder, channels=1)
        approve(app, COUNT)
        before = floor(folder / "floor-1.db")
        ours = deliveries(app)
        least = (before + floor(folder / "floor-2.db")) / 2
        with app.store.reading() as session:
            sent = select(func.count()).where(Publication.state == SendState.SENT)
            assert session.exec(sent).one() == COUNT
        app.store.close()
    table(
        f"ledger: {COUNT} publications on one memory channel, SQLite synchronous=FULL",
        ("deliveries/s", f"{ours:.0f}", f"≥ {BUDGET}", f"{ours / BUDGET:.2f}"),
        ("floor: raw sqlite3 commits/s", f"{least:.0f}", "", f"{ours / least:.2f}"),
    )
    return 0 if ours >= BUDGET else 1


def deliveries(app: App) -> float:
    lane = next(iter(app.lanes.values()))
    begun = time.perf_counter()
    done = drain(app.sender("đo"), lane, lambda: False)
    return done / (time.perf_counter() - begun)


def floor(file: Path) -> float:
    """One row, one commit: what a delivery costs at least if each has its own."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT)")
    begun = time.perf_counter()
    for i in range(COMMITS):
        connection.execute("INSERT INTO t (at) VALUES (?)", (str(i),))
    took = time.perf_counter() - begun
    connection.close()
    return COMMITS / took


if __name__ == "__main__":
    sys.exit(main())
