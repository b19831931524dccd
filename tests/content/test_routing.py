"""From the plan to the channels: by the words a channel serves, and by the routes of a unit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config import MemorySettings, TelegramSettings
from config import Secret as Named
from content import routing
from content.routing import Office
from errors import Refused
from plan.values import Plan, Task
from tests.content.conftest import BULLETIN, SEGMENT, Desk


def refusal(office: Office, named: tuple[str, ...], task: str | None) -> str:
    with pytest.raises(Refused) as told:
        routing.resolve(office, named, task)
    return str(told.value)


def test_a_task_goes_where_it_is_routed_and_where_its_words_are_served(desk: Desk) -> None:
    unit = desk.office.unit
    assert routing.channels_of(Task("x", "", channels=("zalo", "meeting")), unit) == ("zalo",)
    assert routing.channels_of(desk.office.task(BULLETIN), unit) == ("zalo", "facebook", "loa")
    assert routing.channels_of(desk.office.task(SEGMENT), unit) == ("zalo", "loa")
    assert routing.channels_of(Task("x", "", channels=("radio.commune",)), unit) == ("loa",)


def test_a_front_carries_no_posts(desk: Desk) -> None:
    unit = desk.office.unit
    bot = TelegramSettings(name="tele", unit=unit.id, serves=("tiktok",), token=Named("env:T"))
    with_bot = replace(unit, channels=(*unit.channels, bot))
    assert routing.channels_of(Task("x", "", channels=("meeting", "tiktok")), with_bot) == ()
    with_chat = replace(unit, channels=(replace(bot, chat="@xa"),))
    assert routing.channels_of(Task("x", "", channels=("tiktok",)), with_chat) == ("tele",)


def test_what_nothing_serves_is_named(desk: Desk, plan: Plan) -> None:
    lonely = routing.unserved(plan.tasks, desk.office.unit)
    assert {"DT-C.I.2.b", "DT-C.I.3.a"} <= {task.id for task in lonely}
    assert not {BULLETIN, SEGMENT, "DT-C.I.2.d"} & {task.id for task in lonely}


def test_a_route_names_the_maker(desk: Desk) -> None:
    made = [routing.maker_of(task, desk.office.unit) for task in (BULLETIN, SEGMENT, "DT-C.I.2.d")]
    assert made == ["bulletin", "radio", "none"]


def test_named_channels_go_before_those_of_the_task(desk: Desk) -> None:
    assert routing.resolve(desk.office, ("facebook",), BULLETIN) == ("facebook",)
    assert routing.resolve(desk.office, (), BULLETIN) == ("zalo", "facebook", "loa")


def test_a_channel_of_the_unit_above_may_be_named(desk: Desk) -> None:
    assert routing.resolve(desk.office, ("bao_tinh",), None) == ("bao_tinh",)


@pytest.mark.parametrize(
    ("named", "task", "words"),
    [
        (("zalu",), None, ["“zalu”", "có phải “zalo”?"]),
        (("zalo_ben",), None, ["dak-to không có kênh “zalo_ben”"]),
        (("hoi_dap",), None, ["hoi_dap", "chỉ để trò chuyện"]),
        ((), None, ["chưa nói đăng ở đâu", "zalo, facebook, loa"]),
        ((), "DT-C.I.2.b", ["DT-C.I.2.b", "chưa có kênh nào", "[[units.routes]]"]),
        ((), "DT-C.I.2.x", ["không có nhiệm vụ “DT-C.I.2.x”", "có phải"]),
    ],
)
def test_what_leads_nowhere_is_refused_by_name(
    desk: Desk, named: tuple[str, ...], task: str | None, words: list[str]
) -> None:
    line = refusal(desk.office, named, task)
    assert all(word in line for word in words), line
    assert "\n" not in line


def test_without_a_plan_there_are_no_tasks(desk: Desk) -> None:
    bare = Office(desk.config, desk.office.unit)
    assert "chưa có kế hoạch" in refusal(bare, (), BULLETIN)


def test_a_rerun_is_heard_on_the_radio_else_everywhere(desk: Desk) -> None:
    assert routing.airing(desk.office, ("zalo", "loa")) == ("loa",)
    assert routing.airing(desk.office, ("zalo", "facebook")) == ("zalo", "facebook")


def test_a_channel_that_is_gone_from_the_config_is_no_radio(desk: Desk) -> None:
    assert routing.airing(desk.office, ("cu",)) == ("cu",)


def test_any_channel_carries_posts_but_a_front(desk: Desk) -> None:
    assert routing.carries(MemorySettings(name="m", unit="dak-to"))
    assert not routing.carries(desk.office.channels["hoi_dap"])
