"""`loa publications`: the queue, what waits for an answer, what came back."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlmodel import Session

from app import App
from commands import office, tables
from content import media, people
from delivery import measure, settle
from delivery.lanes import Lane
from errors import Refused
from models import Publication, SendState
from reports import publications

commands = typer.Typer(no_args_is_help=True, add_completion=False)

IdArgument = Annotated[int, typer.Argument(metavar="ID", help="The publication.")]


@commands.command("list")
def list_(
    state: Annotated[SendState | None, typer.Option("--state", help="Only these.")] = None,
    as_json: office.JsonOption = False,
) -> None:
    """List the publications, oldest first."""
    app = office.open_office()
    with app.store.reading() as session:
        rows = publications.rows(session, state=state)
    if as_json:
        office.say_json(rows)
    else:
        tables.show(tables.publications_lines(rows, office.now()))


@commands.command("settle")
def settle_(
    id: IdArgument,
    by: office.AsOption,
    sent: Annotated[
        str | None, typer.Option("--sent", help="It is out: its link, or a file as evidence.")
    ] = None,
    absent: Annotated[bool, typer.Option("--absent", help="It is not out: send it.")] = False,
) -> None:
    """Say what became of a publication that Loa asks about."""
    if (sent is None) == (not absent):
        raise Refused("Hãy chọn một: --sent LIÊN_KẾT (đã đăng) hoặc --absent (chưa đăng).")
    app = office.open_office()
    proof = media.evidence(app.config.loa.media, sent) if sent else None
    with app.store.writing() as session:
        row = _publication(session, id)
        lane = _lane(app, row)
        action = "write" if lane.manual else "settle"
        person = people.may(session, by, action, row.unit)
        follows = settle.by_hand(session, lane, row, link=proof, by=person, now=office.now())
    office.say(f"Lượt đăng {id}: {follows}.")


@commands.command("cancel")
def cancel(id: IdArgument, by: office.AsOption) -> None:
    """Take a publication off the queue."""
    app = office.open_office()
    with app.store.writing() as session:
        row = _publication(session, id)
        settle.cancel(session, row, people.may(session, by, "settle", row.unit), office.now())
    office.say(f"Lượt đăng {id}: đã hủy.")


@commands.command("measure")
def measure_(
    id: Annotated[int | None, typer.Argument(metavar="[ID]", help="One; else all sent.")] = None,
) -> None:
    """Read engagement now."""
    app = office.open_office()
    sender = app.sender("measure")
    with app.store.reading() as session:
        rows = [_publication(session, id)] if id else measure.sent(session)
        session.expunge_all()
    told = [measure.measure_one(sender, _lane(app, row), row) for row in rows]
    office.say(
        f"Đã đọc số liệu của {sum(each is not None for each in told)}/{len(rows)} lượt đăng."
    )


def _publication(session: Session, id: int) -> Publication:
    row = session.get(Publication, id)
    if row is None:
        raise Refused(f"Không có lượt đăng {id}; xem: loa publications list")
    return row


def _lane(app: App, row: Publication) -> Lane:
    return app.lanes.get(row.channel) or Lane(row.channel, row.unit)
