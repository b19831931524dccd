"""Small config.toml files, and what `load` finds wrong with one."""

from collections.abc import Callable
from pathlib import Path

import pytest

import config
from config import ConfigError

ROOT = Path(__file__).parents[1]
COMMUNE = '[[units]]\nid = "xa"\nname = "UBND xã"\n'
ZALO = '[units.channels.zalo]\nkind = "zalo_oa"\napp_id = "1"\napp_secret = "env:ZALO_APP_SECRET"\n'

Office = Callable[[str], Path]


def writer(folder: Path) -> Office:
    """Writes a config.toml into `folder` and gives its path."""

    def write(text: str) -> Path:
        path = folder / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def findings(path: Path) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    return {finding.key: finding.problem for finding in caught.value.findings}
