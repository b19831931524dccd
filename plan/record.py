"""A unit's plan and what was done by hand, in the database."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlmodel import Session, col, select

from errors import Refused
from models import Deed, PlanVersion, Staff
from plan import file, progress
from plan.slots import Schedule, Slot
from plan.values import Plan
from zone import HANOI


def use(session: Session, unit: str, text: str, now: datetime) -> tuple[Plan, bool]:
    """Make a plan the unit's current one; False where it already was, word for word.

    What was done stays: deeds belong to the task, and to the slot where it still exists.
    """
    plan, findings = file.parse(text)
    if plan is None:
        raise file.PlanRefused(findings)
    digest = hashlib.sha256(text.encode()).hexdigest()
    was = _current(session, unit)
    if was and was.digest == digest:
        return plan, False
    if was:
        was.current = False
        session.add(was)
        session.flush()
    session.add(PlanVersion(unit=unit, slug=plan.slug, digest=digest, toml=text, used_at=now))
    return plan, True


def current(session: Session, unit: str) -> Plan:
    """Raises `Refused` where the unit has no plan yet."""
    plan = current_or_none(session, unit)
    if plan is None:
        raise Refused(f"Đơn vị {unit} chưa có kế hoạch; hãy chạy: loa plan use TỆP.toml")
    return plan


def current_or_none(session: Session, unit: str) -> Plan | None:
    version = _current(session, unit)
    return _parsed(version.toml) if version else None


@lru_cache(maxsize=64)
def _parsed(toml: str) -> Plan | None:
    """A plan is read often and changes a few times a year."""
    return file.parse(toml)[0]


@dataclass(frozen=True, slots=True)
class ByHand:
    """Something done by hand; `evidence` is a link or media/{digest}.{ext}."""

    task: str
    on: date
    evidence: str
    slot: str | None = None


def enter(
    session: Session, plan: Plan, schedule: Schedule, done: ByHand, by: Staff, now: datetime
) -> Deed:
    """Enter what was done by hand. Raises `Refused` for a task or slot that the plan has not."""
    if plan.task(done.task) is None:
        raise Refused(
            f"Kế hoạch {plan.slug} không có nhiệm vụ “{done.task}”; xem: loa plan progress"
        )
    if done.on > now.astimezone(HANOI).date():
        raise Refused(f"Ngày {done.on:%d/%m/%Y} chưa tới: chỉ ghi việc đã làm.")
    if done.on < plan.period.first:
        raise Refused(f"Ngày {done.on:%d/%m/%Y} ở trước kỳ của kế hoạch {plan.slug}.")
    own = schedule.of_task(done.task)
    if done.slot is not None and done.slot not in {each.id for each in own}:
        raise Refused(f"Nhiệm vụ {done.task} không có kỳ “{done.slot}”; xem: loa plan slots")
    told = next((each for each in own if each.id == done.slot), None)
    if told and told.of > 1 and done.on < told.first:
        raise Refused(f"Kỳ {told.id} bắt đầu ngày {told.first:%d/%m/%Y}, sau ngày đã ghi.")
    if _is_known(session, by.unit, done):
        raise Refused(f"Việc này đã được ghi: {done.task}, ngày {done.on:%d/%m/%Y}.")
    deed = Deed(
        unit=by.unit,
        task=done.task,
        slot=done.slot or _home(own, deeds(session, by.unit, done.task), done.on),
        on=done.on,
        evidence=done.evidence,
        staff_id=by.id,
        entered_at=now,
    )
    session.add(deed)
    session.flush()
    return deed


def deeds(session: Session, unit: str, task: str | None = None) -> list[progress.Deed]:
    query = select(Deed).where(Deed.unit == unit).order_by(col(Deed.on), col(Deed.id))
    found = session.exec(query.where(Deed.task == task) if task else query)
    return [
        progress.Deed(task=each.task, on=each.on, slot=each.slot, links=(each.evidence,))
        for each in found
    ]


def _is_known(session: Session, unit: str, done: ByHand) -> bool:
    query = select(Deed.id).where(
        Deed.unit == unit,
        Deed.task == done.task,
        Deed.on == done.on,
        Deed.evidence == done.evidence,
    )
    return session.exec(query).first() is not None


def _home(own: Sequence[Slot], known: list[progress.Deed], on: date) -> str | None:
    """The slot that a deed of that day fills, by the same rule as `progress.fill`."""
    new = progress.Deed(task="", on=on)
    filled = progress.fill(own, [*known, new])
    return next((slot for slot, done in filled.items() if new in done), None)


def _current(session: Session, unit: str) -> PlanVersion | None:
    query = select(PlanVersion).where(PlanVersion.unit == unit, col(PlanVersion.current))
    return session.exec(query).first()
