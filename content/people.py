"""Members of staff: who they are and what their role allows."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from errors import Refused
from models import Role, Staff

MAX_NAME = 80
MAY: Mapping[str, frozenset[Role]] = {
    "write": frozenset(Role),
    "settle": frozenset({Role.EDITOR, Role.APPROVER, Role.LEADER, Role.ADMIN}),
    "approve": frozenset({Role.APPROVER, Role.LEADER, Role.ADMIN}),
}
WORDS = {"write": "soạn bài", "settle": "xử lý lượt đăng", "approve": "duyệt bài"}


def add(session: Session, unit: str, name: str, role: Role, now: datetime) -> Staff:
    """Raises `Refused` for an empty, overlong or taken name. A removed one comes back."""
    tidy = tidy_name(name)
    known = _named(session, tidy, unit)
    if known and known[0].active:
        raise Refused(f"Đơn vị {unit} đã có cán bộ tên “{tidy}”; hãy thêm họ hoặc chức danh.")
    person = known[0] if known else Staff(unit=unit, name=tidy, role=role, added_at=now)
    person.role, person.active = role, True
    session.add(person)
    session.flush()
    return person


def remove(session: Session, name: str, unit: str | None = None) -> Staff:
    person = named(session, name, unit)
    person.active = False
    session.add(person)
    return person


def named(session: Session, name: str, unit: str | None = None) -> Staff:
    """The one active member of staff of that name. Raises `Refused`."""
    tidy = tidy_name(name)
    found = [person for person in _named(session, tidy, unit) if person.active]
    if not found:
        raise Refused(f"Không có cán bộ tên “{tidy}”; xem danh sách bằng: loa staff list")
    if len(found) > 1:
        units = ", ".join(person.unit for person in found)
        raise Refused(f"Có nhiều cán bộ tên “{tidy}” ({units}); hãy nêu đơn vị bằng --unit.")
    return found[0]


def everyone(session: Session, unit: str | None = None) -> Sequence[Staff]:
    query = select(Staff).where(col(Staff.active)).order_by(col(Staff.unit), col(Staff.name))
    return session.exec(query.where(Staff.unit == unit) if unit else query).all()


def may(session: Session, name: str, action: str, unit: str | None = None) -> Staff:
    """The member of staff, if their role allows it. Raises `Refused`."""
    person = named(session, name, unit)
    if person.role not in MAY[action]:
        raise Refused(f"{person.name} chưa được giao quyền {WORDS[action]}; nhờ người có quyền.")
    return person


def tidy_name(name: str) -> str:
    """NFC, single spaces: the same person whatever keyboard typed the name."""
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if not tidy or len(tidy) > MAX_NAME or not tidy.isprintable():
        raise Refused(f"Tên cán bộ phải có từ 1 đến {MAX_NAME} chữ.")
    return tidy


def _named(session: Session, tidy: str, unit: str | None) -> list[Staff]:
    query = select(Staff).where(Staff.unit == unit) if unit else select(Staff)
    # SQLite folds only ASCII letters: the comparison is ours.
    return [each for each in session.exec(query) if each.name.casefold() == tidy.casefold()]
