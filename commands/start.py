"""`loa init` and `loa demo`: the first five minutes."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
from pathlib import Path
from typing import Annotated

import typer

import app as loa
import config
from commands import office
from errors import Refused
from plan import file
from plan.values import Plan

commands = typer.Typer(add_completion=False)


@commands.command("init")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    plan_file: Annotated[Path | None, typer.Option("--plan", help="A plan file (.toml).")] = None,
    public_url: Annotated[str | None, typer.Option(help="How the services reach us.")] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the web pages.")] = 8080,
) -> None:
    """Make a new office in a folder: config, keys, database, plan."""
    plan = file.load(plan_file) if plan_file else None
    try:
        _lay_out(folder, plan, plan_file, public_url or f"http://127.0.0.1:{port}", port)
    except OSError as error:
        raise Refused(f"Không ghi được vào {folder}: {error.strerror}") from error
    path = folder / "config.toml"
    loa.open_office(config.load(path), office.now, os.environ).store.close()
    office.say(f"Đã tạo văn phòng trong {folder}.")
    office.say(f"Tiếp theo: loa --config {path} staff add “TÊN” --role approver")


def _lay_out(
    folder: Path, plan: Plan | None, plan_file: Path | None, public_url: str, port: int
) -> None:
    target = folder / "config.toml"
    if target.exists():
        raise Refused(f"{target} đã có; hãy chọn thư mục khác, Loa không ghi đè.")
    (folder / "data" / "media").mkdir(parents=True, exist_ok=True)
    kept = ""
    if plan_file is not None:
        (folder / "plans").mkdir(exist_ok=True)
        kept = f"plans/{plan_file.name}"
        shutil.copyfile(plan_file, folder / kept)
    _new_secret(folder / "data" / "secret.key")
    target.write_text(
        config.sample(_unit_id(plan), _unit_name(plan), kept, public_url, port), encoding="utf-8"
    )


def _new_secret(path: Path) -> None:
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(key + "\n")


def _unit_id(plan: Plan | None) -> str:
    """“dak-to-2025” is the plan of “dak-to”."""
    if plan is None:
        return "xa"
    name, _, year = plan.slug.rpartition("-")
    return name if name and year.isdigit() else plan.slug


def _unit_name(plan: Plan | None) -> str:
    if plan is None or not plan.issuer:
        return "UBND xã"
    name = plan.issuer.removeprefix("Chủ tịch ")
    return name.replace("Ủy ban nhân dân", "UBND", 1)
