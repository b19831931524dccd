"""Nobody approves what they wrote; what is approved is bound to its hash; no other way out."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text
from sqlmodel import select

from channels.base import Limits
from content import drafts, media, people, review
from content.moves import MOVES, Action
from content.routing import Office
from errors import Refused
from models import CHANGED, Ask, Draft, DraftState, Item, Kind, Publication, Role, SendState, Staff
from plan.slots import Schedule
from store import Store
from tests.content.conftest import BULLETIN, NOW, SEGMENT, Desk, new
from zone import HANOI

AT = datetime(2025, 9, 15, 9, 0, tzinfo=HANOI)
DAY = timedelta(days=1)


def act(desk: Desk, action: Action, id: int, by: Staff | None = None) -> None:
    """Any action, as the command line or the bot would ask for it."""
    with desk.writing() as session:
        told = (session, desk.office, drafts.named(session, id, lock=True), by or desk.lan, NOW)
        does: dict[Action, Callable[[], object]] = {
            Action.CHANGE: lambda: review.change(*told, title="Tiêu đề mới"),
            Action.SUBMIT: lambda: review.submit(*told, {}),
            Action.APPROVE: lambda: review.approve(*told),
            Action.RETURN: lambda: review.send_back(*told, "Thêm nguồn."),
            Action.DROP: lambda: review.drop(*told),
            Action.REOPEN: lambda: review.reopen(*told),
        }
        does[action]()


def in_state(desk: Desk, state: DraftState, by: Staff | None = None) -> int:
    id = desk.add(by=by).draft.id
    with desk.writing() as session:
        session.get_one(Draft, id).state = state
    return id


def row(desk: Desk, id: int) -> dict[str, Any]:
    draft = desk.draft(id)
    return {key: getattr(draft, key) for key in Draft.model_fields}


def refusal(desk: Desk, action: Action, id: int, by: Staff | None = None) -> str:
    before = row(desk, id)
    with pytest.raises(Refused) as refused:
        act(desk, action, id, by)
    assert row(desk, id) == before
    assert "\n" not in str(refused.value)
    return str(refused.value)


# ---- the one table


@pytest.mark.parametrize(("state", "action"), sorted(MOVES))
def test_what_the_table_has_can_be_done(desk: Desk, state: DraftState, action: Action) -> None:
    id = in_state(desk, state)
    judged = action in (Action.APPROVE, Action.RETURN)
    act(desk, action, id, desk.hoa if judged else desk.lan)
    assert desk.draft(id).state == MOVES[state, action]


@pytest.mark.parametrize(
    ("state", "action"), sorted(set(itertools.product(DraftState, Action)) - set(MOVES))
)
def test_what_the_table_has_not_is_refused(desk: Desk, state: DraftState, action: Action) -> None:
    id = in_state(desk, state)
    judged = action in (Action.APPROVE, Action.RETURN)
    line = refusal(desk, action, id, desk.hoa if judged else desk.lan)
    assert f"Bản thảo số {id}" in line
    assert desk.publications() == []


def test_an_approved_draft_goes_nowhere_but_through_a_change() -> None:
    assert [action for state, action in MOVES if state == DraftState.APPROVED] == [Action.CHANGE]


# ---- who


@pytest.mark.parametrize("role", Role)
def test_nobody_approves_their_own_draft(desk: Desk, role: Role) -> None:
    author = desk.people[role]
    id = in_state(desk, DraftState.IN_REVIEW, by=author)
    assert "tự duyệt" in refusal(desk, Action.APPROVE, id, author)
    assert desk.publications() == []


@pytest.mark.parametrize("role", Role)
def test_who_submits_what_a_maker_wrote_does_not_approve_it(desk: Desk, role: Role) -> None:
    by = desk.people[role]
    with desk.writing() as session:
        id = drafts.add(session, desk.office, new(), None, NOW).draft.id
    act(desk, Action.SUBMIT, id, by)
    assert desk.draft(id).author_id == by.id
    assert "tự duyệt" in refusal(desk, Action.APPROVE, id, by)


def test_who_fills_in_what_a_maker_opened_becomes_its_author(desk: Desk) -> None:
    with desk.writing() as session:
        id = drafts.add(session, desk.office, new(body=""), None, NOW).draft.id
    assert "chưa có tiêu đề hoặc nội dung" in refusal(desk, Action.SUBMIT, id)
    desk.change(id, by=desk.hoa, body="Nội dung đủ.")
    assert desk.draft(id).author_id == desk.hoa.id
    assert "không có quyền gửi duyệt" in refusal(desk, Action.SUBMIT, id, desk.lan)


@pytest.mark.parametrize("role", Role)
def test_only_some_roles_approve_and_return(desk: Desk, role: Role) -> None:
    colleague = desk.people[Role.EDITOR if role != Role.EDITOR else Role.CONTRIBUTOR]
    for action in (Action.APPROVE, Action.RETURN):
        id = in_state(desk, DraftState.IN_REVIEW, by=colleague)
        if role in (Role.CONTRIBUTOR, Role.EDITOR):
            assert "không có quyền" in refusal(desk, action, id, desk.people[role])
        else:
            act(desk, action, id, desk.people[role])


@pytest.mark.parametrize("action", [Action.CHANGE, Action.SUBMIT])
@pytest.mark.parametrize("role", [role for role in Role if role != Role.CONTRIBUTOR])
def test_nobody_writes_on_in_the_draft_of_another(desk: Desk, action: Action, role: Role) -> None:
    """Else an approver could approve their own words."""
    id = in_state(desk, DraftState.WRITING)
    assert "người viết bản thảo" in refusal(desk, action, id, desk.people[role])


@pytest.mark.parametrize(
    ("unit", "role", "allowed"),
    [
        ("tinh", Role.LEADER, True),
        ("tinh", Role.ADMIN, True),
        ("tinh", Role.APPROVER, False),
        ("xa-ben", Role.ADMIN, False),
    ],
)
def test_leaders_reach_the_units_below_and_nobody_reaches_aside(
    desk: Desk, unit: str, role: Role, allowed: bool
) -> None:
    with desk.writing() as session:
        person = people.add(session, unit, "Bà Hạnh", role, NOW)
    id = in_state(desk, DraftState.IN_REVIEW)
    if allowed:
        act(desk, Action.APPROVE, id, person)
    else:
        assert "đơn vị dak-to" in refusal(desk, Action.APPROVE, id, person)


def test_who_left_the_office_does_nothing_more(desk: Desk) -> None:
    id = in_state(desk, DraftState.IN_REVIEW)
    gone = desk.hoa.model_copy(update={"active": False})
    assert "không có quyền" in refusal(desk, Action.APPROVE, id, gone)
    id = in_state(desk, DraftState.WRITING)
    gone = desk.lan.model_copy(update={"active": False})
    assert "không có quyền" in refusal(desk, Action.SUBMIT, id, gone)


def test_what_nobody_signed_is_approved_by_nobody(desk: Desk) -> None:
    """Not to be reached by any action; a database row is a door too."""
    with desk.writing() as session:
        id = drafts.add(session, desk.office, new(), None, NOW).draft.id
        session.get_one(Draft, id).state = DraftState.IN_REVIEW
    assert "tự duyệt" in refusal(desk, Action.APPROVE, id, desk.hoa)


def test_a_draft_of_the_clock_is_taken_up_in_its_own_unit_only(desk: Desk) -> None:
    with desk.writing() as session:
        stranger = people.add(session, "xa-ben", "Bà Hạnh", Role.ADMIN, NOW)
        id = drafts.add(session, desk.office, new(), None, NOW).draft.id
    assert "đơn vị dak-to" in refusal(desk, Action.SUBMIT, id, stranger)


def test_a_maker_leaves_alone_what_a_person_writes(desk: Desk) -> None:
    id = desk.add().draft.id
    with desk.writing() as session:
        draft = drafts.named(session, id)
        with pytest.raises(Refused, match="đã có người viết"):
            review.change(session, desk.office, draft, None, NOW, body="Từ máy.")


def test_a_returned_draft_carries_the_note_until_it_is_submitted_again(desk: Desk) -> None:
    id = in_state(desk, DraftState.IN_REVIEW)
    act(desk, Action.RETURN, id, desk.hoa)
    assert (desk.draft(id).state, desk.draft(id).note) == ("writing", "Thêm nguồn.")
    desk.submit(id)
    assert desk.draft(id).note == ""


@pytest.mark.parametrize("note", ["", " \u200b\n", "a" * 1001])
def test_a_return_says_why(desk: Desk, note: str) -> None:
    id = in_state(desk, DraftState.IN_REVIEW)
    with desk.writing() as session:
        draft = drafts.named(session, id)
        with pytest.raises(Refused, match="Hãy ghi điều cần sửa"):
            review.send_back(session, desk.office, draft, desk.hoa, NOW, note)


# ---- what a channel can never take


def submit_to(desk: Desk, id: int, **limits: Limits) -> tuple[str, ...]:
    with desk.writing() as session:
        draft = drafts.named(session, id, lock=True)
        return review.submit(session, desk.office, draft, desk.lan, NOW, limits)


def test_what_will_be_shortened_is_told_and_not_refused(desk: Desk) -> None:
    id = desk.add(body="Câu một dài dòng. " * 40).draft.id
    (note,) = submit_to(desk, id, zalo=Limits(text=300))
    assert note.startswith("zalo: Nội dung dài")
    assert desk.draft(id).state == "in_review"


def test_a_hard_limit_refuses_and_names_the_channel(desk: Desk, tmp_path: Path) -> None:
    picture = tmp_path / "anh.png"
    Image.new("RGB", (40, 40)).save(picture)
    id = desk.add(kind=Kind.AP_PHICH, media=(picture,), channels=("zalo", "facebook")).draft.id
    takes = Limits(text=2000, images=1, image_bytes=10**6, kinds=frozenset({"image"}))
    with pytest.raises(Refused, match="Kênh facebook: Kênh này không nhận ảnh"):
        submit_to(desk, id, zalo=takes, facebook=Limits(text=2000))
    assert desk.draft(id).state == "writing"
    assert submit_to(desk, id, zalo=takes) == ()


def test_a_broken_picture_is_refused_before_it_is_kept(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "anh.jpg").write_bytes(b"\xff\xd8\xff torn")
    with pytest.raises(Refused, match="Tệp ảnh bị hỏng"):
        desk.add(media=(tmp_path / "anh.jpg",))
    folder = desk.office.config.loa.media
    assert not folder.exists() or not list(folder.iterdir())


def test_a_picture_that_was_changed_in_the_folder_is_refused_at_submission(
    desk: Desk, tmp_path: Path
) -> None:
    Image.new("RGB", (400, 400), "red").save(tmp_path / "anh.jpg")
    draft = desk.add(media=(tmp_path / "anh.jpg",)).draft
    (desk.office.config.loa.media / draft.media[0]).write_bytes(b"\xff\xd8\xff torn")
    with pytest.raises(Refused, match="Kênh zalo: "):
        submit_to(desk, draft.id, zalo=Limits(text=2000, images=1, kinds=frozenset({"image"})))


def test_a_time_that_passed_while_waiting_is_told(desk: Desk) -> None:
    id = desk.add(at=AT).draft.id
    (note,) = desk.submit(id, now=AT + DAY)
    assert "đã qua" in note


# ---- the hash


def content(desk: Desk) -> dict[str, Any]:
    figure = {"label": "Hồ sơ", "value": 1846, "source": "HTTT", "date": "2025-08-14"}
    draft = desk.add(channels=("zalo", "facebook"), at=AT, variants={"zalo": "Gọn"}).draft
    draft.media, draft.figures = [f"{'a' * 64}.jpg", f"{'b' * 64}.mp3"], [figure]
    return review.content_of(draft, draft.channels)


def test_the_content_is_all_that_is_sent(desk: Desk) -> None:
    told = content(desk)
    assert told["channels"] == ["facebook", "zalo"]
    assert told["at"] == "2025-09-15T02:00:00+00:00"
    assert sorted(told) == sorted(
        "kind title body variants media figures channels language at".split()
    )


def edits(told: Any) -> list[Any]:
    """Every value of a JSON tree changed once: a letter, a number, an order, a missing part."""
    found: list[Any] = []
    if isinstance(told, dict):
        for key, value in told.items():
            found.extend({**told, key: each} for each in edits(value))
            found.append({other: value for other, value in told.items() if other != key})
    elif isinstance(told, list):
        for place, value in enumerate(told):
            found.extend([*told[:place], each, *told[place + 1 :]] for each in edits(value))
            found.append([*told[:place], *told[place + 1 :]])
        if len(told) > 1:
            found.append(told[::-1])
    elif isinstance(told, str):
        found.extend((told + " ", told[:-1], told.upper() + "."))
    else:
        found.append(None if told is not None else "")
    return found


def test_any_edit_gives_another_hash(desk: Desk) -> None:
    told = content(desk)
    changed = edits(told)
    assert len(changed) > 60
    assert review.hash_of(told) not in {review.hash_of(each) for each in changed}


def test_the_hash_knows_no_order_of_keys_and_no_form_of_unicode(desk: Desk) -> None:
    told = content(desk)
    shuffled = dict(reversed(list(copy.deepcopy(told).items())))
    nfd = json.loads(json.dumps(told, ensure_ascii=False).replace("ướng", "u\u031bo\u031b\u0301ng"))
    assert nfd != told
    assert review.hash_of(shuffled) == review.hash_of(nfd) == review.hash_of(told)


def test_the_hash_is_the_same_after_the_database(desk: Desk) -> None:
    approved = desk.approved(channels=("zalo", "facebook"), at=AT, variants={"zalo": "Gọn"})
    with desk.store.reading() as session:
        item = session.get_one(Item, approved.item.id)
        assert review.hash_of(item.content) == item.hash == approved.item.hash
        assert review.still_as_approved(session, item)
        assert review.still_approved(session, {item.id, 99}) == {item.id}


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE draft SET title = title || '.'",
        "UPDATE draft SET body = replace(body, '13/9', '14/9')",
        "UPDATE draft SET kind = 'bai'",
        "UPDATE draft SET language = 'en'",
        'UPDATE draft SET variants = \'{"zalo": "x"}\'',
        "UPDATE draft SET media = '[\"x.jpg\"]'",
        "UPDATE draft SET figures = '[{}]'",
        "UPDATE draft SET channels = '[\"zalo\"]'",
        "UPDATE draft SET at = '2025-09-15 02:00:00.000000'",
        "UPDATE draft SET state = 'writing'",
        "UPDATE item SET content = replace(content, '13/9', '14/9')",
        "UPDATE item SET content = '[]'",
        "UPDATE item SET hash = 'x'",
    ],
)
def test_a_changed_database_row_is_no_longer_what_was_approved(desk: Desk, edit: str) -> None:
    approved = desk.approved(channels=("zalo", "facebook"))
    with desk.writing() as session:
        session.connection().execute(text(edit))
    with desk.store.reading() as session:
        assert not review.still_as_approved(session, session.get_one(Item, approved.item.id))
        assert review.still_approved(session, [approved.item.id]) == set()


def test_the_database_is_asked_and_not_what_was_read_before(desk: Desk) -> None:
    approved = desk.approved()
    with desk.writing() as session:
        item = session.get_one(Item, approved.item.id)
        draft = session.get_one(Draft, item.draft_id)
        session.connection().execute(text("UPDATE draft SET title = 'Khác'"))
        assert draft.title != "Khác"
        assert review.still_approved(session, [item.id]) == set()


def test_one_item_is_asked_for_anew_too(desk: Desk) -> None:
    approved = desk.approved()
    with desk.writing() as session:
        item = session.get_one(Item, approved.item.id)
        draft = session.get_one(Draft, item.draft_id)
        session.connection().execute(text("UPDATE draft SET title = 'Khác'"))
        assert draft.title != "Khác"
        assert not review.still_as_approved(session, item)


def test_routes_that_change_later_do_not_undo_an_approval(desk: Desk) -> None:
    approved = desk.approved(task=BULLETIN)
    with desk.store.reading() as session:
        assert review.still_as_approved(session, session.get_one(Item, approved.item.id))
    assert desk.draft(approved.item.draft_id).channels == []


# ---- approval and its publications


def test_approval_freezes_an_item_and_queues_one_publication_a_channel(desk: Desk) -> None:
    approved = desk.approved(channels=("zalo", "facebook"), title="Ra quân")
    assert [(each.channel, each.occurrence) for each in desk.publications()] == [
        ("facebook", "once"),
        ("zalo", "once"),
    ]
    (one, _) = desk.publications()
    assert (one.state, one.title, one.hash) == ("due", "Ra quân", approved.item.hash)
    assert (one.item_id, one.unit, one.follows) == (approved.item.id, "dak-to", None)
    assert one.due_at == one.next_at == NOW
    assert approved.item.approved_by == desk.hoa.id


def test_a_slot_gives_its_time(desk: Desk, schedule: Schedule) -> None:
    approved = desk.approved(task=BULLETIN)
    slot = schedule.slot(approved.item.slot or "")
    assert slot is not None
    assert {
        (each.occurrence, each.slot, each.task, each.due_at) for each in desk.publications()
    } == {(slot.id, slot.id, BULLETIN, slot.due)}
    assert [each.channel for each in approved.publications] == ["facebook", "loa", "zalo"]


def test_a_slot_whose_time_is_past_is_due_now(desk: Desk, schedule: Schedule) -> None:
    late = schedule.of_task(BULLETIN)[3].id
    assert {each.due_at for each in desk.approved(slot=late).publications} == {NOW}


def test_the_time_asked_for_goes_before_that_of_the_slot(desk: Desk) -> None:
    assert {each.due_at for each in desk.approved(task=BULLETIN, at=AT).publications} == {AT}


def test_the_approver_sets_the_time_and_the_hash_holds_it(desk: Desk) -> None:
    id = in_state(desk, DraftState.IN_REVIEW)
    approved = desk.approve(id, at=AT)
    assert approved.item.content["at"] == AT.astimezone(UTC).isoformat()
    assert desk.draft(id).at == AT
    assert [each.due_at for each in approved.publications] == [AT]
    with desk.store.reading() as session:
        assert review.still_approved(session, [approved.item.id])


def test_an_approver_cannot_set_a_past_time(desk: Desk) -> None:
    id = in_state(desk, DraftState.IN_REVIEW)
    with pytest.raises(Refused, match="đã qua"):
        desk.approve(id, at=NOW - DAY)
    assert (desk.draft(id).state, desk.draft(id).at, desk.publications()) == ("in_review", None, [])


def test_the_channels_of_the_task_are_those_of_the_day_of_approval(desk: Desk) -> None:
    id = desk.add(task=BULLETIN).draft.id
    desk.submit(id)
    (route, *others) = desk.office.unit.routes
    unit = replace(desk.office.unit, routes=(replace(route, channels=("facebook", "loa")), *others))
    moved = replace(desk, office=replace(desk.office, unit=unit))
    assert moved.approve(id).item.content["channels"] == ["facebook", "loa"]


def test_a_segment_is_heard_again_on_the_loudspeaker(desk: Desk, schedule: Schedule) -> None:
    """October's: first 07/10, again 15, 23 and 31/10."""
    approved = desk.approved(slot="DT-C.I.2.c@2025-10-01")
    first = {each.channel: each for each in approved.publications if each.follows is None}
    again = [each for each in approved.publications if each.follows is not None]
    assert sorted(first) == ["loa", "zalo"]
    assert [each.occurrence for each in again] == [f"DT-C.I.2.c@2025-10-01.r{i}" for i in (1, 2, 3)]
    assert {(each.channel, each.follows) for each in again} == {("loa", first["loa"].id)}
    assert [each.slot for each in again] == [each.occurrence for each in again]
    slots = [slot for slot in schedule.slots if slot.of_slot == "DT-C.I.2.c@2025-10-01"]
    assert [each.due_at for each in again] == [slot.due for slot in slots]


