"""Who may move a draft where: the only place that changes a draft's state (design §5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from content import people
from content.names import STATE_NAMES
from content.routing import Office
from errors import Refused
from models import Draft, DraftState, Role, Staff


class Action(StrEnum):
    CHANGE = "change"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    DROP = "drop"
    REOPEN = "reopen"


# The one transition table: what is not here cannot happen. A change is of the content.
MOVES: Mapping[tuple[DraftState, Action], DraftState] = {
    (DraftState.WRITING, Action.CHANGE): DraftState.WRITING,
    (DraftState.WRITING, Action.SUBMIT): DraftState.IN_REVIEW,
    (DraftState.WRITING, Action.DROP): DraftState.DROPPED,
    (DraftState.IN_REVIEW, Action.CHANGE): DraftState.WRITING,
    (DraftState.IN_REVIEW, Action.APPROVE): DraftState.APPROVED,
    (DraftState.IN_REVIEW, Action.RETURN): DraftState.WRITING,
    (DraftState.IN_REVIEW, Action.DROP): DraftState.DROPPED,
    (DraftState.APPROVED, Action.CHANGE): DraftState.WRITING,
    (DraftState.DROPPED, Action.REOPEN): DraftState.WRITING,
}

# With a draft of their own, or one that only a maker has touched, everybody may:
OWN = frozenset({Action.CHANGE, Action.SUBMIT, Action.DROP, Action.REOPEN})
_JUDGE = frozenset({Action.APPROVE, Action.RETURN, Action.DROP, Action.REOPEN})
# With any draft of their unit; a leader and an admin also in the units below.
MAY: Mapping[Role, frozenset[Action]] = {
    role: _JUDGE if role in people.MAY["approve"] else frozenset() for role in Role
}
REACH_DOWN = (Role.LEADER, Role.ADMIN)

VERBS: Mapping[Action, str] = {
    Action.CHANGE: "sửa",
    Action.SUBMIT: "gửi duyệt",
    Action.APPROVE: "duyệt",
    Action.RETURN: "trả lại",
    Action.DROP: "bỏ",
    Action.REOPEN: "mở lại",
}


def check(office: Office, draft: Draft, by: Staff | None, action: Action) -> None:
    """Raises `Refused` where the person or the state does not allow it."""
    if office.unit.id != draft.unit:
        raise ValueError(f"draft {draft.id} is of {draft.unit}, not of {office.unit.id}")
    _check_person(office, draft, by, action)
    if (DraftState(draft.state), action) not in MOVES:
        state = STATE_NAMES[draft.state]
        raise Refused(f"Bản thảo số {draft.id} {state}, không {VERBS[action]} được.")


def move(session: Session, draft: Draft, action: Action, now: datetime) -> None:
    """After `check`, and after all that may still be refused."""
    draft.state = MOVES[DraftState(draft.state), action]
    draft.changed_at = now
    session.add(draft)
    session.flush()


def _check_person(office: Office, draft: Draft, by: Staff | None, action: Action) -> None:
    if by is None:
        if draft.author_id is None:
            return
        raise Refused(f"Bản thảo số {draft.id} đã có người viết; chỉ người đó sửa được.")
    if action is Action.APPROVE and draft.author_id in (None, by.id):
        raise Refused("Không ai tự duyệt bản thảo của mình; hãy nhờ người khác duyệt.")
    own = by.active and draft.author_id in (None, by.id) and by.unit == draft.unit
    judge = by.active and action in MAY[Role(by.role)] and _reaches(office, by)
    if not (judge or (own and action in OWN)):
        raise Refused(
            f"{by.name} không có quyền {VERBS[action]} bản thảo số {draft.id}"
            f" (đơn vị {draft.unit}); hãy nhờ {_who(action)}."
        )


def _reaches(office: Office, by: Staff) -> bool:
    if by.unit == office.unit.id:
        return True
    return by.role in REACH_DOWN and by.unit in {unit.id for unit in office.above}


def _who(action: Action) -> str:
    judged = action in (Action.APPROVE, Action.RETURN)
    return "người duyệt của đơn vị" if judged else "người viết bản thảo"
