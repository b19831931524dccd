"""Files that are sent to Telegram: uploaded, fetched from a URL, or known by id.

Source: `api/social.md` §5.2, §5.6.
"""

from pathlib import PurePath
from urllib.parse import urlsplit

from sandbox.core import Core
from sandbox.images import NoPictureError, fetch, look_at
from sandbox.telegram_chats import Bot, StoredFile
from sandbox.telegram_errors import TelegramError, bad
from sandbox.wire import Form, Request, Upload

PHOTO_MAX, FILE_MAX = 10 * 1024 * 1024, 50 * 1024 * 1024
PHOTO_URL_MAX, FILE_URL_MAX = 5 * 1024 * 1024, 20 * 1024 * 1024
DOWNLOAD_MAX = 20 * 1024 * 1024
SIDES_MAX, RATIO_MAX = 10_000, 20


class Files:
    def __init__(self, core: Core) -> None:
        self._core = core

    def take(self, bot: Bot, form: Form, request: Request, kind: str, given: object) -> StoredFile:
        """The file that `given` (a URL, an id, `attach://name`) or the form's part `kind` means."""
        text = str(given or "")
        if text.startswith("attach://"):
            upload = form.files.get(text.removeprefix("attach://"))
        else:
            upload = form.files.get(kind)
        if upload is not None:
            return self.store(bot, kind, upload)
        if not text or text.startswith("attach://"):
            raise bad(f"there is no {kind} in the request")
        if text.startswith(("http://", "https://")):
            return self.store(bot, kind, self._fetched(text, kind, request))
        if text not in bot.files or bot.files[text].kind != kind:
            raise bad("wrong file identifier/HTTP URL specified")
        return bot.files[text]

    def store(self, bot: Bot, kind: str, upload: Upload) -> StoredFile:
        if len(upload.data) > FILE_MAX:
            raise TelegramError(413, "Request Entity Too Large")
        if not upload.data:
            raise bad("file must be non-empty")
        width, height = self._look_at_photo(upload.data) if kind == "photo" else (0, 0)
        name = PurePath(upload.name).name or "file"
        stored = StoredFile(
            file_id="AgACAgUAAx" + self._core.token("telegram file", 60),
            unique_id="AQAD" + self._core.token("telegram file", 12),
            kind=kind,
            name="photo.jpg" if kind == "photo" else name,
            digest=self._core.keep(upload.data),
            size=len(upload.data),
            width=width,
            height=height,
        )
        bot.files[stored.file_id] = stored
        return stored

    def by_path(self, bot: Bot, path: str) -> StoredFile | None:
        return next((stored for stored in bot.files.values() if stored.path == path), None)

    def _look_at_photo(self, data: bytes) -> tuple[int, int]:
        if len(data) > PHOTO_MAX:
            raise bad("file is too big")
        try:
            picture = look_at(data)
        except NoPictureError as error:
            raise bad("IMAGE_PROCESS_FAILED") from error
        width, height = picture.width, picture.height
        if width + height > SIDES_MAX or max(width, height) > RATIO_MAX * min(width, height):
            raise bad("PHOTO_INVALID_DIMENSIONS")
        return width, height

    def _fetched(self, url: str, kind: str, request: Request) -> Upload:
        longest = PHOTO_URL_MAX if kind == "photo" else FILE_URL_MAX
        try:
            if request.suffers("image_failed"):
                raise NoPictureError(url)
            with self._core.unlocked():
                data = fetch(url, longest)
                if kind == "photo":
                    look_at(data)
        except NoPictureError as error:
            words = "wrong type of the web page content" if "not a picture" in str(error) else ""
            raise bad(words or "failed to get HTTP URL content") from error
        return Upload(PurePath(urlsplit(url).path).name, data)