def test_reruns_keep_a_day_from_a_late_first_airing(desk: Desk) -> None:
    late = datetime(2025, 10, 30, 9, 0, tzinfo=HANOI)
    approved = desk.approved(slot="DT-C.I.2.c@2025-10-01", now=late)
    assert [each.due_at for each in approved.publications if each.follows] == [
        max(late + DAY, datetime(2025, 10, 15, 17, 0, tzinfo=HANOI)),
        late + DAY * 2,
        late + DAY * 3,
    ]


def test_without_a_radio_channel_reruns_go_to_all(desk: Desk) -> None:
    approved = desk.approved(slot="DT-C.I.2.c@2025-10-01", channels=("zalo", "facebook"))
    again = [each.channel for each in approved.publications if each.follows]
    assert again == ["facebook"] * 3 + ["zalo"] * 3


def test_a_rerun_that_somebody_filled_is_not_made_again(desk: Desk) -> None:
    desk.approved(slot="DT-C.I.2.c@2025-10-01.r2", title="Chương trình riêng")
    approved = desk.approved(slot="DT-C.I.2.c@2025-10-01")
    again = [each.occurrence[-2:] for each in approved.publications if each.follows]
    assert again == ["r1", "r3"]


def test_the_very_same_content_goes_out_once(desk: Desk) -> None:
    first = desk.approved()
    second = desk.add().draft.id
    desk.submit(second)
    with pytest.raises(Refused, match=f"y hệt đã có ở bản thảo số {first.item.draft_id}"):
        desk.approve(second)
    assert desk.draft(second).state == "in_review"
    assert len(desk.publications()) == 1
    desk.approve(second, at=AT)  # a repetition that somebody means
    assert len(desk.publications()) == 2


