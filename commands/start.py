"""`loa init` and `loa demo`: the first five minutes."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

import app as loa
import config
from commands import office
from errors import Refused, why
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
    address = public_url or f"http://127.0.0.1:{port}"
    _try_out(plan, plan_file, address, port)
    try:
        _lay_out(folder, plan, plan_file, address, port)
    except OSError as error:
        raise Refused(f"Không ghi được vào {folder}: {why(error)}") from error
    path = folder / "config.toml"
    loa.open_office(config.load(path), office.now, os.environ).store.close()
    office.say(f"Đã tạo văn phòng trong {folder}.")
    office.say(f"Tiếp theo: loa --config {path} staff add “TÊN” --role approver")


def _try_out(plan: Plan | None, plan_file: Path | None, address: str, port: int) -> None:
    """Read the config before anything is made: a mistake must not leave half an office."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_text(_config(plan, plan_file, address, port), encoding="utf-8")
        config.load(path)


def _config(plan: Plan | None, plan_file: Path | None, address: str, port: int) -> str:
    kept = f"plans/{plan_file.name}" if plan_file else ""
    return config.sample(_unit_id(plan), _unit_name(plan), kept, address, port)


def _lay_out(
    folder: Path, plan: Plan | None, plan_file: Path | None, public_url: str, port: int
) -> None:
    target = folder / "config.toml"
    if target.exists():
        raise Refused(f"{target} đã có; hãy chọn thư mục khác, Loa không ghi đè.")
    (folder / "data" / "media").mkdir(parents=True, exist_ok=True)
    if plan_file is not None:
        (folder / "plans").mkdir(exist_ok=True)
        shutil.copyfile(plan_file, folder / "plans" / plan_file.name)
    _new_secret(folder / "data" / "secret.key")
    target.write_text(_config(plan, plan_file, public_url, port), encoding="utf-8")


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
