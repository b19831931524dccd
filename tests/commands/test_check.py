"""`loa check`: what is broken is ✗ and exit 1; what a person should look at is ⚠ and exit 0."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import config
from channels.base import TokenPair
from delivery import sweep
from delivery.lanes import Lane
from delivery.outcome import hold
from delivery.tokens import KeptTokens
from models import Ask, SendState
from sandbox.server import Server, serve
from sandbox.state import Sandbox
from store import MIGRATIONS, Store
from tests.loa import Office, Ran
from tests.web.served import approved

MEMORY = '\n[units.channels.thu]\nkind = "memory"\n'


def configure(office: Office, more: str) -> None:
    with office.config.open("a", encoding="utf-8") as file:
        file.write(more)


def store_of(office: Office) -> Store:
    return Store(config.load(office.config).loa.database)


def lines(ran: Ran, what: str) -> list[str]:
    """The lines about something, mark and words."""
    found = (line for line in ran.out.splitlines() if line[2:].startswith(what))
    return [line.replace(f"{what}: ", "") for line in found]


def newest() -> str:
    """The version of the database that this program makes."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py"))


def now() -> datetime:
    return datetime.now(UTC)


def test_a_fresh_office_is_not_broken(office: Office) -> None:
    ran = office.loa("check")
    assert ran.code == 0
    assert {line[0] for line in ran.out.splitlines()} == {"✓", "⚠"}
    assert ran.err == f"Chạy được; {ran.out.count('⚠')} chỗ cần xem (⚠).\n"
    for what in ("cấu hình", "khóa bí mật", "kho ảnh", "đồng hồ", "cơ sở dữ liệu", "kênh loa"):
        assert lines(ran, what)[0].startswith("✓"), what
    assert f"phiên bản {newest()}" in lines(ran, "cơ sở dữ liệu")[0]


def files(office: Office) -> set[str]:
    """Without what SQLite itself keeps beside an open database."""
    found = {path.name for path in (office.folder / "data").rglob("*")}
    return found - {"loa.db-wal", "loa.db-shm"}


def test_it_leaves_nothing_behind(office: Office) -> None:
    before = files(office)
    office.loa("check")
    assert files(office) == before
    with store_of(office).reading() as session:
        assert sweep.silent_workers(session, now() + timedelta(hours=1)) == []


# ---- config, machine


def test_a_config_that_cannot_be_read_is_all_there_is_to_say(office: Office) -> None:
    configure(office, "[units.channels.x]\nkind = 'fax'\n")
    ran = office.loa("check")
    assert ran.code == 1
    assert len(ran.out.splitlines()) == 1
    assert lines(ran, "cấu hình")[0].startswith("✗ units[0].channels.x.kind")
    assert ran.err.startswith("Có 1 chỗ hỏng")


@pytest.mark.parametrize("key", ["", "không phải khóa"])
def test_a_key_that_opens_nothing(office: Office, key: str) -> None:
    (office.folder / "data" / "secret.key").write_text(key)
    ran = office.loa("check")
    assert ran.code == 1
    assert lines(ran, "khóa bí mật")[0].startswith("✗")


def test_a_key_that_others_can_read(office: Office) -> None:
    (office.folder / "data" / "secret.key").chmod(0o644)
    ran = office.loa("check")
    assert ran.code == 0
    assert lines(ran, "khóa bí mật")[0].startswith("⚠")
    assert "chmod 600" in lines(ran, "khóa bí mật")[0]


def test_a_media_folder_that_is_none(office: Office) -> None:
    (office.folder / "data" / "media").rmdir()
    (office.folder / "data" / "media").write_text("")
    ran = office.loa("check")
    assert ran.code == 1
    assert lines(ran, "kho ảnh")[0].startswith("✗")


