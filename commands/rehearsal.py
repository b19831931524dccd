"""Carry out a plan's calendar in simulated time: the same ledger, adapters and reading code.

Simulated are the clock, the staff who write and approve, and the officer who does by hand what
no machine can, with evidence.
"""

from __future__ import annotations

import io
import itertools
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from sqlmodel import Session, col, func, or_, select

import scheduler
from commands.stage import Stage
from content import drafts, media, people, review
from content.cover import default_cover
from content.draft_file import NewDraft
from content.routing import Office, channels_of
from delivery import listen, measure, queue, send, settle
from delivery.send import Sender
from models import (
    Ask,
    Draft,
    DraftState,
    Kind,
    Publication,
    Reading,
    Role,
    SendState,
    Staff,
)
from plan import progress, record
from plan.slots import Schedule, Slot
from plan.values import Plan, Task
from zone import HANOI

SAMPLES = Path(__file__).parent.parent / "texts" / "samples.toml"
DAY = timedelta(days=1)
WRITER, APPROVER, OFFICER = "Chị Lan", "Anh Minh", "Anh Tư"
FOLLOWERS_ON = 0  # Mondays: a year of daily counts would be most of the calls
EVERY_SILENCE = 14  # days: somebody posts before a silence is an alarm
AHEAD = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of contracts §5 `rehearse`."""

    plan: str
    first: date
    last: date
    slots: int
    sent: int
    late: int
    missed: int
    asked: int
    duplicates: int
    readings: int
    seconds: float
    lines: tuple[progress.Line, ...]


@dataclass
class Rehearsal:
    """One run of the calendar on a stage, day by day."""

    stage: Stage
    plan: Plan
    sender: Sender = field(init=False)
    schedule: Schedule = field(init=False)
    samples: dict[str, Iterator[dict[str, Any]]] = field(init=False)

    def __post_init__(self) -> None:
        self.sender = self.stage.app.sender("diễn tập")
        self.schedule = self.stage.app.schedule(self.unit, self.plan)
        told = tomllib.loads(SAMPLES.read_text(encoding="utf-8"))
        self.samples = {kind: itertools.cycle(rows) for kind, rows in told.items()}
        with self.stage.app.store.writing() as session:
            for name, role in ((WRITER, Role.EDITOR), (APPROVER, Role.APPROVER)):
                people.add(session, self.unit.id, name, role, self.now)
            people.add(session, self.unit.id, OFFICER, Role.CONTRIBUTOR, self.now)

    @property
    def unit(self) -> Any:
        return self.stage.app.config.units[0]

    @property
    def now(self) -> datetime:
        return self.stage.time.now()

    def run(self, first: date, last: date, watch: Callable[[date], None] | None = None) -> None:
        for day in (first + DAY * i for i in range((last - first).days + 1)):
            self.day(day)
            if watch is not None:
                watch(day)

    def day(self, day: date) -> None:
        """The morning's writing, the day's sending, the evening's reading."""
        self.stage.time.set(at(day, 7, 30))
        scheduler.open_drafts(self.stage.app, self.now)
        self._write(day)
        self._send_until(at(day, 21, 0))
        self._read()

    # -- staff

    def _write(self, day: date) -> None:
        with self.stage.app.store.writing() as session:
            office = self.stage.app.office(session, self.unit)
            for draft in session.exec(select(Draft).where(Draft.state == DraftState.WRITING)):
                self._finish(session, office, draft)
            for slot in self.schedule.slots:
                if not slot.is_rerun and max(slot.first, (slot.due - AHEAD).date()) == day:
                    self._start(session, office, slot)
            for number, task in enumerate(self.plan.tasks):
                if _is_quiet(task) and (day.toordinal() + number) % EVERY_SILENCE == 0:
                    self._start_news(session, office, task)

    def _finish(self, session: Session, office: Office, draft: Draft) -> None:
        """Complete what the clock opened, have it approved by a colleague."""
        author = people.named(session, WRITER)
        sample = next(self.samples["segments" if draft.kind == Kind.PHAT_THANH else "bulletins"])
        title = f"{draft.title}: {sample['title']}"
        review.change(
            session, office, draft, author, self.now,
            title=title, body=f"{sample['body']}\n\n{draft.title}.", media=[self._picture(title)],
        )  # fmt: skip
        self._approve(session, office, draft, author)

    def _start(self, session: Session, office: Office, slot: Slot) -> None:
        task = self.plan.task(slot.task)
        if task is None or slot.id in drafts.taken(session, self.unit.id, slot.task):
            return
        if not channels_of(task, self.unit):
            self._do_by_hand(session, slot.task, slot.id)
            return
        sample = next(self.samples["news"])
        title = f"{sample['title']} ({slot.number}/{slot.of})"
        self._add(
            session, office, NewDraft(Kind.TIN, title, sample["body"], task=task.id, slot=slot.id)
        )

    def _start_news(self, session: Session, office: Office, task: Task) -> None:
        """Something for a task without a quota: a post, or work done on the spot."""
        lanes = self.stage.app.lanes
        if all(lanes[name].manual for name in channels_of(task, self.unit)):
            self._do_by_hand(session, task.id)
            return
        sample = next(self.samples["news"])
        title = f"{sample['title']} – {self.now.astimezone(HANOI):%d/%m}"
        self._add(session, office, NewDraft(Kind.TIN, title, sample["body"], task=task.id))

    def _add(self, session: Session, office: Office, new: NewDraft) -> None:
        author = people.named(session, WRITER)
        added = drafts.add(session, office, new, author, self.now)
        self._approve(session, office, added.draft, author)

    def _approve(self, session: Session, office: Office, draft: Draft, author: Staff) -> None:
        review.submit(session, office, draft, author, self.now, self.stage.app.limits())
        approver = people.named(session, APPROVER)
        review.approve(session, office, draft, approver, self.now)

    def _do_by_hand(self, session: Session, task: str, slot: str | None = None) -> None:
        officer, today = people.named(session, OFFICER), self.now.astimezone(HANOI).date()
        done = record.ByHand(task, today, _evidence(slot or f"{task}@{today}"), slot)
        record.enter(session, self.plan, self.schedule, done, officer, self.now)

    def _picture(self, title: str) -> str:
        drawn: Image.Image = default_cover(title, self.unit.name)
        out = io.BytesIO()
        drawn.save(out, "JPEG", quality=90)
        return media.keep_bytes(self.stage.app.config.loa.media, out.getvalue(), ".jpg")

    # -- the clock

    def _send_until(self, evening: datetime) -> None:
        while (moment := self._next()) is not None and moment <= evening:
            self.stage.time.set(moment)
            scheduler.find_lost(self.stage.app, self.now)
            with self.stage.app.store.reading() as session:
                work = queue.work(session, self.now)
            for name, lane in self.stage.app.lanes.items():
                if name in work.send and lane.channel is not None:
                    send.drain(self.sender, lane, lambda: False)
                if name in work.settle:
                    settle.settle_due(self.sender, lane)
            self._answer()
        self.stage.time.set(evening)

    def _next(self) -> datetime | None:
        """The next moment at which the ledger has something to do."""
        moments = (
            (Publication.next_at, Publication.state == SendState.DUE),
            (Publication.resume_at, Publication.state == SendState.SENDING),
            (Publication.settle_at, Publication.state == SendState.UNKNOWN),
        )
        first = col(Publication.follows)
        with self.stage.app.store.reading() as session:
            sent = select(Publication.id).where(Publication.state == SendState.SENT)
            ready = or_(first.is_(None), first.in_(sent))
            found = [
                session.exec(select(func.min(when)).where(which, ready)).one()
                for when, which in moments
            ]
        return min((each for each in found if each is not None), default=None)

    def _answer(self) -> None:
        """The officer does what is asked within the hour, and looks where Loa cannot tell."""
        with self.stage.app.store.writing() as session:
            officer, approver = (people.named(session, name) for name in (OFFICER, APPROVER))
            for row in session.exec(
                select(Publication).where(Publication.state == SendState.ASKED)
            ):
                lane = self.stage.app.lanes[row.channel]
                by_hand = row.ask == Ask.MANUAL
                link = _evidence(str(row.id)) if by_hand else self._seen(row.title)
                who, when = (
                    (officer, self.now + timedelta(hours=1)) if by_hand else (approver, self.now)
                )
                settle.by_hand(session, lane, row, link=link, by=who, now=when)

    def _seen(self, title: str) -> str | None:
        posts = (post for post in self.stage.sandbox.posts() if title in (post.title + post.text))
        return next((post.url for post in posts), None)

    def _read(self) -> None:
        self.stage.sandbox.advance()
        with self.stage.app.store.reading() as session:
            work = queue.work(session, self.now)
        for name, lane in self.stage.app.lanes.items():
            listen.listen(self.sender, lane)
            if name in work.measure:
                measure.measure_due(self.sender, lane, limit=1000)
            if self.now.weekday() == FOLLOWERS_ON:
                measure.count_followers(self.sender, lane)

    # -- what came of it

    def result(self, first: date, last: date, started: float) -> Result:
        within = self.schedule.between(first, last)
        with self.stage.app.store.reading() as session:
            deeds = self.stage.app.deeds(session, self.unit, self.plan)
            rows = session.exec(select(Publication)).all()
            readings = session.exec(select(func.count()).select_from(Reading)).one()
        lines = progress.progress(self.plan, within, deeds, last)
        return Result(
            plan=self.plan.slug,
            first=first,
            last=last,
            slots=len(within.slots),
            sent=sum(row.state == SendState.SENT for row in rows),
            late=sum(line.late for line in lines),
            missed=sum(line.missed for line in lines),
            asked=sum(row.state in (SendState.ASKED, SendState.UNKNOWN) for row in rows),
            duplicates=self._duplicates(),
            readings=readings,
            seconds=round(time.perf_counter() - started, 2),
            lines=lines,
        )

    def _duplicates(self) -> int:
        """What the public sees twice on one wall; every item has a title of its own."""
        seen = Counter((post.service, post.title, post.text) for post in self.stage.sandbox.posts())
        return sum(times - 1 for times in seen.values())


def at(day: date, hour: int, minute: int) -> datetime:
    """A moment of a day in the office's own time."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HANOI)


def _is_quiet(task: Task) -> bool:
    return task.cadence is not None and task.cadence.continuous


def _evidence(what: str) -> str:
    return f"https://dien-tap.example/minh-chung/{what}"
