"""Start a draft, find one, and find the slot that it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import or_
from sqlmodel import Session, col, select

from content import media, routing
from content.draft_file import NewDraft
from content.draft_values import nearest
from content.moments import shown
from content.picture_file import PictureRefused, open_picture
from content.routing import Office, Slot
from content.sniff import sniff
from errors import Refused, why
from models import Deed, Draft, DraftState, Item, Publication, SendState, Staff
from zone import HANOI

BIGGEST_ID = 2**31 - 1
PREVIEW_SIDE = 240  # pixels: enough to know that a picture opens


@dataclass(frozen=True, slots=True)
class Added:
    """A new draft and what was understood. `slot` is None where it goes out beside the slots."""

    draft: Draft
    channels: tuple[str, ...]
    slot: Slot | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft stands in the plan."""

    task: str | None
    slot: Slot | None
    note: str = ""


def add(
    session: Session, office: Office, new: NewDraft, author: Staff | None, now: datetime
) -> Added:
    """Keep a new draft of the office's unit; its media go into the media folder.

    `author` is None for a maker. A task without a slot takes that task's earliest open slot;
    where none is open the draft stays without one, and a note says so. Raises `Refused`, and
    then nothing is kept.
    """
    check_unit(office, new.unit, author)
    if new.at is not None:
        check_ahead(new.at, now)
    found = place(session, office, new.task, new.slot, now)
    channels = routing.resolve(office, new.channels, found.task)
    notes = [found.note, *check_variants(office, new.variants, channels)]
    for path in new.media:
        _check_picture(path)
    draft = Draft(
        unit=office.unit.id,
        kind=new.kind,
        title=new.title,
        body=new.body,
        task=found.task,
        slot=found.slot.id if found.slot else None,
        at=new.at,
        channels=list(new.channels),
        variants=dict(new.variants),
        media=[media.keep(office.config.loa.media, path) for path in new.media],
        figures=[dict(figure) for figure in new.figures],
        topics=list(new.topics),
        language=new.language,
        author_id=author.id if author else None,
        note=new.note,
        created_at=now,
        changed_at=now,
    )
    session.add(draft)
    session.flush()
    return Added(draft, channels, found.slot, tuple(note for note in notes if note))


def _check_picture(path: Path) -> None:
    """A picture that no channel could show is refused before it is kept."""
    try:
        mime = sniff(path)
    except OSError as error:
        raise Refused(f"Không đọc được tệp {path.name}: {why(error)}.") from error
    if mime and mime.startswith("image/"):
        try:
            open_picture(path, PREVIEW_SIDE)
        except PictureRefused as refusal:
            raise Refused(f"{path.name}: {refusal}") from refusal


def named(session: Session, id: int, *, lock: bool = False) -> Draft:
    """The draft of that number; `lock` it before changing it. Raises `Refused`."""
    draft = None
    if 0 < id <= BIGGEST_ID:
        draft = session.get(Draft, id, with_for_update=lock or None, populate_existing=lock)
    if draft is None:
        raise Refused(f"Không có bản thảo số {id}; xem danh sách bằng: loa draft list")
    return draft


def everything(session: Session) -> Sequence[Draft]:
    """Every draft, the newest first."""
    return session.exec(select(Draft).order_by(col(Draft.id).desc())).all()


def authors(session: Session) -> dict[int, str]:
    """The names of all who ever wrote, also of those who left."""
    return {person.id: person.name for person in session.exec(select(Staff))}


def place(
    session: Session,
    office: Office,
    task_id: str | None,
    slot_id: str | None,
    now: datetime,
    but: int | None = None,
) -> Place:
    """The task and slot that a draft takes; `but` is the draft itself. Raises `Refused`."""
    if slot_id is not None:
        return _named_place(session, office, task_id, slot_id, but)
    if task_id is None:
        return Place(None, None)
    task = office.task(task_id)
    own = [slot for slot in office.slots if slot.task == task.id and slot.of_slot is None]
    filled = taken(session, office.unit.id, task.id, but)
    slot = _earliest(own, filled, now.astimezone(HANOI).date())
    if own and slot is None:
        note = f"Nhiệm vụ {task.id} không còn kỳ nào trống: bài này đăng ngoài kỳ."
        return Place(task.id, None, note)
    return Place(task.id, slot)


