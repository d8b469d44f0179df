"""Commands about people who sign in and the keys of machines."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from registry.domain.parties import ROLES
from registry.extensions import db
from registry.http.commands import now, show, transaction
from registry.services import accounts, keys, parties

user = AppGroup("user", help="People who sign in.")
key = AppGroup("key", help="Keys of machines.")


def _organisation_id(session: Session, text: str | None) -> str | None:
    return None if text is None else parties.organisation_named(session, text).id


@user.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES[1:]), required=True)
@click.option("--org", "organisation", help="id, USCC or name")
@click.option("--site", "stands_at", help="id or name of the usual site")
@click.option("--division", help="code of a regulator's division")
@click.option("--language", type=click.Choice(accounts.LANGUAGES), default="zh", show_default=True)
@click.option("--password", help="drawn and printed once when left out")
def user_add(**given: Any) -> None:
    """Make an account."""
    password = given["password"] or secrets.token_urlsafe(12)
    with transaction() as session:
        made = accounts.create_user(
            session,
            name=given["name"],
            password=password,
            role=given["role"],
            now=now(),
            organisation_id=_organisation_id(session, given["organisation"]),
            site_id=None if given["stands_at"] is None else parties.site_named(session, given["stands_at"]).id,
            division_code=given["division"],
            language=given["language"],
        )
    click.echo(f"{made.name}\t{made.role}\t{'' if given['password'] else password}".rstrip())


@user.command("list")
def user_list() -> None:
    """All accounts."""
    show(
        [
            {
                "name": row.actor.name,
                "role": row.actor.role,
                "organisation": row.actor.organisation_id,
                "division": row.actor.division_code,
                "disabled": row.disabled_at,
            }
            for row in accounts.users(db.session)
        ]
    )


@user.command("disable")
@click.argument("name")
def user_disable(name: str) -> None:
    """End an account and all its sessions."""
    with transaction() as session:
        accounts.disable_user(session, user_id=accounts.user_named(session, name).id, now=now())


@user.command("password")
@click.argument("name")
@click.option("--password", help="drawn and printed once when left out")
def user_password(name: str, password: str | None) -> None:
    """Give an account a new password; its sessions end."""
    chosen = password or secrets.token_urlsafe(12)
    with transaction() as session:
        accounts.set_password(session, user_id=accounts.user_named(session, name).id, password=chosen)
    if password is None:
        click.echo(chosen)


@key.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES[1:]), required=True)
@click.option("--org", "organisation", help="id, USCC or name")
@click.option("--division", help="code of a regulator's division")
@click.option(
    "--scope", "scopes", type=click.Choice(keys.SCOPES), multiple=True, default=("read", "capture"), show_default=True
)
def key_add(name: str, role: str, organisation: str | None, division: str | None, scopes: tuple[str, ...]) -> None:
    """Make a key; it is printed once and never again."""
    with transaction() as session:
        _, secret = keys.issue_key(
            session,
            name=name,
            role=role,
            scopes=scopes,
            now=now(),
            organisation_id=_organisation_id(session, organisation),
            division_code=division,
        )
    click.echo(secret)


@key.command("list")
def key_list() -> None:
    """All keys, without their secrets."""
    show([asdict(row) | {"scopes": " ".join(row.scopes)} for row in keys.keys(db.session)])


@key.command("revoke")
@click.argument("key_id", metavar="ID_OR_PREFIX")
def key_revoke(key_id: str) -> None:
    """End a key at once."""
    with transaction() as session:
        keys.revoke_key(session, key_id=key_id, now=now())
