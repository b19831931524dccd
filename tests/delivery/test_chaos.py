"""Workers killed at random under every fault; and what a worker does that was too slow to live."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlmodel import select

from channels.base import Post, Receipt, Retry
from delivery import outcome, send, settle
from delivery.lanes import Clocks, Lane
from models import Publication, SendState, Staff
from tests.delivery.conftest import Ledger, Obedient

ROOT = Path(__file__).parents[2]


def test_nothing_is_doubled_or_lost_however_workers_die() -> None:
    asked = "--kills 10 --every 0.1 --chance 0.02 --lease 0.7".split()
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.chaos", *asked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    figures = dict(line.split(maxsplit=1) for line in ran.stdout.splitlines() if line)
    assert figures["duplicates"] == figures["lost"] == "0"
    assert figures["kills"].startswith("10 ")


def test_a_worker_whose_lease_ran_out_before_the_call_does_not_call(
    ledger: Ledger, channel: Obedient
) -> None:
    """A huge picture took it longer than its lease; meanwhile a person had the post sent again."""
    lane, id = ledger.lane(channel), ledger.add()

    def slowly(content: Mapping[str, object], _: Lane) -> Post:
        ledger.later(timedelta(seconds=31))
        ledger.sweep()
        person_says_absent(ledger, lane, id)
        ledger.drain(lane, "w2")
        return Post(str(content["title"]), ("Thân",))

    send.drain(replace(ledger.sender("w1"), compose=slowly), lane, lambda: False)
    assert channel.public == ["Tin"]
    assert ledger.row(id).state == SendState.SENT


def test_a_success_that_comes_after_a_person_said_absent_is_not_sent_again(
    ledger: Ledger, channel: Obedient
) -> None:
    lane, id = ledger.lane(channel), ledger.add()
    claim = ledger.claim(lane, "sleepy")
    assert claim
    ledger.later(timedelta(seconds=31))
    ledger.sweep()
    person_says_absent(ledger, lane, id)
    with ledger.store.writing() as session:
        assert outcome.write(session, lane, claim, Receipt("9"), ledger.now)
    assert ledger.drain(lane) == 0
    assert ledger.row(id).state == SendState.SENT


def test_the_waits_between_very_many_tries_stay_finite(ledger: Ledger, channel: Obedient) -> None:
    lane = ledger.lane(channel, clocks=Clocks(retry_max=1000))
    id = ledger.add(tries=100)
    claim = ledger.claim(lane, "w1")
    assert claim
    with ledger.store.writing() as session:
        assert outcome.write(session, lane, claim, Retry("Kênh bận."), ledger.now)
    assert ledger.row(id).next_at <= ledger.now + timedelta(hours=2)


def person_says_absent(ledger: Ledger, lane: Lane, id: int) -> None:
    with ledger.store.writing() as session:
        row, person = session.get_one(Publication, id), session.exec(select(Staff)).one()
        settle.by_hand(session, lane, row, link=None, by=person, now=ledger.now)
