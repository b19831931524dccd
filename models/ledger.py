"""The ledger: publications are the queue; what was tried, what came back, who must be told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from store import UtcDateTime

ANNOUNCE = "announce"  # the occurrence of a broadcast
CHANGED = "Nội dung đã đổi sau khi duyệt; hãy gửi duyệt lại."  # why it left the queue


class SendState(StrEnum):
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    REJECTED = "rejected"
    UNKNOWN = "unknown"  # perhaps public: looked up, never sent again by itself
    ASKED = "asked"  # a person must say
    CANCELLED = "cancelled"


STATE_NAMES = {
    SendState.DUE: "chờ đến giờ",
    SendState.SENDING: "đang gửi",
    SendState.SENT: "đã đăng",
    SendState.REJECTED: "bị từ chối",
    SendState.UNKNOWN: "chưa rõ, đang tìm",
    SendState.ASKED: "chờ người trả lời",
    SendState.CANCELLED: "đã hủy",
}


class Ask(StrEnum):
    UNKNOWN = "unknown"  # look-up could not tell
    LATE = "late"  # overdue for so long that a person decides
    MANUAL = "manual"  # do it, and give evidence
    ANNOUNCE = "announce"  # a broadcast awaits a yes


class Publication(SQLModel, table=True):
    """One item, one channel, one time.

    `due_at` is the planned time and never moves by itself; `next_at` is when to try (again).
    A row that the service is still working on is `sending` with `resume_at` set and no lease.
    `fence` grows with each claim: a worker that lost its lease can no longer write.
    """

    __table_args__ = (
        UniqueConstraint("hash", "channel", "occurrence"),
        Index("publication_queue", "channel", "state", "next_at"),
    )

    id: int = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="item.id", index=True)
    unit: str = Field(index=True)
    hash: str
    channel: str
    occurrence: str  # "once", a slot id, or "announce"
    title: str
    task: str | None = Field(default=None, index=True)
    slot: str | None = None
    follows: int | None = Field(default=None, foreign_key="publication.id")
    due_at: datetime = Field(sa_type=UtcDateTime)
    next_at: datetime = Field(sa_type=UtcDateTime)
    state: SendState = Field(default=SendState.DUE, sa_type=String, index=True)
    ask: Ask | None = Field(default=None, sa_type=String)
    reason: str = Field(default="", sa_type=Text)
    forced: bool = False  # a person said "send": the late policy no longer asks
    fence: int = 0
    worker: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resume_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    first_try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tries: int = 0
    absences: int = 0
    ids: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    remote_id: str | None = None
    url: str | None = None
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settle_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    settle_round: int = 0
    measure_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    measure_round: int = 0


class Attempt(SQLModel, table=True):
    """One try to send, written before the first byte leaves; no outcome: it was cut short."""

    id: int = Field(default=None, primary_key=True)
    publication_id: int = Field(foreign_key="publication.id", index=True)
    fence: int
    worker: str
    hash: str
    at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = None
    reason: str = Field(default="", sa_type=Text)


class Reading(SQLModel, table=True):
    """A publication's engagement as its channel told it at one moment; None is "not told"."""

    id: int = Field(default=None, primary_key=True)
    publication_id: int = Field(foreign_key="publication.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    views: int | None = None
    reactions: int | None = None
    comments: int | None = None
    shares: int | None = None


class FollowerCount(SQLModel, table=True):
    __tablename__ = "follower_count"
    __table_args__ = (Index("followers_of_channel", "channel", "at"),)

    id: int = Field(default=None, primary_key=True)
    channel: str
    at: datetime = Field(sa_type=UtcDateTime)
    followers: int


class ChannelState(SQLModel, table=True):
    """What holds a channel back. Its row is also the lock under which the channel is claimed."""

    __tablename__ = "channel_state"

    channel: str = Field(primary_key=True)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # rate, spread
    held: str | None = None  # why the channel is cut off, for people
    held_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    counted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # followers, daily
    heard_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    mark: str = ""  # where the next hearing of its updates begins


class ReactionCount(SQLModel, table=True):
    """The newest count of a message's reactions, where a service tells it only as it changes."""

    __tablename__ = "reaction_count"

    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    reactions: int
    at: datetime = Field(sa_type=UtcDateTime)


class Token(SQLModel, table=True):
    """A channel's tokens, encrypted; the lock lets one process refresh at a time."""

    channel: str = Field(primary_key=True)
    access: str = Field(default="", sa_type=Text)
    refresh: str = Field(default="", sa_type=Text)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    locked_by: str | None = None
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PendingLink(SQLModel, table=True):
    """A connection that an admin was asked to allow; `verifier` is encrypted with the office key.

    Between the command that asked and the web process that hears the answer there is only this.
    """

    __tablename__ = "pending_link"

    state: str = Field(primary_key=True)
    channel: str
    verifier: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)


class Heartbeat(SQLModel, table=True):
    worker: str = Field(primary_key=True)
    roles: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    at: datetime = Field(sa_type=UtcDateTime)


class Notice(SQLModel, table=True):
    """Something that people of a unit must be told, once; `key` names the occasion."""

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    unit: str = Field(index=True)
    to: str = Field(sa_column_kwargs={"name": "told_to"})  # a staff name, or a role
    text: str = Field(sa_type=Text)
    publication_id: int | None = Field(default=None, foreign_key="publication.id")
    draft_id: int | None = Field(default=None, foreign_key="draft.id")
    at: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
