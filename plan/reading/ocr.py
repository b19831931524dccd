"""Mangled Vietnamese: folding, fuzzy phrase search, and accents restored from a lexicon.

Tesseract without its Vietnamese model keeps consonants and loses vowels: "Tần suất" comes out as
"Tan suét", "số" as "s6", "đơn vị" as "Pon vi". So everything is compared in `plain` letters, with
room for a few wrong ones, and only well-known phrases are ever given their accents back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from rapidfuzz import fuzz, process

TOKEN = re.compile(r"[a-z0-9]+&?|&")
BARRIER = re.compile(r"[.;:()/|\"\n]")
GLUED = re.compile(
    r"\d{1,3}(?:thang|tuan|tin|bai|so|lan|quy|nam|ngay|ky|chuyen|chuong|video|clip|ban|buoi|info)"
)
ODD = str.maketrans(
    {
        **dict.fromkeys("đĐ", "d"),
        **dict.fromkeys("’‘`´", "'"),
        **dict.fromkeys("–—−‑", "-"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("¢€@", "e"),
        "¥": "y",
        "$": "s",
        "§": "s",
        "ﬁ": "i",
        "ﬂ": "l",
        "\u00a0": " ",
        "\t": " ",
    }
)
LETTERS_FOR = str.maketrans("0123456789&", "olzeasotbge")
ONLY_VIETNAMESE = frozenset(
    "ăằắẳẵặầấẩẫậềếểễệồốổỗộơờớởỡợưừứửữựảạẻẽẹỉĩịỏọủũụỷỹỵđ"
    "ĂẰẮẲẴẶẦẤẨẪẬỀẾỂỄỆỒỐỔỖỘƠỜỚỞỠỢƯỪỨỬỮỰẢẠẺẼẸỈĨỊỎỌỦŨỤỶỸỴĐ"
)
EXACT = 100.0


@lru_cache(maxsize=4096)
def _base(char: str) -> str:
    odd = char.translate(ODD)
    return odd if odd != char else unicodedata.normalize("NFD", char)[0].lower()[:1]


def fold(text: str) -> str:
    """Lower-case letters without marks, one for one: offsets stay those of `text` (NFC)."""
    return "".join(map(_base, text))


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """`fold`, and inside words the letters that digits stand for: "s6" → "so". Same length."""
    return TOKEN.sub(_letters, fold(text))


def _letters(token: re.Match[str]) -> str:
    word = token[0]
    if word.isdigit() or word == "&" or GLUED.match(word):
        return word
    return word.translate(LETTERS_FOR)


@dataclass(frozen=True, slots=True)
class Word:
    start: int
    end: int
    plain: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found in a text: `score` is 0-100."""

    start: int
    end: int
    phrase: str
    score: float


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[Word, ...]:
    letters = plain(text)
    return tuple(Word(each.start(), each.end(), each[0]) for each in TOKEN.finditer(letters))


def similarity(one: str, other: str) -> float:
    """0-100, over plain words."""
    pair = [" ".join(word.plain for word in words(text)) for text in (one, other)]
    return fuzz.ratio(pair[0], pair[1])