# ---- change after approval


def states(desk: Desk) -> dict[str, str]:
    return {each.channel: str(each.state) for each in desk.publications()}


def test_a_change_takes_what_is_unsent_off_the_queue_and_says_so(desk: Desk) -> None:
    approved = desk.approved(channels=("zalo", "facebook"))
    (note,) = desk.change(approved.item.draft_id, body="Sáng 14/9, thôn 3 ra quân.")
    assert states(desk) == {"zalo": "cancelled", "facebook": "cancelled"}
    assert {each.reason for each in desk.publications()} == {CHANGED}
    assert "facebook 09:00 10/09/2025, zalo 09:00 10/09/2025" in note
    assert desk.draft(approved.item.draft_id).state == "writing"


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ({"state": SendState.DUE}, False),
        ({"state": SendState.ASKED, "ask": Ask.MANUAL}, False),
        ({"state": SendState.ASKED, "ask": Ask.LATE}, False),
        ({"state": SendState.DUE, "ids": {"article": "1"}}, True),
        ({"state": SendState.SENDING}, True),
        ({"state": SendState.SENT}, True),
        ({"state": SendState.UNKNOWN}, True),
        ({"state": SendState.ASKED, "ask": Ask.UNKNOWN}, True),
        ({"state": SendState.ASKED, "ask": Ask.ANNOUNCE}, True),
    ],
)
def test_what_is_on_its_way_is_left_and_told(desk: Desk, told: dict[str, Any], left: bool) -> None:
    approved = desk.approved()
    desk.set(approved.publications[0].id, **told)
    (note,) = desk.change(approved.item.draft_id, title="Tiêu đề khác")
    assert ("đang gửi ở zalo" in note) is left
    assert states(desk)["zalo"] == (told["state"] if left else "cancelled")


