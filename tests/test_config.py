"""The configuration: an office read once, every default told, a new office at once at work."""

import re
import tomllib
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import config
from config import Hours, UnknownName
from tests.config_files import COMMUNE, ROOT, ZALO, Office, writer


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return writer(tmp_path)


# ---- what is in effect


def test_the_sample_office_loads_without_any_secret() -> None:
    office = config.load(ROOT / "config.toml")
    unit = office.unit("dak-to")
    assert unit.name == "UBND xã Đắk Tô"
    assert unit.plan == ROOT / "plans" / "dak-to-2025.toml"
    assert unit.plan.is_file()
    assert [(route.task, route.maker) for route in unit.routes] == [
        ("DT-C.I.2.a", "bulletin"),
        ("DT-C.I.2.c", "radio"),
    ]
    assert {route.channels for route in unit.routes} == {("zalo", "facebook", "telegram", "loa")}
    assert {channel.name: channel.serves for channel in unit.channels} == {
        "zalo": ("zalo", "zalo.oa"),
        "facebook": ("facebook", "fanpage"),
        "telegram": ("social.other",),
        "loa": ("radio.commune", "radio.grassroots"),
    }


def test_one_unit_is_enough_and_the_rest_has_its_default(office: Office) -> None:
    path = office(COMMUNE)
    read = config.load(path)
    assert read.loa.database == f"sqlite:///{path.parent}/data/loa.db"
    assert read.loa.media == path.parent / "data/media"
    assert read.loa.keep_questions_days == 60
    assert (read.web.host, read.web.port) == ("127.0.0.1", 8080)
    assert read.delivery.settle_s == (15, 60, 300)
    assert read.delivery.measure_s == (3600, 21600, 86400, 259200, 604800, 2592000)
    unit = read.units[0]
    assert (unit.parent, unit.plan, unit.count_from, unit.silence_days) == (
        None,
        None,
        "issued",
        14,
    )
    assert unit.posting_hours == Hours(time(7, 30), time(20, 30))


def test_each_kind_of_channel_has_the_defaults_of_the_contract(office: Office) -> None:
    kinds = {
        "zalo": 'kind = "zalo_oa"\napp_id = 12\napp_secret = "env:A"',
        "face": 'kind = "facebook_page"\npage_id = "9"\ntoken = "env:A"',
        "tele": 'kind = "telegram"\ntoken = "env:A"\nchat = -1001234',
        "bot": 'kind = "zalo_bot"\ntoken = "env:A"',
        "hand": 'kind = "manual"\nresponsible = "Cô Hoa"',
        "list": 'kind = "memory"',
    }
    tables = [f"[units.channels.{name}]\n{keys}\n" for name, keys in kinds.items()]
    zalo, face, tele, bot, hand, memory = config.load(office(COMMUNE + "".join(tables))).channels
    assert isinstance(zalo, config.ZaloOASettings)
    assert (zalo.app_id, zalo.oauth_url) == ("12", "https://oauth.zaloapp.com")
    assert (zalo.api_url, zalo.broadcast) == ("https://openapi.zalo.me", "never")
    assert (zalo.flow, zalo.connect_s, zalo.read_s, zalo.unit) == ("two_phase", 5, 15, "xa")
    assert isinstance(face, config.FacebookPageSettings)
    assert (face.graph_url, face.version) == ("https://graph.facebook.com", "v24.0")
    assert face.serves == ("facebook", "fanpage")
    assert isinstance(tele, config.TelegramSettings)
    assert (tele.chat, tele.mode, tele.api_url) == (
        "-1001234",
        "polling",
        "https://api.telegram.org",
    )
    assert isinstance(bot, config.ZaloBotSettings)
    assert (bot.serves, bot.api_url) == ((), "https://bot-api.zaloplatforms.com")
    assert isinstance(hand, config.ManualSettings)
    assert (hand.serves, hand.responsible) == ((), ("Cô Hoa",))
    assert isinstance(memory, config.MemorySettings)
    assert (memory.kind, memory.rate_per_min, memory.quiet) == ("memory", None, None)


