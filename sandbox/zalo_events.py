"""Zalo's webhooks on their way out. Source: `api/zalo.md` §8, §13.6.

The signature is a plain SHA-256 over app id, body, timestamp and the OA's secret key.
"""

import hashlib
from typing import Any

from sandbox.core import Core
from sandbox.timeline import millis
from sandbox.webhooks import Event, call, is_loopback
from sandbox.wire import compact
from sandbox.zalo_accounts import OA, ZaloApp

LADDER_S = (30.0, 300.0, 900.0, 1800.0, 3600.0)


class ZaloEvents:
    def __init__(self, core: Core) -> None:
        self._core = core

    def register(self, app: ZaloApp, url: str) -> bool:
        """Save a webhook URL; as the console does, only if it answers 200 to an unsigned `{}`."""
        if not is_loopback(url) or call(url, b"{}", {"User-Agent": "ZaloWebhook"}, 2.0) != 200:
            return False
        app.webhook_url, app.webhook_on = url, True
        return True

    def emit(self, oa: OA, name: str, fields: dict[str, Any], delay: float = 0.0) -> None:
        """Queue an event; nothing happens while the app has no webhook."""
        if not oa.app.webhook_on:
            return
        timestamp = str(millis(self._core.now()))
        event = {"app_id": oa.app.app_id, **fields, "event_name": name, "timestamp": timestamp}
        body = compact(event)
        app = oa.app

        def sign(honest: bool, tries: int) -> dict[str, str]:
            secret = oa.secret if honest else "wrong"
            headers = {
                "User-Agent": "ZaloWebhook",
                "X-ZEvent-Signature": f"mac={mac(app.app_id, body, timestamp, secret)}",
                "X-ZEvent-Timestamp": timestamp,
            }
            return headers | ({"num_retry": str(tries)} if tries else {})

        def done(arrived: bool) -> None:
            app.webhook_on = app.webhook_on and arrived

        url = app.webhook_url
        self._core.outbox.post(
            Event("zalo", name, url, body, sign, ladder=LADDER_S, done=done), delay
        )


def mac(app_id: str, body: bytes, timestamp: str, secret: str) -> str:
    """hex(SHA-256(app id ‖ raw body ‖ timestamp ‖ OA secret key))"""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def app_user(oa: OA, user_id: str) -> str:
    """`user_id_by_app`: the same person under the app's own number."""
    return str(int(hashlib.sha256(f"{oa.app.app_id}/{user_id}".encode()).hexdigest(), 16))[:19]
