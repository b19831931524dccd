"""Counts that a service tells only as they change, and a channel that comes back by itself."""

from collections.abc import Iterator
from datetime import timedelta

from channels.base import Heard, TokenLost
from delivery import listen, outcome
from models import ChannelState
from tests.delivery.conftest import MINUTE, Ledger, Obedient


class Talking(Obedient):
    """Tells new counts once each, and answers `check` or refuses to."""

    def __init__(self) -> None:
        super().__init__("telegram")
        self.marks: list[str] = []
        self.counts: Iterator[dict[str, int]] = iter([{"7": 3}, {"7": 5, "8": 0}])
        self.is_cut_off = False

    def listen(self, mark: str) -> Heard:
        self.marks.append(mark)
        return Heard(f"m{len(self.marks)}", next(self.counts, {}))

    def check(self) -> str:
        if self.is_cut_off:
            raise TokenLost("Bot không còn trong kênh.")
        return "Đã nối."


def test_the_newest_count_of_reactions_is_kept(ledger: Ledger) -> None:
    channel = Talking()
    lane, sender = ledger.lane(channel), ledger.sender()
    assert listen.listen(sender, lane) == 1
    assert listen.reactions_of(ledger.store, "telegram", "7") == 3
    assert listen.reactions_of(ledger.store, "telegram", "8") is None
    ledger.later(MINUTE)
    assert listen.listen(sender, lane) == 2
    assert listen.reactions_of(ledger.store, "telegram", "7") == 5
    assert listen.reactions_of(ledger.store, "telegram", "8") == 0
    assert channel.marks == ["", "m1"]


def test_one_process_listens_at_a_time(ledger: Ledger) -> None:
    channel = Talking()
    lane = ledger.lane(channel)
    assert listen.listen(ledger.sender("w1"), lane) == 1
    assert listen.listen(ledger.sender("w2"), lane) == 0
    assert channel.marks == [""]


def test_a_channel_without_such_counts_is_left_alone(ledger: Ledger, channel: Obedient) -> None:
    assert listen.listen(ledger.sender(), ledger.lane(channel)) == 0


def test_a_channel_that_answers_again_goes_on_by_itself(ledger: Ledger) -> None:
    channel = Talking()
    lane, sender = ledger.lane(channel), ledger.sender()
    ledger.add(channel="telegram")
    with ledger.store.writing() as session:
        outcome.hold(session, lane, "Bot không còn trong kênh.", ledger.now)
    channel.is_cut_off = True
    assert not listen.reconnect(sender, lane)
    assert ledger.drain(lane) == 0
    channel.is_cut_off = False
    assert listen.reconnect(sender, lane)
    assert not listen.reconnect(sender, lane)
    ledger.later(timedelta(seconds=1))
    assert ledger.drain(lane) == 1
    with ledger.store.reading() as session:
        assert session.get_one(ChannelState, "telegram").held is None
