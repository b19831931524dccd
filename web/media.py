"""`/media/{digest}.{ext}`: pictures and recordings, for services that fetch them from us.

A name is the digest of the bytes: what is served never changes, and nothing else can be named.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from content.sniff import sniff

NAME = re.compile(r"([0-9a-f]{64})\.[a-z0-9]{1,5}")
YEAR_S = 31_536_000
UNTOLD = "application/octet-stream"
SHOWN = re.compile(r"(image/(?!svg)|audio/|video/|application/pdf$)")  # an SVG can carry a script


def routes(folder: Path) -> APIRouter:
    router = APIRouter()

    @router.api_route("/media/{name}", methods=["GET", "HEAD"])
    def media(name: str, request: Request) -> Response:
        return answer(folder, name, request.headers.get("if-none-match", ""))

    return router


def answer(folder: Path, name: str, known: str) -> Response:
    """A file of the folder, whole or in the ranges asked for; 304 where it is `known`."""
    found = NAME.fullmatch(name)
    if found is None:
        return _missing()
    try:
        told = (folder / name).lstat()
        mime = sniff(folder / name) if stat.S_ISREG(told.st_mode) else None
    except OSError:
        return _missing()
    if not stat.S_ISREG(told.st_mode):
        return _missing()
    headers = {
        "Cache-Control": f"public, max-age={YEAR_S}, immutable",
        "ETag": f'"{found[1]}"',
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if found[1] in known:
        return Response(status_code=304, headers=headers)
    if mime is None or not SHOWN.match(mime):
        mime, headers["Content-Disposition"] = UNTOLD, f'attachment; filename="{name}"'
    return FileResponse(folder / name, headers=headers, media_type=mime, stat_result=told)


def _missing() -> Response:
    return PlainTextResponse("Không có tệp này.", 404, headers={"Cache-Control": "no-store"})
