"""A plan document read into the plan schema."""

import json
import random
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import docx
import pytest

from benchmarks import plan_read
from plan import file
from plan.read import NotAPlan, Reading, as_json, as_toml, read
from tests.plan import noise, papers

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
Row = dict[str, Any]


@pytest.fixture
def task_list(tmp_path: Path) -> Reading:
    return read(papers.write_text(tmp_path / "plan.txt", papers.TASK_LIST))


@pytest.fixture
def unit_headings(tmp_path: Path) -> Reading:
    return read(papers.write_text(tmp_path / "plan.txt", papers.UNIT_HEADINGS))


@pytest.fixture
def table_plan(tmp_path: Path) -> Reading:
    return read(papers.write_table_plan(tmp_path / "plan.docx"))


def tasks(reading: Reading) -> list[Row]:
    return list(reading.tables["tasks"])


def whys(reading: Reading) -> str:
    return "\n".join(each.why for each in reading.doubts)


def changed(tmp_path: Path, *swaps: tuple[str, str], text: str = papers.TASK_LIST) -> Reading:
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    return read(papers.write_text(tmp_path / "plan.txt", text))


# -- a plan of listed tasks


def test_the_head_tells_number_date_issuer_title_and_period(task_list: Reading) -> None:
    plan = task_list.tables["plan"]
    assert plan["number"] == "63/KH-UBND"
    assert plan["date"] == "2026-02-09"
    assert plan["place"] == "Suối Ngàn"
    assert plan["issuer"] == "Ủy ban nhân dân xã Suối Ngàn"
    assert plan["title"].startswith("Tuyên truyền xây dựng nông thôn mới và bảo vệ môi trường")
    assert plan["period"] == {"from": "2026-01-01", "to": "2026-12-31", "text": "năm 2026"}
    assert plan["province"] == "Lào Cai"
    assert plan["signer"] == "Trần Thị Bích Ngọc"
    assert task_list.tables["slug"] == "suoi-ngan-2026"


def test_each_legal_base_stands_alone(task_list: Reading) -> None:
    bases = task_list.tables["plan"]["legal_bases"]
    assert [base.split(" ngày")[0] for base in bases] == [
        "Quyết định số 318/QĐ-UBND",
        "Nghị quyết số 05-NQ/ĐU",
    ]


def test_listed_tasks_have_lead_partners_and_rhythm(task_list: Reading) -> None:
    bulletin, posts, drawings, work, banners, contest, *_ = tasks(task_list)
    assert bulletin["lead"] == "Phòng Văn hóa - Xã hội"
    assert bulletin["partners"] == ["Phòng Kinh tế", "Các thôn"]
    assert bulletin["frequency"] == {"per_week": 2}
    assert bulletin["reruns"] == {"per_week": 4}
    assert bulletin["channels"] == ["radio.grassroots"]
    assert bulletin["product"] == "Bản tin phát thanh"
    assert bulletin["section"] == "III.1"
    assert posts["frequency"]["per_month"] == 3
    assert (posts["frequency"]["from"], posts["frequency"]["to"]) == ("2026-03-01", "2026-11-30")
    assert posts["channels"] == ["web.commune", "zalo.oa"]
    assert posts["lead"] == "Trung tâm Dịch vụ tổng hợp xã"
    assert drawings["frequency"] == {"per_quarter": 1}
    assert work["frequency"] == {"every": "2 weeks"}
    assert work["partners"] == ["Hội Nông dân xã", "Công an xã", "Các thôn"]
    assert banners["frequency"]["by"] == "2026-11-15"
    assert (contest["frequency"]["from"], contest["frequency"]["by"]) == (
        "2026-07-01",
        "2026-09-30",
    )


def test_lines_point_into_the_text(task_list: Reading) -> None:
    lines = papers.TASK_LIST.split("\n")
    first, last = map(int, tasks(task_list)[0]["lines"].split("-"))
    assert lines[first - 1].startswith("1. Xây dựng bản tin")
    assert lines[last - 1] == "- Sản phẩm: Bản tin phát thanh."


