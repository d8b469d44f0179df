"""Photos that trickle after their event: taken once the event is known, and only those it announced."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import datetime

from PIL import Image
from sqlalchemy.orm import Session

from registry.domain.parties import Actor
from registry.domain.photos import announced, examine
from registry.domain.refusals import Refusal
from registry.services.canonical import digest
from registry.services.events import event_row, share
from registry.store import photos
from registry.store.events import EventRow
from registry.store.photos import EventPhotoRow


def keep_photo(session: Session, *, actor: Actor, event_id: str, sha256: str, data: bytes, now: datetime) -> None:
    """Keep one photo beside the event; the same bytes again are harmless.

    For the organisation whose event it is. Refusals: not_found, photo_differs (the bytes have another digest),
    photo_not_announced (the event named no such photo, or its announcement was erased), and those of `examine`.
    """
    row = event_row(session, actor=actor, event_id=event_id)
    if actor.organisation_id != row.organisation_id:
        raise Refusal("not_found", what="event")
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Refusal("photo_differs")
    if sha256 not in _announced(session, row):
        raise Refusal("photo_not_announced", event=event_id)
    if photos.photo(session, event_id, sha256) is not None:
        return
    examine(data)
    _opens(data)
    session.add(EventPhotoRow(event_id=event_id, sha256=sha256, data=data, recorded_at_utc=now))
    session.flush()


def _announced(session: Session, row: EventRow) -> tuple[str, ...]:
    """The digests behind the salted one in the hashed body; none where they were erased or do not match it."""
    note = photos.announcement(session, row.id)
    linked = json.loads(row.body).get("private", {}).get("photo")
    if note is None or digest(note.salt, note.value) != linked:
        return ()
    return announced(note.value)


def _opens(data: bytes) -> None:
    """Unpack it once. Its pixels and scans are bounded by `examine`. Refusal image_truncated."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
            picture.load()
    except (OSError, ValueError, SyntaxError):
        raise Refusal("image_truncated") from None


def read_photo(session: Session, *, actor: Actor, event_id: str, sha256: str) -> bytes:
    """The JPEG, for who sees the event in full. Refusal not_found."""
    row = event_row(session, actor=actor, event_id=event_id)
    found = photos.photo(session, event_id, sha256) if share(session, actor=actor, row=row) is None else None
    if found is None:
        raise Refusal("not_found", what="photo")
    return found.data
