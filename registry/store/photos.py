"""Photos that came after their event: erasable, linked from the hashed body by the salted digest of their names."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.store.base import Base, Moment
from registry.store.events import EventPrivateRow


class EventPhotoRow(Base):
    """One JPEG beside an event."""

    __tablename__ = "event_photos"

    event_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_at_utc: Mapped[Moment]


def announcement(session: Session, event_id: str) -> EventPrivateRow | None:
    """The row that names the event's photos, held until the transaction ends: who erases it waits, or has been."""
    query = select(EventPrivateRow).where(EventPrivateRow.event_id == event_id, EventPrivateRow.kind == "photo")
    return session.scalars(query.with_for_update()).first()


def photo(session: Session, event_id: str, sha256: str) -> EventPhotoRow | None:
    """One photo, with its bytes."""
    return session.get(EventPhotoRow, (event_id, sha256))


def arrived(session: Session, event_ids: Collection[str]) -> Sequence[tuple[str, str]]:
    """(event, SHA-256) of the photos that are here; no bytes."""
    query = select(EventPhotoRow.event_id, EventPhotoRow.sha256).where(EventPhotoRow.event_id.in_(event_ids))
    return [(event, digest) for event, digest in session.execute(query.order_by("event_id", "recorded_at_utc"))]


def erase(session: Session, event_id: str) -> None:
    """Delete the photos of one event."""
    session.execute(delete(EventPhotoRow).where(EventPhotoRow.event_id == event_id))
