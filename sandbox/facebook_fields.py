"""The little language of Graph's `fields`: `id,reactions.limit(0).summary(true).as(r),x{y}`."""

import re
from dataclasses import dataclass, field

from sandbox.facebook_errors import GraphError

TOKEN = re.compile(r"\s*([A-Za-z_][\w-]*|[.,{}]|\([^()]*\))")


@dataclass(slots=True)
class Wanted:
    """One wanted field with its modifiers and, for an edge, the fields of its nodes."""

    name: str
    modifiers: dict[str, str] = field(default_factory=dict)
    inner: list["Wanted"] = field(default_factory=list)

    @property
    def shown_as(self) -> str:
        return self.modifiers.get("as", self.name)


def read_fields(text: str) -> list[Wanted]:
    """Parse a `fields` parameter; GraphError 2500 for a syntax error."""
    tokens = _tokens(text)
    wanted = _list(tokens)
    if tokens:
        raise _syntax(tokens[0])
    return wanted


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise _syntax(text[at:])
        tokens.append(found[1])
        at = found.end()
    return tokens


def _list(tokens: list[str]) -> list[Wanted]:
    wanted = [_one(tokens)]
    while tokens and tokens[0] == ",":
        tokens.pop(0)
        wanted.append(_one(tokens))
    return wanted


def _one(tokens: list[str]) -> Wanted:
    wanted = Wanted(_word(tokens))
    while tokens and tokens[0] == ".":
        tokens.pop(0)
        modifier = _word(tokens)
        if not tokens or not tokens[0].startswith("("):
            raise _syntax(modifier)
        wanted.modifiers[modifier] = tokens.pop(0)[1:-1].strip()
    if tokens and tokens[0] == "{":
        tokens.pop(0)
        wanted.inner = _list(tokens)
        if not tokens or tokens.pop(0) != "}":
            raise _syntax("}")
    return wanted


def _word(tokens: list[str]) -> str:
    if not tokens or not re.match(r"[A-Za-z_]", tokens[0]):
        raise _syntax(tokens[0] if tokens else "end of string")
    return tokens.pop(0)


def _syntax(near: str) -> GraphError:
    return GraphError(2500, f"Syntax error near '{near[:20]}'")
