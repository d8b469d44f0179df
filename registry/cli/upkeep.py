"""Commands about the database: its schema, and the audit of what it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext
from tqdm import tqdm

from registry.extensions import db
from registry.http.commands import told, transaction
from registry.services import audit, backups, upkeep

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


cells_group = AppGroup("cells", help="The sums that reports read.")


@cells_group.command("rebuild")
def cells_rebuild() -> None:
    """Sum the whole ledger again. Capture waits meanwhile; `verify` says whether it is needed."""
    with transaction() as session, tqdm(unit="event", disable=None) as bar:
        count = upkeep.rebuild_cells(session, progress=bar.update)
    click.echo(f"{count} cells")


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


FILE = click.argument("path", type=click.Path(dir_okay=False, path_type=Path))


@click.command("backup")
@FILE
@with_appcontext
def backup(path: Path) -> None:
    """Copy the whole registry into a new file while it goes on working, and print what its events are."""
    with told(), tqdm(unit="page", disable=None) as bar:
        backups.backup(db.engine, path, lambda done, total: _advance(bar, done, total))
    click.echo(f"{path}: {backups.fingerprint(db.session)}")


@click.command("restore")
@FILE
@with_appcontext
def restore(path: Path) -> None:
    """Put a copy back into an empty database, check it as `verify` does, and print what its events are."""
    with told(), tqdm(unit="page", disable=None) as bar:
        backups.restore(db.engine, path, lambda done, total: _advance(bar, done, total))
    click.echo(f"{path}: {backups.fingerprint(db.session)}")
    report = audit.verify(db.session)
    for difference in report.differences:
        click.echo(str(difference))
    click.echo(report.summary)
    if report.differences:
        raise SystemExit(1)


def _advance(bar: tqdm[Any], done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)
