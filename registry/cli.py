"""Commands: accounts, keys, parties, label rolls, the schema, the audit, the demonstration.

`flask --app wsgi <command> --help` says what each wants. A refusal prints its code and words, and exits 1.
"""

from __future__ import annotations

import csv
import secrets
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.orm import Session
from tqdm import tqdm

from registry.domain.parties import ORGANISATION_KINDS, ROLES, SITE_KINDS
from registry.extensions import db
from registry.http.commands import now, show, told, transaction
from registry.services import accounts, audit, codes, demonstration, keys, licences, parties, upkeep

COMMAND_LINE = "command-line"
"""who issued what was issued here"""
DAY = click.DateTime(["%Y-%m-%d"])


def register(app: Flask) -> None:
    """Bind the command groups."""
    for group in (user, key, org, site, licence, codes_group, db_group, demo):
        app.cli.add_command(group)
    app.cli.add_command(verify)


user = AppGroup("user", help="People who sign in.")
key = AppGroup("key", help="Keys of machines.")
org = AppGroup("org", help="Organisations.")
site = AppGroup("site", help="Sites of organisations.")
licence = AppGroup("licence", help="What a site may do, from when to when.")
codes_group = AppGroup("codes", help="Label rolls.")
db_group = AppGroup("db", help="The schema of the database.")
demo = AppGroup("demo", help="The demonstration province.")


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


@org.command("add")
@click.argument("name_zh")
@click.option("--name-en")
@click.option("--kind", type=click.Choice(ORGANISATION_KINDS), required=True)
@click.option("--uscc")
def org_add(name_zh: str, name_en: str | None, kind: str, uscc: str | None) -> None:
    """Make an organisation; prints its id."""
    with transaction() as session:
        made = parties.create_organisation(session, name_zh=name_zh, name_en=name_en, kind=kind, uscc=uscc, now=now())
    click.echo(made.id)


@org.command("list")
def org_list() -> None:
    """All organisations."""
    show([asdict(row) for row in parties.organisations(db.session)])


@site.command("add")
@click.argument("name_zh")
@click.option("--name-en")
@click.option("--org", "organisation", required=True, help="id, USCC or name")
@click.option("--kind", type=click.Choice(SITE_KINDS), required=True)
@click.option("--division", required=True, help="code of its county")
@click.option("--stream", "takes", multiple=True, help="a stream taken there; repeat for more")
@click.option("--longitude", type=Decimal)
@click.option("--latitude", type=Decimal)
def site_add(organisation: str, division: str, **given: Any) -> None:
    """Make a site; prints its id."""
    with transaction() as session:
        owner = parties.organisation_named(session, organisation)
        made = parties.create_site(session, organisation_id=owner.id, division_code=division, now=now(), **given)
    click.echo(made.id)


@site.command("list")
def site_list() -> None:
    """All sites."""
    show([asdict(row) | {"streams": " ".join(row.streams)} for row in parties.sites(db.session)])


@licence.command("add")
@click.argument("number")
@click.option("--site", "holder", required=True, help="id or name")
@click.option("--process", required=True, help="a process code, or * for all")
@click.option("--from", "valid_from", type=DAY, required=True)
@click.option("--to", "valid_to", type=DAY, help="the first day without it")
def licence_add(number: str, holder: str, process: str, valid_from: datetime, valid_to: datetime | None) -> None:
    """Note a licence; prints its id."""
    until: date | None = valid_to.date() if valid_to else None
    with transaction() as session:
        site_id = parties.site_named(session, holder).id
        made = licences.add_licence(
            session,
            site_id=site_id,
            number=number,
            process=process,
            valid_from=valid_from.date(),
            valid_to=until,
            now=now(),
        )
    click.echo(made.id)


@codes_group.command("issue")
@click.option("--site", "holder", required=True, help="id or name")
@click.option("--count", type=int, required=True)
@click.option("--csv", "path", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="write them here")
def codes_issue(holder: str, count: int, path: Path | None) -> None:
    """Draw a roll of labels for a site: printed, or written as CSV with the text of each QR code."""
    with tqdm(total=count, unit="code", disable=None) as bar, transaction() as session:
        site_id = parties.site_named(session, holder).id
        roll, drawn = codes.issue(
            session, site_id=site_id, count=count, actor_id=COMMAND_LINE, now=now(), progress=bar.update
        )
    if path is None:
        click.echo("\n".join(drawn))
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("code", "roll"), *((code, roll.id) for code in drawn)])
    click.echo(f"{roll.id}\t{len(drawn)}\t{path}")


@db_group.command("upgrade")
@click.argument("revision", default="head")
def db_upgrade(revision: str) -> None:
    """Bring the schema up; does nothing where it stands there already."""
    upkeep.upgrade(db.engine, revision)
    click.echo("at {}, newest {}".format(*upkeep.revisions(db.session)))


@db_group.command("downgrade")
@click.argument("revision")
@click.confirmation_option("--yes", prompt="What the steps above it stored is lost. Go on?")
def db_downgrade(revision: str) -> None:
    """Take the schema back down to a revision, or to `base`."""
    upkeep.downgrade(db.engine, revision)
    click.echo("at {}, newest {}".format(*upkeep.revisions(db.session)))


@click.command("verify")
@with_appcontext
def verify() -> None:
    """Derive every posting and origin from the events again and compare; exit 1 and name every difference."""
    with tqdm(unit="event", disable=None) as bar:
        report = audit.verify(db.session, progress=bar.update)
    for difference in report.differences:
        click.echo(str(difference))
    click.echo(report.summary)
    if report.differences:
        raise SystemExit(1)


@demo.command("load")
@click.option("--year", type=int, default=2025, show_default=True)
@click.option("--scenario", default="BS", show_default=True)
@click.option("--second-use", type=Decimal, default=Decimal("0.3"), show_default=True, help="share to cascade")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--password", envvar="HUILIU_DEMO_PASSWORD", help="everyone's; drawn one by one when left out")
def demo_load(year: int, scenario: str, second_use: Decimal, seed: int, password: str | None) -> None:
    """Bring the schema up and load the demonstration province; again with the same parameters is harmless."""
    upkeep.upgrade(db.engine)
    with told(), tqdm(unit="event", disable=None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        summary = demonstration.load(
            db.session,
            year=year,
            scenario=scenario,
            second_use=second_use,
            seed=seed,
            now=now(),
            transaction=transaction,
            progress=progress,
            password=password,
        )
    told_of = ", ".join(f"{kind} {count}" for kind, count in sorted(summary.events.items()))
    click.echo(f"{summary.created} new of {sum(summary.events.values())} events: {told_of}")
    show([asdict(row) | {"password": row.password or "(as printed the first time)"} for row in summary.users])