def test_topics_purposes_funding_and_recipients_are_kept(task_list: Reading) -> None:
    tables = task_list.tables
    assert [topic["code"] for topic in tables["topics"]] == ["II.1", "II.2"]
    assert [each["code"] for each in tables["purposes"]] == ["I.1.a", "I.1.b"]
    assert [each["code"] for each in tables["requirements"]] == ["I.2.a"]
    assert tables["funding"]["vi"].startswith("Từ ngân sách xã")
    assert "UBND tỉnh Lào Cai" in tables["recipients"][0]["vi"]


def test_a_report_beside_a_duty_is_both(task_list: Reading) -> None:
    (report,) = task_list.tables["reports"]
    assert report["from"] == "Phòng Văn hóa - Xã hội"
    assert report["to"] == "Ủy ban nhân dân xã"
    assert report["every"] == ["month"]
    duty = next(task for task in tasks(task_list) if task["section"] == "V.1")
    assert "frequency" not in duty, "the rhythm of the report is not the duty's"


def test_a_clean_plan_raises_no_doubt(task_list: Reading) -> None:
    assert task_list.doubts == ()


# -- a plan of units, each with its duties


def test_the_unit_of_a_heading_leads(unit_headings: Reading) -> None:
    leads = {task["section"]: task.get("lead") for task in tasks(unit_headings)}
    assert leads["III.1.a"] == leads["III.1.b"] == "Công an phường"
    assert leads["III.2.b"] == "Phòng Văn hóa - Xã hội"
    assert leads["III.3 (đoạn 1)"] == "Trung tâm Phục vụ hành chính công phường"
    assert leads["III.4 (đoạn 1)"] == "Ủy ban MTTQ Việt Nam phường (đề nghị)"
    assert leads["III.5 (gạch 1)"] == "Các khu phố"


def test_partners_are_those_of_the_sentence(unit_headings: Reading) -> None:
    first, second = tasks(unit_headings)[1:3]
    assert first["partners"] == ["Phòng Văn hóa - Xã hội"]
    assert first["title"].startswith("Biên soạn cẩm nang")
    assert second["partners"] == []


def test_rhythms_in_sentences_are_found(unit_headings: Reading) -> None:
    forms = {task["section"]: task.get("frequency") for task in tasks(unit_headings)}
    assert forms["III.1.a"] == {"per_week": 1}
    assert forms["III.1.b"] == {"per_quarter": 2}
    assert forms["III.2.a"] == {"per_month": 8}
    assert forms["III.2.b"] == {"continuous": True}
    assert forms["III.5 (gạch 1)"] == {"per_quarter": 1}


def test_a_form_with_a_rhythm_of_its_own_is_a_task_too(unit_headings: Reading) -> None:
    daily, oral = unit_headings.tables["forms"]
    assert daily["frequency"] == {"every": "1 day", "count": "unspecified"}
    assert oral["channels"] == ["oral", "community"]
    assert tasks(unit_headings)[0]["lines"] == daily["lines"]
    assert all(task["lines"] != oral["lines"] for task in tasks(unit_headings))


def test_a_section_that_only_reports_gives_no_task(unit_headings: Reading) -> None:
    (report,) = unit_headings.tables["reports"]
    assert (report["to"], report["via"]) == ("UBND phường", "Công an phường")
    assert report["every"] == ["quarter"]
    assert all(not task["section"].startswith("IV") for task in tasks(unit_headings))


# -- a plan with its tasks in a table


