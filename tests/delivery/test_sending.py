"""From due to sent, and the four decisions between."""

from datetime import time, timedelta

import pytest

from channels.base import (
    Decision,
    LeaseLost,
    Pending,
    Post,
    Receipt,
    Rejected,
    Retry,
    Step,
    Throttled,
    TokenLost,
    Unknown,
)
from delivery import outcome, send
from delivery.lanes import Clocks
from errors import Refused
from models import Ask, SendState
from tests.delivery.conftest import MINUTE, NOON, Findable, Ledger, Obedient


def raising(*errors: Exception) -> "list[Exception]":
    return list(errors)


def fail(channel: Obedient, error: Exception) -> None:
    def then(post: Post, step: Step) -> Receipt:
        raise error

    channel.then = then


def test_sends_what_is_due_once(ledger: Ledger, channel: Obedient) -> None:
    lane, id = ledger.lane(channel), ledger.add("Ba việc trước ngày 10/10")
    assert ledger.drain(lane) == 1
    assert ledger.drain(lane) == 0
    row = ledger.row(id)
    assert channel.public == ["Ba việc trước ngày 10/10"]
    assert (row.state, row.remote_id, row.url) == ("sent", "1", "https://kenh.example/1")
    assert row.sent_at == NOON
    assert ledger.attempts(id) == ["sent"]


def test_leaves_what_is_not_due(ledger: Ledger, channel: Obedient) -> None:
    ledger.add(due_at=NOON + MINUTE, next_at=NOON + MINUTE)
    assert ledger.drain(ledger.lane(channel)) == 0
    assert channel.public == []


def test_sends_the_oldest_first(ledger: Ledger, channel: Obedient) -> None:
    ledger.add("sau", due_at=NOON - MINUTE)
    ledger.add("trước", due_at=NOON - 2 * MINUTE)
    ledger.drain(ledger.lane(channel))
    assert channel.public == ["trước", "sau"]


def test_the_attempt_is_there_before_the_first_byte_leaves(
    ledger: Ledger, channel: Obedient
) -> None:
    id = ledger.add()
    seen: list[object] = []

    def then(post: Post, step: Step) -> Receipt:
        seen.extend([ledger.attempts(id), ledger.row(id).state])
        return Receipt("1")

    channel.then = then
    ledger.drain(ledger.lane(channel))
    assert seen == [[None], "sending"]


def test_each_id_is_there_before_the_next_call(ledger: Ledger, channel: Obedient) -> None:
    id = ledger.add()
    seen: list[object] = []

    def then(post: Post, step: Step) -> Receipt:
        step.save(token="t1")
        seen.append(ledger.row(id).ids)
        return Receipt("1", ids={"part": "2"})

    channel.then = then
    ledger.drain(ledger.lane(channel))
    assert seen == [{"token": "t1"}]
    assert ledger.row(id).ids == {"token": "t1", "part": "2"}


def test_tries_again_when_the_channel_says_so(ledger: Ledger, channel: Obedient) -> None:
    lane, id = ledger.lane(channel), ledger.add()
    fail(channel, Retry("Kênh bận.", after=MINUTE))
    assert ledger.drain(lane) == 1
    assert ledger.row(id).state == SendState.DUE
    channel.then = None
    assert ledger.drain(lane) == 0
    ledger.later(2 * MINUTE)
    assert ledger.drain(lane) == 1
    assert ledger.attempts(id) == ["retry", "sent"]


def test_what_throttles_the_channel_makes_all_wait(ledger: Ledger, channel: Obedient) -> None:
    lane = ledger.lane(channel)
    ledger.add("một")
    ledger.add("hai")
    fail(channel, Throttled("Kênh bận.", after=MINUTE))
    assert ledger.drain(lane) == 1


def test_what_ails_one_post_delays_that_post_only(ledger: Ledger, channel: Obedient) -> None:
    lane = ledger.lane(channel)
    ledger.add("một")
    ledger.add("hai")
    fail(channel, Retry("Ảnh chưa tải được.", after=MINUTE))
    assert ledger.drain(lane) == 2


def test_gives_up_after_enough_tries_and_tells_the_author(
    ledger: Ledger, channel: Obedient
) -> None:
    lane, id = ledger.lane(channel, clocks=Clocks(retry_max=2)), ledger.add()
    fail(channel, Retry("Kênh bận.", after=MINUTE))
    for _ in range(5):
        ledger.drain(lane)
        ledger.later(timedelta(hours=2))
    assert ledger.row(id).state == SendState.REJECTED
    assert ledger.attempts(id) == ["retry"] * 3
    assert any(line.startswith("Lan: ") and "Đã thử 3 lần" in line for line in ledger.notices())


