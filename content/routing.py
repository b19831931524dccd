"""From the plan to the channels: where a task goes, and who makes its drafts (design §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from config import ChannelSettings, Config, TelegramSettings, Unit, ZaloBotSettings
from content.draft_values import nearest
from errors import Refused


class Task(Protocol):
    """A task by its shape: `content` stands beside `plan` and imports nothing of it."""

    @property
    def id(self) -> str: ...
    @property
    def channels(self) -> tuple[str, ...]: ...


class Slot(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def task(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def of(self) -> int: ...
    @property
    def by(self) -> date: ...
    @property
    def due(self) -> datetime: ...
    @property
    def counted(self) -> bool: ...
    @property
    def of_slot(self) -> str | None: ...


AnyTask = TypeVar("AnyTask", bound=Task)


@dataclass(frozen=True, slots=True)
class Office:
    """A unit at work: the whole config, and where the unit has a plan, its tasks and slots."""

    config: Config
    unit: Unit
    tasks: tuple[Task, ...] = ()
    slots: tuple[Slot, ...] = ()

    def task(self, id: str) -> Task:
        """Raises `Refused`."""
        found = next((task for task in self.tasks if task.id == id), None)
        if found is None:
            raise Refused(self._no_task(id))
        return found

    def slot(self, id: str | None) -> Slot | None:
        return next((slot for slot in self.slots if slot.id == id), None)

    def reruns(self, slot: str | None) -> list[Slot]:
        """The re-runs of a first airing, in order of time."""
        found = [each for each in self.slots if slot and each.of_slot == slot]
        return sorted(found, key=lambda each: (each.due, each.id))

    @property
    def above(self) -> tuple[Unit, ...]:
        """The units above this one, the nearest first."""
        found, unit = [], self.unit
        while unit.parent:
            unit = self.config.unit(unit.parent)
            found.append(unit)
        return tuple(found)

    @property
    def channels(self) -> Mapping[str, ChannelSettings]:
        """Every channel that may be named here: the unit's own, those above, those routed to."""
        routed = {name for route in self.unit.routes for name in route.channels}
        units = {self.unit.id, *(unit.id for unit in self.above)}
        return {
            channel.name: channel
            for channel in self.config.channels
            if channel.unit in units or channel.name in routed
        }

    def _no_task(self, id: str) -> str:
        if not self.tasks:
            return (
                f"Đơn vị {self.unit.id} chưa có kế hoạch nên không có nhiệm vụ “{id}”;"
                " hãy chạy: loa plan use TỆP.toml"
            )
        hint = nearest(id, (task.id for task in self.tasks))
        return f"Kế hoạch của {self.unit.id} không có nhiệm vụ “{id}”; {hint}"


def channels_of(task: Task, unit: Unit) -> tuple[str, ...]:
    """Names of the channels that a task goes to: those routed to, and those serving its words."""
    routed = [name for route in unit.routes if route.task == task.id for name in route.channels]
    serving = [each.name for each in unit.channels if set(each.serves) & set(task.channels)]
    fronts = {each.name for each in unit.channels if not carries(each)}
    return tuple(name for name in dict.fromkeys((*routed, *serving)) if name not in fronts)


def unserved(tasks: Iterable[AnyTask], unit: Unit) -> tuple[AnyTask, ...]:
    """The tasks that no channel serves."""
    return tuple(task for task in tasks if not channels_of(task, unit))


def maker_of(task_id: str, unit: Unit) -> str:
    """What makes a task's drafts: bulletin, radio, infographic or none."""
    makers = (route.maker for route in unit.routes if route.task == task_id)
    return next((maker for maker in makers if maker != "none"), "none")


def resolve(office: Office, named: Sequence[str], task_id: str | None) -> tuple[str, ...]:
    """The channels that a draft goes to: those it names, else its task's. Raises `Refused`."""
    if named:
        return tuple(_carrier(office, name) for name in named)
    if task_id is None:
        hint = ", ".join(_carriers(office)) or "chưa có kênh nào"
        raise Refused(
            "Bản thảo chưa nói đăng ở đâu; hãy thêm “channels” hoặc “task”."
            f" Các kênh của {office.unit.id}: {hint}."
        )
    if found := channels_of(office.task(task_id), office.unit):
        return found
    raise Refused(
        f"Nhiệm vụ {task_id} chưa có kênh nào; hãy thêm vào [[units.routes]] của đơn vị"
        f" {office.unit.id} trong config.toml, hoặc ghi “channels” trong bản thảo."
    )


def airing(office: Office, channels: Sequence[str]) -> tuple[str, ...]:
    """Those on which a re-run is heard again: the radio ones, else all of them."""
    known = office.channels
    on_air = [
        name
        for name in channels
        if name in known and any(word.startswith("radio.") for word in known[name].serves)
    ]
    return tuple(on_air or channels)


def carries(channel: ChannelSettings) -> bool:
    """Does it carry posts? A front only converses."""
    if isinstance(channel, TelegramSettings):
        return channel.chat is not None
    return not isinstance(channel, ZaloBotSettings)


def slot_name(slot: Slot) -> str:
    """“số 18/26, hạn 07/09/2025”, “phát lại 2/3, hạn 30/09/2025”."""
    word = "phát lại" if slot.of_slot else "số"
    return f"{word} {slot.number}/{slot.of}, hạn {slot.by:%d/%m/%Y}"


def _carriers(office: Office) -> list[str]:
    return [name for name, channel in office.channels.items() if carries(channel)]


def _carrier(office: Office, name: str) -> str:
    channel = office.channels.get(name)
    if channel is None:
        hint = nearest(name, _carriers(office))
        raise Refused(f"Đơn vị {office.unit.id} không có kênh “{name}”; {hint}")
    if not carries(channel):
        raise Refused(f"Kênh “{name}” chỉ để trò chuyện, không đăng bài được; hãy chọn kênh khác.")
    return name