class Phrasebook:
    """Phrases that can be found in noisy text. Those shorter than `least_fuzzy` must be exact."""

    def __init__(self, phrases: Iterable[str], least_fuzzy: int = 0) -> None:
        self._by_size: dict[int, dict[str, str]] = {}
        self._near: dict[tuple[int, str], list[str]] = {}
        self._least_fuzzy = least_fuzzy
        for phrase in phrases:
            tokens = [word.plain for word in words(phrase)]
            joined = " ".join(tokens)
            if joined not in self._by_size.setdefault(len(tokens), {}):
                self._by_size[len(tokens)][joined] = phrase
                for first in _first_letters(joined[0]):
                    self._near.setdefault((len(tokens), first), []).append(joined)
        self._sizes = dict[str, list[int]]()
        for size, first in self._near:
            self._sizes.setdefault(first, []).append(size)
        self._nearest = lru_cache(maxsize=100_000)(self._look_up)

    def search(self, text: str, fuzzy: bool = True) -> list[Hit]:
        """The phrases in `text`, in order, none over another; the surest and longest win."""
        tokens = words(text)
        best: list[tuple[float, Hit | None, int]] = [(0.0, None, 0)]  # up to each token
        ending = dict[int, list[tuple[int, Hit]]]()
        for start, token in enumerate(tokens):
            for size in self._sizes.get(token.plain[0], ()):
                window = tokens[start : start + size]
                if len(window) == size and (hit := self._at(text, window, fuzzy)):
                    ending.setdefault(start + size, []).append((start, hit))
        for end in range(1, len(tokens) + 1):
            choice: tuple[float, Hit | None, int] = (best[end - 1][0], None, end - 1)
            for start, hit in ending.get(end, []):
                worth = best[start][0] + (hit.score - 62.0) * (hit.end - hit.start)
                choice = max(choice, (worth, hit, start), key=lambda each: each[0])
            best.append(choice)
        return _chosen(best)

    def best(self, text: str, cutoff: float) -> Hit | None:
        """The phrase that the whole of `text` is, if it is one."""
        joined = " ".join(token.plain for token in words(text))
        every = {key: phrase for found in self._by_size.values() for key, phrase in found.items()}
        match = process.extractOne(joined, list(every), scorer=fuzz.ratio, score_cutoff=cutoff)
        return Hit(0, len(text), every[match[0]], match[1]) if match else None

    def _at(self, text: str, window: Sequence[Word], fuzzy: bool) -> Hit | None:
        found = self._nearest(tuple(word.plain for word in window), fuzzy)
        if found is None:
            return None
        if _parted(text, window):
            return None
        return Hit(window[0].start, window[-1].end, found[0], found[1])

    def _look_up(self, window: tuple[str, ...], fuzzy: bool) -> tuple[str, float] | None:
        size, joined = len(window), " ".join(window)
        phrases = self._by_size[size]
        if joined in phrases:
            return phrases[joined], EXACT
        near = self._near.get((size, joined[0]), [])
        if not (fuzzy and near) or size == 1 or len(joined) < self._least_fuzzy:
            return None
        match = process.extractOne(joined, near, scorer=fuzz.ratio, score_cutoff=_cutoff(joined))
        if match is None or not _word_by_word(window, match[0].split(" ")):
            return None
        return phrases[match[0]], match[1]


def _parted(text: str, window: Sequence[Word]) -> bool:
    """Whether a stop or a colon stands between the words."""
    gaps = (text[a.end : b.start] for a, b in pairwise(window))
    return any(gap != " " and BARRIER.search(gap) for gap in gaps)


def _first_letters(letter: str) -> str:
    """What a first letter may be read as: đ as D, P, B; a vowel with marks as anything."""
    if letter in "aeiouy":
        return "abcdefghijklmnopqrstuvwxyz0123456789"
    return "dpb" if letter == "d" else letter


def _chosen(best: list[tuple[float, Hit | None, int]]) -> list[Hit]:
    hits, at = list[Hit](), len(best) - 1
    while at > 0:
        _, hit, at = best[at]
        hits += [hit] if hit else []
    return hits[::-1]


def _cutoff(joined: str) -> float:
    """Short phrases have less room for wrong letters."""
    return 86.0 if len(joined) < 10 else 84.0 if len(joined) < 18 else 80.0


def _word_by_word(window: Sequence[str], phrase: Sequence[str]) -> bool:
    return all(map(_could_be, window, phrase))


def _could_be(word: str, wanted: str) -> bool:
    """Noise keeps the first consonant, save đ, which looks like D, P or B."""
    if word.isdigit() or wanted.isdigit():
        return word == wanted
    first_fits = wanted[0] in "aeiouyd" or word[0] == wanted[0]
    least = 35 if len(wanted) <= 3 else 50
    return first_fits and fuzz.ratio(word, wanted) >= least


