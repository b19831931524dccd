"""The site as a whole: guarded everywhere, and with nothing to look around in."""

from __future__ import annotations

import pytest

from tests.web.served import Served
from web.site import HEADERS


@pytest.mark.parametrize("path", ["/healthz", "/media/x", "/oauth/zalo/callback", "/nirgends"])
def test_every_answer_is_guarded(office: Served, path: str) -> None:
    answer = office.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/", "/media/", "/oauth"])
def test_there_is_nothing_to_look_around_in(office: Served, path: str) -> None:
    assert office.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/media/x", "/oauth/zalo/callback"])
def test_nothing_is_taken_in(office: Served, path: str) -> None:
    assert office.http.post(f"{office.url}{path}", data="x", timeout=10).status_code == 405
