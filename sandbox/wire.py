"""What goes over the wire: a request as it came, a reply as it leaves, forms and JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from io import BytesIO
from typing import Any, Protocol
from urllib.parse import parse_qsl

from python_multipart.multipart import Field as FormField
from python_multipart.multipart import File, FormParser

from sandbox.faults import Fault

FILES_IN_MEMORY = 1 << 30


class BadRequestError(ValueError):
    """The body is not what its content type says."""


class Broken(Enum):
    """A connection that ends without an answer."""

    SILENCE = "silence"  # nothing until the client gives up
    RESET = "reset"  # a TCP reset


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart form."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The parameters of a call, wherever they stood: query, form or JSON body."""

    fields: dict[str, Any]
    files: dict[str, Upload]


@dataclass(frozen=True, slots=True)
class Request:
    """A call to one service; `path` is without the service's own prefix, header names are lower."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    fault: Fault | None = None

    @property
    def kind(self) -> str:
        """The content type without its parameters, lower-case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def suffers(self, kind: str) -> bool:
        return self.fault is not None and self.fault.kind == kind

    def extra_seconds(self) -> float:
        """How much longer processing takes, by a `slow_processing` fault."""
        return self.fault.seconds if self.fault and self.suffers("slow_processing") else 0.0

    def json(self) -> dict[str, Any]:
        """The JSON object of the body; BadRequestError for anything else."""
        try:
            data = json.loads(self.body)
        except ValueError as error:
            raise BadRequestError("the body is not JSON") from error
        if not isinstance(data, dict):
            raise BadRequestError("the body is not a JSON object")
        return data

    def form(self) -> Form:
        """Query and body together; the body wins. BadRequestError if it cannot be read."""
        fields: dict[str, Any] = dict(self.query)
        files: dict[str, Upload] = {}
        if self.kind == "application/json" and self.body:
            fields.update(self.json())
        elif self.kind == "application/x-www-form-urlencoded":
            fields.update(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))
        elif self.kind == "multipart/form-data":
            _read_multipart(self, fields, files)
        return Form(fields, files)


def _read_multipart(request: Request, fields: dict[str, Any], files: dict[str, Upload]) -> None:
    def on_field(part: FormField) -> None:
        fields[(part.field_name or b"").decode()] = (part.value or b"").decode("utf-8", "replace")

    def on_file(part: File) -> None:
        part.file_object.seek(0)
        name = (part.file_name or b"").decode("utf-8", "replace")
        files[(part.field_name or b"").decode()] = Upload(name, part.file_object.read())
        part.close()

    boundary = request.headers["content-type"].partition("boundary=")[2].strip('" ')
    try:
        parser = FormParser(
            "multipart/form-data",
            on_field,
            on_file,
            boundary=boundary,
            config={"MAX_MEMORY_FILE_SIZE": FILES_IN_MEMORY},
        )
        parser.write(BytesIO(request.body).getvalue())
        parser.finalize()
    except ValueError as error:
        raise BadRequestError("the form cannot be read") from error


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `cut` sends half of the body and closes the connection."""

    body: bytes
    status: int = 200
    kind: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON reply, compact, in UTF-8."""
    return Reply(compact(data), status, headers=headers or {})


def compact(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def page(html: str, status: int = 200) -> Reply:
    return Reply(html.encode(), status, "text/html; charset=utf-8")


class Service(Protocol):
    """A stand-in: what the server and the faults need of it."""

    @property
    def name(self) -> str: ...
    def operation(self, request: Request, /) -> str:
        """The name that a fault's pattern is compared with."""

    def handle(self, request: Request, /) -> Reply: ...
    def throttled(self, seconds: float, /) -> Reply:
        """The service's own way of saying "too many requests"."""

    def failing(self, status: int, /) -> Reply:
        """The service's own 5xx body."""

    def expire(self, request: Request, /) -> None:
        """Kill the credentials that this request carries."""
