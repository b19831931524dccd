"""Zalo uploads: pictures and files for messages, films for articles.

Source: `api/zalo.md` §4.6, §5.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

from sandbox.core import Core
from sandbox.images import NoPictureError, look_at
from sandbox.wire import Request, Upload
from sandbox.zalo_accounts import OA
from sandbox.zalo_errors import ATTACHMENT_EXPIRED, bad, over

LIFE = timedelta(days=7)
FILM_MAX = 50 * 1024 * 1024
READY, CONVERTING, FAILED = 1, 3, 4


@dataclass(frozen=True, slots=True)
class UploadRule:
    """What one of the three upload doors takes, and under which key it answers."""

    key: str
    max_bytes: int
    endings: frozenset[str]
    pictures: frozenset[str] = frozenset()


RULES = {
    "image": UploadRule(
        "attachment_id", 1_048_576, frozenset({".jpg", ".jpeg", ".png"}), frozenset({"JPEG", "PNG"})
    ),
    "gif": UploadRule("attachment_id", 5 * 1_048_576, frozenset({".gif"}), frozenset({"GIF"})),
    "file": UploadRule("token", 5 * 1_048_576, frozenset({".pdf", ".doc", ".docx", ".csv"})),
}


@dataclass(slots=True)
class Stored:
    oa_id: str
    until: datetime


@dataclass(slots=True)
class Film:
    oa_id: str
    id: str
    upload: Upload
    due: datetime
    spoiled: bool


class Uploads:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._stored: dict[str, Stored] = {}
        self._films: dict[str, Film] = {}

    def routes(self) -> dict[tuple[str, str], Any]:
        films = "/v2.0/article/upload_video"
        return {
            ("POST", "/v2.0/oa/upload/image"): ("upload", self._image),
            ("POST", "/v2.0/oa/upload/gif"): ("upload", self._gif),
            ("POST", "/v2.0/oa/upload/file"): ("upload", self._file),
            ("POST", f"{films}/preparevideo"): ("article", self._film),
            ("GET", f"{films}/verify"): ("article", self._film_state),
        }

    def check(self, oa: OA, upload_id: str) -> None:
        """Refused (-100, -201) unless this upload may be used by the OA now."""
        stored = self._stored.get(upload_id)
        if stored is None or stored.oa_id != oa.oa_id:
            raise bad("attachment_id is invalid")
        if self._core.now() >= stored.until:
            raise ATTACHMENT_EXPIRED

    def _image(self, oa: OA, request: Request) -> dict[str, str]:
        return self._store(oa, request, RULES["image"])

    def _gif(self, oa: OA, request: Request) -> dict[str, str]:
        return self._store(oa, request, RULES["gif"])

    def _file(self, oa: OA, request: Request) -> dict[str, str]:
        return self._store(oa, request, RULES["file"])

    def _store(self, oa: OA, request: Request, rule: UploadRule) -> dict[str, str]:
        upload = _the_file(request)
        if len(upload.data) > rule.max_bytes:
            raise over("file size is over the limit")
        ending = PurePath(upload.name).suffix.lower()
        if not ending:
            return {}  # seen in production: success without an id
        if ending not in rule.endings or not _is_one_of(upload.data, rule.pictures):
            raise bad("file type is invalid")
        upload_id = self._core.token("zalo upload", 44 if rule.pictures else 180)
        self._stored[upload_id] = Stored(oa.oa_id, self._core.now() + LIFE)
        self._core.keep(upload.data)
        return {rule.key: upload_id}

    def _film(self, oa: OA, request: Request) -> dict[str, str]:
        upload = _the_file(request)
        if len(upload.data) > FILM_MAX:
            raise over("file size is over the limit")
        if PurePath(upload.name).suffix.lower() not in {".mp4", ".avi"}:
            raise bad("file type is invalid")
        wait = timedelta(seconds=self._core.settings.zalo_processing_s + request.extra_seconds())
        token, film_id = self._core.token("zalo film", 160), self._core.hex_id("zalo film id")
        due = self._core.now() + wait
        self._films[token] = Film(oa.oa_id, film_id, upload, due, request.suffers("image_failed"))
        return {"token": token}

    def _film_state(self, oa: OA, request: Request) -> dict[str, Any]:
        film = self._films.get(request.headers.get("token") or request.query.get("token", ""))
        if film is None or film.oa_id != oa.oa_id:
            raise bad("token is invalid")
        ready = self._core.now() >= film.due
        status = (FAILED if film.spoiled else READY) if ready else CONVERTING
        return {
            "video_id": film.id if status == READY else "",
            "video_name": film.upload.name,
            "video_size": len(film.upload.data),
            "status": status,
            "status_message": {READY: "ready", CONVERTING: "converting", FAILED: "failed"}[status],
            "convert_percent": 100 if ready else 50,
            "convert_error_code": -1 if status == FAILED else 0,
        }


def _the_file(request: Request) -> Upload:
    upload = request.form().files.get("file")
    if upload is None or not upload.data:
        raise bad("file is invalid")
    return upload


def _is_one_of(data: bytes, kinds: frozenset[str]) -> bool:
    if not kinds:
        return True
    try:
        return look_at(data).kind in kinds
    except NoPictureError:
        return False
