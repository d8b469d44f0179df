"""People who sign in: argon2 passwords, roles, and a salt in every session that can be changed to end them all.

Passwords are hashed by argon2id with the library's own cost. A wrong name costs as much time as a wrong password and
is refused with the same code, so that names cannot be counted.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain import divisions
from registry.domain.parties import ROLES, Actor
from registry.domain.refusals import Refusal
from registry.services.ids import fresh_id
from registry.store.parties import OrganisationRow, SiteRow, UserRow

PASSWORD_MIN = 10
PASSWORD_MAX = 200
"""A longer one would only cost time."""
NAME_MAX = 80
LANGUAGES = ("zh", "en")
_HASHER = PasswordHasher()


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_hex(16))


def create_user(
    session: Session,
    *,
    name: str,
    password: str,
    role: str,
    now: datetime,
    organisation_id: str | None = None,
    site_id: str | None = None,
    division_code: str | None = None,
    language: str = "zh",
) -> Actor:
    """A new account. Names are lower case and unique.

    Refusals: name_malformed, name_taken, password_too_short, password_too_long, unknown_role, unknown_organisation,
    unknown_site, unknown_division, organisation_needed, division_needed.
    """
    if role not in ROLES or role == "anonymous":
        raise Refusal("unknown_role", role=role)
    if find_user(session, name) is not None:
        raise Refusal("name_taken", name=_folded(name))
    check_belonging(session, role=role, organisation_id=organisation_id, division_code=division_code)
    if site_id is not None and session.get(SiteRow, site_id) is None:
        raise Refusal("unknown_site", site=site_id)
    row = UserRow(
        id=fresh_id(now),
        name=_folded(name),
        password_hash=_hashed(password),
        organisation_id=organisation_id,
        site_id=site_id,
        role=role,
        division_code=division_code,
        language=language if language in LANGUAGES else "zh",
        session_salt=secrets.token_hex(16),
        disabled_at_utc=None,
        created_at_utc=now,
    )
    session.add(row)
    session.flush()
    return actor_of(row)


_NEEDS_ORGANISATION = frozenset({"collector", "operator", "inspector", "producer", "pro"})


def check_belonging(session: Session, *, role: str, organisation_id: str | None, division_code: str | None) -> None:
    """Who acts for a party names it; a regulator names a division. Refusals as in `create_user`."""
    if organisation_id is None and role in _NEEDS_ORGANISATION:
        raise Refusal("organisation_needed", role=role)
    if organisation_id is not None and session.get(OrganisationRow, organisation_id) is None:
        raise Refusal("unknown_organisation", organisation=organisation_id)
    if division_code is None and role == "regulator":
        raise Refusal("division_needed", role=role)
    if division_code is not None:
        divisions.division(division_code)


def sign_in(session: Session, *, name: str, password: str) -> tuple[Actor, str]:
    """The account behind a name and password, and the salt its session must carry. Refusal: sign_in_failed."""
    row = find_user(session, name)
    known = row.password_hash if row is not None else _nobodys_hash()
    if not _matches(known, password) or row is None or row.disabled_at_utc is not None:
        raise Refusal("sign_in_failed")
    if _HASHER.check_needs_rehash(row.password_hash):
        row.password_hash = _HASHER.hash(password)
    return actor_of(row), row.session_salt


def actor_of_session(session: Session, *, user_id: str, salt: str) -> Actor | None:
    """The account a session names; None once it is disabled or its sessions were ended."""
    row = session.get(UserRow, user_id)
    if row is None or row.disabled_at_utc is not None or not secrets.compare_digest(row.session_salt, salt):
        return None
    return actor_of(row)


def actor_of(row: UserRow) -> Actor:
    """The value of an account row."""
    return Actor(
        id=row.id,
        role=row.role,
        kind="user",
        organisation_id=row.organisation_id,
        division_code=row.division_code,
        site_id=row.site_id,
        name=row.name,
        language=row.language,
    )


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account in a list."""

    actor: Actor
    created_at: datetime
    disabled_at: datetime | None


def users(session: Session) -> Sequence[Account]:
    """All accounts by name."""
    return [
        Account(actor=actor_of(row), created_at=row.created_at_utc, disabled_at=row.disabled_at_utc)
        for row in session.scalars(select(UserRow).order_by(UserRow.name))
    ]


def find_user(session: Session, name: str) -> UserRow | None:
    """The account with this sign-in name, in any case."""
    return session.scalars(select(UserRow).where(UserRow.name == _folded(name))).first()


def user_named(session: Session, name: str) -> Actor:
    """The account with this sign-in name. Refusal: unknown_user."""
    row = find_user(session, name)
    if row is None:
        raise Refusal("unknown_user", name=_folded(name))
    return actor_of(row)


def set_password(session: Session, *, user_id: str, password: str) -> None:
    """A new password, which also ends every session of the account. Refusals: unknown_user, password_too_short."""
    row = _user(session, user_id)
    row.password_hash = _hashed(password)
    row.session_salt = secrets.token_hex(16)


def change_password(session: Session, *, user_id: str, old: str, new: str) -> str:
    """The account's own wish: needs the old password. Returns the new salt. Refusals: sign_in_failed and as above."""
    row = _user(session, user_id)
    if not _matches(row.password_hash, old):
        raise Refusal("sign_in_failed")
    set_password(session, user_id=user_id, password=new)
    return row.session_salt


def set_language(session: Session, *, user_id: str, language: str) -> None:
    """zh or en, on every device. Refusals: unknown_user, unknown_language."""
    if language not in LANGUAGES:
        raise Refusal("unknown_language", language=language)
    _user(session, user_id).language = language


def disable_user(session: Session, *, user_id: str, now: datetime) -> None:
    """No sign-in any more, and every session ends; what the account did stays its own. Refusal: unknown_user."""
    row = _user(session, user_id)
    row.disabled_at_utc = row.disabled_at_utc or now
    row.session_salt = secrets.token_hex(16)


def _user(session: Session, user_id: str) -> UserRow:
    row = session.get(UserRow, user_id)
    if row is None:
        raise Refusal("unknown_user", user=user_id)
    return row


def _folded(name: str) -> str:
    folded = name.strip().lower()
    if not 0 < len(folded) <= NAME_MAX or not folded.isprintable():
        raise Refusal("name_malformed", longest=NAME_MAX)
    return folded


def _hashed(password: str) -> str:
    if len(password) < PASSWORD_MIN:
        raise Refusal("password_too_short", shortest=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        raise Refusal("password_too_long", longest=PASSWORD_MAX)
    return _HASHER.hash(password)


def _matches(password_hash: str, password: str) -> bool:
    if len(password) > PASSWORD_MAX:
        return False
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
