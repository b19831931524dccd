"""`loa staff`: who works in the office."""

from __future__ import annotations

from typing import Annotated

import typer

from commands import office
from content import people
from models import Role

commands = typer.Typer(no_args_is_help=True, add_completion=False)

ROLE_NAMES = {
    Role.CONTRIBUTOR: "người viết",
    Role.EDITOR: "biên tập",
    Role.APPROVER: "người duyệt",
    Role.LEADER: "lãnh đạo",
    Role.ADMIN: "quản trị",
}


@commands.command("add")
def add(
    name: str,
    role: Annotated[Role, typer.Option("--role", help="What they may do.")],
    unit: office.UnitOption = None,
) -> None:
    """Add a member of staff to a unit."""
    app = office.open_office()
    with app.store.writing() as session:
        person = people.add(session, app.unit(unit).id, name, role, office.now())
    office.say(f"Đã thêm {person.name} ({ROLE_NAMES[role]}) vào đơn vị {person.unit}.")


@commands.command("list")
def list_(unit: office.UnitOption = None, as_json: office.JsonOption = False) -> None:
    """List the members of staff."""
    app = office.open_office()
    with app.store.reading() as session:
        staff = [
            {"id": each.id, "name": each.name, "role": str(each.role), "unit": each.unit}
            for each in people.everyone(session, app.unit(unit).id if unit else None)
        ]
    if as_json:
        office.say_json(staff)
        return
    for each in staff:
        office.say(f"{each['name']} · {ROLE_NAMES[Role(str(each['role']))]} · {each['unit']}")
    if not staff:
        office.summary("Chưa có ai; thêm bằng: loa staff add TÊN --role approver")


@commands.command("remove")
def remove(name: str, unit: office.UnitOption = None) -> None:
    """Remove a member of staff; what they did keeps their name."""
    app = office.open_office()
    with app.store.writing() as session:
        person = people.remove(session, name, unit)
    office.say(f"Đã thôi giao việc cho {person.name} ở đơn vị {person.unit}.")
