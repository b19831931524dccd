"""The documents tell what is there: commands, options, folders; and nothing that must not be."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cli

ROOT = Path(__file__).parents[1]
OPTION = re.compile(r"`(--[a-z][a-z-]*)")
MACHINE = re.compile(r"(?<![\w.-])/(work|root|home|opt)/")
REGISTRY = re.compile(
    r"py[p]i\.|python[h]osted|registry\.[n]pmjs|--(extra-)?index-url[ =]\S*:", re.I
)


def tracked() -> list[Path]:
    """What is, or would be, in the repository; without git, every file that is not hidden."""
    listing = "ls-files -z --cached --others --exclude-standard".split()
    git = ["git", "-c", "safe.directory=*", *listing]
    try:
        told = subprocess.run(git, cwd=ROOT, capture_output=True, check=True).stdout.decode()
        names = [Path(name) for name in told.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
        names = [path for path in names if not path.parts[0].startswith(".")]
    return sorted(path for path in names if (ROOT / path).is_file())


DOCUMENTS = [path for path in tracked() if path.suffix == ".md"]


def read(path: Path | str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


# ---- the command line


def commands() -> dict[str, Any]:
    """Every command by its full name, hidden ones too."""
    found = {}
    for name in cli.COMMANDS:
        command = cli.load(name)
        for sub, each in getattr(command, "commands", {"": command}).items():
            found[f"loa {name} {sub}".strip()] = each
    return found


def options(command: Any) -> set[str]:
    return {name for each in command.params for name in each.opts if name.startswith("--")}


def usage(name: str, command: Any) -> str:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    return " ".join([name, *((each.metavar or each.name.upper()) for each in arguments)])


def sections() -> dict[str, str]:
    """docs/commands.md by its headings “## `loa …`”."""
    parts = re.split(r"^## `(loa [^`]+)`\n", read("docs/commands.md"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_has_its_section_and_every_section_its_command() -> None:
    shown = {usage(name, each) for name, each in commands().items() if not each.hidden}
    assert shown == sections().keys()


def test_every_option_is_described_and_no_other() -> None:
    told = {heading: set(OPTION.findall(text)) for heading, text in sections().items()}
    real = {
        usage(name, each): options(each) for name, each in commands().items() if not each.hidden
    }
    assert told == real


def test_hidden_names_are_told_too() -> None:
    text = read("docs/commands.md")
    hidden = [name for name, each in commands().items() if each.hidden]
    assert [name for name in hidden if name not in text] == []


# ---- what the documents tell to type


def typed(document: Path) -> Iterator[list[str]]:
    """The commands in a document's fenced code, word by word."""
    for block in re.findall(r"^```\w*\n(.*?)^```", read(document), flags=re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words and words[0].removeprefix(".venv/bin/") in {"make", "loa"}:
                yield [words[0].removeprefix(".venv/bin/"), *words[1:]]


def parse(words: list[str]) -> None:
    """Take the words apart as `loa` would, without doing anything. Fails where they are wrong."""
    rest = words[1:]
    if rest[0] == "--config":
        rest = rest[2:]
    assert rest[0] in cli.COMMANDS
    command = cli.load(rest[0])
    rest = rest[1:]
    if hasattr(command, "commands"):
        assert rest[0] in command.commands
        command = command.commands[rest[0]]
        rest = rest[1:]
    command.make_context(command.name, rest)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_what_a_document_tells_to_type_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), flags=re.MULTILINE))
    for words in typed(document):
        if words[0] == "loa":
            parse(words)
        else:
            assert words[1] in targets


def test_the_readme_has_its_two_commands() -> None:
    for name in ("README.md", "README.vi.md"):
        told = list(typed(Path(name)))
        assert ["make", "demo"] in told
        assert ["make", "test"] in told


# ---- the tree


def folders() -> set[str]:
    return {path.parts[0] for path in tracked() if len(path.parts) > 1}


def test_the_readme_shows_every_folder_and_nothing_that_is_not_there() -> None:
    tree = re.search(r"^```text\n(.*?)^```", read("README.md"), flags=re.MULTILINE | re.DOTALL)
    assert tree is not None
    shown = {line.split()[0].rstrip("/") for line in tree[1].splitlines() if line[:1].strip()}
    assert {name for name in folders() if not name.startswith(".")} <= shown
    assert [name for name in shown if not (ROOT / name).exists()] == []


def test_everything_that_runs_is_in_the_package() -> None:
    settings = tomllib.loads(read("pyproject.toml"))
    shipped = set(settings["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])
    code = {path.parts[0] for path in tracked() if path.suffix == ".py"}
    assert code - shipped == {"tests", "benchmarks", "docs"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", read(document))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (ROOT / document.parent / link).exists()] == []


# ---- what must not be there


def test_no_file_names_a_package_registry_or_a_folder_of_one_machine() -> None:
    found = []
    for path in tracked():
        text = (ROOT / path).read_bytes().decode("utf-8", errors="ignore")
        for number, line in enumerate(text.splitlines(), start=1):
            if REGISTRY.search(line) or MACHINE.search(line):
                found.append(f"{path}:{number}: {line.strip()[:80]}")
    assert found == []


def test_every_dependency_is_pinned_hashed_and_without_address() -> None:
    lock = read("requirements.lock")
    names = re.findall(r"^[a-z0-9][^=\s\[]*(?:\[[a-z,]+\])?(==)?", lock, flags=re.MULTILINE)
    assert names
    assert all(names)
    assert lock.count("--hash=sha256:") >= len(names)
    assert "://" not in lock
