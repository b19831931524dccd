"""Draws the pictures of the README from a real rehearsal: `python -m docs.pictures.make`.

`demo.svg` is the board of `loa demo`, `walls.jpg` what the public sees in the sandbox on that day.
Nothing is invented but what the rehearsal itself simulates; the second picture needs Chromium.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from rich.console import Console

from commands import live, logs
from commands.rehearsal import Rehearsal, at
from commands.rehearse import DEMO_FIRST, DEMO_NOW, DEMO_PLAN
from commands.stage import stage
from plan import file

HERE = Path(__file__).parent
PORT = 8090  # stands in the picture, as in `make demo`
COLUMNS = 128
WINDOW = (1400, 1000)  # pixels
MOST_BYTES = 250_000
PATIENCE_S = 60
# DejaVu Sans Mono, which stands in for the last three on Linux, draws accents beside their letters.
FONTS = "Liberation Mono, Noto Sans Mono, DejaVu Sans, Cascadia Mono, Consolas, Menlo, monospace"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
)


def main() -> None:
    logs.set_up(sys.stderr, "critical")
    start = at(DEMO_FIRST, 7, 0)
    plan = file.load(DEMO_PLAN)
    with (
        tempfile.TemporaryDirectory(prefix="loa-") as folder,
        stage(plan, file.text(DEMO_PLAN), Path(folder), start, PORT) as ready,
    ):
        rehearsal = Rehearsal(ready, plan)
        rehearsal.run(DEMO_FIRST, DEMO_NOW)
        (HERE / "demo.svg").write_text(board(rehearsal), encoding="utf-8")
        if browser := shutil.which("chromium"):
            (HERE / "walls.jpg").write_bytes(compressed(photographed(browser, ready.url)))
        else:
            sys.stderr.write("No chromium: walls.jpg is left as it is.\n")


def board(rehearsal: Rehearsal) -> str:
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(live.board(rehearsal, DEMO_NOW))
    svg = console.export_svg(title="make demo", unique_id="loa")
    return with_plain_fonts(svg)


def with_plain_fonts(svg: str) -> str:
    """The picture fetches nothing, and asks for fonts that have every Vietnamese letter."""
    svg = re.sub(r"@font-face \{[^}]*\}\s*", "", svg).replace("Fira Code, monospace", FONTS)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def photographed(browser: str, url: str) -> Image.Image:
    with tempfile.TemporaryDirectory(prefix="loa-chromium-") as profile:
        shot = Path(profile) / "shot.png"
        told = [
            f"--user-data-dir={profile}",
            f"--window-size={WINDOW[0]},{WINDOW[1]}",
            f"--screenshot={shot}",
            f"{url}/",
        ]
        subprocess.run(
            [browser, *FLAGS, *told], check=True, capture_output=True, timeout=PATIENCE_S
        )
        with Image.open(shot) as picture:
            return picture.convert("RGB")


def compressed(picture: Image.Image) -> bytes:
    """As good as fits under the limit."""
    for quality in range(90, 40, -5):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()


if __name__ == "__main__":
    main()