def test_a_change_that_changes_nothing_leaves_the_approval(desk: Desk) -> None:
    approved = desk.approved(title="Ra quân", at=AT)
    assert desk.change(approved.item.draft_id, title=" Ra  quân ", at=AT) == ()
    assert desk.draft(approved.item.draft_id).state == "approved"
    assert states(desk) == {"zalo": "due"}


def test_a_change_in_review_must_be_submitted_again(desk: Desk) -> None:
    id = in_state(desk, DraftState.IN_REVIEW)
    assert desk.change(id, title="Tiêu đề khác") == ()
    assert desk.draft(id).state == "writing"


def test_what_was_changed_and_approved_again_goes_out_new(desk: Desk) -> None:
    approved = desk.approved(title="Ra quân")
    id = approved.item.draft_id
    desk.change(id, title="Ra quân sáng 14/9")
    desk.submit(id)
    again = desk.approve(id)
    assert again.item.hash != approved.item.hash
    assert [(each.title, str(each.state)) for each in desk.publications()] == [
        ("Ra quân", "cancelled"),
        ("Ra quân sáng 14/9", "due"),
    ]


def test_what_was_changed_back_takes_its_old_place_in_the_queue_as_new(desk: Desk) -> None:
    approved = desk.approved(title="Ra quân")
    id = approved.item.draft_id
    desk.set(approved.publications[0].id, tries=7, forced=True, absences=2, first_try_at=NOW)
    desk.change(id, title="Nhầm")
    desk.change(id, title="Ra quân")
    desk.submit(id, now=NOW + DAY)
    again = desk.approve(id, now=NOW + DAY)
    (one,) = desk.publications()
    assert (one.item_id, one.state, one.due_at, one.reason) == (again.item.id, "due", NOW + DAY, "")
    assert (one.tries, one.forced, one.absences, one.first_try_at) == (0, False, 0, None)


