"""The nouns: every table, and nothing else. Rules live in the folder that owns them."""

from models.office import Deed, PlanVersion, Role, Staff

__all__ = ["Deed", "PlanVersion", "Role", "Staff"]
