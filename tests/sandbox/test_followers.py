from datetime import UTC, datetime, timedelta

from sandbox.followers import Crowd
from sandbox.timeline import Timeline

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
CROWD = Crowd(seed=1, start=1000)


def test_counters_only_grow_and_level_off() -> None:
    series = [CROWD.counts("a", START, START + timedelta(hours=h)) for h in range(0, 400, 4)]
    for name in ("views", "reactions", "comments", "shares"):
        values = [getattr(counts, name) for counts in series]
        assert values == sorted(values)
        assert values[0] == 0 < values[-1]
    views = [counts.views for counts in series]
    assert views[-1] - views[-10] < views[10] - views[0]


def test_the_same_seed_gives_the_same_figures() -> None:
    later = START + timedelta(days=2)
    assert Crowd(1, 1000).counts("a", START, later) == CROWD.counts("a", START, later)
    assert Crowd(2, 1000).counts("a", START, later) != CROWD.counts("a", START, later)
    assert CROWD.counts("b", START, later) != CROWD.counts("a", START, later)


def test_there_are_as_many_comments_as_are_counted() -> None:
    later = START + timedelta(days=5)
    comments = CROWD.comments("a", START, later)
    assert len(comments) == CROWD.counts("a", START, later).comments > 0
    assert [c.at for c in comments] == sorted(c.at for c in comments)
    assert all(START < c.at <= later for c in comments)


def test_followers_come() -> None:
    assert CROWD.size(START + timedelta(days=100)) > CROWD.size(START) >= 1000


def test_time_stands_runs_and_jumps() -> None:
    real = [START]
    time = Timeline(lambda: real[0])
    assert time.now() == START
    time.set(START - timedelta(days=365), speed=60)
    real[0] += timedelta(minutes=1)
    assert time.now() == START - timedelta(days=365) + timedelta(hours=1)
    time.freeze(START)
    real[0] += timedelta(minutes=1)
    assert time.now() == START
    time.shift(timedelta(hours=2))
    assert (time.now(), time.speed) == (START + timedelta(hours=2), 0)
    time.follow()
    assert time.now() == real[0]
