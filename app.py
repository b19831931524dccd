"""Puts the parts together. The only file that knows which adapters exist."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlmodel import Session, select

import config as settings
from channels.base import Limits, Post
from channels.facebook_page import FacebookPage
from channels.http import new_session
from channels.memory import Memory
from channels.telegram import Telegram
from channels.zalo_oa import ZaloOA
from config import Config, MissingSecret, Unit
from content import posts, review, routing
from content.routing import Office
from delivery.lanes import Clocks, Lane, Lanes
from delivery.listen import reactions_of
from delivery.send import Sender
from delivery.tokens import KeptTokens
from errors import Refused, why
from models import PlanVersion
from plan import file, progress, record, slots
from plan.calendar import Calendar
from plan.progress import Deed, Line
from plan.slots import Schedule
from plan.values import Plan
from reports import facts
from store import Store

Clock = Callable[[], datetime]
Environ = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class App:
    """An open office."""

    config: Config
    store: Store
    clock: Clock
    lanes: Lanes

    def unit(self, id: str | None) -> Unit:
        """The named unit; without a name, the only one. Raises `Refused`."""
        units = self.config.units
        if id is None and len(units) == 1:
            return units[0]
        found = next((unit for unit in units if unit.id == id), None)
        if found is None:
            names = ", ".join(unit.id for unit in units)
            raise Refused(f"Hãy nêu đơn vị bằng --unit; các đơn vị: {names}.")
        return found

    def schedule(self, unit: Unit, plan: Plan) -> Schedule:
        return slots.slots(
            plan,
            Calendar(opens=unit.posting_hours.start, closes=unit.posting_hours.end),
            count_from=unit.count_from,
            silence_days=unit.silence_days,
        )

    def office(self, session: Session, unit: Unit) -> Office:
        """A unit at work, as drafting sees it: its plan's tasks and slots, where it has one."""
        plan = record.current_or_none(session, unit.id)
        if plan is None:
            return Office(self.config, unit)
        return Office(self.config, unit, plan.tasks, self.schedule(unit, plan).slots)

    def progress(self, unit: Unit, on: date) -> tuple[Plan, tuple[Line, ...]]:
        """The unit's plan and where each task stands on a day. Raises `Refused` without a plan."""
        with self.store.reading() as session:
            plan = record.current(session, unit.id)
            deeds = self.deeds(session, unit, plan)
        return plan, progress.progress(plan, self.schedule(unit, plan), deeds, on)

    def deeds(self, session: Session, unit: Unit, plan: Plan) -> list[Deed]:
        """Everything done for the unit's tasks, by hand and through the channels."""
        return facts.deeds(session, unit.id, lambda task: _channels(plan, unit, task))

    def limits(self) -> Mapping[str, Limits]:
        """What each channel that publishes by itself can take."""
        return {name: lane.channel.limits for name, lane in self.lanes.items() if lane.channel}

    def sender(self, worker: str) -> Sender:
        return Sender(self.store, self.compose, review.still_approved, self.clock, worker)

    def compose(self, content: Mapping[str, object], lane: Lane) -> Post:
        """An item's content as the post of one channel. Raises `Refused`."""
        unit = self.config.unit(lane.unit)
        cover = getattr(self.config.channel(lane.name), "default_cover", None)
        house = posts.House(unit.name, self.config.loa.media, self.config.web.public_url, cover)
        if lane.channel is None:
            raise Refused("Kênh này không tự đăng.")
        return posts.compose(content, lane.name, lane.channel.limits, house).post


def open_office(config: Config, clock: Clock, environ: Environ, durable: bool = True) -> App:
    """Open the database, bring it up to date, take in plans that config names for the first time.

    Raises `Refused` where the database or a plan cannot be opened.
    """
    store = _open_store(config, durable)
    lanes = {
        each.name: lane
        for each in config.channels
        if (lane := _lane(each, config, store, clock, environ)) is not None
    }
    app = App(config, store, clock, lanes)
    for unit in config.units:
        _first_plan(app, unit, clock())
    return app


