"""Keys of machines: shown once, kept as SHA-256, narrowed by scopes, revocable at once.

A key is 256 random bits, so a plain hash is enough: there is nothing to guess that stretching would slow down.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select, true
from sqlalchemy.orm import Session

from registry.domain.parties import ROLES, Actor
from registry.domain.refusals import Refusal
from registry.services.accounts import check_belonging
from registry.services.ids import fresh_id
from registry.store.parties import ApiKeyRow

MARK = "hl_"
"""So that a key that leaked into a file or a log is recognised as one."""
PREFIX = 8
SCOPES = ("read", "capture", "report", "admin")
NAME_MAX = 200
_BY_DIGEST = select(ApiKeyRow).where(ApiKeyRow.secret_sha256 == bindparam("digest"))


@dataclass(frozen=True, kw_only=True)
class Key:
    """What is known of a key once its secret was handed over."""

    id: str
    prefix: str
    name: str
    organisation_id: str | None
    role: str
    division_code: str | None
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


def issue_key(
    session: Session,
    *,
    name: str,
    role: str,
    scopes: Collection[str],
    now: datetime,
    organisation_id: str | None = None,
    division_code: str | None = None,
) -> tuple[Key, str]:
    """A new key and its secret text, which is not kept.

    Refusals: name_malformed, unknown_role, unknown_scope, and those of `accounts.check_belonging`.
    """
    if role not in ROLES or role == "anonymous":
        raise Refusal("unknown_role", role=role)
    if not scopes or set(scopes) - set(SCOPES):
        raise Refusal("unknown_scope", scopes=sorted(scopes), known=list(SCOPES))
    if not 0 < len(name.strip()) <= NAME_MAX:
        raise Refusal("name_malformed", longest=NAME_MAX)
    check_belonging(session, role=role, organisation_id=organisation_id, division_code=division_code)
    secret = secrets.token_urlsafe(32)
    row = ApiKeyRow(
        id=fresh_id(now),
        prefix=secret[:PREFIX],
        secret_sha256=_digest(MARK + secret),
        name=name.strip(),
        organisation_id=organisation_id,
        role=role,
        division_code=division_code,
        scopes=" ".join(scope for scope in SCOPES if scope in scopes),
        created_at_utc=now,
        revoked_at_utc=None,
    )
    session.add(row)
    session.flush()
    return _key(row), MARK + secret


def actor_of_key(session: Session, *, key: str) -> Actor:
    """Who a key acts for. Refusals: key_unknown, key_revoked."""
    row = session.scalars(_BY_DIGEST, {"digest": _digest(key)}).first()
    if row is None:
        raise Refusal("key_unknown")
    if row.revoked_at_utc is not None:
        raise Refusal("key_revoked", prefix=row.prefix)
    return Actor(
        id=row.id,
        role=row.role,
        kind="key",
        organisation_id=row.organisation_id,
        division_code=row.division_code,
        scopes=frozenset(row.scopes.split()),
        name=row.name,
    )


def keys(
    session: Session, *, among: ColumnElement[bool] | None = None, after: str | None = None, limit: int = 1000
) -> Sequence[Key]:
    """Keys by age; `among` narrows by a condition of `visibility`, `after` is the last id seen."""
    query = select(ApiKeyRow).where(true() if among is None else among).order_by(ApiKeyRow.id).limit(limit)
    if after is not None:
        query = query.where(ApiKeyRow.id > after)
    return [_key(row) for row in session.scalars(query)]


def revoke_key(session: Session, *, key_id: str, now: datetime, among: ColumnElement[bool] | None = None) -> Key:
    """End a key, by id or by the prefix people see; `among` as in `keys`.

    Revoking again changes nothing. Refusal: unknown_key.
    """
    query = select(ApiKeyRow).where((ApiKeyRow.id == key_id) | (ApiKeyRow.prefix == key_id))
    found = session.scalars(query.where(true() if among is None else among)).all()
    if len(found) != 1:
        raise Refusal("unknown_key", key=key_id)
    found[0].revoked_at_utc = found[0].revoked_at_utc or now
    session.flush()
    return _key(found[0])


def _key(row: ApiKeyRow) -> Key:
    return Key(
        id=row.id,
        prefix=row.prefix,
        name=row.name,
        organisation_id=row.organisation_id,
        role=row.role,
        division_code=row.division_code,
        scopes=tuple(row.scopes.split()),
        created_at=row.created_at_utc,
        revoked_at=row.revoked_at_utc,
    )


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
