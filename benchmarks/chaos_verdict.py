"""What became of every publication: what the ledger says, against what the public sees."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import col, select

import app as loa
from benchmarks.chaos_office import Account
from benchmarks.chaos_people import Seen, Walls, marks, seconds
from models import Attempt, Item, Notice, Publication, SendState

CUT_SHORT = ("lost", "unknown")
OVER = (SendState.SENT, SendState.REJECTED, SendState.CANCELLED)


@dataclass
class Watch:
    """Remembers how long each lease ran: the ledger forgets it when it is lost."""

    leases: dict[tuple[int, int], datetime] = field(default_factory=dict)

    def look(self, app: loa.App) -> list[tuple[int, str]]:
        """Who is in the middle of what: (publication, worker)."""
        query = select(Publication).where(
            Publication.state == SendState.SENDING, col(Publication.lease_until).is_not(None)
        )
        with app.store.reading() as session:
            rows = session.exec(query).all()
        self.leases.update(
            {(row.id, row.fence): row.lease_until for row in rows if row.lease_until}
        )
        return [(row.id, row.worker or "") for row in rows]


@dataclass
class Verdict:
    publications: int = 0
    states: Counter[str] = field(default_factory=Counter)
    attempts: Counter[str] = field(default_factory=Counter)
    duplicates: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    surfaced: list[float] = field(default_factory=list)  # s until listed
    told: list[float] = field(default_factory=list)  # s until told

    @property
    def longest(self) -> float:
        return max(self.surfaced + self.told, default=0.0)


def judge(app: loa.App, walls: Walls, accounts: Sequence[Account], watch: Watch) -> Verdict:
    verdict = Verdict()
    public = walls.look({each.service for each in accounts})
    where = {each.channel: public.get(each.id, []) for each in accounts}
    _publications(app, where, verdict)
    _attempts(app, watch, verdict)
    return verdict


def _publications(app: loa.App, where: Mapping[str, Sequence[Seen]], verdict: Verdict) -> None:
    """Every paragraph of what is sent is public once; of the rest, nothing is."""
    index = {channel: _by_mark(posts) for channel, posts in where.items()}
    with app.store.reading() as session:
        query = select(Publication, Item.content).join(Item, col(Item.id) == Publication.item_id)
        for row, content in session.exec(query):
            verdict.publications += 1
            verdict.states[row.state] += 1
            times = [index[row.channel][mark] for mark in marks(content)]
            told = f"{row.id} {row.channel} “{row.title}” {row.state}: {times} {row.reason}"
            if max(times) > 1:
                verdict.duplicates.append(told)
            if row.state not in OVER or not _is_true(row.state, times):
                verdict.lost.append(told)


def _is_true(state: SendState, times: Sequence[int]) -> bool:
    """What is sent is public in all its parts; what is not, in none."""
    return min(times) > 0 if state == SendState.SENT else max(times) == 0


def _by_mark(posts: Sequence[Seen]) -> Counter[str]:
    """In how many posts each mark stands; an article's summary repeats its first paragraph."""
    found: Counter[str] = Counter()
    for post in posts:
        found.update({word for word in post.text.split() if word.startswith("m")})
    return found


def _attempts(app: loa.App, watch: Watch, verdict: Verdict) -> None:
    notices: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    with app.store.reading() as session:
        for notice in session.exec(select(Notice)):
            kind, id, *fence = notice.key.split(":")
            if kind in ("unknown", "asked") and notice.told_at:
                notices[id, fence[0]].append(notice.told_at)
        for row in session.exec(select(Attempt)):
            verdict.attempts[row.outcome or "open"] += 1
            if row.outcome in CUT_SHORT and row.ended_at:
                since = watch.leases.get((row.publication_id, row.fence), row.ended_at)
                since = min(since, row.ended_at)
                told = notices[str(row.publication_id), str(row.fence)]
                verdict.surfaced.append(seconds(row.ended_at, since))
                verdict.told.extend([seconds(min(told), since)] if told else [])
                if not told:
                    verdict.untold.append(f"attempt {row.id} of {row.publication_id}")
