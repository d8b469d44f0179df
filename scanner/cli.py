"""Commands that print labels: `flask --app wsgi labels …`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from tqdm import tqdm

from registry.extensions import db
from registry.http.commands import now, told, transaction
from registry.services import codes, parties
from scanner.here import FONTS
from scanner.labelling import DEFAULT_SHEET, plain_labels
from scanner.sheets import SHEETS, render

COMMAND_LINE = "command-line"
"""who issued what was issued here"""

labels = AppGroup("labels", help="Labels on paper: PDF in exact millimetres.")
_SHEET = click.option("--sheet", type=click.Choice(tuple(SHEETS)), default=DEFAULT_SHEET, show_default=True)
_OUT = click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    default=Path("labels.pdf"),
    show_default=True,
)
_TEST = click.option("--test-page", is_flag=True, help="a page with a ruler comes first")


@labels.command("issue")
@click.option("--site", "holder", required=True, help="id or name")
@click.option("--count", type=int, required=True)
@_SHEET
@_OUT
@_TEST
def issue(holder: str, count: int, sheet: str, out: Path, test_page: bool) -> None:
    """Draw a roll for a site and write its labels."""
    with tqdm(total=count, unit="code", disable=None) as bar, transaction() as session:
        site_id = parties.site_named(session, holder).id
        roll, drawn = codes.issue(
            session, site_id=site_id, count=count, actor_id=COMMAND_LINE, now=now(), progress=bar.update
        )
    _write(drawn, sheet=sheet, out=out, test_page=test_page)
    click.echo(f"{roll.id}\t{len(drawn)}\t{out}")


@labels.command("print")
@click.argument("roll_id", metavar="ROLL")
@click.option("--used", type=click.IntRange(0, 99), default=0, help="labels of the first sheet that are gone")
@click.option("--all", "every", is_flag=True, help="those already stuck on something too")
@_SHEET
@_OUT
@_TEST
def print_roll(roll_id: str, used: int, every: bool, sheet: str, out: Path, test_page: bool) -> None:  # noqa: PLR0917
    """Write what is left of a roll."""
    with told():
        found = codes.codes_of(db.session, roll_id=codes.roll(db.session, roll_id=roll_id).id, unbound=not every)
    _write(found, sheet=sheet, out=out, test_page=test_page, used=used)
    click.echo(f"{roll_id}\t{len(found)}\t{out}")


@labels.command("test-page")
@_SHEET
@_OUT
def write_test_page(sheet: str, out: Path) -> None:
    """Write the page with the ruler."""
    _write((), sheet=sheet, out=out, test_page=True)
    click.echo(str(out))


def _write(drawn: Sequence[str], *, sheet: str, out: Path, test_page: bool, used: int = 0) -> None:
    with tqdm(total=len(drawn), unit="label", disable=None) as bar:
        body = render(
            plain_labels(current_app.config["SETTINGS"], drawn),
            sheet=SHEETS[sheet],
            fonts=FONTS,
            used=used,
            test_page=test_page,
            progress=bar.update,
        )
    out.write_bytes(body)