def test_a_table_appended_at_the_end_belongs_to_the_last_unit(office: Office) -> None:
    section = '[[units]]\nid = "vp"\nname = "Văn phòng"\nparent = "xa"\n'
    read = config.load(office(COMMUNE + section + '[units.channels.loa]\nkind = "manual"\n'))
    assert read.channel("loa").unit == "vp"
    assert read.unit("xa").channels == ()
    assert [unit.id for unit in read.children("xa")] == ["vp"]
    assert read.children("vp") == ()


def test_a_channel_may_have_clocks_of_its_own(office: Office) -> None:
    own = 'kind = "memory"\nlease_s = 0.5\nsettle_s = [0.1, 0.2]\nspread_s = 0\n'
    read = config.load(office(f"[delivery]\ntick_s = 0.05\n{COMMUNE}[units.channels.m]\n{own}"))
    clocks = read.delivery.of(read.channel("m"))
    assert (clocks.lease_s, clocks.settle_s, clocks.spread_s) == (0.5, (0.1, 0.2), 0)
    assert (clocks.tick_s, clocks.measure_s) == (0.05, read.delivery.measure_s)


def test_paths_are_relative_to_the_file_wherever_one_stands(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office('[loa]\ndatabase = "sqlite:///x.db"\nmedia = "/srv/media"\n' + COMMUNE)
    monkeypatch.chdir(tmp_path)
    read = config.load(Path("config.toml"))
    assert read.path == tmp_path / "config.toml"
    assert read.loa.database == f"sqlite:///{tmp_path}/x.db"
    assert read.loa.media == Path("/srv/media")


def test_an_address_left_out_follows_the_port(office: Office) -> None:
    assert config.load(office(f"[web]\nport = 9000\n{COMMUNE}")).web.public_url == (
        "http://127.0.0.1:9000"
    )
    told = f'[web]\npublic_url = "https://loa.xa.gov.vn/x/"\n{COMMUNE}'
    assert config.load(office(told)).web.public_url == "https://loa.xa.gov.vn/x"


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://loa:bi-mat@db:5432/loa", "postgresql+psycopg:///loa?host=/run/pg"]
)
def test_postgresql_is_taken_as_it_stands_and_stays_out_of_repr(office: Office, url: str) -> None:
    read = config.load(office(f'[loa]\ndatabase = "{url}"\n{COMMUNE}'))
    assert read.loa.database == url
    assert url not in repr(read)


def test_a_file_saved_by_notepad_and_a_name_typed_in_pieces_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    decomposed = COMMUNE.replace("xã", "xa\u0303").replace("UBND ", "UBND\u00a0 ")
    path.write_text(decomposed, encoding="utf-8-sig")
    assert config.load(path).units[0].name == "UBND xã"


def test_a_name_that_is_not_there_lists_those_that_are(office: Office) -> None:
    read = config.load(office(COMMUNE + ZALO))
    with pytest.raises(UnknownName, match=r'Không có kênh "zalu" trong cấu hình; có phải "zalo"\?'):
        read.channel("zalu")
    with pytest.raises(UnknownName, match="Không có đơn vị"):
        read.unit("huyện")
    with pytest.raises(UnknownName):
        read.children("")


@pytest.mark.parametrize(
    ("span", "inside", "outside"),
    [
        (Hours(time(7, 30), time(20, 30)), ["07:30", "20:29"], ["07:29", "20:30", "00:00"]),
        (Hours(time(22), time(6)), ["22:00", "00:00", "05:59"], ["06:00", "21:59", "12:00"]),
    ],
)
def test_hours_may_run_over_midnight(span: Hours, inside: list[str], outside: list[str]) -> None:
    assert all(span.contains(time.fromisoformat(clock)) for clock in inside)
    assert not any(span.contains(time.fromisoformat(clock)) for clock in outside)


# ---- a new office, and the document


def new_office(**changed: Any) -> str:
    answers = {"unit_id": "xa", "unit_name": "UBND xã", "plan": "plans/p.toml", "port": 8080}
    return config.sample(**{"public_url": "https://loa.xa.vn", **answers, **changed})


