"""Telegram's refusals: `ok: false`, a code that is also the HTTP status, a description.

Source: `api/social.md` §5.6.
"""

from typing import Any


class TelegramError(Exception):
    def __init__(self, code: int, description: str, retry_after: int = 0) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        body = {"ok": False, "error_code": self.code, "description": self.description}
        return body | (
            {"parameters": {"retry_after": self.retry_after}} if self.retry_after else {}
        )


def bad(what: str) -> TelegramError:
    return TelegramError(400, f"Bad Request: {what}")


def too_many(wait: float) -> TelegramError:
    seconds = max(1, round(wait))
    return TelegramError(429, f"Too Many Requests: retry after {seconds}", seconds)
