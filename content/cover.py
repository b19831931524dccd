"""A plain cover for an article without a picture: its title on a colour, the unit's name below."""

from __future__ import annotations

import unicodedata
from importlib import resources
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

GROUND = (11, 78, 138)
BAND = (8, 56, 99)
LINE = (244, 196, 48)
INK = (255, 255, 255)


def default_cover(
    title: str, unit_name: str, size: tuple[int, int] = (1200, 675), font: Path | None = None
) -> Image.Image:
    """An RGB image of `size` pixels; the same words give the same pixels.

    `font` is a TrueType file with Vietnamese letters; without it Roboto Bold is used.
    The title shrinks until it fits; at the smallest size it ends in “…” after a word.
    """
    width, height = size
    pen = _Pen(font or _roboto_bold())
    image = Image.new("RGB", size, GROUND)
    draw = ImageDraw.Draw(image)
    margin, band = width // 15, height - height // 5
    draw.rectangle((0, band, width, height), fill=BAND)
    draw.rectangle((0, band, width, band + max(2, height // 110)), fill=LINE)
    pen.write(draw, _nfc(title), (margin, margin // 2, width - margin, band - margin // 2), 8)
    pen.write(draw, _nfc(unit_name), (margin, band + height // 40, width - margin, height), 18)
    return image


class _Pen:
    def __init__(self, font: Path) -> None:
        self._font = str(font)

    def write(
        self, draw: ImageDraw.ImageDraw, text: str, box: tuple[int, int, int, int], share: int
    ) -> None:
        """Left-aligned and centred in height; begins at 1/share of the picture's height."""
        left, top, right, bottom = box
        face, lines = self._laid_out(text, right - left, bottom - top, draw.im.size[1] // share)
        step = _step(face)
        y = top + (bottom - top - step * len(lines)) // 2
        for line in lines:
            draw.text((left, y), line, fill=INK, font=face)
            y += step

    def _laid_out(
        self, text: str, width: int, height: int, size: int
    ) -> tuple[ImageFont.FreeTypeFont, list[str]]:
        smallest = max(8, size // 3)
        while True:
            face = ImageFont.truetype(self._font, size, layout_engine=ImageFont.Layout.BASIC)
            lines = _wrapped(text, face, width)
            room = max(1, height // _step(face))
            if len(lines) <= room and all(face.getlength(line) <= width for line in lines):
                return face, lines
            if size <= smallest:
                return face, _ended(lines, room, face, width)
            size = max(smallest, size * 9 // 10)


def _wrapped(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _ended(lines: list[str], room: int, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    if len(lines) <= room:
        return lines
    last = lines[room - 1]
    while " " in last and face.getlength(f"{last}…") > width:
        last = last.rpartition(" ")[0]
    return [*lines[: room - 1], f"{last}…"]


def _step(face: ImageFont.FreeTypeFont) -> int:
    """Stacked marks such as in “Ễ” need more air between lines than English does."""
    return int(face.size * 1.3)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _roboto_bold() -> Path:
    return Path(str(resources.files("font_roboto") / "files" / "Roboto-Bold.ttf"))