def test_rows_of_a_word_table_are_tasks(table_plan: Reading) -> None:
    rows = [task for task in tasks(table_plan) if task["section"].startswith("Bảng")]
    assert [row["section"] for row in rows] == [
        "Bảng, mục A.1 (Truyền thông số)",
        "Bảng, mục A.2 (Truyền thông số)",
        "Bảng, mục B.1 (Truyền thông cơ sở)",
        "Bảng, mục B.2 (Truyền thông cơ sở)",
        "Bảng, mục B.3 (Truyền thông cơ sở)",
    ]
    news, video, radio, talk, notice = rows
    assert news["frequency"] == {"per_week": 3}
    assert news["partners"] == ["Trung tâm Phục vụ hành chính công"]
    assert (video["lead"], video["co_leads"]) == (
        "Phòng Văn hóa - Xã hội",
        ["Đoàn Thanh niên phường"],
    )
    assert video["channels"] == ["tiktok", "facebook"]
    assert radio["frequency"] == {"per_month": 1}
    assert radio["reruns"] == {"per_month": 2}
    assert talk["lead"] == "Phòng Kinh tế, Hạ tầng và Đô thị"
    assert talk["frequency"]["by"] == "2026-06-30"
    assert notice["frequency"] == {"continuous": True}


def test_the_head_in_two_columns_is_read(table_plan: Reading) -> None:
    plan = table_plan.tables["plan"]
    assert plan["number"] == "29/KH-UBND"
    assert plan["issuer"] == "Ủy ban nhân dân phường Đông Sơn Thượng"
    assert plan["signer"] == "Lê Hoàng Minh"
    assert table_plan.tables["source"]["has_appendix"] is True


# -- what is given back


def test_json_has_the_tables_and_the_doubts(unit_headings: Reading) -> None:
    told = json.loads(json.dumps(as_json(unit_headings), ensure_ascii=False))
    assert told["plan"]["number"] == "118/KH-UBND"
    assert {"lines", "text", "why"} == set(told["doubts"][0])


@pytest.mark.parametrize("text", [papers.TASK_LIST, papers.UNIT_HEADINGS])
def test_toml_is_a_plan_file_that_the_office_can_use(tmp_path: Path, text: str) -> None:
    reading = read(papers.write_text(tmp_path / "plan.txt", text))
    written = as_toml(reading)
    plan, findings = file.parse(written)
    assert plan is not None, [each for each in findings if each.severity == "lỗi"]
    assert tomllib.loads(written) == reading.tables


def test_doubts_stand_on_top_of_the_toml(tmp_path: Path) -> None:
    reading = changed(tmp_path, ("Số: 63/KH-UBND", "Số:    /KH-UBND"))
    assert "# - Không đọc được số" in as_toml(reading)


# -- doubts


def test_a_missing_number_and_day_are_told_not_made_up(tmp_path: Path) -> None:
    reading = changed(
        tmp_path, ("Số: 63/KH-UBND", "Số:    /KH-UBND"), ("ngày 09 tháng", "ngày    tháng")
    )
    assert "number" not in reading.tables["plan"]
    assert "date" not in reading.tables["plan"]
    assert "số, ký hiệu" in whys(reading)
    assert "Ngày ban hành đọc không rõ" in whys(reading)


def test_an_appendix_announced_but_missing_is_told(tmp_path: Path) -> None:
    swap = ("III. NHIỆM VỤ CỤ THỂ", "III. NHIỆM VỤ CỤ THỂ (có Phụ lục kèm theo)")
    assert "không có Phụ lục" in whys(changed(tmp_path, swap))


def test_a_jump_in_the_numbering_is_told(tmp_path: Path) -> None:
    swaps = [("3. Thiết kế đồ họa", "9. Thiết kế đồ họa")]
    assert "2 rồi đến 9" in whys(changed(tmp_path, *swaps))


def test_a_national_day_outside_its_window_is_told(tmp_path: Path) -> None:
    swap = ("Tổ chức hội thi tìm hiểu nông thôn mới", "Hưởng ứng Ngày Chuyển đổi số quốc gia")
    reading = changed(tmp_path, swap)
    assert "không chứa ngày của sự kiện (10/10)" in whys(reading)
    event = next(task for task in tasks(reading) if task["section"] == "III.6")
    assert event["frequency"]["by"] == "2026-09-30", "the plan's own word is kept"