def test_a_new_version_is_not_posted_where_the_old_one_is_public(desk: Desk) -> None:
    approved = desk.approved(channels=("zalo", "facebook"))
    id = approved.item.draft_id
    desk.set(approved.publications[0].id, state=SendState.SENT)  # facebook
    desk.change(id, title="Tiêu đề khác")
    desk.submit(id)
    again = desk.approve(id)
    assert [each.channel for each in again.publications] == ["zalo"]
    assert again.notes == ("Bản trước đã đăng hoặc đang gửi ở facebook: không đăng lại ở đó.",)


def test_what_is_public_everywhere_is_corrected_by_a_new_item(desk: Desk) -> None:
    approved = desk.approved()
    id = approved.item.draft_id
    desk.set(approved.publications[0].id, state=SendState.SENT)
    desk.change(id, title="Tiêu đề khác")
    desk.submit(id)
    with pytest.raises(Refused, match="đính chính"):
        desk.approve(id)
    assert desk.draft(id).state == "in_review"


def test_reruns_left_after_a_change_follow_the_airing_that_was_heard(desk: Desk) -> None:
    approved = desk.approved(slot="DT-C.I.2.c@2025-10-01")
    id = approved.item.draft_id
    first, r1 = (each for each in approved.publications if each.channel == "loa" and each.id < 4)
    for each in (first, r1):
        desk.set(each.id, state=SendState.SENT)
    desk.change(id, title="Tiêu đề khác")
    desk.submit(id)
    again = [each for each in desk.approve(id).publications if each.channel == "loa"]
    assert [each.occurrence[-2:] for each in again] == ["r2", "r3"]
    assert {each.follows for each in again} == {first.id}


