"""From a draft file to evidence, as officers do it by command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import app as loa
import config
import scheduler
from tests.loa import Office

SOON = timedelta(seconds=1)


@pytest.fixture
def staffed(office: Office) -> Office:
    assert office.loa("staff", "add", "Lan", "--role", "contributor").code == 0
    return office


def approve(office: Office, folder: Path, **more: Any) -> dict[str, Any]:
    told = {"kind": "tin", "title": "Ba việc trước ngày 10/10", "body": "Một, hai, ba."}
    path = folder / "tin.json"
    path.write_text(json.dumps(told | {"channels": ["loa"]} | more, ensure_ascii=False))
    added = office.loa("draft", "add", str(path), "--as", "Lan")
    assert added.code == 0, added.err
    id = added.out.splitlines()[0]
    assert office.loa("draft", "submit", id, "--as", "Lan").code == 0
    own = office.loa("draft", "approve", id, "--as", "Lan")
    assert own.code == 1
    done = office.loa("draft", "approve", id, "--as", "Chị Hoa", "--json")
    assert done.code == 0, done.err
    found: dict[str, Any] = done.json
    return found


def listed(office: Office, *args: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = office.loa("publications", "list", *args, "--json").json
    return found


def beat(office: Office) -> None:
    """What the clock does each second in `loa run`."""
    app = loa.open_office(config.load(office.config), lambda: datetime.now(UTC), {})
    scheduler.find_lost(app, datetime.now(UTC) + SOON)
    app.store.close()


def test_a_manual_channel_is_asked_and_counts_with_evidence(
    staffed: Office, tmp_path: Path
) -> None:
    item = approve(staffed, tmp_path)
    (made,) = item["publications"]
    assert made["channel"] == "loa"
    assert made["due"].endswith("+07:00")
    (row,) = listed(staffed)
    assert (row["state"], row["ask"], row["attempts"]) == ("due", None, [])
    beat(staffed)
    (row,) = listed(staffed, "--state", "asked")
    assert row["ask"] == "manual"
    photo = tmp_path / "so-phat-thanh.jpg"
    photo.write_bytes(b"\xff\xd8\xff so")
    ran = staffed.loa(
        "publications", "settle", str(made["id"]), "--sent", str(photo), "--as", "Lan"
    )
    assert ran.code == 0, ran.err
    (row,) = listed(staffed)
    assert row["state"] == "sent"
    assert row["url"].startswith("media/")
    assert row["sent_at"].endswith("+07:00")
    assert row["attempts"][0]["reason"] == "đã đăng: Lan"
    assert row["reading"] is None


def test_what_is_done_early_need_not_wait_for_the_question(staffed: Office, tmp_path: Path) -> None:
    id = str(approve(staffed, tmp_path)["publications"][0]["id"])
    ran = staffed.loa("publications", "settle", id, "--sent", "https://xa.example/a", "--as", "Lan")
    assert ran.code == 0, ran.err


def test_the_list_for_people_is_a_table(staffed: Office, tmp_path: Path) -> None:
    approve(staffed, tmp_path)
    ran = staffed.loa("publications", "list")
    assert "Ba việc trước" in ran.out
    assert "chờ đến giờ" in ran.out


def test_a_publication_is_taken_off_by_who_may(staffed: Office, tmp_path: Path) -> None:
    id = str(approve(staffed, tmp_path)["publications"][0]["id"])
    refused = staffed.loa("publications", "cancel", id, "--as", "Lan")
    assert refused.code == 1
    assert "chưa được giao quyền" in refused.err
    assert staffed.loa("publications", "cancel", id, "--as", "Chị Hoa").code == 0
    assert listed(staffed)[0]["state"] == "cancelled"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("settle", "99", "--absent", "--as", "Chị Hoa"), "Không có lượt đăng 99"),
        (("settle", "1", "--as", "Chị Hoa"), "Hãy chọn một"),
        (("settle", "1", "--absent", "--sent", "https://x.vn", "--as", "Chị Hoa"), "Hãy chọn một"),
        (("settle", "1", "--absent", "--as", "Chị Hoa"), "không cần xác nhận"),
        (("cancel", "99", "--as", "Chị Hoa"), "Không có lượt đăng 99"),
        (("measure", "99"), "Không có lượt đăng 99"),
    ],
)
def test_what_cannot_be_answered_is_one_line(
    staffed: Office, tmp_path: Path, args: tuple[str, ...], told: str
) -> None:
    approve(staffed, tmp_path)
    ran = staffed.loa("publications", *args)
    assert (ran.code, ran.out) == (1, "")
    assert told in ran.err
    assert len(ran.err.splitlines()) == 1


def test_measure_tells_how_many_answered(staffed: Office, tmp_path: Path) -> None:
    approve(staffed, tmp_path)
    ran = staffed.loa("publications", "measure")
    assert ran.code == 0
    assert "0/0" in ran.out