def test_a_database_that_cannot_be_opened(office: Office) -> None:
    for path in (office.folder / "data").glob("loa.db*"):
        path.unlink()
    (office.folder / "data" / "loa.db").mkdir()
    ran = office.loa("check")
    assert ran.code == 1
    assert lines(ran, "cơ sở dữ liệu")[0].startswith("✗ Không mở được")


# ---- channels


def test_a_missing_secret_is_named_and_the_rest_is_still_told(office: Office) -> None:
    configure(
        office,
        '\n[units.channels.telegram]\nkind = "telegram"\ntoken = "env:NOT_THERE"\nchat = "@x"\n'
        + MEMORY,
    )
    ran = office.loa("check")
    assert ran.code == 1
    assert lines(ran, "kênh telegram")[0].startswith("✗")
    assert "NOT_THERE" in lines(ran, "kênh telegram")[0]
    assert lines(ran, "kênh thu")[0].startswith("✓")


def test_a_secret_that_only_webhooks_need_is_a_doubt(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT", "7012345678:AAx")
    configure(
        office,
        '\n[units.channels.bot]\nkind = "zalo_bot"\ntoken = "env:BOT"\n'
        'webhook_secret = "env:NOT_THERE"\n',
    )
    ran = office.loa("check")
    assert ran.code == 0
    assert [line[0] for line in lines(ran, "kênh bot")] == ["✓", "⚠"]


def test_a_channel_that_is_cut_off(office: Office) -> None:
    configure(office, MEMORY)
    office.loa("check")
    with store_of(office).writing() as session:
        hold(session, Lane("thu", "dak-to"), "mất liên kết", now())
    ran = office.loa("check")
    assert ran.code == 1
    assert lines(ran, "kênh thu") == ["✗ đang bị ngắt: mất liên kết"]


def test_people_who_are_asked_must_be_there(office: Office) -> None:
    text = office.config.read_text(encoding="utf-8")
    asked = 'kind = "manual"\nresponsible = ["chị hoa", "Anh Ba"]'
    office.config.write_text(text.replace('kind = "manual"', asked), encoding="utf-8")
    assert lines(office.loa("check"), "kênh loa") == [
        "⚠ không có cán bộ tên “Anh Ba” để hỏi; chạy: loa staff add “Anh Ba”"
    ]


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
def linked(office: Office, zalo: Server, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office whose Zalo account is linked."""
    oa = zalo.sandbox.zalo.accounts.oa
    monkeypatch.setenv("ZALO_APP_SECRET", oa.app.secret)
    configure(office, ZALO.format(app_id=oa.app.app_id, oa_id=oa.oa_id, url=zalo.url))
    key = (office.folder / "data" / "secret.key").read_text().strip()
    pair = TokenPair(*zalo.sandbox.zalo_oauth.issue(oa.oa_id))
    KeptTokens(store_of(office), "zalo", key, now).save(pair)
    return office


def test_each_account_is_asked_whether_it_may_post(linked: Office) -> None:
    ran = linked.loa("check")
    assert ran.code == 0
    assert lines(ran, "kênh zalo") == ["✓ Đã nối Zalo OA “UBND xã Đắk Tô”."]
    assert lines(ran, "public_url") == []  # a stand-in on this machine can reach us


def test_a_service_that_does_not_answer_is_broken(linked: Office, zalo: Server) -> None:
    zalo.sandbox.fault("error_before", "zalo", times=None)
    ran = linked.loa("check")
    assert ran.code == 1
    assert lines(ran, "kênh zalo")[0].startswith("✗")


def test_pictures_on_this_machine_are_out_of_zalo_s_reach(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZALO_APP_SECRET", raising=False)
    configure(
        office,
        '\n[units.channels.zalo]\nkind = "zalo_oa"\napp_id = "1"\n'
        'app_secret = "env:ZALO_APP_SECRET"\n',
    )
    found = lines(office.loa("check"), "public_url")
    assert len(found) == 1
    assert found[0].startswith("⚠ http://127.0.0.1:8080")


# ---- units


def test_every_task_that_nothing_serves_is_named(office: Office) -> None:
    ran = office.loa("check")
    named = [line for line in ran.out.splitlines() if line.startswith("⚠ nhiệm vụ ")]
    assert any("DT-C.I.2.b" in line and "web.commune" in line for line in named)
    assert not any("DT-C.I.2.c" in line for line in named)  # on the radio: the loudspeaker's
    configure(office, '\n[units.channels.web]\nkind = "manual"\nserves = ["web.commune"]\n')
    assert "nhiệm vụ DT-C.I.2.b" not in office.loa("check").out


def test_a_route_for_a_task_that_the_plan_has_not(office: Office) -> None:
    configure(office, '\n[[units.routes]]\ntask = "DT-X"\nchannels = ["loa"]\n')
    assert lines(office.loa("check"), "tuyến DT-X")[0].startswith("⚠")


def test_nobody_approves_their_own(office: Office) -> None:
    assert "một người" in lines(office.loa("check"), "cán bộ dak-to")[0]
    office.loa("staff", "add", "Anh Ba", "--role", "contributor")
    assert lines(office.loa("check"), "cán bộ dak-to") == ["✓ 2 người"]


def test_a_plan_whose_period_is_over(office: Office) -> None:
    """The Đắk Tô plan is of 2025."""
    assert lines(office.loa("check"), "kế hoạch dak-to")[0].startswith("⚠ dak-to-2025 đã hết kỳ")


def test_an_office_without_a_plan(loa: object, tmp_path: Path, office: Office) -> None:
    bare = Office(tmp_path / "bare", office.run)
    office.run("init", str(bare.folder))
    assert lines(bare.loa("check"), "kế hoạch xa")[0].startswith("⚠ chưa có")


# ---- at work


def test_who_is_at_work_is_told(office: Office) -> None:
    assert [line[0] for line in lines(office.loa("check"), "tiến trình")] == ["⚠", "⚠"]
    with store_of(office).writing() as session:
        sweep.beat(session, "may-1:7:ab", "clock,worker", now())
        sweep.beat(session, "may-1:6:ab", "worker", now() - timedelta(minutes=5))
    found = lines(office.loa("check"), "tiến trình")
    assert [line[0] for line in found] == ["✓", "⚠"]
    assert "may-1:7:ab (clock,worker)" in found[0]
    assert "may-1:6:ab im lặng" in found[1]


@pytest.mark.parametrize(("at_work", "mark", "code"), [(True, "✗", 1), (False, "⚠", 0)])
def test_a_queue_that_stands_still(office: Office, at_work: bool, mark: str, code: int) -> None:
    configure(office, MEMORY)
    store = store_of(office)
    approved(store, "Tin", "thu", now() - timedelta(minutes=20))
    if at_work:
        with store.writing() as session:
            sweep.beat(session, "may-1:7:ab", "clock,worker", now())
    ran = office.loa("check")
    assert ran.code == code
    assert lines(ran, "hàng chờ")[0].startswith(f"{mark} có bài quá giờ 20 phút")


def test_what_waits_for_an_answer_is_counted(office: Office) -> None:
    approved(store_of(office), "Tin", "thu", now(), state=SendState.ASKED, ask=Ask.LATE)
    assert lines(office.loa("check"), "chờ trả lời")[0].startswith("⚠ 1 lượt đăng")


def test_an_unreachable_service_is_one_line(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT", "7012345678:AAx")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    configure(
        office,
        '\n[units.channels.telegram]\nkind = "telegram"\ntoken = "env:BOT"\nchat = "@x"\n'
        f'api_url = "http://127.0.0.1:{port}"\n',
    )
    ran = office.loa("check")
    assert ran.code == 1
    assert [line[0] for line in lines(ran, "kênh telegram")] == ["✗"]
    assert "7012345678" not in ran.out + ran.err