def test_a_change_of_task_takes_a_slot_of_that_task(desk: Desk) -> None:
    id = desk.add(task=BULLETIN).draft.id
    desk.change(id, task=SEGMENT)
    assert desk.draft(id).slot == "DT-C.I.2.c@2025-09-01"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "title"),
        ({"kind": "báo"}, "ban_tin"),
        ({"channels": ["tivi"]}, "“tivi”"),
        ({"task": "X"}, "“X”"),
        ({"slot": "X"}, "“X”"),
        ({"at": NOW - DAY}, "đã qua"),
        ({"media": ["x.jpg"]}, "x.jpg"),
        ({"variants": {"tivi": "x"}}, "“tivi”"),
    ],
)
def test_a_change_is_held_to_the_rules_of_a_draft(
    desk: Desk, fields: dict[str, Any], words: str
) -> None:
    approved = desk.approved()
    with pytest.raises(Refused, match=words):
        desk.change(approved.item.draft_id, **fields)
    assert states(desk) == {"zalo": "due"}


def test_a_change_may_name_files_that_were_kept(desk: Desk) -> None:
    id = desk.add().draft.id
    name = media.keep_bytes(desk.config.loa.media, b"jpeg", ".jpg")
    desk.change(id, media=[name], channels=["zalo", "facebook"], at=AT)
    draft = desk.draft(id)
    assert (draft.media, draft.channels, draft.at) == ([name], ["zalo", "facebook"], AT)
    desk.change(id, at=None)
    assert desk.draft(id).at is None


