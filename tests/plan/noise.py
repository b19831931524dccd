"""Noise as Tesseract makes it when it reads Vietnamese without its Vietnamese model.

Digits, punctuation and most consonants stay; vowels with marks turn into other vowels, now and
then into digits or two letters; đ into d, Đ into P, D or B; I into | or l.
"""

from __future__ import annotations

import random
import re
import unicodedata

ACUTE_OR_PLAIN = {
    "ă": "aad",
    "â": "aad",
    "ê": "eeé",
    "ô": "oo6",
    "ơ": "oo",
    "ư": "uu",
    "á": "aáé",
    "à": "aàa",
    "ả": "aaé",
    "ã": "aãa",
    "ạ": "aaq",
}
SPECIAL = {
    "ế": ("é", "é", "ê"),
    "ề": ("é", "e", "ê"),
    "ể": ("é", "e", "&"),
    "ễ": ("é", "e"),
    "ệ": ("é", "¢", "e"),
    "ố": ("6", "b", "o", "é"),
    "ồ": ("o", "6", "d"),
    "ổ": ("6", "o", "d"),
    "ộ": ("o", "6", "¢"),
    "ỗ": ("6", "d"),
    "ứ": ("tr", "u", "ir", "i"),
    "ử": ("tr", "ir", "u"),
    "ữ": ("it", "u", "ii"),
    "ự": ("u", "y", "w"),
    "ụ": ("u", "y"),
    "ủ": ("u", "ti", "i"),
    "ũ": ("u", "it"),
    "ậ": ("a", "d", "4"),
    "ấ": ("a", "é", "4"),
    "ầ": ("a", "d", "4"),
    "ạ": ("a", "q"),
    "ợ": ("o", "g"),
    "ớ": ("6", "o"),
    "ờ": ("o", "d"),
    "ở": ("o", "&"),
    "ỳ": ("y", "y"),
    "ý": ("y", "¥"),
    "ị": ("i", "j"),
    "đ": ("d", "d", "d"),
    "Đ": ("P", "D", "B", "Pd"[:1]),
}


def mangle(text: str, seed: int, harsh: float = 0.5) -> str:
    """`harsh` 0: only the accents are lost; 1: every vowel with marks is misread somehow."""
    dice = random.Random(seed)
    return "\n".join(_line(line, dice, harsh) for line in text.split("\n"))


def _line(line: str, dice: random.Random, harsh: float) -> str:
    out = "".join(_char(char, dice, harsh) for char in unicodedata.normalize("NFC", line))
    out = re.sub(r"^(\s*)I\.", lambda m: m[1] + dice.choice(("I.", "|.", "l.")), out)
    out = re.sub(r"^(\s*)II\.", lambda m: m[1] + dice.choice(("II.", "I1.", "Il.")), out)
    out = re.sub(r"^(\s*)III\.", lambda m: m[1] + dice.choice(("III.", "I11.", "IIl.")), out)
    return re.sub(r"\bl(?=[a-z])", lambda _: "1" if dice.random() < 0.15 * harsh else "l", out)


def _char(char: str, dice: random.Random, harsh: float) -> str:
    bare = _bare(char)
    if bare == char or not char.isalpha():
        return char
    if char in ("đ", "Đ") or dice.random() < harsh:
        options = SPECIAL.get(char) or ACUTE_OR_PLAIN.get(char.lower()) or (bare,)
        chosen = dice.choice(options)
        return chosen if char.islower() or char == "Đ" else bare
    return bare


def _bare(char: str) -> str:
    if char in "đĐ":
        return "d" if char == "đ" else "D"
    return unicodedata.normalize("NFD", char)[0]


def wrap(text: str, width: int = 84) -> str:
    """Paragraphs cut into lines, with a blank line between them, as a page of OCR has it."""
    lines = list[str]()
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            if len(line) + len(word) >= width:
                lines.append(line.rstrip())
                line = ""
            line += word + " "
        lines += [line.rstrip(), ""]
    return "\n".join(lines)
