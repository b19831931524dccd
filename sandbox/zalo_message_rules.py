"""What Zalo accepts as a message. Source: `api/zalo.md` §2.2."""

from collections.abc import Callable
from typing import Any

from sandbox.zalo_article_rules import is_public_url
from sandbox.zalo_errors import bad, over

TEXT_MAX = 2000
BUTTONS_MAX = 5
TITLE_MAX = 100
BUTTON_KINDS = {"oa.open.url", "oa.query.show", "oa.query.hide", "oa.open.phone", "oa.open.sms"}
MEDIA = {"image": "photo", "gif": "GIF", "sticker": "sticker"}


def check_message(message: Any, check_upload: Callable[[str], None]) -> str:
    """The kind of message, in the words of `conversation`; Refused (-201, -210) if it is none."""
    if not isinstance(message, dict):
        raise bad("message is invalid")
    text = message.get("text")
    if text is not None and not isinstance(text, str):
        raise bad("text is invalid")
    if len(text or "") > TEXT_MAX:
        raise over("text is over 2000 characters")
    attachment = message.get("attachment")
    if attachment is None:
        if not (text or "").strip():
            raise bad("text is empty")
        return "text"
    return _check_attachment(attachment, text or "", check_upload)


def _check_attachment(attachment: Any, text: str, check_upload: Callable[[str], None]) -> str:
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    if not isinstance(payload, dict):
        raise bad("attachment is invalid")
    if attachment.get("type") == "file":
        if text or not payload.get("token"):
            raise bad("attachment is invalid")
        check_upload(str(payload["token"]))
        return "file"
    if attachment.get("type") != "template":
        raise bad("attachment is invalid")
    return _check_template(payload, text, check_upload)


def _check_template(payload: dict[str, Any], text: str, check_upload: Callable[[str], None]) -> str:
    match payload.get("template_type", "button"):
        case "media":
            return _check_media(payload.get("elements"), text, check_upload)
        case "request_user_info":
            _one_element(payload.get("elements"))
            return "links"
        case "button":
            if not text:
                raise bad("text is empty")
            _check_buttons(payload.get("buttons"))
            return "text"
    raise bad("template_type is invalid")


def _one_element(elements: Any) -> dict[str, Any]:
    if not isinstance(elements, list) or len(elements) != 1 or not isinstance(elements[0], dict):
        raise bad("elements is invalid")
    element: dict[str, Any] = elements[0]
    return element


def _check_media(elements: Any, text: str, check_upload: Callable[[str], None]) -> str:
    element = _one_element(elements)
    kind = element.get("media_type")
    url, upload = element.get("url"), element.get("attachment_id")
    if kind not in MEDIA or bool(url) == bool(upload) or (url and not is_public_url(url)):
        raise bad("elements is invalid")
    if kind == "gif" and not (element.get("width") and element.get("height")):
        raise bad("width or height is invalid")
    if kind == "sticker" and (text or not upload):
        raise bad("sticker is invalid")
    if upload and kind != "sticker":
        check_upload(str(upload))
    return MEDIA[kind]


def _check_buttons(buttons: Any) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= BUTTONS_MAX:
        raise bad("buttons is invalid")
    for button in buttons:
        if not isinstance(button, dict) or button.get("type") not in BUTTON_KINDS:
            raise bad("button type is invalid")
        if not 1 <= len(str(button.get("title", ""))) <= TITLE_MAX:
            raise over("button title is over 100 characters")
        _check_payload(button["type"], button.get("payload"))


def _check_payload(kind: str, payload: Any) -> None:
    if kind.startswith("oa.query."):
        right = isinstance(payload, str) and bool(payload)
    elif not isinstance(payload, dict):
        right = False
    elif kind == "oa.open.url":
        right = is_public_url(payload.get("url"))
    else:
        right = str(payload.get("phone_code", "")).startswith("84")
    if not right:
        raise bad("button payload is invalid")
