import re
from datetime import timedelta

import pytest

from sandbox.walls import ago
from tests.sandbox.clients import Bot, Graph, Zalo
from tests.sandbox.conftest import NOW, World

NOTICE = "không phải trang thật"


def fill(world: World) -> None:
    Zalo(world).published(title="Bài <script>trên</script> Zalo")
    Graph(world).photo(caption="Ảnh <b>trên</b> Facebook")
    Bot(world).send("Tin trên <i>Telegram</i> https://xa.vn/a?b=1&c=2", parse_mode="HTML")


def test_the_index_shows_the_three_side_by_side(world: World) -> None:
    fill(world)
    html = world.http.get(world.url).text
    assert NOTICE in html
    assert [html.count(f'class="column {name}"') for name in ("zalo", "facebook", "telegram")] == [
        1, 1, 1,
    ]  # fmt: skip
    assert html.count("<article") == 3


@pytest.mark.parametrize(
    ("service", "shown"),
    [
        ("zalo", "Bài &lt;script&gt;trên&lt;/script&gt; Zalo"),
        ("facebook", "Ảnh &lt;b&gt;trên&lt;/b&gt; Facebook"),
        ("telegram", "Tin trên <i>Telegram</i>"),
    ],
)
def test_a_wall_is_escaped_and_marked(world: World, service: str, shown: str) -> None:
    fill(world)
    answer = world.http.get(f"{world.url}/wall/{service}")
    assert shown in answer.text
    assert NOTICE in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/wall/zalo", "/wall/facebook", "/wall/telegram"])
def test_a_wall_needs_nothing_from_outside(world: World, path: str) -> None:
    fill(world)
    html = world.http.get(world.url + path).text
    sources = re.findall(r'(?:src|href)="([^"]+)"', html)
    outside = [s for s in sources if not s.startswith(("/", "#", "data:"))]
    assert set(outside) <= {"https://xa.vn/a?b=1&amp;c=2"}
    for picture in re.findall(r'src="(/_sandbox/media/[^"]+)"', html):
        assert world.http.get(world.url + picture).headers["Content-Type"] == "image/jpeg"


def test_newest_first_and_growing(world: World) -> None:
    bot = Bot(world)
    for text in ("Tin cũ", "Tin mới"):
        bot.send(text)
        world.later(hours=1)
    page = f"{world.url}/wall/telegram?part=1"
    early = world.http.get(page).text
    assert early.index("Tin mới") < early.index("Tin cũ")
    world.later(days=3)
    assert world.http.get(page).text != early
    assert "<html" not in early


def test_a_link_leads_to_the_wall(world: World) -> None:
    fill(world)
    for post in world.sandbox.posts():
        page, _, anchor = post.url.partition("#")
        assert f'id="{anchor}"' in world.http.get(page).text


def test_an_unknown_page_is_404(world: World) -> None:
    for path in ("/wall/tiktok", "/nothing"):
        assert world.http.get(world.url + path).status_code == 404


def test_how_long_ago() -> None:
    def said(**before: float) -> str:

        return ago(NOW - timedelta(**before), NOW)

    assert said(seconds=5) == "Vừa xong"
    assert said(minutes=5) == "5 phút trước"
    assert said(hours=5) == "5 giờ trước"
    assert said(days=5) == "5 ngày trước"
    assert said(days=9) == "05/07/2025"
