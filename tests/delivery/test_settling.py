"""What is unknown is looked up, else a person says; what is out is read."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from channels.base import Engagement, Post, Receipt, Sight, Step, Unknown
from delivery import measure, notices, settle
from delivery.lanes import Clocks, Lane
from errors import Refused
from models import Ask, Notice, Publication, Reading, SendState, Staff
from reports import readings
from tests.delivery.conftest import NOON, Findable, Ledger, Obedient


def doubt(ledger: Ledger, channel: Obedient, **more: object) -> tuple[Lane, int]:
    lane, id = ledger.lane(channel), ledger.add(**more)  # type: ignore[arg-type]

    def then(post: Post, step: Step) -> Receipt:
        raise Unknown("Không trả lời.")

    channel.then = then
    ledger.drain(lane)
    channel.then = None
    return lane, id


def say(ledger: Ledger, lane: Lane, id: int, link: str | None) -> str:
    with ledger.store.writing() as session:
        row, person = session.get_one(Publication, id), session.exec(select(Staff)).one()
        return settle.by_hand(session, lane, row, link=link, by=person, now=ledger.now)


def test_found_is_sent(ledger: Ledger, findable: Findable) -> None:
    lane, id = doubt(ledger, findable)
    assert ledger.settle(lane) == 0  # not before 15 s
    ledger.later(timedelta(seconds=15))
    findable.sees = Receipt("77", "https://kenh.example/77")
    assert ledger.settle(lane) == 1
    assert (ledger.row(id).state, ledger.row(id).url) == ("sent", "https://kenh.example/77")


def test_not_shown_three_times_goes_to_a_person(ledger: Ledger, findable: Findable) -> None:
    lane, id = doubt(ledger, findable)
    for wait in (15, 45, 240):
        assert ledger.row(id).state == SendState.UNKNOWN
        ledger.later(timedelta(seconds=wait))
        assert ledger.settle(lane) == 1
    assert (ledger.row(id).state, ledger.row(id).ask) == ("asked", Ask.UNKNOWN)
    assert findable.public == []


def test_certainly_absent_is_sent_once_more_and_only_once(
    ledger: Ledger, findable: Findable
) -> None:
    lane, id = doubt(ledger, findable)
    findable.sees = Sight.ABSENT
    ledger.later(timedelta(seconds=15))
    ledger.settle(lane)
    assert ledger.row(id).state == SendState.DUE

    def then(post: Post, step: Step) -> Receipt:
        raise Unknown("Lại không trả lời.")

    findable.then = then
    ledger.drain(lane)
    assert ledger.row(id).state == SendState.UNKNOWN
    for wait in (15, 45, 240):
        ledger.later(timedelta(seconds=wait))
        ledger.settle(lane)
    assert ledger.row(id).state == SendState.ASKED


@pytest.mark.parametrize("error", [Unknown("Mạng lỗi."), ValueError("x")])
def test_a_look_up_that_fails_proves_nothing(
    ledger: Ledger, findable: Findable, error: Exception
) -> None:
    lane, id = doubt(ledger, findable)
    findable.sees = error
    ledger.later(timedelta(seconds=15))
    ledger.settle(lane)
    assert ledger.row(id).state == SendState.UNKNOWN


def test_a_person_says_it_is_out(ledger: Ledger, channel: Obedient) -> None:
    lane, id = doubt(ledger, channel)
    assert say(ledger, lane, id, "https://kenh.example/5") == "đã ghi là đã đăng"
    row = ledger.row(id)
    assert (row.state, row.url, row.reason) == ("sent", "https://kenh.example/5", "Lan xác nhận.")
    assert ledger.attempts(id) == ["unknown", "by_hand"]


def test_a_person_says_it_is_not_out_and_it_goes_even_late(
    ledger: Ledger, channel: Obedient
) -> None:
    lane, id = doubt(ledger, channel)
    ledger.later(timedelta(days=3))
    say(ledger, lane, id, None)
    ledger.drain(lane)
    assert channel.public == ["Tin"]
    assert ledger.row(id).state == SendState.SENT


def test_nothing_is_settled_twice(ledger: Ledger, channel: Obedient) -> None:
    lane, id = doubt(ledger, channel)
    say(ledger, lane, id, "https://kenh.example/5")
    with pytest.raises(Refused, match="không cần xác nhận"):
        say(ledger, lane, id, None)


def test_what_may_be_out_cannot_be_cancelled(ledger: Ledger, channel: Obedient) -> None:
    _, id = doubt(ledger, channel)
    with ledger.store.reading() as session:
        person, row = session.exec(select(Staff)).one(), session.get_one(Publication, id)
        with pytest.raises(Refused, match="không hủy được"):
            settle.cancel(session, row, person, ledger.now)


def test_a_manual_channel_asks_at_its_time_and_counts_with_evidence(ledger: Ledger) -> None:
    lane = Lane("loa", "xa", manual=True, responsible=("Minh",), instructions="Phát lúc 17:00.")
    ledger.lanes["loa"] = lane
    id = ledger.add(channel="loa")
    ledger.sweep()
    assert (ledger.row(id).state, ledger.row(id).ask) == ("asked", Ask.MANUAL)
    (line,) = ledger.notices()
    assert line.startswith("Minh: Đến giờ: “Tin” trên loa. Phát lúc 17:00.")
    assert say(ledger, lane, id, None) == "vẫn chờ thực hiện"
    say(ledger, lane, id, "media/anh.jpg")
    assert (ledger.row(id).state, ledger.row(id).url) == ("sent", "media/anh.jpg")


class Announcing(Obedient):
    def __init__(self) -> None:
        super().__init__("zalo")
        self.announced: list[str] = []

    def announce(self, receipt: Receipt, step: Step) -> Receipt:
        self.announced.append(receipt.id)
        if self.then:
            return self.then(Post("", ()), step)
        return Receipt("b1")


def test_a_broadcast_awaits_a_yes(ledger: Ledger) -> None:
    channel = Announcing()
    lane, id = ledger.lane(channel, broadcast="ask"), ledger.add(channel="zalo")
    ledger.drain(lane)
    asked = ledger.row(id + 1)
    assert (asked.state, asked.ask, asked.occurrence) == ("asked", Ask.ANNOUNCE, "announce")
    assert channel.announced == []
    say(ledger, lane, asked.id, None)
    ledger.drain(lane)
    assert channel.announced == ["1"]
    assert ledger.row(asked.id).state == SendState.SENT


def test_a_broadcast_in_doubt_is_never_sent_again(ledger: Ledger) -> None:
    channel = Announcing()
    lane, id = ledger.lane(channel, broadcast="always"), ledger.add(channel="zalo")
    ledger.drain(replace(lane, broadcast="always"))

    assert channel.announced == ["1"]
    second = ledger.add("khác", channel="zalo")
    calls = iter([None, Unknown("Không trả lời.")])

    def then(post: Post, step: Step) -> Receipt:
        error = next(calls, None)
        if error:
            raise error
        return Receipt("2")

    channel.then = then
    ledger.drain(lane)
    ledger.later(timedelta(hours=1))
    ledger.drain(lane)
    assert channel.announced == ["1", "2"]
    assert ledger.row(second).state == SendState.SENT
    assert ledger.row(second + 1).state == SendState.ASKED
    assert id


def test_engagement_is_read_at_its_moments(ledger: Ledger, channel: Obedient) -> None:
    clocks = Clocks(measure=(timedelta(hours=1), timedelta(hours=6)))
    lane, id = ledger.lane(channel, clocks=clocks), ledger.add()
    ledger.drain(lane)
    assert measure.measure_due(ledger.sender(), lane) == 0
    ledger.later(timedelta(hours=1))
    assert measure.measure_due(ledger.sender(), lane) == 1
    assert measure.measure_due(ledger.sender(), lane) == 0
    channel.told = Engagement(views=0)
    ledger.later(timedelta(hours=30))
    assert measure.measure_due(ledger.sender(), lane) == 1
    with ledger.store.reading() as session:
        told = [(each.views, each.shares) for each in session.exec(select(Reading))]
        assert told == [(7, None), (0, None)]
        assert readings.latest(session, "xa")[id].views == 0
        assert readings.latest(session, "khac") == {}
    ledger.later(timedelta(days=60))
    assert measure.measure_due(ledger.sender(), lane) == 0


def test_what_is_not_told_is_not_written(ledger: Ledger, channel: Obedient) -> None:
    lane = ledger.lane(channel, clocks=Clocks(measure=(timedelta(hours=1),)))
    ledger.add()
    channel.told = Engagement()
    ledger.drain(lane)
    ledger.later(timedelta(hours=1))
    measure.measure_due(ledger.sender(), lane)
    with ledger.store.reading() as session:
        assert session.exec(select(Reading)).all() == []


class Counting(Obedient):
    def followers(self) -> int | None:
        self.asked += 1
        return 1200


def test_followers_are_counted_once_a_day(ledger: Ledger) -> None:
    channel = Counting()
    lane = ledger.lane(channel)
    sender = ledger.sender()
    assert measure.count_followers(sender, lane) == 1200
    assert measure.count_followers(sender, lane) is None
    ledger.later(timedelta(days=1))
    assert measure.count_followers(sender, lane) == 1200
    assert channel.asked == 2


def test_people_are_told_once_and_again_only_if_nobody_was_reached(
    ledger: Ledger, channel: Obedient
) -> None:
    doubt(ledger, channel)
    told: list[str] = []

    def nobody(notice: Notice) -> bool:
        return False

    def reached(notice: Notice) -> bool:
        told.append(notice.text)
        return True

    assert notices.tell_waiting(ledger.store, nobody, NOON) == 0
    assert notices.tell_waiting(ledger.store, reached, NOON) == 1
    assert notices.tell_waiting(ledger.store, reached, NOON) == 0
    assert len(told) == 1
