"""The clock: what runs when. Every job is a plain function of (app, now); this file only beats.

APScheduler in memory, one in each process: two processes on one job store run a job twice.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor as TickExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlmodel import Session

from app import App
from config import Unit
from content import drafts, openings, review
from delivery import listen, measure, queue, settle, sweep
from delivery.lanes import Lane
from delivery.notices import APPROVER, Tell, notice, tell_waiting
from delivery.send import Sender, drain
from models import CHANGED, Draft, Staff
from plan import record
from plan.slots import coming
from zone import HANOI

log = structlog.get_logger(__name__)

LANES_AT_ONCE = 16
HOURLY = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def find_lost(app: App, now: datetime) -> None:
    """Lost leases become unknown, late rows and manual work become questions."""
    with app.store.writing() as session:
        sweep.sweep(session, app.lanes, now)
        limit = max(timedelta(minutes=10), timedelta(seconds=60 * app.config.delivery.tick_s))
        sweep.alarm_if_stuck(session, app.lanes, app.config.units[0].id, now, limit)


def take_off_changed(app: App, now: datetime) -> int:
    """What was changed after approval, by whatever door, leaves the queue and is told."""
    with app.store.writing() as session:
        lapsed = review.lapse(session, now)
        for draft, _ in lapsed:
            author = session.get(Staff, draft.author_id) if draft.author_id else None
            text = f"Bản thảo số {draft.id} “{draft.title}” trở lại đang soạn: {CHANGED}"
            key = f"lapsed:{draft.id}:{now.isoformat()}"
            to = author.name if author else APPROVER
            notice(session, key, draft.unit, to, text, now, draft=draft.id)
    return len(lapsed)


def open_drafts(app: App, now: datetime) -> int:
    """`lead_days` before a slot's end its draft is opened, and the responsible person told."""
    return sum(_open_drafts_of(app, unit, now) for unit in app.config.units)


def _open_drafts_of(app: App, unit: Unit, now: datetime) -> int:
    on, lead = now.astimezone(HANOI).date(), timedelta(days=app.config.delivery.lead_days)
    made = [route for route in unit.routes if route.maker != "none"]
    opened = 0
    with app.store.writing() as session:
        plan = record.current_or_none(session, unit.id) if made else None
        if plan is None:
            return 0
        schedule, office = app.schedule(unit, plan), app.office(session, unit)
        for route in made:
            task = plan.task(route.task)
            filled = drafts.taken(session, unit.id, route.task)
            for slot in coming(schedule.of_task(route.task), on, lead):
                if task and slot.id not in filled:
                    new = openings.opening(route.maker, slot, task.title, task.topics)
                    draft = drafts.add(session, office, new, None, now).draft
                    _ask_for(session, unit, draft, f"{slot.by:%d/%m}", now)
                    opened += 1
    return opened


def _ask_for(session: Session, unit: Unit, draft: Draft, deadline: str, now: datetime) -> None:
    text = f"{draft.title} (hạn {deadline}): Loa đã mở bản thảo {draft.id}. {draft.note}"
    for person in unit.responsible or (APPROVER,):
        notice(session, f"open:{draft.slot}:{person}", unit.id, person, text, now, draft=draft.id)


class Workers:
    """What is due is sent, what is unknown looked up, what is out read: each alone on its lane."""

    def __init__(self, app: App, sender: Sender) -> None:
        self._app, self.sender = app, sender
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(LANES_AT_ONCE, thread_name_prefix="lane")
        self._running: dict[tuple[str, str], Future[Any]] = {}

    def feed(self) -> None:
        """Set every lane going that is not: sending, looking up, reading."""
        if self._stop.is_set():
            return
        stop = self._stop.is_set
        with self._app.store.reading() as session:
            work = queue.work(session, self._app.clock())
        for lane in self._app.lanes.values():
            if lane.channel is None:
                continue
            if lane.name in work.send:
                self._go("send", lane, partial(drain, self.sender, lane, stop))
            if lane.name in work.settle:
                self._go("settle", lane, partial(settle.settle_due, self.sender, lane, stop))
            if lane.name in work.measure:
                self._go("measure", lane, partial(measure.measure_due, self.sender, lane, stop))

    def stop(self) -> None:
        """Begin nothing more; what is being sent is finished and written."""
        self._stop.set()
        self._pool.shutdown(wait=True)

    def _go(self, what: str, lane: Lane, work: Callable[[], Any]) -> None:
        key = (what, lane.name)
        running = self._running.get(key)
        if running is None or running.done():
            with suppress(RuntimeError):  # the pool was shut between two looks at the flag
                self._running[key] = self._pool.submit(_logged, work, what, lane.name)


class Clock:
    """The beating parts of one process. `roles` are among clock, worker."""

    def __init__(self, app: App, tell: Tell, roles: Iterable[str]) -> None:
        self._app, self._tell, self._roles = app, tell, frozenset(roles)
        self.worker = worker_name()
        self.workers = Workers(app, app.sender(self.worker))
        self._beat = BackgroundScheduler(
            executors={name: TickExecutor(1) for name in ("tick", "lease", "slow")}, timezone=UTC
        )

    def start(self) -> None:
        told = self._app.config.delivery
        shortest = min([lane.clocks.lease for lane in self._app.lanes.values()], default=HOURLY)
        self._every(timedelta(seconds=told.tick_s), self._tick, "tick")
        self._every(min(shortest / 3, timedelta(seconds=10)), self._renew, "lease")
        if "clock" in self._roles:
            self._every(HOURLY, self._hourly, "slow")
            self._every(MINUTE, self._each_minute, "slow")
        self._beat.start()

    def stop(self) -> None:
        self.workers.stop()
        self._beat.shutdown(wait=True)
        with self._app.store.writing() as session:
            sweep.rest(session, self.worker)

    def _every(self, interval: timedelta, job: Callable[[], None], executor: str) -> None:
        # Without a grace time a busy pool would skip a tick, and then every tick.
        self._beat.add_job(
            _safely(job),
            "interval",
            seconds=interval.total_seconds(),
            executor=executor,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
            next_run_time=datetime.now(UTC),
        )

    def _tick(self) -> None:
        now = self._app.clock()
        if "clock" in self._roles:
            find_lost(self._app, now)
            tell_waiting(self._app.store, self._tell, now)
        if "worker" in self._roles:
            self.workers.feed()

    def _renew(self) -> None:
        held = self.workers.sender.held
        with self._app.store.writing() as session:
            now = self._app.clock()
            renewed = queue.renew(session, held, now)
            sweep.beat(session, self.worker, ",".join(sorted(self._roles)), now)
        held.prolong(renewed)

    def _each_minute(self) -> None:
        take_off_changed(self._app, self._app.clock())
        for lane in self._app.lanes.values():
            listen.listen(self.workers.sender, lane)
            listen.reconnect(self.workers.sender, lane)

    def _hourly(self) -> None:
        open_drafts(self._app, self._app.clock())
        for lane in self._app.lanes.values():
            measure.count_followers(self.workers.sender, lane)


def worker_name() -> str:
    """Unlike any other process's, on any machine."""
    return f"{socket.gethostname()}:{os.getpid()}:{os.urandom(3).hex()}"


def _safely(job: Callable[[], None]) -> Callable[[], None]:
    """A tick that fails is logged and the next one comes: the clock never stops."""

    def run() -> None:
        try:
            job()
        except Exception:
            log.exception("tick", job=job.__name__)

    return run


def _logged(work: Callable[[], Any], what: str, lane: str) -> None:
    try:
        work()
    except Exception:
        log.exception(what, lane=lane)