def test_what_is_no_content_cannot_be_changed(desk: Desk) -> None:
    id = desk.add().draft.id
    for key in ("state", "author_id", "unit", "note"):
        with pytest.raises(ValueError, match=key):
            desk.change(id, None, **{key: "x"})


# ---- dropped and taken up again


def test_a_dropped_draft_comes_back_to_its_slot(desk: Desk) -> None:
    added = desk.add(task=BULLETIN)
    act(desk, Action.DROP, added.draft.id)
    act(desk, Action.REOPEN, added.draft.id)
    assert desk.draft(added.draft.id).slot == added.draft.slot


def test_a_slot_given_away_meanwhile_is_replaced_and_told(desk: Desk) -> None:
    id = desk.add(task=BULLETIN).draft.id
    act(desk, Action.DROP, id)
    other = desk.add(task=BULLETIN).draft
    with desk.writing() as session:
        draft = drafts.named(session, id)
        (note,) = review.reopen(session, desk.office, draft, desk.lan, NOW)
    assert desk.draft(id).slot not in (None, other.slot)
    assert other.slot is not None
    assert other.slot in note


def test_rules_are_asked_with_the_office_of_the_draft(desk: Desk) -> None:
    id = desk.add().draft.id
    elsewhere = Office(desk.config, desk.config.unit("xa-ben"))
    with pytest.raises(ValueError, match="dak-to"), desk.writing() as session:
        review.drop(session, elsewhere, drafts.named(session, id), desk.lan, NOW)


