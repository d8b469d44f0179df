"""Devices whose signature counts, and who brought in what a device of somebody else had captured."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.store.base import Base, BigId, Id, Moment, Word


class DeviceKeyRow(Base):
    """The public half of a key that never leaves one browser of one account."""

    __tablename__ = "device_keys"

    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    """RFC 7638 thumbprint"""
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id"), index=True)
    x: Mapped[str] = mapped_column(String(43))
    y: Mapped[str] = mapped_column(String(43))
    """the point on P-256, base64url"""
    session_salt: Mapped[str] = mapped_column(String(32))
    """that of the account when it enrolled the key: ending all sessions ends the key as well"""
    enrolled_at_utc: Mapped[Moment]


class EventCarrierRow(Base):
    """Who brought in an event by a file; the event's own actor stays its author. Append-only."""

    __tablename__ = "event_carriers"

    seq: Mapped[int] = mapped_column(BigId, ForeignKey("events.seq"), primary_key=True, autoincrement=False)
    carrier_id: Mapped[Id] = mapped_column(index=True)
    key_id: Mapped[str] = mapped_column(String(43))
    """that signed the file"""
    vouched_by: Mapped[Word]
    """key: it was enrolled by the author · author: the author was signed in"""
    file_sha256: Mapped[str] = mapped_column(String(64))
    carried_at_utc: Mapped[Moment]