def test_a_refused_post_stops_and_its_author_is_told_why(ledger: Ledger, channel: Obedient) -> None:
    lane, id = ledger.lane(channel), ledger.add()
    fail(channel, Rejected("Ảnh bìa quá nhỏ."))
    ledger.drain(lane)
    ledger.later(timedelta(hours=5))
    assert ledger.drain(lane) == 0
    assert (ledger.row(id).state, ledger.row(id).reason) == ("rejected", "Ảnh bìa quá nhỏ.")
    assert ledger.notices() == ["Lan: “Tin” không đăng được lên kenh: Ảnh bìa quá nhỏ."]


def test_a_lost_token_holds_the_channel_until_it_is_reconnected(
    ledger: Ledger, channel: Obedient
) -> None:
    lane, id = ledger.lane(channel), ledger.add()
    ledger.add("khác")
    fail(channel, TokenLost("Zalo đã hết hạn liên kết."))
    assert ledger.drain(lane) == 1
    ledger.later(timedelta(hours=3))
    assert ledger.drain(lane) == 0
    assert ledger.row(id).state == SendState.DUE
    assert any("Kênh kenh bị ngắt" in line for line in ledger.notices())
    with ledger.store.writing() as session:
        outcome.release(session, "kenh")
    channel.then = None
    ledger.drain(ledger.lane(channel, clocks=Clocks(spread=timedelta())))
    assert channel.public == ["Tin", "khác"]


@pytest.mark.parametrize("error", [Unknown("Không trả lời."), KeyError("result"), OSError("x")])
def test_a_doubt_on_a_channel_without_look_up_goes_to_a_person_at_once(
    ledger: Ledger, channel: Obedient, error: Exception
) -> None:
    lane, id = ledger.lane(channel), ledger.add()
    fail(channel, error)
    ledger.drain(lane)
    channel.then = None
    ledger.later(timedelta(hours=5))
    assert ledger.drain(lane) == 0
    assert channel.public == []
    assert (ledger.row(id).state, ledger.row(id).ask) == ("asked", Ask.UNKNOWN)
    assert len(ledger.notices()) == 1


def test_a_decision_of_no_known_kind_is_a_doubt(ledger: Ledger, findable: Findable) -> None:
    lane, id = ledger.lane(findable), ledger.add()
    fail(findable, Decision("Lạ."))
    ledger.drain(lane)
    assert ledger.row(id).state == SendState.UNKNOWN


def test_a_slow_confirm_is_resumed_and_does_not_hold_the_channel(
    ledger: Ledger, channel: Obedient
) -> None:
    lane, slow = ledger.lane(channel), ledger.add("chậm")

    def then(post: Post, step: Step) -> Receipt:
        if "token" in step.ids:
            return Receipt("a-1")
        if post.title == "chậm":
            step.save(token="t")
            raise Pending("Zalo đang xử lý.", after=MINUTE)
        return Receipt("b-1")

    channel.then = then
    ledger.drain(lane)
    other = ledger.add("nhanh")
    ledger.drain(lane)
    assert (ledger.row(slow).state, ledger.row(other).state) == ("sending", "sent")
    ledger.sweep()
    assert ledger.row(slow).state == SendState.SENDING  # it holds no lease that could be lost
    ledger.later(MINUTE)
    ledger.drain(lane)
    assert (ledger.row(slow).state, ledger.row(slow).remote_id) == ("sent", "a-1")
    assert ledger.attempts(slow) == ["pending", "sent"]


def test_a_confirm_that_never_ends_becomes_unknown(ledger: Ledger, findable: Findable) -> None:
    lane, id = ledger.lane(findable), ledger.add()
    fail(findable, Pending("Đang xử lý.", after=10 * MINUTE))
    for _ in range(5):
        ledger.drain(lane)
        ledger.later(10 * MINUTE)
    assert ledger.row(id).state == SendState.UNKNOWN


def test_what_cannot_be_made_to_fit_is_refused_in_a_sentence(
    ledger: Ledger, channel: Obedient
) -> None:
    id = ledger.add()

    def compose(content: object, lane: object) -> Post:
        raise Refused("Ảnh đã bị xóa khỏi kho.")

    sender = ledger.sender()
    refusing = send.Sender(
        sender.store, compose, sender.still_approved, sender.clock, sender.worker
    )
    send.drain(refusing, ledger.lane(channel), lambda: False)
    assert (ledger.row(id).state, ledger.row(id).reason) == ("rejected", "Ảnh đã bị xóa khỏi kho.")