def test_nothing_is_left_of_an_approval_that_was_refused(desk: Desk) -> None:
    id = in_state(desk, DraftState.IN_REVIEW)
    with pytest.raises(Refused):
        desk.approve(id, by=desk.lan)
    with desk.store.reading() as session:
        assert session.exec(select(Item)).all() == []
        assert session.exec(select(Publication)).all() == []


def test_the_way_through_review_is_the_same_on_postgresql(desk: Desk, postgres_url: str) -> None:
    store = Store(postgres_url)
    store.migrate()
    with store.writing() as session:
        lan = people.add(session, "dak-to", "Lan", Role.CONTRIBUTOR, NOW)
        hoa = people.add(session, "dak-to", "Hoa", Role.APPROVER, NOW)
    there = replace(desk, store=store, people={Role.CONTRIBUTOR: lan, Role.APPROVER: hoa})
    approved = there.approved(slot="DT-C.I.2.c@2025-10-01")
    assert len(approved.publications) == 5
    assert "đã có bản thảo số 1" in refusal_of_slot(there, "DT-C.I.2.c@2025-10-01.r1")
    (note,) = there.change(approved.item.draft_id, title="Tiêu đề khác")
    assert "Đã rút khỏi hàng chờ" in note
    there.submit(approved.item.draft_id)
    assert len(there.approve(approved.item.draft_id).publications) == 5
    store.close()


def refusal_of_slot(desk: Desk, slot: str) -> str:
    with pytest.raises(Refused) as refused:
        desk.add(slot=slot)
    return str(refused.value)


def test_a_change_by_the_back_door_is_noticed_before_its_time(desk: Desk) -> None:
    untouched = desk.approved(channels=("zalo",), title="Nguyên vẹn")
    approved = desk.approved(channels=("zalo", "facebook"), at=NOW + timedelta(days=9))
    with desk.store.writing() as session:
        assert review.lapse(session, NOW) == []
        session.get_one(Draft, approved.item.draft_id).body = "Sửa thẳng trong cơ sở dữ liệu."
    with desk.store.writing() as session:
        ((draft, taken),) = review.lapse(session, NOW)
        assert (draft.id, draft.state) == (approved.item.draft_id, DraftState.WRITING)
        assert {each.channel for each in taken.cancelled} == {"zalo", "facebook"}
        assert review.lapse(session, NOW) == []
        assert session.get_one(Draft, untouched.item.draft_id).state == DraftState.APPROVED
    desk.submit(approved.item.draft_id)  # and may be submitted again