def _open_store(config: Config, durable: bool) -> Store:
    if config.loa.database.startswith("sqlite:///"):
        folder = Path(config.loa.database.removeprefix("sqlite:///")).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refused(f"Không tạo được thư mục {folder}: {why(error)}") from error
    store = Store(config.loa.database, durable)
    store.migrate()
    return store


def _first_plan(app: App, unit: Unit, now: datetime) -> None:
    if unit.plan is None:
        return
    with app.store.reading() as session:
        if session.exec(select(PlanVersion.id).where(PlanVersion.unit == unit.id)).first():
            return
    with app.store.writing() as session:
        record.use(session, unit.id, file.text(unit.plan), now)


def _channels(plan: Plan, unit: Unit, task_id: str) -> tuple[str, ...]:
    task = plan.task(task_id)
    return routing.channels_of(task, unit) if task else ()


# -- channels


def _lane(
    told: settings.ChannelSettings, config: Config, store: Store, clock: Clock, environ: Environ
) -> Lane | None:
    """A configured channel as the ledger sees it; None for one that only converses."""
    lane = functools.partial(
        Lane,
        name=told.name,
        unit=told.unit,
        clocks=_clocks(config.delivery.of(told)),
        rate_per_min=told.rate_per_min,
        is_quiet=told.quiet.contains if told.quiet else None,
    )
    try:
        match told:
            case settings.ManualSettings():
                unit = config.unit(told.unit)
                people = told.responsible or unit.responsible
                return lane(manual=True, responsible=people, instructions=told.instructions)
            case settings.ZaloOASettings():
                channel = _zalo(told, config, store, clock, environ)
                return lane(channel=channel, broadcast=told.broadcast)
            case settings.FacebookPageSettings():
                return lane(channel=_facebook(told, clock, environ))
            case settings.TelegramSettings() if told.chat:
                return lane(channel=_telegram(told, store, environ))
            case settings.MemorySettings():
                return lane(channel=Memory(name=told.name))
    except MissingSecret as missing:
        return lane(problem=str(missing))
    except ValueError:
        return lane(problem="Khóa bí mật của văn phòng (secret_key) không đúng dạng Fernet.")
    return None


def _clocks(told: settings.DeliverySettings) -> Clocks:
    seconds = functools.partial(timedelta, 0)
    return Clocks(
        lease=seconds(told.lease_s),
        settle=tuple(map(seconds, told.settle_s)),
        measure=tuple(map(seconds, told.measure_s)),
        late_after=seconds(told.late_after_s),
        spread_overdue=seconds(told.spread_overdue_s),
        spread=seconds(told.spread_s),
        retry_max=told.retry_max,
    )


def _zalo(
    told: settings.ZaloOASettings, config: Config, store: Store, clock: Clock, environ: Environ
) -> ZaloOA:
    key = config.loa.secret_key.read(environ)
    patience = timedelta(seconds=4 * (told.connect_s + told.read_s))
    return ZaloOA(
        name=told.name,
        app_id=told.app_id,
        app_secret=told.app_secret.read(environ),
        oa_id=told.oa_id or "",
        author=config.unit(told.unit).name,
        session=new_session(),
        tokens=KeptTokens(store, told.name, key, clock, patience),
        now=clock,
        oauth_url=told.oauth_url,
        api_url=told.api_url,
        flow=told.flow,
        timeouts=(told.connect_s, told.read_s),
    )


def _facebook(told: settings.FacebookPageSettings, clock: Clock, environ: Environ) -> FacebookPage:
    return FacebookPage(
        name=told.name,
        page_id=told.page_id,
        token=told.token.read(environ),
        session=new_session(),
        now=clock,
        app_id=told.app_id or "",
        app_secret=told.app_secret.read(environ) if told.app_secret else "",
        graph_url=told.graph_url,
        version=told.version,
        flow=told.flow,
        timeouts=(told.connect_s, told.read_s),
    )


def _telegram(told: settings.TelegramSettings, store: Store, environ: Environ) -> Telegram:
    return Telegram(
        name=told.name,
        token=told.token.read(environ),
        chat=told.chat or "",
        session=new_session(),
        api_url=told.api_url,
        reactions=functools.partial(reactions_of, store, told.name),
        polls=told.mode == "polling",
        timeouts=(told.connect_s, told.read_s),
    )
