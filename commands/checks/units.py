"""The units: has each a plan in force, people to carry it out, a way out for every task?"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten

from sqlmodel import Session

from app import App
from commands.checks.said import Said, broken, doubtful, fine
from config import Unit
from content import people, routing
from errors import Refused
from plan import record
from plan.values import Plan
from zone import HANOI


def unit(app: App, unit: Unit) -> Iterator[Said]:
    with app.store.reading() as session:
        yield from _staff(session, unit)
        try:
            plan = record.current_or_none(session, unit.id)
        except Refused as refusal:
            yield broken(f"kế hoạch {unit.id}", str(refusal))
            return
    if plan is None:
        yield doubtful(f"kế hoạch {unit.id}", "chưa có; chạy: loa plan use TỆP.toml")
        return
    yield _period(app, unit, plan)
    yield from _routes(unit, plan)


def _staff(session: Session, unit: Unit) -> Iterator[Said]:
    what = f"cán bộ {unit.id}"
    staff = people.everyone(session, unit.id)
    names = {person.name.casefold() for person in staff}
    if not any(person.role in people.MAY["approve"] for person in staff):
        yield doubtful(what, "chưa ai được duyệt bài; chạy: loa staff add TÊN --role approver")
    elif len(staff) < 2:
        yield doubtful(what, "mới có một người, mà không ai được tự duyệt bài của mình")
    else:
        yield fine(what, f"{len(staff)} người")
    for name in unit.responsible:
        if name.casefold() not in names:
            yield doubtful(what, f"không có ai tên “{name}” như responsible của đơn vị đã ghi")


def _period(app: App, unit: Unit, plan: Plan) -> Said:
    what, today = f"kế hoạch {unit.id}", app.clock().astimezone(HANOI).date()
    if today > plan.period.last:
        ended = f"{plan.slug} đã hết kỳ ngày {plan.period.last:%d/%m/%Y}"
        return doubtful(what, f"{ended}; nạp kế hoạch mới bằng: loa plan use TỆP.toml")
    return fine(what, f"{plan.slug}, {len(plan.tasks)} nhiệm vụ")


def _routes(unit: Unit, plan: Plan) -> Iterator[Said]:
    for task in routing.unserved(plan.tasks, unit):
        yield doubtful(
            f"nhiệm vụ {task.id}",
            f"chưa kênh nào phục vụ ({', '.join(task.channels) or 'kế hoạch không nêu kênh'}):"
            f" {shorten(task.title, 80, placeholder=' …')}",
        )
    known = {task.id for task in plan.tasks}
    for route in unit.routes:
        if route.task not in known:
            yield doubtful(
                f"tuyến {route.task}", f"kế hoạch {plan.slug} không có nhiệm vụ này; sửa mã ở task"
            )
