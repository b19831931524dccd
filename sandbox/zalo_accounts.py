"""The Zalo apps and Official Accounts that the sandbox knows, and the people who follow them."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.core import Core
from sandbox.followers import Crowd, name_of


@dataclass(slots=True)
class ZaloApp:
    """An app of the developer console; without `redirect_uris` any loopback callback will do."""

    app_id: str
    secret: str
    name: str = "Loa"
    active: bool = True
    redirect_uris: set[str] = field(default_factory=set)
    webhook_url: str = ""
    webhook_on: bool = False


@dataclass(slots=True)
class Person:
    """A follower or visitor of an OA."""

    user_id: str
    name: str
    number: int = -1
    follows: bool = True
    last_interaction: datetime | None = None
    inactive: bool = False
    restricted: bool = False
    tags: set[str] = field(default_factory=set)
    shared: dict[str, str] = field(default_factory=dict)
    broadcasts: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class OA:
    """An Official Account.

    `refusals` answers a family of calls (article, message, broadcast, user, upload, info) with an
    error: `{"article": (-224, "OA must upgrade package")}`.
    """

    oa_id: str
    name: str
    app: ZaloApp
    secret: str
    crowd: Crowd
    index: int
    package: str = "Advanced"
    cs_quota: int = 0
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    chat: list[dict[str, Any]] = field(default_factory=list)
    broadcasts: list[dict[str, Any]] = field(default_factory=list)

    def user_id(self, number: int) -> str:
        return f"{4_200 + self.index}{number:015d}"

    def person(self, user_id: str, now: datetime) -> Person | None:
        """A follower by id; the ids of the first followers are `user_id(0)`, `user_id(1)`, …"""
        if user_id in self.people:
            return self.people[user_id]
        return self.meet(user_id) if 0 <= self._number(user_id) < self.crowd.size(now) else None

    def meet(self, user_id: str) -> Person:
        """A person by id; whoever is not one of the numbered followers does not follow yet."""
        if user_id not in self.people:
            number, name = self._number(user_id), name_of(self.crowd.seed, user_id)
            self.people[user_id] = Person(user_id, name, number, follows=number >= 0)
        return self.people[user_id]

    def follower_count(self, now: datetime) -> int:
        people = self.people.values()
        left = sum(not person.follows and person.number >= 0 for person in people)
        joined = sum(person.follows and person.number < 0 for person in people)
        return self.crowd.size(now) - left + joined

    def followers(self, now: datetime) -> list[str]:
        early = (self.user_id(number) for number in range(self.crowd.size(now)))
        joined = [i for i, p in self.people.items() if p.follows and p.number < 0]
        return [i for i in early if i not in self.people or self.people[i].follows] + joined

    def _number(self, user_id: str) -> int:
        """The number of a numbered follower, else -1."""
        found = re.fullmatch(rf"{4_200 + self.index}(\d{{15}})", user_id)
        return int(found[1]) if found else -1


class ZaloAccounts:
    """All apps and OAs; one of each stands ready."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.apps: dict[str, ZaloApp] = {}
        self.oas: dict[str, OA] = {}
        self.app = self.add_app("1029384756102938475", "sandbox-app-secret")
        self.oa = self.add_oa("2938475610293847561", "UBND xã Đắk Tô", "sandbox-oa-secret")

    def add_app(self, app_id: str, secret: str) -> ZaloApp:
        app = ZaloApp(app_id, secret)
        self.apps[app_id] = app
        return app

    def add_oa(
        self, oa_id: str, name: str, secret: str, app_id: str = "", followers: int = 900
    ) -> OA:
        """An OA under an app (default: the first)."""
        app = self.apps[app_id] if app_id else next(iter(self.apps.values()))
        index = len(self.oas)
        crowd = Crowd(self._core.seed + index, followers)
        self.oas[oa_id] = OA(oa_id, name, app, secret, crowd, index)
        return self.oas[oa_id]