def test_one_paper_under_two_numbers_is_told(tmp_path: Path) -> None:
    told = (
        "Nghị quyết số {}-NQ/ĐU của Đảng ủy xã về xây dựng nông thôn mới kiểu mẫu giai đoạn"
        " 2026-2030"
    )
    reading = changed(
        tmp_path,
        ("Tiêu chí nông thôn mới nâng cao", told.format(12)),
        ("Phân loại rác tại nguồn", told.format(21)),
    )
    assert "hai số khác nhau: số 12-NQ/ĐU và số 21-NQ/ĐU" in whys(reading)


def test_a_decision_and_its_plan_must_name_one_period(tmp_path: Path) -> None:
    decision = "QUYẾT ĐỊNH\nBan hành Kế hoạch tuyên truyền xã Suối Ngàn năm 2025\n\nKẾ HOẠCH\n"
    reading = changed(tmp_path, ("KẾ HOẠCH\n", decision))
    assert "Kỳ của kế hoạch ghi khác nhau" in whys(reading)
    assert reading.tables["plan"]["doc_type"] == "Quyết định ban hành kèm Kế hoạch"


@pytest.mark.parametrize(
    ("rhythm", "why"),
    [
        ("2 tuần/1 số (40 số/năm)", "không khớp"),
        ("2 tuần/1 số (26 số/năm)", "chỉ còn khoảng 23 kỳ"),
    ],
)
def test_a_rhythm_told_twice_is_checked(tmp_path: Path, rhythm: str, why: str) -> None:
    assert why in whys(changed(tmp_path, ("Mỗi tuần 02 tin, phát lại 04 lần/tuần", rhythm)))


def test_a_smeared_quarter_is_read_with_a_doubt(tmp_path: Path) -> None:
    reading = changed(tmp_path, ("Quý III/2026", "Quý 111/2026"))
    assert tasks(reading)[5]["frequency"]["by"] == "2026-09-30"
    assert "Số của quý đọc là “111”" in whys(reading)


def test_an_unreadable_number_is_left_open(tmp_path: Path) -> None:
    reading = changed(tmp_path, ("Tần suất: 03 bài/tháng", "Tần suất: O3 bài/tháng"))
    assert tasks(reading)[1]["frequency"]["count"] == "unspecified"
    assert "không chắc là số nào" in whys(reading)


def test_two_rhythms_in_one_task_become_two_tasks(tmp_path: Path) -> None:
    swap = ("03 bài/tháng", "03 bài/tháng và 01 phóng sự/quý")
    first, second = [task for task in tasks(changed(tmp_path, swap)) if task["section"] == "III.2"]
    assert first["frequency"]["per_month"] == 3
    assert second["frequency"]["per_quarter"] == 1
    assert first["id"] != second["id"]


# -- OCR noise


@pytest.mark.parametrize("text", [papers.TASK_LIST, papers.UNIT_HEADINGS])
@pytest.mark.parametrize("harsh", [0.0, 0.5, 0.9])
def test_noise_costs_few_tasks_and_invents_no_number(
    tmp_path: Path, text: str, harsh: float
) -> None:
    clean = noise.wrap(text)
    wanted = read(papers.write_text(tmp_path / "clean.txt", clean)).tables
    scores = plan_read.Scores()
    for seed in range(3):
        mangled = noise.mangle(clean, seed, harsh)
        found = read(papers.write_text(tmp_path / "scan.txt", mangled))
        assert "mất dấu" in whys(found)
        plan_read.compare(wanted, found.tables, mangled, scores)
    assert scores.invented == []
    assert min(scores.tasks.precision, scores.tasks.recall) >= 0.95, scores.misses
    assert min(scores.leads.precision, scores.leads.recall) >= 0.9, scores.misses
    assert min(scores.numeric.precision, scores.numeric.recall) >= 0.95, scores.misses
    assert min(scores.channels.precision, scores.channels.recall) >= 0.85, scores.misses


