"""What every test may ask for: `loa`, a fresh `office`, `shared`, a real PostgreSQL."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import postgres
from tests.loa import Loa, Office, run

ROOT = Path(__file__).parents[1]
DAK_TO = ROOT / "plans" / "dak-to-2025.toml"

# A slow machine is no failure; in CI hypothesis brings its own profile.
settings.register_profile("loa", deadline=None)
if not os.environ.get("CI"):
    settings.load_profile("loa")


@pytest.fixture
def loa(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Loa:
    """Calls `loa` in an empty folder, without any office."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", sys.argv)
    monkeypatch.setenv("LOA_CONFIG", "")
    monkeypatch.setenv("COLUMNS", "160")
    return run


@pytest.fixture
def office(loa: Loa, tmp_path: Path) -> Office:
    """A fresh office with the Đắk Tô plan and one approver, Chị Hoa."""
    made = Office(tmp_path / "office", loa)
    assert loa("init", str(made.folder), "--plan", str(DAK_TO)).code == 0
    assert made.loa("staff", "add", "Chị Hoa", "--role", "approver").code == 0
    return made


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of source texts beside the checkout."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("../shared (source texts) does not lie beside the checkout")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    bin_folder = postgres.programs()
    if bin_folder is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    with postgres.server(bin_folder) as running:
        yield running


@pytest.fixture
def postgres_url(postgres_server: postgres.Server) -> str:
    """A fresh, empty database on a real PostgreSQL."""
    return postgres_server.new_database()


def _skipped(config: pytest.Config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", ())) if reporter else 0


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With LOA_NO_SKIP=1, as in CI, a skipped test is a failure."""
    if os.environ.get("LOA_NO_SKIP") and session.exitstatus == 0 and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    count = _skipped(terminalreporter.config)
    if os.environ.get("LOA_NO_SKIP") and count:
        terminalreporter.write_line(
            f"LOA_NO_SKIP: {count} tests were skipped; here every test must run.", red=True
        )
