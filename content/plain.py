"""Clean, plain text: what every channel can show, whatever the draft was typed or pasted in."""

from __future__ import annotations

import re
import unicodedata

_NEWLINE = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACE = re.compile("[\t\x1f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Controls, soft hyphen, zero width, direction marks, lone surrogates; not the emoji joiner.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x9f\xad\u034f\u061c\u180e\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"  # tags outside a flag
)
_PICTURE = "\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_STRAY_JOINER = re.compile(f"(?<![{_PICTURE}\ufe0f])\u200d|\u200d(?![{_PICTURE}])")

_URL = r"https?://[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*"
_LINK = re.compile(rf"!?\[([^\[\]\n]*)\]\(\s*<?({_URL})>?(?:\s+\"[^\"\n]*\")?\s*\)")
_HEADING = re.compile(r"^(?:#{1,6} +)+", re.MULTILINE)
# The opening star stands before a word or a quote: a footnote mark such as (*) stays.
_BOLD = re.compile(r"(?<!\*)(\*{2,3})(?=[^\s*)\],.;:])([^*\n]+)(?<=\S)\1(?!\*)")
_ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*)\],.;:])([^*\n]+)(?<=\S)\*(?![\w*])")


def clean(text: str) -> str:
    """NFC, without unseen characters; single spaces; at most one blank line in a row."""
    text = _SPACE.sub(" ", _NEWLINE.sub("\n", text))
    text = _STRAY_JOINER.sub("", _UNSEEN.sub("", text))
    text = unicodedata.normalize("NFC", text)
    lines = (re.sub(" +", " ", line).strip(" ") for line in text.split("\n"))
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def plain(text: str) -> str:
    """`clean` text in which the light Markdown of drafts reads well without Markdown.

    `**bold**` and `*italic*` lose their stars, `# heading` its mark, `[text](url)` becomes
    `text (url)`; lists with `-` stay, as they are how offices write lists anyway.
    """
    text = clean(text)
    while (lighter := clean(_without_marks(text))) != text:
        text = lighter
    return text


def one_line(text: str) -> str:
    return " ".join(plain(text).split())


def _without_marks(text: str) -> str:
    text = _HEADING.sub("", _LINK.sub(_readable_link, text))
    return _BOLD.sub(r"\2", _ITALIC.sub(r"\1", text))


def _readable_link(link: re.Match[str]) -> str:
    words, url = link[1].strip(), link[2]
    return url if words in ("", url) else f"{words} ({url})"
