"""Commands about the database: its schema, and the audit of what it holds."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext
from tqdm import tqdm

from registry.extensions import db
from registry.services import audit, upkeep

db_group = AppGroup("db", help="The schema of the database.")


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
