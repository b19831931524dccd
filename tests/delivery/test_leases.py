"""A worker dies, sleeps, or comes back late: nothing is sent twice, nothing is lost in silence."""

import threading
from datetime import timedelta
from pathlib import Path

from channels.base import Post, Receipt, Retry
from delivery import outcome, queue, sweep
from models import Role, SendState, Staff
from store import Store
from tests.delivery.conftest import MINUTE, NOON, Findable, Ledger, Obedient


def test_a_send_cut_short_is_unknown_not_due(ledger: Ledger, findable: Findable) -> None:
    lane, id = ledger.lane(findable), ledger.add()
    assert ledger.claim(lane, "killed")
    ledger.later(timedelta(seconds=31))
    ledger.sweep()
    assert ledger.row(id).state == SendState.UNKNOWN
    assert ledger.attempts(id) == ["lost"]
    assert ledger.drain(lane) == 0
    assert ledger.notices()


def test_without_look_up_it_is_asked_within_the_minute(ledger: Ledger, channel: Obedient) -> None:
    lane, id = ledger.lane(channel), ledger.add()
    ledger.claim(lane, "killed")
    ledger.later(timedelta(seconds=31))
    ledger.sweep()
    assert ledger.row(id).state == SendState.ASKED


def test_a_lease_that_is_renewed_is_not_lost(ledger: Ledger, channel: Obedient) -> None:
    lane, id = ledger.lane(channel), ledger.add()
    claim = ledger.claim(lane, "w1")
    assert claim
    held = queue.Held()
    with held.holding([claim], lane.clocks.lease):
        ledger.later(timedelta(seconds=20))
        with ledger.store.writing() as session:
            queue.renew(session, held, ledger.now)
        ledger.later(timedelta(seconds=20))
        ledger.sweep()
        assert ledger.row(id).state == SendState.SENDING
    with ledger.store.writing() as session:
        queue.renew(session, held, ledger.now)
    ledger.later(timedelta(seconds=20))
    ledger.sweep()
    assert ledger.row(id).state == SendState.ASKED


def test_a_late_answer_is_still_the_truth(ledger: Ledger, channel: Obedient) -> None:
    lane, id = ledger.lane(channel), ledger.add()
    claim = ledger.claim(lane, "sleepy")
    assert claim
    ledger.later(MINUTE)
    ledger.sweep()
    with ledger.store.writing() as session:
        assert outcome.write(session, lane, claim, Receipt("9", "https://x.example/9"), ledger.now)
    assert (ledger.row(id).state, ledger.row(id).remote_id) == ("sent", "9")


def test_a_sleeper_cannot_undo_what_a_person_decided(ledger: Ledger, findable: Findable) -> None:

    lane, id = ledger.lane(findable), ledger.add()
    claim = ledger.claim(lane, "sleepy")
    assert claim
    ledger.later(MINUTE)
    ledger.sweep()
    with ledger.store.writing() as session:
        assert not outcome.write(session, lane, claim, Retry("Kênh bận."), ledger.now)
    assert ledger.row(id).state == SendState.UNKNOWN


def test_one_at_a_time_on_a_channel(ledger: Ledger, channel: Obedient) -> None:
    lane = ledger.lane(channel)
    ledger.add("một")
    ledger.add("hai")
    assert ledger.claim(lane, "w1")
    assert ledger.claim(lane, "w2") is None


def test_many_workers_send_each_once(tmp_path: Path, ledger: Ledger) -> None:
    channels = [Obedient(f"k{i}") for i in range(3)]
    lanes = [ledger.lane(channel) for channel in channels]
    for i in range(40):
        ledger.add(f"tin {i}", channel=f"k{i % 3}")

    def work(name: str) -> None:
        for _ in range(60):
            for lane in lanes:
                ledger.drain(lane, name)

    threads = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = sorted(title for channel in channels for title in channel.public)
    assert seen == sorted(f"tin {i}" for i in range(40))


def test_the_age_of_the_queue_is_told(ledger: Ledger, channel: Obedient) -> None:
    ledger.lane(channel)
    ledger.add()
    ledger.later(timedelta(minutes=20))
    with ledger.store.writing() as session:
        assert sweep.oldest_due(session, ledger.lanes, ledger.now) == timedelta(minutes=20)
        sweep.alarm_if_stuck(session, ledger.lanes, "xa", ledger.now, timedelta(minutes=10))
    assert any("nghẽn" in line for line in ledger.notices())


def test_heartbeats_tell_who_fell_silent(ledger: Ledger) -> None:
    with ledger.store.writing() as session:
        sweep.beat(session, "w1", "worker", NOON)
        sweep.beat(session, "w2", "worker", NOON)
    with ledger.store.writing() as session:
        sweep.beat(session, "w2", "worker", NOON + 5 * MINUTE)
        assert sweep.silent_workers(session, NOON + 5 * MINUTE) == ["w1"]
        sweep.rest(session, "w1")
    with ledger.store.reading() as session:
        assert sweep.silent_workers(session, NOON + 5 * MINUTE) == []


def test_the_ledger_holds_on_postgresql(postgres_url: str, channel: Obedient) -> None:
    store = Store(postgres_url)
    store.migrate()

    with store.writing() as session:
        session.add(Staff(unit="xa", name="Lan", role=Role.EDITOR, added_at=NOON))
    ledger = Ledger(store)
    lane = ledger.lane(channel)
    ids = [ledger.add(f"tin {i}") for i in range(10)]
    ledger.add("lại", follows=ids[0], occurrence="r1")
    threads = [threading.Thread(target=ledger.drain, args=(lane, f"w{i}")) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger.drain(lane)
    assert sorted(channel.public) == sorted([*(f"tin {i}" for i in range(10)), "lại"])
    ledger.sweep()
    store.close()


def test_a_post_is_what_the_public_sees() -> None:
    assert Post("Tiêu đề", ("một", "hai")).text == "một\n\nhai"
