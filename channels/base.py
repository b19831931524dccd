"""What the ledger asks of a channel, and the decisions with which a channel may answer.

An adapter raises a decision, not an error:

* Retry      certainly not public; the same post may go through later
* Throttled  a Retry that holds for the whole channel
* Pending    the service has taken it and is still working: come back to confirm
* Rejected   certainly not public; a person must change the post or the account first
* TokenLost  certainly not public; the channel is cut off until an admin reconnects it
* Unknown    perhaps public; it is looked up, else a person looks; never sent again by itself

Any other exception that leaves an adapter is treated as Unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

MediaKind = Literal["image", "video", "audio", "document"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can take. `text` and `caption` are counted in UTF-16 units where `utf16`.

    `images` is how many one post can carry; 0 in any of the counts means "none at all".
    """

    text: int
    title: int = 0
    summary: int = 0
    caption: int = 0
    images: int = 0
    image_bytes: int = 0
    image_ratio: tuple[int, int] | None = None  # the shape that the channel crops covers to
    file_bytes: int = 0  # audio, video, documents
    kinds: frozenset[MediaKind] = frozenset()
    utf16: bool = False
    hashtags: bool = False
    splits: bool = False  # a text that is too long may go out as several messages


@dataclass(frozen=True, slots=True)
class Media:
    """A file that is ready for the channel; `url` is where the service itself can fetch it."""

    path: Path
    kind: MediaKind
    mime: str
    url: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """An item cut to fit one channel. `texts` has more than one part only where `splits`."""

    title: str
    texts: tuple[str, ...]
    summary: str = ""
    link: str = ""
    media: tuple[Media, ...] = ()
    cover: Media | None = None

    @property
    def text(self) -> str:
        return "\n\n".join(self.texts)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The service's own name for what it published."""

    id: str
    url: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)  # further ids: album parts, video, …


@dataclass(frozen=True, slots=True)
class Engagement:
    """None means that the channel does not tell; 0 means that it tells none."""

    views: int | None = None
    reactions: int | None = None
    comments: int | None = None
    shares: int | None = None


class Step(Protocol):
    """The ledger's side of one try; `ids` holds what earlier tries of this post brought back."""

    @property
    def ids(self) -> Mapping[str, str]: ...

    def save(self, **ids: str) -> None:
        """Commit ids before any further call. Raises `LeaseLost` if another worker took over."""
        ...


class Channel(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def limits(self) -> Limits: ...

    def publish(self, post: Post, step: Step) -> Receipt: ...

    def metrics(self, receipt: Receipt) -> Engagement: ...


class Sight(Enum):
    """What a look-up could tell when it did not find the post."""

    ABSENT = "absent"  # read by an id known beforehand: it is certainly not public
    NOT_SHOWN = "not_shown"  # a list does not show it: that proves nothing


@runtime_checkable
class Finds(Protocol):
    def find(self, post: Post, ids: Mapping[str, str], since: datetime) -> Receipt | Sight: ...


@runtime_checkable
class Withdraws(Protocol):
    def withdraw(self, receipt: Receipt) -> None: ...


@runtime_checkable
class Counts(Protocol):
    def followers(self) -> int | None: ...


@runtime_checkable
class Announces(Protocol):
    """Sends what is already public to followers: one call, never repeated by itself."""

    def announce(self, receipt: Receipt, step: Step) -> Receipt: ...


@dataclass(frozen=True, slots=True)
class Heard:
    """Counts of reactions by message id, and where the next hearing begins."""

    mark: str
    reactions: Mapping[str, int]


@runtime_checkable
class Listens(Protocol):
    """For counts that a service tells only as they change, to whoever asks for its updates."""

    def listen(self, mark: str) -> Heard: ...


@runtime_checkable
class Checks(Protocol):
    """Is the account reachable, may it post? One clean sentence; raises a decision."""

    def check(self) -> str: ...


@dataclass(frozen=True, slots=True)
class TokenPair:
    access: str
    refresh: str = ""
    expires_at: datetime | None = None


class Tokens(Protocol):
    """Keeps one channel's tokens, encrypted; one refresher at a time across processes."""

    def read(self) -> TokenPair | None: ...

    def refreshing(self) -> AbstractContextManager[TokenPair | None]:
        """Hold the refresh lock; gives the newest pair (another process may have refreshed)."""
        ...

    def save(self, pair: TokenPair) -> None: ...


class Decision(Exception):
    """A channel did not confirm what it was asked to do. The message is one clean sentence."""

    def __init__(self, reason: str, raw: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.raw = raw  # the service's own answer: for the log, never for people


class Retry(Decision):
    def __init__(self, reason: str, after: timedelta = timedelta(minutes=1), raw: str = "") -> None:
        super().__init__(reason, raw)
        self.after = after


class Throttled(Retry):
    """Not this post but the whole channel must wait: too many calls, or nobody answers."""


class Pending(Retry):
    pass


class Rejected(Decision):
    pass


class TokenLost(Decision):
    pass


class Unknown(Decision):
    pass


class LeaseLost(Exception):
    """Another worker holds this publication now: stop before the next call."""
