"""Messenger: what a Page sends to a person, within 24 hours. Source: `api/social.md` §2."""

from datetime import timedelta
from typing import Any

from sandbox.core import Core
from sandbox.facebook_errors import GraphError, invalid
from sandbox.facebook_events import FacebookEvents
from sandbox.facebook_pages import FacebookPage
from sandbox.facebook_posts import json_of
from sandbox.messenger_rules import check_message
from sandbox.timeline import millis
from sandbox.wire import Form, Request

WINDOW = timedelta(hours=24)
HUMAN_WINDOW = timedelta(days=7)
KINDS = {"RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY"}
ACTIONS = {"typing_on", "typing_off", "mark_seen", "react", "unreact"}
PROFILE = {"get_started", "greeting", "persistent_menu", "ice_breakers", "commands"}


class Messenger:
    def __init__(self, core: Core, events: FacebookEvents) -> None:
        self._core = core
        self._events = events

    def edges(self) -> dict[tuple[str, str], Any]:
        return {
            ("POST", "messages"): ("pages_messaging", self._send),
            ("GET", "conversations"): ("pages_messaging", self._conversations),
            ("POST", "messenger_profile"): ("pages_messaging", self._set_profile),
            ("GET", "messenger_profile"): ("pages_messaging", self._profile),
            ("DELETE", "messenger_profile"): ("pages_messaging", self._drop_profile),
        }

    def receive(self, page: FacebookPage, psid: str, text: str, payload: str = "") -> str:
        """A person writes (or, with `payload`, presses a button); the message's id."""
        page.met[psid] = self._core.now()
        message_id = "m_" + self._core.token("facebook message", 40)
        parties = {"sender": {"id": psid}, "recipient": {"id": page.id}}
        event = parties | {"timestamp": millis(self._core.now())}
        if payload:
            press = {"mid": message_id, "title": text, "payload": payload}
            self._events.messaging(page, "messaging_postbacks", event | {"postback": press})
        else:
            said = {"mid": message_id, "text": text}
            self._events.messaging(page, "messages", event | {"message": said})
        self._note(page, psid, message_id, {"text": text}, from_page=False)
        return message_id

    def _send(self, page: FacebookPage, form: Form, _request: Request) -> dict[str, str]:
        given = {name: json_of_object(value, name) for name, value in form.fields.items()}
        psid = self._receiver(page, given.get("recipient"))
        if "sender_action" in given:
            if "message" in given:
                raise invalid("Message cannot be sent together with a sender action", 2018014)
            if given["sender_action"] not in ACTIONS:
                raise invalid("Param sender_action must be one of the allowed values")
            return {"recipient_id": psid}
        if given.get("messaging_type") not in KINDS:
            raise invalid("Param messaging_type must be one of the allowed values")
        message = check_message(given.get("message"))
        if "comment_id" not in given["recipient"]:
            self._check_window(page, psid, given)
        message_id = "m_" + self._core.token("facebook message", 40)
        self._note(page, psid, message_id, message, from_page=True)
        self._echo(page, psid, message_id, message)
        return {"recipient_id": psid, "message_id": message_id}

    def _receiver(self, page: FacebookPage, recipient: Any) -> str:
        if not isinstance(recipient, dict):
            raise invalid("The parameter recipient is required")
        if "comment_id" in recipient:
            return self._commenter(page, str(recipient["comment_id"]))
        psid = str(recipient.get("id", ""))
        if psid not in page.met:
            raise invalid("No matching user found", 2018001)
        if psid in page.unavailable:
            raise GraphError(551, "(#551) This person isn't available right now.", 1545041)
        return psid

    def _commenter(self, page: FacebookPage, comment_id: str) -> str:
        """The person behind a comment, who may be answered privately once, within 7 days."""
        post = page.posts.get(f"{page.id}_{comment_id.partition('_')[0]}")
        said = post.said.get(comment_id) if post else None
        if post is None or said is None:
            raise invalid("No matching comment found", 2018001)
        late = self._core.now() - said.at > HUMAN_WINDOW
        if late or comment_id in post.answered_privately:
            raise GraphError(10, "(#10) This comment can no longer be answered privately", 2018278)
        post.answered_privately.add(comment_id)
        return said.author_id

    def _check_window(self, page: FacebookPage, psid: str, given: dict[str, Any]) -> None:
        human = given["messaging_type"] == "MESSAGE_TAG" and given.get("tag") == "HUMAN_AGENT"
        if self._core.now() - page.met[psid] > (HUMAN_WINDOW if human else WINDOW):
            words = "(#10) This message is sent outside of allowed window."
            raise GraphError(10, words, 2018278)

    def _echo(
        self, page: FacebookPage, psid: str, message_id: str, message: dict[str, Any]
    ) -> None:
        now = millis(self._core.now())
        echo = {"mid": message_id, "is_echo": True, "app_id": int(page.app.app_id)}
        echo |= {name: message[name] for name in ("text", "metadata") if name in message}
        parties = {"sender": {"id": page.id}, "recipient": {"id": psid}, "timestamp": now}
        self._events.messaging(page, "message_echoes", parties | {"message": echo})
        back = {"sender": {"id": psid}, "recipient": {"id": page.id}, "timestamp": now}
        delivery = back | {"delivery": {"mids": [message_id], "watermark": now}}
        self._events.messaging(page, "message_deliveries", delivery, delay=1.0)

    def _note(
        self,
        page: FacebookPage,
        psid: str,
        message_id: str,
        message: dict[str, Any],
        *,
        from_page: bool,
    ) -> None:
        sender = {"id": page.id, "name": page.name} if from_page else {"id": psid}
        at = f"{self._core.now():%Y-%m-%dT%H:%M:%S%z}"
        page.chat.append(
            {"psid": psid, "id": message_id, "message": message.get("text", ""),
             "created_time": at, "from": sender, "sent": message}
        )  # fmt: skip

    def _conversations(self, page: FacebookPage, form: Form, _request: Request) -> dict[str, Any]:
        wanted = str(form.fields.get("user_id", ""))
        people = [psid for psid in page.met if not wanted or psid == wanted]
        return {"data": [self._conversation(page, psid) for psid in people]}

    def _conversation(self, page: FacebookPage, psid: str) -> dict[str, Any]:
        names = ("id", "message", "created_time", "from")
        messages = [m for m in reversed(page.chat) if m["psid"] == psid]
        shown = [{name: message[name] for name in names} for message in messages[:10]]
        return {"id": f"t_{psid}", "messages": {"data": shown}}

    def _set_profile(self, page: FacebookPage, form: Form, _request: Request) -> dict[str, str]:
        given = {
            name: json_of_object(form.fields[name], name) for name in PROFILE & set(form.fields)
        }
        if not given:
            raise invalid("No profile field was given")
        if "persistent_menu" in given and "get_started" not in page.profile | given:
            raise invalid("You must set a Get Started button to use the persistent menu", 2018145)
        page.profile |= given
        return {"result": "success"}

    def _profile(self, page: FacebookPage, form: Form, _request: Request) -> dict[str, Any]:
        names = str(form.fields.get("fields", ",".join(PROFILE))).split(",")
        return {"data": [{name: page.profile[name] for name in names if name in page.profile}]}

    def _drop_profile(self, page: FacebookPage, form: Form, _request: Request) -> dict[str, str]:
        names = json_of(form.fields.get("fields", "[]"), "fields")
        for name in names if isinstance(names, list) else []:
            page.profile.pop(name, None)
        return {"result": "success"}


def json_of_object(value: Any, name: str) -> Any:
    """A value that a form may carry as the text of a JSON object or array."""
    looks = isinstance(value, str) and value[:1] in {"{", "["}
    return json_of(value, name) if looks else value
