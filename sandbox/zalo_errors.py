"""Zalo's refusals: HTTP 200 with `error` != 0. Source: `api/zalo.md` §9.2."""

from typing import Any


class Refused(Exception):
    """An answer with an error code."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.data = data


class Pending:
    """Error 0 without an id: the media is still being processed."""


BAD_PARAMETER = -201

TOO_MANY = Refused(-32, "Your application or OA has reached the limit of API calls per minute")
ATTACHMENT_EXPIRED = Refused(-100, "Attachment id or token is expired")
MEDIA_FAILED = Refused(-200, "Upload media failed")
TOO_MANY_FAILURES = Refused(-200, "Too many failed attempts")
NOT_SUPPORTED = Refused(-209, "This API is not supported")
OUT_OF_QUOTA = Refused(-211, "Out of quota")
PROCESSING = Refused(-214, "Article is being processed")
BAD_TOKEN = Refused(-216, "Access token is invalid")
RECEIVER_FULL = Refused(-218, "Receiver has reached the quota")
OLD_TOKEN = Refused(-220, "Access token has expired")
ARTICLE_QUOTA = Refused(-223, "Your OA has reach the limit quota create article")
INACTIVE = Refused(-227, "User is banned or has been inactive for more than 45 days")
TOO_LATE = Refused(-230, "User has not interacted with the OA in the past 7 days")
NEVER_MET = Refused(-232, "User has not interacted with the OA, or the interaction has expired")
BAD_TYPE = Refused(-233, "The message type is invalid or not supported")
NIGHT = Refused(-234, "Sending this message is not allowed at night (22:00 - 06:00)")
WRONG_OA_TYPE = Refused(-235, "API does not support this type of OA")
OLD_API = Refused(-240, "Message API v2 has been shut down, please use v3")
BAD_PROOF = Refused(-242, "Invalid appsecret_proof provided in the API argument")
RESTRICTED = Refused(-244, "User has restricted this message type from your OA")
NO_TEMPLATE = Refused(-249, "This template can not be sent by user id")
NO_MONEY = Refused(-320, "Your app needs to be connected with Zalo Cloud Account")


def bad(message: str) -> Refused:
    """-201: an invalid parameter, named in the message."""
    return Refused(BAD_PARAMETER, message)


def over(message: str) -> Refused:
    """-210: a parameter over its limit."""
    return Refused(-210, message)
