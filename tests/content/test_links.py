"""UTM parameters go onto the item's link once and leave the rest of it alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.links import is_web_link, with_utm

UTM = {"campaign": "dak-to-2025", "source": "zalo", "medium": "oa"}
TAIL = "utm_source=zalo&utm_medium=oa&utm_campaign=dak-to-2025"


@pytest.mark.parametrize(
    ("link", "tagged"),
    [
        ("https://x.vn", f"https://x.vn?{TAIL}"),
        ("https://x.vn/a?id=1&b=%C4%90", f"https://x.vn/a?id=1&b=%C4%90&{TAIL}"),
        ("https://x.vn/a#muc-2", f"https://x.vn/a?{TAIL}#muc-2"),
        ("https://x.vn/a?", f"https://x.vn/a?{TAIL}"),
        (
            "https://x.vn/a?utm_source=ban-tin#m",
            "https://x.vn/a?utm_source=ban-tin&utm_medium=oa&utm_campaign=dak-to-2025#m",
        ),
    ],
)
def test_query_and_fragment_stay(link: str, tagged: str) -> None:
    assert with_utm(link, UTM) == tagged


def test_no_parameters_no_change() -> None:
    assert with_utm("https://x.vn/a?b#c", {"source": ""}) == "https://x.vn/a?b#c"


def test_vietnamese_values_are_encoded() -> None:
    assert with_utm("https://x.vn", {"campaign": "Đắk Tô & 10/10"}).isascii()


@given(
    st.from_regex(
        r"https://x\.vn(/[a-z]{0,3}){0,2}(\?[a-z=&]{0,8})?(#[a-z?=]{0,5})?", fullmatch=True
    ),
    st.dictionaries(st.sampled_from(["source", "medium", "campaign"]), st.text(max_size=5)),
)
def test_twice_is_once(link: str, utm: dict[str, str]) -> None:
    once = with_utm(link, utm)
    assert with_utm(once, utm) == once
    assert once.partition("#")[2] == link.partition("#")[2]
    assert once.startswith(link.partition("#")[0])


@pytest.mark.parametrize(
    ("link", "good"),
    [
        ("https://dichvucong.gov.vn/a?b=c#d", True),
        ("http://127.0.0.1:8080/x", True),
        ("dichvucong.gov.vn", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://[x", False),
        ("https://x.vn/a b", False),
    ],
)
def test_only_web_links_are_links(link: str, good: bool) -> None:
    assert is_web_link(link) is good
