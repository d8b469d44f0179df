"""The doors of the reports: their API, their pages and their commands, bound by the roof."""

from __future__ import annotations

from typing import Any

from flask import Flask

from registry.http.panels import hang
from reports import publication_api
from reports.api import blueprint
from reports.cli import group
from reports.pages import catalogue, figures, home, publications, recovery, trace, verification, why
from reports.publication_cli import verify_report


def register(app: Flask, api: Any) -> None:
    """Bind them."""
    api.register_blueprint(blueprint)
    for door in (catalogue, recovery, why, trace, figures):
        app.register_blueprint(door.pages)
    api.register_blueprint(publication_api.blueprint)
    app.register_blueprint(publications.pages)
    app.register_blueprint(verification.pages)
    app.cli.add_command(group)
    app.cli.add_command(verify_report)
    hang(app, home.panel)
