"""Photos and videos of a Page. Source: `api/social.md` §1.3, §1.4."""

from datetime import timedelta
from typing import Any

from sandbox.core import Core
from sandbox.facebook_errors import GraphError, invalid, missing
from sandbox.facebook_pages import FacebookPage, Film, Photo
from sandbox.facebook_posts import Posts, check_message, flag
from sandbox.images import NoPictureError, fetch, look_at
from sandbox.wire import Form, Request

PHOTO_KINDS = {"JPEG", "PNG", "GIF", "BMP", "TIFF", "MPO"}
FILM_MAX = 120 * 1024 * 1024
FILM_MIN = 16
CHUNK = 4 * 1024 * 1024


class Media:
    def __init__(self, core: Core, posts: Posts) -> None:
        self._core = core
        self._posts = posts

    def edges(self) -> dict[tuple[str, str], Any]:
        return {
            ("POST", "photos"): ("pages_manage_posts", self._photo),
            ("POST", "videos"): ("pages_manage_posts", self._film),
        }

    def advance(self, page: FacebookPage) -> None:
        """A film whose processing is over becomes a post, or fails."""
        for film in page.films.values():
            if film.due is None or film.due > self._core.now() or film.post_id or film.failed:
                continue
            if film.spoiled:
                film.failed = True
                continue
            post = self._posts.add(
                page,
                film.description or film.title,
                published=film.published,
                scheduled=film.scheduled,
                film=film.id,
                at=film.due,
            )
            film.post_id = post.id

    def update(self, page: FacebookPage, node: str, form: Form) -> dict[str, bool]:
        film = page.films[node]
        if film.deleted:
            raise missing(node, "post")
        film.description = check_message(form.fields, "description") or film.description
        wish = form.fields.get("is_published", form.fields.get("published", "false"))
        if flag(wish) and film.post_id:
            self._posts.update(page, film.post_id, Form({"is_published": "true"}, {}))
        elif flag(wish):
            film.published = True
        return {"success": True}

    def delete(self, page: FacebookPage, node: str, form: Form) -> dict[str, bool]:
        film = page.films[node]
        if film.deleted:
            raise missing(node, "delete")
        film.deleted = True
        if film.post_id:
            self._posts.delete(page, film.post_id, form)
        return {"success": True}

    def _photo(self, page: FacebookPage, form: Form, request: Request) -> dict[str, str]:
        data = self._photo_bytes(form, request)
        given = form.fields
        caption = check_message(given, "caption") or check_message(given)
        published, scheduled = self._posts.timing(given)
        photo_id = str(777_000_000_000 + self._core.count("facebook photos"))
        photo = Photo(photo_id, self._core.keep(data), caption, self._core.now(), published)
        page.photos[photo_id] = photo
        if not published and scheduled is None:
            return {"id": photo_id}
        post = self._posts.add(
            page, caption, published=published, scheduled=scheduled, photos=[photo_id]
        )
        return {"id": photo_id, "post_id": post.id}

    def _photo_bytes(self, form: Form, request: Request) -> bytes:
        longest = self._core.settings.facebook_photo_max
        if "source" in form.files:
            data = form.files["source"].data
        elif url := str(form.fields.get("url", "")):
            data = self._fetched(url, request, longest + 1)
        else:
            raise GraphError(324, "(#324) Requires upload file")
        try:
            kind = look_at(data).kind
        except NoPictureError as error:
            raise invalid("Invalid image file", 2069019) from error
        if kind not in PHOTO_KINDS or len(data) > longest:
            raise invalid("Photos should be less than 4 MB and saved as JPG or PNG", 1366046)
        return data

    def _fetched(self, url: str, request: Request, longest: int) -> bytes:
        try:
            if request.suffers("image_failed"):
                raise NoPictureError(url)
            with self._core.unlocked():
                return fetch(url, longest)
        except NoPictureError as error:
            raise GraphError(389, "(#389) Unable to fetch file from URL.") from error

    def _film(self, page: FacebookPage, form: Form, request: Request) -> dict[str, Any]:
        match form.fields.get("upload_phase"):
            case None:
                return self._whole_film(page, form, request)
            case "start":
                return self._start(page, form)
            case "transfer":
                return self._transfer(page, form)
            case "finish":
                return self._finish(page, form, request)
            case "cancel":
                del page.films[self._session(page, form).id]
                return {"success": True}
        raise invalid("Param upload_phase must be one of start, transfer, finish, cancel")

    def _whole_film(self, page: FacebookPage, form: Form, request: Request) -> dict[str, str]:
        if "source" in form.files:
            data = form.files["source"].data
        elif url := str(form.fields.get("file_url", "")):
            data = self._fetched(url, request, FILM_MAX)
        else:
            raise invalid("No video file was provided")
        film = self._new_film(page, len(data))
        film.parts += data
        try:
            self._complete(film, form, request)
        except GraphError:
            del page.films[film.id]
            raise
        return {"id": film.id}

    def _start(self, page: FacebookPage, form: Form) -> dict[str, str]:
        size = str(form.fields.get("file_size", ""))
        if not size.isdigit() or not 0 < int(size) <= FILM_MAX:
            raise invalid("Param file_size must be a positive integer")
        film = self._new_film(page, int(size))
        return {"upload_session_id": film.session, "video_id": film.id} | _offsets(film)

    def _transfer(self, page: FacebookPage, form: Form) -> dict[str, str]:
        film = self._session(page, form)
        chunk = form.files.get("video_file_chunk")
        if chunk is None or str(form.fields.get("start_offset", "")) != str(len(film.parts)):
            raise GraphError(6000, "(#6000) There was a problem uploading your video", 1363037)
        film.parts += chunk.data
        return _offsets(film)

    def _finish(self, page: FacebookPage, form: Form, request: Request) -> dict[str, bool]:
        film = self._session(page, form)
        if film.due is None:
            self._complete(film, form, request)
        return {"success": True}

    def _new_film(self, page: FacebookPage, size: int) -> Film:
        number = self._core.count("facebook films")
        film_id, session = str(555_000_000_000 + number), str(444_000_000_000 + number)
        page.films[film_id] = Film(film_id, session, size, self._core.now(), bytearray())
        return page.films[film_id]

    def _session(self, page: FacebookPage, form: Form) -> Film:
        session = str(form.fields.get("upload_session_id", ""))
        for film in page.films.values():
            if film.session == session:
                return film
        raise GraphError(6000, "(#6000) The upload session is invalid", 1363037)

    def _complete(self, film: Film, form: Form, request: Request) -> None:
        data = bytes(film.parts)
        if len(data) < FILM_MIN or len(data) != film.size:
            raise GraphError(382, "(#382) The video file you selected is too small")
        if data[4:8] not in {b"ftyp", b"moov"} and not data.startswith((b"RIFF", b"\x1aE\xdf\xa3")):
            raise GraphError(6001, "(#6001) The video file format is not supported")
        given = form.fields
        film.title = check_message(given, "title")
        film.description = check_message(given, "description")
        film.published, film.scheduled = self._posts.timing(given)
        film.spoiled = request.suffers("image_failed")
        self._core.keep(data)
        wait = self._core.settings.facebook_processing_s + request.extra_seconds()
        film.due = self._core.now() + timedelta(seconds=wait)


def _offsets(film: Film) -> dict[str, str]:
    start = len(film.parts)
    return {"start_offset": str(start), "end_offset": str(min(film.size, start + CHUNK))}
