"""From a draft to an item: what is being written, and what was approved."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlmodel import Field, SQLModel

from store import UtcDateTime


class Kind(StrEnum):
    """What a thing is (contracts §3)."""

    TIN = "tin"
    BAI = "bai"
    BAN_TIN = "ban_tin"
    PHAT_THANH = "phat_thanh"
    INFOGRAPHIC = "infographic"
    AP_PHICH = "ap_phich"
    KHAU_HIEU = "khau_hieu"
    THONG_BAO = "thong_bao"
    HUONG_DAN = "huong_dan"
    CANH_BAO = "canh_bao"
    DINH_CHINH = "dinh_chinh"
    THU_HOI = "thu_hoi"


class DraftState(StrEnum):
    WRITING = "writing"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    DROPPED = "dropped"


class Draft(SQLModel, table=True):
    """Text and media being written; may change.

    `media` are file names in the media folder ({sha256}.{ext}); `at` is the time asked for, None
    is "at its slot, else at once". `author_id` is None while only a maker has touched it.
    """

    id: int = Field(default=None, primary_key=True)
    unit: str = Field(index=True)
    kind: Kind = Field(sa_type=String)
    title: str
    body: str = Field(sa_type=Text)
    task: str | None = Field(default=None, index=True)
    slot: str | None = Field(default=None, index=True)
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    channels: list[str] = Field(default_factory=list, sa_type=JSON)
    variants: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    media: list[str] = Field(default_factory=list, sa_type=JSON)
    figures: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    topics: list[str] = Field(default_factory=list, sa_type=JSON)
    language: str = "vi"
    state: DraftState = Field(default=DraftState.WRITING, sa_type=String, index=True)
    author_id: int | None = Field(default=None, foreign_key="staff.id")
    note: str = ""  # what the reviewer asked for, or what a maker found missing
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class Item(SQLModel, table=True):
    """What was approved, frozen: `content` is all that will be sent, `hash` its sha256.

    `channels` are the configured channels it goes to. Nothing here ever changes.
    """

    id: int = Field(default=None, primary_key=True)
    draft_id: int = Field(foreign_key="draft.id", index=True)
    unit: str = Field(index=True)
    hash: str = Field(index=True)
    content: dict[str, Any] = Field(sa_type=JSON)
    task: str | None = None
    slot: str | None = None
    approved_by: int = Field(foreign_key="staff.id")
    approved_at: datetime = Field(sa_type=UtcDateTime)
