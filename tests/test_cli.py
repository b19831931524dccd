"""The command line: exit codes, one clear line for people, JSON and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.loa import Loa, Office

ROOT = Path(__file__).parents[1]
PLAN = str(ROOT / "plans" / "dak-to-2025.toml")
BULLETIN = "DT-C.I.2.a"
EVIDENCE = "https://xa.example.vn/ban-tin-23"


def test_the_first_five_minutes(loa: Loa) -> None:
    assert loa("init", "xa", "--plan", PLAN).code == 0
    assert loa("--config", "xa/config.toml", "staff", "add", "Hoa", "--role", "editor").code == 0
    done = "plan done DT-C.I.2.a --on 5/11/2025 --as Hoa --evidence".split()
    assert loa("--config", "xa/config.toml", *done, EVIDENCE).code == 0
    seen = loa("--config", "xa/config.toml", "plan", "progress", "--on", "20/11/2025")
    assert seen.code == 0
    assert "1 / 9" in seen.out


def test_what_was_done_shows_in_the_progress(office: Office) -> None:
    told = ["--as", "Chị Hoa", "--on", "5/11/2025", "--evidence", EVIDENCE]
    assert office.loa("plan", "done", BULLETIN, *told).code == 0
    progress = office.loa("plan", "progress", "--on", "2025-11-20", "--json").json
    line = next(each for each in progress["tasks"] if each["id"] == BULLETIN)
    assert (line["target"], line["done"], line["links"]) == (9, 1, [EVIDENCE])
    assert line["reach"]["views"] is None


def test_an_office_is_found_by_its_variable_too(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOA_CONFIG", str(office.config))
    assert [each["name"] for each in office.run("staff", "list", "--json").json] == ["Chị Hoa"]


def test_or_by_the_folder_one_stands_in(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(office.folder)
    assert office.run("staff", "list").out == "Chị Hoa · người duyệt · dak-to\n"


def test_an_office_is_never_overwritten(office: Office) -> None:
    before = office.config.read_bytes()
    again = office.run("init", str(office.folder))
    assert (again.code, again.out) == (1, "")
    assert "không ghi đè" in again.err
    assert office.config.read_bytes() == before


def test_the_secret_key_is_for_its_owner_only(office: Office) -> None:
    assert (office.folder / "data" / "secret.key").stat().st_mode & 0o077 == 0


# ---- refused: exit 1, one line on stderr, findings before it on stdout

REFUSED = [
    ("plan", "check", "nowhere.toml"),
    ("plan", "slots", "nowhere.toml", "--json"),
    ("plan", "read", "nowhere.docx"),
    ("plan", "slots", PLAN, "--from", "32/13/2025"),
    ("init", "xa", "--plan", "nowhere.toml"),
]


@pytest.mark.parametrize("args", REFUSED, ids=" ".join)
def test_bad_input_is_refused_in_one_line(loa: Loa, args: tuple[str, ...]) -> None:
    ran = loa(*args)
    assert ran.code == 1
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1
    assert "Traceback" not in ran.err
    assert "Lỗi của chương trình" not in ran.err


def test_where_there_is_no_office_loa_says_how_to_make_one(loa: Loa) -> None:
    ran = loa("staff", "list")
    assert ran.code == 1
    assert "loa init" in ran.out
    assert len(ran.err.splitlines()) == 1


NOT_IN_THIS_OFFICE = [
    ("staff", "add", "chị hoa", "--role", "editor"),  # the name is taken
    ("staff", "add", "Lan", "--role", "editor", "--unit", "xa-khac"),
    ("plan", "progress", "--unit", "xa-khac"),
    ("plan", "done", "DT-X", "--as", "Chị Hoa", "--on", "5/11/2025", "--evidence", EVIDENCE),
    ("plan", "done", BULLETIN, "--as", "Ai đó", "--on", "5/11/2025", "--evidence", EVIDENCE),
    ("plan", "done", BULLETIN, "--as", "Chị Hoa", "--on", "5/11/2025", "--evidence", "mat.jpg"),
    ("plan", "done", BULLETIN, "--as", "Chị Hoa", "--on", "1/1/2999", "--evidence", EVIDENCE),
]


@pytest.mark.parametrize("args", NOT_IN_THIS_OFFICE, ids=" ".join)
def test_what_an_office_cannot_do_is_refused_in_one_line(
    office: Office, args: tuple[str, ...]
) -> None:
    ran = office.loa(*args)
    assert (ran.code, ran.out) == (1, "")
    assert len(ran.err.splitlines()) == 1
    assert "Lỗi của chương trình" not in ran.err


def test_findings_come_before_the_summary(loa: Loa, tmp_path: Path) -> None:
    torn = tmp_path / "torn.toml"
    torn.write_text("schema = 1\n[plan\n", encoding="utf-8")
    ran = loa("plan", "check", str(torn))
    assert ran.code == 1
    assert "dòng 2" in ran.out
    assert len(ran.err.splitlines()) == 1


def test_every_mistake_of_a_config_is_told(office: Office) -> None:
    office.config.write_text('[web]\nport = "tám"\n[[units]]\nid = "xa"\n', encoding="utf-8")
    ran = office.loa("staff", "list")
    assert ran.code == 1
    assert "web.port" in ran.out
    assert "name" in ran.out
    assert len(ran.err.splitlines()) == 1


# ---- wrong usage: exit 2


@pytest.mark.parametrize(
    "args",
    [
        ("fly",),
        ("plan", "fly"),
        ("plan", "check"),
        ("plan", "slots", PLAN, "--colour", "red"),
        ("staff", "add", "Hoa"),
        ("staff", "add", "Hoa", "--role", "king"),
        ("init", "xa", "--port", "99999"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_told_apart(loa: Loa, args: tuple[str, ...]) -> None:
    ran = loa(*args)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err


# ---- the program as a process


def process(*args: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, ROOT / "cli.py", *args],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def test_help_lists_the_commands() -> None:
    ran = process("--help")
    assert ran.returncode == 0
    for name in ("init", "staff", "plan", "demo"):
        assert name in ran.stdout


def test_a_refusal_is_one_line_and_exit_1() -> None:
    ran = process("plan", "check", "nowhere.toml")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert len(ran.stderr.splitlines()) == 1


def test_the_demo_sends_a_season_and_shows_progress(loa: Loa) -> None:
    ran = loa("demo", "--once")
    assert ran.code == 0, ran.err
    assert "DT-C.I.2.a" in ran.out
    assert "Vừa đăng" in ran.out
    assert "0 kỳ thiếu" in ran.out
    assert "0 bài trùng" in ran.out
