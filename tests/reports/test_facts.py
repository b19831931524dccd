"""What the ledger sent becomes what the plan counts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from models import ANNOUNCE, Draft, Item, Kind, Publication, Reading, Role, SendState, Staff
from plan.progress import Deed, Reach
from reports import facts
from store import Store

NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
LATE_EVENING = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)  # already the 3rd in Hà Nội


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(f"sqlite:///{tmp_path}/loa.db")
    store.migrate()
    with store.writing() as session:
        person = Staff(unit="xa", name="Lan", role=Role.EDITOR, added_at=NOON)
        session.add(person)
        session.flush()
        draft = Draft(
            unit="xa", kind=Kind.TIN, title="t", body="b", created_at=NOON, changed_at=NOON
        )
        session.add(draft)
        session.flush()
        session.add(
            Item(
                draft_id=draft.id, unit="xa", hash="h", content={}, approved_by=person.id,
                approved_at=NOON,
            )
        )  # fmt: skip
    return store


def put(store: Store, channel: str, state: SendState, **more: Any) -> int:
    values: dict[str, Any] = {"task": "A", "slot": "A@1", "occurrence": "A@1", "sent_at": None}
    if state == SendState.SENT:
        values |= {"sent_at": NOON, "url": f"https://{channel}.example/1"}
    with store.writing() as session:
        row = Publication(
            item_id=1, unit="xa", hash="h", channel=channel, title="t", due_at=NOON, next_at=NOON,
            state=state, **values | more,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def deeds(store: Store, *wanted: str) -> list[Deed]:
    with store.reading() as session:
        return facts.deeds(session, "xa", lambda task: wanted if task == "A" else ())


def test_a_slot_is_whole_once_it_is_out_everywhere(store: Store) -> None:
    put(store, "zalo", SendState.SENT)
    put(store, "facebook", SendState.SENT, sent_at=LATE_EVENING)
    (deed,) = deeds(store, "zalo", "facebook")
    assert deed.whole
    assert deed.on == date(2026, 3, 3)
    assert deed.links == ("https://zalo.example/1", "https://facebook.example/1")


@pytest.mark.parametrize(
    "state", [SendState.DUE, SendState.ASKED, SendState.REJECTED, SendState.UNKNOWN]
)
def test_one_channel_that_is_not_done_makes_it_partly(store: Store, state: SendState) -> None:
    put(store, "zalo", SendState.SENT)
    put(store, "loa", state)
    (deed,) = deeds(store, "zalo", "loa")
    assert not deed.whole


def test_a_channel_of_the_task_that_the_draft_left_out_is_missing_too(store: Store) -> None:
    put(store, "zalo", SendState.SENT)
    (deed,) = deeds(store, "zalo", "facebook")
    assert not deed.whole


def test_nothing_out_is_nothing_done(store: Store) -> None:
    put(store, "zalo", SendState.DUE)
    put(store, "facebook", SendState.CANCELLED)
    assert deeds(store, "zalo") == []


def test_a_rerun_counts_by_itself_on_its_own_channels(store: Store) -> None:
    first = put(store, "loa", SendState.SENT)
    put(store, "loa", SendState.SENT, slot="A@1.r1", occurrence="A@1.r1", follows=first)
    found = {deed.slot: deed.whole for deed in deeds(store, "loa", "zalo")}
    assert found == {"A@1": False, "A@1.r1": True}


def test_the_newest_readings_add_up_and_what_is_not_told_stays_none(store: Store) -> None:
    zalo = put(store, "zalo", SendState.SENT)
    facebook = put(store, "facebook", SendState.SENT)
    with store.writing() as session:
        session.add(Reading(publication_id=zalo, at=NOON, views=1))
        session.add(Reading(publication_id=zalo, at=NOON, views=10, shares=0))
        session.add(Reading(publication_id=facebook, at=NOON, views=5, reactions=2))
    (deed,) = deeds(store)
    assert deed.reach == Reach(views=15, reactions=2, comments=None, shares=0)


def test_a_broadcast_is_no_deed(store: Store) -> None:
    put(store, "zalo", SendState.SENT)
    put(store, "zalo", SendState.SENT, occurrence=ANNOUNCE)
    (deed,) = deeds(store)
    assert len(deed.links) == 1
