"""The architecture, as a test: a module imports only from the layers below its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = [
    {"cli", "commands"},
    {"web"},
    {"bot", "scheduler"},
    {"app"},
    {"reports", "delivery"},
    {"plan", "content", "procedures"},
    {"channels"},
    {"migrations"},
    {"models"},
    {"store", "config"},
    {"settings"},
    {"errors", "zone"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
OUTSIDE = {"tests", "benchmarks", "docs"}  # may import anything
STAND_IN = "sandbox"  # imports nothing of ours
OURS = {*LEVEL, STAND_IN, *OUTSIDE}
FORBIDDEN = {"channels": {"models", "store", "config", "errors", "migrations"}}
DOORS = {"settings": "config"}  # a folder that one module alone imports
LATE = {"cli.py"}  # loads a command when it is called: `loa --help` stays fast


def files(root: Path) -> list[Path]:
    """Every Python file of the project, relative to its root."""
    found = (path.relative_to(root) for path in root.rglob("*.py"))
    return sorted(path for path in found if not path.parts[0].startswith((".", "build", "dist")))


def owner(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> set[str]:
    """The top-level names that a piece of code imports."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
    return names


def names(tree: ast.AST) -> set[str]:
    """Every plain name, attribute and imported name in a piece of code."""
    return {
        word
        for node in ast.walk(tree)
        for word in (getattr(node, "id", None), getattr(node, "attr", None), _alias(node))
        if word
    }


def may_import(own: str, other: str) -> bool:
    if own in OUTSIDE or own == other:
        return True
    if own == STAND_IN or other in OUTSIDE:
        return False
    if other == STAND_IN:
        return own in {"cli", "commands"}
    if other in DOORS:
        return own == DOORS[other]
    return LEVEL[other] > LEVEL[own] and other not in FORBIDDEN.get(own, set())


def faults(root: Path) -> Iterator[str]:
    for path in files(root):
        own = owner(path)
        if own not in OURS:
            yield f"{path} stands in no layer"
            continue
        tree = ast.parse((root / path).read_text(encoding="utf-8"))
        for name in sorted(imported(tree) & OURS):
            if not may_import(own, name):
                yield f"{path} imports {name}"
        yield from _late_imports(path, tree)


def _late_imports(path: Path, tree: ast.Module) -> Iterator[str]:
    if owner(path) not in OUTSIDE and str(path) not in LATE and "import_module" in names(tree):
        yield f"{path} imports by name"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for name in sorted(imported(node) & OURS):
                yield f"{path} imports {name} inside {node.name}"


def _alias(node: ast.AST) -> str:
    return node.name if isinstance(node, ast.alias) else ""


def test_imports_point_down() -> None:
    assert list(faults(ROOT)) == []


@pytest.mark.parametrize(
    ("path", "code", "fault"),
    [
        ("models/office.py", "from plan import slots", "models/office.py imports plan"),
        ("plan/slots.py", "import content.drafts", "plan/slots.py imports content"),
        ("commands/plan.py", "import cli", "commands/plan.py imports cli"),
        ("channels/zalo_oa.py", "from errors import Refused", "channels/zalo_oa.py imports errors"),
        ("channels/telegram.py", "import settings.rules", "channels/telegram.py imports settings"),
        ("app.py", "from settings.values import Unit", "app.py imports settings"),
        ("settings/reading.py", "from config import load", "settings/reading.py imports config"),
        ("sandbox/server.py", "import channels", "sandbox/server.py imports channels"),
        ("app.py", "from sandbox import server", "app.py imports sandbox"),
        ("app.py", "import tests.loa", "app.py imports tests"),
        ("app.py", "import importlib as i\ni.import_module(x)", "app.py imports by name"),
        ("plan/read.py", "def f():\n import errors", "plan/read.py imports errors inside f"),
        ("services/mail.py", "", "services/mail.py stands in no layer"),
    ],
)
def test_an_import_up_or_across_is_named(tmp_path: Path, path: str, code: str, fault: str) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text(code)
    assert list(faults(tmp_path)) == [fault]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("plan/record.py", "from models import Deed"),
        ("plan/slots.py", "from plan.values import Plan\nfrom . import cadence"),
        ("commands/start.py", "from sandbox import server"),
        ("models/office.py", "from errors import Refused"),
        ("config.py", "from settings.values import Unit"),
        ("content/cover.py", "from importlib import resources"),
        ("benchmarks/year.py", "import plan, sandbox"),
    ],
)
def test_an_import_downwards_is_fine(tmp_path: Path, path: str, code: str) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text(code)
    assert list(faults(tmp_path)) == []
