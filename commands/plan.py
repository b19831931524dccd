"""`loa plan`: a plan file, its slots, and where the office stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands import office, tables
from content import media, people
from errors import Refused, why
from plan import file, progress, record, slots
from plan import read as reading
from plan.calendar import Calendar

commands = typer.Typer(no_args_is_help=True, add_completion=False)

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A plan file (.toml).")]
FromOption = Annotated[str | None, typer.Option("--from", help="First day.")]
ToOption = Annotated[str | None, typer.Option("--to", help="Last day.")]


@commands.command("check")
def check(path: FileArgument) -> None:
    """Check a plan file: every finding, with the lines of its source."""
    plan, findings = file.check(path)
    for finding in findings:
        office.say(finding)
    errors = sum(finding.severity == "lỗi" for finding in findings)
    if plan is None:
        raise Refused(f"{path.name}: {errors} lỗi, {len(findings) - errors} cảnh báo.")
    dated = slots.slots(plan, Calendar()).slots
    office.summary(
        f"{path.name}: dùng được; {len(plan.tasks)} nhiệm vụ, {len(plan.topics)} nội dung,"
        f" {len(dated)} kỳ; {len(findings)} cảnh báo."
    )


@commands.command("show")
def show(path: FileArgument) -> None:
    """Show a plan's tasks in a table."""
    tables.show(tables.plan_table(file.load(path)))


@commands.command("slots")
def slots_(
    path: FileArgument,
    first: FromOption = None,
    last: ToOption = None,
    as_json: office.JsonOption = False,
) -> None:
    """List a plan's dated slots over its whole period."""
    plan = file.load(path)
    begin, end = office.day(first), office.day(last)
    if begin and end and end < begin:
        raise Refused(f"Ngày kết thúc {end:%d/%m/%Y} trước ngày bắt đầu {begin:%d/%m/%Y}.")
    schedule = slots.slots(plan, Calendar()).between(begin, end)
    if as_json:
        office.say_json(slots.as_json(plan.slug, schedule))
        return
    tables.show(tables.slots_table(plan, schedule))
    for note in (*schedule.questions, *schedule.open):
        office.say(f"{note.task}: {note.why}")


@commands.command("read")
@commands.command("import", hidden=True)
def read(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A .docx, .pdf or .txt.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write the plan file here.")] = None,
    as_json: office.JsonOption = False,
) -> None:
    """Read a plan document (Word, PDF, text) into a plan file, with its doubts."""
    found = reading.read(path)
    if out is not None:
        _write(out, reading.as_toml(found))
    if as_json:
        office.say_json(reading.as_json(found))
    elif out is None:
        office.say(reading.as_toml(found))
    else:
        for doubt in found.doubts:
            office.say(f"[dòng {doubt.lines}] {doubt.why} — “{doubt.text}”")
    tasks = len(found.tables.get("tasks", ()))
    office.summary(f"Đọc được {tasks} nhiệm vụ, {len(found.doubts)} chỗ cần cán bộ xem lại.")


@commands.command("use")
def use(path: FileArgument, unit: office.UnitOption = None) -> None:
    """Put a plan into the office; used again after a change, it keeps what was done."""
    app = office.open_office()
    where = app.unit(unit)
    with app.store.writing() as session:
        plan, changed = record.use(session, where.id, file.text(path), office.now())
    words = "đang dùng" if changed else "vẫn dùng, không có gì đổi ở"
    office.say(f"Đơn vị {where.id} {words} kế hoạch {plan.slug}: {len(plan.tasks)} nhiệm vụ.")


@commands.command("progress")
def progress_(
    unit: office.UnitOption = None,
    on: Annotated[str | None, typer.Option("--on", help="As of this day (today).")] = None,
    as_json: office.JsonOption = False,
) -> None:
    """Where the plan stands: done, late, missed, forecast, reach."""
    app = office.open_office()
    where, as_of = app.unit(unit), office.day(on) or office.today()
    plan, lines = app.progress(where, as_of)
    if as_json:
        office.say_json(progress.as_json(plan.slug, where.id, as_of, lines))
        return
    ordered = progress.worst_first(lines)
    tables.show(tables.progress_table(plan, where.name, as_of, ordered), tables.reasons(ordered))


@commands.command("done")
def done(
    task: str,
    by: office.AsOption,
    on: Annotated[str, typer.Option("--on", help="The day on which it was done.")],
    evidence: Annotated[str, typer.Option("--evidence", help="A link or a file.")],
    slot: Annotated[str | None, typer.Option("--slot", help="Slot id, where it matters.")] = None,
    unit: office.UnitOption = None,
) -> None:
    """Enter what was done by hand, with its evidence."""
    app = office.open_office()
    as_of = office.day(on) or office.today()
    with app.store.writing() as session:
        person = people.named(session, by, unit)
        where = app.unit(person.unit)
        plan = record.current(session, where.id)
        proof = media.evidence(app.config.loa.media, evidence)
        what = record.ByHand(task, as_of, proof, slot)
        deed = record.enter(session, plan, app.schedule(where, plan), what, person, office.now())
    office.say(f"Đã ghi: {task}, ngày {as_of:%d/%m/%Y}, kỳ {deed.slot or '(không theo kỳ)'}.")


def _write(path: Path, text: str) -> None:
    if path.exists():
        raise Refused(f"{path} đã có; Loa không ghi đè, hãy chọn tên khác.")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(f"Không ghi được {path}: {why(error)}") from error
