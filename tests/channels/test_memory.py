from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from channels.base import Channel, Counts, Engagement, Finds, Post, Receipt, Rejected, Sight
from channels.memory import Memory, MemoryWithLookUp
from tests.channels.fakes import Notebook

POST = Post("", ("Xin chào",))
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_keeps_what_it_is_given() -> None:
    channel: Channel = Memory(engagement=Engagement(views=3))
    receipt = channel.publish(POST, Notebook())
    assert isinstance(channel, Memory)
    assert channel.posts == [POST]
    assert channel.metrics(receipt) == Engagement(views=3)
    channel.withdraw(receipt)
    assert channel.posts == []
    assert channel.metrics(receipt) == Engagement()


def test_one_post_for_each_of_many_threads() -> None:
    channel = Memory()
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: channel.publish(POST, Notebook()), range(200)))
    assert len({receipt.id for receipt in receipts}) == len(channel.posts) == 200


def test_a_known_id_is_not_posted_again() -> None:
    channel, step = Memory(), Notebook()
    assert channel.publish(POST, step) == channel.publish(POST, step)
    assert len(channel.posts) == 1


def test_fails_when_told_to_before_or_after_it_took_the_post() -> None:
    channel = Memory()
    channel.fail_with = Rejected("Không nhận.")
    with pytest.raises(Rejected):
        channel.publish(POST, Notebook())
    assert channel.posts == []
    channel.fail_with, channel.fail_after = None, TimeoutError()
    with pytest.raises(TimeoutError):
        channel.publish(POST, Notebook())
    assert channel.posts == [POST]


def test_only_one_of_the_two_looks_up() -> None:
    assert not isinstance(Memory(), Finds)
    assert isinstance(MemoryWithLookUp(), Finds)
    assert isinstance(Memory(follower_count=5), Counts)


def test_a_lost_post_is_found_once_and_an_earlier_one_is_never_mistaken_for_it() -> None:
    channel, step = MemoryWithLookUp(), Notebook()
    channel.publish(POST, step)
    assert channel.find(POST, {}, NOW) is Sight.ABSENT
    assert channel.find(POST, step.ids, NOW) == Receipt("1", "memory:1")
    channel.fail_after = TimeoutError()
    with pytest.raises(TimeoutError):
        channel.publish(POST, Notebook())
    assert channel.find(POST, {}, NOW) == Receipt("2", "memory:2")
    assert channel.find(POST, {}, NOW) is Sight.ABSENT
