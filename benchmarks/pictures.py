"""Milliseconds to prepare a 12-megapixel photo for Zalo, against the least Pillow can do."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from channels.base import Limits
from content.pictures import LONG_SIDE, QUALITIES, prepare

WIDTH, HEIGHT = 4000, 3000
ZALO = Limits(text=2000, images=1, image_bytes=1_000_000)
ROUNDS = 7


def photo() -> Image.Image:
    """Soft light, some grain and some detail: about 5 MB, as a phone's photo has."""
    light = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    bands = []
    for detail in (150, 400, 900):
        coarse = Image.effect_noise((detail, detail * HEIGHT // WIDTH), 90)
        grain = Image.effect_noise((WIDTH, HEIGHT), 12)
        texture = Image.blend(coarse.resize((WIDTH, HEIGHT)), grain, 0.4)
        bands.append(Image.blend(light, texture, 0.6))
    return Image.merge("RGB", bands)


def floor(source: Path, out: Path) -> None:
    with Image.open(source) as image:
        image.draft("RGB", (LONG_SIDE, LONG_SIDE * HEIGHT // WIDTH))
        image.save(out, "JPEG", quality=QUALITIES[0])


def milliseconds(work: Callable[[], object]) -> float:
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - start))
    return statistics.median(took)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, kho = folder / "photo.jpg", folder / "media"
        photo().save(source, "JPEG", quality=92)
        ready = prepare(source, ZALO, kho)

        def from_nothing() -> None:
            prepare(source, ZALO, kho)
            ready.path.unlink()

        ready.path.unlink()
        least = milliseconds(lambda: floor(source, folder / "floor.jpg"))
        ours = milliseconds(from_nothing)
        print(
            f"prepare a {source.stat().st_size / 1e6:.1f} MB, 12-megapixel JPEG for Zalo: "
            f"{ours:.0f} ms, {ready.width}×{ready.height}, {ready.bytes / 1000:.0f} KB"
        )
        print(f"floor (Pillow open, draft, save): {least:.0f} ms; ratio {ours / least:.1f}")


if __name__ == "__main__":
    main()
