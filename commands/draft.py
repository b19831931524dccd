"""`loa draft`: from a blank page to an approved item."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

import app as loa
from commands import draft_words, office
from content import draft_file, drafts, moments, people, review
from content.draft_file import NewDraft
from content.routing import Office
from models import Draft, Staff

commands = typer.Typer(no_args_is_help=True, add_completion=False)

IdArgument = Annotated[int, typer.Argument(metavar="ID", help="The number of the draft.")]


@commands.command("add")
def add(
    source: Annotated[str, typer.Argument(metavar="FILE", help="A draft file (JSON), or -.")],
    by: office.AsOption,
    unit: office.UnitOption = None,
) -> None:
    """Start a draft; prints its number alone, then what was understood."""
    new = _read(source)
    app = office.open_office()
    with app.store.writing() as session:
        author = people.named(session, by, unit)
        where = app.office(session, app.unit(author.unit))
        added = drafts.add(session, where, new, author, office.now())
    office.say(added.draft.id)
    for line in draft_words.added(added):
        office.say(line)


@commands.command("list")
def list_(as_json: office.JsonOption = False) -> None:
    """List the drafts, the newest first."""
    app = office.open_office()
    with app.store.reading() as session:
        found = drafts.everything(session)
        names = drafts.authors(session)
    if as_json:
        office.say_json([draft_words.brief_json(each, names) for each in found])
        return
    for each in found:
        office.say(draft_words.brief(each, names))
    if not found:
        office.summary("Chưa có bản thảo nào; thêm bằng: loa draft add TỆP --as TÊN")


@commands.command("show")
def show(id: IdArgument, as_json: office.JsonOption = False) -> None:
    """Show a draft whole."""
    app = office.open_office()
    with app.store.reading() as session:
        draft = drafts.named(session, id)
        names = drafts.authors(session)
    if as_json:
        office.say_json(draft_words.whole_json(draft, names))
        return
    for line in draft_words.whole(draft, names):
        office.say(line)


@commands.command("submit")
def submit(id: IdArgument, by: office.AsOption, unit: office.UnitOption = None) -> None:
    """Ask for approval; tells what each channel will shorten or leave out."""
    app = office.open_office()
    with app.store.writing() as session:
        draft, who, where = _hands(app, session, id, by, unit)
        notes = review.submit(session, where, draft, who, office.now(), app.limits())
    office.say(f"Bản thảo số {id} đã gửi duyệt.")
    for note in notes:
        office.say(note)


@commands.command("approve")
def approve(
    id: IdArgument,
    by: office.AsOption,
    at: Annotated[str | None, typer.Option("--at", help="When to publish it.")] = None,
    unit: office.UnitOption = None,
    as_json: office.JsonOption = False,
) -> None:
    """Approve a draft of somebody else: it is frozen, and its publications wait in the queue."""
    when = moments.moment(at) if at is not None else None
    app = office.open_office()
    with app.store.writing() as session:
        draft, who, where = _hands(app, session, id, by, unit)
        approved = review.approve(session, where, draft, who, office.now(), when)
    if as_json:
        office.say_json(draft_words.approved_json(approved))
        return
    for line in draft_words.approved(approved):
        office.say(line)


@commands.command("return")
def return_(
    id: IdArgument,
    by: office.AsOption,
    note: Annotated[str, typer.Option("--note", help="What is to be mended.")],
    unit: office.UnitOption = None,
) -> None:
    """Return a draft to its author."""
    app = office.open_office()
    with app.store.writing() as session:
        draft, who, where = _hands(app, session, id, by, unit)
        review.send_back(session, where, draft, who, office.now(), note)
    office.say(f"Bản thảo số {id} đã trả lại người viết: {draft.note}")


@commands.command("drop")
def drop(id: IdArgument, by: office.AsOption, unit: office.UnitOption = None) -> None:
    """Give a draft up; its slot is open again."""
    app = office.open_office()
    with app.store.writing() as session:
        draft, who, where = _hands(app, session, id, by, unit)
        review.drop(session, where, draft, who, office.now())
    office.say(f"Đã bỏ bản thảo số {id}.")


def _read(source: str) -> NewDraft:
    if source != "-":
        return draft_file.load(Path(source))
    data = sys.stdin.buffer.read(draft_file.MAX_FILE_BYTES + 1)
    return draft_file.read(draft_file.decode(data), Path())


def _hands(
    app: loa.App, session: Session, id: int, by: str, unit: str | None
) -> tuple[Draft, Staff, Office]:
    """The draft, locked; who has it in hand; the office it belongs to."""
    who = people.named(session, by, unit)
    draft = drafts.named(session, id, lock=True)
    return draft, who, app.office(session, app.unit(draft.unit))
