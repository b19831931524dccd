"""The people of an office under chaos: who writes, who looks and answers, who reconnects.

They do by hand only what people can do: read what is asked, look at the public walls, settle,
delete a message, bring new tokens. Waits that services ask for (a minute, an hour) pass at once.
"""

from __future__ import annotations

import io
import random
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from PIL import Image
from sqlalchemy import func, update
from sqlmodel import Session, col, select

import app as loa
from benchmarks.chaos_office import Account, Outside, now
from channels.base import TokenPair
from content import drafts, media, people, review
from content.draft_file import NewDraft
from delivery import outcome, settle
from models import Ask, ChannelState, Item, Kind, Publication, Role, SendState
from web import links

BEAT_S = 0.1
WAITING = 4  # publications that wait on each channel, so that there is always work in flight
ARTICLES = "zalo"  # needs a picture, and takes no more than 20,000 letters
WRITER, APPROVER = "Chị Lan", "Anh Minh"
TOKEN_LIFE = timedelta(hours=20)
FILL = (
    "Bà con mang theo căn cước công dân, đến Trung tâm Phục vụ hành chính công trong giờ làm việc. "
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One public post."""

    id: str
    url: str
    text: str


class Walls:
    """What the public sees, by account."""

    def __init__(self, outside: Outside) -> None:
        self._door = f"{outside.url}/_sandbox"
        self._http = requests.Session()
        self._http.trust_env = False

    def look(self, services: Iterable[str]) -> dict[str, list[Seen]]:
        found: dict[str, list[Seen]] = {}
        for service in services:
            for post in self.ask("GET", f"/posts?service={service}"):
                text = f"{post['title']}\n{post['text']}"
                found.setdefault(post["account"], []).append(Seen(post["id"], post["url"], text))
        return found

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._http.request(method, self._door + path, json=body, timeout=30).json()

    def delete(self, account: Account, message: str, url: str) -> bool:
        """As an admin of a Telegram channel does in the app. False where the bot is cut off."""
        where = f"{url}/telegram/bot{account.token}/deleteMessage"
        asked = {"chat_id": account.id, "message_id": message}
        return bool(self._http.post(where, json=asked, timeout=30).json()["ok"])


def marks(content: Mapping[str, Any]) -> list[str]:
    """The unique word of each paragraph: every one must be public once."""
    return [line.split(" ", 1)[0] for line in str(content["body"]).split("\n\n")]


@dataclass
class People(threading.Thread):
    """One thread for all of them. `patience` is how long they take to answer."""

    app: loa.App
    outside: Outside
    accounts: Sequence[Account]
    patience: float
    feeding: bool = True
    resent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    trouble: list[str] = field(default_factory=list)
    _asked: dict[tuple[int, int], float] = field(default_factory=dict)
    _made: int = 0

    def __post_init__(self) -> None:
        super().__init__(name="people", daemon=True)
        self._walls = Walls(self.outside)
        self._over = threading.Event()
        self._by_channel = {each.channel: each for each in self.accounts}
        with self.app.store.writing() as session:
            for name, role in ((WRITER, Role.EDITOR), (APPROVER, Role.APPROVER)):
                people.add(session, "xa", name, role, now())
        for each in self.accounts:
            self._reconnect(each)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        while not self._over.wait(BEAT_S):
            for work in (self._write, self._pass_time, self._answer, self._mend):
                try:
                    work()
                except Exception as error:  # noqa: BLE001 - told at the end; the others go on
                    self.trouble.append(f"{work.__name__}: {error!r}")

    def stop(self) -> None:
        self._over.set()
        self.join()

    # -- who writes

    def _write(self) -> None:
        if not self.feeding:
            return
        with self.app.store.reading() as session:
            waiting = _waiting(session)
        short = [each for each in self.accounts if waiting[each.channel] < WAITING]
        if short:
            with self.app.store.writing() as session:
                self._write_one(session, short)

    def _write_one(self, session: Session, short: Sequence[Account]) -> None:
        """A long text, a short one, or one with pictures; articles need a picture."""
        self._made += 1
        pictures = random.choice((0, 0, 1, 2))
        articles = any(each.service == ARTICLES for each in short)
        pictures = pictures or int(articles)
        long = not pictures and random.random() < 0.4
        body = "\n\n".join(
            f"m{self._made:06d}.{part} {FILL * (25 if long else 1)}".strip()
            for part in range(3 if long else 2)
        )
        office = self.app.office(session, self.app.config.units[0])
        writer, approver = (people.named(session, name) for name in (WRITER, APPROVER))
        new = NewDraft(
            Kind.TIN, f"Tin {self._made:06d}", body, channels=tuple(each.channel for each in short)
        )
        draft = drafts.add(session, office, new, writer, now()).draft
        if pictures:
            names = [self._picture(part) for part in range(pictures)]
            review.change(session, office, draft, writer, now(), media=names)
        review.submit(session, office, draft, writer, now(), self.app.limits())
        review.approve(session, office, draft, approver, now())

    def _picture(self, part: int) -> str:
        """Unlike any other: services refuse an address for good after some failures."""
        drawn, out = Image.new("RGB", (320, 180), (part * 90, 90, 160)), io.BytesIO()
        for place, bit in enumerate(f"{self._made:024b}"):
            drawn.paste(int(bit) * 0xFFFFFF, (place * 12, 20, place * 12 + 10, 60))
        drawn.save(out, "PNG")
        return media.keep_bytes(self.app.config.loa.media, out.getvalue(), ".png")

    def _pass_time(self) -> None:
        """What waits for a service's minute or hour waits no longer."""
        with self.app.store.writing() as session:
            act, at = session.connection().execute, now()
            late = at + timedelta(seconds=0.5)
            due = update(Publication).where(col(Publication.state) == SendState.DUE)
            act(due.where(col(Publication.next_at) > late).values(next_at=at))
            act(update(Publication).where(col(Publication.resume_at) > late).values(resume_at=at))
            act(update(ChannelState).where(col(ChannelState.next_at) > late).values(next_at=at))

    # -- who looks at the wall and answers

    def _answer(self) -> None:
        ready = [row for row in self._questions() if self._is_time(row)]
        if not ready:
            return
        walls = self._walls.look({self._by_channel[row.channel].service for row in ready})
        for row in ready:
            if row.state == SendState.REJECTED:  # its author believes what was told
                self._settle(row, None)
                self.resent += 1
            else:
                self._look(row, walls.get(self._by_channel[row.channel].id, []))

    def _questions(self) -> list[Publication]:
        with self.app.store.reading() as session:
            asked = select(Publication).where(
                col(Publication.state).in_((SendState.ASKED, SendState.REJECTED))
            )
            found = list(session.exec(asked))
            session.expunge_all()
        return found

    def _is_time(self, row: Publication) -> bool:
        asked = self._asked.setdefault((row.id, row.fence), time.monotonic())
        return time.monotonic() - asked >= self.patience

    def _look(self, row: Publication, wall: Sequence[Seen]) -> None:
        with self.app.store.reading() as session:
            words = marks(session.get_one(Item, row.item_id).content)
        posts = [post for post in wall if any(word in post.text for word in words)]
        missing = [word for word in words if not any(word in post.text for post in posts)]
        if posts and not missing:
            self.answers["there"] += 1
            self._settle(row, posts[0].url)
            return
        known = set(",".join(row.ids.values()).split(","))
        # Half a post: what Loa does not know of is taken away by hand.
        own, url = self._by_channel[row.channel], self.outside.url
        extra = [post.id for post in posts if post.id not in known]
        if all(self._walls.delete(own, id, url) for id in extra):  # else at the next look
            self.answers["in part" if posts else "not there"] += 1
            self._settle(row, None)

    def _settle(self, asked: Publication, link: str | None) -> None:
        with self.app.store.writing() as session:
            row = session.get_one(Publication, asked.id)
            if (row.state, row.fence) == (asked.state, asked.fence) and row.ask != Ask.MANUAL:
                by, lane = people.named(session, APPROVER), self.app.lanes[row.channel]
                settle.by_hand(session, lane, row, link=link, by=by, now=now())

    # -- who reconnects

    def _mend(self) -> None:
        with self.app.store.reading() as session:
            held = session.exec(select(ChannelState).where(col(ChannelState.held).is_not(None)))
            names = {row.channel for row in held}
        for each in self.accounts:
            if each.channel in names:
                self.answers["reconnected"] += 1
                self._reconnect(each)

    def _reconnect(self, account: Account) -> None:
        if account.service == "zalo":
            got = self._walls.ask("POST", "/zalo/token", {"oa_id": account.id})
            pair = TokenPair(got["access_token"], got["refresh_token"], now() + TOKEN_LIFE)
            links.keep(self.app, {}, account.channel, pair)
            return
        self._walls.ask("POST", "/heal", {})
        with self.app.store.writing() as session:
            outcome.release(session, account.channel)


def _waiting(session: Session) -> Counter[str]:
    query = (
        select(Publication.channel, func.count())
        .where(col(Publication.state).in_((SendState.DUE, SendState.SENDING)))
        .group_by(Publication.channel)
    )
    return Counter(dict(session.exec(query).all()))


def unsettled(app: loa.App) -> int:
    """How many publications are neither out nor waiting for anybody's word for good."""
    done = (SendState.SENT, SendState.CANCELLED)
    with app.store.reading() as session:
        return session.exec(select(func.count()).where(col(Publication.state).not_in(done))).one()


def seconds(later: datetime, earlier: datetime) -> float:
    return (later - earlier).total_seconds()
