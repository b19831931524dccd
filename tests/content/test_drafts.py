"""A draft is started: it finds its slot and its channels, or is refused by name."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from content import drafts
from content.routing import Office
from errors import Refused
from models import Deed, Draft, DraftState, Role, SendState
from plan.slots import Schedule
from plan.values import Task
from tests.content.conftest import BULLETIN, NOW, SEGMENT, Desk, new
from zone import HANOI

SEPTEMBER_10 = "DT-C.I.2.a@2025-09-10"


def refusal(desk: Desk, **told: Any) -> str:
    with pytest.raises(Refused) as refused:
        desk.add(**told)
    with desk.store.reading() as session:
        assert session.exec(select(Draft)).all() == []
    assert "\n" not in str(refused.value)
    return str(refused.value)


def open_bulletins(schedule: Schedule) -> list[str]:
    return [slot.id for slot in schedule.of_task(BULLETIN) if slot.by >= NOW.date()]


def test_a_draft_keeps_what_was_told_and_waits_in_writing(desk: Desk) -> None:
    at = datetime(2025, 9, 12, 9, 0, tzinfo=HANOI)
    added = desk.add(channels=("zalo", "facebook"), at=at, topics=("CDS-1",), language="vi")
    draft = desk.draft(added.draft.id)
    assert (draft.state, draft.author_id, draft.unit) == ("writing", desk.lan.id, "dak-to")
    assert (draft.channels, draft.at, draft.topics) == (["zalo", "facebook"], at, ["CDS-1"])
    assert (draft.task, draft.slot, added.slot, added.notes) == (None, None, None, ())


def test_a_task_gives_the_earliest_open_slot_and_its_channels(
    desk: Desk, schedule: Schedule
) -> None:
    added = desk.add(task=BULLETIN)
    first = open_bulletins(schedule)[0]
    assert added.draft.slot == first
    assert schedule.slot(first).first <= NOW.date() <= schedule.slot(first).by  # type: ignore[union-attr]
    assert added.channels == ("zalo", "facebook", "loa")
    assert added.draft.channels == []  # found again at approval


def test_each_further_draft_takes_the_next_slot(desk: Desk, schedule: Schedule) -> None:
    taken = [desk.add(task=BULLETIN).draft.slot for _ in range(3)]
    assert taken == open_bulletins(schedule)[:3]


def test_a_slot_with_a_deed_is_not_open(desk: Desk, schedule: Schedule) -> None:
    first, second = open_bulletins(schedule)[:2]
    with desk.writing() as session:
        session.add(
            Deed(
                unit="dak-to",
                task=BULLETIN,
                slot=first,
                on=NOW.date(),
                evidence="https://a.vn/b",
                staff_id=desk.lan.id,
                entered_at=NOW,
            )
        )
    assert desk.add(task=BULLETIN).draft.slot == second


def test_a_dropped_draft_gives_its_slot_back(desk: Desk, schedule: Schedule) -> None:
    added = desk.add(task=BULLETIN)
    with desk.writing() as session:
        session.get_one(Draft, added.draft.id).state = DraftState.DROPPED
    assert desk.add(task=BULLETIN).draft.slot == added.draft.slot


@pytest.mark.parametrize(
    ("state", "is_open"),
    [(SendState.CANCELLED, True), (SendState.SENT, False), (SendState.REJECTED, False)],
)
def test_an_approved_draft_holds_its_slot_unless_cancelled(
    desk: Desk, state: SendState, is_open: bool
) -> None:
    approved = desk.approved(task=BULLETIN)
    for each in approved.publications:
        desk.set(each.id, state=state)
    assert (desk.add(task=BULLETIN).draft.slot == approved.item.slot) is is_open


def test_what_a_given_up_draft_left_rejected_holds_no_slot(desk: Desk) -> None:
    approved = desk.approved(task=BULLETIN)
    for each in approved.publications:
        desk.set(each.id, state=SendState.REJECTED)
    with desk.writing() as session:
        session.get_one(Draft, approved.item.draft_id).state = DraftState.DROPPED
    assert desk.add(task=BULLETIN).draft.slot == approved.item.slot


def test_a_slot_that_counts_goes_before_an_earlier_one_that_does_not(
    desk: Desk, schedule: Schedule
) -> None:
    start = NOW.replace(month=8, day=21)
    early = [slot for slot in schedule.of_task(BULLETIN) if slot.by >= start.date()]
    assert not early[0].counted
    slot = desk.add(task=BULLETIN, now=start).slot
    assert slot is not None
    assert slot.counted
    assert slot.id == next(each.id for each in early if each.counted)


def test_a_rerun_is_never_taken_by_itself(desk: Desk) -> None:
    for _ in range(4):
        assert desk.add(task=SEGMENT).slot.of_slot is None  # type: ignore[union-attr]


def test_when_no_slot_is_open_the_draft_stands_beside_them_and_says_so(desk: Desk) -> None:
    added = desk.add(task=BULLETIN, now=NOW.replace(year=2026))
    assert (added.draft.task, added.draft.slot) == (BULLETIN, None)
    assert added.notes == (f"Nhiệm vụ {BULLETIN} không còn kỳ nào trống: bài này đăng ngoài kỳ.",)


def test_a_task_without_dates_has_no_slot_and_no_note(desk: Desk) -> None:
    undated = Office(desk.config, desk.office.unit, (Task("X.1", "", channels=("zalo",)),))
    with desk.writing() as session:
        added = drafts.add(session, undated, new(task="X.1"), desk.lan, NOW)
    assert (added.slot, added.notes, added.channels) == (None, (), ("zalo",))


def test_a_slot_brings_its_task(desk: Desk, schedule: Schedule) -> None:
    late = schedule.of_task(BULLETIN)[0].id  # its window is over: somebody fills it late
    added = desk.add(slot=late)
    assert (added.draft.task, added.draft.slot) == (BULLETIN, late)


def test_a_taken_slot_is_refused_and_names_who_has_it(desk: Desk, schedule: Schedule) -> None:
    slot = open_bulletins(schedule)[0]
    first = desk.add(slot=slot)
    with pytest.raises(Refused, match=f"đã có bản thảo số {first.draft.id}"):
        desk.add(slot=slot)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"task": "DT-C.I.2.q"}, ["không có nhiệm vụ “DT-C.I.2.q”", "có phải"]),
        ({"slot": "DT-C.I.2.a@2025-09-11"}, ["không có kỳ", "có phải “DT-C.I.2.a@2025-09-10”?"]),
        ({"task": SEGMENT, "slot": SEPTEMBER_10}, [f"Nhiệm vụ {SEGMENT} không có kỳ"]),
        ({"task": "DT-C.I.2.b"}, ["chưa có kênh nào", "[[units.routes]]"]),
        ({"channels": ("tivi",)}, ["không có kênh “tivi”", "zalo"]),
        ({"channels": ()}, ["chưa nói đăng ở đâu"]),
        ({"channels": ("zalo",), "variants": {"tivi": "x"}}, ["nội dung riêng", "“tivi”"]),
        ({"at": NOW - timedelta(minutes=1)}, ["08:59 10/09/2025", "đã qua"]),
        ({"unit": "dak-po"}, ["Không có đơn vị “dak-po”", "có phải “dak-to”?"]),
        ({"unit": "xa-ben"}, ["thuộc đơn vị dak-to", "xa-ben"]),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    desk: Desk, told: dict[str, Any], words: list[str]
) -> None:
    line = refusal(desk, **told)
    assert all(word in line for word in words), line


def test_a_stranger_does_not_write_for_the_unit(desk: Desk) -> None:
    stranger = desk.people[Role.ADMIN].model_copy(update={"unit": "xa-ben"})
    with pytest.raises(Refused, match="thuộc đơn vị xa-ben"):
        desk.add(by=stranger)


def test_a_text_for_a_channel_that_is_not_used_is_told(desk: Desk) -> None:
    added = desk.add(channels=("zalo",), variants={"facebook": "Ngắn."})
    assert added.notes == ("Bài không đăng trên facebook: nội dung riêng ở đó không dùng.",)


def test_media_are_kept_under_their_digest_in_order(desk: Desk, tmp_path: Path) -> None:
    for name in ("b.jpg", "a.PNG"):
        (tmp_path / name).write_bytes(name.encode())
    draft = desk.add(media=(tmp_path / "b.jpg", tmp_path / "a.PNG")).draft
    digests = [hashlib.sha256(name).hexdigest() for name in (b"b.jpg", b"a.PNG")]
    assert draft.media == [f"{digests[0]}.jpg", f"{digests[1]}.png"]
    assert (desk.config.loa.media / draft.media[0]).read_bytes() == b"b.jpg"


def test_nothing_is_copied_for_a_draft_that_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"a")
    refusal(desk, channels=("tivi",), media=(tmp_path / "a.jpg",))
    assert not desk.config.loa.media.exists()


def test_a_maker_opens_a_draft_that_says_what_is_missing(desk: Desk) -> None:
    with desk.writing() as session:
        told = new(task=BULLETIN, body="", note="Chưa có số liệu tuần này.")
        added = drafts.add(session, desk.office, told, None, NOW)
    draft = desk.draft(added.draft.id)
    assert (draft.author_id, draft.note, draft.body) == (None, "Chưa có số liệu tuần này.", "")


@pytest.mark.parametrize("id", [7, 0, -1, 10**30])
def test_an_unknown_number_is_refused(desk: Desk, id: int) -> None:
    with pytest.raises(Refused, match=f"Không có bản thảo số {id};"):
        desk.draft(id)


def test_the_newest_draft_comes_first(desk: Desk) -> None:
    made = [desk.add().draft.id for _ in range(3)]
    with desk.store.reading() as session:
        assert [each.id for each in drafts.everything(session)] == made[::-1]


def test_without_a_plan_a_draft_still_goes_to_the_channels_it_names(desk: Desk) -> None:
    bare = Office(desk.config, desk.office.unit)
    with desk.writing() as session:
        added = drafts.add(session, bare, new(channels=("zalo",)), desk.lan, NOW)
    assert added.channels == ("zalo",)
