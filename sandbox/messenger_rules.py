"""What Messenger accepts as a message. Source: `api/social.md` §2.1, §2.3."""

from typing import Any

from sandbox.facebook_errors import GraphError, invalid

TEXT_MAX = 2000
METADATA_MAX = 1000
REPLIES_MAX, TITLE_MAX, PAYLOAD_MAX = 13, 20, 1000
BUTTONS_MAX, BUTTON_TEXT_MAX = 3, 640
CARDS_MAX, CARD_TITLE_MAX = 10, 80
ATTACHMENTS = {"image", "audio", "video", "file"}
BUTTONS = {"web_url", "postback", "phone_number"}
REPLIES = {"text", "user_phone_number", "user_email"}


def check_message(message: Any) -> dict[str, Any]:
    """The message, if Messenger takes it; GraphError 100 otherwise."""
    if not isinstance(message, dict):
        raise invalid("The parameter message is required")
    text, attachment = message.get("text"), message.get("attachment")
    if (text is None) == (attachment is None):
        raise invalid("Message must contain either text or an attachment")
    if text is not None:
        _check_length(text, TEXT_MAX, "message[text]")
    else:
        _check_attachment(attachment)
    if len(str(message.get("metadata", ""))) > METADATA_MAX:
        raise invalid("Length of param message[metadata] must be less than or equal to 1000")
    _check_replies(message.get("quick_replies", []))
    return message


def _check_length(text: Any, longest: int, name: str) -> None:
    if not isinstance(text, str) or not text:
        raise invalid(f"Param {name} must be a non-empty string")
    if len(text) > longest:
        raise invalid(f"Length of param {name} must be less than or equal to {longest}")


def _check_replies(replies: Any) -> None:
    if not isinstance(replies, list) or len(replies) > REPLIES_MAX:
        raise invalid(f"Param message[quick_replies] must have at most {REPLIES_MAX} elements")
    for reply in replies:
        if not isinstance(reply, dict) or reply.get("content_type") not in REPLIES:
            raise invalid("Param content_type must be one of the allowed values")
        if reply["content_type"] == "text":
            _check_length(reply.get("title"), TITLE_MAX, "quick_replies[title]")
            _check_length(reply.get("payload"), PAYLOAD_MAX, "quick_replies[payload]")


def _check_attachment(attachment: Any) -> None:
    kind = attachment.get("type") if isinstance(attachment, dict) else None
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    if not isinstance(payload, dict):
        raise invalid("Param message[attachment] must have a payload")
    if kind in ATTACHMENTS:
        if not payload.get("url") and not payload.get("attachment_id"):
            raise invalid("Failed to fetch the file from the url", 2018008)
    elif kind == "template":
        _check_template(payload)
    else:
        raise invalid("Param message[attachment][type] must be one of the allowed values")


def _check_template(payload: dict[str, Any]) -> None:
    match payload.get("template_type"):
        case "button":
            _check_length(payload.get("text"), BUTTON_TEXT_MAX, "text")
            _check_buttons(payload.get("buttons"), least=1)
        case "generic":
            cards = payload.get("elements")
            if not isinstance(cards, list) or not 1 <= len(cards) <= CARDS_MAX:
                raise invalid(f"Param elements must have 1 to {CARDS_MAX} elements")
            for card in cards:
                _check_length(card.get("title"), CARD_TITLE_MAX, "elements[title]")
                _check_buttons(card.get("buttons", []), least=0)
        case _:
            raise invalid("Param template_type must be one of {button, generic}")


def _check_buttons(buttons: Any, least: int) -> None:
    if not isinstance(buttons, list) or not least <= len(buttons) <= BUTTONS_MAX:
        raise invalid(f"Param buttons must have {least} to {BUTTONS_MAX} elements")
    for button in buttons:
        if not isinstance(button, dict) or button.get("type") not in BUTTONS:
            raise GraphError(100, "(#100) Param buttons[type] must be one of the allowed values")
        _check_length(button.get("title"), TITLE_MAX, "buttons[title]")
        _check_length(button.get("payload", button.get("url")), PAYLOAD_MAX, "buttons[payload]")