def marks(text: str) -> float:
    """The share of letters that only Vietnamese has: about 0.2 in good text, 0 in mangled."""
    letters = sum(char.isalpha() for char in text)
    return sum(char in ONLY_VIETNAMESE for char in text) / letters if letters else 1.0


def is_mangled(text: str, in_mangled_paper: bool) -> bool:
    """Whether the accents of this piece of text are lost."""
    letters = sum(char.isalpha() for char in text)
    if in_mangled_paper:
        return marks(text) < 0.08
    return letters >= 25 and marks(text) < 0.02


@cache
def lexicon() -> tuple[Phrasebook, dict[str, str]]:
    """The phrases of `lexicon.txt` and `provinces.txt`; and single words by their plain form."""
    here = Path(__file__).parent
    lines = [*_entries(here / "lexicon.txt"), *_entries(here / "provinces.txt")]
    phrases = Phrasebook(line for line in lines if not line.startswith("="))
    return phrases, {plain(line[1:]): line[1:] for line in lines if line.startswith("=")}


@cache
def provinces() -> Phrasebook:
    return Phrasebook(_entries(Path(__file__).parent / "provinces.txt"))


def _entries(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


CUA = re.compile(r"c[a-z]{1,2}a|cta|ca[ai]a")


def restore(text: str) -> str:
    """Well-known phrases with their accents; everything else, and all punctuation, as it is."""
    phrases, single = lexicon()
    out, at = list[str](), 0
    found = (
        hit
        for hit in phrases.search(text)
        if not _breaks_letters(text, hit) and not _in_a_name(text, hit)
    )
    hits = {hit.start: hit for hit in found}
    done = -1
    for word in words(text):
        if word.start in hits:
            hit = hits[word.start]
            out += [text[at : hit.start], _accented(text[hit.start : hit.end], hit.phrase)]
            at = done = hit.end
        elif word.start >= done:
            known = single.get(word.plain) or ("của" if CUA.fullmatch(word.plain) else "")
            if known:
                out += [text[at : word.start], _cased(text[word.start : word.end], known)]
                at = word.end
    return "".join([*out, text[at:]])


def _in_a_name(source: str, hit: Hit) -> bool:
    """Whether a capital after a capital ("Nghia Hung nam") would be taken for a common word."""
    before = re.search(r"(\w+) $", source[: hit.start])
    capital = source[hit.start].isupper() and bool(before) and source[hit.start + 1 :][:1].islower()
    return (
        hit.score < EXACT and capital and bool(before) and before[1].istitle() if before else False
    )


def _breaks_letters(source: str, hit: Hit) -> bool:
    """Whether an abbreviation (TTHC) in running text would be taken for a word."""
    tokens = source[hit.start : hit.end].split()
    wanted = {word for word in hit.phrase.split() if word.isupper()}
    capitals = [token for token in tokens if len(token) > 1 and token.isalpha() and token.isupper()]
    return hit.score < EXACT and 0 < 2 * len(capitals) <= len(tokens) and not wanted


def _accented(source: str, phrase: str) -> str:
    """Word for word; what stands between the words is kept from the source."""
    mine, theirs = words(source), words(phrase)
    out, at = list[str](), 0
    for one, other in zip(mine, theirs, strict=True):
        out.append(source[at : one.start])
        out.append(_cased(source[one.start : one.end], phrase[other.start : other.end]))
        at = one.end
    return "".join(out)


def _cased(source: str, word: str) -> str:
    letters = [char for char in source if char.isalpha()]
    if word.isdigit() or (word.isupper() and len(word) > 1):
        return source if word.isdigit() else word
    if len(letters) > 1 and sum(map(str.isupper, letters)) > 0.6 * len(letters):
        return word.upper()
    return word[0].upper() + word[1:] if letters and letters[0].isupper() else word
