"""An office whose channels are in memory, and the table in which a measurement is told."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime
from pathlib import Path

import app as loa
import config
from content import drafts, people, review
from content.draft_file import NewDraft
from models import Kind, Role

CONFIG = """[loa]
database = "sqlite:///data/loa.db"
media = "data/media"
secret_key = "file:data/key"
[[units]]
id = "xa"
name = "UBND xã"
"""
BODY = "Từ ngày 01/7, bà con nộp hồ sơ tại Trung tâm Phục vụ hành chính công xã. " * 8


def now() -> datetime:
    return datetime.now(UTC)


def memory_office(folder: Path, channels: int) -> loa.App:
    """SQLite at `synchronous=FULL`, and channels `thu-0` … that keep posts in lists."""
    (folder / "data").mkdir()
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    (folder / "data" / "key").write_text(key)
    tables = (f'[units.channels.thu-{i}]\nkind = "memory"\n' for i in range(channels))
    (folder / "config.toml").write_text(CONFIG + "".join(tables), encoding="utf-8")
    app = loa.open_office(config.load(folder / "config.toml"), now, {})
    with app.store.writing() as session:
        people.add(session, "xa", "Chị Lan", Role.EDITOR, now())
        people.add(session, "xa", "Anh Minh", Role.APPROVER, now())
    return app


def approve(app: loa.App, count: int, at: datetime | None = None) -> None:
    """Write and approve so many items, one publication each, over the channels in turn."""
    names = list(app.lanes)
    with app.store.writing() as session:
        office = app.office(session, app.config.units[0])
        writer, approver = (people.named(session, name) for name in ("Chị Lan", "Anh Minh"))
        for i in range(count):
            new = NewDraft(
                Kind.TIN, f"Tin số {i}", f"Tin số {i}. {BODY}", channels=(names[i % len(names)],)
            )
            draft = drafts.add(session, office, new, writer, now()).draft
            review.submit(session, office, draft, writer, now(), app.limits())
            review.approve(session, office, draft, approver, now(), at)


def table(title: str, *rows: tuple[str, str, str, str]) -> None:
    """Each row: what was measured, the figure, the budget, figure by budget or floor."""
    print(title)
    for row in (("", "measured", "budget", "ratio"), *rows):
        print(f"  {row[0]:34} {row[1]:>12} {row[2]:>12} {row[3]:>8}")
