"""Ids the server makes: UUIDs of version 7 (RFC 9562), so that rows made later sort later."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime


def fresh_id(now: datetime) -> str:
    """A lower-case UUIDv7 of the moment `now` (aware): 48 bits of milliseconds, the rest from the system's CSPRNG."""
    milliseconds = int(now.timestamp() * 1000) & (2**48 - 1)
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))
