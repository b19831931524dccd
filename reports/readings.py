"""The newest reading of each publication."""

from __future__ import annotations

from sqlmodel import Session, col, func, select

from models import Publication, Reading


def latest(session: Session, unit: str | None = None) -> dict[int, Reading]:
    """The newest reading of each publication, of one unit or of all."""
    newest = select(func.max(col(Reading.id))).group_by(col(Reading.publication_id))
    query = select(Reading).where(col(Reading.id).in_(newest))
    if unit is not None:
        query = query.join(Publication).where(Publication.unit == unit)
    return {reading.publication_id: reading for reading in session.exec(query)}
