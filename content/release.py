"""From an approved item to its publications, and off the queue again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from content import routing
from content.drafts import taken
from content.moments import shown
from content.routing import Office, Slot
from errors import Refused
from models import Ask, Draft, Item, Publication, SendState

ONCE = "once"
DAY = timedelta(days=1)
OVER = (SendState.CANCELLED, SendState.REJECTED)  # certainly not public, and never by itself


@dataclass(frozen=True, slots=True)
class Released:
    """What now waits in the queue, and what could not be put there."""

    publications: tuple[Publication, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenOff:
    """What left the queue; `left` is already public, or on its way there."""

    cancelled: tuple[Publication, ...] = ()
    left: tuple[Publication, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        lines = []
        if self.cancelled:
            names = ", ".join(f"{each.channel} {shown(each.due_at)}" for each in self.cancelled)
            lines.append(f"Đã rút khỏi hàng chờ: {names}; phải gửi duyệt lại.")
        if self.left:
            names = ", ".join(dict.fromkeys(each.channel for each in self.left))
            lines.append(f"Bản đã duyệt đã đăng hoặc đang gửi ở {names}: cần thì soạn đính chính.")
        return tuple(lines)


def release(session: Session, office: Office, draft: Draft, item: Item, now: datetime) -> Released:
    """Make the publications of a new item: one a channel, then its re-runs.

    A channel on which an earlier version of this draft went out, or may have, gets nothing: what
    is public is corrected by a new item. Raises `Refused` where that leaves nothing, or where
    another draft already sends the very same content.
    """
    queue = _Queue(session, item)
    slot = office.slot(draft.slot)
    out = {each.channel: each for each in of_draft(session, draft) if _is_first_and_out(each)}
    due = draft.at or _planned(slot, now)
    for channel in item.content["channels"]:
        if channel not in out:
            queue.put(channel, draft.slot or ONCE, due, draft.slot)
    if not queue.made:
        raise Refused(
            f"Bản thảo số {draft.id} đã đăng hoặc đang gửi trên mọi kênh của nó;"
            " hãy soạn một tin đính chính (kind “dinh_chinh”)."
        )
    firsts = out | {each.channel: each for each in queue.made}
    _release_reruns(queue, office, draft, firsts, due)
    session.flush()
    skipped = ", ".join(channel for channel in item.content["channels"] if channel in out)
    notes = (f"Bản trước đã đăng hoặc đang gửi ở {skipped}: không đăng lại ở đó.",)
    return Released(tuple(queue.made), notes if skipped else ())


def _planned(slot: Slot | None, now: datetime) -> datetime:
    """The slot's own time while it is ahead; what is to be done once need not wait for its end."""
    if slot is None or slot.of == 1 or slot.due <= now:
        return now
    return slot.due


def take_off(session: Session, draft: Draft, reason: str) -> TakenOff:
    """Cancel what of a draft has certainly not begun to go out."""
    cancelled, left = [], []
    for each in of_draft(session, draft):
        if _waits(each):
            each.state, each.ask, each.reason = SendState.CANCELLED, None, reason
            session.add(each)
            cancelled.append(each)
        elif each.state not in OVER:
            left.append(each)
    session.flush()
    return TakenOff(tuple(cancelled), tuple(left))


def of_draft(session: Session, draft: Draft) -> Sequence[Publication]:
    """Every publication of a draft's items, locked."""
    query = (
        select(Publication)
        .join(Item, col(Item.id) == col(Publication.item_id))
        .where(Item.draft_id == draft.id)
        .order_by(col(Publication.id))
        .with_for_update(of=Publication)
    )
    return session.exec(query).all()


@dataclass(slots=True)
class _Queue:
    """Puts an item's publications, each (hash, channel, occurrence) once for ever."""

    session: Session
    item: Item
    made: list[Publication] = field(default_factory=list)
    _known: dict[tuple[str, str], Publication] | None = None

    def put(
        self,
        channel: str,
        occurrence: str,
        due: datetime,
        slot: str | None,
        follows: Publication | None = None,
    ) -> None:
        row = self.known.get((channel, occurrence))
        if row is not None and row.state not in OVER:
            raise Refused(self._same(row))
        row = row or Publication(
            item_id=self.item.id,
            unit=self.item.unit,
            hash=self.item.hash,
            channel=channel,
            occurrence=occurrence,
            title="",
            due_at=due,
            next_at=due,
        )
        row.item_id, row.title = self.item.id, self.item.content["title"]
        row.task, row.slot = self.item.task, slot
        row.follows = follows.id if follows else None
        row.due_at = row.next_at = due
        row.state, row.ask, row.reason = SendState.DUE, None, ""
        row.forced, row.tries, row.absences, row.first_try_at = False, 0, 0, None
        self.session.add(row)
        self.session.flush()
        self.made.append(row)

    @property
    def known(self) -> Mapping[tuple[str, str], Publication]:
        """Rows of the very same content: approved before and taken off, or another draft's."""
        if self._known is None:
            query = select(Publication).where(Publication.hash == self.item.hash)
            rows = self.session.exec(query)
            self._known = {(each.channel, each.occurrence): each for each in rows}
        return self._known

    def _same(self, row: Publication) -> str:
        other = self.session.get_one(Item, row.item_id).draft_id
        when = shown(row.sent_at or row.due_at)
        return (
            f"Nội dung y hệt đã có ở bản thảo số {other} ({row.channel}, {when});"
            " muốn đăng thêm lần nữa, hãy duyệt với --at GIỜ."
        )


def _release_reruns(
    queue: _Queue, office: Office, draft: Draft, firsts: Mapping[str, Publication], due: datetime
) -> None:
    """A re-run waits for its first airing, and comes at least as many days after it."""
    reruns = _open_reruns(queue.session, office, draft)
    done = {(each.channel, each.occurrence) for each in _still_out(queue.session, draft)}
    for channel in routing.airing(office, queue.item.content["channels"]):
        for i, rerun in enumerate(reruns, start=1):
            if (channel, rerun.id) not in done:
                when = max(rerun.due, due + DAY * i)
                queue.put(channel, rerun.id, when, rerun.id, firsts[channel])


def _open_reruns(session: Session, office: Office, draft: Draft) -> list[Slot]:
    reruns = office.reruns(draft.slot)
    if not reruns or draft.task is None:
        return []
    filled = taken(session, draft.unit, draft.task, but=draft.id)
    return [rerun for rerun in reruns if rerun.id not in filled]


def _still_out(session: Session, draft: Draft) -> Iterable[Publication]:
    return (each for each in of_draft(session, draft) if each.state not in OVER)


def _is_first_and_out(row: Publication) -> bool:
    return row.follows is None and row.state not in OVER


def _waits(row: Publication) -> bool:
    if row.state == SendState.DUE:
        return not row.ids
    return row.state == SendState.ASKED and row.ask in (Ask.MANUAL, Ask.LATE)
