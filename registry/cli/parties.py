"""Commands about organisations, their sites and licences, and the label rolls handed to them."""

from __future__ import annotations

import csv
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from tqdm import tqdm

from registry.domain.parties import ORGANISATION_KINDS, SITE_KINDS
from registry.extensions import db
from registry.http.commands import now, show, transaction
from registry.services import codes, licences, parties

COMMAND_LINE = "command-line"
"""who issued what was issued here"""
DAY = click.DateTime(["%Y-%m-%d"])
org = AppGroup("org", help="Organisations.")
site = AppGroup("site", help="Sites of organisations.")
licence = AppGroup("licence", help="What a site may do, from when to when.")
codes_group = AppGroup("codes", help="Label rolls.")


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
