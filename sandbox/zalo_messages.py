"""Zalo messages: consultation in its windows, broadcast in its quota, and what people write.

Source: `api/zalo.md` §2, §3, §13.3, §13.5.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sandbox.core import Core
from sandbox.timeline import VIETNAM, millis
from sandbox.wire import Request
from sandbox.zalo_accounts import OA, Person
from sandbox.zalo_articles import Articles
from sandbox.zalo_audience import matches, read_target
from sandbox.zalo_errors import (
    BAD_TYPE,
    INACTIVE,
    NEVER_MET,
    NIGHT,
    NO_MONEY,
    NO_TEMPLATE,
    OLD_API,
    RECEIVER_FULL,
    RESTRICTED,
    TOO_LATE,
    Refused,
    bad,
)
from sandbox.zalo_events import ZaloEvents, app_user
from sandbox.zalo_message_rules import check_message
from sandbox.zalo_uploads import Uploads

FREE = timedelta(hours=48)
WINDOW = timedelta(days=7)
MORNING, EVENING = time(6, 0), time(22, 0)
CARDS_MAX = 5
ICONS = {"/-strong", "/-heart", "/-remove", ":>", ":o", ":-((", ":-h"}


class Messages:
    def __init__(
        self, core: Core, articles: Articles, uploads: Uploads, events: ZaloEvents
    ) -> None:
        self._core = core
        self._articles = articles
        self._uploads = uploads
        self._events = events

    def routes(self) -> dict[tuple[str, str], Any]:
        base = "/v3.0/oa/message"
        return {
            ("POST", f"{base}/cs"): ("message", self._consult),
            ("POST", f"{base}/template"): ("message", self._template),
            ("POST", f"{base}/transaction"): ("message", self._stopped),
            ("POST", f"{base}/promotion"): ("message", self._stopped),
            ("POST", "/v2.0/oa/message"): ("message", self._old_door),
        }

    def receive(self, oa: OA, user_id: str, text: str) -> str:
        """A person writes: the window opens, the event goes out."""
        person = oa.person(user_id, self._core.now()) or oa.meet(user_id)
        person.last_interaction = self._core.now()
        message_id = self._note(oa, sender=user_id, receiver=oa.oa_id, kind="text", text=text)
        self._events.emit(
            oa, "user_send_text", self._parties(oa, user_id, {"text": text, "msg_id": message_id})
        )
        return message_id

    def follow(self, oa: OA, user_id: str, follows: bool) -> None:
        person = oa.person(user_id, self._core.now()) or oa.meet(user_id)
        person.follows = follows
        if follows:
            person.last_interaction = self._core.now()
        fields = {
            "oa_id": oa.oa_id,
            "follower": {"id": user_id},
            "user_id_by_app": app_user(oa, user_id),
            "source": "oa_profile",
        }
        self._events.emit(oa, "follow" if follows else "unfollow", fields)

    def _consult(self, oa: OA, request: Request) -> dict[str, Any]:
        given = request.json()
        kind = check_message(given.get("message"), lambda i: self._uploads.check(oa, i))
        person = self._receiver(oa, given)
        quota = self._window(oa, person)
        message = given["message"]
        text = str(message.get("text", ""))
        message_id = self._note(
            oa, sender=oa.oa_id, receiver=person.user_id, kind=kind, text=text, message=message
        )
        self._echo(oa, person.user_id, kind, text, message_id)
        return {
            "message_id": message_id,
            "user_id": person.user_id,
            "sent_time": str(millis(self._core.now())),
            "quota": quota,
        }

    def _receiver(self, oa: OA, given: Mapping[str, Any]) -> Person:
        recipient = given.get("recipient")
        user_id = recipient.get("user_id") if isinstance(recipient, dict) else None
        if not isinstance(user_id, str) or not user_id:
            raise bad("user_id is invalid")
        person = oa.person(user_id, self._core.now())
        if person is None:
            raise bad("user_id is invalid")
        if person.inactive:
            raise INACTIVE
        if person.restricted:
            raise RESTRICTED
        return person

    def _window(self, oa: OA, person: Person) -> dict[str, str]:
        if person.last_interaction is None:
            raise NEVER_MET
        elapsed = self._core.now() - person.last_interaction
        if elapsed > WINDOW:
            raise TOO_LATE
        if elapsed <= FREE:
            return {"quota_type": "reply", "remain": "-1", "total": "-1"}
        if oa.cs_quota <= 0:
            raise NO_MONEY
        oa.cs_quota -= 1
        return {"quota_type": "sub_quota", "remain": str(oa.cs_quota), "total": "500"}

    def _template(self, _oa: OA, _request: Request) -> None:
        raise NO_TEMPLATE

    def _stopped(self, _oa: OA, _request: Request) -> None:
        """Free-form transaction and promotion messages ended on 2026-03-01."""
        raise BAD_TYPE

    def _old_door(self, oa: OA, request: Request) -> dict[str, Any]:
        given = request.json()
        recipient = given.get("recipient")
        if not isinstance(recipient, dict):
            raise bad("recipient is invalid")
        if "target" in recipient:
            return self._broadcast(oa, recipient["target"], given.get("message"))
        if "sender_action" in given:
            return self._react(oa, recipient, given["sender_action"])
        if "anonymous_id" in recipient:
            return self._to_visitor(oa, recipient, given.get("message"))
        raise OLD_API

    def _broadcast(self, oa: OA, target: Any, message: Any) -> dict[str, Any]:
        if "broadcast" in oa.refusals:
            raise Refused(*oa.refusals["broadcast"])
        wanted = read_target(target)
        article_ids = _cards(message)
        articles = [self._articles.find(oa, article_id) for article_id in article_ids]
        if not all(article and article.public for article in articles):
            raise bad("attachment_id is invalid")
        if not MORNING <= self._core.now().astimezone(VIETNAM).time() < EVENING:
            raise NIGHT
        now = self._core.now()
        receivers = self._receivers(oa, wanted, now)
        for person in receivers:
            person.broadcasts.append(now)
        for article in filter(None, articles):
            article.announced_to += len(receivers)
            delay = timedelta(seconds=self._core.settings.zalo_broadcast_delay_s)
            article.announced_at = article.announced_at or now + delay
        message_id = self._core.hex_id("zalo message")
        oa.broadcasts.append(
            {"message_id": message_id, "at": now.isoformat(), "articles": article_ids,
             "target": target, "receivers": len(receivers)}
        )  # fmt: skip
        return {"message_id": message_id}

    def _receivers(self, oa: OA, wanted: dict[str, set[int]], now: datetime) -> list[Person]:
        """The followers who match and still may receive one; RECEIVER_FULL if there is none."""
        followers = (
            oa.person(i, now) for i in oa.followers(now) if matches(self._core.seed, i, wanted)
        )
        month = self._core.settings.zalo_broadcasts_per_month
        receivers = [p for p in followers if p and _may_receive(p, now, month)]
        if not receivers:
            raise RECEIVER_FULL
        return receivers

    def _react(self, oa: OA, recipient: dict[str, Any], action: Any) -> dict[str, Any]:
        if not isinstance(action, dict) or action.get("react_icon") not in ICONS:
            raise bad("react_icon is invalid")
        known = {message["message_id"] for message in oa.chat}
        if action.get("react_message_id") not in known:
            raise bad("react_message_id is invalid")
        return {"message_id": action["react_message_id"], "user_id": recipient.get("user_id")}

    def _to_visitor(self, oa: OA, recipient: dict[str, Any], message: Any) -> dict[str, Any]:
        if not recipient.get("conversation_id"):
            raise bad("conversation_id is invalid")
        kind = check_message(message, lambda i: self._uploads.check(oa, i))
        message_id = self._note(
            oa, sender=oa.oa_id, receiver=str(recipient["anonymous_id"]), kind=kind,
            text=str(message.get("text", "")), message=message,
        )  # fmt: skip
        return recipient | {"message_id": message_id}

    def _note(
        self,
        oa: OA,
        *,
        sender: str,
        receiver: str,
        kind: str,
        text: str,
        message: dict[str, Any] | None = None,
    ) -> str:
        message_id = self._core.hex_id("zalo message")
        oa.chat.append(
            {
                "src": 0 if sender == oa.oa_id else 1,
                "time": millis(self._core.now()),
                "type": kind,
                "message": text,
                "message_id": message_id,
                "from_id": sender,
                "to_id": receiver,
                "sent": message or {"text": text},
            }
        )
        return message_id

    def _echo(self, oa: OA, user_id: str, kind: str, text: str, message_id: str) -> None:
        content = {"text": text, "msg_id": message_id}
        parties = {
            "sender": {"id": oa.oa_id},
            "recipient": {"id": user_id},
            "user_id_by_app": app_user(oa, user_id),
        }
        name = {
            "text": "text",
            "photo": "image",
            "file": "file",
            "GIF": "gif",
            "sticker": "sticker",
        }
        self._events.emit(
            oa, f"oa_send_{name.get(kind, 'template')}", parties | {"message": content}
        )
        received = parties | {"message": {"msg_id": message_id}}
        self._events.emit(oa, "user_received_message", received, delay=1.0)
        seen = parties | {"message": {"msg_ids": [message_id]}}
        self._events.emit(oa, "user_seen_message", seen, delay=20.0)

    def _parties(self, oa: OA, user_id: str, message: dict[str, Any]) -> dict[str, Any]:
        return {
            "sender": {"id": user_id},
            "user_id_by_app": app_user(oa, user_id),
            "recipient": {"id": oa.oa_id},
            "message": message,
        }


def _cards(message: Any) -> list[str]:
    """The article ids of a broadcast's card; -201 for any other shape."""
    try:
        attachment = message["attachment"]
        payload = attachment["payload"]
        elements = payload["elements"]
        right = attachment["type"] == "template" and payload["template_type"] == "media"
        right = right and all(each["media_type"] == "article" for each in elements)
        ids = [str(each["attachment_id"]) for each in elements]
    except (KeyError, TypeError) as error:
        raise bad("attachment is invalid") from error
    if not right or not 1 <= len(ids) <= CARDS_MAX:
        raise bad("attachment is invalid")
    return ids


def _may_receive(person: Person, now: datetime, per_month: int) -> bool:
    """One broadcast a day, and so many a month; both by Vietnam's calendar."""
    today = now.astimezone(VIETNAM).date()
    days = [at.astimezone(VIETNAM).date() for at in person.broadcasts]
    this_month = [day for day in days if (day.year, day.month) == (today.year, today.month)]
    return today not in days and (per_month == 0 or len(this_month) < per_month)