def taken(session: Session, unit: str, task: str, but: int | None = None) -> dict[str, str]:
    """The slots of a task that something fills or is about to fill: slot id -> what, for people.

    A deed; a draft being written or reviewed; what an approved draft sends, unless cancelled.
    """
    found: dict[str, str] = {}
    for deed in session.exec(select(Deed).where(Deed.unit == unit, Deed.task == task)):
        found[deed.slot or ""] = f"việc đã làm ngày {deed.on:%d/%m/%Y}"
    rows = (*_being_written(session, unit, task), *_on_their_way(session, unit, task))
    found |= {slot or "": f"bản thảo số {id}" for slot, id in rows if id != but}
    found.pop("", None)
    return found


def check_unit(office: Office, unit: str | None, author: Staff | None) -> None:
    """People write for their own unit. Raises `Refused`."""
    if unit is not None and unit not in {each.id for each in office.config.units}:
        hint = nearest(unit, (each.id for each in office.config.units))
        raise Refused(f"Không có đơn vị “{unit}”; {hint}")
    own = author.unit if author else office.unit.id
    if (unit or own) != own or own != office.unit.id:
        who = author.name if author else "Loa"
        raise Refused(f"{who} thuộc đơn vị {own}, không viết cho đơn vị {unit or office.unit.id}.")


def check_ahead(at: datetime, now: datetime) -> None:
    if at < now:
        raise Refused(f"Giờ đăng {shown(at)} đã qua; hãy chọn giờ khác.")


def check_variants(
    office: Office, variants: Mapping[str, str], channels: Sequence[str]
) -> list[str]:
    """A text for an unknown channel is refused; one that will not be used is told."""
    for name in variants:
        if name not in office.channels:
            hint = nearest(name, office.channels)
            raise Refused(
                f"Có nội dung riêng cho kênh “{name}” nhưng đơn vị {office.unit.id}"
                f" không có kênh này; {hint}"
            )
    unused = ", ".join(name for name in variants if name not in channels)
    return [f"Bài không đăng trên {unused}: nội dung riêng ở đó không dùng."] if unused else []


def _named_place(
    session: Session, office: Office, task_id: str | None, slot_id: str, but: int | None
) -> Place:
    slot = office.slot(slot_id)
    if task_id is not None:
        office.task(task_id)
    if slot is None or task_id not in (None, slot.task):
        whose = f"Nhiệm vụ {task_id}" if task_id else f"Kế hoạch của {office.unit.id}"
        near = (each.id for each in office.slots if task_id in (None, each.task))
        raise Refused(f"{whose} không có kỳ “{slot_id}”; {nearest(slot_id, near)}")
    if what := taken(session, office.unit.id, slot.task, but).get(slot.id):
        raise Refused(
            f"Kỳ {slot.id} ({routing.slot_name(slot)}) đã có {what}; hãy chọn kỳ khác"
            " hoặc bỏ trống mục “slot”."
        )
    return Place(slot.task, slot)


def _earliest(own: Sequence[Slot], filled: Mapping[str, str], today: date) -> Slot | None:
    """The earliest open slot; one that counts towards the target goes before one that does not."""
    free = [slot for slot in own if slot.id not in filled and slot.by >= today]
    return min(free, key=lambda slot: (not slot.counted, slot.due, slot.id), default=None)


def _being_written(session: Session, unit: str, task: str) -> Iterable[tuple[str | None, int]]:
    return session.exec(
        select(Draft.slot, Draft.id).where(
            Draft.unit == unit,
            Draft.task == task,
            col(Draft.state).in_((DraftState.WRITING, DraftState.IN_REVIEW)),
        )
    )


def _on_their_way(session: Session, unit: str, task: str) -> Iterable[tuple[str | None, int]]:
    """A rejected publication holds its slot only while its draft is still the approved one."""
    rejected = col(Publication.state) == SendState.REJECTED
    return session.exec(
        select(Publication.slot, Draft.id)
        .join(Item, col(Item.id) == col(Publication.item_id))
        .join(Draft, col(Draft.id) == col(Item.draft_id))
        .where(
            Publication.unit == unit,
            Publication.task == task,
            Publication.state != SendState.CANCELLED,
            or_(~rejected, col(Draft.state) == DraftState.APPROVED),
        )
        .distinct()
    )
