"""Organisations, their sites and licences, and the accounts that act for them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.store.base import Base, BigId, Id, IdKey, Moment, Name, Word


class OrganisationRow(Base):
    __tablename__ = "organisations"

    id: Mapped[IdKey]
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)
    name_zh: Mapped[Name]
    name_en: Mapped[Name]
    kind: Mapped[Word]
    """a word of domain.parties.ORGANISATION_KINDS"""
    illustrative: Mapped[bool] = mapped_column(default=False)
    created_at_utc: Mapped[Moment]


class SiteRow(Base):
    __tablename__ = "sites"

    id: Mapped[IdKey]
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisations.id"), index=True)
    name_zh: Mapped[Name]
    name_en: Mapped[Name]
    kind: Mapped[Word]
    """a word of domain.parties.SITE_KINDS"""
    division_code: Mapped[str] = mapped_column(String(6), index=True)
    streams: Mapped[str] = mapped_column(Text, default="")
    """stream codes taken here, blank-separated, sorted"""
    longitude: Mapped[Decimal | None] = mapped_column(Numeric(9, 6, asdecimal=True))
    latitude: Mapped[Decimal | None] = mapped_column(Numeric(9, 6, asdecimal=True))
    illustrative: Mapped[bool] = mapped_column(default=False)
    closed_at_utc: Mapped[Moment | None]
    created_at_utc: Mapped[Moment]


class LicenceRow(Base):
    """What a site may do, from when to when (half-open)."""

    __tablename__ = "licences"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="window"),)

    id: Mapped[IdKey]
    site_id: Mapped[Id] = mapped_column(ForeignKey("sites.id"), index=True)
    number: Mapped[Name]
    process: Mapped[Word]
    """a process code of registry/data/processes.csv, or '*'"""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class UserRow(Base):
    __tablename__ = "users"

    id: Mapped[IdKey]
    name: Mapped[str] = mapped_column(String(80), unique=True)
    """sign-in name, lower case"""
    password_hash: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"))
    """where this person usually stands"""
    role: Mapped[Word]
    division_code: Mapped[str | None] = mapped_column(String(6))
    """a regulator's division"""
    language: Mapped[str] = mapped_column(String(5), default="zh")
    session_salt: Mapped[str] = mapped_column(String(32))
    """part of every session; a new one signs all devices out"""
    disabled_at_utc: Mapped[Moment | None]
    created_at_utc: Mapped[Moment]


class ApiKeyRow(Base):
    """A machine's key: only its SHA-256 is kept; the first 8 characters find it."""

    __tablename__ = "api_keys"

    id: Mapped[IdKey]
    prefix: Mapped[str] = mapped_column(String(8), index=True)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[Name]
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[Word]
    division_code: Mapped[str | None] = mapped_column(String(6))
    scopes: Mapped[str] = mapped_column(Text)
    """blank-separated: read capture report admin"""
    created_at_utc: Mapped[Moment]
    revoked_at_utc: Mapped[Moment | None]


class CodeRollRow(Base):
    """A set of pre-issued registry codes handed to a site as labels."""

    __tablename__ = "code_rolls"

    id: Mapped[IdKey]
    site_id: Mapped[Id] = mapped_column(ForeignKey("sites.id"), index=True)
    issued_by: Mapped[Id]
    issued_at_utc: Mapped[Moment]
    count: Mapped[int]


class IssuedCodeRow(Base):
    """Every registry code ever drawn, on a roll or for a batch: a draw that hits one is drawn again."""

    __tablename__ = "issued_codes"
    __table_args__ = (Index("ix_issued_codes_roll", "roll_id"),)

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    roll_id: Mapped[str | None] = mapped_column(ForeignKey("code_rolls.id"))


class RefusalRow(Base):
    """The audit of refused attempts; written on a connection of its own."""

    __tablename__ = "refusals"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at_utc: Mapped[Moment] = mapped_column(index=True)
    actor_id: Mapped[str | None] = mapped_column(String(36), index=True)
    operation: Mapped[Word]
    code: Mapped[Word]
    subject: Mapped[str | None] = mapped_column(String(80))