def test_well_known_phrases_get_their_accents_back(tmp_path: Path) -> None:
    scan = noise.mangle(noise.wrap(papers.TASK_LIST), seed=3, harsh=0.5)
    reading = read(papers.write_text(tmp_path / "scan.txt", scan))
    assert tasks(reading)[0]["lead"] == "Phòng Văn hóa - Xã hội"
    assert "hệ thống truyền thanh cơ sở" in tasks(reading)[0]["title"]


def test_good_accents_are_never_touched(task_list: Reading) -> None:
    told = json.dumps(task_list.tables, ensure_ascii=False)
    for phrase in ("đường làng, ngõ xóm", "Tiêu chí nông thôn mới nâng cao", "Lào Cai"):
        assert phrase in told
    assert "mất dấu" not in whys(task_list)


def test_every_number_of_a_rhythm_is_in_the_text(unit_headings: Reading) -> None:
    assert plan_read.invented(unit_headings.tables, papers.UNIT_HEADINGS) == []
    made_up = {"tasks": [{"frequency": {"per_week": 77}}], "plan": {}}
    assert plan_read.invented(made_up, papers.UNIT_HEADINGS) == ["77"]


@pytest.mark.parametrize("seed", range(12))
def test_a_torn_text_is_read_or_refused_but_never_breaks(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    lines = (papers.TASK_LIST + papers.UNIT_HEADINGS).split("\n")
    kept = [
        line[: dice.randrange(len(line) + 1)] if dice.random() < 0.2 else line for line in lines
    ]
    kept = dice.sample(kept, dice.randrange(10, len(kept)))
    path = papers.write_text(tmp_path / "torn.txt", noise.mangle("\n".join(kept), seed, 0.5))
    with suppress(NotAPlan):
        file.parse(as_toml(read(path)))


# -- the five seeds


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed texts do not lie beside the checkout")
def test_the_seeds_are_read_as_well_as_promised() -> None:
    scores = plan_read.Scores()
    for plan, text in plan_read.pairs(SEEDS):
        plan_read.compare(plan, read(text).tables, text.read_text(encoding="utf-8"), scores)
    assert scores.numeric.recall == 1.0, "all numeric rhythms of the five"
    assert scores.invented == []
    for score in (scores.tasks, scores.leads):
        assert min(score.precision, score.recall) >= 0.9, scores.misses


@pytest.mark.parametrize("kind", ["BÁO CÁO", "THÔNG BÁO", "TỜ TRÌNH"])
def test_another_kind_of_paper_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    with pytest.raises(NotAPlan, match=f"Tệp là {kind.lower()}, không phải kế hoạch"):
        changed(tmp_path, ("KẾ HOẠCH\n", f"{kind}\n"))


# -- reports


def test_a_report_ordered_below_the_appendix_is_kept(tmp_path: Path) -> None:
    path = papers.write_table_plan(tmp_path / "plan.docx")
    paper = docx.Document(str(path))
    paper.add_paragraph(
        "Định kỳ hằng tháng, các đơn vị báo cáo kết quả thực hiện về UBND phường (qua Phòng Văn"
        " hóa - Xã hội) để tổng hợp."
    )
    paper.save(str(path))
    (report,) = read(path).tables["reports"]
    assert report["every"] == ["month"]
    assert report["to"] == "UBND phường"


def test_the_name_of_a_form_below_orders_no_report(tmp_path: Path) -> None:
    path = papers.write_table_plan(tmp_path / "plan.docx")
    paper = docx.Document(str(path))
    paper.add_paragraph("Mẫu báo cáo định kỳ hằng tháng")
    paper.save(str(path))
    assert "reports" not in read(path).tables


@pytest.mark.parametrize(
    "when",
    ["trước ngày 20 tháng cuối quý", "ngày 20 của tháng cuối mỗi quý", "định kỳ tháng cuối quý"],
)
def test_the_last_month_of_a_quarter_is_each_quarter(tmp_path: Path, when: str) -> None:
    reading = changed(tmp_path, ("trước ngày 20 hằng tháng", when))
    assert reading.tables["reports"][0]["every"] == ["quarter"]