def test_a_changed_draft_leaves_the_queue(ledger: Ledger, channel: Obedient) -> None:
    lane, id = ledger.lane(channel), ledger.add()
    ledger.approved = False
    assert ledger.drain(lane) == 0
    assert channel.public == []
    assert ledger.row(id).state == SendState.CANCELLED
    assert any("rút khỏi hàng chờ" in line for line in ledger.notices())


def test_later_than_a_day_it_asks_and_does_not_fire(ledger: Ledger, channel: Obedient) -> None:
    lane, id = ledger.lane(channel), ledger.add()
    ledger.later(timedelta(days=1, minutes=1))
    assert ledger.drain(lane) == 0
    assert (ledger.row(id).state, ledger.row(id).ask) == ("asked", Ask.LATE)


def test_after_downtime_it_spreads_one_each_five_seconds(ledger: Ledger, channel: Obedient) -> None:
    lane = ledger.lane(channel)
    for title in ("một", "hai", "ba"):
        ledger.add(title)
    ledger.later(timedelta(hours=1))
    sent = []
    for _ in range(5):
        ledger.drain(lane)
        sent.append(len(channel.public))
        ledger.later(timedelta(seconds=4))
    assert sent == [1, 1, 2, 2, 3]


def test_keeps_to_a_rate(ledger: Ledger, channel: Obedient) -> None:
    lane = ledger.lane(channel, rate_per_min=2.0)
    ledger.add("một")
    ledger.add("hai")
    ledger.drain(lane)
    assert len(channel.public) == 1
    ledger.later(timedelta(seconds=30))
    ledger.drain(lane)
    assert len(channel.public) == 2


def test_is_quiet_at_night(ledger: Ledger, channel: Obedient) -> None:
    lane = ledger.lane(channel, is_quiet=lambda clock: clock >= time(12, 0))
    ledger.add()
    assert ledger.drain(lane) == 0  # 05:00 UTC is noon in Hà Nội
    ledger.later(-MINUTE)
    ledger.add("sớm", due_at=NOON - MINUTE, next_at=NOON - MINUTE)
    assert ledger.drain(lane) == 1


def test_a_rerun_waits_for_its_first_airing(ledger: Ledger, channel: Obedient) -> None:
    lane = ledger.lane(channel)
    first = ledger.add("mới", due_at=NOON + MINUTE, next_at=NOON + MINUTE)
    ledger.add("lại", follows=first, occurrence="r1")
    assert ledger.drain(lane) == 0
    ledger.later(MINUTE)
    ledger.drain(lane)
    assert channel.public == ["mới", "lại"]


def test_a_rerun_of_what_was_refused_goes_with_it(ledger: Ledger, channel: Obedient) -> None:
    lane, first = ledger.lane(channel), ledger.add("mới")
    rerun = ledger.add("lại", follows=first, occurrence="r1")
    fail(channel, Rejected("Không nhận."))
    ledger.drain(lane)
    ledger.sweep()
    assert ledger.row(rerun).state == SendState.CANCELLED


def test_stopping_finishes_what_is_being_sent_and_begins_nothing(
    ledger: Ledger, channel: Obedient
) -> None:
    lane = ledger.lane(channel)
    first, second = ledger.add("một"), ledger.add("hai")
    stopping = False

    def then(post: Post, step: Step) -> Receipt:
        nonlocal stopping
        stopping = True
        return Receipt("1")

    channel.then = then
    send.drain(ledger.sender(), lane, lambda: stopping)
    assert (ledger.row(first).state, ledger.row(second).state) == ("sent", "due")


def test_a_worker_that_lost_its_lease_can_save_nothing(ledger: Ledger, channel: Obedient) -> None:
    lane, id = ledger.lane(channel), ledger.add()
    refused: list[bool] = []

    def then(post: Post, step: Step) -> Receipt:
        ledger.later(MINUTE)
        ledger.sweep()
        try:
            step.save(token="t")
        except LeaseLost:
            refused.append(True)
            raise
        return Receipt("1")

    channel.then = then
    ledger.drain(lane)
    assert refused == [True]
    assert ledger.row(id).state == SendState.ASKED
