"""The configuration: every mistake named in one go, no secret needed or shown."""

import re
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

import config
from config import ConfigError, Finding, MissingSecret, Secret
from tests.config_files import COMMUNE, ROOT, ZALO, Office, findings, writer


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return writer(tmp_path)


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


def test_a_secret_is_compared_by_its_name_alone() -> None:
    assert Secret("env:A") == Secret("env:A")
    assert repr(Secret("env:A", "token", "zalo")).count("env:A") == 1


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