def test_a_new_office_works_at_once_with_its_loudspeaker(office: Office) -> None:
    read = config.load(office(new_office(port=8123, responsible="Nguyễn Thị Hoa")))
    assert [unit.id for unit in read.units] == ["xa"]
    assert (read.web.port, read.web.public_url) == (8123, "https://loa.xa.vn")
    assert read.units[0].responsible == ("Nguyễn Thị Hoa",)
    assert read.units[0].routes == ()
    assert [channel.kind for channel in read.channels] == ["manual"]
    assert read.channels[0].serves == ("radio.commune", "radio.grassroots")
    plain = config.load(office(COMMUNE))
    assert (read.loa, read.delivery) == (plain.loa, plain.delivery)


def test_what_the_new_office_keeps_behind_a_hash_loads_when_uncovered(office: Office) -> None:
    uncovered = re.sub(r"(?m)^#(?=\S)", "", new_office())
    read = config.load(office(uncovered))
    assert {channel.kind for channel in read.channels} == {
        "manual", "zalo_oa", "facebook_page", "telegram", "zalo_bot"
    }  # fmt: skip
    assert len(read.units[0].routes) == 1


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example('DEL \x7f, $port, "nháy", \\ và\nxuống dòng')
@settings(max_examples=60, deadline=None)
def test_any_name_is_written_so_that_it_reads_back(name: str) -> None:
    text = new_office(unit_name=name, responsible=name)
    assert tomllib.loads(text)["units"][0]["name"] == name


SECTIONS = {
    "[loa]": "loa",
    "[web]": "web",
    "[delivery]": "delivery",
    "[[units]]": "units",
    "[[units.routes]]": "units.routes",
    "[units.channels.NAME]": "units.channels.*",
}


def documented() -> dict[str, str]:
    """docs/config.md as key -> default cell."""
    table, rows = "", {}
    for line in (ROOT / "docs" / "config.md").read_text(encoding="utf-8").splitlines():
        if found := re.match(r"##+ `(?:kind = \"(\w+)\"|(.+))`", line):
            table = f"units.channels.{found[1]}" if found[1] else SECTIONS[found[2]]
        elif found := re.match(r"\| `(\w+)` \| (.+?) \|", line):
            rows[f"{table}.{found[1]}"] = found[2]
    return rows


def test_every_key_is_documented_and_nothing_else() -> None:
    assert sorted(documented()) == sorted(config.known_keys())


def test_documented_defaults_are_those_in_effect(office: Office) -> None:
    needed = {"app_id": '"1"', "page_id": '"1"', "id": '"xa"', "name": '"Xã"', "task": '"T"'}
    required = {"units.channels.*.kind": ""}
    told: dict[str, dict[str, str]] = {}
    for key, default in documented().items():
        table, _, name = key.rpartition(".")
        if default == "*required*" and key not in required:
            required[key] = told.setdefault(table, {})[name] = needed.get(name, '"env:A"')
        elif default.startswith("`"):
            told.setdefault(table, {})[name] = default.strip("`")
    least = {table: {k: v for k, v in keys.items() if f"{table}.{k}" in required}
             for table, keys in told.items()}  # fmt: skip
    assert config.load(office(written(told))) == config.load(office(written(least)))


def written(tables: dict[str, dict[str, str]]) -> str:
    """The tables as one file, with one channel of each kind that has keys of its own."""
    names = {"units": "[units]", "units.routes": "[units.routes]"}
    order = ["loa", "web", "delivery", "units", "units.routes"]
    kinds = [table for table in tables if table not in [*order, "units.channels.*"]]
    lines = []
    for table in [*order, *kinds]:
        keys = dict(tables[table])
        if table in kinds:
            keys |= {"kind": f'"{table.rpartition(".")[2]}"'} | tables["units.channels.*"]
        lines += [f"[{names.get(table, table)}]", *(f"{key} = {keys[key]}" for key in keys)]
    return "\n".join(lines)
