"""Vietnamese of before Unicode: TCVN3 (fonts .Vn…) and VNI (fonts VNI-…) turned into Unicode."""

from __future__ import annotations

import re
import unicodedata

TCVN3 = dict(
    zip(
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉËÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ®¡¢§£¤¥¦",
        "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđĂÂĐÊÔƠƯ",
        strict=True,
    )
)
VNI_TONES = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
VNI_BREVE = {"ê": "", "é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
VNI_HAT = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
VNI_WHOLE = {"ñ": "đ", "ö": "ư", "ô": "ơ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
VNI_PAIR = re.compile(r"([aeoyuôö])([ùøûõïêéèúüëâáàåãä])", re.IGNORECASE)

# Common short words as each encoding writes them; the second of them never stands in Unicode text.
TCVN3_SIGNS = ("Ö", "®", "Õ", "¸", "µ", "Þ", "·", "¹", "«", "ñ")
VNI_SIGNS = ("oä", "aø", "aâ", "aù", "öô", "eâ", "aé", "ñ", "aû", "uû")


def to_unicode(text: str) -> tuple[str, str]:
    """The text in Unicode, and the name of the old encoding that it was in ("" if in none)."""
    letters = sum(char.isalpha() for char in text) or 1
    if _density(text, TCVN3_SIGNS) / letters > 0.04 and "®" in text:
        return convert(text, "TCVN3"), "TCVN3"
    if _density(text, VNI_SIGNS) / letters > 0.04:
        return convert(text, "VNI"), "VNI"
    return text, ""


def convert(text: str, old: str) -> str:
    """One line, in the encoding that `to_unicode` found in the whole."""
    if old == "TCVN3":
        return "".join(TCVN3.get(char, char) for char in text)
    return _from_vni(text)


def _density(text: str, signs: tuple[str, ...]) -> int:
    lower = text.lower() if signs is VNI_SIGNS else text
    return sum(lower.count(sign) for sign in signs)


def _from_vni(text: str) -> str:
    joined = VNI_PAIR.sub(_pair, text)
    whole = (_whole(char) for char in joined)
    return unicodedata.normalize("NFC", "".join(whole))


def _pair(pair: re.Match[str]) -> str:
    """A vowel and its marks; written apart, so that `_whole` leaves the result alone."""
    vowel, mark = pair[1], pair[2].lower()
    if vowel.lower() in "ôö":
        base = {"ô": "o\u031b", "ö": "u\u031b"}[vowel.lower()]
        base = base.upper() if vowel.isupper() else base
        return base + VNI_TONES.get(mark, "")
    if mark in VNI_TONES:
        return vowel + VNI_TONES[mark]
    if mark in VNI_BREVE and vowel.lower() == "a":
        return vowel + "\u0306" + VNI_BREVE[mark]
    return vowel + "\u0302" + VNI_HAT[mark] if mark in VNI_HAT else pair[0]


def _whole(char: str) -> str:
    wanted = VNI_WHOLE.get(char.lower())
    if wanted is None:
        return char
    return wanted.upper() if char.isupper() else wanted
