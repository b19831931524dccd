"""The configuration: an office read once, every mistake named, no secret needed or shown."""

import re
import tomllib
from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import example, given, settings
from hypothesis import strategies as st

import config
from config import ConfigError, Finding, Hours, MissingSecret, Secret, UnknownName

ROOT = Path(__file__).parents[1]
COMMUNE = '[[units]]\nid = "xa"\nname = "UBND xã"\n'
ZALO = '[units.channels.zalo]\nkind = "zalo_oa"\napp_id = "1"\napp_secret = "env:ZALO_APP_SECRET"\n'

Office = Callable[[str], Path]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Writes a config.toml and gives its path."""

    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def findings(path: Path) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    return {finding.key: finding.problem for finding in caught.value.findings}


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


# ---- secrets


def test_a_secret_is_read_when_asked_and_not_before(office: Office) -> None:
    zalo = config.load(office(COMMUNE + ZALO)).channel("zalo")
    assert isinstance(zalo, config.ZaloOASettings)
    assert zalo.app_secret.read({"ZALO_APP_SECRET": " s3cret\n"}) == "s3cret"
    with pytest.raises(MissingSecret) as caught:
        zalo.app_secret.read({"ZALO_APP_SECRET": " "})
    assert str(caught.value) == (
        'Kênh "zalo" thiếu bí mật app_secret (env:ZALO_APP_SECRET), riêng kênh này tạm dừng; '
        "hãy đặt biến môi trường ZALO_APP_SECRET rồi chạy lại."
    )


def test_a_secret_in_a_file_stands_beside_the_config(office: Office, tmp_path: Path) -> None:
    key = config.load(office(COMMUNE)).loa.secret_key
    with pytest.raises(MissingSecret, match=re.escape(str(tmp_path / "data/secret.key"))):
        key.read({})
    (tmp_path / "data").mkdir()
    (tmp_path / "data/secret.key").write_bytes(b"\xff\xfe")
    with pytest.raises(MissingSecret, match="Cấu hình thiếu bí mật secret_key"):
        key.read({})
    (tmp_path / "data/secret.key").write_text("k3y\n", encoding="utf-8")
    assert key.read({}) == "k3y"
    assert "k3y" not in f"{key} {key!r}"
    assert str(key) == "file:data/secret.key"


@pytest.mark.parametrize("literal", ['"EAAB-literal"', '"env:EAAB-literal"', "123456789", "[1]"])
def test_a_secret_written_in_the_file_is_refused_and_never_repeated(
    office: Office, literal: str
) -> None:
    table = f'[units.channels.f]\nkind = "facebook_page"\npage_id = 1\ntoken = {literal}\n'
    found = findings(office(COMMUNE + table))
    assert found == {
        "units[0].channels.f.token": (
            "không ghi bí mật vào config.toml; ghi env:TÊN hoặc file:ĐƯỜNG_DẪN"
        )
    }


def test_a_password_in_an_address_is_never_repeated(office: Office) -> None:
    text = '[loa]\ndatabase = "postgresql://loa:bi-mat@db/loa"\n[web]\npublic_url = "{}"\n'
    found = findings(office(text.format("https://u:bi-mat@xa.vn") + COMMUNE))
    assert set(found) == {"loa.database", "web.public_url"}
    assert "bi-mat" not in str(found)


# ---- mistakes


def test_every_mistake_is_told_in_one_go(office: Office) -> None:
    path = office(
        "[loa]\nkeep_questions_day = 3\n[web]\nport = 99999\n[delivery]\nsettle_s = [60, 15]\n"
        '[[units]]\nid = "xa"\nparent = "huyen"\n'
        '[[units.routes]]\ntask = "T1"\nchannels = ["zalo", "zzz"]\nmaker = "robot"\n'
        "[units.channels.zalo]\n"
        'kind = "zalo_oa"\napp_secret = "env:A"\nread_s = -1\nquiet = "22h-6h"\n'
    )
    found = findings(path)
    assert found == {
        "loa.keep_questions_day": 'không có khóa này; có phải "keep_questions_days"?',
        "web.port": "đang ghi 99999, cần số nguyên từ 0 đến 65535",
        "delivery.settle_s": (
            "đang ghi một danh sách, cần danh sách không rỗng các số giây lớn hơn 0, tăng dần; "
            "sai ở 15"
        ),
        "units[0].name": "chưa ghi, cần một dòng chữ không rỗng, không có ký tự ẩn",
        "units[0].parent": (
            'đang ghi "huyen", cần để trống hoặc mã một đơn vị của tệp này; đang có: xa'
        ),
        "units[0].routes[0].maker": (
            'đang ghi "robot", cần một trong "bulletin", "radio", "infographic", "none"'
        ),
        "units[0].routes[0].channels": (
            'đang ghi "zzz", cần tên một kênh đã khai báo; đang có: zalo'
        ),
        "units[0].channels.zalo.app_id": "chưa ghi, cần mã do dịch vụ cấp, viết liền",
        "units[0].channels.zalo.read_s": "đang ghi -1, cần số lớn hơn 0, tối đa 315360000",
        "units[0].channels.zalo.quiet": (
            'đang ghi "22h-6h", cần khung giờ dạng "HH:MM-HH:MM", giờ đầu khác giờ cuối'
        ),
    }


def test_the_summary_is_one_line_that_names_the_first_keys() -> None:
    error = ConfigError(tuple(Finding(key, "sai") for key in ("a", "b", "c", "d")))
    assert str(error) == ("Cấu hình có 4 chỗ sai (a, b, c, …); sửa các chỗ đã nêu rồi chạy lại.")
    assert str(error.findings[0]) == "a: sai"


@pytest.mark.parametrize(
    ("table", "line", "said"),
    [
        ("delivery", "tick_s = true", "đang ghi true, cần số lớn hơn 0"),
        ("delivery", "tick_s = nan", "đang ghi nan, cần số lớn hơn 0"),
        ("delivery", "lease_s = inf", "đang ghi inf, cần số lớn hơn 0"),
        ("delivery", f"lease_s = 0x{'f' * 6000}", "đang ghi một số quá lớn"),
        ("delivery", "retry_max = 1.0", "cần số nguyên từ 0 đến 1000"),
        ("delivery", "measure_s = []", "đang ghi danh sách rỗng"),
        ("delivery", "measure_s = [5, 5]", "tăng dần; sai ở 5"),
        ("delivery", "measure_s = [true]", "sai ở true"),
        ("web", 'port = "8080"', 'đang ghi "8080", cần số nguyên'),
        ("web", "port = true", "đang ghi true, cần số nguyên"),
        ("web", 'host = ""', "cần một dòng chữ không rỗng"),
        ("web", 'public_url = "http://xa.vn"', "http chỉ dùng cho chính máy này"),
        ("web", 'public_url = "http://127.0.0.1:99999"', "cần địa chỉ dạng https://…"),
        ("web", 'public_url = "https://[::1"', "cần địa chỉ dạng https://…"),
        ("web", 'public_url = "ftp://127.0.0.1"', "cần địa chỉ dạng https://…"),
        ("web", 'public_url = "https://xa.vn/?a=1"', "không kèm mật khẩu, dấu ?"),
        ("loa", 'database = "mysql://x"', 'cần "sqlite:///ĐƯỜNG_DẪN"'),
        ("loa", 'database = "sqlite:///:memory:"', "một tệp"),
        ("loa", 'database = "postgresql+psycopg://db"', "/TÊN_CSDL"),
        ("loa", 'media = "s3://kho"', "đường dẫn trên máy này"),
        ("loa", r'media = "a\u0000b"', "cần đường dẫn"),
    ],
)
def test_a_wrong_value_says_what_was_found_and_expected(
    office: Office, table: str, line: str, said: str
) -> None:
    found = findings(office(f"[{table}]\n{line}\n{COMMUNE}"))
    assert list(found) == [f"{table}.{line.split(' =')[0]}"]
    assert said in found[f"{table}.{line.split(' =')[0]}"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("silence_days = 0", "cần số nguyên từ 1"),
        ('count_from = "năm"', 'cần một trong "issued", "period"'),
        ('posting_hours = "22:00-06:00"', "giờ đầu trước giờ cuối"),
        ('posting_hours = "07:30-07:30"', "giờ đầu khác giờ cuối"),
        ("posting_hours = 07:30:00", "đang ghi 07:30:00"),
        ("responsible = [1]", "mỗi mục là một dòng chữ"),
        ("responsible = 0", "cần danh sách chữ"),
        ("routes = 3", "cần [[units.routes]]"),
        ("channels = []", "cần các bảng [units.channels.TÊN]"),
        ("plans = 1", 'có phải "plan"?'),
    ],
)
def test_a_unit_is_read_as_strictly(office: Office, line: str, said: str) -> None:
    found = findings(office(COMMUNE + line))
    assert list(found) == [f"units[0].{line.split(' =')[0]}"]
    assert said in found[f"units[0].{line.split(' =')[0]}"]


@pytest.mark.parametrize(
    ("table", "key", "said"),
    [
        ('[units.channels.x]\nkind = "tiktok"', "x.kind", 'đang ghi "tiktok", cần một trong'),
        ("[units.channels.x]\nserves = []", "x.kind", "chưa ghi, cần một trong"),
        ("[units.channels]\nx = 1", "x", "cần một bảng [units.channels.TÊN]"),
        ('[units.channels."a b"]\nkind = "memory"', '"a b"', "tên kênh"),
        ('[units.channels.x]\nkind = "memory"\ntoken = "env:A"', "x.token", "không có khóa này"),
        (
            '[units.channels.x]\nkind = "telegram"\ntoken = "env:A"\nchat = "env:CHAT"',
            "x.chat",
            "không phải bí mật",
        ),
        (
            '[units.channels.x]\nkind = "telegram"\ntoken = "env:A"\nmode = "webhook"',
            "x.webhook_secret",
            'khi mode = "webhook"',
        ),
    ],
)
def test_a_channel_is_read_as_strictly(office: Office, table: str, key: str, said: str) -> None:
    found = findings(office(f"{COMMUNE}{table}\n"))
    assert list(found) == [f"units[0].channels.{key}"]
    assert said in found[f"units[0].channels.{key}"]


def test_an_office_without_units_is_told_so(office: Office) -> None:
    assert "cần ít nhất một bảng [[units]]" in findings(office(""))["units"]
    assert "hai dấu ngoặc vuông" in findings(office('[units]\nid = "xa"\n'))["units"]


def test_names_are_unique_in_the_installation(office: Office) -> None:
    second = COMMUNE.replace("UBND", "Một xã khác") + ZALO
    found = findings(office(COMMUNE + ZALO + second))
    assert "đã dùng ở units[0]" in found["units[1].id"]
    assert "tên kênh đã dùng ở units[0]" in found["units[1].channels.zalo"]


def test_units_that_stand_in_a_circle_are_told_once(office: Office) -> None:
    text = "".join(
        f'[[units]]\nid = "{unit}"\nname = "Đơn vị"\nparent = "{parent}"\n'
        for unit, parent in [("d", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("e", "e")]
    )
    assert findings(office(text)) == {
        "units[1].parent": ("các đơn vị nối thành vòng: a → b → c → a; để trống parent ở một nơi"),
        "units[4].parent": "các đơn vị nối thành vòng: e → e; để trống parent ở một nơi",
    }


def test_a_front_carries_no_posts(office: Office) -> None:
    bot = '[units.channels.bot]\nkind = "zalo_bot"\ntoken = "env:A"\n'
    route = '[[units.routes]]\ntask = "T"\nchannels = ["bot"]\n'
    assert (
        "chỉ để trò chuyện"
        in findings(office(COMMUNE + bot + route))["units[0].routes[0].channels"]
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[web]\nport = \n", "dòng 2, cột 8"),
        (b"[web", "ở cuối tệp"),
        (b"a = " + b"[" * 20_000, "quá sâu"),
        (b"a = " + b"9" * 5_000, "số quá dài"),
        ("[loa]\nx = 'Đắk Tô'".encode("utf-16"), "không phải UTF-8"),
        (None, "loa init"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_finding(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "config.toml"
    if content is not None:
        path.write_bytes(content)
    found = findings(path)
    assert list(found) == [str(path)]
    assert said in found[str(path)]
    assert "không đọc được tệp" in findings(tmp_path)[str(tmp_path)]


ANYTHING = st.recursive(
    st.booleans()
    | st.integers()
    | st.floats()
    | st.times()
    | st.dates()
    | st.text(max_size=8)
    | st.sampled_from(["env:A", "file:b", "https://a.vn", "sqlite:///x", "xa", "07:00-08:00"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=4,
)
KEYS = [key.split(".") for key in config.known_keys()]


@given(st.lists(st.tuples(st.sampled_from(KEYS), ANYTHING), min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_whatever_stands_at_a_key_is_read_or_named(
    tmp_path_factory: pytest.TempPathFactory, wrong: list[tuple[list[str], Any]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "wrong.toml"
    path.write_text(tomli_w.dumps(broken(wrong)), encoding="utf-8", errors="replace")
    assert is_read_or_named(path)


def is_read_or_named(path: Path) -> bool:
    """Nothing but a ConfigError comes out, and each of its findings is one line."""
    try:
        return bool(config.load(path).units)
    except ConfigError as error:
        return all(str(finding).isprintable() for finding in error.findings) and str(error) != ""


def broken(wrong: list[tuple[list[str], Any]]) -> dict[str, Any]:
    """An office with one channel of each kind, in which some keys hold anything."""
    needed: dict[str, dict[str, Any]] = {
        "zalo_oa": {"app_id": "1", "app_secret": "env:A"},
        "facebook_page": {"page_id": "1", "token": "env:A"},
        "telegram": {"token": "env:A"},
        "zalo_bot": {"token": "env:A"},
        "manual": {},
        "memory": {},
    }
    channels = {kind: {"kind": kind, **keys} for kind, keys in needed.items()}
    routes: list[dict[str, Any]] = [{"task": "T"}]
    unit: dict[str, Any] = {"id": "xa", "name": "Xã", "routes": routes, "channels": channels}
    document: dict[str, Any] = {"units": [unit]}
    for (*table, key), value in wrong:
        match table:
            case ["units"]:
                unit[key] = value
            case ["units", "routes"]:
                routes[0][key] = value
            case ["units", "channels", kind]:
                channels["memory" if kind == "*" else kind][key] = value
            case [name]:
                document.setdefault(name, {})[key] = value
    return document


@given(st.integers(0, 4000), st.integers(0, 40), st.text(max_size=12))
@settings(max_examples=100, deadline=None)
def test_a_torn_file_is_read_or_named(
    tmp_path_factory: pytest.TempPathFactory, at: int, length: int, put: str
) -> None:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    path = tmp_path_factory.getbasetemp() / "torn.toml"
    torn = text[:at] + put + text[at + length :]
    path.write_text(torn, encoding="utf-8", errors="replace", newline="")
    assert is_read_or_named(path)


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


def test_a_secret_is_compared_by_its_name_alone() -> None:
    assert Secret("env:A") == Secret("env:A")
    assert repr(Secret("env:A", "token", "zalo")).count("env:A") == 1
