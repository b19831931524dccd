"""Zalo's people: the OA itself, its followers, their tags, conversations and quotas.

Source: `api/zalo.md` §6.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from sandbox.core import Core
from sandbox.timeline import VIETNAM, millis
from sandbox.wire import Request
from sandbox.zalo_accounts import OA, Person
from sandbox.zalo_errors import WRONG_OA_TYPE, bad
from sandbox.zalo_events import app_user

STATE_AGENCY = 4
OFFSET_MAX = 9951
PAGE_MAX = 50
CHAT_PAGE_MAX = 10


class People:
    def __init__(self, core: Core) -> None:
        self._core = core

    def routes(self) -> dict[tuple[str, str], Any]:
        return {
            ("GET", "/v2.0/oa/getoa"): ("info", self._about),
            ("GET", "/v3.0/oa/user/getlist"): ("user", self._list),
            ("GET", "/v3.0/oa/user/detail"): ("user", self._detail),
            ("GET", "/v2.0/oa/getfollowers"): ("user", self._gone),
            ("GET", "/v2.0/oa/getprofile"): ("user", self._gone),
            ("GET", "/v2.0/oa/listrecentchat"): ("message", self._recent),
            ("GET", "/v2.0/oa/conversation"): ("message", self._conversation),
            ("GET", "/v2.0/oa/tag/gettagsofoa"): ("user", self._tags),
            ("POST", "/v2.0/oa/tag/tagfollower"): ("user", self._tag),
            ("POST", "/v2.0/oa/tag/rmfollowerfromtag"): ("user", self._untag),
            ("POST", "/v2.0/oa/tag/rmtag"): ("user", self._drop_tag),
            ("POST", "/v3.0/oa/quota/message"): ("message", self._quota),
        }

    def _about(self, oa: OA, _request: Request) -> dict[str, Any]:
        return {
            "oa_id": oa.oa_id,
            "name": oa.name,
            "description": "Trang diễn tập của Loa",
            "oa_alias": "",
            "is_verified": True,
            "oa_type": STATE_AGENCY,
            "cate_name": "Cơ quan nhà nước",
            "num_follower": oa.follower_count(self._core.now()),
            "avatar": "",
            "cover": "",
            "package_name": oa.package,
            "package_valid_through_date": "31/12/2030",
            "package_auto_renew_date": "",
            "linked_ZCA": "",
        }

    def _gone(self, _oa: OA, _request: Request) -> None:
        """The v2 follower calls ended on 2024-06-01."""
        raise WRONG_OA_TYPE

    def _list(self, oa: OA, request: Request) -> dict[str, Any]:
        data = data_of(request)
        offset = number(data, "offset", OFFSET_MAX)
        count = number(data, "count", PAGE_MAX)
        chosen = [i for i in self._everybody(oa, data) if self._chosen(oa, i, data)]
        page = chosen[offset : offset + count]
        return {
            "total": len(chosen),
            "count": len(page),
            "offset": offset,
            "users": [{"user_id": user_id} for user_id in page],
        }

    def _everybody(self, oa: OA, data: dict[str, Any]) -> list[str]:
        followers = oa.followers(self._core.now())
        others = [i for i, person in oa.people.items() if not person.follows]
        match data.get("is_follower"):
            case True | "true":
                return followers
            case False | "false":
                return others
        return followers + others

    def _chosen(self, oa: OA, user_id: str, data: dict[str, Any]) -> bool:
        person = oa.people.get(user_id)
        if (tag := data.get("tag_name")) and (person is None or tag not in person.tags):
            return False
        if not (period := data.get("last_interaction_period")):
            return True
        if person is None or person.last_interaction is None:
            return False
        first, last = _period(str(period), self._core.now())
        return first <= person.last_interaction.astimezone(VIETNAM).date().isoformat() <= last

    def _detail(self, oa: OA, request: Request) -> dict[str, Any]:
        person = self._person(oa, data_of(request))
        last = person.last_interaction
        detail: dict[str, Any] = {
            "user_id": person.user_id,
            "user_id_by_app": app_user(oa, person.user_id),
            "user_external_id": "",
            "display_name": person.name,
            "user_alias": "",
            "is_sensitive": False,
            "user_is_follower": person.follows,
            "user_last_interaction_date": f"{last.astimezone(VIETNAM):%d/%m/%Y}" if last else "",
            "avatar": "",
            "avatars": {"120": "", "240": ""},
            "dynamic_param": "",
            "tags_and_notes_info": {"notes": [], "tag_names": sorted(person.tags)},
        }
        return detail | ({"shared_info": person.shared} if person.shared else {})

    def _person(self, oa: OA, given: dict[str, Any]) -> Person:
        person = oa.person(str(given.get("user_id", "")), self._core.now())
        if person is None:
            raise bad("user_id is invalid")
        return person

    def _recent(self, oa: OA, request: Request) -> list[dict[str, Any]]:
        data = data_of(request)
        last: dict[str, dict[str, Any]] = {}
        for message in oa.chat:
            other = message["to_id"] if message["src"] == 0 else message["from_id"]
            last[other] = message
        newest = sorted(last.values(), key=lambda message: -message["time"])
        return self._page(oa, newest, data)

    def _conversation(self, oa: OA, request: Request) -> list[dict[str, Any]]:
        data = data_of(request)
        user_id = self._person(oa, data).user_id
        between = [m for m in reversed(oa.chat) if user_id in (m["from_id"], m["to_id"])]
        return self._page(oa, between, data)

    def _page(
        self, oa: OA, messages: list[dict[str, Any]], data: dict[str, Any]
    ) -> list[dict[str, Any]]:
        offset, count = number(data, "offset", OFFSET_MAX), number(data, "count", CHAT_PAGE_MAX)
        return [self._item(oa, message) for message in messages[offset : offset + count]]

    def _item(self, oa: OA, message: dict[str, Any]) -> dict[str, Any]:
        def name(party: str) -> str:
            return oa.name if party == oa.oa_id else oa.meet(party).name

        shown = {key: value for key, value in message.items() if key != "sent"}
        names = {
            "from_display_name": name(message["from_id"]),
            "to_display_name": name(message["to_id"]),
        }
        return shown | names | {"from_avatar": "", "to_avatar": ""}

    def _tags(self, oa: OA, _request: Request) -> list[str]:
        return sorted({tag for person in oa.people.values() for tag in person.tags})

    def _tag(self, oa: OA, request: Request) -> None:
        given = request.json()
        self._person(oa, given).tags.add(_tag_name(given))

    def _untag(self, oa: OA, request: Request) -> None:
        given = request.json()
        self._person(oa, given).tags.discard(_tag_name(given))

    def _drop_tag(self, oa: OA, request: Request) -> None:
        tag = _tag_name(request.json())
        for person in oa.people.values():
            person.tags.discard(tag)

    def _quota(self, oa: OA, request: Request) -> Any:
        given = request.json()
        if "quota_owner" in given:
            return [{"asset_id": "", "product_type": given.get("product_type"),
                     "quota_type": given.get("quota_type"), "valid_through": "31/12/2030",
                     "total": 500, "remain": oa.cs_quota}]  # fmt: skip
        person = self._person(oa, given)
        per_month = self._core.settings.zalo_broadcasts_per_month
        today = self._core.now().astimezone(VIETNAM).date()
        days = [at.astimezone(VIETNAM).date() for at in person.broadcasts]
        month = sum((day.year, day.month) == (today.year, today.month) for day in days)
        last = person.last_interaction
        return {
            "last_interaction": str(millis(last)) if last else "",
            "cs_reply": {"remain": -1, "total": -1},
            "promotion": {
                "daily_total": 1,
                "daily_remain": 0 if today in days else 1,
                "monthly_total": per_month,
                "monthly_remain": max(0, per_month - month),
            },
        }


def data_of(request: Request) -> dict[str, Any]:
    """The JSON object in the query parameter `data`; Refused (-201) if it is none."""
    try:
        data = json.loads(request.query.get("data", ""))
    except ValueError as error:
        raise bad("data is invalid") from error
    if not isinstance(data, dict):
        raise bad("data is invalid")
    return data


def number(data: dict[str, Any], name: str, highest: int) -> int:
    value = data.get(name)
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or not 0 <= value <= highest:
        raise bad(f"{name} is invalid")
    return value


def _tag_name(given: dict[str, Any]) -> str:
    tag = given.get("tag_name")
    if not isinstance(tag, str) or not tag:
        raise bad("tag_name is invalid")
    return tag


def _period(period: str, now: datetime) -> tuple[str, str]:
    """First and last day (ISO) of `TODAY`, `YESTERDAY`, `L7D`, `L30D` or two days."""
    today = now.astimezone(VIETNAM).date()
    back = {"TODAY": (0, 0), "YESTERDAY": (1, 1), "L7D": (7, 0), "L30D": (30, 0)}.get(period)
    if back:
        first, last = (today - timedelta(days=days) for days in back)
        return first.isoformat(), last.isoformat()
    first_text, separator, last_text = period.replace("_", "-").partition(":")
    if not separator:
        raise bad("last_interaction_period is invalid")
    return first_text, last_text
