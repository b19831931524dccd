"""Facebook Pages, what stands on them, and who may write there.

Source: `api/social.md` §1.2, §1.3, §13.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.core import Core
from sandbox.followers import Crowd

PERMISSIONS = (
    "pages_show_list",
    "pages_manage_posts",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
    "read_insights",
    "pages_manage_metadata",
    "pages_messaging",
)


@dataclass(slots=True)
class FacebookApp:
    app_id: str
    secret: str
    callback_url: str = ""
    verify_token: str = ""
    fields: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Photo:
    id: str
    digest: str
    caption: str
    created: datetime
    published: bool
    post_id: str = ""


@dataclass(slots=True)
class Film:
    """A video: `parts` are its bytes so far; `due` is set once it is complete."""

    id: str
    session: str
    size: int
    created: datetime
    parts: bytearray
    title: str = ""
    description: str = ""
    published: bool = True
    scheduled: datetime | None = None
    due: datetime | None = None
    spoiled: bool = False
    failed: bool = False
    post_id: str = ""
    deleted: bool = False


@dataclass(slots=True)
class Said:
    """A comment that somebody really wrote: the Page, or a person in a test."""

    id: str
    author_id: str
    author: str
    text: str
    at: datetime
    parent: str = ""


@dataclass(slots=True)
class Post:
    """A post of a Page; public once `published` is set and neither hidden nor deleted."""

    id: str
    number: int
    message: str
    created: datetime
    updated: datetime
    link: str = ""
    photos: list[str] = field(default_factory=list)
    film: str = ""
    published: datetime | None = None
    scheduled: datetime | None = None
    hidden: bool = False
    deleted: bool = False
    said: dict[str, Said] = field(default_factory=dict)
    hidden_comments: set[str] = field(default_factory=set)
    deleted_comments: set[str] = field(default_factory=set)
    answered_privately: set[str] = field(default_factory=set)

    @property
    def public(self) -> bool:
        return self.published is not None and not self.hidden and not self.deleted

    @property
    def tail(self) -> str:
        return self.id.rpartition("_")[2]


@dataclass(slots=True)
class FacebookPage:
    """A Page and its token; `trouble` makes the token answer 190 with that subcode."""

    id: str
    name: str
    token: str
    app: FacebookApp
    crowd: Crowd
    trouble: int = 0
    permissions: set[str] = field(default_factory=lambda: set(PERMISSIONS))
    refused_metrics: set[str] = field(default_factory=set)
    subscribed: set[str] = field(default_factory=set)
    posts: dict[str, Post] = field(default_factory=dict)
    photos: dict[str, Photo] = field(default_factory=dict)
    films: dict[str, Film] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    met: dict[str, datetime] = field(default_factory=dict)  # people's last action in Messenger
    unavailable: set[str] = field(default_factory=set)
    chat: list[dict[str, Any]] = field(default_factory=list)
    calls: list[datetime] = field(default_factory=list)


class Pages:
    """All apps and Pages; one of each stands ready."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.apps: dict[str, FacebookApp] = {}
        self.pages: dict[str, FacebookPage] = {}
        self.app = FacebookApp("880011223344556", "sandbox-facebook-secret")
        self.apps[self.app.app_id] = self.app
        self.page = self.add("100088776655443", "UBND xã Đắk Tô", "EAAsandboxPageToken")

    def add(self, page_id: str, name: str, token: str, followers: int = 1_300) -> FacebookPage:
        crowd = Crowd(self._core.seed + 100 + len(self.pages), followers, per_day=2.0)
        self.pages[page_id] = FacebookPage(page_id, name, token, self.app, crowd)
        return self.pages[page_id]

    def by_token(self, token: str) -> FacebookPage | None:
        return next((page for page in self.pages.values() if page.token == token), None)
