"""Linking a channel end to end: the command, the service's page, the callback, the queue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.fernet import Fernet
from sqlmodel import select

from channels.base import TokenPair
from delivery import outcome
from delivery.tokens import KeptTokens
from errors import Refused
from models import ChannelState, PendingLink
from sandbox.server import Server, serve
from sandbox.state import Sandbox
from sandbox.zalo_accounts import OA
from tests.web.served import MINUTE, NOW, Served, Watch, served
from web import links

ZALO = """
[units.channels.zalo]
kind = "zalo_oa"
app_id = "{app_id}"
app_secret = "env:ZALO_APP_SECRET"
oa_id = "{oa_id}"
oauth_url = "{url}/zalo-oauth"
api_url = "{url}/zalo"
"""


@pytest.fixture
def zalo() -> Iterator[Server]:
    with serve(Sandbox()) as running:
        yield running


@pytest.fixture
def oa(zalo: Server) -> OA:
    return zalo.sandbox.zalo.accounts.oa


@pytest.fixture
def secret(oa: OA) -> str:
    return oa.app.secret


@pytest.fixture
def office(folder: Path, zalo: Server, oa: OA, secret: str) -> Iterator[Served]:
    """An office whose Zalo channel is cut off, served."""
    with (folder / "config.toml").open("a", encoding="utf-8") as config:
        config.write(ZALO.format(app_id=oa.app.app_id, oa_id=oa.oa_id, url=zalo.url))
    with served(folder / "config.toml", Watch(), {"ZALO_APP_SECRET": secret}) as running:
        with running.app.store.writing() as session:
            outcome.hold(session, running.app.lanes["zalo"], "hết hạn liên kết", NOW)
        yield running


def ask(office: Served) -> str:
    """What `loa token link zalo` prints."""
    return links.ask(office.app, {}, "zalo")


def decide(office: Served, url: str, oa: OA, decision: str = "allow") -> str:
    """The admin's answer on the service's page; where the browser is sent."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    form = {**asked, "oa_id": oa.oa_id, "decision": decision}
    page = url.partition("?")[0]
    answer = office.http.post(page, data=form, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def come_back(office: Served, location: str) -> requests.Response:
    assert location.startswith(f"{office.url}/oauth/zalo/callback?")
    return office.get(location.removeprefix(office.url))


def held(office: Served) -> str | None:
    with office.app.store.reading() as session:
        gate = session.get(ChannelState, "zalo")
        return gate.held if gate else None


def kept(office: Served) -> TokenPair | None:
    return links.keeper(office.app, {}, "zalo").read()


def pending(office: Served) -> list[PendingLink]:
    with office.app.store.reading() as session:
        return list(session.exec(select(PendingLink)))


def test_a_channel_is_linked_and_its_queue_goes_on(office: Served, oa: OA) -> None:
    answer = come_back(office, decide(office, ask(office), oa))
    assert answer.status_code == 200
    assert "Kênh zalo đã được liên kết" in answer.text
    assert "UBND xã Đắk Tô" in answer.text  # the account's own name: it was asked
    assert "Có thể đóng trang này" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    pair = kept(office)
    assert pair is not None
    assert pair.refresh
    assert pair.expires_at == NOW + timedelta(hours=25)
    assert held(office) is None
    assert pending(office) == []


def test_the_page_shows_no_token(office: Served, oa: OA) -> None:
    location = decide(office, ask(office), oa)
    answer = come_back(office, location)
    pair = kept(office)
    assert pair is not None
    for secret in (pair.access, pair.refresh, parse_qs(urlsplit(location).query)["code"][0]):
        assert secret not in answer.text


def test_an_answer_counts_once(office: Served, oa: OA) -> None:
    location = decide(office, ask(office), oa)
    come_back(office, location)
    before = kept(office)
    again = come_back(office, location)
    assert again.status_code == 400
    assert "không còn dùng được" in again.text
    assert kept(office) == before


@pytest.mark.parametrize(("wait", "status"), [(9 * MINUTE, 200), (10 * MINUTE, 400)])
def test_it_must_come_within_ten_minutes(
    office: Served, oa: OA, wait: timedelta, status: int
) -> None:
    location = decide(office, ask(office), oa)
    office.watch.later(wait)
    assert come_back(office, location).status_code == status


@pytest.mark.parametrize("state", ["", "x", "A" * 43, "%00", "é" * 43])
def test_nobody_asked(office: Served, state: str) -> None:
    ask(office)
    answer = office.get(f"/oauth/zalo/callback?code=abc&state={state}")
    assert answer.status_code == 400
    assert "không còn dùng được" in answer.text
    assert len(pending(office)) == 1


def test_the_answer_for_one_channel_is_not_taken_for_another(office: Served, oa: OA) -> None:
    location = decide(office, ask(office), oa).replace("/oauth/zalo/", "/oauth/thu/")
    assert office.get(location.removeprefix(office.url)).status_code == 400
    assert kept(office) is None


def test_the_admin_said_no(office: Served, oa: OA) -> None:
    answer = come_back(office, decide(office, ask(office), oa, decision="deny"))
    assert answer.status_code == 400
    assert "chưa đồng ý" in answer.text
    assert "loa token link zalo" in answer.text
    assert held(office) == "hết hạn liên kết"
    assert pending(office) == []


def test_another_account_said_yes(office: Served, zalo: Server, oa: OA) -> None:
    other = zalo.sandbox.zalo.accounts.add_oa("777", "OA của xã khác", "s", oa.app.app_id)
    answer = come_back(office, decide(office, ask(office), other))
    assert answer.status_code == 400
    assert "Nhầm tài khoản" in answer.text
    assert kept(office) is None
    assert held(office) == "hết hạn liên kết"


def test_an_account_that_turns_out_to_be_another_stays_cut_off(
    office: Served, zalo: Server, oa: OA
) -> None:
    other = zalo.sandbox.zalo.accounts.add_oa("777", "OA của xã khác", "s", oa.app.app_id)
    location = decide(office, ask(office), other).replace("oa_id=777", "")
    answer = come_back(office, location)
    assert "chưa đăng bài được" in answer.text
    assert "777" in answer.text
    assert held(office)


class TestWrongSecret:
    @pytest.fixture
    def secret(self) -> str:
        return "not-the-secret-of-the-app"

    def test_the_service_refuses_the_exchange(self, office: Served, oa: OA) -> None:
        answer = come_back(office, decide(office, ask(office), oa))
        assert answer.status_code == 502
        assert "chưa liên kết được" in answer.text
        assert kept(office) is None
        assert held(office) == "hết hạn liên kết"


def test_a_lost_answer_is_said_to_be_lost(office: Served, zalo: Server, oa: OA) -> None:
    location = decide(office, ask(office), oa)
    zalo.sandbox.fault("reset_after", "zalo-oauth", "access_token/*")
    answer = come_back(office, location)
    assert answer.status_code == 502
    assert "loa token link zalo" in answer.text
    assert held(office) == "hết hạn liên kết"


def test_linked_although_the_account_could_not_be_asked(
    office: Served, zalo: Server, oa: OA
) -> None:
    location = decide(office, ask(office), oa)
    zalo.sandbox.fault("error_before", "zalo", times=None)
    answer = come_back(office, location)
    assert answer.status_code == 200
    assert "loa check" in answer.text
    assert held(office) is None


def test_the_code_is_exchanged_with_the_verifier_of_this_very_link(office: Served, oa: OA) -> None:
    """The sandbox checks it as the service does: a code of one link with another's state fails."""
    first, second = decide(office, ask(office), oa), ask(office)
    state = parse_qs(urlsplit(second).query)["state"][0]
    mixed = first.replace(parse_qs(urlsplit(first).query)["state"][0], state)
    assert come_back(office, mixed).status_code == 502
    assert kept(office) is None


def test_tokens_that_the_key_no_longer_opens_are_replaced(office: Served, oa: OA) -> None:
    foreign = Fernet.generate_key().decode()
    KeptTokens(office.app.store, "zalo", foreign, lambda: NOW).save(TokenPair("cũ", "cũ"))
    assert come_back(office, decide(office, ask(office), oa)).status_code == 200
    assert kept(office) is not None


def test_a_name_in_the_address_is_only_a_name(office: Served) -> None:
    answer = office.get("/oauth/%3Cscript%3Ealert(1)%3C%2Fscript%3E/callback?state=x&code=y")
    assert "<script" not in answer.text


# ---- what is kept in between


def test_the_verifier_is_kept_encrypted(office: Served) -> None:
    url = ask(office)
    with office.app.store.reading() as session:
        row = session.exec(select(PendingLink)).one()
    assert parse_qs(urlsplit(url).query)["state"] == [row.state]
    key = (office.app.config.path.parent / "data" / "secret.key").read_bytes()
    verifier = Fernet(key).decrypt(row.verifier.encode()).decode()
    assert len(verifier) == 43
    assert verifier not in row.verifier


def test_old_links_are_cleared_away(office: Served) -> None:
    ask(office)
    office.watch.later(11 * MINUTE)
    ask(office)
    assert len(pending(office)) == 1


def test_only_a_channel_that_keeps_tokens_is_linked(office: Served) -> None:
    with pytest.raises(Refused, match="không dùng liên kết"):
        links.ask(office.app, {}, "thu")
    with pytest.raises(Refused, match="Không có kênh"):
        links.ask(office.app, {}, "nirgends")


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("https://dakto.example.vn", False),
        ("https://10.0.0.5", False),
    ],
)
def test_which_addresses_lead_only_to_this_machine(url: str, local: bool) -> None:
    assert links.is_local(url) is local


def test_on_postgresql_an_answer_counts_once_too(folder: Path, postgres_url: str) -> None:
    path = folder / "config.toml"
    text = path.read_text(encoding="utf-8") + ZALO.format(app_id="1", oa_id="2", url="http://[::1]")
    path.write_text(f'[loa]\ndatabase = "{postgres_url}"\n{text}', encoding="utf-8")
    with served(path, Watch(), {"ZALO_APP_SECRET": "s"}) as office:
        state = parse_qs(urlsplit(ask(office)).query)["state"][0]
        taken = [links.take(office.app, {}, "zalo", state) for _ in range(2)]
    assert taken[0] is not None
    assert taken[1] is None
