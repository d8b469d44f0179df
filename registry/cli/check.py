"""The start-up check by hand: before a server is started, and after a setting was changed."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from registry.http.safety import complaints


@click.command("check")
@click.option("--workers", type=int, default=1, show_default=True, help="how many processes are to serve")
@with_appcontext
def check(workers: int) -> None:
    """Name everything that makes it unsafe to serve people with these settings; exit 1 if there is anything."""
    found = complaints(current_app.config["SETTINGS"], workers=workers)
    for complaint in found:
        click.echo(str(complaint))
    if found:
        raise SystemExit(1)
    click.echo("安全 · safe to serve")
