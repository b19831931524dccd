"""The nouns: every table, and nothing else. Rules live in the folder that owns them."""

from models.content import Draft, DraftState, Item, Kind
from models.ledger import (
    Ask,
    Attempt,
    ChannelState,
    FollowerCount,
    Heartbeat,
    Notice,
    Publication,
    Reading,
    SendState,
    Token,
)
from models.office import Deed, PlanVersion, Role, Staff

__all__ = [
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
    "PlanVersion",
    "Publication",
    "Reading",
    "Role",
    "SendState",
    "Staff",
    "Token",
]
