"""`loa plan` and `loa staff`, as an officer calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.loa import Loa, Office

PLANS = Path(__file__).parents[2] / "plans"
DAK_TO, MUONG_LA = PLANS / "dak-to-2025.toml", PLANS / "muong-la-2025.toml"


def line_of(office: Office, task: str, on: str) -> dict[str, object]:
    told = office.loa("plan", "progress", "--on", on, "--json").json
    found: dict[str, object] = next(each for each in told["tasks"] if each["id"] == task)
    return found


@pytest.mark.parametrize("path", sorted(PLANS.glob("*.toml")), ids=lambda path: path.stem)
def test_warnings_alone_are_no_failure(loa: Loa, path: Path) -> None:
    ran = loa("plan", "check", str(path))
    assert ran.code == 0
    assert "dùng được" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_errors_are_listed_and_fail(loa: Loa, tmp_path: Path) -> None:
    broken = tmp_path / "x.toml"
    broken.write_text(DAK_TO.read_text().replace('topics = ["CDS-4dd"', 'topics = ["CDS-99"', 1))
    ran = loa("plan", "check", str(broken))
    assert ran.code == 1
    assert "CDS-99" in ran.out
    assert "1 lỗi" in ran.err


def test_slots_as_json_for_the_whole_year_and_for_a_part(loa: Loa) -> None:
    whole = loa("plan", "slots", str(DAK_TO), "--json").json
    assert sum(slot["task"] == "DT-C.I.2.a" for slot in whole["slots"]) == 26
    kinds = [slot["kind"] for slot in whole["slots"] if slot["task"] == "DT-C.I.2.c"]
    assert (kinds.count("first"), kinds.count("rerun")) == (12, 36)
    part = loa("plan", "slots", str(DAK_TO), "--from", "1/9/2025", "--to", "2025-09-30", "--json")
    assert {slot["id"] for slot in part.json["slots"]} < {slot["id"] for slot in whole["slots"]}


def test_a_day_that_is_none_is_one_line(loa: Loa) -> None:
    ran = loa("plan", "slots", str(DAK_TO), "--from", "31/02/2025")
    assert (ran.code, ran.out) == (1, "")
    assert "không phải ngày" in ran.err


def test_the_table_speaks_vietnamese(office: Office) -> None:
    ran = office.loa("plan", "progress", "--on", "2025-12-31")
    assert ran.code == 0
    assert "Tiến độ 25/KH-UBND" in ran.out
    assert "chậm" in ran.out
    assert "✗ DT-C.I.2.a: Chưa làm: số 18/26" in ran.out


def test_a_deed_counts_and_stays_when_the_plan_changes(office: Office, tmp_path: Path) -> None:
    before = line_of(office, "DT-C.I.2.a", "2025-12-31")
    assert (before["target"], before["done"], before["missed"]) == (9, 0, 8)
    ran = office.loa(
        *("plan", "done", "DT-C.I.2.a", "--on", "2025-09-05"),
        *("--evidence", "https://xa.example/ban-tin-18", "--as", "chị hoa"),
    )
    assert ran.code == 0, ran.err
    assert "DT-C.I.2.a@2025-08-27" in ran.out
    after = line_of(office, "DT-C.I.2.a", "2025-12-31")
    assert (after["done"], after["on_time"], after["missed"]) == (1, 1, 7)
    assert after["links"] == ["https://xa.example/ban-tin-18"]
    changed = tmp_path / "dak-to-2025.toml"
    changed.write_text(DAK_TO.read_text().replace("per_year = 26", "per_year = 25"))
    assert office.loa("plan", "use", str(changed)).code == 0
    assert line_of(office, "DT-C.I.2.a", "2025-12-31")["done"] == 1
    again = office.loa("plan", "use", str(changed))
    assert "không có gì đổi" in again.out


def test_an_issue_of_before_the_plan_weighs_once_it_is_entered(office: Office) -> None:
    office.loa(
        *("plan", "done", "DT-C.I.2.a", "--on", "2025-03-05"),
        *("--evidence", "https://xa.example/5", "--as", "Chị Hoa"),
    )
    assert line_of(office, "DT-C.I.2.a", "2025-12-31")["target"] == 10


def test_evidence_may_be_a_file(office: Office, tmp_path: Path) -> None:
    photo = tmp_path / "ảnh băng rôn.jpg"
    photo.write_bytes(b"\xff\xd8\xff anh")
    ran = office.loa(
        *("plan", "done", "DT-C.II.3", "--on", "12/9/2025"),
        *("--evidence", str(photo), "--as", "Chị Hoa"),
    )
    assert ran.code == 0, ran.err
    told = office.loa("plan", "progress", "--on", "2025-12-31", "--json").json
    (link,) = next(each for each in told["tasks"] if each["id"] == "DT-C.II.3")["links"]
    assert (office.folder / "data" / link).read_bytes() == photo.read_bytes()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"task": "DT-X"}, "không có nhiệm vụ “DT-X”"),
        ({"--on": "2099-01-01"}, "chưa tới"),
        ({"--evidence": "khong-co.jpg"}, "Không thấy tệp minh chứng"),
        ({"--evidence": "ftp://x.example/a"}, "không phải liên kết"),
        ({"--as": "Ai đó"}, "Không có cán bộ tên “Ai đó”"),
        ({"--slot": "DT-C.I.2.a@2025-01-02"}, "không có kỳ"),
    ],
)
def test_a_deed_that_cannot_be_is_refused_in_one_line(
    office: Office, changes: dict[str, str], told: str
) -> None:
    given = {"--on": "2025-09-05", "--evidence": "https://xa.example/1", "--as": "Chị Hoa"}
    task = changes.get("task", "DT-C.I.2.a")
    given |= {key: value for key, value in changes.items() if key != "task"}
    ran = office.loa("plan", "done", task, *(word for pair in given.items() for word in pair))
    assert (ran.code, ran.out) == (1, "")
    assert told in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_unit_without_a_plan_says_how_to_get_one(loa: Loa, tmp_path: Path) -> None:
    assert loa("init", str(tmp_path / "x")).code == 0
    ran = loa("--config", str(tmp_path / "x" / "config.toml"), "plan", "progress")
    assert ran.code == 1
    assert "loa plan use" in ran.err


def test_another_plan_takes_the_first_ones_place(office: Office) -> None:
    assert office.loa("plan", "use", str(MUONG_LA)).code == 0
    told = office.loa("plan", "progress", "--json").json
    assert told["plan"] == "muong-la-2025"
    assert len(told["tasks"]) >= 19


def test_staff_are_listed_and_a_name_is_taken_once(office: Office) -> None:
    assert office.loa("staff", "add", "Nguyễn  Văn Tư", "--role", "editor").code == 0
    staff = office.loa("staff", "list", "--json").json
    assert {each["name"]: each["role"] for each in staff} == {
        "Chị Hoa": "approver",
        "Nguyễn Văn Tư": "editor",
    }
    twin = office.loa("staff", "add", "nguyễn văn tư", "--role", "leader")
    assert twin.code == 1
    assert "đã có cán bộ" in twin.err


def test_who_is_removed_may_do_nothing_more_and_can_come_back(office: Office) -> None:
    assert office.loa("staff", "remove", "chị hoa").code == 0
    assert office.loa("staff", "list", "--json").json == []
    gone = office.loa("staff", "remove", "Chị Hoa")
    assert "Không có cán bộ" in gone.err
    assert office.loa("staff", "add", "Chị Hoa", "--role", "leader").code == 0
    assert office.loa("staff", "list", "--json").json[0]["role"] == "leader"


def test_a_rehearsal_of_a_month_reports_in_json(loa: Loa) -> None:
    ran = loa(*("rehearse", str(DAK_TO), "--from", "2025-09-01", "--to", "2025-09-30", "--json"))
    told = json.loads(ran.out)
    assert (told["late"], told["missed"], told["asked"], told["duplicates"]) == (0, 0, 0, 0)
    assert told["sent"] >= 20
    assert told["readings"] > 20
    bulletin = next(each for each in told["tasks"] if each["id"] == "DT-C.I.2.a")
    assert bulletin["done"] >= 2
    assert bulletin["reach"]["views"] > 0


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--from", "2025-09-30", "--to", "2025-09-01"), "trước ngày bắt đầu"),
        (
            (
                "--from",
                "2015-01-01",
            ),
            "nhiều nhất 800 ngày",
        ),
    ],
)
def test_a_rehearsal_of_no_days_is_refused(loa: Loa, args: tuple[str, ...], told: str) -> None:
    ran = loa("rehearse", str(DAK_TO), *args)
    assert ran.code == 1
    assert told in ran.err
