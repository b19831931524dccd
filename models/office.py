"""The office: who works in it, the plan it goes by, what was done by hand."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store import UtcDateTime


class Role(StrEnum):
    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    APPROVER = "approver"
    LEADER = "leader"
    ADMIN = "admin"


class Staff(SQLModel, table=True):
    """A member of staff of a unit. Removed ones stay, inactive: what they did keeps its name."""

    __table_args__ = (UniqueConstraint("unit", "name"),)

    id: int = Field(default=None, primary_key=True)
    unit: str = Field(index=True)
    name: str
    role: Role = Field(sa_type=String)
    active: bool = True
    added_at: datetime = Field(sa_type=UtcDateTime)


class PlanVersion(SQLModel, table=True):
    """A plan as it was put into the office, word for word; a unit goes by its current one."""

    __tablename__ = "plan_version"
    __table_args__ = (
        Index(
            "one_current_plan",
            "unit",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    unit: str = Field(index=True)
    slug: str
    digest: str
    toml: str = Field(sa_type=Text)
    used_at: datetime = Field(sa_type=UtcDateTime)
    current: bool = True


class Deed(SQLModel, table=True):
    """Something that was done by hand for a task, entered by a named member of staff."""

    id: int = Field(default=None, primary_key=True)
    unit: str = Field(index=True)
    task: str = Field(index=True)
    slot: str | None = None
    on: date = Field(sa_column_kwargs={"name": "done_on"})
    evidence: str  # a link, or media/{digest}.{ext}
    staff_id: int = Field(foreign_key="staff.id")
    entered_at: datetime = Field(sa_type=UtcDateTime)
