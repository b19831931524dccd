"""The site: every group of routes under one set of security headers; nothing listed, no docs."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import App
from web import health, media, oauth

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",  # an OAuth callback has its code in the address
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
}


def site(app: App, environ: Mapping[str, str]) -> FastAPI:
    """`/healthz`, `/media/{digest}.{ext}` and `/oauth/{channel}/callback` of an office."""
    pages = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    pages.include_router(health.routes(app))
    pages.include_router(media.routes(app.config.loa.media))
    pages.include_router(oauth.routes(app, environ))
    pages.add_middleware(Guarded)
    return pages


class Guarded:
    """Puts the security headers on every answer that has not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, guarded)
