"""Accounts and keys: who may be somebody, and until when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.refusals import Refusal
from registry.services import accounts, keys, visibility
from registry.store.parties import ApiKeyRow, UserRow
from tests.ledgers import World, an_id, build

NOW = datetime(2025, 3, 10, tzinfo=UTC)
PASSWORD = "a long enough password"


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def _user(session: Session, **more: str | None) -> str:
    given = {"name": "li", "password": PASSWORD, "role": "collector", "organisation_id": an_id("point")} | more
    return accounts.create_user(session, now=NOW, **given).id  # type: ignore[arg-type]


def test_a_password_is_kept_as_argon2id_and_nowhere_else(world: World) -> None:
    _user(world.session)
    row = world.session.scalars(select(UserRow)).one()
    assert row.password_hash.startswith("$argon2id$")
    assert PASSWORD not in str(vars(row))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"password": "short"}, "password_too_short"),
        ({"password": "x" * 201}, "password_too_long"),
        ({"name": " "}, "name_malformed"),
        ({"name": "a\x07b"}, "name_malformed"),
        ({"role": "anonymous"}, "unknown_role"),
        ({"role": "emperor"}, "unknown_role"),
        ({"organisation_id": None}, "organisation_needed"),
        ({"organisation_id": "nobody"}, "unknown_organisation"),
        ({"site_id": "nowhere"}, "unknown_site"),
        ({"role": "regulator"}, "division_needed"),
        ({"role": "regulator", "division_code": "999999"}, "unknown_division"),
    ],
)
def test_an_account_that_cannot_be_is_refused(world: World, given: dict[str, str | None], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        _user(world.session, **given)
    assert world.session.scalars(select(UserRow)).all() == []


def test_two_accounts_do_not_share_a_name_in_any_case(world: World) -> None:
    _user(world.session, name="Li")
    with pytest.raises(Refusal, match="name_taken"):
        _user(world.session, name="lI ")


def test_changing_the_own_password_needs_the_old_one_and_ends_other_sessions(world: World) -> None:
    user_id = _user(world.session)
    _, salt = accounts.sign_in(world.session, name="li", password=PASSWORD)
    with pytest.raises(Refusal, match="sign_in_failed"):
        accounts.change_password(world.session, user_id=user_id, old="wrong password", new="another password")
    new_salt = accounts.change_password(world.session, user_id=user_id, old=PASSWORD, new="another password")
    assert accounts.actor_of_session(world.session, user_id=user_id, salt=salt) is None
    assert accounts.actor_of_session(world.session, user_id=user_id, salt=new_salt) is not None
    assert accounts.sign_in(world.session, name="li", password="another password")[0].id == user_id


def _key(
    world: World, *, role: str = "collector", organisation: str | None = "point", **more: object
) -> tuple[keys.Key, str]:
    given: dict[str, object] = {"name": "scale", "scopes": ["read", "capture"], "division_code": None} | more
    organisation_id = None if organisation is None else an_id(organisation)
    return keys.issue_key(world.session, role=role, now=NOW, organisation_id=organisation_id, **given)  # type: ignore[arg-type]


def test_a_key_is_kept_as_a_digest_only(world: World) -> None:
    _, secret = _key(world)
    row = world.session.scalars(select(ApiKeyRow)).one()
    assert secret.startswith("hl_")
    assert secret not in str(vars(row))
    assert secret[3:] not in str(vars(row))


def test_a_key_speaks_for_its_party_within_its_scopes(world: World) -> None:
    _, secret = _key(world, scopes=["read"])
    actor = keys.actor_of_key(world.session, key=secret)
    assert (actor.role, actor.organisation_id, actor.kind) == ("collector", an_id("point"), "key")
    assert actor.may("read.own")
    assert not actor.may("event.collect")


def test_a_revoked_key_is_refused_and_revoking_again_changes_nothing(world: World) -> None:
    key, secret = _key(world)
    first = keys.revoke_key(world.session, key_id=key.id, now=NOW)
    again = keys.revoke_key(world.session, key_id=key.prefix, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert first.revoked_at == again.revoked_at == NOW
    with pytest.raises(Refusal, match="key_revoked"):
        keys.actor_of_key(world.session, key=secret)


@pytest.mark.parametrize("typed", ["", "hl_", "hl_none", "\udcff", "%"])
def test_a_key_nobody_issued_is_unknown(world: World, typed: str) -> None:
    _key(world)
    with pytest.raises(Refusal, match="key_unknown"):
        keys.actor_of_key(world.session, key=typed)


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read", "root"]])
def test_a_key_without_a_known_scope_is_refused(world: World, scopes: list[str]) -> None:
    with pytest.raises(Refusal, match="unknown_scope"):
        _key(world, scopes=scopes)


def test_keys_are_seen_by_their_party_and_by_administrators(world: World) -> None:
    mine, _ = _key(world)
    other, _ = _key(world, role="operator", organisation="plant")
    regulators, _ = _key(world, role="regulator", organisation=None, division_code="520100")
    listed = lambda actor: {key.id for key in keys.keys(world.session, among=visibility.visible_keys(actor))}  # noqa: E731
    assert listed(world.actors["point"]) == {mine.id}
    assert listed(world.actors["plant"]) == {other.id}
    assert {mine.id, other.id, regulators.id} == {key.id for key in keys.keys(world.session)}


def test_nobody_revokes_the_key_of_another_party(world: World) -> None:
    theirs, _ = _key(world, role="operator", organisation="plant")
    with pytest.raises(Refusal, match="unknown_key"):
        keys.revoke_key(world.session, key_id=theirs.id, now=NOW, among=visibility.visible_keys(world.actors["point"]))
