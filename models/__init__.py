"""The nouns: every table, and nothing else. Rules live in the folder that owns them."""

from models.content import Draft, DraftState, Item, Kind
from models.ledger import (
    ANNOUNCE,
    CHANGED,
    STATE_NAMES,
    Ask,
    Attempt,
    ChannelState,
    FollowerCount,
    Heartbeat,
    Notice,
    PendingLink,
    Publication,
    ReactionCount,
    Reading,
    SendState,
    Token,
)
from models.office import Deed, PlanVersion, Role, Staff

__all__ = [
    "ANNOUNCE",
    "CHANGED",
    "STATE_NAMES",
    "Ask",
    "Attempt",
    "ChannelState",
    "Deed",
    "Draft",
    "DraftState",
    "FollowerCount",
    "Heartbeat",
    "Item",
    "Kind",
    "Notice",
    "PendingLink",
    "PlanVersion",
    "Publication",
    "ReactionCount",
    "Reading",
    "Role",
    "SendState",
    "Staff",
    "Token",
]
